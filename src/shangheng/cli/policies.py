# SPDX-License-Identifier: Apache-2.0
"""``shangheng targets`` and ``shangheng duties``: what the documents say.

Jurisdictions are looked for in the folder of ``SHANGHENG_JURISDICTIONS`` (or ``--folder``), then
among those that came with the program.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Number, Target, Words
from shangheng.site import jurisdictions

DAY = click.DateTime(formats=["%Y-%m-%d"])
TERMINAL_WIDTH_MIN = 120
JURISDICTION = click.option(
    "--jurisdiction", "name", required=True, metavar="NAME", help="地方 jurisdiction: ganzhou, …"
)
FOLDER = click.option(
    "--folder", type=click.Path(path_type=Path), help="地方文件夹 folder of jurisdictions"
)
ON = click.option("--on", "day", type=DAY, help="该日有效的文件 the law as at a day")
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


@click.command("targets")
@JURISDICTION
@FOLDER
@ON
@JSON
def targets_command(
    name: str, folder: Path | None, day: datetime | None, *, as_json: bool
) -> None:
    """列出一个地方的目标 List the targets of a jurisdiction, each with its clause."""
    place = jurisdictions.jurisdiction(name, folder)
    counting = {clause.ref for clause in policies.clauses_on(place, day.date())} if day else None
    listed = [
        _target(each) for each in place.targets if counting is None or each.clause in counting
    ]
    if as_json:
        print_json(listed)
        return
    table = _table(
        "编号 id", "条款 clause", "目标 target", "要求 wanted", "年 year", "指标 indicator"
    )
    for each in listed:
        printed = "".join(str(each[key]) for key in ("value", "unit") if each[key])
        wanted = f"{each['operator']} {printed}".strip()
        shown = (f"{each['zh']}\n{each['en']}", wanted, str(each["year"] or "–"))
        table.add_row(each["id"], each["clause"], *shown, each["indicator"] or "–")
    _console().print(table)


@click.command("duties")
@JURISDICTION
@click.option("--department", metavar="NAME", help="单位，照印 as printed: 省商务厅")
@FOLDER
@ON
@JSON
def duties_command(
    name: str,
    department: str | None,
    folder: Path | None,
    day: datetime | None,
    *,
    as_json: bool,
) -> None:
    """列出谁负责什么 List who owes what, by clause; of one department if it is named."""
    place = jurisdictions.jurisdiction(name, folder)
    owed = policies.duties(place, department=department, day=day.date() if day else None)
    if as_json:
        print_json([_duty(each) for each in owed])
        return
    table = _table("条款 clause", "职责 duty", "单位 departments", "牵头 lead")
    for each in owed:
        duty = each.duty
        bodies = "、".join(duty.departments) + (f"（{duty.others}）" if duty.others else "")
        table.add_row(each.ref, f"{duty.zh}\n{duty.en}", bodies, each.lead or "–")
    _console().print(table)


def _target(target: Target) -> dict[str, Any]:
    return {
        "id": target.id, "clause": target.clause, "zh": target.zh, "en": target.en,
        "operator": target.operator, "value": plain(target.value), "unit": target.unit,
        "amount": plain(target.amount), "base_unit": target.base_unit, "year": target.year,
        "indicator": target.indicator, "indicator_note": _words(target.indicator_note),
        "judged_by": target.judged_by, "note": _words(target.note),
    }  # fmt: skip


def _duty(owed: policies.Owed) -> dict[str, Any]:
    duty = owed.duty
    return {
        "clause": owed.clause.ref, "id": owed.ref, "zh": duty.zh, "en": duty.en,
        "departments": list(duty.departments), "lead": owed.lead, "others": duty.others,
        "first_listed": duty.first_listed,
    }  # fmt: skip


def plain(number: Number | None) -> int | float | None:
    """Return a number as JSON writes it; those of the documents are short."""
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number


def _words(words: Words | None) -> dict[str, str] | None:
    return {"zh": words.zh, "en": words.en} if words else None


def print_json(listed: list[dict[str, Any]]) -> None:
    """Print a list as JSON."""
    click.echo(json.dumps(listed, ensure_ascii=False, indent=1))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for each in headings:
        table.add_column(each, overflow="fold")
    return table


def _console() -> Console:
    width = Console().width
    return Console(width=max(width, TERMINAL_WIDTH_MIN))
