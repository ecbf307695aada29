# SPDX-License-Identifier: Apache-2.0
"""``shangheng retention``: periods, what is due, holds, disposal, lawful queries, gaps.

The operator acts by name (``--by``) with every post in retention; what is done is sealed with it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from shangheng.cli.policies import DAY, JSON
from shangheng.cli.tables import show
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.messages import text
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import answering, disposing, retained
from shangheng.kernel.records.concept.retention import Content, Selection
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.site import acting, clock, sealing, wiring
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY
from shangheng.site.uploads import Desk

BY = click.option("--by", required=True, metavar="NAME", help="经办人 who does it")
REASON = click.option("--reason", required=True, help="理由 why")
CASE = click.option("--case", required=True, metavar="NUMBER", help="办件编号 number of the case")
SELECTED = (
    click.option("--reporter", default="", help="报送单位 reporter"),
    click.option("--from", "since", default="", metavar="DAY", help="起始日 first day"),
    click.option("--to", "until", default="", metavar="DAY", help="截止日 last day"),
    click.option(
        "--where", multiple=True, metavar="FIELD=VALUE", help="字段的值 value of a field"
    ),
)
DAYS_SHOWN = 30
JOBS = next(each.jobs for each in REGISTRY.services if each.name == "retention")
"""What the service lets a program do; it is entered by its manifest."""


def selected(command: Any) -> Any:  # noqa: ANN401 - a click decorator
    """Let a command be told which records are meant."""
    for option in reversed(SELECTED):
        command = option(command)
    return command


@click.group("retention")
def retention_command() -> None:
    """留存管理：期限、到期处置、因案冻结、依法调取、漏存发现 Retention."""


def _setting() -> Any:  # noqa: ANN401 - of the service
    return JOBS["setting"](wiring.library(), str(settings.JURISDICTION), wiring.decisions())


def _desk(by: str) -> Any:  # noqa: ANN401 - of the service
    actor = Actor(by, tuple(Post(role) for role in REGISTRY.roles))
    hand = Hand(actor, clock.now(), None, acting.house())
    return JOBS["desk"](hand, wiring.ledger(), REGISTRY)


def _selection(given: Mapping[str, Any]) -> Selection:
    lines = "\n".join(given.get("where", ()))
    chosen: Selection = JOBS["selection"]({**given, "where": lines})
    return chosen


def _print(told: Any, *, as_json: bool) -> None:  # noqa: ANN401 - whatever JSON can say
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    rows = told if isinstance(told, list) else [told]
    if not rows:
        click.echo("没有 none")
        return
    show([*rows[0]], [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    if isinstance(value, dict):
        return "、".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    return "" if value is None else str(value)


@retention_command.command("classes")
@JSON
def classes_command(*, as_json: bool) -> None:
    """每类至少保存多久、依据什么 How long each class is kept at least, and by which rule."""
    told = [
        {
            "class": each.name, "zh": each.zh, "en": each.en,
            "months": each.period.months if each.period else None,
            "sources": list(each.period.sources) if each.period else [],
            "open": text(each.refusal.code, each.refusal.facts, "zh") if each.refusal else "",
        }
        for each in JOBS["periods"](_setting(), clock.now().date())
    ]  # fmt: skip
    _print(told, as_json=as_json)


def _batches(state: str, batches: Iterable[Content]) -> list[dict[str, Any]]:
    return [
        {
            "state": state, "reporter": each.reporter, "batch": each.batch,
            "records": each.records, "first": each.first.isoformat(),
            "last": each.last.isoformat(), "due_on": each.due_on.isoformat(),
            "holds": list(each.holds),
        }
        for each in batches
    ]  # fmt: skip


@retention_command.command("due")
@click.argument("kind")
@click.option("--on", type=DAY, help="假定今天是 as if today were")
@JSON
def due_command(kind: str, on: datetime | None, *, as_json: bool) -> None:
    """处置会带走什么（只看不动）What a disposal would take, batch by batch: a dry run."""
    declared = REGISTRY.kind_held(kind)
    day = on.date() if on else clock.now().date()
    period = JOBS["period-of"](declared, _setting(), day)
    plan = disposing.planned(wiring.ledger(), declared, period, on=day)
    rows = [
        *_batches("goes", plan.goes), *_batches("held", plan.held), *_batches("waits", plan.waits)
    ]  # fmt: skip
    if as_json:
        told = {"kind": kind, "on": day, "months": period.months, "sources": period.sources,
                "records": plan.records, "next_due": plan.next_due, "batches": rows}  # fmt: skip
        _print(told, as_json=True)
        return
    click.echo(f"{kind}: {period.months} 个月 months（{'、'.join(period.sources)}）")
    _print(rows, as_json=False)


@retention_command.command("dispose")
@click.argument("kind")
@BY
@REASON
@click.option("--dry-run", is_flag=True, help="只看不动 say what would go")
@JSON
def dispose_command(kind: str, by: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """处置到期且未冻结的批次，内容不可恢复 Dispose of what is due, for good."""
    declared, desk = REGISTRY.kind_held(kind), _desk(by)
    period = JOBS["period-of"](declared, _setting(), desk.hand.at.date())
    home = wiring.ledger()
    if dry_run:
        plan = disposing.planned(home, declared, period, on=desk.hand.at.date())
        _print(_batches("goes", plan.goes), as_json=as_json)
        return
    done = JOBS["dispose"](declared, period, reason, desk)
    sealing.publish()
    if done is None:
        _print([], as_json=as_json)
        held = disposing.planned(home, declared, period, on=desk.hand.at.date()).held
        for each in held if not as_json else ():
            click.echo(
                f"{each.batch}（{each.reporter}）到期但因案冻结 due and held: "
                f"{'、'.join(each.holds)}；解除 release: shangheng retention release NUMBER"
            )
        return
    told = {"number": done.number, "kind": kind, "batches": done.batches,
            "records": done.records, "months": done.months, "leaf": done.leaf,
            "is_finished": done.is_finished}  # fmt: skip
    _print(told, as_json=as_json)


@retention_command.command("disposals")
@JSON
def disposals_command(*, as_json: bool) -> None:
    """处置记录 What was disposed of."""
    told = [
        {"number": each.number, "kind": each.kind, "at": each.at.isoformat(),
         "batches": each.batches, "records": each.records, "by": each.by, "reason": each.reason,
         "is_finished": each.is_finished}
        for each in retained.disposals(limit=1_000)
    ]  # fmt: skip
    _print(told, as_json=as_json)


@retention_command.command("hold")
@CASE
@click.option("--kind", default="", help="记录种类 kind of record; without one all kinds")
@click.option("--batch", default="", help="批次号 batch")
@selected
@REASON
@BY
@JSON
def hold_command(case: str, reason: str, by: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - options
    """为一个办件冻结记录 Hold records for a case: they are not disposed of."""
    placed = JOBS["hold"](
        _selection(given), case=case, reason=reason, desk=_desk(by),
    )  # fmt: skip
    sealing.publish()
    _print({**placed.hold.plain(), "leaf": placed.leaf}, as_json=as_json)


@retention_command.command("release")
@click.argument("number")
@REASON
@BY
@JSON
def release_command(number: str, reason: str, by: str, *, as_json: bool) -> None:
    """解除冻结 Let go of what was held."""
    gone = JOBS["release"](number, reason, _desk(by))
    sealing.publish()
    _print({"number": number, "released_at": gone.released_at}, as_json=as_json)


@retention_command.command("holds")
@JSON
def holds_command(*, as_json: bool) -> None:
    """因案冻结清单 What is held for cases."""
    told = [
        {**each.hold.plain(), "released_at": each.released_at}
        for each in retained.holds(limit=1_000)
    ]
    _print(told, as_json=as_json)


@retention_command.command("ask")
@click.argument("kind")
@CASE
@click.option("--purpose", required=True, help="用途 for what")
@selected
@BY
@JSON
def ask_command(
    kind: str,
    case: str,
    purpose: str,
    by: str,
    *,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - options
) -> None:
    """依办件调取留存数据 Ask retained records under a case; the question is sealed."""
    made = JOBS["ask"](
        _selection({**given, "kind": kind}), case=case, purpose=purpose, desk=_desk(by),
    )  # fmt: skip
    sealing.publish()
    told = {"number": made.number, "rows": made.rows, "sha256": made.digest,
            "leaf": made.chain[0].leaf}  # fmt: skip
    _print(told, as_json=as_json)


@retention_command.command("give")
@click.argument("number")
@click.option("--to", required=True, help="交给谁 to whom")
@REASON
@BY
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV"
)
@JSON
def give_command(
    number: str, to: str, reason: str, by: str, output: Path, *, as_json: bool
) -> None:
    """移交调取结果，写入保管链 Hand an answer over; a link of its chain of custody."""
    found, content = JOBS["give"](number, to=to, why=reason, desk=_desk(by))
    output.write_bytes(content)
    sealing.publish()
    told = {"number": number, "file": str(output), "sha256": found.digest,
            "link": found.chain[-1].number}  # fmt: skip
    _print(told, as_json=as_json)


@retention_command.command("destroy")
@click.argument("number")
@REASON
@BY
@JSON
def destroy_command(number: str, reason: str, by: str, *, as_json: bool) -> None:
    """销毁调取结果，只留保管链 Destroy an answer; its chain of custody stays."""
    found = JOBS["destroy"](number, reason, _desk(by))
    sealing.publish()
    _print({"number": number, "destroyed": found.is_destroyed}, as_json=as_json)


@retention_command.command("answers")
@click.option("--case", default="", help="办件编号 of a case")
@JSON
def answers_command(case: str, *, as_json: bool) -> None:
    """调取记录 What was asked of retained records."""
    told = [
        {"number": each.number, "case": each.case, "kind": each.kind, "rows": each.rows,
         "by": each.by, "at": each.at.isoformat(), "purpose": each.purpose,
         "links": [f"{link.number} {link.act} {link.by}" for link in each.chain]}
        for each in retained.answers(case=case, limit=1_000)
    ]  # fmt: skip
    _print(told, as_json=as_json)


@retention_command.command("gaps")
@click.option("--kind", default="", help="记录种类 kind of record")
@click.option("--reporter", default="", help="报送单位 reporter")
@click.option("--from", "since", type=DAY, help="起始日 first day")
@click.option("--to", "until", type=DAY, help="截止日 last day that is over")
@JSON
def gaps_command(
    kind: str, reporter: str, since: datetime | None, until: datetime | None, *, as_json: bool
) -> None:
    """谁从哪天起不再留存 Who seems to have stopped keeping what, and when."""
    last = until.date() if until else JOBS["last-day-over"](clock.now().date())
    first = since.date() if since else last - timedelta(days=DAYS_SHOWN - 1)
    kinds: Sequence[Any] = [REGISTRY.kind(kind)] if kind else list(REGISTRY.kinds.values())
    house = OFFICE.house()
    found = JOBS["gaps"](house, kinds, since=first, until=last, reporter=reporter)
    told = [
        {"what": each.what, "kind": each.kind, "reporter": each.reporter,
         "since": each.since.isoformat(), "weekday": f"{each.since:%A}",
         "until": each.until.isoformat() if each.until else None, "expected": each.expected,
         "found": each.found, "where": each.where}
        for each in found
    ]  # fmt: skip
    _print(told, as_json=as_json)
    asked = JOBS["gap-question"](house.configuration)
    if asked is not None and not as_json:
        click.echo(f"{asked.question_zh}\n{asked.question_en} [{asked.name}]", err=True)


@retention_command.command("sweep")
@JSON
def sweep_command(*, as_json: bool) -> None:
    """清理中断的进程留下的文件 Clear away what killed processes left; finish what can be."""
    home = wiring.ledger()
    swept = records.sweep(home, REGISTRY.held.values(), at=clock.now())
    answers = answering.remove_destroyed(home)
    checks = Desk(Path(settings.UPLOADS)).clear(clock.now())
    told = {**asdict(swept), "answers": answers, "checks": checks}
    _print(told, as_json=as_json)
