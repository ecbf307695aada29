# SPDX-License-Identifier: Apache-2.0
"""A consumer on a phone, the officers at their desks: one complaint from end to end."""

import re
import shutil
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from zoneinfo import ZoneInfo

import pytest
from selenium.webdriver.common.by import By

from journeys.browser import (
    CHROMIUM,
    DESK,
    DRIVER,
    PHONE,
    REPOSITORY,
    Browser,
    House,
    served,
)

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
TWO_MINUTES_S = 120
DECIDED = REPOSITORY / "src/shangheng/simulate/decisions.yaml"
PEOPLE = f"""
import django; django.setup()
from shangheng.site import people, wiring
wiring.prepare("jiangsu")
for name, roles in {{
    "olga": ("consumer.officer@320500", "consumer.mediator@320500"),
    "otto": ("consumer.officer@320500",),
    "fay": ("consumer.finance@320000", "statistics.officer"),
}}.items():
    people.make_person(name, {PASSWORD!r}, roles=roles)
from shangheng.cli import demo_desk
demo_desk.CLERK = "olga"
demo_desk.furnish()
import io
from shangheng.kernel.records.reports import Report
from shangheng.site import clock, reception
from shangheng.site.registry import REGISTRY
today = clock.now().date()
for kind, text in {{
    "merchant": "platform,shop,shop_name,owner_kind,region,as_of\\n"
                f"P01,s-9,热壳数码专营店,person,320583,{{today}}\\n",
    "order": "platform,order_no,shop,currency,gross,paid,ordered_at\\n"
             f"P01,A-1,s-9,CNY,59.90,59.90,{{today}} 01:00:00\\n",
}}.items():
    report = Report(source=io.BytesIO(text.encode()), kind=REGISTRY.kind(kind), reporter="P01",
                    name="sent.csv")
    assert reception.receive(report).accepted == 1
"""
PROVED = """
import django; django.setup()
from shangheng.kernel.cases import proofs, queries
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.site import acting, clock, sealing
from shangheng.site.registry import REGISTRY
kind, boss = REGISTRY.cases["complaint"], Actor("boss", (Post("consumer.lead"),))
sealing.publish()
file = queries.case_file(kind, {number!r}, actor=boss, at=clock.now(), house=acting.house())
assert proofs.intact({number!r})
for step in file.steps:
    leaf = evidence.leaf(step.leaf)
    assert leaf.object_id == {number!r}, leaf
    assert evidence.proof_of(sealing.the_log(), leaf)["state"] == "published", step
assert len(file.steps) > 20, len(file.steps)
"""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("complaints")
    migrated(home)
    shutil.copyfile(DECIDED, home / "decisions.yaml")
    House("", home).python(PEOPLE)
    with served(home) as address:
        yield House(address, home)


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    yield opened
    opened.close()


def pick_the_shop(browser: Browser) -> None:
    """Find the shop by the number of the order, in English, and go on in Chinese."""
    browser.size(*PHONE)
    browser.go("/speak/en?next=/cases/complaint/new/")
    assert "Two minutes, no account." in browser.text
    browser.press(browser.one("a[href='/consumer/shop/']"))
    browser.fill("#order_no", "A-1")
    browser.press(browser.one("form.stack button"))
    assert "Complain about this shop" in browser.text
    browser.go("/speak/zh?next=/consumer/shop/%3Forder_no=A-1")
    assert browser.sideways() == 0
    browser.press(browser.one("section.note a.button"))


def file_a_complaint(browser: Browser, photo: Path) -> tuple[str, str]:
    """Fill in the form on a phone, first forgetting what happened."""
    pick_the_shop(browser)
    filled = {"seller": "热壳数码专营店", "order_no": "A-1", "platform": "P01",
              "seller_region": "江苏省苏州市昆山市"}  # fmt: skip
    for name, text in filled.items():
        assert browser.one(f"#{name}").get_attribute("value") == text
    browser.fill("#claim", "59.90")
    browser.driver.refresh()
    assert browser.one("#claim").get_attribute("value") == "59.90"  # a wrong turn loses nothing
    browser.day("#received_on", received_on())
    browser.one("#ground option[value=quality]").click()
    browser.one("input[name=want][value=refund]").click()
    send = "form.stack button[type=submit]"
    browser.press(browser.one(send))
    assert "请填写此项" in browser.one("#errors").text
    assert browser.one("#seller").get_attribute("value") == "热壳数码专营店"
    assert browser.sideways() == 0
    browser.fill("#story", "手机壳充电时熔化，商家不理。")
    browser.one("#proof").send_keys(str(photo))
    browser.press(browser.one(send))
    return browser.one("#number").text, browser.one("#code").text


def received_on() -> date:
    """Return yesterday in China: well within the seven days."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)  # noqa: TID251


def says_what_comes_next(browser: Browser) -> None:
    """Until when the shop has, until when it may be returned and why, what fraud would cost."""
    last = received_on() + timedelta(days=7)
    for words in (
        "商家答复", "决定是否受理", "最迟",
        f"{last.year}年{last.month}月{last.day}日以前（含当日）可以无理由退货：收货后七日，自签收的次日起算",
        "查明欺诈的，可以退一赔三：退还 59.90 元，另赔 500.00 元（最低额），共 559.90 元",
    ):  # fmt: skip
        assert words in browser.text, words
    assert browser.sideways() == 0
    browser.picture("complaint-filed")
    browser.go("/speak/en?next=/follow/case/")
    for words in ("To be answered by the shop", "You may return it until", "For fraud you may"):
        assert words in browser.text, words
    browser.go("/speak/zh?next=/follow/case/")


def sign_in(browser: Browser, name: str) -> None:
    browser.size(*DESK)
    browser.sign_in(name, PASSWORD)


def take(browser: Browser, name: str, state: str, **given: str) -> None:
    """Take a step on the page of the case and wait for its new state."""
    form = browser.one(f"input[value='step:{name}']").find_element(By.XPATH, "ancestor::form")
    fold = form.find_element(By.XPATH, "ancestor::details")
    if not fold.get_attribute("open"):
        fold.find_element(By.TAG_NAME, "summary").click()
    for field, text in given.items():
        form.find_element(By.NAME, field).send_keys(text)
    browser.press(form.find_element(By.TAG_NAME, "button"))
    browser.until_title(state)


def picture_of(red: int) -> bytes:
    """Return a small PNG, as a phone would send one."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + bytes((red, 60, 40)) * 48) * 48
    head = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


def as_consumer(browser: Browser, number: str, code: str) -> None:
    """Look at the case on the phone, with number and code and nothing else."""
    browser.driver.delete_all_cookies()
    browser.size(*PHONE)
    browser.go("/follow/")
    browser.fill("#id_number", number)
    browser.fill("#id_code", code)
    browser.press(browser.one("main form button"))
    browser.until_title(number)


def say(browser: Browser, act: str, **given: str) -> None:
    """Take a step on a page of the parties."""
    form = browser.one(f"input[name='act'][value='{act}']").find_element(By.XPATH, "..")
    fold = form.find_element(By.XPATH, "ancestor::details")
    if not fold.get_attribute("open"):
        fold.find_element(By.TAG_NAME, "summary").click()
    for field, text in given.items():
        form.find_element(By.NAME, field).send_keys(text)
    browser.press(form.find_element(By.TAG_NAME, "button"))


def to_mediation(browser: Browser, number: str) -> str:
    """Take the case to the mediator; return the address of the seller's room."""
    sign_in(browser, "olga")
    browser.go("/inbox/complaint/")
    assert number in browser.text
    browser.go(f"/inbox/complaint/{number}/")
    assert browser.all("a.file img")
    take(browser, "accept", "已受理", first_operator="P01")
    take(browser, "dispatch", "已交办", to="昆山市局", reason="商家在昆山")
    take(browser, "investigate", "已核查", found="商品充电时过热")
    browser.go(f"/consumer/desk/{number}/")
    roster = browser.one("th.code").text
    assert "P01" in browser.text
    browser.picture("complaint-desk")
    browser.size(*DESK)
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "mediate", "调解中", mediator=roster)
    return str(browser.one("#room").get_attribute("href")).removeprefix(browser.address)


def test_a_complaint_goes_from_the_phone_to_the_money_and_the_sellers_file(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "case.png"
    photo.write_bytes(picture_of(200))
    browser.go("/cases/complaint/new/")
    assert "不是任何机关的决定" in browser.text
    begun = time.monotonic()
    number, code = file_a_complaint(browser, photo)
    assert time.monotonic() - begun < TWO_MINUTES_S
    says_what_comes_next(browser)
    room = to_mediation(browser, number)

    browser.driver.delete_all_cookies()  # the seller has the link, and no account
    browser.size(*PHONE)
    browser.go(room)
    assert "13800000000" not in browser.text
    assert browser.all("a.file img")
    say(browser, "rejoin", statement="愿意退款")
    assert "愿意退款" in browser.text
    assert browser.sideways() == 0
    browser.picture("complaint-room")

    sign_in(browser, "olga")
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "propose", "已提出和解方案", terms="退款 59.90 元", pays="59.90")
    signing_code = browser.one("#signing-code").text
    as_consumer(browser, number, code)
    assert "愿意退款" in browser.text
    say(browser, "agree", signed_by="张三", signature="AAAA-BBBB-CCCC")
    assert "没有签署" in browser.text
    say(browser, "agree", signature=code)  # the name that was typed is still there
    browser.driver.delete_all_cookies()
    browser.go(room)
    say(browser, "seller_agree_too", signed_for="热壳数码 李四", signature=signing_code)
    signed_by_both(browser)
    sign_in(browser, "olga")
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "settle", "已达成和解")

    to_the_money(browser, number, code)
    as_consumer(browser, number, code)
    for clock in ("决定是否受理", "商家答复", "办理", "商家履行", "先行赔付", "向责任人追偿"):
        assert clock in browser.text
    assert len(browser.all(".clock")) == 6
    assert len(browser.all("a[href*='/pdf'], a[href*='.pdf']")) == 4
    assert browser.sideways() == 0
    browser.picture("complaint-followed")
    on_the_sellers_file(house, browser, number, tmp_path)


def signed_by_both(browser: Browser) -> None:
    """Check as a stranger who signed which text."""
    paper = browser.one("a[href*='/verify-a-letter/']").get_attribute("href")
    code = str(paper).split("/verify-a-letter/")[1].split("/")[0]
    browser.go(f"/verify-a-letter/{code}/")
    told = browser.one("#signatures").text
    assert "张三" in told
    assert "热壳数码 李四" in told
    assert len(set(re.findall(r"[0-9a-f]{64}", told))) == 1
    browser.picture("complaint-signed")


def to_the_money(browser: Browser, number: str, code: str) -> None:
    """Ask for the advance on the phone; officers set it aside, pay, recover and close."""
    as_consumer(browser, number, code)
    assert "消费争议调解书" in browser.text
    assert "商家履行" in browser.text
    say(browser, "ask_advance", reason="商家到期没有退款")
    sign_in(browser, "olga")
    browser.go(f"/inbox/complaint/{number}/")
    fund = re.search(r"BZJ-\d{4}-\d{4}", desk_text(browser, number))
    assert fund
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "set_aside", "保证金已冻结", fund=fund[0], advance="59.90")
    sign_in(browser, "fay")
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "pay", "已先行赔付")
    take(browser, "recover", "已先行赔付", recovered="59.90", paid_by="热壳数码")
    sign_in(browser, "olga")
    browser.go(f"/inbox/complaint/{number}/")
    take(browser, "close", "已办结", summary="已先行赔付 59.90 元")
    assert "封存完好" in browser.text
    browser.picture("complaint-case")


def desk_text(browser: Browser, number: str) -> str:
    """Return what the officer's desk says about a case."""
    browser.go(f"/consumer/desk/{number}/")
    return browser.text


def on_the_sellers_file(house: House, browser: Browser, number: str, folder: Path) -> None:
    """Find the record in the ledger, and prove it and every step without the platform's word."""
    house.run("work", "--once")
    sign_in(browser, "fay")
    browser.go("/indicators/complaints-ended/records/?where=seller%3D热壳数码专营店")
    assert number in browser.text
    house.run("evidence", "publish")
    bundle = folder / "record.zip"
    house.run("evidence", "bundle", f"complaint_outcome:{number}", "--output", str(bundle))
    house.run("verify", str(bundle))
    house.python(PROVED.format(number=number))


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
        browser.press(browser.one("form.stack button[type=submit]"))
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
