# SPDX-License-Identifier: Apache-2.0
"""How a case is moved: rows locked, clocks turned, each step appended under its seal.

Everything here runs inside the transaction of an action.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Min

from shangheng.kernel.cases import tallies
from shangheng.kernel.cases.concept import clocks as c
from shangheng.kernel.cases.concept.calendar import Calendar, official
from shangheng.kernel.cases.concept.clocks import Clock, Event, Unit
from shangheng.kernel.cases.concept.guards import OPENING, Figures, Guards, Taking
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import seal_of
from shangheng.kernel.cases.concept.standing import Standing
from shangheng.kernel.cases.concept.telling import Act, Hook, notices_of
from shangheng.kernel.cases.models import CaseNumberRow, CaseRow, ClockRow, StepRow, TraitRow
from shangheng.kernel.errors import Conflict, NotFound, Unavailable
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.store import flush
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Channel
from shangheng.kernel.periods import CHINA, day_of
from shangheng.kernel.policies.concept import Library
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.registers.concept import actors
from shangheng.kernel.registers.concept.forms import Files, uploads_of

TRAIT_MAX = 200


@dataclass(frozen=True)
class House:
    """What a jurisdiction gives to its cases: region, folder of files, decisions, calendar.

    ``records`` are the kinds of record that steps may report, ``channels`` the ways by which
    people can be told, ``hooks`` the programs that are told, ``guards`` what services check, book
    or enter before a step is written, by ``kind.step``; ``library`` gives the policies that they
    ask, ``figures`` what they release; ``secret`` is what codes for signing are made of.
    """

    region: str = ""
    files: Path | None = None
    configuration: Configuration = field(default_factory=dict)
    calendar: Calendar = field(default_factory=official)
    records: Mapping[str, RecordKind] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ("inbox",)
    hooks: tuple[Hook, ...] = ()
    guards: Guards = field(default_factory=dict)
    library: Callable[[], Library] | None = None
    figures: Figures | None = None
    secret: str = ""


@dataclass(frozen=True)
class Hand(actors.Hand):
    """By whose hand a case is moved, and in which house.

    ``code`` is what whoever filed the case shows instead of an account, ``signature`` what a side
    types to sign a text.
    """

    house: House = field(default_factory=House)
    code: str = ""
    signature: str = ""


@dataclass(frozen=True)
class Done:
    """What is written down of an act: what, by whose hand, in which role, with which content.

    ``changes`` are the columns of the case that change with it.
    """

    act: str
    hand: Hand
    role: str
    name: str = ""
    target: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def next_number(kind: CaseKind, at: datetime) -> str:
    """Return the next number of the year; the row is locked until the transaction ends."""
    on = day_of(at)
    CaseNumberRow.objects.get_or_create(kind=kind.name, year=on.year, defaults={"last": 0})
    row = CaseNumberRow.objects.select_for_update().get(kind=kind.name, year=on.year)
    row.last += 1
    row.save(update_fields=["last"])
    return kind.numbered(on, row.last)


def locked(kind: CaseKind, number: str) -> CaseRow:
    """Return a case for changing; it stays locked until the transaction ends."""
    row = CaseRow.objects.select_for_update().filter(kind=kind.name, number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    return row


def refuse_stale(row: CaseRow, version: int | None) -> None:
    """Refuse to act on a case that somebody moved since it was looked at, and say who."""
    if version is None or row.version == version:
        return
    last = row.steps.order_by("-number").first()
    at = last.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if last else ""
    raise Conflict(
        "case.moved", number=row.number, by=last.by if last else "", at=at,
        act=(last.name or last.act) if last else "", state=row.state, version=row.version,
    )  # fmt: skip


def guarded(
    kind: CaseKind, row: CaseRow | None, hand: Hand, values: Mapping[str, Any], step: Step | None
) -> dict[str, Any]:
    """Let services do what belongs to a step, or to an opening; return what is written with it."""
    name = step.name if step else OPENING
    guards = hand.house.guards.get(f"{kind.name}.{name}", ())
    if step and step.guarded and not guards:
        raise Unavailable("case.guard_missing", step=f"{kind.name}.{name}")
    if not guards:
        return dict(values)
    taking = _taking(kind, row, hand, values, name)
    told = [guard(taking) or {} for guard in guards]
    return {**values, **{name: value for each in told for name, value in each.items()}}


def _taking(
    kind: CaseKind, row: CaseRow | None, hand: Hand, given: Mapping[str, Any], name: str
) -> Taking:
    house = hand.house
    taken = list(row.steps.filter(act="step").order_by("number")) if row else []
    said: dict[str, Mapping[str, Any]] = {}
    for each in taken:
        said.pop(each.name, None)
        said[each.name] = each.values
    running = row.clocks.filter(ended_at=None) if row else ()
    return Taking(
        kind=kind.name, number=row.number if row else "", step=name,
        region=row.region if row else kind.place_of(given, house.region),
        values=row.values if row else given, given=given, actor=hand.actor, at=hand.at,
        opened_at=row.opened_at if row else hand.at, home=house.region, said=said,
        due_at={each.name: each.due_at for each in running},
        configuration=house.configuration, library=house.library, secret=house.secret,
        figures=house.figures,
    )  # fmt: skip


def append(kind: CaseKind, row: CaseRow, done: Done) -> StepRow:
    """Write down what was done, sealed in the log; the case takes the new state and version.

    Who is to be told of it is put into the outbox in the same transaction.
    """
    number, target, at = row.version + 1, done.target or row.state, done.hand.at
    entry = {
        "case": row.number, "number": number, "act": done.act, "name": done.name,
        "source": row.state, "target": target, "by": done.hand.actor.name, "role": done.role,
        "at": at.astimezone(CHINA).isoformat(), "values": dict(done.values),
    }  # fmt: skip
    seal = seal_of(entry, row.seal)
    changes = {"version": number, "seal": seal, "state": target, "changed_at": at, **done.changes}
    if not CaseRow.objects.filter(pk=row.pk, version=row.version).update(**changes):
        refuse_stale(CaseRow.objects.get(pk=row.pk), row.version)  # kept from us while locked
    leaf = evidence.seal(
        f"case.{done.act}", row.number, entry | {"seal": seal}, at=at,
        facts={"kind": row.kind, "number": number},
    )  # fmt: skip
    step = StepRow.objects.create(
        case=row, number=number, act=done.act, name=done.name, source=row.state, target=target,
        by=done.hand.actor.name, role=done.role, at=at, values=dict(done.values), seal=seal,
        leaf=leaf,
    )  # fmt: skip
    before = tallies.counted(row)
    for name, value in changes.items():
        setattr(row, name, value)
    tallies.turn(kind.name, row.opened_at, before, tallies.counted(row))
    _tell(kind, row, step, done.hand.house)
    return step


def _tell(kind: CaseKind, row: CaseRow, step: StepRow, house: House) -> None:
    act = Act(
        number=step.number, act=step.act, name=step.name, by=step.by, holder=row.holder,
        values=step.values, seal=step.seal, title=row.title,
    )  # fmt: skip
    case = standing_of(row, at=step.at)
    told = notices_of(kind, case, act, channels=house.channels, hooks=house.hooks)
    notices.put(told, at=step.at)


def standing_of(row: CaseRow, *, at: datetime, said: bool = False) -> Standing:
    """Return how a case stands; with ``said`` also what was said in each step so far."""
    steps = row.steps.filter(act="step").order_by("number") if said else ()
    return Standing(
        number=row.number, state=row.state, outcome=row.outcome, region=row.region,
        department=row.department, opened_at=row.opened_at, at=at, values=row.values,
        said=[(step.name, step.values) for step in steps],
    )  # fmt: skip


def turn_clocks(
    kind: CaseKind, row: CaseRow, hand: Hand, *, why: str = "", step: str = ""
) -> None:
    """Start, stop, resume or end the clocks of a case as its new state, or the step, asks."""
    at, house = hand.at, hand.house
    running = {each.name: each for each in row.clocks.filter(ended_at=None)}
    for clock in kind.clocks:
        kept = running.get(clock.name)
        if row.state in clock.runs and step not in clock.until:
            if kept is None and _may_start(clock, row):
                _start(clock, row, house, at)
            elif kept is not None and _stands(kept):
                change(clock, kept, Event("resumed", at, why), house)
        elif kept is not None and row.state in clock.pauses:
            if not _stands(kept):
                change(clock, kept, Event("stopped", at, why), house)
        elif kept is not None:
            _end(row, kept, at)
    keep_due(row)


def _may_start(clock: Clock, row: CaseRow) -> bool:
    """Tell whether a clock that a step ends for good has not run yet."""
    return not (clock.until and row.clocks.filter(name=clock.name).exists())


def keep_due(row: CaseRow) -> None:
    """Keep on a case when the first of its running clocks runs out; lists ask the case alone."""
    row.due_at = row.clocks.filter(ended_at=None).aggregate(first=Min("due_at"))["first"]
    CaseRow.objects.filter(pk=row.pk).update(due_at=row.due_at)


def _end(row: CaseRow, kept: ClockRow, at: datetime) -> None:
    before = tallies.counted(row)
    ClockRow.objects.filter(pk=kept.pk).update(ended_at=at)
    tallies.turn(row.kind, row.opened_at, before, tallies.counted(row))


def _stands(kept: ClockRow) -> bool:
    told = [each["what"] for each in kept.events if each["what"] in ("stopped", "resumed")]
    return bool(told) and told[-1] == "stopped"


def _start(clock: Clock, row: CaseRow, house: House, at: datetime) -> None:
    unit, length = clock.period
    days, source = c.settled(length, house.configuration, day_of(at))
    kept = ClockRow(case=row, name=clock.name, unit=unit, length=days, source=source, events=[])
    _reckoned(clock, kept, (Event("started", at),), house)
    kept.save()


def change(clock: Clock, kept: ClockRow, event: Event, house: House) -> None:
    """Let something happen to a clock and work out anew when it runs out."""
    _reckoned(clock, kept, c.with_event(events_of(kept), event), house)
    kept.save()


def _reckoned(clock: Clock, kept: ClockRow, events: tuple[Event, ...], house: House) -> None:
    found = c.reckon(unit_of(kept), kept.length, events, house.calendar)
    kept.events = [event.plain() for event in events]
    kept.due_at, kept.warn_at = found.due_at, None
    if clock.warns_before is not None and found.due_at is not None:
        on = day_of(events[0].at)
        days, _ = c.settled(clock.warns_before, house.configuration, on)
        kept.warn_at = found.due_at - timedelta(days=days)


def unit_of(kept: ClockRow) -> Unit:
    """Return the unit of a clock that was kept."""
    return next(unit for unit in c.UNITS if unit == kept.unit)


def events_of(kept: ClockRow) -> tuple[Event, ...]:
    """Return what happened to a clock so far."""
    return tuple(Event.of(plain) for plain in kept.events)


def keep_traits(kind: CaseKind, row: CaseRow) -> None:
    """Keep the values by which similar cases are found, of a list each one."""
    told = [(name, row.values[name]) for name in kind.alike if row.values.get(name)]
    TraitRow.objects.bulk_create(
        TraitRow(case=row, kind=kind.name, name=name, value=str(each)[:TRAIT_MAX])
        for name, value in told
        for each in (value if isinstance(value, list) else [value])
    )


def keep_files(house: House, fields: Sequence[f.Field], given: Mapping[str, Any]) -> None:
    """Keep attached files under their digests; one that is there already stays."""
    for each in fields:
        if not isinstance(each, Files):
            continue
        for upload in uploads_of(given.get(each.name)):
            if house.files is None:
                raise Unavailable("case.no_file_folder")
            path = file_path(house.files, upload.digest)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            written = path.with_suffix(f".{secrets.token_hex(4)}")
            written.write_bytes(upload.content)
            flush(written)
            written.replace(path)
            flush(path.parent)


def file_path(folder: Path, digest: str) -> Path:
    """Return where a file of a digest lies."""
    return folder / digest[:2] / digest
