# SPDX-License-Identifier: Apache-2.0
"""The catalogue: what data exists, whose word it is, who receives it and why, how good it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.concept.masks import MASKS, Mask
from shangheng.kernel.exchange.concept.registered import Registered
from shangheng.kernel.exchange.queries import Quality, Sharing
from shangheng.kernel.formulas.concept import Indicator
from shangheng.kernel.periods import CHINA, day_of
from shangheng.kernel.records.concept.fields import Field
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site.registry import REGISTRY

QUALITY_DAYS = 30


@dataclass(frozen=True)
class Item:
    """A field of the catalogue."""

    field: Field
    receivers: tuple[Sharing, ...]


@dataclass(frozen=True)
class Entry:
    """A kind of record, or a register, in the catalogue.

    ``authority`` is the field that names whose own word a record is: what others say of the same
    record is kept for comparison and counted once.
    """

    kind: RecordKind
    authority: Field | None
    quality: Quality
    items: tuple[Item, ...]
    answers: tuple[Sharing, ...]
    figures: tuple[tuple[str, str, str], ...]

    @property
    def is_register(self) -> bool:
        """Tell whether it is what this house itself has on file."""
        return isinstance(self.kind, Registered)

    @property
    def percent(self) -> str:
        """Return the quality score in per cent; nothing where nothing was reported lately."""
        score = self.quality.score
        return "" if score is None else f"{score:.1%}"

    @property
    def shared(self) -> tuple[Sharing, ...]:
        """Return every agreement under which something of it goes out, each once."""
        found = {each.agreement: each for item in self.items for each in item.receivers}
        found |= {each.agreement: each for each in self.answers}
        return tuple(found.values())

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        newest = self.quality.newest
        return {
            "kind": self.kind.name, "zh": self.kind.zh, "en": self.kind.en,
            "authority": self.authority.name if self.authority else None,
            "newest": newest.astimezone(CHINA).isoformat() if newest else None,
            "quality": self.quality.score, "batches": self.quality.batches,
            "fields": [
                {"name": each.field.name, "zh": each.field.zh, "en": each.field.en,
                 "sensitivity": each.field.sensitivity,
                 "receivers": [_plain(receiver) for receiver in each.receivers]}
                for each in self.items
            ],
            "answers": [_plain(receiver) for receiver in self.answers],
            "figures": [name for name, _, _ in self.figures],
        }  # fmt: skip


def _plain(receiver: Sharing) -> dict[str, Any]:
    return {"agreement": receiver.agreement, "to": list(receiver.receivers),
            "basis": list(receiver.basis), "mask": receiver.form[1]}  # fmt: skip


def entries(at: datetime) -> list[Entry]:
    """Return the catalogue as it stands."""
    return [_entry(kind, at) for kind in REGISTRY.held.values()]


def _entry(kind: RecordKind, at: datetime) -> Entry:
    shared = queries.sharing(kind.name, day_of(at))
    figures = tuple((each.name, each.zh, each.en) for each in readers_of(kind.name))
    return Entry(
        kind,
        kind.field(kind.authority) if kind.authority else None,
        queries.quality(kind, at=at, since=timedelta(days=QUALITY_DAYS)),
        tuple(Item(each, tuple(shared.get(each.name, ()))) for each in kind.fields),
        tuple(shared.get("", ())),
        figures,
    )


def readers_of(kind: str) -> list[Indicator]:
    """Return the indicators that read records of a kind, or draw on a register."""
    return [
        each
        for each in REGISTRY.indicators.values()
        if kind in each.reads or any(kind == one.register for one in each.parameters)
    ]


def lines(found: list[Entry]) -> Iterator[tuple[str, ...]]:
    """Give the catalogue as lines of a table: one for each field and each who receives it."""
    for entry in found:
        authority = entry.authority.name if entry.authority else ""
        for item in entry.items:
            told = (entry.kind.name, item.field.name, item.field.zh, item.field.sensitivity,
                    authority)  # fmt: skip
            for each in item.receivers:
                to, basis = "、".join(each.receivers), "；".join(each.basis)
                yield (*told, to, each.agreement, basis, each.form[0])
            if not item.receivers:
                yield (*told, "", "", "", "")


@dataclass(frozen=True)
class Agreed:
    """An agreement as a page shows it."""

    name: str
    edition: int
    zh: str
    en: str
    provider: str
    receivers: tuple[str, ...]
    basis: tuple[str, ...]
    kind: RecordKind | None
    since: date
    until: date
    days: tuple[str, str]
    only: tuple[tuple[Field, tuple[str, ...]], ...]
    fields: tuple[tuple[Field, Mask], ...]
    asked_by: tuple[Field, ...]
    asks_a_day_max: int
    discloses: str
    deletes: bool
    over: bool
    digest: str


def agreement(name: str, at: datetime) -> Agreed:
    """Return the newest edition of an agreement that was adopted."""
    row = queries.adopted(name)
    told = queries.declared(row, REGISTRY.held)
    field = told.kind.field
    days = (told.days.since, told.days.until)
    return Agreed(
        told.name, told.edition, told.zh, told.en, told.provider, told.receivers, told.basis,
        told.kind, told.in_force.since or told.until, told.until,
        (days[0].isoformat() if days[0] else "", days[1].isoformat() if days[1] else ""),
        tuple((field(each), values) for each, values in told.only.items()),
        tuple((field(each), MASKS[mask]) for each, mask in told.fields.items()),
        tuple(field(each) for each in told.asked_by), told.asks_a_day_max,
        told.discloses, told.after_end == "delete", queries.is_over(row, day_of(at)),
        told.digest,
    )  # fmt: skip
