# SPDX-License-Identifier: Apache-2.0
"""Retained records are asked for under a case; the answer's every step is sealed."""

import csv
import io
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from shangheng.kernel.errors import Conflict, EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.records import answering
from shangheng.kernel.records.concept.custody import Answer
from shangheng.kernel.records.concept.retention import Said, Selection
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.tests.builders import AT, ORDER, Door, canonical, order, orders

pytestmark = pytest.mark.django_db


def ask(door: Door, **told: Any) -> Answer:
    return answering.ask(
        door.home, ORDER, Selection(kind="order", **told), case="DJ-2026-000001",
        told=Said("li", "核查刷单", AT),
    )  # fmt: skip


def given(door: Door, answer: Answer) -> list[dict[str, str]]:
    _, content = answering.give(door.home, answer.number, Said("li", "移送", AT), to="某市公安局")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_an_answer_holds_what_was_asked_for_and_how_each_row_is_proved(door: Door) -> None:
    receipt = door.send(orders(3), batch="a")
    door.send([order(4, shop="S2")], batch="b")
    answer = ask(door, where={"shop": "S1"})
    rows = given(door, answer)
    assert answer.rows == 3
    assert [row["order_no"] for row in rows] == ["N000001", "N000002", "N000003"]
    assert [row["line"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["sha256"] == sha256(canonical(order(1))).hexdigest()
    (leaf,) = evidence.leaves_of(folder_of("P01", "a"))
    assert {(row["place"], row["batch"], row["leaf"]) for row in rows} == {
        ("current", receipt.batch, str(leaf.index))
    }


def test_replaced_versions_and_second_sources_are_part_of_an_answer(door: Door) -> None:
    door.send(orders(1), batch="a")
    door.send([order(1, paid="5")], batch="b", reporter="shop-1")
    door.send([order(1, paid="99")], batch="c")
    rows = given(door, ask(door))
    assert {(row["place"], row["batch"]) for row in rows} == {
        ("current", "c"), ("claim", "b"), ("replaced", "a")
    }  # fmt: skip


def test_a_person_is_found_by_name_and_stays_a_pseudonym(door: Door) -> None:
    door.send([order(1, buyer="zhang"), order(2, buyer="wang")])
    rows = given(door, ask(door, where={"buyer": "zhang"}))
    assert [row["order_no"] for row in rows] == ["N000001"]
    assert rows[0]["buyer"] != "zhang"


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ({"since": date(2026, 11, 12)}, 1),
        ({"until": date(2026, 11, 11)}, 2),
        ({"reporter": "P02"}, 0),
        ({"where": {"shop": "x' OR true --"}}, 0),
    ],
)
def test_days_and_reporters_narrow_a_question(
    door: Door, told: dict[str, Any], count: int
) -> None:
    door.send([*orders(2), order(3, ordered_at="2026-11-12 08:00:00")])
    assert ask(door, **told).rows == count


def test_every_link_of_the_chain_commits_to_the_one_before_and_is_in_the_log(door: Door) -> None:
    door.send(orders(1))
    answer = ask(door)
    given(door, answer)
    ended = answering.destroy(door.home, answer.number, Said("li", "结案", AT))
    assert [link.act for link in ended.chain] == ["made", "given", "destroyed"]
    assert [link.number for link in ended.chain] == [1, 2, 3]
    sealed = evidence.leaves_of(answer.number)
    assert [leaf.index for leaf in sealed] == [link.leaf for link in ended.chain]
    # The second link, made again from what can be seen, is what the log commits to.
    first, second, _ = ended.chain
    content = {
        "answer": answer.number, "case": answer.case, "kind": "order", "asked": answer.asked,
        "rows": 1, "digest": answer.digest, "ledger_version": answer.ledger_version,
        "number": 2, "act": "given", "by": "li", "to": "某市公安局", "why": "移送",
        "at": AT.isoformat(), "before": first.seal,
    }  # fmt: skip
    plain = entries.canonical(content)
    assert second.seal == sha256(plain).hexdigest()
    said = entries.parse(sealed[1].entry)
    assert said.commitment == entries.commitment(sealed[1].salt, plain)
    assert (said.facts, ended.is_destroyed) == ({}, True)


def test_a_destroyed_answer_is_gone_and_an_unknown_one_was_never_there(door: Door) -> None:
    door.send(orders(1))
    answer = ask(door)
    answering.destroy(door.home, answer.number, Said("li", "结案", AT))
    assert not door.home.answer(answer.number).exists()
    with pytest.raises(Conflict, match=r"answer\.destroyed"):
        given(door, answer)
    with pytest.raises(NotFound, match=r"answer\.unknown"):
        answering.destroy(door.home, "QA-0", Said("li", "x", AT))


def test_an_answer_that_was_exchanged_is_not_handed_over(door: Door) -> None:
    door.send(orders(2))
    one, other = ask(door), ask(door, where={"order_no": "N000001"})
    door.home.answer(one.number).write_bytes(door.home.answer(other.number).read_bytes())
    with pytest.raises(EvidenceBroken, match=r"answer\.altered"):
        given(door, one)
    assert [leaf.what for leaf in evidence.leaves_of(one.number)] == ["answer.made"]


def test_a_question_without_a_purpose_or_about_no_field_is_refused(door: Door) -> None:
    with pytest.raises(Invalid, match="reason_missing"):
        answering.ask(
            door.home, ORDER, Selection(kind="order"), case="x", told=Said("li", " ", AT)
        )
    with pytest.raises(Invalid, match="no_such_field"):
        ask(door, where={"nothing": "1"})
    assert not list((door.home.root / "answers").glob("*"))
