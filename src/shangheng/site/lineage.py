# SPDX-License-Identifier: Apache-2.0
"""Lineage both ways: from a figure to what brought its records, from a record to its figures.

A figure is asked of the ledger as it stands; one that was published, of the versions that it cites
and by the decisions of its day, so that what came, was corrected or went since changes nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.exchange import tracing
from shangheng.kernel.exchange.tracing import Origin
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Indicator, Question
from shangheng.kernel.formulas.queries import House, Record
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site import catalogue, exchange, sealed_figures
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY

BATCHES_MAX = 500


@dataclass(frozen=True)
class Basis:
    """Of what a figure is computed: a question, and the ledger and decisions of a moment.

    ``sealed`` is the number of the published figure, empty for one of now.
    """

    indicator: Indicator
    question: Question
    house: House
    at: datetime
    sealed: str = ""

    @cached_property
    def kind(self) -> RecordKind | None:
        """Return the kind of the records that are counted; none where no records are."""
        found = formulas.behind(self.indicator, self.question, house=self.house, at=self.at)
        return found.kind if found else None

    def brought(self) -> list[tuple[Origin, int]]:
        """Return what brought the records, and how many each; the most first."""
        kind, found = formulas.batches_behind(
            self.indicator, self.question, house=self.house, at=self.at, limit=BATCHES_MAX
        )
        batches = [(row["reporter"], row["batch"]) for row in found]
        origins = tracing.origins_of(exchange.office(), kind, batches)
        return [(origin, row["records"]) for origin, row in zip(origins, found, strict=True)]

    def records(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Return the records, as the ledger has them, with batch and line of each."""
        return formulas.records_behind(
            self.indicator, self.question, house=self.house, at=self.at, limit=limit, offset=offset
        )

    def counts(self, record: Record) -> bool | None:
        """Tell whether a record is counted; none where that is not known."""
        try:
            return formulas.is_counted(
                self.indicator, self.question, record, house=self.house, at=self.at
            )
        except (Invalid, NotFound):  # a decision is to be made; what it cites was disposed of
            return None


def of_now(indicator: Indicator, question: Question) -> Basis:
    """Return the basis of a figure as it is computed now."""
    return Basis(indicator, question, OFFICE.house(), OFFICE.now())


def of_published(number: str) -> Basis:
    """Return the basis of a figure that was published under a number."""
    return _of_said(number, json.loads(sealed_figures.content_of(number)))


def _of_said(number: str, said: Mapping[str, Any]) -> Basis:
    at = datetime.fromisoformat(said["at"])
    house = sealed_figures.house_of(sealed_figures.versions_of(said["ledger"]), at)
    question = sealed_figures.question_of(said["question"])
    return Basis(REGISTRY.indicator(said["indicator"]), question, house, at, number)


@dataclass(frozen=True)
class Use:
    """A figure that reads records of a kind, and whether it counts this one.

    ``counts`` is none where that is not known: the figure counts records of another kind, draws
    on a register, or a decision that it needs is still to be made. ``day`` is the record's in the
    ledger, none once it was taken back. ``sealed`` are published figures that counted it.
    """

    indicator: Indicator
    counts: bool | None
    day: date | None
    sealed: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "indicator": self.indicator.name, "zh": self.indicator.zh, "en": self.indicator.en,
            "counts": self.counts, "day": self.day.isoformat() if self.day else None,
            "published": list(self.sealed),
        }  # fmt: skip


def uses(kind: str, key: Mapping[str, str]) -> list[Use]:
    """Return the figures that count a record, or did when they were published; then the others.

    The others read such records, or draw on the register, in a way that does not say of one
    whether it matters.
    """
    record, reading = Record(kind, key), catalogue.readers_of(kind)
    if kind not in REGISTRY.kinds:
        return [Use(each, None, None) for each in reading]
    day = formulas.day_of_record(record, house=OFFICE.house())
    published = list(_published(reading))
    found = [_use(each, record, day, published) for each in reading]
    told = (each for each in found if each.counts is not False or each.sealed)
    return sorted(told, key=lambda each: (not each.counts, not each.sealed))


def _use(
    indicator: Indicator, record: Record, day: date | None, published: Iterable[Basis]
) -> Use:
    sealed = tuple(
        each.sealed for each in published if each.indicator is indicator and each.counts(record)
    )
    if day is None:
        return Use(indicator, counts=False, day=None, sealed=sealed)
    asked = Question(by=indicator.needs, level=indicator.level, since=day, until=day)
    return Use(indicator, of_now(indicator, asked).counts(record), day, sealed)


def _published(indicators: Iterable[Indicator]) -> Iterator[Basis]:
    """Give the basis of every published figure of some indicators."""
    names = {each.name for each in indicators}
    for number in sealed_figures.sealed():
        said = json.loads(sealed_figures.content_of(number))
        if said["indicator"] in names:
            yield _of_said(number, said)
