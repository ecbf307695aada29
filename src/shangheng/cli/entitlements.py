# SPDX-License-Identifier: Apache-2.0
"""``shangheng entitlements``: what a firm may receive, from a file of facts about it."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from shangheng.cli.policies import DAY, FOLDER, JSON, JURISDICTION
from shangheng.kernel.formulas.parameters import readings_of
from shangheng.services.incentives.forms.places import placed
from shangheng.services.incentives.manifest import SERVICE
from shangheng.site import jurisdictions, wiring

VERDICTS = {"yes": "可以 yes", "no": "不可以 no", "missing": "尚缺 missing"}


@click.command("entitlements")
@click.argument("facts", type=click.Path(path_type=Path))
@JURISDICTION
@FOLDER
@click.option("--on", "day", type=DAY, required=True, help="截至该日 as of a day")
@click.option(
    "--reading", "readings", multiple=True, metavar="NAME=VALUE",
    help="文件未写明处的读法，可重复 how to read what the document leaves open",
)  # fmt: skip
@click.option(
    "--confirm-small", is_flag=True, help="很小的金额确实无误 very small amounts are meant"
)
@click.option("--close", is_flag=True, help="还差什么 what it is close to, and what it would take")
@JSON
def entitlements_command(
    facts: Path,
    name: str,
    folder: Path | None,
    day: datetime,
    readings: tuple[str, ...],
    **wanted: bool,
) -> None:
    """算一家企业可享受的政策 What a firm may receive: yes, no, or what is missing."""
    found = SERVICE.jobs["entitlements"](
        jurisdictions.jurisdiction(name, folder),
        placed(facts),
        on=day.date(),
        readings=readings_of(readings),
        configuration=wiring.decisions(),
        confirm_small=wanted["confirm_small"],
        close=wanted["close"],
    )
    if wanted["as_json"]:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    """Print the answer for people: each provision with its reasons and what is to be done."""
    for each in found["provisions"]:
        amount = "" if each["amount"] is None else f"  {each['amount']:,} 元 yuan"
        click.echo(f"{VERDICTS[each['verdict']]}{amount}  {each['zh']} {each['en']}")
        click.echo(f"    {each['clause']}")
        for reason in each["reasons"]:
            click.echo(f"    · {reason['zh']}\n      {reason['en']}")
        for line in _wanted(each):
            click.echo(f"    ? {line}")
    click.echo(f"合计 total: {found['total']:,} 元 yuan")
    if not found["total_is_complete"]:
        click.echo("有的金额尚不能算出 some amounts cannot be told yet")
    titles = {each["id"]: f"{each['zh']} {each['en']}" for each in found["provisions"]}
    for each in found.get("close", ()):
        gain = "？" if each["gain"] is None else f"{each['gain']:,}"
        told = f"→ {titles[each['id']]} +{gain} 元 yuan"
        click.echo(f"{told}\n    {each['zh']}\n    {each['en']}")


def _wanted(each: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing with its name in a facts file; and what is to be decided, and how.

    What the authority decides without a document's question, as an amount, has no name to write.
    """
    asked = {f"reading.{question['reading']}" for question in each["questions"]}
    for fact in each["missing_in_words"]:
        if fact["name"] not in asked:
            yield f"缺 missing: {fact['zh']} {fact['en']} [{fact['name']}]"
    for question in each["questions"]:
        if not question["proposed"]:
            yield f"{question['zh']} {question['en']}"
            yield from _answers(question)


def _answers(question: dict[str, Any]) -> Iterator[str]:
    """Yield how to answer a question: each choice, with what it would bring if that is known."""
    option = f"--reading {question['reading']}="
    if not question["choose"]:
        yield f"  {option}…"
    brings = {one["choice"]: f"  → {one['amount']:,} 元 yuan" for one in question["alternatives"]}
    for choice in question["choose"]:
        means = question["words"][choice]
        yield f"  {option}{choice}  {means['zh']} {means['en']}{brings.get(choice, '')}"
