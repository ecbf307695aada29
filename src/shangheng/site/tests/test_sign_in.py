# SPDX-License-Identifier: Apache-2.0
"""Signing in: rules of passwords, lock-out, second factors, recovery codes, sessions, tokens."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import clock, people
from shangheng.site.tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("home")
OK, FOUND = HTTPStatus.OK, HTTPStatus.FOUND
ENOUGH = 5


@pytest.fixture
def person(home: Ledger) -> str:
    people.make_person("zhang", PASSWORD, roles=("consumer.officer@320500",))
    return "zhang"


def sign_in(client: Client, name: str = "zhang", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password, **more})


def signed_in(person: str) -> Client:
    client = Client()
    answer = sign_in(client, person)
    assert answer.status_code == FOUND, answer.content.decode()
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == OK


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def confirmed(client: Client) -> Client:
    """Say the password once more, as whoever changes how they sign in has to."""
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == FOUND, answer.content.decode()
    return client


def with_authenticator(client: Client) -> str:
    confirmed(client)
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert secret, page
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert answer.status_code == FOUND, answer.content.decode()
    return secret[1]


def test_every_page_that_the_package_names_is_ours_or_closed(person: str) -> None:
    assert reverse("account_login") == "/sign-in/"
    for path in ("signup/", "email/", "password/reset/", "password/set/", "login/code/confirm/",
                 "3rdparty/signup/"):  # fmt: skip
        assert Client().get(f"/account/{path}").status_code == HTTPStatus.NOT_FOUND, path
    client = confirmed(signed_in(person))
    for path in ("reauthenticate/", "password/change/", "2fa/", "2fa/totp/activate/",
                 "2fa/webauthn/", "2fa/webauthn/add/", "3rdparty/"):  # fmt: skip
        page = client.get(f"/account/{path}").content.decode()
        assert 'class="top"' in page, path
        assert "商衡" in page
        words = set(re.findall(r">\s*([A-Z][a-z]+(?: [A-Za-z]+)*)\s*<", page))
        assert not words - {"English"}, f"{path} speaks English: {words}"


def test_nobody_signs_in_with_a_wrong_password_and_is_told_what_to_do(person: str) -> None:
    for name in ("zhang", "nobody"):
        answer = sign_in(Client(), name, "wrong")
        assert answer.status_code == OK
        assert "用户名或密码不对" in answer.content.decode()
    answer = Client().post("/sign-in/?lang=en", {"username": "zhang", "password": "wrong"})
    assert "The name or the password is wrong" in answer.content.decode()


def test_after_five_failures_even_the_right_password_waits(person: str) -> None:
    client = Client()
    for _ in range(ENOUGH):
        sign_in(client, "zhang", "wrong")
    answer = sign_in(Client(REMOTE_ADDR="192.0.2.9"))  # from elsewhere: the name is locked
    assert answer.status_code == OK
    assert "已暂停登录" in answer.content.decode()
    people.make_person("li", PASSWORD)
    assert sign_in(client, "li").status_code == FOUND, "others go on"


def test_one_address_does_not_try_names_for_ever(person: str) -> None:
    client = Client()
    for n in range(30):
        sign_in(client, f"name{n}", "wrong")
    answer = sign_in(client)
    assert answer.status_code in {OK, HTTPStatus.TOO_MANY_REQUESTS}
    assert not is_in(client)
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9")).status_code == FOUND


@pytest.mark.parametrize(
    "weak", ["short", "1234567890123", "password1234", "zhangzhang", "zhang.zhan"]
)
def test_weak_passwords_are_refused_with_the_reason(weak: str) -> None:
    with pytest.raises(Invalid, match=r"person\.password_weak"):
        people.make_person("zhang.zhang", weak)


def test_one_changes_ones_password_and_other_sessions_end(person: str) -> None:
    here, there = signed_in(person), signed_in(person)
    new = "another horse battery"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = here.post("/account/password/change/", said)
    assert answer.status_code == FOUND, answer.content.decode()
    assert not is_in(there)
    assert sign_in(Client(), password=new).status_code == FOUND


def test_an_authenticator_is_asked_for_its_code_and_a_code_is_taken_once(person: str) -> None:
    secret = with_authenticator(signed_in(person))
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data), "what is shared is kept encrypted"
    cache.clear()
    visitor = Client()
    answer = sign_in(visitor)
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert not is_in(visitor)
    wrong = visitor.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "错误代码" in wrong.content.decode()
    assert not is_in(visitor)
    code = code_of(secret)
    assert visitor.post("/account/2fa/authenticate/", {"code": code}).status_code == FOUND
    assert is_in(visitor)
    again = Client()
    sign_in(again)
    again.post("/account/2fa/authenticate/", {"code": code})
    assert not is_in(again), "a code that was used is replayed"


def test_codes_are_not_guessed(person: str) -> None:
    secret = with_authenticator(signed_in(person))
    cache.clear()
    visitor = Client()
    sign_in(visitor)
    for _ in range(ENOUGH + 1):
        visitor.post("/account/2fa/authenticate/", {"code": "000000"})
    visitor.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert not is_in(visitor)


def test_who_finds_an_open_session_does_not_change_how_its_person_signs_in(person: str) -> None:
    client = signed_in(person)
    for path in ("totp/activate/", "webauthn/add/"):
        answer = client.get(f"/account/2fa/{path}")
        assert answer["Location"].startswith("/account/reauthenticate/"), path


def test_a_recovery_code_opens_once(person: str) -> None:
    client = signed_in(person)
    with_authenticator(client)
    page = client.get("/account/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"^\s*(\d{8})\s*$", page, re.MULTILINE) or re.findall(r"\b(\d{8})\b", page)
    assert len(codes) >= ENOUGH, page
    cache.clear()
    for expected in (True, False):
        visitor = Client()
        sign_in(visitor)
        visitor.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert is_in(visitor) is expected


def test_a_session_ends_after_an_hour_without_a_hand_and_after_a_day_of_work(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = signed_in(person), clock.now()
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"], "it ends with the browser"
    assert is_in(client)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=59))
    assert is_in(client)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=59 + 61))
    assert not is_in(client)


def test_the_session_is_another_after_signing_in(person: str) -> None:
    client = Client()
    client.get("/sign-in/")
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_one_leaves_only_by_a_button(person: str) -> None:
    client = signed_in(person)
    client.get("/sign-out/")
    client.get("/account/logout/")
    assert is_in(client)
    client.post("/sign-out/")
    assert not is_in(client)


def test_the_sign_in_leads_back_to_where_one_wanted_to_go_and_never_off_the_site(
    person: str,
) -> None:
    assert sign_in(Client(), next="/inbox/")["Location"] == "/inbox/"
    for bad in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert "elsewhere" not in sign_in(Client(), next=bad)["Location"]


def token_of(client: Client, *scopes: str, days: int = 7) -> str:
    said = {"name": "程序", "scope": list(scopes), "days": str(days)}
    page = client.post("/account/tokens/", said).content.decode()
    secret = re.search(r'id="secret">([^<]+)<', page)
    assert secret, page
    return secret[1]


def api(path: str, token: str, method: str = "get", **more: Any) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    return getattr(Client(), method)(f"/api/v1{path}", headers=headers, **more)


def test_a_token_opens_what_its_person_may_within_its_scopes(person: str) -> None:
    client = signed_in(person)
    token = token_of(client, "cases.read")
    assert api("/cases/complaint/cases", token).status_code == OK
    assert api("/registers/rights_station/entries", token).json()["code"] == "token.out_of_scope"
    path = "/cases/complaint/cases/TS-2026-000001/steps/accept"
    answer = api(path, token, "post", data={}, content_type="application/json")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["code"] == "token.out_of_scope"
    people.make_person("zhang", PASSWORD)  # no posts any more
    assert api("/cases/complaint/cases", token).status_code == HTTPStatus.FORBIDDEN


def test_a_token_ends_on_its_day_when_taken_back_and_with_its_account(
    person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = signed_in(person), clock.now()
    token = token_of(client, "cases.read")
    other = token_of(client, "cases.read", days=30)
    page = client.get("/account/").content.decode()
    revoke = re.findall(r'action="(/account/tokens/[^"]+/revoke/)"', page)
    client.post(revoke[0])  # the newest first
    assert api("/cases/complaint/cases", other).status_code == HTTPStatus.UNAUTHORIZED
    assert api("/cases/complaint/cases", token).status_code == OK
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7, seconds=5))
    answer = api("/cases/complaint/cases", token)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer["Content-Type"] == "application/problem+json"


def test_a_clerk_of_a_reporter_sends_with_a_token_of_their_own(home: Ledger, token: str) -> None:
    people.make_person("sender", PASSWORD, reporter="P01")
    own = token_of(signed_in("sender"), "records.read")
    assert api("/batches", own).status_code == OK
    assert api("/batches", token).status_code == OK, "the reporter's own token stays"
    sent = api("/batches?kind=order", own, "post", data=b"x", content_type="text/csv")
    assert sent.json()["code"] == "token.out_of_scope"


def test_a_token_that_is_wrong_is_refused_even_where_strangers_may_ask() -> None:
    assert Client().get("/api/v1/registers/rights_station/entries").status_code == OK
    answer = api("/registers/rights_station/entries", "shp_nonsense")
    assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_a_session_needs_the_mark_of_our_page_to_do_something(person: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(person).cookies
    path = "/api/v1/cases/complaint/cases/TS-2026-000001/steps/accept"
    answer = client.post(path, {}, content_type="application/json")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["code"] == "request.forged"
    for page in ("/posts/new/", "/account/tokens/", "/account/password/change/", "/sign-out/"):
        assert client.post(page, {}).status_code == HTTPStatus.FORBIDDEN, page
