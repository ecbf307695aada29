# SPDX-License-Identifier: Apache-2.0
"""Samples that fail become warnings, and it is counted how many were told of one, never who."""

import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from shangheng.kernel.notices import queries as notices
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.services.consumer.registers import WARNING
from shangheng.site import clock, people, work
from shangheng.site.tests.conftest import PASSWORD

SECOND = Actor("second", (Post("consumer.lead"), Post("consumer.officer")))
RULES = """
consumer.warning_sampling_days: 90
consumer.warning_samples_failed: 2
consumer.warning_samples_percent: 50
"""
HEAD = "inspector,sample_no,platform,product,goods,seller_region,tested_on,result,defect\n"


@pytest.fixture
def clerk(home: Ledger) -> Client:
    (Path(settings.HOME) / "decisions.yaml").write_text(RULES, encoding="utf-8")
    people.make_person("clerk", PASSWORD, roles=("consumer.officer@320000",))
    client = Client()
    assert client.login(username="clerk", password=PASSWORD)
    return client


def read(client: Client, path: str, **more: str) -> str:
    answer = client.get(path, more)
    assert answer.status_code == HTTPStatus.OK, (path, answer.content.decode()[:500])
    return str(answer.content.decode())


def published(clerk: Client, report: Callable[..., Receipt]) -> str:
    """Report samples, propose the warning they ask for, have it confirmed; return its number."""
    today = clock.now().date().isoformat()
    lines = (
        f"I1,1,P01,手机壳,electronics,320583,{today},failed,阻燃\n"
        f"I1,2,P01,充电器,electronics,320583,{today},failed,绝缘\n"
        f"I1,3,P01,充电器,electronics,320583,{today},passed,\n"
        f"I1,4,P01,糕点,food,320583,{today},failed,菌落总数\n"
        f"I1,5,P01,糕点,food,320583,{today},failed,\n"
    )
    receipt = report((HEAD + lines).encode(), kind="sampling", reporter="I1")
    assert (receipt.accepted, receipt.rejected) == (4, 1)  # a failure without its item
    page = read(clerk, "/consumer/outliers/")
    assert "抽检此类商品 3 批次，不合格 2 批次：" in page
    (place,) = re.findall(r'name="place" value="([^"]+)"', page)
    draft = clerk.post("/consumer/outliers/", {"place": place})["Location"]
    number = draft.rstrip("/").rpartition("/")[2]
    actions.confirm(WARNING, number, Hand(SECOND, clock.now()))
    return number


def test_samples_that_fail_ask_for_a_warning_with_its_computation(
    clerk: Client, report: Callable[..., Receipt]
) -> None:
    number = published(clerk, report)
    page = read(Client(), f"/registers/consumption_warning/{number}/")
    assert "昆山市：数码通讯抽检不合格较多" in page
    assert "不合格率 66.7%" in page


def test_without_a_decision_on_samples_the_question_is_shown(clerk: Client) -> None:
    (Path(settings.HOME) / "decisions.yaml").write_text("", encoding="utf-8")
    assert "consumer.warning_sampling_days" in read(clerk, "/consumer/outliers/")


def test_reach_is_counted_by_way_region_and_category_and_can_be_exported(
    clerk: Client, report: Callable[..., Receipt]
) -> None:
    number, public = published(clerk, report), Client()
    wanted = {"email": "a@example.org", "goods": "electronics", "region": "苏州市"}
    made = public.post("/cases/warning_subscription/new/", wanted)
    assert made.status_code == HTTPStatus.FOUND
    work.once()
    (mail,) = [each.notice for each in notices.undelivered() if each.notice.channel == "email"]
    path = f"/registers/consumption_warning/{number}/"
    assert mail.link == f"{path}?from=email"
    for link in (path, path, mail.link):
        read(public, link)
    assert public.head(path).status_code == HTTPStatus.OK
    read(clerk, path)  # who entered it is no reader
    read(public, f"/api/v1/registers/consumption_warning/entries/{number}")
    page = read(public, path)
    for line in ("<dd>3 次", "<dd>1 次 <span", "已送达 0，待送 1，未送达 0"):
        assert line in page.replace("\n", ""), line
    told = read(clerk, "/registers/consumption_warning/reach/", format="csv").splitlines()
    today = clock.now().date().isoformat()
    assert told[1:] == [
        f"{number},api,320583,electronics,1,{today},{today}",
        f"{number},email,320500,electronics,1,{today},{today}",
        f"{number},from_email,320583,electronics,1,{today},{today}",
        f"{number},page,320583,electronics,3,{today},{today}",
    ]
    assert "从邮件打开" in read(clerk, "/registers/consumption_warning/reach/", number=number)


def test_reach_is_listed_for_those_who_enter_and_only_where_it_is_counted(clerk: Client) -> None:
    path = "/registers/consumption_warning/reach/"
    assert Client().get(path).status_code == HTTPStatus.FORBIDDEN
    assert "还没有人被告知" in read(clerk, path)
    assert clerk.get("/registers/mediator/reach/").status_code == HTTPStatus.NOT_FOUND
