# SPDX-License-Identifier: Apache-2.0
"""How much a ranking owes to its weights and methods, and what holds a region back.

Weights are a choice. So it is said which change of one weight would put another region first (the
others keeping their proportions), how often each region is first over all weights in steps of five
per cent, and between which places it moves when methods change or values are wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from statistics import median

from shangheng.services.policy.rules.evaluation import (
    DIMENSIONS,
    MISSING,
    NORMALISATIONS,
    Line,
    Scheme,
    Values,
    grid,
    ranking,
)


@dataclass(frozen=True)
class Change:
    """A weight at which another region draws level with the first; beyond it, it is ahead."""

    dimension: str
    region: str
    weight: Fraction
    now: Fraction


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a region's place moves: over weights, over methods, and how often it is first."""

    region: str
    by_weights: tuple[int, int]
    by_methods: tuple[int, int]
    by_errors: tuple[int, int] | None
    first_share: Fraction


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What carries and what holds back a region, against the region in the middle.

    ``gain`` is what the score would rise by if the weakest dimension came up to the middle,
    ``rank_then`` the place that this would bring.
    """

    region: str
    strongest: str
    weakest: str
    gain: Fraction
    rank_then: int


def turning_points(lines: Sequence[Line], scheme: Scheme) -> list[Change]:
    """Return every change of one weight that would put another region first, the least first.

    The score is linear in a weight while the others keep their proportions, so that the point at
    which two regions draw level is exact. Regions with missing data are left out: what they would
    score depends on more than weights.
    """
    whole = [each for each in lines if each.score is not None and not each.missing]
    if not whole or whole[0].rank != 1:
        return []
    first, weights = whole[0], scheme.weights
    found = []
    for other in whole[1:]:
        for name in DIMENSIONS:
            at = _level(first, other, name, weights)
            if at is not None and other.score is not None and other.score < (first.score or 0):
                found.append(Change(name, other.region, at, weights[name]))
    found.sort(key=lambda each: (abs(each.weight - each.now), each.region, each.dimension))
    return found


def _level(
    first: Line, other: Line, name: str, weights: Mapping[str, Fraction]
) -> Fraction | None:
    """Return the weight of a dimension at which two regions draw level, if one in 0 to 1 does."""
    ahead = {each: (first.points[each] or 0) - (other.points[each] or 0) for each in DIMENSIONS}
    rest = 1 - weights[name]
    if not rest:
        return None
    others = sum((weights[each] * ahead[each] for each in DIMENSIONS if each != name), Fraction(0))
    others /= rest
    slope = ahead[name] - others
    if not slope:
        return None
    at = -others / slope
    return at if 0 <= at <= 1 else None


def spreads(values: Values, scheme: Scheme) -> list[Spread]:
    """Return between which places each ranked region moves, in the order of the ranking."""
    ranked = [each for each in ranking(values, scheme) if each.rank is not None]
    by_weights = _by_weights(ranked, reweights=scheme.missing == "reweight")
    by_methods = _by_methods(values, scheme, [each.region for each in ranked])
    found = []
    for each in ranked:
        now, places = each.rank or 0, by_weights[each.region]
        found.append(
            Spread(
                region=each.region,
                by_weights=_ends(places, now),
                by_methods=_ends(by_methods[each.region], now),
                by_errors=_by_errors(values, scheme, each.region, now),
                first_share=Fraction(places.count(1), len(places)),
            )
        )
    return found


def _by_weights(ranked: Sequence[Line], *, reweights: bool) -> dict[str, list[int]]:
    """Return the places of each region over all weights in steps of five per cent.

    Points are put over one denominator, so that whole numbers are compared, exactly.
    """
    points = {each.region: [each.points[name] for name in DIMENSIONS] for each in ranked}
    common = lcm(*(p.denominator for each in points.values() for p in each if p is not None))
    whole = {
        region: [None if p is None else int(p * common) for p in each]
        for region, each in points.items()
    }
    places: dict[str, list[int]] = {region: [] for region in points}
    for weights in grid(len(DIMENSIONS)):
        scores = {region: _total(each, weights, reweights) for region, each in whole.items()}
        first_at: dict[Fraction | int, int] = {}
        for place, total in enumerate(sorted(scores.values(), reverse=True), start=1):
            first_at.setdefault(total, place)
        for region, total in scores.items():
            places[region].append(first_at[total])
    return places


def _total(
    points: Sequence[int | None],
    weights: Sequence[int],
    reweights: bool,  # noqa: FBT001
) -> Fraction | int:
    """Return a score up to a common factor; without any known weight it is the lowest."""
    total = sum(w * p for w, p in zip(weights, points, strict=True) if p is not None)
    if not reweights or None not in points:
        return total
    known = sum(w for w, p in zip(weights, points, strict=True) if p is not None)
    return Fraction(total * sum(weights), known) if known else Fraction(-1)


def _ends(places: Sequence[int], now: int) -> tuple[int, int]:
    return min((*places, now)), max((*places, now))


def _by_methods(values: Values, scheme: Scheme, regions: Sequence[str]) -> dict[str, list[int]]:
    """Return each region's places under every method and policy, and without each dimension."""
    found: dict[str, list[int]] = {region: [] for region in regions}
    schemes = [
        replace(scheme, normalisation=how, missing=policy)
        for how in NORMALISATIONS
        for policy in MISSING
    ]
    schemes += [_without(scheme, name) for name in DIMENSIONS if scheme.weights[name] < 1]
    for one in schemes:
        for line in ranking(values, one):
            if line.rank is not None and line.region in found:
                found[line.region].append(line.rank)
    return found


def _without(scheme: Scheme, name: str) -> Scheme:
    """Return the scheme with the weight of one dimension given to the others."""
    left = 1 - scheme.weights[name]
    measures = {
        other: replace(each, weight=Fraction(0) if other == name else each.weight / left)
        for other, each in scheme.measures.items()
    }
    return replace(scheme, measures=measures)


def _by_errors(values: Values, scheme: Scheme, region: str, now: int) -> tuple[int, int] | None:
    """Return the places between which the errors of the values may move a region.

    The best is where its own values are too low and all others' too high; the worst the reverse.
    """
    if not any(each.error for each in scheme.measures.values()):
        return None
    places = []
    for sign in (1, -1):
        regions = {other for each in values.values() for other in each}
        signs = {other: sign if other == region else -sign for other in regions}
        moved = {
            name: {
                other: _moved(value, signs[other] * scheme.measures[name].error)
                for other, value in each.items()
            }
            for name, each in values.items()
        }
        lines = ranking(moved, scheme)
        places += [each.rank for each in lines if each.region == region and each.rank]
    return _ends(places, now)


def _moved(value: Fraction | None, share: Fraction) -> Fraction | None:
    return None if value is None else value * (1 + share)


def diagnoses(lines: Sequence[Line], scheme: Scheme) -> list[Diagnosis]:
    """Return what carries and what holds back each region that has all its data."""
    whole = [each for each in lines if each.rank is not None and not each.missing]
    middle = {
        name: median([each.points[name] or Fraction(0) for each in whole])
        for name in DIMENSIONS
    } if whole else {}  # fmt: skip
    found = []
    for line in whole:
        ahead = {
            name: scheme.weights[name] * ((line.points[name] or 0) - middle[name])
            for name in DIMENSIONS
        }
        weakest = min(ahead, key=lambda name: (ahead[name], name))
        strongest = max(ahead, key=lambda name: (ahead[name], name))
        gain = max(-ahead[weakest], Fraction(0))
        then = (line.score or Fraction(0)) + gain
        rank = 1 + sum(
            other.score > then for other in lines
            if other.score is not None and other.region != line.region
        )  # fmt: skip
        found.append(Diagnosis(
            region=line.region, strongest=strongest, weakest=weakest, gain=gain, rank_then=rank,
        ))  # fmt: skip
    return found
