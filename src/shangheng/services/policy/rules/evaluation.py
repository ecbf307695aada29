# SPDX-License-Identifier: Apache-2.0
"""The evaluation index of regions (jiangsu-2015 (二十九)): four printed dimensions, nothing else.

The document names the dimensions and no more: what measures each, how values become comparable,
what each weighs and what happens to a region without data is for the authority to decide, in a
dated scheme. All arithmetic is exact (fractions), so that the same scheme and values give the same
digits on every machine; only what is shown is rounded.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from itertools import combinations

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Parameter

CLAUSE = "jiangsu-2015 (二十九)"
DIMENSIONS = {
    "application": ("企业应用率", "application by enterprises"),
    "volume": ("交易额", "transaction volume"),
    "platforms": ("平台建设", "platforms"),
    "services": ("电子商务服务业", "e-commerce services"),
}
"""Those that the clause prints, in its order."""
NORMALISATIONS = {
    "min-max": ("最小最大值", "min-max"),
    "z-score": ("标准分", "z-score"),
    "share-of-best": ("与最好者之比", "share of the best"),
    "rank": ("名次", "rank"),
}
MISSING = {
    "exclude": ("缺数据的不排名", "left out of the ranking"),
    "reweight": ("按有数据的维度折算", "weights of what is known are scaled up"),
    "lowest": ("按最低计", "counts as the lowest"),
}
SCHEME = Parameter(
    name="policy.evaluation",
    zh="电子商务发展评价方案",
    en="scheme of the development evaluation",
    unit="scheme",
    clause=CLAUSE,
    question_zh="四个维度各用什么衡量、各占多少权重、怎样标准化、缺数据怎么办？请写明版本和依据",
    question_en="What measures each dimension, what does each weigh, how are values normalised, "
    "what of missing data? Name version and source",
)
SHOWN = Decimal("0.0001")
POINTS = 100
GRID = 20
ROOT_DIGITS = 40

Values = Mapping[str, Mapping[str, Fraction | None]]
"""By dimension, then by region; ``None`` where there is no datum."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What measures a dimension: an ``indicator`` of the ledger or a reported ``series``.

    ``error`` is the share by which a value may be wrong either way, where the authority knows it.
    """

    weight: Fraction
    indicator: str = ""
    series: str = ""
    error: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How regions are evaluated, as the authority decided it; weights add up to one."""

    version: str
    source: str
    measures: Mapping[str, Measured]
    normalisation: str
    missing: str

    @property
    def weights(self) -> dict[str, Fraction]:
        """Return the weight of each dimension."""
        return {name: each.weight for name, each in self.measures.items()}


def scheme_from(decided: object) -> Scheme:
    """Return the scheme that was decided, refused where it says too little or too much."""
    wrong: list[str] = []
    given = decided if isinstance(decided, Mapping) else {}
    listed = given.get("dimensions")
    measures = listed if isinstance(listed, Mapping) else {}
    if set(measures) != set(DIMENSIONS):
        wrong.append(f"dimensions: {', '.join(DIMENSIONS)}")
    for name, choices in (("normalisation", NORMALISATIONS), ("missing", MISSING)):
        if given.get(name) not in choices:
            wrong.append(f"{name}: {' | '.join(choices)}")
    wrong += [name for name in ("version", "source") if not given.get(name)]
    read = {name: _measured(each) for name, each in measures.items() if name in DIMENSIONS}
    wrong += [f"{name}: weight > 0, indicator | series" for name, each in read.items() if not each]
    if wrong:
        raise Invalid("policy.scheme_wrong", name=SCHEME.name, wrong=wrong)
    fit = {name: read[name] for name in DIMENSIONS}
    whole = sum(each.weight for each in fit.values() if each)
    return Scheme(
        version=str(given["version"]), source=str(given["source"]),
        normalisation=str(given["normalisation"]), missing=str(given["missing"]),
        measures={
            name: replace(each, weight=each.weight / whole) for name, each in fit.items() if each
        },
    )  # fmt: skip


def _measured(given: object) -> Measured | None:
    if not isinstance(given, Mapping):
        return None
    names = [str(given.get(name) or "") for name in ("indicator", "series")]
    try:
        weight = Fraction(str(given.get("weight")))
        error = Fraction(str(given.get("error_percent", 0))) / POINTS
    except (ValueError, ZeroDivisionError):
        return None
    if weight <= 0 or not 0 <= error < 1 or bool(names[0]) == bool(names[1]):
        return None
    return Measured(weight=weight, indicator=names[0], series=names[1], error=error)


def normalised(values: Mapping[str, Fraction | None], how: str) -> dict[str, Fraction | None]:
    """Return the values of a dimension from 0 to 100; z-scores centre on 50, ten a deviation.

    Where all are equal nobody is ahead: each gets 50 (by share of the best, 100).
    """
    known = [value for value in values.values() if value is not None]
    if not known:
        return dict.fromkeys(values)
    scale = _SCALES[how](known)
    return {region: None if value is None else scale(value) for region, value in values.items()}


Scale = Callable[[Fraction], Fraction]


def _min_max(known: Sequence[Fraction]) -> Scale:
    low, high = min(known), max(known)
    return lambda value: POINTS * (value - low) / (high - low) if high > low else Fraction(50)


def _z_score(known: Sequence[Fraction]) -> Scale:
    mean = Fraction(sum(known), len(known))
    spread = _root(Fraction(sum((each - mean) ** 2 for each in known), len(known)))
    return lambda value: 50 + 10 * (value - mean) / spread if spread else Fraction(50)


def _share_of_best(known: Sequence[Fraction]) -> Scale:
    best = max(known)
    return lambda value: POINTS * value / best if best > 0 else Fraction(0)


def _rank(known: Sequence[Fraction]) -> Scale:
    if len(known) == 1:
        return lambda _: Fraction(50)
    return lambda value: Fraction(POINTS * sum(each < value for each in known), len(known) - 1)


_SCALES: dict[str, Callable[[Sequence[Fraction]], Scale]] = {
    "min-max": _min_max, "z-score": _z_score, "share-of-best": _share_of_best, "rank": _rank,
}  # fmt: skip


def _root(value: Fraction) -> Fraction:
    """Return a square root to forty digits, the same everywhere."""
    with localcontext() as context:
        context.prec = ROOT_DIGITS
        context.rounding = ROUND_HALF_EVEN
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


@dataclass(frozen=True, kw_only=True)
class Line:
    """A region in the ranking: score and place, its points by dimension, what is missing."""

    region: str
    rank: int | None
    score: Fraction | None
    points: Mapping[str, Fraction | None]
    values: Mapping[str, Fraction | None]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the dimensions without data."""
        return tuple(name for name, value in self.values.items() if value is None)


def shown(value: Fraction | None) -> Decimal | None:
    """Return a number as it is shown: four decimals, halves to the even digit."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 60
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
            SHOWN, rounding=ROUND_HALF_EVEN
        )


def score(
    points: Mapping[str, Fraction | None], weights: Mapping[str, Fraction], missing: str
) -> Fraction | None:
    """Return a region's score; nothing where the policy leaves it out."""
    known = {name: value for name, value in points.items() if value is not None}
    if not known or (missing == "exclude" and len(known) < len(points)):
        return None
    whole = sum(weights[name] for name in known) if missing == "reweight" else Fraction(1)
    if not whole:
        return None
    return sum((weights[name] * value for name, value in known.items()), Fraction(0)) / whole


def ranking(values: Values, scheme: Scheme) -> list[Line]:
    """Return every region with score and place, the best first; equal scores share a place."""
    regions = sorted({region for each in values.values() for region in each})
    placed = {
        name: normalised({region: values[name].get(region) for region in regions},
                         scheme.normalisation)
        for name in DIMENSIONS
    }  # fmt: skip
    found = []
    for region in regions:
        points = {name: placed[name][region] for name in DIMENSIONS}
        raw = {name: values[name].get(region) for name in DIMENSIONS}
        total = score(points, scheme.weights, scheme.missing)
        found.append((region, total, points, raw))
    scores = [total for _, total, _, _ in found if total is not None]
    lines = [
        Line(
            region=region, score=total, points=points, values=raw,
            rank=None if total is None else 1 + sum(other > total for other in scores),
        )
        for region, total, points, raw in found
    ]  # fmt: skip
    return sorted(lines, key=lambda each: (each.rank is None, each.rank or 0, each.region))


def digest(values: Values, scheme: Scheme) -> str:
    """Return the SHA-256 of everything that the ranking is made of: same digest, same digits."""
    plain = {
        "version": scheme.version, "source": scheme.source, "missing": scheme.missing,
        "normalisation": scheme.normalisation,
        "measures": {name: [str(each.weight), each.indicator, each.series, str(each.error)]
                     for name, each in sorted(scheme.measures.items())},
        "values": {name: {region: None if value is None else str(value)
                          for region, value in sorted(each.items())}
                   for name, each in sorted(values.items())},
    }  # fmt: skip
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def grid(dimensions: int, parts: int = GRID) -> list[tuple[int, ...]]:
    """Return every way to divide the whole weight in equal parts among so many dimensions."""
    places = parts + dimensions - 1
    found = []
    for bars in combinations(range(places), dimensions - 1):
        edges = (-1, *bars, places)
        found.append(tuple(edges[at + 1] - edges[at] - 1 for at in range(dimensions)))
    return found
