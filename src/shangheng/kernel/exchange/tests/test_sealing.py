# SPDX-License-Identifier: Apache-2.0
"""Leaves of an exchange that are older than what keeps all of them are compared as far as it goes.

That a whole exchange fits its leaves, and that whatever is changed is named, is seen in the house
that the audit of the site goes through.
"""

from pathlib import Path

import pytest

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.findings import explained
from shangheng.kernel.exchange import actions, answering, receiving, sealing
from shangheng.kernel.exchange.models import AgreementRow, DeliveryRow, ReceivedRow
from shangheng.kernel.exchange.tests.builders import AT, Provider, agreed, provider
from shangheng.kernel.exchange.tests.test_receiving import arrival, city, line, taken
from shangheng.kernel.records.models import BatchRow

pytestmark = pytest.mark.django_db
__all__ = ["city"]  # a fixture


def answers() -> list[str]:
    return [each.code for each in explained(sealing.ANSWERED, sealing.sealed_answers)]


def ends() -> list[str]:
    return [each.code for each in explained(sealing.ENDED, sealing.sealed_ends)]


@pytest.mark.parametrize("names", ["accepted corrected unchanged rejected", "accepted rejected"])
def test_what_came_was_once_sealed_with_the_counts_that_its_batch_still_has(
    city: Provider, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    def formerly(row: ReceivedRow) -> dict[str, object]:
        batch = BatchRow.objects.filter(number=row.batch).values(*names.split()).first() or {}
        return {"acknowledged": row.number, "content": row.content, **batch}

    monkeypatch.setattr(receiving, "of_received", formerly)
    taken(city, arrival(1, [line(1), line(2)]))
    taken(city, arrival(2, [line(2, "withdraw")], records=1, withdrawn=1))

    def codes() -> list[str]:
        return [each.code for each in explained(sealing.RECEIVED, sealing.sealed_received)]

    assert codes() == []
    for change in ({"content": "x"}, {"kind": "x"}, {"batch": "x"}, {"rejected": 5}):
        before = ReceivedRow.objects.get(number=1)
        ReceivedRow.objects.filter(number=1).update(**change)
        assert codes() == ["evidence.content_differs"], change
        before.save()
    assert codes() == []


def began() -> None:
    evidence.began(sealing.EXCHANGE, sealing.seal_found, at=AT)


def test_an_answer_and_an_end_need_what_is_kept_of_them_unless_they_are_older(
    tmp_path: Path,
) -> None:
    house = provider(tmp_path)
    told = {"discloses": "match", "fields": None, "asked_by": ["order_no"], "asks_a_day_max": 9}
    actions.adopt(agreed(**told), at=AT)

    def ask() -> None:
        rows = [{"order_no": "N000001"}]
        answering.answer(house.office, "orders", rows, receiver="suzhou", at=house.at)

    ask()
    actions.end("orders", reason="机构调整", at=AT)
    assert (answers(), ends()) == ([], [])
    forgotten = DeliveryRow.objects.get()
    del forgotten.answer[sealing.SEALED]
    forgotten.save()
    AgreementRow.objects.update(end_reason="")
    assert answers() == ["evidence.row_differs"]
    assert ends() == ["evidence.content_differs"]
    began()
    assert (answers(), ends()) == ([], [])
    DeliveryRow.objects.update(records=2)
    AgreementRow.objects.update(ended_at=None)
    assert (answers(), ends()) == (["evidence.row_differs"], ["evidence.row_differs"])
