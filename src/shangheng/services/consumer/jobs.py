# SPDX-License-Identifier: Apache-2.0
"""What runs by itself: warnings, and that they were withdrawn, reach who asked for them."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import transaction

from shangheng.kernel.cases import queries as case_queries
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.store import House
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices import queries as told
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.regions.concept import stem
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers import reach
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.queries import EntryView, Sought
from shangheng.services.consumer.cases.others import SUBSCRIPTION
from shangheng.services.consumer.queries import HOUSE
from shangheng.services.consumer.registers import WARNING

ROUND = 500
SAID = {
    "email": ("消费警示：{title}", "Consumption warning: {title}"),
    "withdrawn": ("消费警示已撤回：{title}", "Consumption warning withdrawn: {title}"),
}


def askers(warning: EntryView, at: datetime) -> Iterator[tuple[str, str, reach.Cell]]:
    """Yield who asked for such a warning: subscription, address, region and goods they named."""
    offset = 0
    while part := case_queries.inbox(
        SUBSCRIPTION, Wanted(state="active", limit=ROUND, offset=offset), actor=HOUSE,
        at=at,
    ):  # fmt: skip
        offset += ROUND
        for each in part:
            wanted = each.values
            goods, region = str(wanted.get("goods") or ""), str(wanted.get("region") or "")
            about = not goods or goods == warning.values.get("goods")
            if about and (not region or _meet(region, warning.region)):
                yield each.number, str(wanted["email"]), (region, goods)


def _meet(one: str, other: str) -> bool:
    """Tell whether one of two regions lies in the other."""
    return one.startswith(stem(other)) or other.startswith(stem(one))


def tell_warnings(_: House, at: datetime) -> int:
    """Send each version of a warning once to those who ask for such, and that it was withdrawn."""
    sent = reach.versions_sent(WARNING, "email")
    open_ = {number for number, _ in sent}
    open_ -= {number for number, _ in reach.versions_sent(WARNING, "withdrawn")}
    count = 0
    with transaction.atomic():
        for each in _listed("current", at):
            if (each.number, each.holds) not in sent:
                count += _send(each, "email", at)
        for each in _listed("ended", at):
            if each.number in open_:
                known = told.mailed_to(reach.link_of(each.kind, each.number, "email"))
                count += _send(each, "withdrawn", at, only=known)
    return count


def _listed(state: str, at: datetime) -> list[EntryView]:
    sought = Sought(state=state, limit=None)
    return registers.listed(WARNING, sought, actor=NOBODY, today=at.date())


def _send(
    warning: EntryView, way: str, at: datetime, *, only: Collection[str] | None = None
) -> int:
    """Put a warning into the outbox for each who asked, and keep to how many it goes."""
    zh, en = (text.format(title=warning.title) for text in SAID[way])
    link = reach.link_of(warning.kind, warning.number, way)
    wanted = [each for each in askers(warning, at) if only is None or each[1] in only]
    notices.put(
        [
            Notice(key=f"{warning.number}/{way}/{warning.holds}/{number}", channel="email",
                   to=address, zh=zh, en=en, link=link)
            for number, address, _ in wanted
        ],
        at=at,
    )  # fmt: skip
    reach.sent(warning, way, at.date(), Counter(cell for _, _, cell in wanted))
    return len(wanted)
