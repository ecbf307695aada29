# SPDX-License-Identifier: Apache-2.0
"""What was disposed of follows to everyone who received it, and stops nobody's deliveries.

Before a disposal is decided, while its rows can still be read, and in the same transaction:

1. every parcel that was made of them is made once more, compared with what was sealed, and made
   without them; the digest of what is left is sealed beside the old one;
2. a parcel is added that withdraws the records whose last word goes. It cannot be made from the
   ledger any more, so its lines are kept, until the last receiver has acknowledged it or the
   agreement is over.

Under an agreement that is over nothing leaves but its closing parcel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shangheng.kernel.errors import Conflict
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Cut, append, reduce
from shangheng.kernel.exchange.concept.parcels import Span
from shangheng.kernel.exchange.models import AgreementRow, ParcelRow
from shangheng.kernel.exchange.store.commits import CommitFeed
from shangheng.kernel.exchange.store.feed import Content
from shangheng.kernel.periods import day_of
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.home import Ledger

Batches = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Forgetting:
    """Lets receivers forget what a disposal takes; to be called before the disposal is decided."""

    home: Ledger
    kinds: Mapping[str, RecordKind]
    kind: str
    at: datetime

    def __call__(self, number: str, batches: Batches) -> None:
        """Reduce parcels and add those that withdraw; ``number`` is that of the disposal."""
        found = [
            (row, feed)
            for row in queries.agreements_adopted()
            if row.kind == self.kind and not queries.is_over(row, day_of(self.at))
            if isinstance(feed := self._feed(row), CommitFeed) and feed.agreement.fields
        ]
        # The log is locked from the first seal on, so that everything is worked out before.
        less = [
            (parcel, left) for row, feed in found for parcel, left in _less(row, feed, batches)
        ]
        gone = [
            (row, feed.withdrawn(batches, first=row.sequence + 1))
            for row, feed in found
            if row.version
        ]
        for parcel, left in less:
            reduce(parcel, left, why=number, at=self.at)
        for row, content in gone:
            if content.records:
                span = {**Span(()).to_plain(), "disposal": number}
                if not append(row, Cut(content, span, self.at, kept=True), at=self.at):
                    raise Conflict("parcel.added_meanwhile", agreement=str(row))

    def _feed(self, row: AgreementRow) -> object:
        return queries.feed_of(row, home=self.home, kinds=self.kinds)


def _less(
    row: AgreementRow, feed: CommitFeed, batches: Batches
) -> list[tuple[ParcelRow, Content]]:
    """Return the parcels that hold less without some batches, and what they hold then."""
    tags, going = feed.tags_of(batches), set(batches)
    without = replace(feed, gone=(*feed.gone, *batches))
    found = []
    for parcel in row.parcels.filter(closing="", kept="").order_by("number"):
        span = Span.from_plain(parcel.span)
        if not any(step.tag in tags or going & {*step.batches} for step in span.steps):
            continue
        if feed.content(span, first=parcel.first).digest != parcel.content:
            continue  # altered before: that is told when it is due, and not covered up here
        left = without.content(span, first=parcel.first)
        if left.digest != parcel.content:
            found.append((parcel, left))
    return found
