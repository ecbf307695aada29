# SPDX-License-Identifier: Apache-2.0
"""From the sums that an engine returns to the cells of a figure; pure, on exact decimals.

Only additions over many rows go to an engine. What is divided, compared or ranked afterwards is
done here, so that every engine gives the same number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import (
    CURRENCY,
    DIGITS,
    TIMES,
    Compound,
    Concentration,
    Dimension,
    Growth,
    Indicator,
    Measure,
    Population,
    Question,
    Ratio,
    Value,
)
from shangheng.kernel.periods import period_before, shifted, span_before

Key = tuple[str | None, ...]
FOUR_PLACES = Decimal("0.0001")
PERIODS = tuple(each.name for each in TIMES)


class Cell(NamedTuple):
    """A number, how many records it comes from, and how many parties where that was asked."""

    value: Decimal | None
    records: int
    parties: int | None = None


Cells = dict[Key, Cell]


@dataclass(frozen=True)
class Job:
    """A measure to be computed for one question, perhaps split by one dimension more."""

    measure: Measure
    indicator: Indicator
    question: Question
    over: Dimension | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Return by what the rows are split: the extra first, the currency last."""
        times = {each.name: each for each in TIMES}
        asked = [
            times[name] if name in times else self.indicator.dimension(name)
            for name in self.question.by
        ]
        extra = [self.over] if self.over else []
        return (*extra, *asked, *([CURRENCY] if self.indicator.per_currency else []))


Results = Mapping[Job, Cells]


def rounded(value: Decimal) -> Decimal:
    """Return it to four decimals, halves away from nought."""
    return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def code_prefix(code: str) -> str:
    """Return the digits with which the codes of all divisions within this one begin."""
    if len(code) == DIGITS["township"]:
        return code.removesuffix("000")
    for end in ("0000", "00"):
        if len(code) == DIGITS["county"] and code.endswith(end):
            return code.removesuffix(end)
    return code


def code_at(code: str, level: str) -> str:
    """Return the code of the division of that level in which a division lies."""
    return code[: DIGITS[level]].ljust(DIGITS["county"], "0")


def jobs_of(value: Value, indicator: Indicator, question: Question) -> Iterator[Job]:
    """Go through the measures that a value needs, each with the question put to it."""
    match value:
        case Measure():
            yield Job(value, indicator, question)
        case Ratio():
            yield from jobs_of(value.numer, indicator, question)
            yield from jobs_of(value.denom, indicator, question)
        case Growth():
            earlier = question_before(question, value.against)
            yield from jobs_of(value.of, indicator, question)
            yield from jobs_of(value.of, indicator, earlier)
        case Compound():
            yield from jobs_of(value.of, indicator, by_year(question))
        case Concentration():
            yield Job(value.of, indicator, question, over=value.over)
        case Population():
            pass


def combined(value: Value, indicator: Indicator, question: Question, results: Results) -> Cells:
    """Return the cells of a value from the cells of its measures."""
    match value:
        case Measure():
            return results[Job(value, indicator, question)]
        case Ratio():
            numer = combined(value.numer, indicator, question, results)
            if isinstance(value.denom, Population):
                return of_population(numer, value.denom, question, value.times)
            denom = combined(value.denom, indicator, question, results)
            return ratio(numer, denom, value.times)
        case Growth():
            return _growth(value, indicator, question, results)
        case Compound():
            return compound(combined(value.of, indicator, by_year(question), results))
        case Concentration():
            split = results[Job(value.of, indicator, question, over=value.over)]
            return concentration(split, value.top)
        case Population():
            raise Invalid("indicator.population_alone", indicator=indicator.name)


def period_of(question: Question) -> str | None:
    """Return the period by which a question splits, if any."""
    return next((name for name in question.by if name in PERIODS), None)


def by_year(question: Question) -> Question:
    """Return the question split by year, for growth over the years."""
    if period := period_of(question):
        raise Invalid("question.period_not_wanted", dimension=period)
    return replace(question, by=("year", *question.by))


def question_before(question: Question, against: Literal["year", "previous"]) -> Question:
    """Return the question about the time to compare with."""
    period = period_of(question)
    since, until = question.since, question.until
    if not period:
        if not (since and until):
            raise Invalid("question.growth_needs_period")
        since, until = span_before(since, until, against)
        return replace(question, since=since, until=until)
    # A week's namesake in the year before lies 52 or 53 weeks back: ask for both.
    wider = timedelta(weeks=1 if (period, against) == ("week", "year") else 0)
    return replace(
        question,
        since=shifted(since, period, against) - wider if since else None,
        until=shifted(until, period, against) if until else None,
    )


def ratio(numer: Cells, denom: Cells, times: int) -> Cells:
    """Divide cell by cell; a missing dividend is nought, a missing or nought divisor no number."""
    cells: Cells = {}
    for key, below in denom.items():
        above = numer.get(key, Cell(Decimal(0), 0, below.parties and 0))
        value = None
        if below.value and above.value is not None:
            value = rounded(above.value * times / below.value)
        parties = [each.parties for each in (above, below) if each.parties is not None]
        records = max(above.records, below.records)
        cells[key] = Cell(value, records, min(parties) if parties else None)
    return cells


def growth_percent(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """Return the rise in per cent; no number without something positive to compare with."""
    if now is None or then is None or then <= 0:
        return None
    return rounded((now / then - 1) * 100)


def _growth(value: Growth, indicator: Indicator, question: Question, results: Results) -> Cells:
    now = combined(value.of, indicator, question, results)
    earlier = question_before(question, value.against)
    then = combined(value.of, indicator, earlier, results)
    period = period_of(question)
    place = question.by.index(period) if period else None
    cells: Cells = {}
    for key, cell in now.items():
        before: Key | None = key
        if period and place is not None:
            name = period_before(period, key[place] or "", value.against)
            before = (*key[:place], name, *key[place + 1 :]) if name else None
        base = then.get(before) if before else None
        parties = cell.parties if base is None else _fewer(cell.parties, base.parties)
        rise = growth_percent(cell.value, base.value if base else None)
        cells[key] = Cell(rise, cell.records, parties)
    return cells


def _fewer(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else min(one, other)


def compound(years: Cells) -> Cells:
    """Return the average yearly growth between the first and last year, whose name comes first."""
    numbered = [int(key[0]) for key in years if key[0]]
    if not numbered:
        return {}
    first, last = min(numbered), max(numbered)
    cells: Cells = {}
    for key in {key[1:]: None for key in years}:
        start, end = years.get((str(first), *key)), years.get((str(last), *key))
        rise = None
        if start and end and start.value and end.value and first < last and start.value > 0:
            rise = rounded(((end.value / start.value) ** (Decimal(1) / (last - first)) - 1) * 100)
        records = sum(cell.records for each, cell in years.items() if each[1:] == key)
        parties = _fewer(start and start.parties, end and end.parties)
        cells[key] = Cell(rise, records, parties)
    return cells


def concentration(split: Cells, top: int | None) -> Cells:
    """Return the share of the largest holders, or the HHI; the holder's name comes first."""
    holders: dict[Key, list[Cell]] = defaultdict(list)
    for key, cell in split.items():
        holders[key[1:]].append(cell)
    cells: Cells = {}
    for key, group in holders.items():
        amounts = sorted((cell.value or Decimal(0) for cell in group), reverse=True)
        whole = sum(amounts)
        value = None
        if whole and top:
            value = rounded(sum(amounts[:top], Decimal(0)) * 100 / whole)
        elif whole:
            value = rounded(sum((amount * 100 / whole) ** 2 for amount in amounts) + Decimal(0))
        counted = [cell.parties for cell in group if cell.parties is not None]
        records = sum(cell.records for cell in group)
        cells[key] = Cell(value, records, sum(counted) if counted else None)
    return cells


def of_population(numer: Cells, denom: Population, question: Question, times: int) -> Cells:
    """Divide by how many members the list has in each region; it is the same in every period."""
    wanted = tuple(code_prefix(value) for name, value in question.where if name == "seller_region")
    inside = [code for code in denom.regions if not wanted or code.startswith(wanted)]
    if "seller_region" not in question.by:
        keys = list(numer) or [()] * (not question.by)
        members = dict.fromkeys(keys, len(inside))
    else:
        place = question.by.index("seller_region")
        counts = Counter(code_at(code, question.level) for code in inside)
        alone = len(question.by) == 1
        keys = list(dict.fromkeys([*numer, *((code,) for code in counts if alone)]))
        members = {key: counts[key[place] or ""] for key in keys}
    below = {key: Cell(Decimal(count), 0) for key, count in members.items()}
    return ratio(numer, below, times)
