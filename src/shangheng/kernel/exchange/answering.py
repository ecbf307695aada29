# SPDX-License-Identifier: Apache-2.0
"""Questions: whether there is such a record, yes or no; or the records behind a figure.

Both are counted by the day, sealed, and refused with the reason where no agreement allows them.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Office
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.delivering import (
    ANSWERED,
    logged,
    place_of,
    require_in_force,
)
from shangheng.kernel.exchange.models import AgreementRow, DeliveryRow, SubscriptionRow
from shangheng.kernel.exchange.sealing import SEALED
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.exchange.store.feed import Feed
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records.concept import fields as f

ASKS_AT_ONCE_MAX = 1_000
RECORDS_MAX = 1_000
"""Records that one question brings at most."""
DIVISION = re.compile(r"\d{6}", re.ASCII)
TIME = re.compile(r"\d{4}(-\d\d){0,2}( \d\d(:\d\d){2})?", re.ASCII)


def answer(
    office: Office, name: str, rows: Sequence[dict[str, str]], *, receiver: str, at: datetime
) -> list[bool]:
    """Tell a receiver for each row of values whether there is such a record, and no more.

    Raises:
        NotPermitted: not its agreement, over, or more questions today than were agreed
            (``agreement.asked_enough``).
        Invalid: the questions do not fit it (``.question_wrong``, ``.value_malformed``).
    """
    question = _Question(name, rows, receiver, at)

    def answered() -> list[bool]:
        with question.asked(office, "match") as (row, feed):
            names = list(feed.agreement.asked_by)
            found = feed.matches(names, [[each[name] for name in names] for each in rows])
            question.seal(row, {"rows": list(rows), "found": found}, {})
        return found

    return logged(name, receiver, 0, at, answered)


def records(
    office: Office, name: str, where: dict[str, str], *, receiver: str, at: datetime
) -> tuple[list[dict[str, Any]], bool]:
    """Give a receiver the records behind a figure, as agreed, and whether there are more.

    Raises:
        NotPermitted: not its agreement, over, asked too often, or an agreement that lets nobody
            ask for records (``agreement.not_down_to_records``).
        Invalid: the question does not fit it (``.question_wrong``, ``.value_malformed``).
    """
    question = _Question(name, [where], receiver, at)

    def answered() -> tuple[list[dict[str, Any]], bool]:
        with question.asked(office, "asked") as (row, feed):
            content, is_more = feed.behind(where, most=RECORDS_MAX)
            told = {"where": where, "content": content.digest}
            question.seal(row, told, {"records": content.records})
        return list(records_of(content.lines)), is_more

    return logged(name, receiver, 0, at, answered)


@dataclass(frozen=True)
class _Question:
    """What a receiver asks, in rows of values, under which agreement, when."""

    name: str
    rows: Sequence[dict[str, str]]
    receiver: str
    at: datetime

    @contextmanager
    def asked(self, office: Office, way: str) -> Iterator[tuple[AgreementRow, Feed]]:
        """Check that it may be asked in this way, and count it, in one transaction."""
        place = place_of(self.name, self.receiver)
        row = place.agreement
        require_in_force(row, self.at)
        feed = queries.feed_of(row, home=office.home, kinds=office.kinds)
        self._fits(feed.agreement, way)
        midnight = self.at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
        with transaction.atomic():
            # The row is locked, so that two askers at once cannot both have the last question.
            SubscriptionRow.objects.filter(pk=place.pk).update(last_try_at=self.at)
            asked = queries.asked_since(str(row), self.receiver, midnight)
            if asked + len(self.rows) > feed.agreement.asks_a_day_max:
                raise NotPermitted(
                    "agreement.asked_enough", agreement=self.name, asked=asked,
                    most=feed.agreement.asks_a_day_max,
                )  # fmt: skip
            yield row, feed

    def _fits(self, agreement: Agreement, way: str) -> None:
        if way == "asked" and agreement.discloses != way:
            raise NotPermitted("agreement.not_down_to_records", agreement=self.name)
        names = agreement.asked_by
        fits = all({*each} == {*names} and all(each.values()) for each in self.rows)
        if agreement.discloses != way or not fits or not 0 < len(self.rows) <= ASKS_AT_ONCE_MAX:
            raise Invalid(
                "agreement.question_wrong", agreement=self.name, fields=list(names),
                most=ASKS_AT_ONCE_MAX,
            )  # fmt: skip
        values = ((agreement.kind.field(n), each[n]) for each in self.rows for n in names)
        for field, value in values:
            if example := _misread(field, value, way):
                raise Invalid("agreement.value_malformed", agreement=self.name, field=field.name,
                              value=value[:40], example=example)  # fmt: skip

    def seal(
        self, row: AgreementRow, content: dict[str, Any], facts: dict[str, str | int]
    ) -> None:
        """Seal that it was answered, and how; of what was asked and told only a digest is kept."""
        facts = {"receiver": self.receiver, "asked": len(self.rows), **facts}
        told = canonical({**facts, **content})
        leaf = evidence.seal("exchange.answered", str(row), told, at=self.at, facts=facts)
        kept = {**facts, SEALED: sha256(told).hexdigest()}
        DeliveryRow.objects.create(
            agreement=str(row), partner=self.receiver, number=0, outcome=ANSWERED,
            records=len(self.rows), answer=kept, at=self.at, leaf=leaf,
        )  # fmt: skip


def _misread(field: f.Field, value: str, way: str) -> str:
    """Return how to write a place or time that, as it is, would read as "none there"."""
    if isinstance(field, f.Region):
        return "" if DIVISION.fullmatch(value) else "320583"
    if not isinstance(field, f.Time | f.Day):
        return ""
    whole = "2026-05-10" if isinstance(field, f.Day) else "2026-05-10 10:00:00"
    forms = ("2026", "2026-05", "2026-05-10") if way == "asked" else (whole,)
    try:
        datetime.fromisoformat(value + "0000-01-01"[len(value) :])
        fits = TIME.fullmatch(value) and len(value) in map(len, forms)
    except ValueError:
        fits = False
    return "" if fits else " / ".join(forms)
