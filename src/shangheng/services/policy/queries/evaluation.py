# SPDX-License-Identifier: Apache-2.0
"""The evaluation of the regions of a place: values gathered, ranked, tried and told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.regions import queries as regions
from shangheng.services.policy.formulas import PLACE, SERIES
from shangheng.services.policy.rules import evaluation as rules
from shangheng.services.policy.rules import sensitivity
from shangheng.services.policy.rules.evaluation import Line, Scheme, Values
from shangheng.services.policy.rules.standing import YUAN

SELLER_REGION = "seller_region"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything that the evaluation of a year says, and of what it was made."""

    scheme: Scheme
    year: int
    lines: tuple[Line, ...]
    changes: tuple[sensitivity.Change, ...]
    spreads: tuple[sensitivity.Spread, ...]
    diagnoses: tuple[sensitivity.Diagnosis, ...]
    digest: str


@dataclass(frozen=True)
class Sources:
    """Where values come from: figures of the ledger, and what statisticians released."""

    ask: Callable[[str, Question], Figure]
    published: Callable[[Question], Figure]


def scheme(configuration: Configuration, on: date) -> Scheme:
    """Return the scheme that holds on a day, refused with the question where none was decided."""
    return rules.scheme_from(rules.SCHEME.on(on, configuration))


def evaluate(values: Values, decided: Scheme, year: int) -> Evaluation:
    """Return the evaluation of a year's values."""
    lines = rules.ranking(values, decided)
    return Evaluation(
        scheme=decided, year=year, lines=tuple(lines),
        changes=tuple(sensitivity.turning_points(lines, decided)),
        spreads=tuple(sensitivity.spreads(values, decided)),
        diagnoses=tuple(sensitivity.diagnoses(lines, decided)),
        digest=rules.digest(values, decided),
    )  # fmt: skip


def gathered(decided: Scheme, region: str, year: int, sources: Sources) -> dict[str, Any]:
    """Return a year's values of each dimension for every division below a region."""
    below = [each.code for each in regions.children(region)]
    return {
        name: _values(each, region, year, below, sources)
        for name, each in decided.measures.items()
    }


def _values(
    measured: rules.Measured, region: str, year: int, below: list[str], sources: Sources
) -> dict[str, Fraction | None]:
    since, until = date(year, 1, 1), date(year, 12, 31)
    if measured.series:
        where = ((SERIES.name, measured.series),)
        question = Question(by=("year", PLACE.name), where=where, since=since, until=until)
        rows, name = sources.published(question).rows, PLACE.name
    else:
        question = Question(
            by=(SELLER_REGION,),
            level="city" if region.endswith("0000") else "county",
            where=((SELLER_REGION, region),),
            since=since,
            until=until,
        )
        rows, name = sources.ask(measured.indicator, question).rows, SELLER_REGION
    told = {row[name]: _exact(row) for row in rows if row.get("currency") in {None, YUAN}}
    return {code: told.get(code) for code in below}


def _exact(row: Mapping[str, Any]) -> Fraction | None:
    return None if row["value"] is None else Fraction(row["value"])
