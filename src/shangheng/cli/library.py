# SPDX-License-Identifier: Apache-2.0
"""``shangheng policy``: search the clauses, ask what concerns whom, tasks, evaluation.

Reads the whole library of the installation, not one jurisdiction as ``targets`` and ``duties`` do.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from shangheng.cli.policies import DAY, JSON, JURISDICTION, print_json
from shangheng.services.policy.manifest import SERVICE
from shangheng.site import clock, jurisdictions, wiring
from shangheng.site.office import OFFICE
from shangheng.site.publication import OFFICER

ON = click.option("--on", "day", type=DAY, help="该日有效的文件 the law as at a day")
WHERE = click.option("--jurisdiction", "place", default="", help="只看一个地方 one place only")


@click.group("policy")
def policy_command() -> None:
    """政策库：查条款、查与谁有关、任务、评价 Search, concerns, tasks, evaluation."""


@policy_command.command("search")
@click.argument("text")
@WHERE
@ON
@JSON
def search_command(text: str, place: str, day: datetime | None, *, as_json: bool) -> None:
    """全文查找条款 Find clauses by words, the best first."""
    _print(SERVICE.jobs["search"], text, place, day, as_json=as_json)


@policy_command.command("concerns")
@click.argument("audience")
@WHERE
@ON
@JSON
def concerns_command(audience: str, place: str, day: datetime | None, *, as_json: bool) -> None:
    """哪些条款与我有关 What in the documents concerns an enterprise, a farmer or a county."""
    _print(SERVICE.jobs["concerns"], audience, place, day, as_json=as_json)


@policy_command.command("tasks")
@JURISDICTION
@click.option("--department", metavar="NAME", help="单位，照印 as printed: 省商务厅")
@JSON
def tasks_command(name: str, department: str | None, *, as_json: bool) -> None:
    """列出落实任务和提醒 List tasks with what is late and what waits for what."""
    found = SERVICE.jobs["tasks"](jurisdictions.library(), name, department, clock.now())
    if as_json:
        print_json(found)
    for each in [] if as_json else found:
        due = each["due_on"] or "—"
        click.echo(f"{each['number']}  {each['clause']}  {each['state']}  {due}  {each['work']}")
        for alarm in each["alarms"]:
            click.echo(f"    ! {alarm}")


@policy_command.command("evaluate")
@click.option("--year", type=int, required=True, help="年份 year")
@JSON
def evaluate_command(year: int, *, as_json: bool) -> None:
    """按已定的方案评价各地 Rank the divisions of this place by the scheme that was decided."""
    sources = (lambda name, asked: OFFICE.ask(name, asked, OFFICER), OFFICE.published)
    found = SERVICE.jobs["evaluate"](
        wiring.place().region, year, wiring.decisions(), clock.now().date(), sources
    )
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    click.echo(f"{found['version']}  {found['source']}  {found['digest']}")
    for each in found["regions"]:
        lacks = f"  缺 missing: {', '.join(each['missing'])}" if each["missing"] else ""
        click.echo(f"{each['rank'] or '—'}  {each['region']}  {each['score'] or '—'}{lacks}")


def _print(
    job: Callable[..., list[dict[str, Any]]], what: str, place: str, day: datetime | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Print the clauses that a job of the library finds."""
    on = day.date() if day else None
    found = job(jurisdictions.library(), what, jurisdiction=place, day=on)
    if as_json:
        print_json(found)
        return
    for each in found:
        click.echo(f"{each['clause']}\n  {each['zh']}\n  {each['en']}")
    click.echo(f"共 {len(found)} 条 clauses", err=True)
