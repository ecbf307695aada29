# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from shangheng.kernel.errors import Invalid, NotFound, Unavailable
from shangheng.kernel.notices import actions, queries
from shangheng.kernel.notices.concept import LEASE, TRIES_MAX, Notice, NoticeView, wait_after
from shangheng.kernel.notices.models import NoticeRow
from shangheng.kernel.registers.concept.actors import Actor, Post

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
ANNA = Actor("anna", (Post("consumer.officer", "320500"),))
PRICES = Actor("paul", (Post("consumer.officer", "320500", "price"),))
ELSEWHERE = Actor("eva", (Post("consumer.officer", "430100"),))


class Carrier:
    """Carries what it is given; fails the first times, as told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.carried: list[str] = []

    def __call__(self, told: NoticeView) -> None:
        self.carried.append(told.notice.key)
        if self.failures:
            raise self.failures.pop(0)


def mail(key: str = "TS-1/2", **more: object) -> Notice:
    told = {"channel": "email", "to": "a@b.cn", "zh": "进展", "en": "news", "payload": {"x": 1}}
    return Notice(key=key, **{**told, **more})  # type: ignore[arg-type]


def put(*notices: Notice, at: datetime = AT) -> None:
    with transaction.atomic():
        actions.put(notices, at=at)


def deliver(carrier: Carrier, at: datetime = AT) -> actions.Delivered:
    return actions.deliver({"email": carrier}, now=lambda: at)


def test_a_notice_put_twice_is_told_once_and_its_payload_goes() -> None:
    put(mail(), mail())
    put(mail())
    carrier = Carrier()
    assert deliver(carrier) == actions.Delivered(delivered=1)
    assert deliver(carrier) == actions.Delivered()
    assert carrier.carried == ["TS-1/2"]
    assert NoticeRow.objects.get().payload == {}


def test_what_is_not_committed_is_never_told() -> None:
    with transaction.atomic():
        actions.put([mail()], at=AT)
        transaction.set_rollback(True)
    carrier = Carrier()
    assert deliver(carrier) == actions.Delivered()
    assert carrier.carried == []


def test_a_failure_is_tried_again_later_and_a_refusal_never() -> None:
    put(mail())
    carrier = Carrier(Unavailable("mail.not_sent", why="x"), Invalid("mail.no_address", to="x"))
    assert deliver(carrier).failed == 1
    assert deliver(carrier, AT + timedelta(seconds=59)) == actions.Delivered()
    assert deliver(carrier, AT + timedelta(seconds=60)).given_up == 1
    assert deliver(carrier, AT + timedelta(days=9)) == actions.Delivered()
    (seen,) = queries.undelivered()
    assert (seen.tries, "mail.no_address" in seen.why) == (2, True)
    actions.retry(seen.id, at=AT)
    assert deliver(carrier).delivered == 1
    with pytest.raises(NotFound, match=r"notice\.not_given_up"):
        actions.retry(seen.id, at=AT)


def test_it_is_given_up_after_so_many_tries_with_longer_and_longer_waits() -> None:
    put(mail())
    at, carrier = AT, Carrier(*[Unavailable("mail.not_sent", why="x")] * 99)
    while not NoticeRow.objects.get().given_up_at:
        deliver(carrier, at)
        at = NoticeRow.objects.get().due_at
    assert len(carrier.carried) == TRIES_MAX
    waits = [wait_after(n) for n in range(1, TRIES_MAX + 1)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)


def test_a_worker_that_is_killed_while_carrying_loses_nothing() -> None:
    put(mail())
    with pytest.raises(KeyboardInterrupt):
        deliver(Carrier(KeyboardInterrupt()))  # type: ignore[arg-type]
    carrier = Carrier()
    assert deliver(carrier) == actions.Delivered()  # leased: another worker leaves it alone
    assert deliver(carrier, AT + LEASE).delivered == 1


def test_two_workers_do_not_carry_the_same_notice_at_once() -> None:
    put(mail())
    second = Carrier()

    class First(Carrier):
        def __call__(self, told: NoticeView) -> None:
            super().__call__(told)
            assert deliver(second) == actions.Delivered()

    assert deliver(First()).delivered == 1
    assert second.carried == []


def test_a_post_reads_what_is_for_its_role_region_and_department() -> None:
    told = {"channel": "inbox", "to": "", "role": "consumer.officer", "region": "320583"}
    put(
        mail("a", **told),
        mail("b", **told, department="price"),
        mail("c", channel="inbox", to="anna"),
    )
    assert [each.notice.key for each in queries.inbox(ANNA)] == ["c", "b", "a"]
    assert [each.notice.key for each in queries.inbox(PRICES)] == ["b", "a"]
    assert queries.inbox(ELSEWHERE) == []
    actions.read(queries.inbox(ANNA)[0].id, ANNA, at=AT)
    assert (queries.unread(ANNA), queries.unread(PRICES)) == (2, 2)
    assert actions.read_all(ANNA, at=AT) == 2
    assert [each.is_read for each in queries.inbox(PRICES)] == [False, False]


def test_nobody_marks_the_notice_of_another_as_read() -> None:
    put(mail("c", channel="inbox", to="anna"))
    with pytest.raises(NotFound, match=r"notice\.unknown"):
        actions.read(queries.inbox(ANNA)[0].id, ELSEWHERE, at=AT)
