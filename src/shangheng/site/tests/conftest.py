# SPDX-License-Identifier: Apache-2.0
"""A home in a temporary folder, people who sign in, and orders that were reported."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.accounts.tests.balanced import books_balance
from shangheng.kernel.records import actions, reporters
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.service import Service
from shangheng.site import clock, people, sealing, wiring
from shangheng.site.registry import REGISTRY

__all__ = ["books_balance"]  # a fixture

PASSWORD = "correct horse battery"  # noqa: S105
PLACES = ("320506", "320583", "320102", "320205", "320382")


@contextmanager
def plugged_in(service: Service) -> Iterator[None]:
    """Let the house have one service more; what was put together of the others is so anew."""
    house = vars(REGISTRY)
    before = dict(house)
    house.clear()
    house["services"] = (*before["services"], service)
    try:
        yield
    finally:
        house.clear()
        house.update(before)


def orders(count: int = 60, *, platform: str = "P01", first: int = 0) -> bytes:
    """Return a CSV file of good orders: five places, twenty shops, three days of November 2025."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("platform", "order_no", "shop", "mode", "nature", "channel", "category", "currency",
         "gross", "paid", "ordered_at", "paid_at", "seller_region", "buyer_region")
    )  # fmt: skip
    for n in range(first, first + count):
        day = f"2025-11-{1 + n % 3:02} 10:00:00"
        writer.writerow(
            (platform, f"{platform}-{n}", f"shop-{n % 20}", "B2C", "goods", "platform",
             ("food", "apparel")[n % 2], "CNY", "100.00", "100.00", day, day,
             PLACES[n % 5], "310101")
        )  # fmt: skip
    return out.getvalue().encode()


@pytest.fixture
def home(tmp_path: Path, settings: Settings, db: None) -> Ledger:
    settings.HOME = tmp_path
    settings.LEDGER = tmp_path / "ledger"
    settings.UPLOADS = tmp_path / "uploads"
    settings.SECRET_KEY_FILE = tmp_path / "secret.key"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    wiring.make_folders()
    sealing.prepare()
    return wiring.ledger()


@pytest.fixture
def report(home: Ledger, tmp_path: Path) -> Callable[..., Receipt]:
    def send(content: bytes, *, kind: str = "order", reporter: str = "P01") -> Receipt:
        path = tmp_path / "sent.csv"
        path.write_bytes(content)
        given = Report(source=path, kind=REGISTRY.kind(kind), reporter=reporter)
        return actions.take(given, home=home, at=clock.now())

    return send


@pytest.fixture
def officer(db: None) -> Client:
    people.make_person("officer", PASSWORD, roles=(people.OFFICER,))
    client = Client()
    assert client.login(username="officer", password=PASSWORD)
    return client


@pytest.fixture
def sender(db: None) -> Client:
    people.make_person("sender", PASSWORD, reporter="P01")
    client = Client()
    assert client.login(username="sender", password=PASSWORD)
    return client


@pytest.fixture
def token(home: Ledger) -> str:
    return reporters.issue_token("P01", at=clock.now())
