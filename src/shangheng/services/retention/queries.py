# SPDX-License-Identifier: Apache-2.0
"""What can be asked about retention: periods of this place, what is due, where gaps are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shangheng.kernel.cases import queries as cases
from shangheng.kernel.cases.concept.views import CaseView
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.formulas.plans import sql_text, table_of
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies.concept import Jurisdiction, Library
from shangheng.kernel.records import disposing, retained
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.retention import (
    CLASSES,
    Period,
    Plan,
    classes_of,
    longest,
)
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.service import Registry
from shangheng.services.retention import formulas
from shangheng.services.retention.cases import APPROVED, DATA_REQUEST
from shangheng.services.retention.rules import (
    GAP_SHARE,
    Gap,
    Printed,
    drops,
    newest_first,
    period,
    silences,
)

NOT_PRINTED_FOR = frozenset({"statistic"})
"""Classes that ``<jurisdiction>.retention-months`` is not about."""


@dataclass(frozen=True)
class Setting:
    """Whose periods: the policies, the jurisdiction of the house, what it has decided."""

    library: Library
    jurisdiction: str
    configuration: Configuration


@dataclass(frozen=True)
class ClassPeriod:
    """A class with its period, or the refusal that says what has to be decided."""

    name: str
    zh: str
    en: str
    period: Period | None
    refusal: Invalid | None = None


@dataclass(frozen=True)
class Standing:
    """How a kind stands: its classes, its period, what is due."""

    kind: RecordKind
    classes: tuple[str, ...]
    period: Period | None
    plan: Plan | None


def called(name: str, registry: Registry) -> tuple[str, str]:
    """Return what a kind is called; one that is declared no longer by its name."""
    kind = registry.held.get(name)
    return (kind.zh, kind.en) if kind else (name, name)


def scope(asked: Mapping[str, Any], registry: Registry) -> tuple[str, str]:
    """Return in words which records a hold or a question means, from what was sealed of it."""
    kind = registry.held.get(asked["kind"])
    kinds = called(asked["kind"], registry) if asked["kind"] else ("全部种类", "all kinds")
    names = {each.name: (each.zh, each.en or each.name) for each in kind.fields} if kind else {}
    days = f"{asked['since']}–{asked['until']}" if asked["since"] or asked["until"] else ""

    def told(at: int) -> str:
        where = [f"{names.get(name, (name, name))[at]}={v}" for name, v in asked["where"].items()]
        return " · ".join(
            filter(None, (kinds[at], asked["reporter"], asked["batch"], days, *where))
        )

    return told(0), told(1)


def printed(place: Jurisdiction | None, class_: str, on: date) -> Printed | None:
    """Return what a jurisdiction prints of a class on a day."""
    if place is None:
        return None
    names = [f"{place.id}.retention-months-{class_}"]
    if class_ not in NOT_PRINTED_FOR:
        names.append(f"{place.id}.retention-months")
    for parameter in place.parameters:
        dated = parameter.on(on) if parameter.id in names else None
        if dated is not None and dated.value is not None:
            return Printed(int(str(dated.value)), parameter.clause)
    return None


def period_of_class(class_: str, setting: Setting, on: date) -> Period:
    """Return how long a class is kept here; see ``rules.period``."""
    place = setting.library.jurisdictions.get(setting.jurisdiction)
    return period(
        class_, printed=printed(place, class_, on), configuration=setting.configuration, on=on
    )


def period_of(kind: RecordKind, setting: Setting, on: date) -> Period:
    """Return how long a kind is kept here: as long as the longest of its classes."""
    return longest({each: period_of_class(each, setting, on) for each in classes_of(kind)})


def periods(setting: Setting, on: date) -> list[ClassPeriod]:
    """Return every class with its period, or with what is to be decided."""
    found = []
    for name, (zh, en) in CLASSES.items():
        try:
            found.append(ClassPeriod(name, zh, en, period_of_class(name, setting, on)))
        except Invalid as refusal:
            found.append(ClassPeriod(name, zh, en, None, refusal))
    return found


def kinds_kept(registry: Registry) -> tuple[RecordKind, ...]:
    """Return every kind that is reported, and the registers whose entries partners shared."""
    taken = retained.kinds_taken()
    return tuple(
        kind for name, kind in registry.held.items() if name in registry.kinds or name in taken
    )


def standing(
    home: Ledger, kinds: Sequence[RecordKind], setting: Setting, on: date
) -> list[Standing]:
    """Return how every kind stands; one whose period is not decided has no plan."""
    found = []
    for kind in kinds:
        try:
            kept = period_of(kind, setting, on)
        except Invalid:
            found.append(Standing(kind, classes_of(kind), None, None))
            continue
        plan = disposing.planned(home, kind, kept, on=on)
        found.append(Standing(kind, classes_of(kind), kept, plan))
    return found


def case_for(registry: Registry, number: str, hand: Hand) -> CaseView:
    """Return the open case under which somebody acts, whatever its kind.

    A request for data has to be approved first; of other cases it is enough that they are open
    and that the actor may see them.
    """
    wanted = number.strip().upper()
    for kind in registry.cases.values():
        try:
            found = cases.case_file(
                kind, wanted, actor=hand.actor, at=hand.at, house=hand.house
            ).case
        except (NotFound, NotPermitted):
            continue
        if found.closed_at is not None:
            raise Conflict("case.closed", number=wanted)
        if kind.name == DATA_REQUEST.name and found.state != APPROVED:
            raise Conflict("retention.not_approved", number=wanted)
        return found
    raise NotFound("case.unknown", number=wanted)


def gaps(
    house: House, kinds: Sequence[RecordKind], *, since: date, until: date, reporter: str = ""
) -> list[Gap]:
    """Return where reporters seem to have stopped keeping records that lie in these days."""
    percent = _gap_percent(house.configuration, until)
    found = [
        gap
        for kind in kinds
        for gap in (
            *_by_day(house, kind, percent=percent, until=until),
            *(_by_number(house, kind) if kind.sequence else ()),
        )
        if gap.since <= until and (gap.until is None or gap.until >= since)
        if reporter in ("", gap.reporter)
    ]
    return newest_first(found)


def _gap_percent(configuration: Configuration, on: date) -> int | None:
    """Return below which share of the usual a day is a gap; nothing where nobody decided."""
    if configuration.get(GAP_SHARE.name) is None:
        return None
    return int(GAP_SHARE.on(on, configuration))


def _rows(house: House, kind: RecordKind, expression: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of Ibis
    sources = house.sources([kind.name])
    rows: list[dict[str, Any]] = house.engine.run(
        sql_text(expression, house.engine.dialect), sources
    ).to_pylist()
    return rows


def _by_day(house: House, kind: RecordKind, *, percent: int | None, until: date) -> Iterator[Gap]:
    counts: Mapping[str, dict[date, int]] = defaultdict(dict)
    for row in _rows(house, kind, formulas.by_day(table_of(kind))):
        counts[row["reporter"]][row["day"]] = row["records"]
    for reporter, days in sorted(counts.items()):
        yield from silences(kind.name, reporter, days, until=until)
        if percent is not None:
            yield from drops(kind.name, reporter, days, percent=percent, until=until)


def _by_number(house: House, kind: RecordKind) -> Iterator[Gap]:
    for row in _rows(house, kind, formulas.missing_numbers(table_of(kind), kind)):
        named = " ".join(str(row[name]) for name in kind.stream if name != "platform")
        first, last = row["number"] + 1, row["following"] - 1
        yield Gap(
            what="sequence", kind=kind.name, reporter=row["reporter"], since=row["since"].date(),
            until=row["until"].date(), expected=row["missing"], found=0,
            where=f"{named} #{first}" + (f"–{last}" if last > first else ""),
        )  # fmt: skip


def gap_question(configuration: Configuration) -> Parameter | None:
    """Return what has to be decided before days with few records are looked for."""
    return GAP_SHARE if configuration.get(GAP_SHARE.name) is None else None


def last_day_over(now: date) -> date:
    """Return the last day that is over."""
    return now - timedelta(days=1)
