# SPDX-License-Identifier: Apache-2.0
"""``shangheng indicator`` and ``shangheng formulas``: figures and the dictionary in a shell.

Imported once Django is set up, since figures that were computed before stand in its rows.
"""

import csv
import json
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shangheng.cli.asking import found, question_of
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import DIGITS, Figure, Indicator
from shangheng.kernel.regions import queries as regions
from shangheng.site.office import OFFICE
from shangheng.site.publication import OFFICER
from shangheng.site.registry import REGISTRY

DAY = click.DateTime(formats=["%Y-%m-%d"])
TERMINAL_WIDTH_MIN = 100


@click.command("indicator")
@click.argument("name")
@click.option("--by", multiple=True, metavar="DIM[,DIM]", help="按维度分组 split by: day,region")
@click.option("--level", type=click.Choice(list(DIGITS)), help="地区层级 level of regions")
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="条件 condition, repeatable")
@click.option("--from", "since", type=DAY, help="起始日（含）first day")
@click.option("--to", "until", type=DAY, help="截止日（含）last day, included")
@click.option(
    "--borders", type=int, metavar="YEAR", help="按该年行政区划 by the borders of a year"
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="同 --format json")
def indicator_command(name: str, **asked: Any) -> None:  # noqa: ANN401 - click's options
    """计算一个指标 Compute one figure of the dictionary."""
    indicator = found(name)
    figure = OFFICE.ask(indicator.name, question_of(indicator, asked), OFFICER)
    form = "json" if asked["as_json"] else asked["form"]
    {"json": print_json, "csv": print_csv, "table": print_table}[form](figure)


@click.command("formulas")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def formulas_command(name: str | None, *, as_json: bool) -> None:
    """列出指标体系，或说明一个指标 List the dictionary, or explain one indicator."""
    if name:
        _explain(found(name), as_json=as_json)
        return
    listed = [_described(each) for each in REGISTRY.indicators.values()]
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    table = Table("name", "指标", "indicator", "单位", "维度 by", box=None, pad_edge=False)
    for each in listed:
        by = ", ".join(each["by"])
        table.add_row(each["indicator"], each["zh"], each["en"], each["unit"], by)
    _console().print(table)


def plain_number(value: Decimal | None) -> float | int | str | None:
    """Return a number that JSON prints exactly; as text where a float would change it."""
    if value is None:
        return None
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def to_plain(figure: Figure) -> dict[str, Any]:
    """Return the figure as the command prints it in JSON."""
    shown = _columns(figure)
    return {
        "indicator": figure.indicator.name,
        "zh": figure.indicator.zh,
        "en": figure.indicator.en,
        "unit": figure.indicator.unit.name,
        "by": list(figure.question.by),
        "rows": [
            {**{name: row[name] for name in shown}, "value": plain_number(row["value"])}
            for row in figure.rows
        ],
        "records": figure.records,
        "ledger": dict(figure.ledger),
        "parameters": dict(figure.parameters),
        "question": figure.question.to_dict(),
    }


def _columns(figure: Figure) -> list[str]:
    return [*figure.question.by, *(["currency"] if figure.indicator.per_currency else [])]


def print_json(figure: Figure) -> None:
    """Print the figure in the shape that programs rely on."""
    click.echo(json.dumps(to_plain(figure), ensure_ascii=False, indent=1))


def print_csv(figure: Figure) -> None:
    """Print the rows with exact amounts; unknown and not computable are empty."""
    names = _columns(figure)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*names, "value"])
    for row in figure.rows:
        value = "" if row["value"] is None else format(row["value"], "f")
        writer.writerow([*(row[name] or "" for name in names), value])


def print_table(figure: Figure) -> None:
    """Print the rows for people: regions by name, amounts grouped."""
    indicator = figure.indicator
    names = _columns(figure)
    table = Table(box=None, pad_edge=False, caption_justify="left")
    for name in names:
        table.add_column(name)
    unit = indicator.unit.zh
    table.add_column(f"{indicator.zh}（{unit}）" if unit else indicator.zh, justify="right")
    table.add_column("记录 records", justify="right")
    for row in figure.rows:
        labels = [_labelled(indicator, name, row[name]) for name in names]
        number = "—" if row["value"] is None else _grouped(row["value"], indicator)
        table.add_row(*labels, number, f"{row['records']:,}")
    console = _console()
    console.print(table)
    if not figure.rows:
        console.print("没有符合条件的记录 no records match")
    versions = ", ".join(f"{kind}@{version}" for kind, version in figure.ledger.items())
    console.print(f"账本 ledger: {versions}", style="dim")


def _grouped(value: Decimal, indicator: Indicator) -> str:
    if indicator.unit.form == "money" and value == value.quantize(Decimal("0.01")):
        return f"{value:,.2f}"
    text = f"{value:,.4f}"
    return text.rstrip("0").rstrip(".")


def _labelled(indicator: Indicator, name: str, value: str | None) -> str:
    if value is None:
        return "（不明 unknown）"
    dimension = indicator.dimension(name)
    if dimension.form == "region":
        return f"{value} {_region_name(value)}".strip()
    return f"{value} {dimension.labels[value][0]}" if value in dimension.labels else value


def _region_name(code: str) -> str:
    try:
        return regions.find(code).name
    except (Invalid, NotFound):
        return ""


def _described(indicator: Indicator) -> dict[str, Any]:
    return {
        "indicator": indicator.name,
        "zh": indicator.zh,
        "en": indicator.en,
        "definition_zh": indicator.definition_zh,
        "definition_en": indicator.definition_en,
        "unit": indicator.unit.name,
        "reads": list(indicator.reads),
        "by": [dimension.name for dimension in indicator.by],
        "needs": list(indicator.needs),
        "basis": list(indicator.basis),
        "owner": indicator.owner,
        "parameters": [parameter.name for parameter in indicator.parameters],
        "version": indicator.version,
    }


def _explain(indicator: Indicator, *, as_json: bool) -> None:
    described = _described(indicator) | {
        "formula": indicator.source,
        "sql": formulas.sql_of(indicator, house=OFFICE.house(), at=_now()),
    }
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False, indent=1))
        return
    click.echo(f"{indicator.name}  {indicator.zh}  {indicator.en}")
    click.echo(f"{indicator.definition_zh}。\n{indicator.definition_en}.")
    facts = ("unit", "reads", "by", "needs", "basis", "owner", "parameters")
    for fact in facts:
        value = described[fact]
        click.echo(f"{fact}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"\n{indicator.source}")
    for sql in described["sql"]:
        click.echo(f"\n{sql};")


def _now() -> datetime:
    return OFFICE.now()


def _console() -> Console:
    wide = None if sys.stdout.isatty() else TERMINAL_WIDTH_MIN * 2
    return Console(width=wide, highlight=False)
