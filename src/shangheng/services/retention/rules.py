# SPDX-License-Identifier: Apache-2.0
"""How long each class is kept, and what looks as if a reporter stopped keeping something.

Three things make a period: the floor that holds everywhere, what the jurisdiction prints, what
the authority decides. The longest counts; a decision may only raise it. The authority must decide
before anything is disposed of where a jurisdiction prints nothing (jiangsu-2015 (二十五) and
hunan-2015 (二十四) state the duty alone), and for classes of which national law speaks: those with
the article that it rests on, since none of the documents prints it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.records.concept.retention import CLASSES, NATIONAL, Period, floor_on

MONTHS: Mapping[str, Parameter] = {
    name: Parameter(
        name=f"retention.{name}_months",
        zh=f"{zh}留存月数",
        en=f"months that {en} are kept",
        unit="months",
        clause="qinghai-2016 (二十三)",
        question_zh=f"{zh}至少留存几个月？请连同文件依据一并决定",
        question_en=f"For how many months at least are {en} kept, and by which rule?",
    )
    for name, (zh, en) in CLASSES.items()
}
GAP_SHARE = Parameter(
    name="retention.gap_percent",
    zh="报送量骤降的界限",
    en="below which share of the usual volume a day is a gap",
    unit="percent",
    clause="qinghai-2016 (二十三)",
    question_zh="某日条数低于平常的百分之几，算作疑似漏存？",
    question_en="Below which per cent of the usual number of records is a day suspected of a gap?",
)
WEEKS_BACK = 4
"""What is usual on a weekday: the same weekdays of so many weeks before."""
WEEKDAYS_MIN = 2
"""How many of those there must be before anything is called usual."""


@dataclass(frozen=True)
class Printed:
    """What a jurisdiction prints about a class: months, and the clause."""

    months: int
    clause: str


def period(
    class_: str, *, printed: Printed | None, configuration: Configuration, on: date
) -> Period:
    """Return how long a class is kept on a day.

    Raises:
        Invalid: nothing is printed and nothing decided (``parameter.not_configured``), or what
            was decided is below a floor (``retention.below_floor``), or national law is not
            named for what was decided by it (``retention.source_missing``).
    """
    floor = floor_on(on)
    if printed is not None and printed.months > floor.months:
        floor = Period(printed.months, (printed.clause,))
    elif printed is not None and printed.months == floor.months:
        floor = Period(floor.months, tuple(dict.fromkeys((*floor.sources, printed.clause))))
    asked = MONTHS[class_]
    is_national = class_ in NATIONAL
    if printed is not None and not is_national and configuration.get(asked.name) is None:
        return floor
    value, source = asked.sourced(on, configuration)
    decided = _whole(asked, value)
    if is_national and source in {"", asked.clause}:
        raise Invalid("retention.source_missing", name=asked.name, months=decided)
    if decided < floor.months:
        raise Invalid(
            "retention.below_floor", months=decided, floor=floor.months,
            sources=list(floor.sources),
        )  # fmt: skip
    named = f"decisions.yaml {asked.name}" if source == asked.clause else source
    return floor if decided == floor.months else Period(decided, (named,))


def _whole(asked: Parameter, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Invalid("retention.months_malformed", name=asked.name, value=value)
    return value


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Where something seems not to have been kept.

    ``silent``: no record on days on which there are records otherwise; ``until`` is empty where
    it lasts. ``volume``: far fewer than usual. ``sequence``: numbers that are missing between two
    that are there. ``expected`` counts what should be there, ``found`` what is.
    """

    what: str
    kind: str
    reporter: str
    since: date
    until: date | None
    expected: int
    found: int
    where: str = ""


def silences(
    kind: str, reporter: str, counts: Mapping[date, int], *, until: date
) -> Iterator[Gap]:
    """Give the runs of days without a record, up to the last day that is over.

    What is usual is told from before the run, so that a long silence does not become usual.
    """
    if not counts:
        return
    day, start, missing = min(counts), None, 0
    while day <= until:
        usual = _usual(counts, day, before=start or day)
        if counts.get(day):
            if start is not None:
                yield _silence(kind, reporter, start, day - timedelta(days=1), missing)
            start, missing = None, 0
        elif usual:
            start, missing = start or day, missing + usual
        day += timedelta(days=1)
    if start is not None:
        yield _silence(kind, reporter, start, None, missing)


def _silence(kind: str, reporter: str, since: date, until: date | None, missing: int) -> Gap:
    return Gap(
        what="silent", kind=kind, reporter=reporter, since=since, until=until, expected=missing,
        found=0,
    )  # fmt: skip


def _usual(counts: Mapping[date, int], day: date, *, before: date) -> int:
    """Return what is usual on a weekday: the lower median before; 0 if too few."""
    first, weekday = min(counts), day
    found: list[int] = []
    while weekday >= before:
        weekday -= timedelta(weeks=1)
    while weekday >= first and len(found) < WEEKS_BACK:
        found.append(counts.get(weekday, 0))
        weekday -= timedelta(weeks=1)
    return median_low(found) if len(found) >= WEEKDAYS_MIN else 0


def drops(
    kind: str, reporter: str, counts: Mapping[date, int], *, percent: int, until: date
) -> Iterator[Gap]:
    """Give the days with some records, but fewer than a share of what is usual."""
    for day in sorted(counts):
        usual = _usual(counts, day, before=day)
        if day <= until and 0 < counts[day] * 100 < usual * percent:
            yield Gap(
                what="volume", kind=kind, reporter=reporter, since=day, until=day, expected=usual,
                found=counts[day],
            )  # fmt: skip


def newest_first(gaps: Sequence[Gap]) -> list[Gap]:
    """Return gaps with those that last on top, then by day and reporter."""
    return sorted(gaps, key=lambda gap: (gap.until is not None, -gap.since.toordinal(),
                                         gap.reporter, gap.kind, gap.where))  # fmt: skip
