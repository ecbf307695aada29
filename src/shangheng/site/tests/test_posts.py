# SPDX-License-Identifier: Apache-2.0
"""An administrator gives, ends and finds posts; looks are listed; accounts are made and locked."""

import json
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from shangheng.kernel.access import actions, queries
from shangheng.kernel.access.concept import ADMINISTRATOR, HeldPost
from shangheng.kernel.access.queries import SoughtPosts
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.site import accounts, clock, jurisdictions, people
from shangheng.site.tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("home")
OK, FOUND, WRONG = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
GIVEN = {
    "person": "zhang", "role": "consumer.officer", "region": "苏州市", "department": "省工商局",
    "since": "2020-01-01", "reason": "苏商人〔2026〕1号",
}  # fmt: skip


def client_of(name: str, *roles: str, reporter: str = "") -> Client:
    people.make_person(name, PASSWORD, roles=roles, reporter=reporter)
    client = Client()
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def boss() -> Client:
    return client_of("boss", f"{ADMINISTRATOR}@320500")


@pytest.fixture
def zhang() -> Client:
    return client_of("zhang")


def read(client: Client, path: str, status: int = OK, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def given(boss: Client, **more: str) -> Any:
    return boss.post("/posts/new/", {**GIVEN, **more})


def held() -> list[HeldPost]:
    sought = SoughtPosts(at=clock.now(), text="zhang", state="all")
    return queries.posts(sought, actor=Actor("all", (Post(ADMINISTRATOR),)))


def the_post() -> str:
    return f"/posts/{held()[0].uuid}/"


def test_a_post_that_is_given_opens_its_inbox_at_once_and_ended_closes_it(
    boss: Client, zhang: Client
) -> None:
    read(zhang, "/inbox/complaint/", HTTPStatus.FORBIDDEN)
    assert given(boss).status_code == FOUND
    read(zhang, "/inbox/complaint/")
    answer = boss.post(the_post(), {"act": "end", "reason": "调离"})
    assert answer.status_code == FOUND
    read(zhang, "/inbox/complaint/", HTTPStatus.FORBIDDEN)
    boss.post(the_post(), {"act": "undo", "reason": "误操作"})
    read(zhang, "/inbox/complaint/")


def test_a_post_shows_what_was_done_to_it_with_its_seals(boss: Client, zhang: Client) -> None:
    given(boss)
    boss.post(the_post(), {"act": "end", "reason": "调离"})
    page = read(boss, the_post())
    for told in ("授予", "结束", "调离", "苏商人〔2026〕1号", "苏州市", "省工商局", "已结束"):
        assert told in page
    assert len(re.findall(r"#\d+<", page)) == 2, "each act tells its leaf"


def test_the_list_is_searched_filtered_and_exported(boss: Client, zhang: Client) -> None:
    given(boss)
    assert "zhang" in read(boss, "/posts/")
    assert "zhang" in read(
        boss, "/posts/", text="苏商人", role="consumer.officer", region="苏州市"
    )
    assert "没有符合条件的岗位" in read(boss, "/posts/", text="李四")
    assert "没有符合条件的岗位" in read(boss, "/posts/", state="over")
    sheet = read(boss, "/posts/", format="csv", state="all")
    assert "zhang,consumer.officer,320500,省工商局" in sheet


def test_departments_and_roles_of_the_form_are_those_of_the_place(boss: Client) -> None:
    page = read(boss, "/posts/new/")
    for each in jurisdictions.departments():
        assert each.zh in page
    for role in accounts.known_roles():
        assert f'value="{role}"' in page


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"person": "nobody"}, WRONG, "没有账户 nobody"),
        ({"person": "boss"}, WRONG, "不能给自己"),
        ({"role": "king"}, WRONG, "改正"),
        ({"region": "南京市"}, WRONG, "须由管理该辖区"),
        ({"region": ""}, WRONG, "须由管理该辖区"),
        ({"region": "鼓楼区"}, WRONG, "改正"),
        ({"department": "没有这个部门"}, WRONG, "改正"),
        ({"reason": ""}, WRONG, "改正"),
        ({"since": "明天"}, WRONG, "改正"),
        ({"until": "2019-01-01"}, WRONG, "结束日期"),
        ({"party": "P01"}, WRONG, "报送单位代码"),
        ({"role": "records.reporter", "department": ""}, WRONG, "报送单位代码"),
    ],
)
def test_what_is_wrong_with_a_post_is_said_and_what_was_typed_stays(
    boss: Client, zhang: Client, more: dict[str, str], status: int, told: str
) -> None:
    answer = given(boss, **more)
    assert answer.status_code == status
    page = answer.content.decode()
    assert told in page
    assert {**GIVEN, **more}["person"] in page
    assert not held()


def test_only_administrators_come_to_posts_and_only_to_those_of_their_region(
    boss: Client, zhang: Client
) -> None:
    given(boss)
    far = client_of("far", f"{ADMINISTRATOR}@430000")
    for path in ("/posts/", "/posts/new/", "/posts/people/new/"):
        assert Client().get(path)["Location"].startswith("/sign-in/")
        read(zhang, path, HTTPStatus.FORBIDDEN)
    for path in (the_post(), "/posts/people/zhang/"):
        for stranger in (zhang, far):
            assert stranger.get(path).status_code == HTTPStatus.NOT_FOUND
    read(boss, the_post())


def test_an_account_is_made_with_a_password_that_is_shown_once(boss: Client) -> None:
    answer = boss.post("/posts/people/new/", {"person": "wang.wu"})
    password = re.search(r'id="password">([^<]+)<', answer.content.decode())
    assert password
    visitor = Client()
    said = {"username": "wang.wu", "password": password[1]}
    assert visitor.post("/sign-in/", said).status_code == FOUND
    assert "还没有岗位" in read(visitor, "/account/")
    again = boss.post("/posts/people/new/", {"person": "wang.wu"})
    assert again.status_code == WRONG
    assert "已有账户" in again.content.decode()


def test_a_locked_account_is_out_at_once_and_comes_back(boss: Client, zhang: Client) -> None:
    read(zhang, "/account/")
    boss.post("/posts/people/zhang/", {"act": "lock", "reason": "账号外借"})
    assert zhang.get("/account/").status_code == FOUND
    assert not Client().login(username="zhang", password=PASSWORD)
    boss.post("/posts/people/zhang/", {"act": "unlock", "reason": "已处理"})
    assert Client().login(username="zhang", password=PASSWORD)


def test_a_new_first_password_ends_sessions_and_tokens(boss: Client, zhang: Client) -> None:
    zhang.post("/account/tokens/", {"name": "x", "scope": "cases.read", "days": "7"})
    answer = boss.post("/posts/people/zhang/", {"act": "renew", "reason": "忘记密码"})
    assert "初始密码" in answer.content.decode()
    assert zhang.get("/account/").status_code == FOUND
    assert not Client().login(username="zhang", password=PASSWORD)
    assert "cases.read" not in read(boss, "/posts/people/zhang/")


def test_an_administrator_touches_neither_their_own_account_nor_without_a_reason(
    boss: Client, zhang: Client
) -> None:
    for name, reason, told in (("boss", "我", "不能给自己"), ("zhang", " ", "请写明理由")):
        answer = boss.post(f"/posts/people/{name}/", {"act": "lock", "reason": reason})
        assert answer.status_code == HTTPStatus.CONFLICT
        assert told in answer.content.decode()
        assert not accounts.is_locked(name)


def test_what_roles_may_is_read_from_the_declarations(zhang: Client) -> None:
    page = read(zhang, "/posts/roles/")
    for told in ("consumer.officer", "网购投诉：受理", "12315消费维权服务站：确认", "移送"):
        assert told in page
    assert "Online shopping complaint：Accept" in read(zhang, "/posts/roles/", lang="en")


def test_a_look_at_an_entry_is_masked_until_a_purpose_is_given_and_then_listed() -> None:
    clerk = client_of("clerk", "consumer.officer@320500")
    answer = clerk.post(
        "/registers/rights_station/new/",
        {"platform": "P01", "name": "甲站", "region": "320506", "form": "online",
         "contact": "王小明", "opened_on": "2026-01-01", "since": "2026-01-01"},
    )  # fmt: skip
    assert answer.status_code == FOUND, answer.content.decode()
    path = answer["Location"]
    assert "王小明" not in read(clerk, path)
    assert "王小明" not in read(clerk, path + "amend/")
    refused = clerk.post(path + "look/", {"purpose": " "})
    assert refused.status_code == WRONG
    assert "王小明" not in refused.content.decode()
    assert "王小明" in clerk.post(path + "look/", {"purpose": "电话核实"}).content.decode()
    assert "电话核实" in read(clerk, "/posts/looks/")
    other = client_of("other", "consumer.officer@430000")
    assert other.post(path + "look/", {"purpose": "好奇"}).status_code in {403, 404}
    assert "没有查看记录" in read(other, "/posts/looks/")
    boss = client_of("boss", f"{ADMINISTRATOR}@320500")
    assert "电话核实" in read(boss, "/posts/looks/", text="clerk")
    assert "contact,电话核实" in read(boss, "/posts/looks/", format="csv")


def test_amending_without_seeing_keeps_the_personal_data() -> None:
    clerk = client_of("clerk", "consumer.officer@320500")
    chief = client_of("chief", "consumer.lead@320500")
    values = {"platform": "P01", "name": "甲站", "region": "320506", "form": "online",
              "contact": "王小明", "opened_on": "2026-01-01", "since": "2026-01-01"}  # fmt: skip
    path = clerk.post("/registers/rights_station/new/", values)["Location"]
    assert chief.post(path + "confirm/").status_code == FOUND
    changed = {**values, "contact": "", "hotline": "12315", "since": "2026-02-01"}
    answer = clerk.post(path + "amend/", changed)
    assert answer.status_code == FOUND, answer.content.decode()[:3000]
    chief.post(path + "confirm/")
    page = clerk.post(path + "look/", {"purpose": "核对"}).content.decode()
    assert "王小明" in page
    assert "12315" in page


def test_a_post_with_a_second_factor_is_closed_to_a_password_and_to_a_token(
    boss: Client, zhang: Client
) -> None:
    assert given(boss, second_factor="true").status_code == FOUND
    assert held()[0].second_factor
    assert "须双重验证" in read(boss, the_post().rpartition("/posts")[0] + "/posts/?state=current")
    read(zhang, "/inbox/complaint/", HTTPStatus.FORBIDDEN)
    assert "现在是关闭的" in read(zhang, "/account/")
    session = zhang.session
    person = str(get_user_model().objects.get(username="zhang").pk)
    session["account_authentication_methods_user"] = person
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
    session.save()
    read(zhang, "/inbox/complaint/")
    assert "现在是关闭的" not in read(zhang, "/account/")
    secret = actions.issue_token("program", ["cases.read"], 9, Hand(Actor("zhang"), clock.now()))
    program = Client(headers={"authorization": f"Bearer {secret}"})
    read(program, "/api/v1/cases/complaint/cases", HTTPStatus.FORBIDDEN)


def test_who_is_signed_in_elsewhere_signs_out_there(zhang: Client) -> None:
    here, there = Client(), Client(headers={"user-agent": "a library computer"})
    for client in (here, there):
        said = {"username": "zhang", "password": PASSWORD}
        assert client.post("/sign-in/", said).status_code == FOUND
    assert "a library computer" in read(here, "/account/sessions/")
    assert here.post("/account/sessions/").status_code == FOUND
    assert "别处没有登录" in read(here, "/account/sessions/")
    assert there.get("/account/").status_code == FOUND
    assert here.get("/account/").status_code == OK


def test_a_program_reads_the_notices_of_its_person(zhang: Client) -> None:
    told = Notice(key="a/1", channel="inbox", to="zhang", zh="新办件", en="A new case")
    other = Notice(key="a/1", channel="inbox", to="boss", zh="别人的", en="Not yours")
    notices.put([told, other], at=clock.now())
    (found,) = json.loads(read(zhang, "/api/v1/notices?unread=true"))
    assert (found["zh"], found["is_read"]) == ("新办件", False)
    marked = zhang.post(f"/api/v1/notices/{found['id']}/read")
    assert (marked.status_code, marked.json()["is_read"]) == (OK, True)
    assert json.loads(read(zhang, "/api/v1/notices?unread=true")) == []
    assert zhang.post(f"/api/v1/notices/{found['id'] + 1}/read").status_code == 404
    assert Client().get("/api/v1/notices").status_code == HTTPStatus.UNAUTHORIZED
