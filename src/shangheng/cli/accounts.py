# SPDX-License-Identifier: Apache-2.0
"""``shangheng accounts``: balances, statements with a code, reconciliation, interest, proofs."""

import json
from datetime import datetime
from pathlib import Path

import click

from shangheng.cli import keeping
from shangheng.cli.policies import JSON
from shangheng.cli.tables import show
from shangheng.kernel.accounts import proving, queries
from shangheng.kernel.accounts.concept import bank_files, statements
from shangheng.kernel.accounts.concept.interest import DAY_COUNTS
from shangheng.kernel.accounts.concept.rounding import ROUNDINGS
from shangheng.kernel.accounts.concept.units import written
from shangheng.kernel.errors import Invalid
from shangheng.kernel.periods import CHINA
from shangheng.site import clock, interest, sealing, wiring
from shangheng.site import statements as sheets

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def _moment(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=CHINA) if given else None


@click.group("accounts")
def accounts_command() -> None:
    """账户：余额、对账单、对账、计息、记账 Accounts: balances, statements, interest, posting."""


for _each in keeping.COMMANDS:
    accounts_command.add_command(_each)


@accounts_command.command("balance")
@click.argument("code")
@click.option("--at", type=DAY, help="截至时间 as at")
@click.option("--total", is_flag=True, help="含下级账户 with all accounts below it")
@JSON
def balance_command(code: str, at: datetime | None, *, total: bool, as_json: bool) -> None:
    """查余额，现在或任一时点 How an account stands, now or at any moment."""
    found = (queries.total if total else queries.balance)(code, at=_moment(at))
    told = {
        name: written(pieces, found.unit)
        for name, pieces in (
            ("posted", found.posted), ("held_out", found.held_out), ("held_in", found.held_in),
            ("available", found.available),
        )
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps({"account": code, "unit": found.unit.code, **told}))
        return
    headings = ("账户 account", "单位 unit", "余额 posted", "待付 held out", "待收 held in",
                "可用 available")  # fmt: skip
    show(headings, [(code, found.unit.zh, *told.values())])


@accounts_command.command("statement")
@click.argument("code")
@click.option("--since", type=DAY, required=True, help="起（含）from")
@click.option("--until", type=DAY, required=True, help="止（不含）until before")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写入 CSV 或 PDF 文件 into a CSV or PDF file",
)
@click.option("--verify", "verification", help="核对验证码 check a verification code")
def statement_command(
    code: str, since: datetime, until: datetime, out: Path | None, verification: str | None
) -> None:
    """对账单（CSV、PDF），或核对其验证码 A statement, or a check of its verification code."""
    begin, end = since.replace(tzinfo=CHINA), until.replace(tzinfo=CHINA)
    if end > clock.now():
        raise Invalid("statement.not_over", until=end.isoformat())
    if verification is not None:
        if not queries.is_genuine(code, since=begin, until=end, verification=verification):
            raise Invalid("statement.not_genuine", account=code, verification=verification)
        click.echo("验证码相符 the code is that of the book")
        return
    told = queries.statement(code, since=begin, until=end)
    is_pdf = out is not None and out.suffix.lower() == ".pdf"
    content = sheets.to_pdf(told, at=clock.now()) if is_pdf else statements.to_csv(told)
    if out is None:
        click.echo(content.decode("utf-8-sig"), nl=False)
        return
    out.write_bytes(content)
    click.echo(f"已写入 written: {out}")


@accounts_command.command("reconcile")
@click.argument("code")
@click.argument("bank", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", type=DAY, required=True, help="起（含）from")
@click.option("--until", type=DAY, required=True, help="止（不含）until before")
@click.option("--days", type=click.IntRange(min=0), required=True, help="在途天数 days on the way")
@click.option("--reference", default="", help="说明中的银行编号 fact that holds the bank's number")
@JSON
def reconcile_command(
    code: str,
    bank: Path,
    since: datetime,
    until: datetime,
    days: int,
    reference: str,
    *,
    as_json: bool,
) -> None:
    """与银行流水对账：CSV 列 reference,date,amount Reconcile with a bank's file."""
    begin, end = since.replace(tzinfo=CHINA), until.replace(tzinfo=CHINA)
    text = bank_files.text_of(bank.read_bytes())
    ours = queries.statement(code, since=begin, until=end)
    found = queries.reconciled(ours, text, days=days, reference=reference)
    if as_json:
        click.echo(json.dumps(found.rows, ensure_ascii=False))
        return
    matched, difference = len(found.result.matches), written(found.result.difference, found.unit)
    click.echo(f"对上 matched {matched}，差额 difference {difference} {found.unit.zh}")
    headings = ("方 side", "行 line", "编号 reference", "日期 day", "金额 amount", "原因 why")
    rows = []
    for each in found.rows:
        if each["state"] == "unmatched":
            told = (each["line"], each["reference"], each["date"], each["amount"])
            side = " ".join(bank_files.SIDES[each["side"]])
            rows.append((side, *map(str, told), f"{each['zh']}\n{each['en']}"))
    show(headings, rows)


@accounts_command.command("interest")
@click.argument("code")
@click.option("--since", type=DAY, required=True, help="起息日（含）from")
@click.option("--until", type=DAY, required=True, help="止息日（不含）until before")
@click.option("--rate", required=True, help="年利率（%）per cent a year")
@click.option("--day-count", type=click.Choice([*DAY_COUNTS]), required=True, help="计息方式")
@click.option("--rounding", type=click.Choice([*ROUNDINGS]), required=True, help="取整 rounding")
@JSON
def interest_command(
    code: str, since: datetime, until: datetime, *, as_json: bool, **terms: str
) -> None:
    """按每日余额计息（积数计息），只算不记 Interest on each day's balance; nothing is booked."""
    found = interest.reckon(code, since.date(), until.date(), interest.terms(terms))
    told = written(found.interest, found.unit)
    rows = [
        {"since": each.since.isoformat(), "until": each.until.isoformat(), "days": each.days,
         "balance": written(each.balance, found.unit)}
        for each in found.held
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"interest": told, "unit": found.unit.code, "held": rows}))
        return
    headings = ("起 from", "止 until", "天数 days", "余额 balance")
    show(headings, [[*map(str, row.values())] for row in rows])
    click.echo(f"利息 interest {told} {found.unit.zh}")


@accounts_command.command("prove")
@click.option("--unit", "codes", multiple=True, help="计量单位 unit; without one all of them")
@click.option("--at", type=DAY, help="截至 as at; without one the last midnight")
@JSON
def prove_command(codes: tuple[str, ...], at: datetime | None, *, as_json: bool) -> None:
    """封存全部余额的合计（每夜一次）Seal the sum of all balances: the nightly proof."""
    now = clock.now()
    as_at = _moment(at) or now.replace(hour=0, minute=0, second=0, microsecond=0)
    key = wiring.ledger().master_key
    told = [proving.prove(code, as_at=as_at, key=key, at=now) for code in codes or proving.units()]
    sealing.publish()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in told:
        click.echo(f"{each['unit']} {each['at']}  + {each['plus']}  − {each['minus']}")
        click.echo(f"  {each['root']}")


@accounts_command.command("proof")
@click.argument("code")
@click.option("--at", type=DAY, help="截至 as at; without one the last midnight")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON"
)
def proof_command(code: str, at: datetime | None, output: Path) -> None:
    """给户主的余额证明，可离线核验 A proof for an owner that its balance is in the total."""
    now = clock.now()
    as_at = _moment(at) or now.replace(hour=0, minute=0, second=0, microsecond=0)
    key = wiring.ledger().master_key
    told = proving.proof_of(code, as_at=as_at, key=key, log=sealing.the_log())
    output.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    click.echo(f"{output}\n核验 verify: shangheng verify {output}")
