# SPDX-License-Identifier: Apache-2.0
"""What can be asked of registers: as they stood on a day, what changed, who is alike."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records.concept.fields import OneOf
from shangheng.kernel.regions.concept import stem
from shangheng.kernel.registers.concept.actors import BETWEEN, Actor
from shangheng.kernel.registers.concept.kinds import (
    Difference,
    RegisterKind,
    alike,
    differences,
    metres_between,
)
from shangheng.kernel.registers.models import EntryRow, VersionRow
from shangheng.kernel.search import store as search
from shangheng.kernel.search.concept import folded, mark_of

PAGE = 50
COMPARED_MAX = 5_000
FOUND_MAX = 10_000
COUNTED_MAX = 10_000
COUNTY_DIGITS, REGION_DIGITS = 6, 12


@dataclass(frozen=True)
class EntryView:
    """An entry as it stood on a day, with the values that the reader may see."""

    number: str
    kind: str
    title: str
    state: str
    region: str
    version: int
    effective_from: date
    values: Mapping[str, Any]
    is_whole: bool
    parent: str = ""
    expired: bool = False


@dataclass(frozen=True)
class VersionView:
    """One version of an entry, and what it changed."""

    number: int
    act: str
    effective_from: date
    reason: str
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    superseded_by: int | None
    values: Mapping[str, Any]
    changed: tuple[Difference, ...]
    seal: str
    leaf: int


@dataclass(frozen=True)
class Candidate:
    """An entry that may be the same as another, and why."""

    number: str
    title: str
    why: str
    metres: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for: text, region, state, values of fields, as at a day; and which part."""

    text: str = ""
    region: str = ""
    state: str = "current"
    where: tuple[tuple[str, str], ...] = ()
    on: date | None = None
    limit: int | None = PAGE
    offset: int = 0


def sees_all(kind: RegisterKind, actor: Actor, region: str) -> bool:
    """Tell whether an actor sees whole entries of a region."""
    return bool(kind.roles) and actor.role_for(kind.roles, region) is not None


def naming(field: str, names: Iterable[str]) -> Q:
    """Return the condition that a field which lists several names lists one of these."""
    either = "|".join(re.escape(name) for name in names)
    return Q(**{f"{field}__regex": f"(^|{BETWEEN})({either})($|{BETWEEN})"})


def below(region: str) -> Q:
    """Return the condition for what lies in a region; no region is the whole country."""
    if not region:  # a plain Q() would vanish beside other conditions instead of holding for all
        return ~Q(pk__in=[])
    first = stem(region)  # a span of codes, which an index can answer, unlike a beginning
    return Q(region__gte=first, region__lte=first.ljust(REGION_DIGITS, "9"))


def _seen(kind: RegisterKind, actor: Actor, *, confirmed: bool = False) -> Q:
    """Return the condition for the entries that an actor may see at all.

    Of a public register everybody sees what is ``confirmed``, so that nothing more is asked.
    """
    if "" in actor.regions_of(kind.roles) or (kind.public and confirmed):
        return Q(kind=kind.name)
    scope = Q(state="current") | Q(state="ended") if kind.public else Q(pk__in=[])
    for region in actor.regions_of(kind.roles):
        scope |= below(region)
    return Q(kind=kind.name) & scope


def _sought(kind: RegisterKind, sought: Sought, actor: Actor) -> QuerySet[EntryRow]:
    confirmed = sought.on is not None or sought.state in ("current", "ended")
    rows = _within(EntryRow.objects.filter(_seen(kind, actor, confirmed=confirmed)), sought)
    if sought.state and sought.on is None:
        rows = rows.filter(state=sought.state)
    if sought.on is not None:
        known = VersionRow.objects.filter(
            entry=OuterRef("pk"), effective_from__lte=sought.on, superseded_at=None
        ).exclude(confirmed_at=None)
        rows = rows.filter(Exists(known))
    if sought.text.strip():
        found = search.found(f"register.{kind.name}", sought.text, most=FOUND_MAX)
        rows = rows if found is None else rows.filter(pk__in=found)
    for word in folded(sought.text).split():
        rows = rows.filter(_says(kind, actor, word))
    for name, value in sought.where:
        rows = _with_value(kind, rows, (name, value), sought.on)
    return rows


def _with_value(
    kind: RegisterKind, rows: QuerySet[EntryRow], wanted: tuple[str, str], on: date | None
) -> QuerySet[EntryRow]:
    """Keep to entries with a value: one of a code list by its mark, others by what was said."""
    name, value = wanted
    marked = any(each.name == name and isinstance(each, OneOf) for each in kind.fields)
    if on is not None or not marked:
        said = VersionRow.objects.filter(entry=OuterRef("pk"), superseded_at=None)
        return rows.filter(Exists(said.filter(**{f"values__{name}": value})))
    mark = mark_of(name, value)
    found = search.found(f"register.{kind.name}", mark, most=FOUND_MAX)
    return rows.filter(typed__contains=mark) if found is None else rows.filter(pk__in=found)


def _within(rows: QuerySet[EntryRow], sought: Sought) -> QuerySet[EntryRow]:
    """Keep to the region that is sought.

    A county is few of all entries: its index finds them, to be put in order. A city or a province
    is many: they are gone through in their order until the page is full, for which the region must
    not look like something that an index could answer.
    """
    if not sought.region:
        return rows
    if len(stem(sought.region)) >= COUNTY_DIGITS:
        return rows.filter(below(sought.region))
    first = stem(sought.region)
    place = Coalesce("region", Value(""))
    return rows.annotate(place=place).filter(
        place__gte=first, place__lte=first.ljust(REGION_DIGITS, "9")
    )


def _says(kind: RegisterKind, actor: Actor, word: str) -> Q:
    """Return the condition that an entry says a word where the actor may read it.

    A search over what is not shown would tell it all the same.
    """
    says = Q(number__icontains=word)
    if kind.title in kind.public:
        says |= Q(title__icontains=word)
    for region in actor.regions_of(kind.roles):
        says |= below(region) & Q(typed__contains=word)
    return says


def listed(
    kind: RegisterKind,
    sought: Sought,
    *,
    actor: Actor,
    today: date,
) -> list[EntryView]:
    """Return the entries that are sought, as they stood on the day, by title."""
    rows = _sought(kind, sought, actor).select_related("parent").order_by("title", "number")
    until = None if sought.limit is None else sought.offset + sought.limit
    part = list(rows[sought.offset : until])
    day = sought.on or today
    held = _versions_on([row.pk for row in part], day)
    found = []
    for row in part:
        version = held.get(row.pk) or (
            None if sought.on else row.versions.order_by("-number").first()
        )
        if version is None or (sought.on is not None and version.act == "end"):
            continue
        view = _view(kind, row, version, actor, day)
        if all(str(version.values.get(name)) == value for name, value in sought.where):
            found.append(view)
    return found


def count(kind: RegisterKind, sought: Sought, *, actor: Actor) -> int:
    """Return how many entries are sought; beyond ``COUNTED_MAX`` not all are counted."""
    rows = _sought(kind, sought, actor).order_by().values_list("kind")  # no row has to be read
    return rows[: COUNTED_MAX + 1].count()


def _versions_on(entries: list[Any], day: date) -> dict[Any, VersionRow]:
    """Return for each entry the version that holds on a day: the last that began."""
    rows = VersionRow.objects.filter(
        entry__in=entries, effective_from__lte=day, superseded_at=None
    ).exclude(confirmed_at=None)
    return {row.entry_id: row for row in rows.order_by("effective_from", "number")}


def _view(
    kind: RegisterKind, row: EntryRow, version: VersionRow, actor: Actor, day: date
) -> EntryView:
    whole = sees_all(kind, actor, row.region)
    values = version.values if whole else _public(kind, version.values)
    until = version.values.get(kind.expires) if kind.expires else None
    is_over = until is not None and day > date.fromisoformat(str(until))
    title = row.title if whole or kind.title in kind.public else row.number
    return EntryView(
        row.number, row.kind, title, row.state, row.region, row.version, version.effective_from,
        values, whole, row.parent.number if row.parent else "", is_over,
    )  # fmt: skip


def _public(kind: RegisterKind, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in kind.public}


def as_at(
    kind: RegisterKind, number: str, *, on: date, actor: Actor, known_at: datetime | None = None
) -> EntryView:
    """Return an entry as it stood on a day; with ``known_at`` as it was then believed to stand."""
    row = _row(kind, number, actor)
    versions = row.versions.filter(effective_from__lte=on).exclude(confirmed_at=None)
    if known_at is None:
        versions = versions.filter(superseded_at=None)
    else:
        versions = versions.filter(
            Q(superseded_at=None) | Q(superseded_at__gt=known_at), confirmed_at__lte=known_at
        )
    version = versions.order_by("-effective_from", "-number").first()
    if version is None or version.act == "end":
        raise NotFound("register.not_in_force", number=number, day=on.isoformat())
    return _view(kind, row, version, actor, on)


def entry(kind: RegisterKind, number: str, *, actor: Actor, today: date) -> EntryView:
    """Return an entry as it stands: what holds today, else its newest version."""
    row = _row(kind, number, actor)
    version = _versions_on([row.pk], today).get(row.pk) or row.versions.order_by("-number")[0]
    return _view(kind, row, version, actor, today)


def _row(kind: RegisterKind, number: str, actor: Actor) -> EntryRow:
    rows = EntryRow.objects.filter(_seen(kind, actor), number=number).select_related("parent")
    row = rows.first()
    if row is None:
        raise NotFound("register.unknown", number=number)
    return row


def history(kind: RegisterKind, number: str, *, actor: Actor) -> tuple[VersionView, ...]:
    """Return every version of an entry, oldest first, with what each changed."""
    row = _row(kind, number, actor)
    whole = sees_all(kind, actor, row.region)
    found: list[VersionView] = []
    before: Mapping[str, Any] = {}
    for each in row.versions.order_by("number"):
        if not whole and each.confirmed_at is None:
            continue
        values = each.values if whole else _public(kind, each.values)
        changed = differences(kind, before, values) if before else ()
        found.append(_version(each, values, changed, whole=whole))
        before = values
    return tuple(found)


def _version(
    row: VersionRow,
    values: Mapping[str, Any],
    changed: tuple[Difference, ...],
    *,
    whole: bool,
) -> VersionView:
    return VersionView(
        row.number, row.act, row.effective_from, row.reason, row.recorded_by if whole else "",
        row.recorded_at, row.confirmed_by if whole else "", row.confirmed_at, row.superseded_by,
        values, changed, row.seal, row.leaf,
    )  # fmt: skip


def similar(
    kind: RegisterKind, values: Mapping[str, Any], region: str, *, but: str = ""
) -> tuple[Candidate, ...]:
    """Return entries that may be the same: names alike in the county, places within metres."""
    title = str(values.get(kind.title, ""))
    rows = EntryRow.objects.filter(kind=kind.name, region__startswith=region[:6])
    rows = rows.exclude(state="ended").exclude(number=but).order_by("title")
    found = [
        Candidate(number, name, "name")
        for number, name in rows.values_list("number", "title")[:COMPARED_MAX]
        if alike(title, name)
    ]
    here = kind.point_of(values)
    if here is None or not kind.near_m:
        return tuple(found)
    versions = VersionRow.objects.filter(entry__in=rows[:COMPARED_MAX], superseded_at=None)
    for version in versions.select_related("entry").order_by("number"):
        there = kind.point_of(version.values)
        if there is None:
            continue
        metres = metres_between(here, there)
        if metres <= kind.near_m:
            near = version.entry
            found.append(Candidate(near.number, near.title, "distance", round(metres)))
    return tuple({each.number: each for each in found}.values())


def sealed_versions(number: str | None = None) -> Iterator[SealedRow]:
    """Give every version of every entry, or of one, with the leaf that seals it."""
    rows = VersionRow.objects.select_related("entry").order_by("entry", "number")
    if number is not None:
        rows = rows.filter(entry__number=number)
    before = ""
    for key, row in evidence.readable(rows):
        if row is None:
            yield SealedRow(f"kernel_register_version/{key}", -1, "register.?", "?", "")
            continue
        entry = row.entry
        before = "" if row.number == 1 else before
        content = {
            "entry": entry.number, "kind": entry.kind, "version": row.number, "act": row.act,
            "values": row.values, "effective_from": row.effective_from.isoformat(),
            "reason": row.reason, "by": row.recorded_by,
            "at": row.recorded_at.astimezone(CHINA).isoformat(), "before": before,
        }  # fmt: skip
        where = f"kernel_register_version/{row.pk} {entry.number} {row.number}"
        yield SealedRow(
            where, row.leaf, f"register.{row.act}", entry.number, content, {"seal": row.seal}
        )
        before = row.seal


def unlike_their_versions() -> Iterator[Finding]:
    """Name the entries that do not stand where their sealed versions lead."""
    for key, row in evidence.readable(EntryRow.objects.order_by("number"), by="number"):
        where = f"kernel_register_entry/{key}"
        if row is None:
            yield Finding(where, "evidence.row_differs", {"column": "?"})
            continue
        found = list(row.versions.order_by("number").values_list("act", "seal", "confirmed_by"))
        holding = [act for act, _, by in found if by]
        state = "draft" if not holding else "ended" if holding[-1] == "end" else "current"
        said = {
            "version": (len(found), row.version),
            "seal": (found[-1][1] if found else "", row.seal),
            "state": (state, row.state),
        }
        if wrong := [name for name, (told, now) in said.items() if told != now]:
            yield Finding(where, "evidence.row_differs", {"column": ", ".join(wrong)})


def confirmed_by_another() -> Iterator[str]:
    """Give the number of each entry with a version that somebody else confirmed."""
    rows = VersionRow.objects.exclude(confirmed_at=None).exclude(confirmed_by=F("recorded_by"))
    yield from rows.values_list("entry__number", flat=True).distinct().iterator()


def confirmation(number: str, version: int) -> dict[str, str]:
    """Return what was sealed when a version was confirmed."""
    row = VersionRow.objects.filter(entry__number=number, number=version).first()
    if row is None:
        raise NotFound("register.unknown", number=number)
    return {"seal": row.seal, "by": row.confirmed_by}
