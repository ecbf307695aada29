# SPDX-License-Identifier: Apache-2.0
"""Signing in with a passkey, and pages that everybody can use: WCAG 2.2 AA, checked by axe."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from journeys.browser import CHROMIUM, DESK, DRIVER, PHONE, Browser, House, served

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
PEOPLE = f"""
import pathlib
import django; django.setup()
import yaml
from django.conf import settings
from django.test import Client
from shangheng.site import accounts, wiring
from shangheng.site.registry import REGISTRY
wiring.prepare("jiangsu")
asked = {{each.name: 7 for kind in REGISTRY.cases.values() for each in kind.parameters}}
pathlib.Path(settings.HOME, "decisions.yaml").write_text(yaml.safe_dump(asked))
roles = tuple(role for role in accounts.known_roles() if role != "records.reporter")
accounts.make_person("otto", {PASSWORD!r}, roles=roles)
accounts.make_person("olga", {PASSWORD!r})
client = Client()
given = {{"seller": "甲店", "ground": "quality", "story": "坏的", "want": "refund",
         "seller_region": "320506", "contact": "13800000000"}}
answer = client.post("/api/v1/cases/complaint", given, content_type="application/json")
assert answer.status_code == 201, answer.content
client.login(username="otto", password={PASSWORD!r})
station = {{"platform": "P01", "name": "甲站", "region": "320506", "form": "online",
           "contact": "王小明", "opened_on": "2026-01-01", "since": "2026-01-01"}}
assert client.post("/registers/rights_station/new/", station).status_code == 302
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: {type: "tag", values: arguments[0]}, resultTypes: ["violations"]})
  .then((found) => done(found.violations.map((each) => ({
    rule: each.id, where: each.nodes.map((node) => node.html.slice(0, 160)).slice(0, 4),
    why: each.nodes[0].failureSummary.slice(0, 300),
  }))), (error) => done([{rule: "axe", where: [], why: String(error)}]));
"""
PUBLIC = (
    "/", "/indicators/", "/indicators/order-count/", "/policy/", "/policy/targets/",
    "/policy/duties/", "/cases/", "/cases/complaint/", "/cases/complaint/new/", "/follow/",
    "/registers/", "/registers/rights_station/", "/registers/rights_station/about/", "/kinds/",
    "/consumer/shop/", "/consumer/rights/?received_on=2026-11-20&price=59.90",
    "/consumer/guarantees/", "/consumer/keeping/", "/filing/alarms/", "/express/coverage/",
    "/cases/rule_filing/new/", "/registers/express_outlet/map/", "/kinds/order/", "/log/",
    "/help/", "/help/errors", "/sign-in/", "/api/v1/docs", "/nothing/",
)  # fmt: skip
INSIDE = (
    "/account/", "/account/password/change/", "/account/2fa/", "/account/2fa/webauthn/",
    "/posts/", "/posts/new/", "/posts/roles/", "/posts/looks/", "/posts/people/new/",
    "/posts/people/olga/", "/inbox/", "/inbox/complaint/", "/inbox/complaint/TS-{year}-000001/",
    "/inbox/complaint/statistics/", "/consumer/desk/TS-{year}-000001/", "/consumer/outliers/",
    "/consumer/stations/", "/registers/rights_station/new/",
    "/registers/rights_station/WQZ-{year}-0001/", "/registers/rights_station/import/",
    "/send/", "/reporters/", "/receipts/", "/uploads/", "/account/reauthenticate/",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("access")
    migrated(home)
    House("", home).python(PEOPLE)
    with served(home) as address:
        # A passkey belongs to a name, never to a number: browsers take localhost as secure.
        yield House(address.replace("127.0.0.1", "localhost"), home)


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    opened.size(*DESK)
    yield opened
    opened.close()


def press(browser: Browser, css: str = "main form button[type=submit]") -> None:
    browser.one(css).click()


def sign_in(browser: Browser, name: str) -> None:
    browser.go("/sign-in/")
    browser.fill("#id_username", name)
    browser.fill("#id_password", PASSWORD)
    press(browser)
    browser.one("a[href='/account/']")


def test_somebody_adds_a_passkey_and_signs_in_with_nothing_else(browser: Browser) -> None:
    device = VirtualAuthenticatorOptions(
        protocol=VirtualAuthenticatorOptions.Protocol.CTAP2,
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True, has_user_verification=True, is_user_verified=True,
    )  # fmt: skip
    browser.driver.add_virtual_authenticator(device)
    sign_in(browser, "olga")
    browser.go("/account/2fa/webauthn/add/")
    browser.fill("#id_password", PASSWORD)  # who changes how they sign in says it once more
    press(browser)
    press(browser, "#id_passwordless")
    press(browser, "#mfa_webauthn_add")
    browser.until_title("恢复代码")
    browser.go("/account/")
    assert "通行密钥" in browser.text
    browser.press(browser.one(".aside form button"))
    browser.go("/sign-in/?next=/account/")
    press(browser, "#passkey_login")
    browser.until_title("olga")
    assert browser.complaints() == []


def test_a_passkey_that_does_not_work_is_said_on_the_page(browser: Browser) -> None:
    device = VirtualAuthenticatorOptions(
        protocol=VirtualAuthenticatorOptions.Protocol.CTAP2,
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True, has_user_verification=True, is_user_verified=False,
    )  # fmt: skip
    browser.driver.add_virtual_authenticator(device)
    browser.go("/sign-in/")
    press(browser, "#passkey_login")
    browser.one("#passkey_failed:not([hidden])")
    assert "没有完成" in browser.text


AXES = ("axe_playwright_python", "axe_selenium_python")
"""Packages that carry axe; of either only its script is used."""


def axe() -> str:
    """Return the script of an axe that knows WCAG 2.2."""
    for name in AXES:
        spec = find_spec(name)
        for folder in spec.submodule_search_locations or [] if spec else []:
            for path in Path(folder).rglob("axe.min.js"):
                script = path.read_text(encoding="utf-8")
                if all(rule in script for rule in RULES):
                    return script
    pytest.skip("needs an axe that knows WCAG 2.2 (4.5 or later), as axe-playwright-python has")


def violations(browser: Browser, path: str, script: str) -> list[str]:
    """Return what axe finds wrong on a page, on a desk and on a phone."""
    found: list[str] = []
    browser.size(*DESK)
    browser.go(path)
    browser.driver.execute_script(script)
    for name, size in (("desk", DESK), ("phone", PHONE)):
        browser.size(*size)
        told: list[dict[str, Any]] = browser.driver.execute_async_script(AXE, RULES)
        found += [
            f"{path} ({name}) {each['rule']}: {each['where']} {each['why']}" for each in told
        ]
    return found


@pytest.mark.parametrize("who", ["nobody", "otto"])
def test_everybody_can_use_the_main_pages(browser: Browser, who: str) -> None:
    browser.driver.set_script_timeout(60)
    script, wrong = axe(), []
    if who != "nobody":
        sign_in(browser, who)
    year = browser.driver.execute_script("return new Date().getFullYear()")
    for path in PUBLIC if who == "nobody" else INSIDE:
        wrong += violations(browser, path.format(year=year), script)
    assert wrong == [], "\n".join(wrong)


def test_axe_finds_what_is_planted(browser: Browser) -> None:
    browser.go("/help/")
    browser.driver.execute_script(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\">')"
    )
    browser.driver.execute_script(axe())
    told = browser.driver.execute_async_script(AXE, RULES)
    assert [each["rule"] for each in told] == ["image-alt"]
