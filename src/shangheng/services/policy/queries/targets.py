# SPDX-License-Identifier: Apache-2.0
"""How the targets of a place stand, by the ledger or by what was reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shangheng.kernel import messages
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.policies.concept import Jurisdiction, Target
from shangheng.services.policy.rules import standing as rules
from shangheng.services.policy.rules.standing import Standing
from shangheng.services.policy.rules.words import says

Ask = Callable[[str, Question], Figure]


@dataclass(frozen=True)
class Scope:
    """What is known to measure with: days of the ledger, the year, where, whom to ask."""

    days: Sequence[date]
    year: int | None
    region: str
    ask: Ask

    @property
    def span(self) -> tuple[date, date] | None:
        """Return the days of the year that the ledger knows; none without any."""
        inside = [day for day in self.days if day.year == self.year]
        return (inside[0], inside[-1]) if inside else None

    def question(self, since: date, until: date) -> Question:
        """Return the question for the place in these days."""
        where = (("seller_region", self.region),) if self.region else ()
        return Question(since=since, until=until, where=where)


def standings(place: Jurisdiction, scope: Scope, text: str = "") -> list[Standing]:
    """Return every target of a place with where it stands; one that fails hides no other."""
    return [
        _standing(each, scope)
        for each in place.targets
        if says(text, (each.id, each.clause, each.zh, each.en, each.indicator))
    ]


def _standing(target: Target, scope: Scope) -> Standing:
    if state := rules.unasked(target):
        return Standing(target=target, state=state)
    bare = Standing(target=target, state="missing")
    try:
        return _grown(bare, scope) if bare.years else _of_year(bare, scope)
    except Invalid as refusal:
        zh, en = (messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
        return replace(bare, state="undecided", why=(zh, en))


def _of_year(bare: Standing, scope: Scope) -> Standing:
    if scope.span is None:
        return bare
    since, until = scope.span
    figure = scope.ask(bare.target.indicator or "", scope.question(since, until))
    state, value = rules.read(figure.rows)
    return replace(bare, state=state, value=value, since=since, until=until)


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
    return replace(bare, state="measured", value=value, since=since, until=until)
