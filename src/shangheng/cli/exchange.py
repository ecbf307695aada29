# SPDX-License-Identifier: Apache-2.0
"""``shangheng exchange``: agreements, deliveries, what arrives, how it went."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import click
from django.utils.timezone import localtime

from shangheng.cli.tables import show
from shangheng.kernel.exchange import actions, delivering, queries
from shangheng.kernel.periods import CHINA
from shangheng.site import clock, exchange, lineage

DAY = click.DateTime(["%Y-%m-%d"])
a_folder = click.Path(exists=True, file_okay=False, path_type=Path)


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


@click.group("exchange")
def exchange_command() -> None:
    """数据共享：协议、交付、接收 Sharing data: agreements, deliveries, what arrives."""


@exchange_command.command("adopt")
@click.argument("names", nargs=-1)
def adopt_command(names: tuple[str, ...]) -> None:
    """启用 agreements 文件夹中的协议 Put the declared agreements into force; all, or these."""
    for title in exchange.adopt(names):
        click.echo(f"已启用 adopted: {title}")


@exchange_command.command("end")
@click.argument("name")
@click.option("--reason", required=True, help="理由 why")
def end_command(name: str, reason: str) -> None:
    """提前终止协议 End an agreement before its day; receivers are told."""
    actions.end(name, reason=reason, at=clock.now())
    click.echo(f"已终止 ended: {name}")


@exchange_command.command("deliver")
@click.option(
    "--watch", type=click.FloatRange(min=0.1), help="每隔几秒一轮 a round every … seconds"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def deliver_command(watch: float | None, *, as_json: bool) -> None:
    """把账本的变化装包并推送 Cut what has changed into parcels and push them."""
    while True:
        done = exchange.turn(patience_s=watch)
        told = {"cut": done.cut, **asdict(done.round)}
        if as_json:
            click.echo(json.dumps(told))
        elif watch is None or any(told.values()):
            click.echo(
                f"装包 cut {done.cut}，交付 delivered {done.round.delivered} "
                f"（{done.round.records} 条 records），未成 in trouble {done.round.troubled}"
            )
        if watch is None:
            return
        Event().wait(watch)


@exchange_command.command("status")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def status_command(*, as_json: bool) -> None:
    """每个接收方到了第几包 How far every receiver has come, and what is in the way."""
    found = queries.standings()
    if as_json:
        told = [{**asdict(each), "waiting": each.waiting} for each in found]
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    if not found:
        click.echo("尚未启用协议 no agreement was adopted; see shangheng exchange adopt")
        return
    headings = ("协议 agreement", "接收方 receiver", "已确认 acknowledged", "共 of",
                "最近 last", "失败 attempts", "原因 trouble")  # fmt: skip
    rows = [
        (f"{each.agreement}.{each.edition}{'（已止 ended）' if each.ended_at else ''}",
         each.receiver, str(each.acknowledged), str(each.last), _moment(each.acknowledged_at),
         str(each.attempts or ""), each.trouble)
        for each in found
    ]  # fmt: skip
    show(headings, rows)


@exchange_command.command("report")
@click.option("--since", type=DAY, help="起（含）from")
@click.option("--until", type=DAY, help="止（含）to")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def report_command(since: datetime | None, until: datetime | None, *, as_json: bool) -> None:
    """质量与交付报告，不写起止为近 30 日 The quality and delivery report; 30 days if not told."""
    end = until.replace(tzinfo=CHINA) + timedelta(days=1) if until else clock.now()
    begin = since.replace(tzinfo=CHINA) if since else end - timedelta(days=30)
    found = queries.delivery_report(since=begin, until=end)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        return
    headings = ("协议 agreement", "对方 partner", "交付 delivered", "条数 records",
                "失败 failed", "拒绝 refused", "时延 p95 ms", "对方退回 rejected")  # fmt: skip
    rows = []
    for each in found:
        numbers = (each.delivered, each.records, each.failed, each.refused, each.delay_ms_p95,
                   each.rejected)  # fmt: skip
        told = ("" if number is None else f"{number:,}" for number in numbers)
        rows.append((each.agreement, each.partner, *told))
    show(headings, rows)


@exchange_command.command("replay")
@click.argument("agreement")
@click.argument("receiver")
@click.option("--since", type=click.IntRange(min=1), required=True, help="从第几包 from parcel")
def replay_command(agreement: str, receiver: str, since: int) -> None:
    """从某一包起重新发送 Send everything again from a parcel on."""
    delivering.replay(agreement, receiver, since=since, at=clock.now())
    click.echo(f"将从第 {since} 包起重发 will be sent again from parcel {since}")


@exchange_command.command("fetch")
@click.argument("partner")
@click.argument("agreement")
def fetch_command(partner: str, agreement: str) -> None:
    """向另一处商衡取交换包 Fetch what waits for us at a partner that is Shangheng."""
    taken = exchange.fetch(partner, agreement, tell=lambda number: click.echo(f"#{number}"))
    click.echo(f"已收 taken: {taken}")


@exchange_command.command("take")
@click.argument("partner")
@click.argument("kind")
@click.argument("folder", type=a_folder)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def take_command(partner: str, kind: str, folder: Path, *, as_json: bool) -> None:
    """收取其他系统的报文文件（按文件名序号）Take a partner's numbered message files."""
    told = exchange.take_files(partner, kind, folder)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in told:
        again = "（已收过 known）" if each.get("again") else ""
        click.echo(
            f"{each['file']}: 接收 accepted {each.get('accepted', 0)}，"
            f"退回 rejected {each.get('rejected', 0)}{again}"
        )


@exchange_command.command("lineage")
@click.argument("agreement")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--edition", type=click.IntRange(min=1), help="版次 edition")
def lineage_command(agreement: str, number: int, edition: int | None) -> None:
    """某一包来自哪些批次 From which batches a parcel was made, as JSON."""
    row = queries.adopted(agreement, edition)
    click.echo(json.dumps(asdict(queries.lineage(queries.parcel(row, number)))))


def _values(told: tuple[str, ...]) -> dict[str, str]:
    """Read ``field=value`` pairs."""
    pairs = [each.partition("=") for each in told]
    if wrong := [name for name, is_, _ in pairs if not is_]:
        raise click.BadParameter(f"须写作 字段=值 write field=value: {wrong}")
    return {name: value for name, _, value in pairs}


@exchange_command.command("trace")
@click.argument("kind")
@click.argument("key", nargs=-1, required=True)
def trace_command(kind: str, key: tuple[str, ...]) -> None:
    """一条记录的来龙去脉（主键写作 字段=值）Where a record came from and went, as JSON."""
    values = _values(key)
    figures = [each.plain() for each in lineage.uses(kind, values)]
    told = asdict(exchange.trace(kind, values)) | {"figures": figures}
    click.echo(json.dumps(told, ensure_ascii=False, default=str))


@exchange_command.command("ask")
@click.argument("agreement")
@click.argument("where", nargs=-1, required=True)
def ask_command(agreement: str, where: tuple[str, ...]) -> None:
    """向提供方按问取数字背后的记录 Ask for the records behind a figure, as JSON lines."""
    records, is_more = exchange.ask(agreement, _values(where))
    for each in records:
        click.echo(json.dumps(each, ensure_ascii=False))
    if is_more:
        click.echo("还有更多，请缩小范围 there are more: ask for less", err=True)
