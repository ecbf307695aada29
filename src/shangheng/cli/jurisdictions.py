# SPDX-License-Identifier: Apache-2.0
"""``shangheng jurisdiction check``: is a folder complete, does every reference lead somewhere?

Apart from the commands that read policies, since it compares them with every indicator of the
house and is slower to start.
"""

import sys
from pathlib import Path
from typing import Any

import click

from shangheng.cli.policies import FOLDER, JSON, print_json
from shangheng.kernel.errors import Invalid
from shangheng.kernel.messages import text
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Flaw, Library
from shangheng.services.incentives.manifest import SERVICE
from shangheng.site import jurisdictions
from shangheng.site.registry import REGISTRY

FAULTY = 2


@click.group("jurisdiction")
def jurisdiction_command() -> None:
    """地方的政策数据 Policies of a jurisdiction as data."""


@jurisdiction_command.command("check")
@click.argument("name", required=False)
@FOLDER
@click.option(
    "--text", "texts", multiple=True, metavar="DOCUMENT=FILE",
    help="与印发的原文核对 compare with the printed text",
)  # fmt: skip
@JSON
def check_command(
    name: str | None, folder: Path | None, texts: tuple[str, ...], *, as_json: bool
) -> None:
    """检查政策数据是否完整 Check that the data is complete and every reference leads somewhere."""
    root = jurisdictions.folder_with(name, folder)
    wanted = (name,) if name else ()
    found = policies.flaws(root, wanted, indicators=REGISTRY.indicators)
    if not found:
        library = policies.load(root, wanted)
        found = SERVICE.jobs["flaws"](library, root) or _compared(library, texts)
    told = [_flaw(each) for each in found]
    if as_json:
        print_json(told)
    for each in told:
        click.echo(f"{each['zh']}\n  {each['en']}", err=as_json)
    if told:
        click.echo(f"{len(told)} 处有误 {len(told)} faults", err=True)
        sys.exit(FAULTY)
    if not as_json:
        checked = "、".join(wanted or policies.names(root))
        click.echo(f"完整无误 complete and without fault: {checked}")


def _compared(library: Library, texts: tuple[str, ...]) -> tuple[Flaw, ...]:
    found: list[Flaw] = []
    for given in texts:
        document, found_equals, path = given.partition("=")
        if not found_equals or not Path(path).is_file():
            raise Invalid("policy.text_option", given=given)
        printed = Path(path).read_text(encoding="utf-8-sig")
        found += policies.against_text(library, document, printed)
    return tuple(found)


def _flaw(flaw: Flaw) -> dict[str, Any]:
    facts = {**flaw.facts, "file": flaw.place.file, "line": flaw.place.line}
    return {
        "file": flaw.place.file, "line": flaw.place.line, "code": flaw.code,
        "zh": text(flaw.code, facts, "zh"), "en": text(flaw.code, facts, "en"),
    }  # fmt: skip
