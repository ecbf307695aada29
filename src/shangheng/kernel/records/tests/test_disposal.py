# SPDX-License-Identifier: Apache-2.0
"""What is due goes for good and everywhere; what is held or not due stays, and stays provable."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from shangheng.kernel.errors import Conflict, EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.sealing import find_record, prove_record
from shangheng.kernel.records import actions, disposing, queries, retained
from shangheng.kernel.records.concept import retention
from shangheng.kernel.records.concept.retention import Disposal, Hold, Period, Plan, Said
from shangheng.kernel.records.models import DisposalRow
from shangheng.kernel.records.store import disposal
from shangheng.kernel.records.store.archive import batch_secret, unsealed
from shangheng.kernel.records.store.keys import KeyIndex
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.tests.builders import (
    AT,
    MASTER_KEY,
    ORDER,
    Door,
    Row,
    canonical,
    order,
    orders,
    read,
)

PERIOD = Period(36, ("decisions.yaml",))
OLD, LATER = "2023-05-31 20:05:00", "2026-11-11 20:05:00"
DUE = datetime(2026, 6, 1, 9, tzinfo=AT.tzinfo)


def dispose(door: Door, at: datetime = AT) -> Disposal | None:
    return disposing.dispose(door.home, ORDER, PERIOD, Said("chen", "留存期满", at))


def plan(door: Door, on: date | None = None) -> Plan:
    return disposing.planned(door.home, ORDER, PERIOD, on=on or AT.date())


def hold(door: Door, **told: Any) -> retention.Holding:
    kind = told.pop("of", None)
    usual = {"number": "", "case": "TS-1", "reason": "举证", "by": "li", "at": AT}
    return disposing.hold(Hold(**(usual | told)), home=door.home, kind=kind)


def everywhere(door: Door) -> Iterator[Row]:
    """Give every row that any Parquet file of the ledger still holds, true or not."""
    for path in door.home.root.rglob("*.parquet"):
        if "_delta_log" not in path.parts:
            yield from read((str(path),), ORDER, "*")


def known(door: Door, index: str = "order") -> int:
    return len(KeyIndex.reader(door.home.keys(index)))


def test_a_period_ends_with_its_last_day_and_a_month_s_end_stays_one() -> None:
    assert retention.due_on(date(2026, 5, 21), 6) == date(2026, 11, 22)
    assert retention.due_on(date(2026, 8, 31), 6) == date(2027, 3, 1)
    assert retention.due_on(date(2026, 2, 28), 6) == date(2026, 9, 1)


def test_the_floor_is_the_six_months_that_a_document_prints() -> None:
    floor = retention.floor_on(date(2026, 1, 1))
    assert (floor.months, floor.sources) == (6, ("qinghai-2016 (二十三)",))
    assert retention.floor_on(date(2015, 12, 31)).months == 0


@pytest.mark.django_db
def test_nothing_goes_below_the_floor(door: Door) -> None:
    with pytest.raises(Invalid, match=r"retention\.below_floor"):
        disposing.planned(door.home, ORDER, Period(5, ("x",)), on=AT.date())


@pytest.mark.django_db
def test_a_batch_goes_on_the_day_after_its_period_and_not_before(door: Door) -> None:
    door.send(orders(3, ordered_at=OLD))
    assert dispose(door, at=DUE - timedelta(days=1)) is None
    assert plan(door, DUE.date() - timedelta(days=1)).next_due == DUE.date()
    assert [each.records for each in plan(door, DUE.date()).goes] == [3]
    done = dispose(door, at=DUE)
    assert done is not None
    assert (done.batches, done.records, done.is_finished) == (1, 3, True)
    assert (done.first, done.last) == (date(2023, 5, 31), date(2023, 5, 31))
    assert dispose(door, at=DUE) is None


@pytest.mark.django_db
def test_a_period_runs_from_the_last_moment_that_a_record_tells_of(door: Door) -> None:
    door.send(orders(2, ordered_at=OLD, due_on="2023-07-01"))
    assert plan(door).waits == ()
    assert plan(door, date(2026, 7, 1)).next_due == date(2026, 7, 2)


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(door: Door) -> None:
    receipt = door.send(orders(5, ordered_at=OLD))
    before = {path: path.stat().st_mtime_ns for path in door.home.root.rglob("*")}
    assert plan(door).records == 5
    assert {path: path.stat().st_mtime_ns for path in door.home.root.rglob("*")} == before
    assert door.unsealed(receipt)


@pytest.mark.django_db
def test_what_is_disposed_of_is_nowhere_any_more(door: Door) -> None:
    bad = order(9, ordered_at=OLD, paid="abc")
    old = door.send([*orders(4, ordered_at=OLD), bad], batch="old")
    door.send(orders(2, ordered_at=OLD), reporter="shop-1", batch="claims")
    # A correction keeps its first version in the history, a rewritten file on the disk.
    door.send([order(1, ordered_at=OLD, paid="1.00")], batch="again")
    new = door.send(orders(3, start=100, ordered_at=LATER), batch="new")
    folder = door.home.batch(folder_of("P01", "old"))
    assert (folder / "rejects.sealed").exists()
    assert dispose(door) is not None
    assert {row["batch"] for row in everywhere(door)} == {"new"}
    assert [row["order_no"] for row in door.rows()] == ["N000100", "N000101", "N000102"]
    assert (door.claims(), door.history()) == ([], [])
    assert sorted(path.name for path in folder.iterdir()) == ["receipt.json"]
    assert not door.archived(old).exists()
    assert door.rejects(old) == []
    assert (known(door), known(door, "order.claims")) == (3, 0)
    # What stays: the receipt, the leaf, and everything of the others.
    assert queries.receipt("old") == old
    assert door.send([*orders(4, ordered_at=OLD), bad], batch="old") == old
    assert door.unsealed(new).count(b"\n") == 4
    proof_holds(door, new, order(101, ordered_at=LATER))


def proof_holds(door: Door, receipt: Any, row: Row) -> None:
    hashes = door.home.batch(folder_of(receipt.reporter, receipt.batch)) / "hashes.bin"
    index = find_record(hashes, sha256(canonical(row)).digest())
    assert index is not None
    secret = batch_secret(door.archived(receipt), master_key=MASTER_KEY)
    proof = prove_record(hashes, secret, index)
    assert proof.holds(bytes.fromhex(receipt.records_root.removeprefix("sha256:")))


@pytest.mark.django_db
def test_a_batch_waits_whole_until_the_last_of_its_records_is_due(door: Door) -> None:
    rows = [*orders(3, ordered_at=OLD), order(4, ordered_at=LATER)]
    receipt = door.send(rows, batch="mixed")
    assert dispose(door) is None
    assert [each.last for each in plan(door).waits] == [date(2026, 11, 11)]
    proof_holds(door, receipt, order(2, ordered_at=OLD))


@pytest.mark.django_db
def test_rows_of_other_batches_in_the_same_files_stay(door: Door) -> None:
    door.send(orders(3, ordered_at=OLD), batch="goes")
    stays = door.send([*orders(3, start=10, ordered_at=OLD), order(20)], batch="stays")
    for number in range(8):
        door.send([order(30 + number, ordered_at=OLD)], batch=f"small-{number}")
    assert actions.settle(door.home, ORDER, limit=2)
    hold(door, batch="small-3", reporter="P01")
    assert dispose(door) is not None
    left = {row["order_no"] for row in everywhere(door)}
    assert left == {"N000010", "N000011", "N000012", "N000020", "N000033"}
    assert len(door.rows()) == 5
    proof_holds(door, stays, order(11, ordered_at=OLD))
    again = door.send([order(1, ordered_at=LATER)], batch="anew")
    assert (again.accepted, again.corrected) == (1, 0)
    assert door.send([order(11, ordered_at=OLD)], batch="known").unchanged == 1


@pytest.mark.django_db
def test_a_batch_without_a_record_goes_when_its_receipt_is_old_enough(door: Door) -> None:
    receipt = door.send([order(1, paid="abc")], batch="rejected")
    assert plan(door).waits[0].records == 0
    assert dispose(door, at=AT.replace(year=2029)) is None
    assert dispose(door, at=AT.replace(year=2029) + timedelta(days=1)) is not None
    assert door.rejects(receipt) == []


@pytest.mark.django_db
def test_keys_are_destroyed_before_their_files_are_removed(door: Door) -> None:
    sealed = door.archived(door.send(orders(3)))
    before = sealed.stat().st_size
    disposal.destroy_key(sealed)
    assert sealed.stat().st_size == before
    with pytest.raises(EvidenceBroken, match=r"archive\.altered"):
        list(unsealed(sealed, master_key=MASTER_KEY))


@pytest.mark.django_db
def test_a_hold_keeps_the_batches_of_what_it_names_and_no_others(door: Door) -> None:
    door.send(orders(2, ordered_at=OLD), batch="a")
    door.send([order(5, ordered_at=OLD, buyer="zhang@example.cn")], batch="b")
    placed = hold(door, kind="order", of=ORDER, where={"buyer": "zhang@example.cn"})
    assert placed.hold.where["buyer"] != "zhang@example.cn"
    found = plan(door)
    assert [each.batch for each in found.goes] == ["a"]
    assert [(each.batch, each.holds) for each in found.held] == [("b", (placed.hold.number,))]
    assert dispose(door) is not None
    assert {row["batch"] for row in everywhere(door)} == {"b"}
    released = disposing.release(placed.hold.number, Said("li", "案件办结", AT))
    assert released.released_by == "li"
    assert dispose(door) is not None
    assert list(everywhere(door)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({}, {"a", "b", "c"}),
        ({"kind": "shop"}, set()),
        ({"reporter": "shop-1"}, {"c"}),
        ({"since": date(2023, 6, 1)}, {"b"}),
        ({"until": date(2023, 5, 31)}, {"a", "c"}),
        ({"kind": "order", "of": ORDER, "where": {"shop": "S2"}}, {"b"}),
    ],
)
def test_a_hold_covers_what_it_says(door: Door, told: dict[str, Any], held: set[str]) -> None:
    door.send(orders(2, ordered_at=OLD), batch="a")
    door.send([order(5, ordered_at="2023-06-01 10:00:00", shop="S2")], batch="b")
    door.send([order(1, ordered_at=OLD, paid="7")], reporter="shop-1", batch="c")
    hold(door, **told)
    assert {each.batch for each in plan(door).held} == held


@pytest.mark.django_db
def test_a_hold_that_makes_no_sense_is_refused(door: Door) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"reason": " "}, "reason_missing"),
        ({"reason": "长" * 501}, "reason_too_long"),
        ({"where": {"shop": "S1"}}, "values_without_kind"),
        ({"of": ORDER, "where": {"paid": "1"}}, "no_such_field"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "days_reversed"),
    ]
    for told, code in wrong:
        with pytest.raises(Invalid, match=code):
            hold(door, **told)
    with pytest.raises(NotFound, match="hold_unknown"):
        disposing.release("LH-0", Said("li", "x", AT))
    number = hold(door).hold.number
    disposing.release(number, Said("li", "x", AT))
    with pytest.raises(Conflict, match="hold_released"):
        disposing.release(number, Said("li", "x", AT))


@pytest.mark.django_db
def test_a_hold_that_comes_between_plan_and_decision_stops_the_disposal(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.send(orders(2, ordered_at=OLD))
    real = disposing.planned

    def planned(*given: Any, **named: Any) -> Plan:
        found = real(*given, **named)
        hold(door)
        return found

    monkeypatch.setattr(disposing, "planned", planned)
    with pytest.raises(Conflict, match="held_meanwhile"):
        dispose(door)
    assert (len(door.rows()), DisposalRow.objects.count()) == (2, 0)
    assert evidence.leaves_saying(disposing.DISPOSED) == []


@pytest.mark.django_db
def test_the_log_says_what_went_by_which_rule_and_by_whom(door: Door) -> None:
    door.send(orders(2, ordered_at=OLD), batch="a")
    done = dispose(door)
    assert done is not None
    (leaf,) = evidence.leaves_saying(disposing.DISPOSED)
    folder = folder_of("P01", "a")
    content = retained.content_of(DisposalRow.objects.get(), [folder])
    said = entries.parse(leaf.entry)
    assert said.commitment == entries.commitment(leaf.salt, entries.canonical(content))
    assert (content["by"], content["reason"], content["records"]) == ("chen", "留存期满", 2)
    assert (said.object_id, leaf.index) == (done.number, done.leaf)
    assert [each.what for each in evidence.leaves_of(folder)] == ["batch.taken", "batch.disposed"]


@pytest.mark.django_db
def test_a_disposal_cut_short_is_finished_by_the_next_batch(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.send(orders(2, ordered_at=OLD), batch="a")

    def cut(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(disposal, "_drop", cut)
        with pytest.raises(KeyboardInterrupt):
            dispose(door)
    assert not DisposalRow.objects.get().is_finished
    door.send([order(7)], batch="next")
    assert DisposalRow.objects.get().is_finished
    assert {row["batch"] for row in everywhere(door)} == {"next"}


def test_an_index_forgets_keys_and_what_was_said_before(door: Door) -> None:
    for version in (1, 2, 3):
        index = KeyIndex(door.home.root / "index", version=version - 1)
        index.prepare(entries_of([1, 2, 3, version + 10], print_=version))
        index.adopt()
    gone = entries_of([2, 12], print_=0)
    index.forget(gone)
    again = KeyIndex.reader(door.home.root / "index")
    found = again.find(*(gone[name] for name in ("high", "low")))
    assert not found.known.any()
    left = entries_of([1, 3, 11, 13], print_=0)
    assert again.find(left["high"], left["low"]).entries["print"].tolist() == [3, 3, 1, 3]
    assert len(again) == 4


def entries_of(keys: list[int], *, print_: int) -> Any:
    from shangheng.kernel.records.store.keys import TYPES, Entries  # noqa: PLC0415

    columns = {name: np.zeros(len(keys), dtype=type_) for name, type_ in TYPES.items()}
    columns["high"] = columns["low"] = np.array(keys, dtype=np.uint64)
    columns["print"] = np.full(len(keys), print_, dtype=np.uint64)
    return replace(Entries.empty(), columns=columns)
