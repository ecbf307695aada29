# SPDX-License-Identifier: Apache-2.0
"""Minimal disclosure: whether there is such a record, yes or no, and nothing of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Office
from shangheng.kernel.exchange.delivering import (
    ANSWERED,
    logged,
    place_of,
    require_in_force,
)
from shangheng.kernel.exchange.models import DeliveryRow, SubscriptionRow
from shangheng.kernel.periods import CHINA

ASKS_AT_ONCE_MAX = 1_000


def answer(
    office: Office, name: str, rows: Sequence[dict[str, str]], *, receiver: str, at: datetime
) -> list[bool]:
    """Tell a receiver for each row of values whether there is such a record, and no more.

    Raises:
        NotPermitted: not its agreement, over, or more questions today than were agreed
            (``agreement.asked_enough``).
        Invalid: the questions do not fit the agreement (``agreement.question_wrong``).
    """
    return logged(
        name, receiver, 0, at,
        lambda: _answered(office, name, rows, receiver=receiver, at=at),
    )  # fmt: skip


def _answered(
    office: Office, name: str, rows: Sequence[dict[str, str]], *, receiver: str, at: datetime
) -> list[bool]:
    place = place_of(name, receiver)
    row = place.agreement
    require_in_force(row, at)
    agreement = queries.declared(row, office.kinds)
    names = list(agreement.asked_by)
    fits = all({*each} == {*names} and all(each.values()) for each in rows)
    if agreement.discloses != "match" or not fits or not 0 < len(rows) <= ASKS_AT_ONCE_MAX:
        raise Invalid(
            "agreement.question_wrong", agreement=name, fields=names, most=ASKS_AT_ONCE_MAX
        )
    midnight = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        # The row is locked, so that two askers at once cannot both have the last question.
        SubscriptionRow.objects.filter(pk=place.pk).update(last_try_at=at)
        asked = queries.asked_since(str(row), receiver, midnight)
        if asked + len(rows) > agreement.asks_a_day_max:
            raise NotPermitted(
                "agreement.asked_enough", agreement=name, asked=asked,
                most=agreement.asks_a_day_max,
            )  # fmt: skip
        feed = queries.feed_of(row, home=office.home, kinds=office.kinds)
        found = feed.matches(names, [[each[name] for name in names] for each in rows])
        facts: dict[str, str | int] = {"receiver": receiver, "asked": len(rows)}
        leaf = evidence.seal(
            "exchange.answered", str(row), {**facts, "rows": list(rows), "found": found},
            at=at, facts=facts,
        )  # fmt: skip
        DeliveryRow.objects.create(
            agreement=str(row), partner=receiver, number=0, outcome=ANSWERED, records=len(rows),
            at=at, leaf=leaf,
        )  # fmt: skip
    return found
