# SPDX-License-Identifier: Apache-2.0
"""``shangheng frame`` and ``shangheng survey``: who is counted, and what platforms told."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

from shangheng.cli.indicator import plain_number
from shangheng.cli.policies import JSON
from shangheng.cli.tables import show
from shangheng.kernel.messages import text
from shangheng.services.statistics.manifest import SERVICE
from shangheng.site.office import OFFICE


@click.command("frame")
@click.option("--year", type=click.IntRange(1990, 2200), required=True, help="年份 year")
@JSON
def frame_command(year: int, *, as_json: bool) -> None:
    """逐家判定谁列入统计名录库 Who belongs to the statistical frame in a year, and why."""
    found = SERVICE.jobs["frame"](year, house=OFFICE.house())
    if as_json:
        _print_json([each.plain for each in found])
        return
    headings = (
        "代码 code",
        "企业 name",
        "判定 step",
        "自 since",
        "销售额 sales",
        "条件 threshold",
        "理由 why",
    )
    rows = [
        (each.firm.code, each.firm.name, each.step, each.since.isoformat(),
         _amount(each.sales_yuan),
         _amount(each.threshold_yuan), f"{each.zh} {each.clause}")
        for each in found
    ]  # fmt: skip
    _print_table(headings, rows)


@click.command("survey")
@click.option("--month", required=True, metavar="YYYY-MM", help="月份 month")
@click.option("--currency", default="CNY", metavar="CODE", help="币种 currency (CNY)")
@JSON
def survey_command(month: str, currency: str, *, as_json: bool) -> None:
    """平台交易情况调查：权数、推算、误差 What platforms told, grossed up, with its error."""
    found = SERVICE.jobs["survey"](
        month, house=OFFICE.house(), home=OFFICE.place.region, currency=currency
    )
    if as_json:
        _print_json(found.plain)
        return
    rows = [
        (each["platform"], each["name"], each["stratum"], _amount(each["amount"]),
         str(each["records"]))
        for each in found.platforms
    ]  # fmt: skip
    _print_table(("平台 platform", "名称 name", "层 stratum", "付款额 paid", "订单 orders"), rows)
    if found.refusal:
        click.echo(text(found.refusal.code, found.refusal.facts, "zh"))
        click.echo(text(found.refusal.code, found.refusal.facts, "en"))
    elif found.estimate:
        told = found.estimate
        click.echo(f"推算 estimated {_amount(told.total)} {currency}  标准误 error "
                   f"{_amount(told.standard_error)}  95 % {_amount(told.low)} – "
                   f"{_amount(told.high)}")  # fmt: skip


def _amount(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,.2f}"


def _print_json(told: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    click.echo(json.dumps(told, ensure_ascii=False, default=plain_number))


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        click.echo("没有 none")
        return
    show(headings, rows)
