# SPDX-License-Identifier: Apache-2.0
"""What the statistics service does: learn from rosters, take decisions on the frame over."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import cast

from shangheng.kernel.errors import Conflict
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties.concept import Merchant
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Entered, Filing
from shangheng.kernel.registers.concept.actors import Hand
from shangheng.services.statistics.queries.frame import Line
from shangheng.services.statistics.records import MERCHANT
from shangheng.services.statistics.registers import STATISTICAL_FRAME

ROSTER = (
    "platform", "shop", "shop_name", "shop_url", "owner_name", "owner_code", "region", "opened_on",
)  # fmt: skip


def learn_merchants(home: Ledger, receipt: Receipt, at: datetime) -> None:
    """Know the shops of a roster, and who runs them, as parties; again changes nothing."""
    for rows in records.rows_of_batch(home, MERCHANT, receipt, ROSTER):
        parties.learn(_merchants(rows), reporter=receipt.reporter, at=at)


def _merchants(rows: list[tuple[str | None, ...]]) -> Iterator[Merchant]:
    for platform, shop, name, url, owner, code, region, opened_on in rows:
        yield Merchant(
            platform=str(platform), shop=str(shop), shop_name=name or "", shop_url=url or "",
            owner_name=owner or "", uscc=code or "", org="", regno="", region=region or "",
            opened_on=cast("date | None", opened_on),
        )  # fmt: skip


def take_over(line: Line, hand: Hand, home: str) -> Entered:
    """Enter an enterprise into the frame, or end its entry, from the first day of the year.

    It is one transaction under one seal, and holds once another has confirmed it. What is not open
    is refused by the register: it is there already, it waits, or nobody proposes it.
    """
    decision, firm = line.decision, line.decision.firm
    since, reason = date(decision.year, 1, 1), f"{decision.zh}（{decision.clause}）"
    if decision.step == "leave" and line.entry is not None:
        return registers.end(
            STATISTICAL_FRAME, line.entry.number, hand, Filing(since=since, reason=reason)
        )
    if decision.step != "enter":
        raise Conflict("frame.nothing_to_do", code=firm.code, year=decision.year)
    values = {
        "code": firm.code, "name": firm.name, "kind": firm.kind, "region": firm.region or home,
        "scale": "logistics" if firm.express else "above_scale", "express": firm.express,
        "reason": reason, "sales_year": decision.year - 1, "sales": decision.sales_yuan,
        "threshold": decision.threshold_yuan,
    }  # fmt: skip
    return registers.enter(
        STATISTICAL_FRAME, values, hand, Filing(since=since, reason=reason, home=home, sure=True)
    )
