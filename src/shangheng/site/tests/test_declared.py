# SPDX-License-Identifier: Apache-2.0
"""A kind of case and a register are declared in one file each; everything else is there."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.service import Service
from shangheng.site import people
from shangheng.site.tests.conftest import PASSWORD, plugged_in
from shangheng.site.tests.declared_case import STALL
from shangheng.site.tests.declared_register import WELL

PLUGGED_IN = Service(
    name="tryout", zh="试", en="tryout", systems=("wells",), registers=(WELL,), cases=(STALL,)
)
OK, SEE_OTHER, WRONG = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
STALL_GIVEN = {
    "wares": "茶叶", "region": "320583", "size": "s", "power": "on", "phone": "13800000000",
}  # fmt: skip
WELL_GIVEN = {
    "code": "W1", "name": "甜水井", "region": "320583", "water": "good", "keeper": "老王",
    "since": "2026-01-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def declared(home: Ledger) -> Iterator[None]:
    with plugged_in(PLUGGED_IN):
        yield


def client_of(name: str, *roles: str) -> Client:
    people.make_person(name, PASSWORD, roles=roles)
    client = Client()
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def clerk(declared: None) -> Client:
    return client_of("clerk", "stalls.clerk@320500", "wells.clerk@320500")


@pytest.fixture
def elsewhere(declared: None) -> Client:
    return client_of("elsewhere", "stalls.clerk@430100", "wells.clerk@430100")


def read(client: Client, path: str, status: int = OK, **asked: Any) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def filed(client: Client | None = None, **more: Any) -> tuple[Client, str, str]:
    visitor = client or Client()
    answer = visitor.post("/cases/market_stall/new/", {**STALL_GIVEN, **more})
    assert answer.status_code == SEE_OTHER, answer.content.decode()[:2000]
    page = read(visitor, "/follow/case/")
    number = re.search(r'id="number">([^<]+)<', page)
    code = re.search(r'id="code">([^<]+)<', page)
    assert number
    assert code
    return visitor, number[1].strip(), code[1].strip()


def act(client: Client, number: str, what: str, **more: str) -> Any:
    path = f"/inbox/market_stall/{number}/act/"
    return client.post(path, {"act": what, **more})


def entered(clerk: Client, **more: str) -> str:
    answer = clerk.post("/registers/well/new/", {**WELL_GIVEN, **more})
    assert answer.status_code == SEE_OTHER, answer.content.decode()[:3000]
    return str(answer["Location"]).split("/")[-2]


def test_the_service_list_and_the_documentation_page_have_it() -> None:
    assert "摊位申请" in read(Client(), "/cases/")
    about = read(Client(), "/cases/market_stall/")
    for told in ("批准", "stalls.clerk", "48 小时", "愿付租金", "<svg"):
        assert told in about
    assert "Apply for a stall" in read(Client(), "/cases/market_stall/", lang="en")


def test_the_life_cycle_is_drawn_with_every_state_and_step() -> None:
    drawing = ET.fromstring(read(Client(), "/cases/market_stall/life-cycle.svg"))  # noqa: S314
    texts = {each.text for each in drawing.iter() if each.text}
    assert {"已申请", "已批准", "未批准", "批准", "不批"} <= texts


def test_a_form_says_what_is_wrong_at_the_field_and_keeps_what_was_typed() -> None:
    answer = Client().post(
        "/cases/market_stall/new/", {"wares": "<b>茶</b>", "region": "西湖国", "rent": "十元"}
    )
    page = answer.content.decode()
    assert answer.status_code == WRONG
    assert 'value="&lt;b&gt;茶&lt;/b&gt;"' in page
    for name in ("region", "size", "rent"):
        assert f'href="#{name}"' in page
    assert "请从列表中选择" not in page
    assert page.count("请填写此项") == 2
    assert "<script" not in page.replace('<script src="/static', "")


def test_somebody_files_follows_and_adds_without_an_account() -> None:
    visitor, number, code = filed()
    page = read(visitor, "/follow/case/")
    assert number in page
    assert "最迟" in page
    assert "怎么算的" in page
    visitor.post("/follow/case/", {"act": "reply", "text": "急用"})
    page = read(visitor, "/follow/case/")
    assert "急用" in page
    assert code not in page
    other = Client()
    assert other.get("/follow/case/").status_code == SEE_OTHER
    assert other.post("/follow/", {"number": number, "code": "AAAA"}).status_code == 404
    assert other.post("/follow/", {"number": number, "code": code}).status_code == SEE_OTHER
    assert "茶叶" in read(other, "/follow/case/")


def test_an_officer_finds_it_takes_it_on_and_grants_it(clerk: Client) -> None:
    visitor, number, _ = filed()
    assert number in read(clerk, "/inbox/market_stall/")
    assert "摊位申请" in read(clerk, "/inbox/")
    page = read(clerk, f"/inbox/market_stall/{number}/")
    assert "13800000000" not in page
    assert "封存完好" in page
    assert act(clerk, number, "claim").status_code == SEE_OTHER
    refused = act(clerk, number, "step:grant", place="far too long a number")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert 'value="far too long a number"' in refused.content.decode()
    assert act(clerk, number, "step:grant", place="A-7").status_code == SEE_OTHER
    assert "A-7" in read(visitor, "/follow/case/")
    again = act(clerk, number, "step:grant", place="A-7")
    assert again.status_code == HTTPStatus.CONFLICT
    assert "批准" in read(clerk, "/inbox/market_stall/statistics/")


def test_personal_data_is_shown_for_a_purpose_that_is_kept(clerk: Client) -> None:
    _, number, _ = filed()
    shown = act(clerk, number, "look", purpose="电话核实")
    assert "13800000000" in shown.content.decode()
    assert "电话核实" in read(clerk, f"/inbox/market_stall/{number}/")
    assert act(clerk, number, "look", purpose="").status_code == HTTPStatus.CONFLICT


def test_two_officers_take_one_step_and_the_second_is_told_who_was_first(clerk: Client) -> None:
    _, number, _ = filed()
    second = client_of("second", "stalls.clerk@320000")
    page = read(second, f"/inbox/market_stall/{number}/")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    act(clerk, number, "step:grant", place="A-7", version=version[1])
    answer = act(second, number, "step:refuse", reason="没有位置", version=version[1])
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "clerk 已于" in answer.content.decode()


def test_nobody_reaches_the_cases_of_others(clerk: Client, elsewhere: Client) -> None:
    _, number, _ = filed()
    path = f"/inbox/market_stall/{number}/"
    assert Client().get(path).status_code == SEE_OTHER  # to the sign-in
    assert elsewhere.get(path).status_code == 404
    assert number not in read(elsewhere, "/inbox/market_stall/")
    assert act(elsewhere, number, "step:grant", place="A-7").status_code == 404
    outsider = client_of("outsider")
    assert outsider.get("/inbox/market_stall/").status_code == HTTPStatus.FORBIDDEN
    assert outsider.get(path).status_code == HTTPStatus.FORBIDDEN
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/cases/market_stall/new/", STALL_GIVEN)
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_inboxes_filter_search_and_export_without_personal_data_or_formulas(clerk: Client) -> None:
    filed(wares="=1+1")
    _, number, _ = filed(wares="瓷器")
    asked = {"text": "瓷器", "region": "昆山市", "holder": "none"}
    assert number in read(clerk, "/inbox/market_stall/", **asked)
    assert number not in read(clerk, "/inbox/market_stall/", state="granted")
    table = read(clerk, "/inbox/market_stall/", format="csv")
    assert "'=1+1" in table
    assert "13800000000" not in table


def test_the_api_opens_follows_and_moves_it(clerk: Client) -> None:
    kind = Client().get("/api/v1/cases/market_stall").json()
    assert kind["form"]["required"] == ["wares", "region", "size", "power"]
    opened = Client().post("/api/v1/cases/market_stall", STALL_GIVEN, "application/json")
    assert opened.status_code == HTTPStatus.CREATED
    number, code = opened.json()["number"], opened.json()["code"]
    path = f"/api/v1/cases/market_stall/cases/{number}"
    assert Client().get(path).status_code == HTTPStatus.FORBIDDEN
    seen = Client().get(path, headers={"Case-Code": code}).json()
    assert (seen["state"], "phone" in seen["values"]) == ("applied", False)
    assert seen["clocks"][0]["days"]
    wrong = Client().post("/api/v1/cases/market_stall", {"size": 7}, "application/json")
    assert wrong.status_code == WRONG
    assert set(wrong.json()["facts"]["wrong"]) == {"wares", "region", "size"}
    (listed,) = clerk.get("/api/v1/cases/market_stall/cases").json()
    assert listed["number"] == number
    step = f"{path}/steps/grant"
    stranger = Client().post(step, {"place": "A-7"}, "application/json")
    assert stranger.status_code == HTTPStatus.UNAUTHORIZED
    moved = clerk.post(step, {"place": "A-7", "version": 1}, "application/json")
    assert (moved.status_code, moved.json()["state"]) == (OK, "granted")
    assert "/api/v1/cases/{name}" in Client().get("/api/v1/openapi.json").json()["paths"]


def test_the_register_is_listed_documented_and_open_as_far_as_declared(clerk: Client) -> None:
    assert "水井名录" in read(Client(), "/registers/")
    assert "井深（米）" in read(Client(), "/registers/well/about/")
    number = entered(clerk)
    public, inside = (read(each, "/registers/well/") for each in (Client(), clerk))
    assert number in public
    assert "水质" not in public
    assert "水质" in inside
    assert "老王" not in inside
    page = read(Client(), f"/registers/well/{number}/")
    assert "甜水井" in page
    assert "老王" not in page
    assert "井深" not in page


def test_an_entry_is_amended_corrected_and_ended_and_every_day_answers(clerk: Client) -> None:
    number = entered(clerk)
    path = f"/registers/well/{number}/"
    wrong = clerk.post(f"{path}amend/", {**WELL_GIVEN, "depth_m": "0"})
    assert wrong.status_code == WRONG
    assert 'value="0"' in wrong.content.decode()
    later = {**WELL_GIVEN, "water": "bad", "since": "2026-05-01", "reason": "化验"}
    assert clerk.post(f"{path}amend/", later).status_code == SEE_OTHER
    assert "<dd>好</dd>" in read(clerk, path, on="2026-04-30")
    assert "<dd>差</dd>" in read(clerk, path, on="2026-05-01")
    assert "<del>好</del> → <ins>差</ins>" in read(clerk, path)
    unsaid = clerk.post(f"{path}correct/", WELL_GIVEN)
    assert unsaid.status_code == WRONG
    over = {"since": "2026-06-01", "reason": "填平"}
    assert clerk.post(f"{path}end/", over).status_code == SEE_OTHER
    assert read(clerk, path, 404, on="2026-06-01")


def test_a_second_entry_that_is_alike_has_to_be_meant(clerk: Client) -> None:
    entered(clerk)
    again = clerk.post("/registers/well/new/", {**WELL_GIVEN, "code": "W2"})
    assert again.status_code == WRONG
    assert "可能已经登记" in again.content.decode()
    assert entered(clerk, code="W2", sure="1")


def test_a_file_is_tried_and_then_taken(clerk: Client) -> None:
    assert read(Client(), "/registers/well/template.csv").startswith("\ufeffcode,name,region")
    content = "井号,井名,region,water\nW1,甜水井,320583,good\nW2,苦水井,320583,salt\n"
    for work, entries in (("try", 0), ("take", 1)):
        with_file = {"work": work, "file": _upload(content)}
        answer = clerk.post("/registers/well/import/", with_file)
        assert answer.status_code == OK
        assert "水质" in answer.content.decode()
        listed = read(Client(), "/registers/well/", format="csv").splitlines()
        assert len(listed) == entries + 1


def _upload(content: str) -> BytesIO:
    file = BytesIO(content.encode())
    file.name = "wells.csv"
    return file


def test_only_clerks_of_the_place_enter(clerk: Client, elsewhere: Client) -> None:
    number = entered(clerk)
    assert elsewhere.post("/registers/well/new/", WELL_GIVEN).status_code == HTTPStatus.FORBIDDEN
    amended = elsewhere.post(f"/registers/well/{number}/amend/", WELL_GIVEN)
    assert amended.status_code == HTTPStatus.FORBIDDEN
    assert client_of("outsider").get("/registers/well/new/").status_code == HTTPStatus.FORBIDDEN
    assert Client().get("/registers/well/new/").status_code == SEE_OTHER


def test_the_api_answers_for_any_day_and_shows_what_is_public(clerk: Client) -> None:
    number = entered(clerk)
    assert Client().get("/api/v1/registers/well").json()["key"] == ["code"]
    (found,) = Client().get("/api/v1/registers/well/entries").json()
    assert found["values"] == {"code": "W1", "name": "甜水井", "region": "320583"}
    path = f"/api/v1/registers/well/entries/{number}"
    assert clerk.get(path).json()["values"]["water"] == "good"
    assert "keeper" not in clerk.get(path).json()["values"]
    assert Client().get(path, {"on": "2025-12-31"}).status_code == 404


@pytest.mark.parametrize("path", ["/cases/none/", "/registers/none/", "/api/v1/cases/none"])
def test_what_is_not_declared_is_not_there(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_photos_are_seen_by_those_who_may_see_the_case_and_by_nobody_else(
    clerk: Client, elsewhere: Client
) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"pixels" + b"IEND\xaeB`\x82"
    photo = BytesIO(png)
    photo.name = "stall.png"
    visitor, number, _ = filed(photo=photo)
    page = read(visitor, "/follow/case/")
    digest = re.search(r"files/([0-9a-f]{64})", page)
    assert digest
    for client, path, status in (
        (visitor, f"/follow/case/files/{digest[1]}", OK),
        (clerk, f"/inbox/market_stall/{number}/files/{digest[1]}", OK),
        (Client(), f"/follow/case/files/{digest[1]}", 404),
        (elsewhere, f"/inbox/market_stall/{number}/files/{digest[1]}", 404),
        (visitor, f"/follow/case/files/{'0' * 64}", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status, path
        if status == OK:
            assert b"".join(answer.streaming_content) == png
            assert "sandbox" in answer["Content-Security-Policy"]


def test_a_photo_that_is_none_is_refused_at_its_field() -> None:
    script = BytesIO(b"<script>alert(1)</script>")
    script.name = "stall.png"
    answer = Client().post("/cases/market_stall/new/", {**STALL_GIVEN, "photo": script})
    assert answer.status_code == WRONG
    assert "stall.png 不是可接受的图片" in answer.content.decode()
