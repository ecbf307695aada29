# SPDX-License-Identifier: Apache-2.0
"""Single sign-on against a real provider on loopback: who comes in, as whom, and with what."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.errors import Invalid
from shangheng.site import people, sign_in
from shangheng.site.tests.conftest import PASSWORD
from shangheng.site.tests.oidc_provider import CLIENT, SECRET, Provider, provided

pytestmark = pytest.mark.usefixtures("home")
OK, FOUND = HTTPStatus.OK, HTTPStatus.FOUND
START = "/account/sso/sso/login/"


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with provided() as found:
        settings.OIDC_URL = found.address
        settings.SOCIALACCOUNT_PROVIDERS = sign_in.providers(
            found.address, client=CLIENT, secret=SECRET, name="全省统一认证"
        )
        found.person = {"sub": "u-1", "preferred_username": "chen", "email": "chen@example.org"}
        yield found


def come(client: Client, **query: str) -> Any:
    """Go to the provider and come back with what it says."""
    asked = client.post(f"{START}?process={query.pop('process', 'login')}")
    assert asked.status_code == FOUND, asked.content.decode()
    answer = requests.get(asked["Location"], allow_redirects=False, timeout=5)
    assert answer.status_code == FOUND, answer.text
    back = urlsplit(answer.headers["Location"])
    return client.get(back.path + "?" + back.query)


def name_of(client: Client) -> str:
    page = client.get("/account/")
    if page.status_code != OK:
        return ""
    return str(page.context["user"].get_username())


def test_the_sign_in_page_offers_the_provider_and_a_form_may_lead_there(
    provider: Provider,
) -> None:
    answer = Client().get("/sign-in/")
    assert "全省统一认证" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert f"form-action 'self' {provider.address};" in policy
    assert "script-src 'self';" in policy


def test_without_a_provider_there_is_no_button_and_no_way(home: object) -> None:
    answer = Client().get("/sign-in/")
    assert "sso" not in answer.content.decode()
    assert "form-action 'self';" in answer["Content-Security-Policy"]
    assert Client().post(START).status_code == HTTPStatus.NOT_FOUND


def test_who_the_provider_knows_comes_in_and_may_nothing_until_given_a_post(
    provider: Provider,
) -> None:
    client = Client()
    assert come(client).status_code == FOUND
    assert name_of(client) == "chen"
    assert "还没有岗位" in client.get("/account/").content.decode()
    assert client.get("/inbox/complaint/").status_code == HTTPStatus.FORBIDDEN
    assert not provider.refused
    again = Client()
    come(again)
    assert name_of(again) == "chen", "the same person is the same account"


def test_a_name_that_is_taken_here_is_not_taken_over(provider: Provider) -> None:
    people.make_person("chen", PASSWORD, roles=("consumer.officer@320500",))
    client = Client()
    come(client)
    assert name_of(client)
    assert name_of(client) != "chen"
    assert client.get("/inbox/complaint/").status_code == HTTPStatus.FORBIDDEN


def test_who_is_signed_in_connects_their_account_and_comes_in_with_it(provider: Provider) -> None:
    people.make_person("chen", PASSWORD, roles=("consumer.officer@320500",))
    client = Client()
    client.post("/sign-in/", {"username": "chen", "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    come(client, process="connect")
    visitor = Client()
    come(visitor)
    assert name_of(visitor) == "chen"
    assert visitor.get("/inbox/complaint/").status_code == OK


@pytest.mark.parametrize(
    "claims", [{"aud": "another"}, {"iss": "https://elsewhere.example"}, {"exp": 1_000_000_000}]
)
def test_a_token_for_another_of_another_or_of_the_past_opens_nothing(
    provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    client = Client()
    assert come(client).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert name_of(client) == ""


def test_a_provider_is_asked_over_https_or_not_at_all() -> None:
    with pytest.raises(Invalid, match="oidc_not_https"):
        sign_in.providers("http://login.example.org", client="c", secret="s", name="n")  # noqa: S106
    assert sign_in.providers("https://login.example.org", client="c", secret="s", name="n")  # noqa: S106


def test_an_answer_that_nobody_asked_for_opens_nothing(provider: Provider) -> None:
    victim, attacker = Client(), Client()
    asked = attacker.post(f"{START}?process=login")
    answer = requests.get(asked["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    refused = victim.get(back.path + "?" + back.query)
    assert refused.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert name_of(victim) == ""


def test_an_answer_is_taken_once(provider: Provider) -> None:
    client = Client()
    asked = client.post(f"{START}?process=login")
    answer = requests.get(asked["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    client.get(back.path + "?" + back.query)
    assert name_of(client) == "chen"
    client.post("/sign-out/")
    client.get(back.path + "?" + back.query)
    assert name_of(client) == ""
