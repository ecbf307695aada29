# SPDX-License-Identifier: Apache-2.0
"""Lineage both ways: from a figure to what brought its records, from a record to its figures."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.exchange import tracing
from shangheng.kernel.exchange.tracing import Origin
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Indicator, Question
from shangheng.kernel.formulas.queries import Record
from shangheng.site import exchange, sealed_figures
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY

BATCHES_MAX = 500


def brought(indicator: Indicator, question: Question) -> list[tuple[Origin, int]]:
    """Return what brought the records behind a figure, and how many each; the most first."""
    kind, found = formulas.batches_behind(
        indicator, question, house=OFFICE.house(), at=OFFICE.now(), limit=BATCHES_MAX
    )
    batches = [(row["reporter"], row["batch"]) for row in found]
    origins = tracing.origins_of(exchange.office(), kind, batches)
    return [(origin, row["records"]) for origin, row in zip(origins, found, strict=True)]


@dataclass(frozen=True)
class Use:
    """A figure that reads records of a kind, and whether it counts this one.

    ``counts`` is none where that is not known: the figure counts records of another kind, or a
    decision that it needs is still to be made. ``sealed`` are published figures that counted it.
    """

    indicator: Indicator
    counts: bool | None
    day: date
    sealed: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "indicator": self.indicator.name, "zh": self.indicator.zh, "en": self.indicator.en,
            "counts": self.counts, "day": self.day.isoformat(), "published": list(self.sealed),
        }  # fmt: skip


def uses(kind: str, key: Mapping[str, str]) -> list[Use]:
    """Return the figures that count a record, then those that read it otherwise."""
    record = Record(kind, key)
    day = formulas.day_of_record(record, house=OFFICE.house()) if kind in REGISTRY.kinds else None
    if day is None:
        return []
    published = list(_published())
    reading = [each for each in REGISTRY.indicators.values() if kind in each.reads]
    found = [_use(each, record, day, published) for each in reading]
    return sorted((each for each in found if each.counts is not False), key=lambda e: not e.counts)


def _use(
    indicator: Indicator, record: Record, day: date, published: list[tuple[str, str, Question]]
) -> Use:
    asked = Question(by=indicator.needs, level=indicator.level, since=day, until=day)
    counts = _counts(indicator, asked, record)
    sealed = [
        number
        for number, name, question in published
        if counts and name == indicator.name and _counts(indicator, question, record)
    ]
    return Use(indicator, counts, day, tuple(sealed))


def _counts(indicator: Indicator, question: Question, record: Record) -> bool | None:
    try:
        return formulas.is_counted(
            indicator, question, record, house=OFFICE.house(), at=OFFICE.now()
        )
    except Invalid:
        return None


def _published() -> Iterator[tuple[str, str, Question]]:
    """Give every figure that was sealed: its number, its indicator, what was asked."""
    for number in sealed_figures.sealed():
        said: dict[str, Any] = json.loads(sealed_figures.content_of(number))
        yield number, said["indicator"], sealed_figures.question_of(said["question"])
