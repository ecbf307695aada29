# SPDX-License-Identifier: Apache-2.0
"""A consumer on a phone, the officers at their desks: one complaint from end to end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from selenium.webdriver.common.by import By

from journeys.browser import CHROMIUM, DESK, DRIVER, PHONE, Browser, House, served

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
DECIDED = """
consumer.acceptance_days: {value: 7, source: 试用}
consumer.mediation_days: {value: 60, source: 试用}
consumer.mediation_extension_days: {value: 30, source: 试用}
"""
PEOPLE = f"""
import django; django.setup()
from shangheng.site import people, wiring
wiring.prepare("jiangsu")
for name in ("olga", "otto"):
    people.make_person(
        name, {PASSWORD!r}, roles=("consumer.officer@320500", "consumer.mediator@320500")
    )
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("complaints")
    (home / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    House("", home).python(PEOPLE)
    with served(home) as address:
        yield House(address, home)


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    yield opened
    opened.close()


def file_a_complaint(browser: Browser, photo: Path) -> tuple[str, str]:
    """Fill in the form on a phone, first forgetting what happened."""
    browser.size(*PHONE)
    browser.go("/cases/complaint/new/")
    for name, text in {"seller": "热壳数码专营店", "order_no": "A-1", "claim": "59.90"}.items():
        browser.fill(f"#{name}", text)
    browser.one("#ground option[value=quality]").click()
    browser.one("input[name=want][value=refund]").click()
    browser.fill("#seller_region", "昆山市")
    send = "form.stack button[type=submit]"
    browser.one(send).click()
    assert "请填写此项" in browser.one("#errors").text
    assert browser.one("#seller").get_attribute("value") == "热壳数码专营店"
    assert browser.sideways() == 0
    browser.fill("#story", "手机壳充电时熔化，商家不理。")
    browser.one("#proof").send_keys(str(photo))
    browser.one(send).click()
    number, code = browser.one("#number").text, browser.one("#code").text
    assert browser.sideways() == 0
    assert "最迟" in browser.text
    return number, code


def sign_in(browser: Browser, name: str) -> None:
    browser.size(*DESK)
    browser.driver.delete_all_cookies()
    browser.go("/sign-in/")
    browser.fill("#id_username", name)
    browser.fill("#id_password", PASSWORD)
    browser.one("main form button").click()
    browser.one("form[action='/sign-out/']")


def take(browser: Browser, name: str, state: str, **given: str) -> None:
    """Take a step on the page of the case and wait for its new state."""
    form = browser.one(f"input[value='step:{name}']").find_element(By.XPATH, "ancestor::form")
    fold = form.find_element(By.XPATH, "ancestor::details")
    if not fold.get_attribute("open"):
        fold.find_element(By.TAG_NAME, "summary").click()
    for field, text in given.items():
        form.find_element(By.NAME, field).send_keys(text)
    form.find_element(By.TAG_NAME, "button").click()
    browser.until_title(state)


def test_a_complaint_goes_from_the_phone_to_its_end(browser: Browser, tmp_path: Path) -> None:
    photo = tmp_path / "case.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"pixels" + b"IEND\xaeB`\x82")
    number, code = file_a_complaint(browser, photo)
    sign_in(browser, "olga")
    browser.go("/inbox/complaint/")
    assert number in browser.text
    browser.go(f"/inbox/complaint/{number}/")
    assert browser.all("a.file img")
    take(browser, "accept", "已受理")
    take(browser, "dispatch", "已交办", to="昆山市局", reason="商家在昆山")
    take(browser, "mediate", "调解中")
    take(browser, "settle", "已达成和解", terms="退款 59.90 元", pays="59.90")
    take(browser, "close", "已办结", summary="商家已退款")
    assert "封存完好" in browser.text
    browser.driver.delete_all_cookies()
    browser.size(*PHONE)
    browser.go("/follow/")
    browser.fill("#id_number", number)
    browser.fill("#id_code", code)
    browser.one("main form button").click()
    browser.until_title(number)
    assert "商家已退款" in browser.text
    assert browser.one("a[href*='/consumer/rights/']")
    assert browser.sideways() == 0


class Desk:
    """An officer's program: signs in, looks at a case, posts steps."""

    def __init__(self, address: str, name: str) -> None:
        self.jar, self.address = CookieJar(), address
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        self.opener.open(f"{address}/sign-in/").read()
        self.post("/sign-in/", username=name, password=PASSWORD)

    def post(self, path: str, **given: str) -> int:
        token = next(each.value for each in self.jar if each.name == "csrftoken") or ""
        body = urlencode({**given, "csrfmiddlewaretoken": token}).encode()
        try:
            with self.opener.open(self.address + path, body) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return int(error.code)


def test_of_two_officers_at_the_same_moment_one_wins(house: House, browser: Browser) -> None:
    desks = [Desk(house.address, name) for name in ("olga", "otto")]
    browser.size(*PHONE)
    for _ in range(3):
        browser.go("/cases/complaint/new/")
        browser.fill("#seller", "店")
        browser.fill("#story", "坏了")
        browser.fill("#seller_region", "昆山市")
        browser.one("#ground option[value=quality]").click()
        browser.one("input[name=want][value=refund]").click()
        browser.one("form.stack button[type=submit]").click()
        path = f"/inbox/complaint/{browser.one('#number').text}/act/"
        with ThreadPoolExecutor(2) as pool:
            steps = [
                pool.submit(desks[0].post, path, act="step:accept", version="1"),
                pool.submit(
                    desks[1].post, path, act="step:refuse", version="1", ground="no_facts",
                    reason="无订单",
                ),
            ]  # fmt: skip
            assert sorted(step.result() for step in steps) == [200, 409]
