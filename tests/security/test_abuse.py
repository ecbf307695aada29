# SPDX-License-Identifier: Apache-2.0
"""What somebody tries who should not: other people's cases, replays, forgeries, scripts."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from security.conftest import client_of
from security.samples import filled
from shangheng.kernel.access.concept import ADMINISTRATOR
from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.records.concept.fields import Text
from shangheng.kernel.registers.concept.actors import NOBODY, PUBLIC, SYSTEM, Actor, Post
from shangheng.kernel.registers.concept.forms import Files
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.site import accounts, acting, clock
from shangheng.site.registry import REGISTRY

pytestmark = pytest.mark.usefixtures("home")
OK, FOUND, FORBIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.FORBIDDEN
NOT_FOUND, CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
COMPLAINT = {
    "seller": "甲店", "ground": "quality", "story": "坏的", "want": "refund",
    "seller_region": "320506", "contact": "13800000000",
}  # fmt: skip


def complained(client: Client | None = None, **more: str) -> tuple[str, str]:
    """File a complaint and return its number and code."""
    given = {**COMPLAINT, **more}
    answer = (client or Client()).post(
        "/api/v1/cases/complaint", given, content_type="application/json"
    )
    assert answer.status_code == HTTPStatus.CREATED, answer.content.decode()
    return answer.json()["number"], answer.json()["code"]


def steps_of(number: str) -> list[str]:
    all_ = Actor("all", (Post("consumer.officer"),))
    file = queries.case_file(
        REGISTRY.case_kind("complaint"), number, actor=all_, at=clock.now(), house=acting.house()
    )
    return [step.name or step.act for step in file.steps]


def api_case(client: Client, number: str, code: str = "") -> Any:
    headers = {"Case-Code": code} if code else {}
    return client.get(f"/api/v1/cases/complaint/cases/{number}", headers=headers)


def strangers() -> dict[str, Client]:
    return {
        "nobody": Client(),
        "a reporter": client_of("sender", reporter="P01"),
        "an officer elsewhere": client_of("far", "consumer.officer@430100"),
        "a statistics officer": client_of("count", "statistics.officer"),
        "an administrator of posts": client_of("boss", f"{ADMINISTRATOR}@320000"),
    }


def test_no_case_of_another_is_reached_by_its_number() -> None:
    number, _ = complained()
    _, other_code = complained()
    known, unknown = [], []
    for who, client in strangers().items():
        for told, target in ((known, number), (unknown, "TS-2026-999999")):
            for path in ("", "act/", "files/" + "0" * 64):
                answer = client.get(f"/inbox/complaint/{target}/{path}")
                assert answer.status_code != OK, (who, path)
                assert "甲店" not in answer.content.decode()
                told.append((who, path, answer.status_code))
            for code in ("", other_code, "AAAA-AAAA-AAAA"):
                answer = api_case(client, target, code)
                assert answer.status_code in (FORBIDDEN, NOT_FOUND), (who, code)
                told.append((who, code, answer.status_code))
            answer = client.post("/follow/", {"number": target, "code": other_code})
            assert answer.status_code == NOT_FOUND
    assert known == unknown, "an answer tells whether a number exists"


def test_no_file_is_reached_by_its_digest_alone() -> None:
    number, _ = complained()
    for client in strangers().values():
        for path in (f"/inbox/complaint/{number}/files/", "/follow/case/files/"):
            assert client.get(path + "a" * 64).status_code != OK


def test_a_cookie_of_ones_own_case_is_not_bent_to_another() -> None:
    number, code = complained()
    other, _ = complained()
    client = Client()
    assert client.post("/follow/", {"number": number, "code": code}).status_code == FOUND
    assert number in client.get("/follow/case/").content.decode()
    kept = client.cookies["followed"].value
    client.cookies["followed"] = kept.replace(number, other)
    assert client.get("/follow/case/").status_code == FOUND
    client.cookies["followed"] = f"{other} {code}"
    assert client.get("/follow/case/").status_code == FOUND


def test_codes_are_not_tried_for_ever_not_even_the_right_one_at_last() -> None:
    number, code = complained()
    client = Client()
    for _ in range(20):
        answer = client.post("/follow/", {"number": number, "code": "AAAA-AAAA-AAAA"})
        assert answer.status_code == NOT_FOUND
    for tried in ("AAAA-AAAA-AAAA", code):
        answer = client.post("/follow/", {"number": number, "code": tried})
        assert answer.status_code == FORBIDDEN
        assert "过于频繁" in answer.content.decode()
        assert api_case(client, number, tried).json()["code"] == "request.too_often"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post("/follow/", {"number": number, "code": code}).status_code == FOUND


def act(client: Client, number: str, what: str, **more: str) -> Any:
    return client.post(f"/inbox/complaint/{number}/act/", {"act": what, **more})


def test_a_step_that_is_replayed_is_taken_once() -> None:
    number, _ = complained()
    officer = client_of("zhang", "consumer.officer@320500")
    assert act(officer, number, "step:accept", version="1").status_code == FOUND
    for _ in range(2):
        assert act(officer, number, "step:accept", version="1").status_code == CONFLICT
    path = f"/api/v1/cases/complaint/cases/{number}/steps/accept"
    again = officer.post(path, {"version": 1}, content_type="application/json")
    assert again.status_code == CONFLICT
    assert steps_of(number) == ["open", "accept"]


FORMS = {
    "/inbox/complaint/{number}/act/": {"act": "step:accept"},
    "/posts/new/": {"person": "zhang"},
    "/posts/people/new/": {"person": "mallory"},
    "/account/tokens/": {"name": "x", "scope": "cases.read", "days": "7"},
    "/account/password/change/": {"oldpassword": "x"},
    "/account/2fa/totp/activate/": {"code": "000000"},
    "/account/2fa/recovery-codes/generate/": {},
    "/account/sso/sso/login/": {},
    "/registers/rights_station/new/": {"platform": "P01"},
    "/send/": {},
    "/sign-out/": {},
}


def test_no_form_is_taken_from_another_site() -> None:
    number, _ = complained()
    roles = [role for role in accounts.known_roles() if role != "records.reporter"]
    client = client_of("zhang", *roles, csrf=True)
    for path, said in FORMS.items():
        answer = client.post(path.format(number=number), said)
        assert answer.status_code in (FORBIDDEN, NOT_FOUND), f"{path} {answer.status_code}"
    step = f"/api/v1/cases/complaint/cases/{number}/steps/accept"
    for path, said in ((step, {}), ("/api/v1/cases/complaint", COMPLAINT)):
        answer = client.post(path, said, content_type="application/json")
        assert answer.json()["code"] == "request.forged", path
    assert steps_of(number) == ["open"]


def test_an_officer_whose_post_ends_in_mid_case_goes_no_further() -> None:
    number, _ = complained()
    officer = client_of("zhang", "consumer.officer@320500", "consumer.mediator@320500")
    boss = client_of("boss", f"{ADMINISTRATOR}@320000")
    page = officer.post("/account/tokens/", {"name": "x", "scope": "cases.write", "days": "7"})
    secret = re.search(r'id="secret">([^<]+)<', page.content.decode())
    assert secret
    assert act(officer, number, "step:accept", version="1").status_code == FOUND
    assert officer.get(f"/inbox/complaint/{number}/").status_code == OK
    for uuid in set(
        re.findall(r"/posts/([0-9a-f-]{36})/", boss.get("/posts/?text=zhang").content.decode())
    ):
        boss.post(f"/posts/{uuid}/", {"act": "end", "reason": "停职"})
    assert act(officer, number, "step:mediate", version="2").status_code != FOUND
    assert act(officer, number, "look", purpose="再看一眼").status_code != OK
    assert officer.get(f"/inbox/complaint/{number}/").status_code in (FORBIDDEN, NOT_FOUND)
    assert api_case(officer, number).status_code in (FORBIDDEN, NOT_FOUND)
    path = f"/api/v1/cases/complaint/cases/{number}/steps/mediate"
    answer = Client().post(
        path, {}, content_type="application/json",
        headers={"authorization": f"Bearer {secret[1]}"},
    )  # fmt: skip
    assert answer.status_code in (FORBIDDEN, NOT_FOUND)
    assert steps_of(number) == ["open", "accept"]


def harmless(client: Client, *paths: str) -> int:
    """Read pages and fail where what was typed became part of the page; return where it shows."""
    shows = 0
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in (OK, NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY), path
        page = answer.content.decode()
        if "html" in answer["Content-Type"]:
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path
            shows += "&lt;script&gt;alert(1)" in page
    return shows


def with_scripts(fields: Any, number: int = 1) -> dict[str, Any]:
    """Return a form with a script in every text that takes one."""
    given = filled(fields, number)
    for field in fields:
        if isinstance(field, Text) and not field.pattern and field.max > len(SCRIPT):
            given[field.name] = f"{SCRIPT}{number}"
        if isinstance(field, Files) and field.optional:
            del given[field.name]
    return given


@pytest.mark.parametrize(
    "kind",
    [kind for kind in REGISTRY.registers.values() if SYSTEM not in kind.enter],
    ids=lambda kind: kind.name,
)
def test_a_script_in_every_field_of_a_register_stays_text(kind: RegisterKind) -> None:
    client = client_of("clerk", *kind.roles)
    chief = client_of("chief", *kind.roles)
    given = with_scripts(kind.fields) | {"since": "2026-01-05", "sure": "1"}
    answer = client.post(f"/registers/{kind.name}/new/", given)
    assert answer.status_code == FOUND, re.findall(
        r'class="what"[^<]*<?[^<]*', answer.content.decode()
    )
    path = answer["Location"]
    chief.post(path + "confirm/")
    looked = client.post(path + "look/", {"purpose": SCRIPT}).content.decode()
    assert "<script>alert" not in looked
    listed = f"/registers/{kind.name}/"
    asked = (f"{listed}?text={SCRIPT}", f"{listed}?region={SCRIPT}", "/posts/looks/")
    forms = (path + "amend/", path + "correct/", path + "end/")
    shows = harmless(client, path, *forms, listed, *asked)
    assert shows or not any(isinstance(field, Text) for field in kind.fields)
    harmless(Client(), path, listed)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in REGISTRY.cases.values() if PUBLIC in kind.opens],
    ids=lambda kind: kind.name,
)
def test_a_script_in_every_field_of_a_case_stays_text(kind: CaseKind) -> None:
    visitor = Client()
    # Through the kernel, past what a service checks first: an old row may say anything.
    hand = Hand(NOBODY, clock.now(), None, replace(acting.house(), guards={}))
    opened = actions.open_case(kind, with_scripts(kind.form), hand)
    number, code = opened.number, opened.code
    visitor.post("/follow/", {"number": number, "code": code})
    visitor.post("/follow/case/", {"act": "reply", "text": SCRIPT})
    officer = client_of("officer", *kind.roles)
    path = f"/inbox/{kind.name}/{number}/"
    for said in ({"act": "note", "text": SCRIPT, "outward": "1"},
                 {"act": "look", "purpose": SCRIPT}, {"act": "hand_back", "reason": SCRIPT},
                 {"act": SCRIPT},
                 {"act": "assign", "holder": SCRIPT[:100]}):  # fmt: skip
        page = officer.post(path + "act/", said).content.decode()
        assert "<script>alert" not in page
    listed = f"/inbox/{kind.name}/"
    shows = harmless(officer, path, listed, f"{listed}?text={SCRIPT}", f"{listed}?region={SCRIPT}",
                     "/inbox/", "/posts/looks/")  # fmt: skip
    assert shows >= 1
    harmless(visitor, "/follow/case/")


def test_a_script_in_posts_tokens_names_and_refusals_stays_text() -> None:
    boss = client_of("boss", f"{ADMINISTRATOR}@320000")
    client_of("zhang")
    given = {"person": "zhang", "role": "consumer.officer", "region": "320500",
             "since": "2026-01-05", "reason": SCRIPT}  # fmt: skip
    answer = boss.post("/posts/new/", given)
    assert answer.status_code == FOUND
    page = boss.post("/posts/new/", dict.fromkeys(given, SCRIPT)).content.decode()
    assert "<script>alert" not in page
    page = boss.post("/posts/people/new/", {"person": SCRIPT}).content.decode()
    assert "<script>alert" not in page
    said = {"name": SCRIPT[:80], "scope": "cases.read", "days": "7"}
    page = boss.post("/account/tokens/", said).content.decode()
    assert "<script>alert" not in page
    shows = harmless(boss, answer["Location"], "/account/", f"/posts/?text={SCRIPT}",
                     f"/posts/?region={SCRIPT}", f"/posts/people/{SCRIPT}/", f"/{SCRIPT}",
                     f"/help/?lang={SCRIPT}")  # fmt: skip
    assert shows >= 2
    harmless(Client(), f"/sign-in/?next={SCRIPT}")
    sheet = boss.get("/posts/?format=csv&state=all").content.decode()
    assert not re.search(r"(^|,)[=+@-]", sheet, re.MULTILINE), "a cell that a spreadsheet runs"
