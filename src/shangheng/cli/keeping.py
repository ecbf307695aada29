# SPDX-License-Identifier: Apache-2.0
"""Keeping accounts that no service keeps: a stock, a quota, a fund in another currency.

Accounts whose kind a service has declared are moved by its steps and by nobody here.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from shangheng.cli.policies import DAY, JSON
from shangheng.cli.tables import show
from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept.conversion import Rate, Route, conversion
from shangheng.kernel.accounts.concept.rounding import ROUNDINGS
from shangheng.kernel.accounts.concept.transfers import Account, Transfer
from shangheng.kernel.accounts.concept.units import Unit, pieces_of
from shangheng.kernel.errors import Invalid, NotFound, NotPermitted
from shangheng.kernel.parties import actions as registering
from shangheng.kernel.parties import queries as parties
from shangheng.site import clock, sealing, words
from shangheng.site.registry import REGISTRY

NO_LIMIT = "none"
FIELDS = frozenset(
    ("key", "source", "target", "amount", "kind", "phase", "pending", "timeout_s", "linked",
     "facts")
)  # fmt: skip


def _refuse_declared(kinds: Mapping[str, str]) -> None:
    """Refuse accounts, given with their kinds, that are a service's to move."""
    for code, kind in kinds.items():
        if (known := REGISTRY.accounts.get(kind)) is not None:
            raise NotPermitted("account_kind.not_yours", account=code, roles=list(known.takes))


def _unit_of(*codes: str) -> Unit:
    """Return the unit of the first of some accounts, none of which a service keeps."""
    found = [queries.account(code) for code in codes if code]
    _refuse_declared({each.code: each.kind for each in found})
    return queries.unit(found[0].unit)


@click.command("unit")
@click.argument("code")
@click.option("--zh", required=True, help="中文名称 name in Chinese")
@click.option("--en", required=True, help="英文名称 name in English")
@click.option("--decimals", type=click.IntRange(0), required=True, help="小数位数")
def unit_command(code: str, zh: str, en: str, decimals: int) -> None:
    """声明计量单位 Declare a unit: a currency, kg, pieces, seats; its decimals never change."""
    actions.declare(Unit(code, zh, en, decimals), at=clock.now())
    sealing.publish()
    click.echo(f"已声明 declared: {code}")


@click.command("open")
@click.argument("code")
@click.option("--kind", required=True, help="类别，如 stock kind")
@click.option("--owner", required=True, help="户主代码，如 uscc:… 或 reporter:… owner")
@click.option("--named", default="", help="户主还不在册时的名称 its name, if not on file yet")
@click.option("--unit", required=True, help="计量单位 unit")
@click.option("--parent", default="", help="上级账户 the account above it")
@click.option("--floor", default="0", show_default=True, help="下限；none 为不设 none for none")
@click.option("--ceiling", default=NO_LIMIT, show_default=True, help="上限 ceiling")
def open_command(**told: str) -> None:
    """开户 Open an account; opened again alike, it stays as it is."""
    _refuse_declared({told["code"]: told["kind"]})
    at, unit = clock.now(), queries.unit(told["unit"])
    floor, ceiling = (
        None if told[name] == NO_LIMIT else pieces_of(told[name], unit)
        for name in ("floor", "ceiling")
    )
    account = Account(
        code=told["code"], kind=told["kind"], unit=unit.code, parent=told["parent"],
        owner=_owner(told["owner"], told["named"], at), floor=floor, ceiling=ceiling,
    )  # fmt: skip
    actions.open_account(account, at=at)
    sealing.publish()
    click.echo(f"已开户 opened: {account.code}")


def _owner(code: str, name: str, at: datetime) -> UUID:
    """Return the party that bears a code; with a name, a department put on file if there is none.

    An enterprise comes on file by what is reported of it, never by the opening of an account.
    """
    scheme, _, value = code.partition(":")
    try:
        return parties.find(scheme, value, on=at.date()).uuid
    except NotFound:
        if not name:
            raise
    return registering.register("department", name, {scheme: value}, at=at)


@click.command("close")
@click.argument("code")
def close_command(code: str) -> None:
    """销户（须无余额、无冻结）Close an empty account for good."""
    _unit_of(code)
    actions.close(code, at=clock.now())
    sealing.publish()
    click.echo(f"已销户 closed: {code}")


@click.command("post")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@JSON
def post_command(file: Path, *, as_json: bool) -> None:
    """记账：每行一笔 JSON Post transfers, one JSON object a line.

    key、source、target、amount，可加 kind、phase（posted、pending、post、void）、pending、
    timeout_s、linked、facts。The same key is booked once, however often it is sent.
    """
    text = file.read_text(encoding="utf-8-sig")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    read: dict[str, Transfer] = {}
    transfers = []
    for number, line in lines:
        transfers.append(each := _transfer(_read(number, line), read))
        read[each.key] = each
    _booked(transfers, as_json=as_json)


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise Invalid("transfer.line_unreadable", line=number, known=sorted(FIELDS)) from error
    is_one = isinstance(told, dict) and not {*told} - FIELDS and told.get("key")
    if not is_one or not (told.get("pending") or (told.get("source") and told.get("target"))):
        raise Invalid("transfer.line_unreadable", line=number, known=sorted(FIELDS))
    return told  # type: ignore[no-any-return] # it was looked at above


def _transfer(told: Mapping[str, Any], before: Mapping[str, Transfer]) -> Transfer:
    """Return a transfer; a hold that it ends is booked, or stands in a line before."""
    source, target, pending = (str(told.get(name, "")) for name in ("source", "target", "pending"))
    hold = (before.get(pending) or queries.entry(pending)) if pending else None
    unit = _unit_of(source, target, *((hold.source, hold.target) if hold else ()))
    seconds = told.get("timeout_s")
    return Transfer(
        key=str(told["key"]), source=source, target=target,
        amount=pieces_of(str(told.get("amount", 0)), unit), kind=str(told.get("kind", "")),
        phase=told.get("phase", "posted"), pending=pending,
        timeout=timedelta(seconds=float(seconds)) if seconds is not None else None,
        linked=told.get("linked") is True,
        facts={str(name): str(value) for name, value in told.get("facts", {}).items()},
    )  # fmt: skip


def _booked(transfers: Iterable[Transfer], *, as_json: bool) -> None:
    """Post transfers and tell what became of each; a refusal says why and ends with 1."""
    outcomes = actions.post([*transfers], at=clock.now())
    for refused in filter(None, (each.refusal for each in outcomes)):
        queries.spelled(refused)
    sealing.publish()
    told = [
        {"key": each.key, "state": each.state,
         "code": each.refusal.code if each.refusal else "",
         "zh": words.message(each.refusal, "zh") if each.refusal else "",
         "en": words.message(each.refusal, "en") if each.refusal else ""}
        for each in outcomes
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        rows = [
            (each["key"], each["state"], f"{each['zh']}\n{each['en']}".strip()) for each in told
        ]
        show(("编号 key", "结果 outcome", "原因 why"), rows)
    if any(each.refusal for each in outcomes):
        raise SystemExit(1)


@click.command("convert")
@click.argument("key")
@click.argument("source")
@click.argument("target")
@click.argument("amount")
@click.option("--through", nargs=2, required=True, help="两种单位各自的兑换账户 exchange accounts")
@click.option(
    "--rate", required=True, help="1 个付方单位合多少收方单位 of the target's unit for one"
)
@click.option("--on", type=DAY, required=True, help="汇率日期 day of the rate")
@click.option("--said-by", required=True, help="汇率来源 who says so")
@click.option("--rounding", type=click.Choice([*ROUNDINGS]), required=True, help="取整 rounding")
@JSON
def convert_command(key: str, source: str, target: str, *, as_json: bool, **told: Any) -> None:  # noqa: ANN401 - as the options say
    """按明示汇率兑换 Convert at a rate that is told; two linked transfers bear it."""
    taken_by, given_by = told["through"]
    of, into = _unit_of(source, taken_by), _unit_of(target, given_by)
    try:
        value = Decimal(told["rate"])
    except InvalidOperation as error:
        raise Invalid("amount.not_a_number", amount=told["rate"]) from error
    rate = Rate(of, into, value, told["on"].date(), told["said_by"])
    route, amount = Route(source, taken_by, given_by, target), pieces_of(told["amount"], of)
    pair = conversion(key, route, amount, rate, rounding=told["rounding"])
    _booked(pair, as_json=as_json)


COMMANDS = (unit_command, open_command, close_command, post_command, convert_command)
