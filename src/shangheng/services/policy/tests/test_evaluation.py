# SPDX-License-Identifier: Apache-2.0
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from time import perf_counter
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.services.policy.queries import evaluation as queries
from shangheng.services.policy.rules import evaluation as rules
from shangheng.services.policy.rules.evaluation import DIMENSIONS, shown
from shangheng.services.policy.rules.sensitivity import diagnoses, spreads, turning_points
from shangheng.services.policy.tests.libraries import library

DECIDED: dict[str, Any] = {
    "version": "2026-1", "source": "试行办法", "normalisation": "min-max", "missing": "exclude",
    "dimensions": {
        "application": {"weight": 40, "indicator": "above-scale-application-rate"},
        "volume": {"weight": 30, "indicator": "transaction-volume"},
        "platforms": {"weight": 20, "series": "platforms"},
        "services": {"weight": 10, "series": "services"},
    },
}  # fmt: skip
VALUES = {
    "application": {"A": 80, "B": 60, "C": 40},
    "volume": {"A": 100, "B": 300, "C": 200},
    "platforms": {"A": 5, "B": 10, "C": 0},
    "services": {"A": 9, "B": 3, "C": 6},
}


def values(**more: dict[str, int | None]) -> rules.Values:
    return {
        name: {r: None if v is None else Fraction(v) for r, v in each.items()}
        for name, each in (VALUES | more).items()
    }


def scheme(**more: Any) -> rules.Scheme:
    return rules.scheme_from(DECIDED | more)


def test_the_dimensions_are_those_that_the_clause_prints() -> None:
    clause = library().documents["jiangsu-2015"].clause("(二十九)")
    assert clause
    assert clause.ref == rules.CLAUSE
    for word in ("企业应用率", "交易额", "平台建设", "服务业"):
        assert word in clause.zh
    assert [zh[-3:] for zh, _ in DIMENSIONS.values()] == ["应用率", "交易额", "台建设", "服务业"]


def test_a_ranking_worked_by_hand() -> None:
    """Min-max: A 100, 0, 50, 100; B 50, 100, 100, 0; C 0, 50, 0, 50; weights 40 30 20 10."""
    lines = rules.ranking(values(), scheme())
    assert [(each.region, each.rank, shown(each.score)) for each in lines] == [
        ("B", 1, Decimal("70.0000")), ("A", 2, Decimal("60.0000")), ("C", 3, Decimal("20.0000")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("min-max", ["100.0000", "50.0000", "0.0000"]),
        ("share-of-best", ["100.0000", "75.0000", "50.0000"]),
        ("rank", ["100.0000", "50.0000", "0.0000"]),
        ("z-score", ["62.2474", "50.0000", "37.7526"]),
    ],
)
def test_values_become_comparable_as_each_method_says(how: str, told: list[str]) -> None:
    found = rules.normalised(values()["application"], how)
    assert [str(shown(found[region])) for region in "ABC"] == told


@pytest.mark.parametrize("how", rules.NORMALISATIONS)
def test_where_all_are_equal_nobody_is_ahead(how: str) -> None:
    found = rules.normalised({"A": Fraction(7), "B": Fraction(7), "C": None}, how)
    assert found["A"] == found["B"]
    assert found["C"] is None


def test_missing_data_is_handled_as_the_authority_decided_and_never_as_nought_unseen() -> None:
    given = values(services={"A": 9, "B": None, "C": 6})
    excluded = {e.region: e for e in rules.ranking(given, scheme(missing="exclude"))}
    assert (excluded["B"].rank, excluded["B"].score, excluded["B"].missing) == (
        None, None, ("services",)
    )  # fmt: skip
    scaled = {e.region: e for e in rules.ranking(given, scheme(missing="reweight"))}
    assert scaled["B"].score == Fraction(70 * 10, 9)
    lowest = {e.region: e for e in rules.ranking(given, scheme(missing="lowest"))}
    assert lowest["B"].score == 70


def test_equal_scores_share_a_place() -> None:
    same = {name: {"A": Fraction(1), "B": Fraction(1), "C": Fraction(0)} for name in DIMENSIONS}
    assert [each.rank for each in rules.ranking(same, scheme())] == [1, 1, 3]


def test_the_same_values_give_the_same_digits_in_whatever_order_they_come() -> None:
    chance = random.Random(3)  # noqa: S311 - a plan, no secret
    regions = [f"{number:06}" for number in range(60)]
    given = {
        name: {each: Fraction(chance.randrange(10**9), 7) for each in regions}
        for name in DIMENSIONS
    }
    shuffled = {name: dict(chance.sample(sorted(given[name].items()), 60))
                for name in reversed(given)}  # fmt: skip
    for how in rules.NORMALISATIONS:
        decided = scheme(normalisation=how)
        one, other = rules.ranking(given, decided), rules.ranking(shuffled, decided)
        assert [(e.region, e.rank, e.score) for e in one] == [
            (e.region, e.rank, e.score) for e in other
        ]
        assert rules.digest(given, decided) == rules.digest(shuffled, decided)
    assert rules.digest(given, scheme()) != rules.digest(given, scheme(version="2026-2"))


def test_digits_that_were_once_published_come_out_again() -> None:
    """The z-scores of a fixed example: a change of a single digit shows here."""
    lines = rules.ranking(values(), scheme(normalisation="z-score"))
    assert [(each.region, str(shown(each.score))) for each in lines] == [
        ("B", "54.8990"), ("A", "52.4495"), ("C", "42.6515"),
    ]  # fmt: skip


def test_the_weights_that_would_change_who_is_first_are_exact() -> None:
    """At 50 % for application (others in proportion) A and B draw level: 58.33 each."""
    lines = rules.ranking(values(), scheme())
    least, *_ = found = turning_points(lines, scheme())
    first = next(each for each in found if each.dimension == "application")
    assert (least.dimension, least.region, least.weight) == ("volume", "A", Fraction(2, 9))
    assert (first.region, first.weight, first.now) == ("A", Fraction(1, 2), Fraction(2, 5))
    left = 1 - first.weight
    weights = {
        name: first.weight if name == "application" else weight * left / Fraction(3, 5)
        for name, weight in scheme().weights.items()
    }
    scores = {each.region: rules.score(each.points, weights, "exclude") for each in lines}
    assert scores["A"] == scores["B"]
    for changed, winner in ((first.weight - Fraction(1, 100), "B"),
                            (first.weight + Fraction(1, 100), "A")):  # fmt: skip
        dimensions = {
            name: {**each, "weight": str(
                changed if name == "application"
                else scheme().weights[name] * (1 - changed) / Fraction(3, 5)
            )}
            for name, each in DECIDED["dimensions"].items()
        }  # fmt: skip
        assert rules.ranking(values(), scheme(dimensions=dimensions))[0].region == winner


def test_whoever_is_ahead_everywhere_stays_first_whatever_the_weights() -> None:
    best = {name: {**each, "A": 10**4} for name, each in VALUES.items()}
    given = values(**best)  # type: ignore[arg-type]
    assert turning_points(rules.ranking(given, scheme()), scheme()) == []
    first = spreads(given, scheme())[0]
    assert (first.region, first.by_weights, first.first_share) == ("A", (1, 1), 1)


def test_places_move_between_their_ends_over_weights_methods_and_errors() -> None:
    found = {each.region: each for each in spreads(values(), scheme())}
    assert found["C"].by_weights == (1, 3)  # level with both where volume and services weigh 50
    assert found["A"].by_weights == (1, 3)
    assert found["A"].by_errors is None
    assert sum(each.first_share for each in found.values()) >= 1
    dimensions = {name: {**each, "error_percent": 20}
                  for name, each in DECIDED["dimensions"].items()}  # fmt: skip
    unsure = {each.region: each for each in spreads(values(), scheme(dimensions=dimensions))}
    assert unsure["A"].by_errors == (1, 2)
    assert unsure["C"].by_errors == (3, 3)


def test_every_division_of_the_weights_is_tried_once() -> None:
    tried = rules.grid(4)
    assert len(tried) == len(set(tried)) == 1771
    assert all(sum(each) == rules.GRID for each in tried)


def test_a_region_is_told_what_holds_it_back_and_what_mending_it_would_bring() -> None:
    lines = rules.ranking(values(), scheme())
    told = {each.region: each for each in diagnoses(lines, scheme())}
    assert (told["C"].weakest, told["C"].gain, told["C"].rank_then) == ("application", 20, 3)
    assert (told["A"].strongest, told["A"].weakest, told["A"].gain) == (
        "application",
        "volume",
        15,
    )
    assert told["A"].rank_then == 1


VOLUMES: tuple[dict[str, Any], ...] = (
    {"weight": 0, "series": "x"}, {"weight": 5}, {"weight": "much", "series": "x"},
    {"weight": 1, "series": "x", "indicator": "y"},
    {"weight": 1, "series": "x", "error_percent": 100},
)  # fmt: skip


@pytest.mark.parametrize(
    "decided",
    [
        None, "x", {}, DECIDED | {"version": ""}, DECIDED | {"normalisation": "mean"},
        DECIDED | {"missing": "zero"}, DECIDED | {"dimensions": {}},
        DECIDED | {"dimensions": DECIDED["dimensions"] | {"fifth": {"weight": 1, "series": "x"}}},
        *(DECIDED | {"dimensions": DECIDED["dimensions"] | {"volume": each}} for each in VOLUMES),
    ],
)  # fmt: skip
def test_a_scheme_that_says_too_little_or_too_much_is_refused(decided: object) -> None:
    with pytest.raises(Invalid) as refused:
        rules.scheme_from(decided)
    assert refused.value.code == "policy.scheme_wrong"


def test_nothing_is_evaluated_before_the_authority_has_decided() -> None:
    with pytest.raises(Invalid) as refused:
        queries.scheme({}, date(2026, 1, 1))
    assert refused.value.code == "parameter.not_configured"
    dated = {rules.SCHEME.name: {"2026-01-01": DECIDED, "2027-01-01": DECIDED | {"version": "2"}}}
    assert queries.scheme(dated, date(2026, 6, 1)).version == "2026-1"
    assert queries.scheme(dated, date(2027, 6, 1)).version == "2"


def test_an_evaluation_of_a_hundred_counties_takes_less_than_five_seconds() -> None:
    chance = random.Random(5)  # noqa: S311 - a plan, no secret
    given = {
        name: {f"{n:06}": Fraction(chance.randrange(10**9)) for n in range(100)}
        for name in DIMENSIONS
    }
    begun = perf_counter()
    queries.evaluate(given, replace(scheme(), normalisation="z-score"), 2026)
    assert perf_counter() - begun < 5
