# SPDX-License-Identifier: Apache-2.0
"""The ``shangheng`` command: what an operator, an engineer or a cron job types.

It ends with 0 when all went well, 2 when the request was refused (the caller can act) and 1 on a
fault (whoever runs the platform can act).
"""

import gc
import json
import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click
import django
from django.db.utils import DatabaseError

from shangheng.kernel.errors import Refusal, ShanghengError
from shangheng.kernel.messages import text

COMMANDS = {
    "init": ("setup", "init_command"),
    "simulate": ("setup", "simulate_command"),
    "demo": ("demo", "demo_command"),
    "serve": ("serving", "serve_command"),
    "people": ("people", "people_command"),
    "work": ("work", "work_command"),
    "report": ("records", "report_command"),
    "check": ("records", "check_command"),
    "receipt": ("records", "receipt_command"),
    "settle": ("records", "settle_command"),
    "token": ("records", "token_command"),
    "indicator": ("indicator", "indicator_command"),
    "formulas": ("indicator", "formulas_command"),
    "frame": ("surveys", "frame_command"),
    "survey": ("surveys", "survey_command"),
    "regions": ("lookups", "regions_command"),
    "parties": ("lookups", "parties_command"),
    "release": ("releases", "release_command"),
    "targets": ("policies", "targets_command"),
    "duties": ("policies", "duties_command"),
    "policy": ("library", "policy_command"),
    "jurisdiction": ("jurisdictions", "jurisdiction_command"),
    "entitlements": ("entitlements", "entitlements_command"),
    "incentives": ("incentives", "incentives_command"),
    "accounts": ("accounts", "accounts_command"),
    "exchange": ("exchange", "exchange_command"),
    "retention": ("retention", "retention_command"),
    "verify": ("evidence", "verify_command"),
    "evidence": ("evidence", "evidence_command"),
}
REFUSED, FAULT = 2, 1


class House(click.Group):
    """Loads a command's module only when it is asked for, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are usually needed."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangheng.site.settings")  # noqa: TID251 - tells Django where the settings are
        module, name = COMMANDS[cmd_name]
        gc.disable()  # nothing loaded here becomes garbage: to look for it takes a fifth as long
        try:
            django.setup()
            loaded = import_module(f"shangheng.cli.{module}")
        finally:
            gc.enable()
        command: click.Command = getattr(loaded, name)
        return command


@click.command(cls=House, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shangheng")
def house() -> None:
    """商衡 Shangheng: measure, supervise and serve e-commerce."""


def declared_at(error: ShanghengError) -> str:
    """Return file and line of the declaration that is wrong, where one is; else nothing."""
    lines = traceback.walk_tb(error.__traceback__)
    declared = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in lines
        if frame.f_code.co_name == "<module>" and frame.f_globals["__name__"] != "__main__"
    ]
    return declared[-1] if declared else ""


def plain(error: ShanghengError) -> dict[str, Any]:
    """Return what went wrong as programs read it."""
    zh, en = text(error.code, error.facts, "zh"), text(error.code, error.facts, "en")
    return {"error": error.code, "zh": zh, "en": en, "facts": dict(error.facts)}


def tell(error: ShanghengError, *, as_json: bool) -> None:
    """Say what went wrong and what to do, in Chinese and English."""
    told = plain(error)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
    click.echo(
        "\n".join(filter(None, (told["zh"], told["en"], declared_at(error), f"[{error.code}]"))),
        err=True,
    )


def main() -> None:
    """Run the command line."""
    try:
        try:
            house(standalone_mode=True)
        except DatabaseError:
            import_module("shangheng.site.wiring").refuse_outdated()
            raise
    except ShanghengError as error:
        tell(error, as_json="--json" in sys.argv)
        sys.exit(REFUSED if isinstance(error, Refusal) else FAULT)
