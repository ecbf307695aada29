# SPDX-License-Identifier: Apache-2.0
"""``shangheng incentives``: who deserves what unasked, and what another number would cost."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from django.conf import settings

from shangheng.cli.policies import DAY, JSON
from shangheng.cli.tables import show
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives.manifest import SERVICE
from shangheng.site import clock, wiring
from shangheng.site.registry import REGISTRY

PROVISION = click.option("--provision", required=True, metavar="ID", help="优惠编号 provision")
ON = click.option("--on", "day", type=DAY, help="截至该日，不填为今天 as of a day")


@click.group("incentives")
def incentives_command() -> None:
    """免申即享与调整测算 Who deserves what, and what another number would cost."""


@incentives_command.command("deserving")
@PROVISION
@ON
@JSON
def deserving_command(provision: str, day: datetime | None, *, as_json: bool) -> None:
    """不用申请就该得的企业 Firms that are due an award without applying."""
    found = SERVICE.jobs["deserving"](_reckoned(provision, day))
    lines = [
        {
            "code": each["code"], "name": each["name"], "county": each["county"],
            "amounts": _plain(each["amounts"]), "dropped": each["dropped"],
            "without_findings": _plain(each["without"]), "findings": each["findings"],
        }
        for each in found["firms"]
    ]  # fmt: skip
    funds = {name: {"payable": each["payable"], "of": each["of"]}
             for name, each in found["funds"].items()}  # fmt: skip
    if as_json:
        click.echo(json.dumps({"provision": provision, "choices": found["choices"],
                               "firms": lines, "funds": funds}, ensure_ascii=False))  # fmt: skip
        return
    rows = []
    for each in lines:
        told = each["amounts"] or each["without_findings"]
        sums = [f"{told[name]:,.2f}" if name in told else "–" for name in found["choices"]]
        kinds = "、".join(f"{one['year']}{one['zh']}" for one in each["findings"])
        rows.append((each["code"], each["name"], *sums, kinds))
    show(("代码 code", "企业 firm", *found["choices"], "认定 finding"), rows)
    for name, fund in funds.items():
        click.echo(f"{name}: 可付 payable {fund['payable']} / {fund['of']}")


@incentives_command.command("effect")
@PROVISION
@ON
@click.option(
    "--set", "changes", multiple=True, required=True, metavar="PATH=NUMBER",
    help="改哪个数，如 levels.B2C.0.award=80000 which number",
)  # fmt: skip
@JSON
def effect_command(
    provision: str, day: datetime | None, changes: tuple[str, ...], *, as_json: bool
) -> None:
    """改一个数要多花多少 What other numbers would cost, before they are made."""
    pairs = [each.partition("=") for each in changes]
    if wrong := [name for name, equals, value in pairs if not (name and equals and value)]:
        raise Invalid("reading.unreadable", text="、".join(wrong))
    given = {name.strip(): value.strip() for name, _, value in pairs}
    found = SERVICE.jobs["effect"](_reckoned(provision, day), given)
    lines = [{key: _number(value) for key, value in line.items()} for line in found["lines"]]
    if as_json:
        told = {**found, "on": found["on"].isoformat(), "lines": lines,
                "available": float(found["available"])}  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    rows = []
    for line in lines:
        counts = (line[name] for name in ("firms_before", "firms_after"))
        firms = " → ".join("–" if count is None else str(count) for count in counts)
        sums = (_sum(line[name]) for name in ("before", "after", "difference"))
        rows.append((line["reading"], firms, *sums))
    show(("读法 reading", "企业 firms", "现行 now", "调整后 then", "差额 difference"), rows)
    for text in _basis(found):
        click.echo(text)
    click.echo(f"{found['fund']}: 可用 free {found['available']:,.2f}")


def _sum(amount: float | None) -> str:
    return "不知道 not known" if amount is None else f"{amount:,.2f}"


def _basis(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield on what an effect rests, and what is not known; no sum is not a sum of nought."""
    basis = found["basis"]
    if basis["source"] == "ledger":
        first, last = basis["years"] or ("–", "–")
        yield f"依据：账本 {first}–{last} 年的销售，全部企业 from the ledger's sales of all firms"
    else:
        yield (
            f"依据：{basis['firms']} 家企业申请时报过的情况；账本里没有，没报过的企业不在其中 "
            "from facts filed with applications; the ledger does not hold them"
        )
    for each in found["lacking"]:
        yield f"{each['firms']} 家缺 firms lack: {each['zh']} {each['en']}"
    for number in basis["unreadable"]:
        yield f"{number}: 情况读不出来 facts cannot be read"


def _reckoned(provision: str, day: datetime | None) -> Any:  # noqa: ANN401 - as the service has it
    place = policies.jurisdiction(wiring.library(), str(settings.JURISDICTION))
    house = House(
        engine=wiring.engine(), ledger=wiring.ledger(), kinds=REGISTRY.kinds,
        configuration=wiring.decisions(),
    )  # fmt: skip
    on = day.date() if day else clock.now().date()
    return SERVICE.jobs["reckoned"](place, provision, on, house)


def _plain(amounts: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(amount) for name, amount in amounts.items()}


def _number(value: Any) -> Any:  # noqa: ANN401 - an amount among other things
    return float(value) if isinstance(value, Decimal) else value
