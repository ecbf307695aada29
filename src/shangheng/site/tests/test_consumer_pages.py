# SPDX-License-Identifier: Apache-2.0
"""Pages of consumer protection, filed rules and outlets, as all sides see them."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.site import clock, limits, people
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import PASSWORD

CLERK = tuple(
    f"{role}@320000"
    for role in ("consumer.officer", "consumer.mediator", "filing.officer", "express.officer")
)
CHIEF = Actor("chief", tuple(
    Post(role) for kind in REGISTRY.registers.values() for role in kind.roles
))  # fmt: skip
SECOND = Actor("second", CHIEF.posts)
GIVEN = {
    "seller": "热壳数码专营店", "order_no": "A-1", "ground": "quality", "story": "手机壳熔化",
    "want": "refund", "claim": "59.90", "seller_region": "昆山市", "contact": "13800000000",
    "asked_first": "平台客服",
}  # fmt: skip


@pytest.fixture
def decided(home: Ledger) -> None:
    with as_file(files("shangheng.simulate") / "decisions.yaml") as source:
        shutil.copyfile(source, Path(settings.HOME) / "decisions.yaml")


@pytest.fixture
def clerk(decided: None) -> Client:
    people.make_person("clerk", PASSWORD, roles=CLERK)
    client = Client()
    assert client.login(username="clerk", password=PASSWORD)
    return client


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.OK, (path, answer.content.decode()[:500])
    return str(answer.content.decode())


def on_file(name: str, /, **given: str) -> str:
    kind, at = REGISTRY.register(name), clock.now()
    filing = Filing(home="320000", sure=True)
    number = registers.enter(kind, given, Hand(CHIEF, at), filing).number
    if kind.confirm:
        registers.confirm(kind, number, Hand(SECOND, at))
    return number


def filed(**more: str) -> tuple[str, str]:
    body = json.dumps({**GIVEN, **more})
    answer = Client().post("/api/v1/cases/complaint", body, "application/json").json()
    return answer["number"], answer["code"]


def act(client: Client, number: str, name: str, **given: str) -> int:
    path = f"/inbox/complaint/{number}/act/"
    return client.post(path, {"act": f"step:{name}", **given}).status_code


def mediated(clerk: Client) -> str:
    number, _ = filed()
    roster = on_file(
        "mediator", account="clerk", name="米亚", body="association", employer="协会",
        region="320583", until="2099-12-31",
    )  # fmt: skip
    assert act(clerk, number, "accept", first_operator="P01") == HTTPStatus.FOUND
    assert act(clerk, number, "mediate", mediator=roster) == HTTPStatus.FOUND
    return number


def test_every_period_and_reading_that_cases_need_is_in_the_demonstration(decided: None) -> None:
    for name in ("complaint", "rule_filing", "rule_rectification", "outlet_filing"):
        page = read(Client(), f"/cases/{name}/")
        assert "parameter" not in page
    page = read(Client(), "/cases/complaint/new/")
    assert "不是任何机关的决定" in page
    assert "演示，不是任何机关的决定" in read(Client(), "/cases/complaint/")


def test_without_the_mark_no_page_speaks_of_a_demonstration(home: Ledger) -> None:
    assert "不是任何机关的决定" not in read(Client(), "/cases/")


def test_the_desk_shows_the_fast_track_the_roster_with_ties_and_the_guarantees(
    clerk: Client,
) -> None:
    number, _ = filed()
    on_file("mediator", account="a", name="甲", body="lawyer", employer="某律所",
            ties="热壳数码专营店", region="320583", until="2099-12-31")  # fmt: skip
    page = read(clerk, f"/consumer/desk/{number}/")
    assert page.count("tag good") == 3  # the three conditions of the fast track
    assert '<span class="tag bad">热壳数码专营店</span>' in page
    assert "平台客服" in page
    stranger = Client()
    people.make_person("stranger", PASSWORD)
    assert stranger.login(username="stranger", password=PASSWORD)
    for path in (f"/consumer/desk/{number}/", "/consumer/outliers/", "/consumer/stations/"):
        assert stranger.get(path).status_code == HTTPStatus.FORBIDDEN
        assert Client().get(path).status_code == HTTPStatus.FORBIDDEN


def test_the_pack_for_a_court_holds_every_step_and_no_personal_data(clerk: Client) -> None:
    number = mediated(clerk)
    data = clerk.get(f"/consumer/desk/{number}/referral.zip").content
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        told = json.loads(pack.read("case.json"))
        text = b"".join(pack.read(name) for name in pack.namelist()).decode()
    assert [each["step"] for each in told["steps"] if each["step"]] == ["accept", "mediate"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", each["seal"]) for each in told["steps"])
    assert "13800000000" not in text


def test_the_other_side_opens_the_room_with_its_link_and_nobody_without(clerk: Client) -> None:
    number = mediated(clerk)
    page = read(clerk, f"/inbox/complaint/{number}/")
    link = re.search(r'id="room"\s+href="([^"]+)"', page)
    assert link
    seller = Client()
    page = read(seller, link[1])
    assert "手机壳熔化" in page
    assert "13800000000" not in page
    refused = seller.post(link[1], {"act": "rejoin", "statement": ""})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写此项" in refused.content.decode()
    assert seller.post(link[1], {"act": "rejoin", "statement": "退款"}).status_code == 302
    assert "退款" in read(clerk, f"/inbox/complaint/{number}/")
    stolen = seller.post(link[1], {"act": "propose", "terms": "不退"})
    assert stolen.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    other, _ = filed(order_no="A-2")
    assert seller.get(link[1].replace(number, other)).status_code == HTTPStatus.OK  # no number
    for forged in (link[1][:-3] + "xx/", "/room/W10:x:y/"):
        assert seller.get(forged).status_code == HTTPStatus.NOT_FOUND


def test_what_stands_out_becomes_the_draft_of_a_warning_with_its_computation(
    clerk: Client,
) -> None:
    for n in range(9):
        filed(order_no=f"B-{n}")
    page = read(clerk, "/consumer/outliers/")
    assert "怎么算的" in page
    assert "9 件" in page
    place = re.search(r'name="place" value="([^"]+)"', page)
    assert place
    answer = clerk.post("/consumer/outliers/", {"place": place[1]})
    assert answer.status_code == HTTPStatus.FOUND
    draft = answer["Location"]
    assert "偶然达到或超过本期件数的概率" in read(clerk, draft)
    assert Client().get(draft).status_code == HTTPStatus.NOT_FOUND  # not before it is confirmed
    for elsewhere in ("320583//fake", "x", "-1"):
        wrong = clerk.post("/consumer/outliers/", {"place": elsewhere})
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


ORDERED = "platform,order_no,shop,currency,gross,paid,ordered_at,paid_at,seller_region\n"
ROSTER = "platform,shop,shop_name,owner_kind,region,as_of,status\n"
MYSTERY = """inspector,test_no,platform,order_no,received_on,asked_on,result,days_to_refund,\
excluded,recorded_at
I1,1,P01,A,2026-01-02,2026-01-03,accepted,3,false,2026-01-10 10:00:00
I1,2,P01,B,2026-01-02,2026-01-03,accepted,2,false,2026-01-10 10:00:00
I1,6,P01,F,2026-01-02,2026-01-03,accepted,2,false,2026-01-10 10:00:00
I1,3,P01,C,2026-01-02,2026-01-03,refused,,false,2026-01-10 10:00:00
I1,4,P01,D,2026-01-02,2026-01-03,refused,,true,2026-01-10 10:00:00
I1,5,P01,E,2026-01-02,2026-01-01,refused,,true,2026-01-10 10:00:00
"""


def test_test_returns_are_reported_checked_and_come_to_a_rate_per_platform(
    decided: None, report: Callable[..., Receipt]
) -> None:
    receipt = report(MYSTERY.encode(), kind="mystery_return", reporter="I1")
    assert (receipt.accepted, receipt.rejected) == (5, 1)
    page = read(Client(), "/consumer/keeping/")
    assert "75.0" in page  # three of four that count
    assert "还没有退货测试记录" not in page


def test_the_shop_is_found_by_the_number_of_the_order_and_filled_in(
    decided: None, report: Callable[..., Receipt], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.now().date().isoformat()
    order = f"P01,A-77,s-9,CNY,100,100,{today} 01:00:00,{today} 01:00:00,320583\n"
    report(f"{ORDERED}{order}".encode())
    shop = f"P01,s-9,热壳数码专营店,person,320583,{today},open\n"
    report(f"{ROSTER}{shop}".encode(), kind="merchant")
    assert "/consumer/shop/" in read(Client(), "/cases/complaint/new/")
    page = read(Client(), "/consumer/shop/?order_no=A-77")
    link = re.search(r'href="(/cases/complaint/new/\?[^"]+)"', page)
    assert link
    form = read(Client(), link[1].replace("&amp;", "&"))
    for typed in ("热壳数码专营店", "P01", "A-77", "江苏省苏州市昆山市"):
        assert f'value="{typed}"' in form
    assert "没有找到这个订单" in read(Client(), "/consumer/shop/?order_no=A-78")
    monkeypatch.setitem(limits.MOST, "find_shop", 3)
    answers = [Client().get("/consumer/shop/?order_no=x").status_code for _ in range(2)]
    assert answers == [HTTPStatus.OK, HTTPStatus.FORBIDDEN]


def test_promotions_are_compared_with_what_was_captured(decided: None) -> None:
    told = {"platform": "P01", "title": "双十一"}
    on_file("promotion", **told, starts_on="2026-11-01", ends_on="2026-11-11",
            disclosed_on="2026-10-20", text="满三百减五十。")  # fmt: skip
    on_file("rule_capture", **told, captured_on="2026-11-02", address="https://p01.example",
            text="满三百减三十。")  # fmt: skip
    page = read(Client(), "/consumer/keeping/")
    assert "页面与公开的规则不一致" in page
    assert "<ins>满三百减三十。</ins>" in page
    assert "departs" in read(Client(), "/consumer/keeping/?format=csv")
    assert "日历里还没有促销活动" in read(Client(), "/consumer/keeping/?platform=P09")


def test_guarantees_are_ranked_with_what_lies_in_them(decided: None) -> None:
    assert "还没有登记保证金" in read(Client(), "/consumer/guarantees/")
    on_file("guarantee", operator="P01", name="一号平台", form="deposit", agreed="1000.00",
            covers="全部", until="2099-12-31")  # fmt: skip
    page = read(Client(), "/consumer/guarantees/")
    assert "一号平台" in page
    assert "1,000.00" in page
    assert "P01" in read(Client(), "/consumer/guarantees/?format=csv")


def test_a_filed_rule_shows_what_may_be_unfair_and_where_practice_departs(clerk: Client) -> None:
    rule = {"platform": "P01", "title": "退换货规则"}
    number = on_file(
        "trading_rule", **rule, subject="return", text="七日可退。本规则最终解释权归平台所有。",
        published_on="2026-01-01", effective_on="2026-01-10", filed_by="—",
    )  # fmt: skip
    on_file("rule_capture", **rule, captured_on=clock.now().date().isoformat(),
            address="https://p01.example", text="七日可退。<script>不退</script>。")  # fmt: skip
    page = read(Client(), f"/filing/rules/{number}/")
    assert "单方享有最终解释权" in page
    assert "网络交易监督管理办法 第二十一条" in page
    assert "平台页面与备案文本不一致" in page
    assert "<script>不退" not in page
    assert "departs" in read(Client(), "/filing/alarms/?format=csv")
    form = {**rule, "subject": "return", "text": "一律不退不换。", "published_on": "2026-02-01",
            "effective_on": "2026-02-02"}  # fmt: skip
    body = json.dumps(form)
    case = Client().post("/api/v1/cases/rule_filing", body, "application/json").json()["number"]
    desk = read(clerk, f"/filing/desk/{case}/")
    assert "公示到实施只有 1 日，应至少 7 日" in desk
    assert "没有公开征求意见的凭据" in desk
    assert "排除退换货的权利" in desk
    assert f"/filing/desk/{case}/" in read(clerk, f"/inbox/rule_filing/{case}/")


def test_coverage_lists_counties_without_an_outlet_as_page_and_as_feed(decided: None) -> None:
    feed = json.loads(read(Client(), "/express/coverage/?region=320500&format=json"))
    assert feed["region"] == "320500"
    assert {each["outlets"] for each in feed["counties"]} == {0}
    assert "昆山市" in read(Client(), "/express/coverage/?region=苏州市")
    assert "320583" in read(Client(), "/express/coverage/?region=320583&format=csv")


def test_terms_of_quality_are_worked_out_for_a_product(decided: None) -> None:
    on_file("quality_term", gtin="6901234567892", product="手机壳", repair_days="365",
            promised_by="厂家", source="保修卡")  # fmt: skip
    page = read(Client(), "/consumer/rights/?gtin=6901234567892&received_on=2026-11-20")
    assert "包修" in page
    assert "2027年11月20日" in page
    assert "包修至" not in read(Client(), "/consumer/rights/?gtin=1&received_on=2026-11-20")
