# SPDX-License-Identifier: Apache-2.0
"""What runs by itself: warnings reach who asked for them."""

from datetime import datetime

from django.db import transaction

from shangheng.kernel.cases import queries as case_queries
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.store import House
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.regions.concept import stem
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.queries import EntryView, Sought
from shangheng.services.consumer.cases.others import SUBSCRIPTION
from shangheng.services.consumer.queries import HOUSE
from shangheng.services.consumer.registers import WARNING

ROUND = 500


def reached(warning: EntryView, at: datetime) -> list[tuple[str, str]]:
    """Return who asked to be told of such a warning: number of the subscription and address."""
    found: list[tuple[str, str]] = []
    offset = 0
    while part := case_queries.inbox(
        SUBSCRIPTION, Wanted(state="active", limit=ROUND, offset=offset), actor=HOUSE,
        at=at,
    ):  # fmt: skip
        offset += ROUND
        for each in part:
            wanted = each.values
            goods, region = wanted.get("goods"), str(wanted.get("region", ""))
            about = not goods or goods == warning.values.get("goods")
            if about and (not region or _meet(region, warning.region)):
                found.append((each.number, str(wanted["email"])))
    return found


def _meet(one: str, other: str) -> bool:
    """Tell whether one of two regions lies in the other."""
    return one.startswith(stem(other)) or other.startswith(stem(one))


def tell_warnings(_: House, at: datetime) -> int:
    """Put each warning in force into the outbox, once for each who asked; return how many."""
    told = 0
    sought = Sought(limit=None)
    with transaction.atomic():
        for each in registers.listed(WARNING, sought, actor=NOBODY, today=at.date()):
            zh, en = f"消费警示：{each.title}", f"Consumption warning: {each.title}"
            link = f"/registers/{WARNING.name}/{each.number}/"
            wanted = [
                Notice(key=f"{each.number}/{each.version}/{number}", channel="email", to=address,
                       zh=zh, en=en, link=link)
                for number, address in reached(each, at)
            ]  # fmt: skip
            notices.put(wanted, at=at)
            told += len(wanted)
    return told
