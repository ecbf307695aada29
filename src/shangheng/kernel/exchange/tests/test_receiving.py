# SPDX-License-Identifier: Apache-2.0
"""What arrives is checked, taken in once, and acknowledged again when it is known."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.errors import Conflict, Invalid, NotPermitted
from shangheng.kernel.evidence import notes
from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, receiving
from shangheng.kernel.exchange.concept.parcels import Slip
from shangheng.kernel.exchange.models import DeliveryRow, ReceivedRow
from shangheng.kernel.exchange.receiving import Arrival, Desk
from shangheng.kernel.exchange.tests.builders import (
    AT,
    SIGNER,
    Provider,
    agreed,
    partner,
    provider,
)
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.tests.builders import ORDER

PLAIN = dict.fromkeys(
    ("platform", "order_no", "currency", "gross", "paid", "ordered_at", "region"), "plain"
)


@pytest.fixture
def city(tmp_path: Path, db: None) -> Provider:
    """Return the receiving side, which knows Kunshan and its key."""
    house = provider(tmp_path, partner("kunshan", keys=str(SIGNER.verifier)))
    actions.adopt(agreed(fields=PLAIN), at=AT)
    return house


def line(number: int, act: str = "put", **told: Any) -> dict[str, Any]:
    record = {"platform": "P01", "order_no": f"N{number}"}
    if act == "put":
        record |= {"currency": "CNY", "gross": "100.0000", "paid": "100.0000",
                   "ordered_at": "2026-11-11 10:00:00", "region": "320583"}  # fmt: skip
    return {"_sequence": 1, "_act": act, "_record": str(number), **record, **told}


def arrival(
    number: int, lines: Iterable[dict[str, Any]], *, signer: SignerKey = SIGNER, **told: Any
) -> Arrival:
    body = "".join(json.dumps(each) + "\n" for each in lines).encode()
    digest = sha256(body).hexdigest()
    usual: dict[str, Any] = {
        "agreement": "orders", "edition": 1, "declared": agreed(fields=PLAIN).digest,
        "provider": "kunshan", "receiver": "suzhou", "kind": "order", "number": number,
        "first": 1, "records": 1, "withdrawn": 0, "ledger_from": 1, "ledger_until": 1,
        "content": digest, "form": "lines", "body": digest, "made_at": "",
    }  # fmt: skip
    slip = Slip(**(usual | told))
    return Arrival(sender="kunshan", note=notes.sign(slip.text(), signer), body=body)


def taken(city: Provider, given: Arrival) -> dict[str, Any]:
    def take(report: Report) -> Receipt:
        return records.take(report, home=city.office.home, at=AT)

    return receiving.receive(Desk(city.office, take), given, at=AT)


def there(city: Provider) -> dict[str, str]:
    return {row["order_no"]: str(row["paid"]) for row in city.door.rows()}


def test_a_parcel_comes_in_through_the_front_door_and_is_sealed(city: Provider) -> None:
    told = taken(city, arrival(1, [line(1), line(2)]))
    assert told == {
        "acknowledged": 1, "accepted": 2, "corrected": 0, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    taken(city, arrival(2, [line(1, paid="90"), line(2, "withdraw")]))
    assert there(city) == {"N1": "90.0000"}
    leaves = LeafRow.objects.filter(what="exchange.received")
    assert leaves.count() == 2
    shown = b"".join(bytes(leaf.entry) for leaf in leaves).decode()
    assert not [row for row in ReceivedRow.objects.all() if row.content in shown]


def test_the_same_parcel_again_is_acknowledged_and_changes_nothing(city: Provider) -> None:
    given = arrival(1, [line(1)])
    taken(city, given)
    taken(city, arrival(2, [line(1, "withdraw")]))
    assert taken(city, given) == {"acknowledged": 1, "again": True}
    assert there(city) == {}
    with pytest.raises(Conflict, match="other_content"):
        taken(city, arrival(1, [line(7)]))


def test_a_gap_is_told_with_the_number_that_is_missing(city: Provider) -> None:
    taken(city, arrival(1, [line(1)]))
    with pytest.raises(Conflict) as refused:
        taken(city, arrival(3, [line(3)]))
    assert (refused.value.code, refused.value.facts["expected"]) == ("parcel.gap", 2)


def test_a_crash_before_the_row_was_written_takes_nothing_twice(
    city: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = arrival(1, [line(1), line(2)])

    def cut(*_told: object, **_facts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(receiving.evidence, "seal", cut)
    with pytest.raises(KeyboardInterrupt):
        taken(city, given)
    monkeypatch.undo()
    assert taken(city, given)["accepted"] in (0, 2)
    assert there(city) == {"N1": "100.0000", "N2": "100.0000"}
    assert ReceivedRow.objects.count() == 1


STRANGER = SignerKey("stranger/log", Kind.ED25519, bytes(32))


@pytest.mark.parametrize(
    ("told", "error", "why"),
    [
        ({"signer": STRANGER}, Invalid, "untrusted"),
        ({"declared": "0" * 64}, Conflict, "other_words"),
        ({"edition": 2}, Conflict, "other_words"),
        ({"receiver": "tax"}, NotPermitted, "not_yours"),
        ({"provider": "taicang"}, NotPermitted, "not_yours"),
        ({"body": "0" * 64}, Invalid, "body_differs"),
        ({"form": "csv"}, Invalid, "body_differs"),
    ],
)
def test_what_is_not_signed_not_ours_or_not_as_agreed_is_refused_and_written_down(
    city: Provider, told: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        taken(city, arrival(1, [line(1)], **told))
    assert there(city) == {}
    (row,) = DeliveryRow.objects.filter(outcome="refused")
    assert why in row.reason


def test_a_partner_without_keys_brings_nothing(city: Provider) -> None:
    given = arrival(1, [line(1)])
    with pytest.raises(NotPermitted, match="unknown"):
        taken(city, Arrival(sender="tax", note=given.note, body=given.body))


def test_after_the_agreement_nothing_comes_in_and_the_closing_parcel_deletes(
    city: Provider,
) -> None:
    taken(city, arrival(1, [line(1), line(2)]))
    told = taken(city, arrival(9, [], records=0, closing="delete"))
    assert told == {"acknowledged": 9}
    assert there(city) == {}
    assert ReceivedRow.objects.get(number=9).closing == "delete"


def test_the_end_of_an_agreement_takes_back_only_what_came_under_it(city: Provider) -> None:
    later = agreed(agreement="later", fields=PLAIN, after_end="delete")
    taken(city, arrival(1, [line(1), line(2), line(3)]))
    actions.adopt(agreed(edition=2, fields=PLAIN), at=AT)
    two = {"edition": 2, "declared": agreed(edition=2, fields=PLAIN).digest}
    taken(city, arrival(1, [line(3, paid="95")], **two))
    actions.end("orders", reason="test", at=AT)
    actions.adopt(later, at=AT)
    under = {"agreement": "later", "declared": later.digest}
    taken(city, arrival(1, [line(1, paid="90"), line(4)], **under))
    # What the second said last is the second's; in any edition the first's is the first's.
    taken(city, arrival(2, [], records=0, closing="delete", **two))
    assert there(city) == {"N1": "90.0000", "N4": "100.0000"}
    taken(city, arrival(2, [], records=0, closing="delete", **under))
    assert there(city) == {}


@pytest.mark.parametrize("way", ["match", "asked"])
def test_the_end_of_what_only_answered_takes_nothing_back(city: Provider, way: str) -> None:
    asking = agreed(
        agreement="asking", discloses=way, fields=None if way == "match" else PLAIN,
        asked_by=["platform"], asks_a_day_max=9, after_end="delete",
    )  # fmt: skip
    actions.adopt(asking, at=AT)
    taken(city, arrival(1, [line(1)]))
    told = {"agreement": "asking", "declared": asking.digest}
    taken(city, arrival(1, [], records=0, closing="delete", **told))
    assert there(city) == {"N1": "100.0000"}


def test_another_agreement_brings_nothing_before_the_records_of_the_ended_one_are_gone(
    city: Provider,
) -> None:
    first = agreed(edition=2, fields=PLAIN, after_end="delete")
    second = agreed(agreement="later", fields=PLAIN)
    actions.adopt(first, at=AT)
    two = {"edition": 2, "declared": first.digest}
    under = {"agreement": "later", "declared": second.digest}
    taken(city, arrival(1, [line(1)], **two))
    actions.end("orders", reason="test", at=AT)
    actions.adopt(second, at=AT)
    with pytest.raises(Conflict) as refused:
        taken(city, arrival(1, [line(1)], **under))
    assert (refused.value.code, refused.value.facts["other"]) == ("agreement.unclosed", "orders")
    taken(city, arrival(2, [], records=0, closing="delete", **two))
    assert taken(city, arrival(1, [line(1)], **under))["accepted"] == 1
    assert there(city) == {"N1": "100.0000"}


def test_numbered_files_of_another_system_are_taken_in_order_by_its_mapping(
    city: Provider,
) -> None:
    mapping = {
        "kind": "order",
        "fields": {
            "platform": {"constant": "P01"}, "order_no": "单号", "currency": {"constant": "CNY"},
            "gross": "金额", "paid": "金额", "ordered_at": "时间",
        },
    }  # fmt: skip

    def bring(number: int, text: str) -> dict[str, Any]:
        path = city.door.file(text.encode(), f"in-{number}.csv")
        report = Report(source=path, kind=ORDER, reporter="kunshan", mapping=mapping,
                        batch=f"files-{number}")  # fmt: skip

        def take(given: Report) -> Receipt:
            return records.take(given, home=city.office.home, at=AT)

        return dict(receiving.take_file(Desk(city.office, take), "kunshan", report, number, at=AT))

    first = "单号,金额,时间\nN1,5,2026-11-11 10:00:00\n"
    assert bring(1, first)["accepted"] == 1
    assert bring(1, first)["again"] is True
    with pytest.raises(Conflict, match="gap"):
        bring(3, first)
    with pytest.raises(Conflict, match="other_content"):
        bring(1, first.replace("N1", "N2"))
    assert there(city) == {"N1": "5.0000"}
