# SPDX-License-Identifier: Apache-2.0
"""Periods may only be raised; silence, few records and missing numbers are found."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.services.retention import rules
from shangheng.services.retention.rules import Gap, Printed

ON = date(2026, 11, 22)
SIX = Printed(6, "qinghai-2016 (二十三)")
TUESDAY = date(2026, 11, 17)


def months(class_: str = "log", printed: Printed | None = SIX, **decided: Any) -> int:
    told = {name.replace("__", "."): value for name, value in decided.items()}
    return rules.period(class_, printed=printed, configuration=told, on=ON).months


def test_what_is_printed_counts_without_a_decision() -> None:
    assert months() == 6
    assert months(printed=Printed(12, "x-2020 (一)")) == 12


@pytest.mark.parametrize("class_", ["transaction", "payment"])
def test_what_national_law_speaks_of_is_decided_with_its_article_even_where_months_are_printed(
    class_: str,
) -> None:
    with pytest.raises(Invalid, match="not_configured"):
        months(class_)
    name = f"retention.{class_}_months"
    with pytest.raises(Invalid, match="source_missing"):
        rules.period(class_, printed=SIX, configuration={name: 40}, on=ON)
    stated = {name: {"value": 40, "source": "某法 第一条"}}
    found = rules.period(class_, printed=SIX, configuration=stated, on=ON)
    assert (found.months, found.sources) == (40, ("某法 第一条",))
    low = {name: {"value": 5, "source": "某法 第一条"}}
    with pytest.raises(Invalid, match="below_floor"):
        rules.period(class_, printed=SIX, configuration=low, on=ON)


def test_where_nothing_is_printed_the_authority_must_decide() -> None:
    with pytest.raises(Invalid) as refused:
        months(printed=None)
    assert refused.value.code == "parameter.not_configured"
    assert refused.value.facts["name"] == "retention.log_months"
    assert months(printed=None, retention__log_months=8) == 8


@pytest.mark.parametrize("decided", [5, 1])
def test_a_decision_may_only_raise(decided: int) -> None:
    assert months(retention__log_months=7) == 7
    with pytest.raises(Invalid, match="below_floor"):
        months(retention__log_months=decided)
    with pytest.raises(Invalid, match="below_floor"):
        months(printed=None, retention__log_months=decided)


@pytest.mark.parametrize("decided", ["12", 6.5, True, 0, -6])
def test_a_decision_that_is_no_number_of_months_is_refused(decided: object) -> None:
    with pytest.raises(Invalid, match="months_malformed"):
        months(retention__log_months=decided)


def days(count: int, *, until: date, records: int = 100) -> dict[date, int]:
    return {until - timedelta(days=at): records for at in range(count)}


def silences(counts: Mapping[date, int], until: date = ON) -> list[Gap]:
    return list(rules.silences("access_log", "P01", counts, until=until))


def test_a_platform_that_stopped_on_tuesday_is_named_with_the_day() -> None:
    (gap,) = silences(days(40, until=TUESDAY - timedelta(days=1)))
    assert (gap.since, gap.until) == (TUESDAY, None)
    assert f"{gap.since:%A}" == "Tuesday"
    assert (gap.expected, gap.found) == (600, 0)


def test_a_long_silence_does_not_become_usual() -> None:
    (gap,) = silences(days(40, until=TUESDAY), until=TUESDAY + timedelta(weeks=30))
    assert gap.expected == 30 * 7 * 100


def test_a_silence_that_ended_has_its_last_day() -> None:
    counts = days(60, until=ON)
    for at in (10, 11):
        del counts[ON - timedelta(days=at)]
    (gap,) = silences(counts)
    assert (gap.since, gap.until) == (ON - timedelta(days=11), ON - timedelta(days=10))


def test_who_never_reports_on_sundays_is_not_missed_on_a_sunday() -> None:
    counts = {day: n for day, n in days(60, until=ON).items() if day.weekday() != 6}
    assert silences(counts) == []
    counts.pop(ON - timedelta(days=2))
    assert [gap.since for gap in silences(counts)] == [ON - timedelta(days=2)]


def test_a_monthly_list_and_a_newcomer_are_not_missed() -> None:
    monthly = {date(2026, month, 1): 500 for month in range(1, 12)}
    assert silences(monthly) == []
    assert silences(days(6, until=TUESDAY)) == []
    assert silences({}) == []


def test_few_records_are_found_by_the_share_that_was_decided() -> None:
    counts = days(40, until=ON) | {TUESDAY: 19}
    found = list(rules.drops("order", "P01", counts, percent=20, until=ON))
    assert [(gap.since, gap.expected, gap.found) for gap in found] == [(TUESDAY, 100, 19)]
    counts[TUESDAY] = 20
    assert list(rules.drops("order", "P01", counts, percent=20, until=ON)) == []


def test_gaps_that_last_come_first() -> None:
    def gap(since: date, until: date | None) -> Gap:
        return Gap(what="silent", kind="order", reporter="P01", since=since, until=until,
                   expected=1, found=0)  # fmt: skip

    old, new, lasting = gap(ON, ON), gap(TUESDAY, TUESDAY), gap(date(2026, 1, 1), None)
    assert rules.newest_first([new, old, lasting]) == [lasting, old, new]
