# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.services.policy.queries import targets as queries
from shangheng.services.policy.queries.brief import brief_of
from shangheng.services.policy.rules import telling
from shangheng.services.policy.rules.projection import gap, projected, required
from shangheng.services.policy.tests.libraries import library
from shangheng.services.policy.tests.test_rules import figure
from shangheng.services.policy.tests.test_tracking import made

TRILLION = Decimal(10) ** 12
YEARS = {2014: "2.4", 2015: "2.75", 2016: "2.95", 2017: "3.3"}
CITIES = {"320100": (300, 500), "320500": (400, 480), "320300": (100, 200), "320900": (80, 90)}
"""What some cities had in 2017, growing by a tenth a year, and their parts, in billions."""


def test_a_steady_growth_is_carried_on_with_certainty() -> None:
    found = projected({2014: Decimal(100), 2015: Decimal(110), 2016: Decimal(121)}, 2018)
    assert found
    assert (found.value, found.growth) == (Decimal("146.41"), Decimal(10))
    assert (found.low, found.high) == (found.value, found.value)


def test_scatter_makes_the_interval_wider_the_further_ahead() -> None:
    history = {2013: Decimal(90), 2014: Decimal(112), 2015: Decimal(118), 2016: Decimal(150)}
    near, far = projected(history, 2017), projected(history, 2020)
    assert near
    assert near.low
    assert near.high
    assert far
    assert far.low
    assert far.high
    assert near.low < near.value < near.high
    assert far.high / far.low > near.high / near.low


def test_the_interval_is_that_of_simple_regression() -> None:
    """Worked by hand: shares 10, 12, 11 at 2014-2016 lead to 12 at 2017.

    Residuals -0.5, 1, -0.5, so s = sqrt(1.5); t(0.90; 1) = 3.078; the width is
    s * sqrt(1 + 1/3 + 2²/2) = 1.2247 * 1.8257 = 2.2361; times t 6.88.
    """
    history = {2014: Decimal(10), 2015: Decimal(12), 2016: Decimal(11)}
    found = projected(history, 2017, is_share=True)
    assert found
    assert (found.value, found.low, found.high) == (
        Decimal(12), Decimal("5.12"), Decimal("18.88")
    )  # fmt: skip


def test_two_years_have_a_direction_but_no_interval_and_one_has_neither() -> None:
    found = projected({2015: Decimal(100), 2016: Decimal(120)}, 2017)
    assert found
    assert (found.value, found.low, found.high) == (Decimal("144.00"), None, None)
    assert projected({2016: Decimal(120)}, 2017) is None
    assert projected({2015: Decimal(0), 2016: Decimal(120)}, 2017) is None


def test_a_share_stays_a_share() -> None:
    found = projected({2015: Decimal(80), 2016: Decimal(95)}, 2020, is_share=True)
    assert found
    assert found.value == 100


def test_what_a_target_still_takes() -> None:
    assert required(Decimal(100), Decimal(121), 2) == Decimal(10)
    assert required(Decimal(50), Decimal(80), 3, is_share=True) == Decimal(10)
    assert required(Decimal(100), Decimal(121), 0) is None
    assert required(Decimal(0), Decimal(121), 2) is None
    assert gap(Decimal("4.23"), Decimal("4.5")) == Decimal(-6)


def published(question: Question) -> Figure:
    """Return the series of Jiangsu and of four of its cities."""
    rows = [{"year": str(year), "series_region": "320000", "value": Decimal(value) * TRILLION}
            for year, value in YEARS.items()]  # fmt: skip
    rows += [
        {"year": str(year), "series_region": city,
         "value": Decimal(value) * 10**9 * Decimal("1.1") ** (year - 2017)}
        for city, (value, _) in CITIES.items()
        for year in YEARS
    ]  # fmt: skip
    told = figure(question)
    wanted = dict(question.where)["series"] == "transaction-volume"
    object.__setattr__(told, "rows", tuple(rows) if wanted else ())
    return told


def scope(year: int = 2017) -> queries.Scope:
    parts = {city: Decimal(part) * 10**9 for city, (_, part) in CITIES.items()}
    return queries.Scope(
        days=(), year=year, region="", ask=lambda _, q: figure(q), home="320000",
        published=published, by_city={"JS-01": parts},
    )  # fmt: skip


def test_the_deputy_governor_is_told_by_how_much_and_where_it_is_missed() -> None:
    """Worked by hand: the slope of the logarithms is 0.10254, so e^1.50213 = 4.491 in 2020."""
    place = library().jurisdictions["jiangsu"]
    (found,) = queries.standings(place, scope(), "JS-01")
    assert (found.state, found.source, found.base) == (
        "measured", "series", (2017, Decimal("3.3") * TRILLION)
    )  # fmt: skip
    assert found.verdict == "behind"
    assert found.years_left == 3
    assert found.required == Decimal("10.89")
    assert found.projection
    assert found.gap == gap(found.projection.value, Decimal("4.5") * TRILLION) < 0
    outlook = telling.outlook(found)
    assert outlook
    assert outlook[0].startswith("还需每年增长 10.89%，按现在的速度 2020 年约 4.49 万亿元，八成")
    assert outlook[0].endswith("差 0.19%")
    names = {"320100": "南京", "320500": "苏州", "320300": "徐州", "320900": "盐城"}
    cities = telling.cities(found, names.__getitem__)
    assert cities
    assert cities[0] == "差距主要在南京（差 20.14%）、徐州（差 33.45%）"
    assert [part.region for part in found.parts][:2] == ["320100", "320300"]


def test_a_year_that_was_not_reported_yet_is_told_by_the_last_that_was() -> None:
    place = library().jurisdictions["jiangsu"]
    (found,) = queries.standings(place, scope(2018), "JS-01")
    assert found.base
    assert found.base[0] == 2017
    (early,) = queries.standings(place, scope(2015), "JS-01")
    assert (early.until, early.value) == (date(2015, 12, 31), Decimal("2.75") * TRILLION)
    (before,) = queries.standings(place, scope(2010), "JS-01")
    assert (before.state, before.value) == ("missing", None)


def test_a_series_of_the_targets_year_gives_the_final_verdict() -> None:
    place = library().jurisdictions["jiangsu"]
    (found,) = queries.standings(place, scope(), "JS-01")
    late = replace(found, history={2017: TRILLION, 2020: Decimal("3.3") * TRILLION})
    assert late.is_over
    assert late.projection is None
    assert (late.verdict, late.gap) == ("late", Decimal("-26.67"))


def test_the_page_begins_with_what_is_worst_and_names_who_owes_it() -> None:
    place = library().jurisdictions["jiangsu"]
    late = made("RW-1", due_on=date(2017, 1, 1), lead="省商务厅")
    stuck = made(
        "RW-2", state="escalated", due_on=date(2017, 6, 1), lead="", units=("省公安厅", "省工商局")
    )
    other = made("RW-3", clause="hunan-2015 (四)", due_on=date(2017, 1, 1))
    found = brief_of(place, queries.standings(place, scope()), [late, stuck, other],
                     date(2018, 1, 1))  # fmt: skip
    assert found.standings[0].target.id == "JS-01"
    assert (found.late, found.stuck, found.done) == (2, 1, 0)
    assert [(each.body, each.late, each.stuck) for each in found.debtors] == [
        ("省公安厅", 1, 1), ("省工商局", 1, 1), ("省商务厅", 1, 0),
    ]  # fmt: skip
    assert [each.number for each in found.waiting] == ["RW-2"]
    assert brief_of(place, (), None, date(2018, 1, 1)).tasks is None


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (Decimal("4.23") * TRILLION, "CNY", ("4.23 万亿元", "4.23 trillion yuan")),
        (Decimal(500), "CNY", ("500.00 元", "500.00 yuan")),
        (Decimal("58.25"), "percent", ("58.2%", "58.2%")),
    ],
)
def test_amounts_are_told_in_words_of_size(
    value: Decimal, unit: str, told: tuple[str, str]
) -> None:
    assert telling.amount(value, unit) == told
