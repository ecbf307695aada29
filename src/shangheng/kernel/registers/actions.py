# SPDX-License-Identifier: Apache-2.0
"""What can be done with registers; each function is one transaction and one sealed version.

Nothing that was entered is ever changed: an amendment holds from a day on, a correction stands
beside what it corrects, and the end of an entry is a version too.
"""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction

from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refusal
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.periods import CHINA, day_of
from shangheng.kernel.records.store.sources import workbook_rows
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers import likeness, store
from shangheng.kernel.registers.concept.actors import Hand
from shangheng.kernel.registers.concept.forms import checked
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.registers.models import EntryNumberRow, EntryRow, VersionRow
from shangheng.kernel.search import store as search
from shangheng.kernel.search.concept import folded, mark_of

ROWS_MAX = 20_000
TYPED_MAX = 4_000
REASON_MAX = 500
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Entered:
    """An entry after an act."""

    number: str
    state: str
    version: int
    seal: str


@dataclass(frozen=True)
class LineWrong:
    """A line of an import that was not taken: where, which code, which facts."""

    line: int
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """What came of an import; in a dry run nothing was written."""

    rows: int
    taken: int
    wrong: tuple[LineWrong, ...]
    dry_run: bool


@dataclass(frozen=True, kw_only=True)
class Filing:
    """How an entry is made: from which day, under which parent, why, and in which home region.

    ``sure`` says that entries that are alike were looked at and are not the same; ``act`` is what
    the action itself writes down.
    """

    since: date | None = None
    parent: str = ""
    reason: str = ""
    home: str = ""
    sure: bool = False
    act: str = "enter"


PLAIN = Filing()


def region_code(text: str) -> str:
    """Return the code of a region's code or name."""
    return regions.lookup(text).code


def _role(hand: Hand, roles: tuple[str, ...], region: str) -> str:
    role = hand.actor.role_for(roles, region)
    if role is None:
        raise NotPermitted("register.not_yours", roles=list(roles), region=region)
    return role


@transaction.atomic
def enter(
    kind: RegisterKind, given: Mapping[str, Any], hand: Hand, filing: Filing = PLAIN
) -> Entered:
    """Put something on file; where the register asks for it, another has to confirm it."""
    values = checked(kind.fields, given, region=region_code)
    region = kind.place_of(values, filing.home)
    _role(hand, kind.enter, region)
    _refuse_twice(kind, values, region, filing)
    row = EntryRow.objects.create(
        uuid=uuid4(), kind=kind.name, number=_next_number(kind, hand.at),
        key=kind.key_of(values), title=str(values.get(kind.title, ""))[:200],
        state="draft" if kind.confirm else "current", region=region, typed="", version=0,
        seal="", entered_at=hand.at, parent=_parent(kind, filing.parent),
    )  # fmt: skip
    return _append(kind, row, values, hand, replace(filing, act="enter"))


def _refuse_twice(
    kind: RegisterKind, values: Mapping[str, Any], region: str, filing: Filing
) -> None:
    key = kind.key_of(values)
    taken = EntryRow.objects.filter(kind=kind.name, key=key).exclude(state="ended").first()
    if taken is not None:
        raise Conflict("register.key_taken", key=key, number=taken.number, title=taken.title)
    if filing.sure:
        return
    if found := likeness.similar(kind, values, region):
        told = [f"{each.number} {each.title}" for each in found]
        raise Conflict("register.similar", candidates=told)


def _next_number(kind: RegisterKind, at: datetime) -> str:
    on = day_of(at)
    EntryNumberRow.objects.get_or_create(kind=kind.name, year=on.year, defaults={"last": 0})
    row = EntryNumberRow.objects.select_for_update().get(kind=kind.name, year=on.year)
    row.last += 1
    row.save(update_fields=["last"])
    return kind.numbered(on, row.last)


def _parent(kind: RegisterKind, number: str) -> EntryRow | None:
    if not number:
        return None
    row = EntryRow.objects.filter(kind=kind.parent, number=number).first()
    if row is None:
        raise NotFound("register.unknown", number=number)
    return row


def _append(
    kind: RegisterKind,
    row: EntryRow,
    values: Mapping[str, Any],
    hand: Hand,
    filing: Filing,
) -> Entered:
    """Add a version; it holds at once where nobody has to confirm it."""
    act, reason = filing.act, filing.reason[:REASON_MAX]
    number, since = row.version + 1, filing.since or day_of(hand.at)
    holds = not kind.confirm
    entry = {
        "entry": row.number, "kind": kind.name, "version": number, "act": act,
        "values": dict(values), "effective_from": since.isoformat(), "reason": reason,
        "by": hand.actor.name, "at": hand.at.astimezone(CHINA).isoformat(),
        "before": row.seal,
    }  # fmt: skip
    seal = hashlib.sha256(canonical(entry)).hexdigest()
    leaf = evidence.seal(
        f"register.{act}", row.number, entry, at=hand.at,
        facts={"kind": kind.name, "version": number},
    )  # fmt: skip
    VersionRow.objects.create(
        entry=row, number=number, act=act, values=dict(values), effective_from=since,
        reason=reason, recorded_by=hand.actor.name, recorded_at=hand.at,
        confirmed_by=hand.actor.name if holds else "", confirmed_at=hand.at if holds else None,
        seal=seal, leaf=leaf, held=leaf if holds else None,
    )  # fmt: skip
    row.version, row.seal, before = number, seal, row.typed
    if holds:
        _take_over(kind, row, act, values)
    row.typed = row.typed or _searchable(kind, row, values)
    _save(row, before)
    return Entered(row.number, row.state, number, seal)


def _save(row: EntryRow, before: str) -> None:
    """Save an entry and let it be found by what it says now."""
    row.save()
    search.put(f"register.{row.kind}", row.uuid, row.typed, before=before)
    store.keep_facets(row)


def _take_over(kind: RegisterKind, row: EntryRow, act: str, values: Mapping[str, Any]) -> None:
    """Let the entry say what its newest confirmed version says."""
    row.key, row.title = kind.key_of(values), str(values.get(kind.title, ""))[:200]
    row.region = kind.place_of(values, row.region)
    row.state = "ended" if act == "end" else "current"
    row.typed = _searchable(kind, row, values)


def _searchable(kind: RegisterKind, row: EntryRow, values: Mapping[str, Any]) -> str:
    """Return what is searched: everything on file but personal data."""
    open_ = [field.name for field in kind.fields if field.sensitivity != "personal"]
    told = [str(values[name]) for name in open_ if isinstance(values.get(name), str | int)]
    return folded(" ".join([row.number, *_marks(kind, values), *told]))[:TYPED_MAX]


def _marks(kind: RegisterKind, values: Mapping[str, Any]) -> list[str]:
    """Return the marks of the values of code lists that an entry has."""
    return [mark_of(each.name, str(values[each.name])) for each in kind.coded
            if values.get(each.name)]  # fmt: skip


def _locked(kind: RegisterKind, number: str, hand: Hand) -> EntryRow:
    row = EntryRow.objects.select_for_update().filter(kind=kind.name, number=number).first()
    if row is None:
        raise NotFound("register.unknown", number=number)
    _role(hand, kind.roles, row.region)
    if hand.version is not None and row.version != hand.version:
        last = row.versions.order_by("-number")[0]
        raise Conflict("register.moved", number=number, by=last.recorded_by, version=row.version)
    return row


@transaction.atomic
def confirm(kind: RegisterKind, number: str, hand: Hand) -> Entered:
    """Confirm the newest version; never by whom it was entered."""
    row = _locked(kind, number, hand)
    _role(hand, kind.confirm, row.region)
    version = row.versions.order_by("-number")[0]
    if version.confirmed_at is not None:
        raise Conflict("register.confirmed", number=number)
    if version.recorded_by == hand.actor.name:
        raise NotPermitted("register.four_eyes", by=hand.actor.name)
    version.confirmed_by, version.confirmed_at = hand.actor.name, hand.at
    if version.act == "correct":
        _supersede(row, version, hand)
    told = {"seal": version.seal, "by": hand.actor.name}
    facts = {"version": version.number}
    version.held = evidence.seal("register.confirm", number, told, at=hand.at, facts=facts)
    version.save(update_fields=["confirmed_by", "confirmed_at", "held"])
    before = row.typed
    _take_over(kind, row, version.act, version.values)
    _save(row, before)
    return Entered(row.number, row.state, row.version, row.seal)


@transaction.atomic
def amend(
    kind: RegisterKind, number: str, given: Mapping[str, Any], hand: Hand, filing: Filing = PLAIN
) -> Entered:
    """Let an entry say something else from a day on; before that day it says what it said."""
    row = _locked(kind, number, hand)
    _role(hand, kind.enter, row.region)
    values = checked(kind.fields, given, region=region_code)
    _refuse_other_key(kind, row, values)
    return _append(kind, row, values, hand, replace(filing, act="amend"))


def _refuse_other_key(kind: RegisterKind, row: EntryRow, values: Mapping[str, Any]) -> None:
    _open_version(row)
    key = kind.key_of(values)
    others = EntryRow.objects.filter(kind=kind.name, key=key).exclude(pk=row.pk)
    taken = others.exclude(state="ended").first()
    if taken is not None:
        raise Conflict("register.key_taken", key=key, number=taken.number, title=taken.title)


def _open_version(row: EntryRow) -> None:
    if row.state == "ended":
        raise Conflict("register.ended", number=row.number)
    if row.versions.filter(confirmed_at=None).exists():
        raise Conflict("register.unconfirmed", number=row.number)


@transaction.atomic
def correct(
    kind: RegisterKind, number: str, given: Mapping[str, Any], hand: Hand, filing: Filing = PLAIN
) -> Entered:
    """Put right what was wrong from the beginning of a version; the wrong one stays readable."""
    row = _locked(kind, number, hand)
    _role(hand, kind.enter, row.region)
    if not filing.reason.strip():
        raise Invalid("register.reason_missing")
    values = checked(kind.fields, given, region=region_code)
    _refuse_other_key(kind, row, values)
    wrong = row.versions.filter(superseded_at=None).order_by("-effective_from", "-number")[0]
    same_day = Filing(since=wrong.effective_from, reason=filing.reason, act="correct")
    done = _append(kind, row, values, hand, same_day)
    if not kind.confirm:
        _supersede(row, row.versions.get(number=done.version), hand)
    return done


def _supersede(row: EntryRow, right: VersionRow, hand: Hand) -> None:
    """Let a correction that holds stand in the place of what it corrects."""
    row.versions.filter(
        superseded_at=None, effective_from=right.effective_from, number__lt=right.number
    ).update(superseded_at=hand.at, superseded_by=right.number)


@transaction.atomic
def end(kind: RegisterKind, number: str, hand: Hand, filing: Filing) -> Entered:
    """Let an entry end on a day, with the reason; what it said before stays readable."""
    row = _locked(kind, number, hand)
    _role(hand, kind.enter, row.region)
    if not filing.reason.strip():
        raise Invalid("register.reason_missing")
    _open_version(row)
    values = row.versions.order_by("-number")[0].values
    return _append(kind, row, values, hand, replace(filing, act="end"))


def load(
    kind: RegisterKind, content: bytes, hand: Hand, filing: Filing, *, dry_run: bool
) -> Loaded:
    """Take in a CSV file or a workbook; good lines are entered, wrong ones come back with why.

    The header names fields, or their Chinese labels. A dry run writes nothing and says the same.
    """
    lines = _lines(kind, content)
    taken, wrong = 0, []
    with transaction.atomic():
        for number, given in lines:
            try:
                with transaction.atomic():
                    enter(kind, given, hand, filing)
                taken += 1
            except Refusal as refusal:
                wrong.append(LineWrong(number, refusal.code, refusal.facts))
        if dry_run:
            transaction.set_rollback(True)
    return Loaded(len(lines), taken, tuple(wrong), dry_run)


def _lines(kind: RegisterKind, content: bytes) -> list[tuple[int, dict[str, str]]]:
    rows = enumerate(_workbook(content) if content.startswith(ZIP) else _csv(content), 1)
    header = [name.strip() for name in next(rows, (1, []))[1]]
    names = {each.zh: each.name for each in kind.fields} | {e.name: e.name for e in kind.fields}
    if unknown := [name for name in header if name not in names]:
        raise Invalid("register.columns", unknown=unknown, known=[e.name for e in kind.fields])
    columns = [names[name] for name in header]
    found = [
        (line, dict(zip(columns, row, strict=False)))
        for line, row in rows
        if any(cell.strip() for cell in row)
    ]
    if len(found) > ROWS_MAX:
        raise Invalid("register.too_many", rows=len(found), most=ROWS_MAX)
    return found


def _csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("register.not_utf8", at=error.start) from error
    return csv.reader(io.StringIO(text, newline=""))


def _workbook(content: bytes) -> Iterator[list[str]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        yield from workbook_rows(Path(file.name))
