# SPDX-License-Identifier: Apache-2.0
"""What the statistics service does when something was reported."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import cast

from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties.concept import Merchant
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.services.statistics.records import MERCHANT

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
