# SPDX-License-Identifier: Apache-2.0
"""Nobody waits for figures that take seconds, nor takes those of before for those of now."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.formulas.figures import Remembered
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.site import clock, recently
from shangheng.site.tests.conftest import orders
from shangheng.site.tests.test_figures import figure

BEHIND = "此后账本又有变动"
WAITS = {"waits": True}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recently, "_pages", Remembered(recently.PAGES_KEPT))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything count as taking long, and as having rested."""
    monkeypatch.setattr(recently, "PATIENCE_S", -1.0)
    monkeypatch.setattr(recently, "REST", 0)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be computed beside."""
    monkeypatch.setattr(recently, "_beside", lambda page, *_: page.computing.release())


class Work:
    """Computes one figure, whose value is how often that was done; may be held up."""

    def __init__(self) -> None:
        self.done = 0
        self.may_end, self.has_begun = threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self) -> recently.Parts:
        self.has_begun.set()
        assert self.may_end.wait(30)
        self.done += 1
        found = replace(figure([{"value": Decimal(self.done)}]), computed_at=clock.now())
        return {"now": [found]}


class Door:
    """A lock that counts who came to it."""

    def __init__(self) -> None:
        self.came, self._lock = 0, threading.Lock()

    def __enter__(self) -> None:
        self.came += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def value(found: recently.Recent) -> Decimal:
    told = found.figures["now"][0].value
    assert told is not None
    return told


def known_page(work: Work) -> None:
    """Have a page computed twice: then it is known how long that takes; the value is 2."""
    for version in (0, 1):
        assert not recently.figures("page", version, work, waits=False).is_behind


def until_idle() -> None:
    for each in threading.enumerate():
        if each.name == "recently":
            each.join(30)


@pytest.mark.usefixtures("slowly")
def test_figures_of_before_are_shown_while_those_of_now_are_computed() -> None:
    work = Work()
    known_page(work)
    work.may_end.clear()
    for _ in range(3):
        found = recently.figures("page", 2, work, waits=False)
        assert (value(found), found.is_behind) == (2, True)
    work.may_end.set()
    until_idle()
    found = recently.figures("page", 2, work, waits=False)
    assert not found.is_behind
    assert value(found) == 4  # once beside, and once now: nothing is kept here


@pytest.mark.usefixtures("slowly")
def test_who_waits_is_given_figures_of_now_and_they_are_computed_once() -> None:
    work = Work()
    known_page(work)
    assert value(recently.figures("page", 2, work, waits=True)) == 3


def test_what_took_no_time_is_computed_at_once() -> None:
    work = Work()
    known_page(work)
    found = recently.figures("page", 2, work, waits=False)
    assert (value(found), found.is_behind) == (3, False)


@pytest.mark.usefixtures("slowly")
def test_what_is_too_old_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work()
    known_page(work)
    monkeypatch.setattr(recently, "OLDEST_S", -1.0)
    assert not recently.figures("page", 2, work, waits=False).is_behind


def test_there_is_a_rest_between_computations_that_nobody_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recently, "PATIENCE_S", -1.0)
    monkeypatch.setattr(recently, "REST", 10**9)
    work = Work()
    known_page(work)
    assert recently.figures("page", 2, work, waits=False).is_behind
    until_idle()
    assert work.done == 2


@pytest.mark.usefixtures("slowly")
def test_a_fault_beside_leaves_what_is_known_and_the_next_reader_tries_again() -> None:
    work = Work()
    known_page(work)

    def failing() -> recently.Parts:
        raise Unavailable("engine.failed", engine="duckdb", sql="", why="disk")

    assert recently.figures("page", 2, failing, waits=False).is_behind
    until_idle()
    with pytest.raises(Unavailable):
        recently.figures("page", 2, failing, waits=True)
    assert value(recently.figures("page", 2, work, waits=True)) == 3


def test_two_who_wait_for_the_same_do_not_compute_at_the_same_time() -> None:
    work = Work()
    work.may_end.clear()
    at_once: list[int] = []

    def alone() -> recently.Parts:
        at_once.append(1)
        assert len(at_once) == 1
        try:
            return work()
        finally:
            at_once.pop()

    def ask() -> None:
        recently.figures("page", 1, alone, waits=False)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert work.has_begun.wait(30)
    threads[1].start()
    work.may_end.set()
    for each in threads:
        each.join(30)
    assert work.done == 2


def test_of_many_who_wait_while_the_ledger_moves_two_compute() -> None:
    work, door = Work(), Door()
    recently._pages.get("page", recently._Page).computing = door  # noqa: SLF001
    work.may_end.clear()
    first = threading.Thread(target=recently.figures, args=("page", 1, work), kwargs=WAITS)
    first.start()
    assert work.has_begun.wait(30)
    others = [
        threading.Thread(target=recently.figures, args=("page", version, work), kwargs=WAITS)
        for version in range(2, 7)
    ]
    for each in others:
        each.start()
    while door.came < 1 + len(others):
        time.sleep(0.01)
    work.may_end.set()
    for each in (first, *others):
        each.join(30)
    assert work.done == 2


@pytest.mark.usefixtures("slowly", "idle")
def test_the_overview_says_that_its_figures_are_of_before(
    client: Client, officer: Client, report: Callable[..., Receipt]
) -> None:
    for version in (1, 2):
        report(orders(30, first=version * 30))
        for each in (client, officer):
            page = each.get("/").content.decode()
            assert BEHIND not in page
            assert f"order@{version}" in page
    report(orders(30, first=90).replace(b"2025-11-01", b"2025-11-09"))
    for each in (client, officer):
        page = each.get("/").content.decode()
        assert BEHIND in page
        assert "order@2" in page
        assert "2025年11月3日" in page
        assert "The ledger has moved on since" in each.get("/?lang=en").content.decode()
    page = client.get("/", headers={"Cache-Control": "no-cache"}).content.decode()
    assert BEHIND not in page
    assert "order@3" in page
    assert "2025年11月9日" in page
    assert BEHIND not in officer.get("/").content.decode()


def test_officers_see_the_cells_that_strangers_do_not(
    client: Client, officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders(2))  # of two shops: too few to be published
    told = '<data value="200"'
    assert told in officer.get("/").content.decode()
    assert told not in client.get("/").content.decode()
