# SPDX-License-Identifier: Apache-2.0
"""A platform hands in claims with its token; its station settles them or they go on."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from shangheng.kernel.cases import actions, proofs, queries
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.records import reporters
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.services.consumer import endpoints
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.queries import stations
from shangheng.services.consumer.registers import RIGHTS_STATION
from shangheng.services.consumer.tests.houses import AT, GIVEN, HOUSE, LEAD, on_file

pytestmark = pytest.mark.django_db
STATION = {
    "platform": "P01", "name": "一号平台12315站", "region": "320583", "form": "online",
    "opened_on": "2026-01-01",
}  # fmt: skip
KEEPER = Actor("kim", (Post("consumer.station"),))
CLAIM = {**GIVEN, "platform": "P99", "station_ref": "W-1"}


class Office:
    """The site, as far as the endpoint asks it."""

    at: ClassVar = AT

    def now(self) -> Any:
        return self.at

    def hand(self, request: object) -> Hand:  # noqa: ARG002
        return Hand(NOBODY, self.at, house=HOUSE)


def send(token: str, body: object = CLAIM) -> HttpResponse:
    sent = body if isinstance(body, str) else json.dumps(body)
    request = RequestFactory().post(
        "/consumer/stations/claims", sent, "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    return endpoints.claims(request, Office())


@pytest.fixture
def token() -> str:
    on_file(RIGHTS_STATION, STATION)
    return reporters.issue_token("P01", at=AT)


def told(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def test_a_claim_goes_to_the_platforms_own_station_whose_clock_starts(token: str) -> None:
    answer = send(token)
    assert answer.status_code == HTTPStatus.CREATED
    number, code = told(answer)["number"], told(answer)["code"]
    _, file = queries.followed({"complaint": COMPLAINT}, number, code, at=AT, house=HOUSE)
    assert file.case.state == "at_station"
    assert file.case.values["platform"] == "P99"  # in the consumer's words
    assert [each.name for each in file.clocks if each.ended_at is None] == ["station"]
    assert file.steps[1].by == "station:P01"
    assert file.steps[1].values == {"station": told(answer)["station"], "station_ref": "W-1"}


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
def test_what_is_no_claim_is_told(token: str, body: str) -> None:
    answer = send(token, body)
    assert (answer.status_code, told(answer)["code"]) == (422, "consumer.claim_unreadable")


def test_a_claim_that_lacks_something_says_what(token: str) -> None:
    answer = send(token, {"seller": "某店"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert {"ground", "story", "want"} <= set(told(answer)["facts"]["wrong"])


def test_strangers_and_platforms_without_a_station_hand_in_nothing(token: str) -> None:
    assert send("sh_forged").status_code == HTTPStatus.UNAUTHORIZED
    other = reporters.issue_token("P02", at=AT)
    assert told(send(other))["code"] == "consumer.no_station"
    assert told(send(token))["number"] == "TS-2026-000001"


def test_a_claim_that_is_sent_again_is_not_counted_twice(token: str) -> None:
    number = told(send(token))["number"]
    again = send(token)
    assert (again.status_code, told(again)["facts"]) == (409, {"number": number})
    assert told(send(token, {**CLAIM, "order_no": "A-2"}))["number"] == "TS-2026-000002"


def step(number: str, name: str, actor: Actor, days: int, **given: str) -> None:
    hand = Hand(actor, AT + timedelta(days=days), house=HOUSE)
    actions.take_step(COMPLAINT, number, name, given, hand)


def test_what_a_station_does_not_settle_in_time_becomes_a_complaint_by_itself(token: str) -> None:
    sent_ = [told(send(token, {**CLAIM, "order_no": no})) for no in "AB"]
    settled, late = (each["number"] for each in sent_)
    step(settled, "station_settle", KEEPER, 1, terms="退款", pays="59.90")
    after = AT + timedelta(days=9)
    rounds = [
        actions.take_overdue({"complaint": COMPLAINT}, at=at, house=HOUSE)["taken"]
        for at in (AT + timedelta(days=2), after, after)
    ]
    assert rounds == [0, 1, 0]
    file = queries.case_file(COMPLAINT, late, actor=LEAD, at=after, house=HOUSE)
    assert (file.case.state, file.steps[-1].by, file.steps[-1].name) == (
        "received", "shangheng", "escalate"
    )  # fmt: skip
    assert (file.steps[-1].role, "12315站处理" in file.steps[-1].values["reason"]) == (
        "system",
        True,
    )
    assert proofs.intact(late)
    code = next(each["code"] for each in sent_ if each["number"] == settled)
    actions.take_step(
        COMPLAINT,
        settled,
        "performed",
        {"satisfied": "4"},
        Hand(NOBODY, after, house=HOUSE, code=code),
    )
    (did,) = stations(LEAD, since=AT - timedelta(days=1), until=after + timedelta(days=1))
    assert (did.claims, did.settled, did.escalated, did.ended, did.in_time) == (2, 1, 1, 2, 1)
    assert did.settled_percent == 50
    assert (did.satisfaction, did.rated) == (4, 1)
