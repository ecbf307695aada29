# SPDX-License-Identifier: Apache-2.0
"""How the targets of a place stand: by what was reported, by the ledger, or by evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel import messages
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Indicator, Question
from shangheng.kernel.policies.concept import Jurisdiction, Target
from shangheng.services.policy.formulas import PLACE, SERIES
from shangheng.services.policy.rules import standing as rules
from shangheng.services.policy.rules.standing import Judged, Part, Standing
from shangheng.services.policy.rules.words import says

Ask = Callable[[str, Question], Figure]
Years = Mapping[int, Decimal]
SELLER_REGION = "seller_region"
EVERYWHERE = "all"


@dataclass(frozen=True)
class Scope:
    """What is known to measure with: days of the ledger, the year, where, whom to ask.

    ``region`` narrows the ledger to a place, empty is all that it holds; ``home`` is the division
    itself. ``published`` asks for what statisticians released, which needs no reader.
    """

    days: Sequence[date]
    year: int | None
    region: str
    ask: Ask
    home: str = ""
    published: Callable[[Question], Figure] | None = None
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    judged: Mapping[str, Judged] = field(default_factory=dict)
    by_city: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)

    @property
    def span(self) -> tuple[date, date] | None:
        """Return the days of the year that the ledger knows; none without any."""
        inside = [day for day in self.days if day.year == self.year]
        return (inside[0], inside[-1]) if inside else None

    def splits(self, name: str, dimension: str) -> bool:
        """Return whether an indicator can be split by a dimension."""
        known = self.indicators.get(name)
        return known is not None and dimension in {each.name for each in known.by}

    def needs(self, name: str) -> bool:
        """Return whether an indicator means nothing without a place."""
        known = self.indicators.get(name)
        return known is not None and SELLER_REGION in known.needs

    def question(self, since: date, until: date, *, needs: bool = False) -> Question:
        """Return the question for the place in these days."""
        region = self.home if needs and not self.region else self.region
        where = ((SELLER_REGION, region),) if region else ()
        whole = needs and region.endswith("0000")
        return Question(
            since=since, until=until, where=where, level="province" if whole else "city"
        )


def standings(place: Jurisdiction, scope: Scope, text: str = "") -> list[Standing]:
    """Return every target of a place with where it stands; one that fails hides no other."""
    return [
        _standing(each, scope)
        for each in place.targets
        if says(text, (each.id, each.clause, each.zh, each.en, each.indicator))
    ]


def _standing(target: Target, scope: Scope) -> Standing:
    bare = Standing(target=target, state="missing")
    state = rules.unasked(target)
    if state == "evidence":
        return replace(bare, state=state, judged=scope.judged.get(target.id))
    if (reported := _reported(bare, scope)) is not None:
        return reported
    if state:
        return replace(bare, state=state)
    try:
        return _grown(bare, scope) if bare.years else _of_year(bare, scope)
    except Invalid as refusal:
        zh, en = (messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
        return replace(bare, state="undecided", why=(zh, en))


def _reported(bare: Standing, scope: Scope) -> Standing | None:
    """Return the standing by the target's own series, if it has one that was reported by then."""
    series = bare.target.series
    if not series or scope.published is None or not scope.home:
        return None
    question = Question(by=("year", PLACE.name), where=((SERIES.name, series),))
    held = _by_place(scope.published(question).rows, PLACE.name)
    years = {at: value for at, value in held.get(scope.home, {}).items()
             if scope.year is None or at <= scope.year}  # fmt: skip
    if not years:
        return None
    last = max(years)
    if bare.years:
        first = min(years)
        value = rules.growth(years[first], years[last], last - first)
        if value is None:
            return None
        return replace(bare, state="measured", source="series", value=value,
                       since=date(first, 1, 1), until=date(last, 12, 31))  # fmt: skip
    found = replace(
        bare, state="measured", source="series", value=years[last], history=years,
        since=date(last, 1, 1), until=date(last, 12, 31),
    )  # fmt: skip
    return replace(found, parts=_parts(found, scope, held))


def _by_place(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, dict[int, Decimal]]:
    """Return the yearly values in yuan (or of no currency) by place; withheld ones are missing."""
    found: dict[str, dict[int, Decimal]] = {}
    for row in rows:
        if row["value"] is not None and row.get("currency") in {None, rules.YUAN} and row[name]:
            found.setdefault(row[name], {})[int(row["year"])] = Decimal(row["value"])
    return found


def _parts(found: Standing, scope: Scope, held: Mapping[str, Years]) -> tuple[Part, ...]:
    """Return how each city stands by its part of the target, the largest gap first."""
    wanted = scope.by_city.get(found.target.id, {})
    parts = [
        rules.part(found, region, amount, held.get(region, {}))
        for region, amount in wanted.items()
    ]
    return tuple(sorted(parts, key=lambda part: part.order))


def _of_year(bare: Standing, scope: Scope) -> Standing:
    if scope.span is None:
        return bare
    since, until = scope.span
    name = bare.target.indicator or ""
    asked = scope.question(since, until, needs=scope.needs(name))
    state, value = rules.read(scope.ask(name, asked).rows)
    found = replace(bare, state=state, source="indicator", value=value, since=since, until=until)
    whole = [year for year in rules.whole_years(scope.days) if year <= since.year]
    if value is None or not whole or not scope.splits(name, "year"):
        return found
    history = _history(name, scope, whole, ())
    wanted = scope.by_city.get(bare.target.id)
    held = {}
    if wanted and scope.splits(name, SELLER_REGION):
        held = _history(name, scope, whole, (SELLER_REGION,))
    found = replace(found, history=history.get(EVERYWHERE, {}))
    return replace(found, parts=_parts(found, scope, held))


def _history(
    name: str, scope: Scope, whole: Sequence[int], by: tuple[str, ...]
) -> dict[str, dict[int, Decimal]]:
    """Return the values of whole years, by city where that is asked, else of all together."""
    since, until = date(whole[0], 1, 1), date(whole[-1], 12, 31)
    asked = scope.question(since, until, needs=scope.needs(name))
    rows = scope.ask(name, replace(asked, by=("year", *by))).rows
    placed = [{**row, "place": row[by[0]] if by else EVERYWHERE} for row in rows]
    return _by_place(placed, "place")


def _grown(bare: Standing, scope: Scope) -> Standing:
    """Measure a yearly growth between the first and the last whole year up to the year asked."""
    years = [year for year in rules.whole_years(scope.days) if year <= (scope.year or year)]
    if len(years) < 2:  # noqa: PLR2004 - growth needs two years
        return bare
    read = []
    for year in (years[0], years[-1]):
        question = scope.question(date(year, 1, 1), date(year, 12, 31))
        read.append(rules.read(scope.ask(bare.target.indicator or "", question).rows))
    (state, first), (other, last) = read
    if first is None or last is None:
        return replace(bare, state=state if first is None else other)
    value = rules.growth(first, last, years[-1] - years[0])
    since, until = date(years[0], 1, 1), date(years[-1], 12, 31)
    if value is None:
        return bare
    return replace(
        bare, state="measured", source="indicator", value=value, since=since, until=until
    )
