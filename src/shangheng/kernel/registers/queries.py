# SPDX-License-Identifier: Apache-2.0
"""What can be asked of registers: as they stood on a day, and what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.lookups import Exact

from shangheng.kernel.errors import NotFound
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.registers.concept.kinds import (
    Difference,
    RegisterKind,
    differences,
)
from shangheng.kernel.registers.conditions import below, placed
from shangheng.kernel.registers.models import (
    PAST,
    EntryRow,
    FacetRow,
    NotByIndex,
    VersionRow,
)
from shangheng.kernel.search import store as search
from shangheng.kernel.search.concept import folded, mark_of

PAGE = 50
FOUND_MAX = 10_000
COUNTED_MAX = 10_000
COUNTED_ON_MAX = 1_000  # of a day, for which the versions of each entry are asked


@dataclass(frozen=True)
class EntryView:
    """An entry as it stood on a day, with the values that the reader may see.

    ``version`` is its newest, which may wait to be confirmed; ``holds`` the one whose values these
    are.
    """

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
    holds: int = 0


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


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for: text, region, state, values of fields, as at a day; and which part.

    The part begins after the entry ``after``, which takes no longer the further it is, or at an
    offset.
    """

    text: str = ""
    region: str = ""
    state: str = "current"
    where: tuple[tuple[str, str], ...] = ()
    on: date | None = None
    limit: int | None = PAGE
    offset: int = 0
    after: str = ""


def sees_all(kind: RegisterKind, actor: Actor, region: str) -> bool:
    """Tell whether an actor sees whole entries of a region."""
    return bool(kind.roles) and actor.role_for(kind.roles, region) is not None


def _seen(kind: RegisterKind, actor: Actor, *, confirmed: bool = False) -> Q:
    """Return the condition for the entries of a register that an actor may see at all.

    Of a public register everybody sees what is ``confirmed``, so that nothing more is asked.
    """
    if "" in actor.regions_of(kind.roles) or (kind.public and confirmed):
        return Q()
    scope = Q(state="current") | Q(state="ended") if kind.public else Q(pk__in=[])
    for region in actor.regions_of(kind.roles):
        scope |= below(region)
    return scope


def _sought(kind: RegisterKind, sought: Sought, actor: Actor) -> QuerySet[EntryRow]:
    """Return the entries that are sought, in the order of their titles.

    What few entries say is found by the search. What many say is gone through in the order of the
    list until the page is full: in an index of the place, or of the value of a code list, so that
    none is gone through in vain.
    """
    confirmed = sought.on is not None or sought.state in ("current", "ended")
    rows = EntryRow.objects.filter(_seen(kind, actor, confirmed=confirmed))
    for word in folded(sought.text).split():
        rows = rows.filter(_says(kind, actor, word))
    marks, others = _marks(kind, sought)
    if sought.on is not None:
        return _in_order(rows.filter(_held(sought.on, sought.where)), kind, sought, marks)
    for name, value in others:
        said = VersionRow.objects.filter(entry=OuterRef("pk"), superseded_at=None)
        rows = rows.filter(Exists(said.filter(**{f"values__{name}": value})))
    for mark in marks[1:]:
        rows = rows.filter(typed__contains=mark)
    return _in_order(rows, kind, sought, marks)


def _held(on: date, where: Iterable[tuple[str, str]]) -> Subquery:
    """Return the condition that an entry said something on a day, and had not ended.

    It is a question for one value, which PostgreSQL cannot turn into a join: it knows nothing of
    how many versions say so, and would read them all before the list is put in its order.
    """
    known = _begun(on).filter(entry=OuterRef("pk"))
    said = ~Q(act="end") & Q(**{f"values__{name}": value for name, value in where})
    fits = known.annotate(fits=ExpressionWrapper(said, BooleanField()))
    return Subquery(fits.order_by("-effective_from", "-number").values("fits")[:1])


def _begun(on: date) -> QuerySet[VersionRow]:
    """Return the versions that hold, on a day or since before it."""
    return VersionRow.objects.filter(
        effective_from__lte=on, superseded_at=None, confirmed_at__isnull=False
    )


def _first(on: date) -> QuerySet[Any, Any] | None:
    """Return a question for the entries that had begun by a day, if that was early: few had."""
    begun = _begun(on).order_by("effective_from")
    if list(begun.values_list("effective_from")[FOUND_MAX : FOUND_MAX + 1]):
        return None
    return begun.order_by().values("entry")


def _in_order(
    rows: QuerySet[EntryRow], kind: RegisterKind, sought: Sought, marks: list[str]
) -> QuerySet[EntryRow]:
    """Find what few say by the search, else go through an index in the order of titles.

    Where another index must be taken than that of states, the state is asked for in a way that
    no index of SQLite answers: it would take that one, knowing nothing of how many rows are meant.
    """
    known = marks if sought.on is None and (sought.text or marks[1:]) else []  # else in order
    found = search.found(f"register.{kind.name}", sought.text, most=FOUND_MAX, marks=known)
    if found is None and sought.on is not None and (first := _first(sought.on)) is not None:
        found, rows = first, rows.filter(Exact(NotByIndex("kind"), kind.name))
    of = "facets__" if marks and found is None else ""
    wanted = _standing(kind, sought, of, found is None and not sought.region)
    if found is not None:
        wanted &= Q(pk__in=found) & below(sought.region)  # of the register, as its index says
    else:
        wanted &= Q(**{f"{of}kind": kind.name}) & placed(sought.region, of)
    if of:  # one condition, so that it is of one and the same facet
        wanted &= Q(facets__mark=marks[0])
    return rows.filter(wanted).order_by(f"{of}title", f"{of}number")


def _standing(kind: RegisterKind, sought: Sought, of: str, by_state: bool) -> Q:  # noqa: FBT001
    """Return the condition for what stands after an entry and in the state that is sought."""
    wanted = _after(kind, sought.after, of)
    if sought.on is not None:
        return wanted
    if sought.state:
        state = F(f"{of}state") if by_state else NotByIndex(f"{of}state")
        return wanted & Q(Exact(state, sought.state))
    return wanted & ~Q(Exact(NotByIndex(f"{of}state"), PAST))


def _after(kind: RegisterKind, number: str, of: str) -> Q:
    """Return the condition for what stands after an entry, if one is named."""
    if not number:
        return Q()
    last = EntryRow.objects.filter(kind=kind.name, number=number).first()
    if last is None:
        raise NotFound("register.unknown", number=number)
    further = Q(**{f"{of}title__gt": last.title}) | Q(**{f"{of}number__gt": number})
    return Q(**{f"{of}title__gte": last.title}) & further


def _marks(kind: RegisterKind, sought: Sought) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the values of code lists by their marks, and the other values."""
    coded = {each.name for each in kind.coded}
    marks = [mark_of(name, value) for name, value in sought.where if name in coded]
    return marks, [(name, value) for name, value in sought.where if name not in coded]


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
    rows = _sought(kind, sought, actor)
    until = None if sought.limit is None else sought.offset + sought.limit
    part = list(rows[sought.offset : until])
    prefetch_related_objects(part, "parent")  # a join would be made for what is left out, too
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
    """Return how many entries are sought; beyond ``most_counted`` not all are counted."""
    rows: QuerySet[Any, Any] | None = _facets(kind, sought, actor)
    rows = _sought(kind, sought, actor) if rows is None else rows
    rows = rows.values_list("kind")  # in their order: no row has to be read
    return rows[: most_counted(sought) + 1].count()


def most_counted(sought: Sought) -> int:
    """Return up to how many entries are counted."""
    return COUNTED_MAX if sought.on is None else COUNTED_ON_MAX


def _facets(kind: RegisterKind, sought: Sought, actor: Actor) -> QuerySet[FacetRow] | None:
    """Return the rows that stand for what is sought, where one value of a code list is all."""
    marks, others = _marks(kind, sought)
    confirmed = sought.state in ("current", "ended")
    if sought.on is not None or len(marks) != 1 or others or sought.text:
        return None
    if _seen(kind, actor, confirmed=confirmed):
        return None
    wanted = _standing(kind, sought, "", not sought.region) & placed(sought.region)
    rows = FacetRow.objects.filter(wanted, kind=kind.name, mark=marks[0])
    return rows.order_by("title", "number")


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
        version.number,
    )  # fmt: skip


def _public(kind: RegisterKind, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in kind.public}


def as_at(
    kind: RegisterKind, number: str, *, on: date, actor: Actor, known_at: datetime | None = None
) -> EntryView:
    """Return an entry as it stood on a day; with ``known_at`` as it was then believed to stand."""
    row = _row(kind, number, actor)
    versions = row.versions.filter(_believed(known_at), effective_from__lte=on)
    version = versions.order_by("-effective_from", "-number").first()
    if version is None or version.act == "end":
        raise NotFound("register.not_in_force", number=number, day=on.isoformat())
    return _view(kind, row, version, actor, on)


def _believed(known_at: datetime | None) -> Q:
    """Return the condition for versions that hold, or were believed to at a moment."""
    if known_at is None:
        return Q(superseded_at=None, confirmed_at__isnull=False)
    standing = Q(superseded_at=None) | Q(superseded_at__gt=known_at)
    return standing & Q(confirmed_at__lte=known_at)


def confirmed_on(
    kind: str, on: date, *, known_at: datetime | None = None
) -> dict[str, Mapping[str, Any]]:
    """Return what each entry of a register says on a day, by number; ``known_at`` as of then.

    It is for what is computed, which nobody reads: no actor is asked for.
    """
    rows = VersionRow.objects.filter(_believed(known_at), entry__kind=kind, effective_from__lte=on)
    told = rows.order_by("effective_from", "number").values_list("entry__number", "act", "values")
    last = {number: (act, values) for number, act, values in told}
    return {number: values for number, (act, values) in sorted(last.items()) if act != "end"}


def entry(kind: RegisterKind, number: str, *, actor: Actor, today: date) -> EntryView:
    """Return an entry as it stands: what holds today, else its newest version."""
    row = _row(kind, number, actor)
    version = _versions_on([row.pk], today).get(row.pk) or row.versions.order_by("-number")[0]
    return _view(kind, row, version, actor, today)


def in_force(kind: RegisterKind, number: str, *, actor: Actor, today: date) -> EntryView:
    """Return an entry as it holds on a day; refuse one not begun, ended or past its last day."""
    found = as_at(kind, number.strip(), on=today, actor=actor)
    if found.expired:
        raise NotFound("register.not_in_force", number=number, day=today.isoformat())
    return found


def _row(kind: RegisterKind, number: str, actor: Actor) -> EntryRow:
    rows = EntryRow.objects.filter(_seen(kind, actor), kind=kind.name, number=number)
    row = rows.select_related("parent").first()
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
