# SPDX-License-Identifier: Apache-2.0
"""The catalogue: what data exists, whose word it is, who receives it and why, how good it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.queries import Quality, Sharing
from shangheng.kernel.records.concept.fields import Field
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site.clock import BEIJING
from shangheng.site.registry import REGISTRY

QUALITY_DAYS = 30


@dataclass(frozen=True)
class Item:
    """A field of the catalogue."""

    field: Field
    receivers: tuple[Sharing, ...]


@dataclass(frozen=True)
class Entry:
    """A kind of record in the catalogue.

    ``authority`` is the field that names whose own word a record is: what others say of the same
    record is kept for comparison and counted once.
    """

    kind: RecordKind
    authority: Field | None
    quality: Quality
    items: tuple[Item, ...]
    answers: tuple[Sharing, ...]
    figures: tuple[tuple[str, str, str], ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        newest = self.quality.newest
        return {
            "kind": self.kind.name, "zh": self.kind.zh, "en": self.kind.en,
            "authority": self.authority.name if self.authority else None,
            "newest": newest.astimezone(BEIJING).isoformat() if newest else None,
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
    return [_entry(kind, at) for kind in REGISTRY.kinds.values()]


def _entry(kind: RecordKind, at: datetime) -> Entry:
    shared = queries.sharing(kind.name, at.astimezone(BEIJING).date())
    figures = tuple(
        (name, each.zh, each.en)
        for name, each in REGISTRY.indicators.items()
        if kind.name in each.reads
    )
    return Entry(
        kind,
        kind.field(kind.authority) if kind.authority else None,
        queries.quality(kind.name, at=at, since=timedelta(days=QUALITY_DAYS)),
        tuple(Item(each, tuple(shared.get(each.name, ()))) for each in kind.fields),
        tuple(shared.get("", ())),
        figures,
    )
