# SPDX-License-Identifier: Apache-2.0
"""The finance clerk in Ganzhou: who deserves the award without applying, and who can be paid.

And the owner of a firm that does not deserve it yet: what is in it for the firm, what it would
take, and the application.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver.support.ui import Select

from journeys.browser import CHROMIUM, DESK, DRIVER, PHONE, PICTURES, Browser, House, served
from shangheng.kernel.codes import uscc_check_character

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
DECIDED = """
incentives.review_days: 20
incentives.publicity_days: 7
incentives.county_percent: 40
incentives.sales_measure: paid
"""
ROLES = ("clerk", "reviewer", "decider", "treasurer", "inspector")
FIRMS, PLATFORM = 19, "P1"
GUILTY = (3, 11)
"""Two of the firms are found fraudulent; the last two sit in another county."""
FAR = (FIRMS - 2, FIRMS - 1)
OWNER = FIRMS
"""One firm more, which lacks 1.2 million of the level in 2026."""


def code_of(number: int) -> str:
    body = f"91360702MA35{number:05}"
    return body + uscc_check_character(body)


PEOPLE = f"""
import django; django.setup()
from datetime import date
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.services.incentives.registers import FINDING
from shangheng.site import clock, people, wiring
wiring.prepare("ganzhou")
for role in {ROLES!r}:
    people.make_person(role, {PASSWORD!r}, roles=(f"incentives.{{role}}@360700",))
people.make_person("firm", {PASSWORD!r}, reporter={code_of(OWNER)!r})
def hand(role):
    return Hand(Actor(role, (Post(f"incentives.{{role}}", "360700"),)), clock.now())
for code in {[code_of(number) for number in GUILTY]!r}:
    found = registers.enter(FINDING, {{
        "code": code, "name": "某企业", "kind": "fraud", "year": "2025", "document": "处〔1〕号",
        "authority": "市场监管局", "decided_on": "2026-01-05", "region": "360702",
    }}, hand("clerk"), Filing(home="360700", since=date(2026, 1, 5), sure=True))
    registers.confirm(FINDING, found.number, hand("reviewer"))
"""


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def sellers() -> list[dict[str, object]]:
    return [
        {"platform": PLATFORM, "shop": f"S{number}", "shop_name": f"店{number}",
         "owner_name": f"赣南第{number:02}电商有限公司", "owner_code": code_of(number),
         "owner_kind": "enterprise", "region": "360781" if number in FAR else "360702",
         "as_of": "2025-12-31"}
        for number in range(FIRMS + 1)
    ]  # fmt: skip


def orders() -> list[dict[str, object]]:
    """A year below the level, then a year above it; the first firm jumps two levels at once."""
    told = [(number, 2024, 1_000_000) for number in range(FIRMS + 1)]
    told += [(number, 2025, 120_000_000 if number == 0 else 60_000_000) for number in range(FIRMS)]
    told += [(OWNER, 2025, 30_000_000), (OWNER, 2026, 48_800_000)]
    return [
        {"platform": PLATFORM, "order_no": f"{number}-{year}", "shop": f"S{number}",
         "mode": "B2C", "currency": "CNY", "gross": sold, "paid": sold,
         "ordered_at": f"{year}-06-01 12:00:00", "paid_at": f"{year}-06-01 12:01:00"}
        for number, year, sold in told
    ]  # fmt: skip


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("awards")
    migrated(home)
    (home / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    shell = House("", home)
    shell.python(PEOPLE)
    for kind, rows in (("merchant", sellers()), ("order", orders())):
        file = write(home / f"{kind}.csv", rows)
        shell.run("report", str(file), "--kind", kind, "--reporter", PLATFORM)
    with served(home) as address:
        yield House(address, home)


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    yield opened
    opened.close()


def appropriate(browser: Browser, region: str, amount: str, document: str) -> None:
    browser.go("/incentives/funds/?year=2026")
    browser.fill("#f_region", region)
    browser.fill("#f_amount", amount)
    browser.fill("#f_document", document)
    browser.press(browser.one("form.stack button[type=submit]"))


def picture(browser: Browser, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.driver.save_screenshot(str(PICTURES / f"awards-{name}.png"))


def covered(browser: Browser) -> list[str]:
    return [each.text for each in browser.all("table caption ~ tbody td strong")]


def test_the_clerk_finds_who_deserves_it_and_whom_the_fund_can_pay(
    browser: Browser, house: House
) -> None:
    browser.size(*DESK)
    browser.sign_in("treasurer", PASSWORD)
    appropriate(browser, "赣州市", "2,000,000", "赣市财〔2026〕1号")
    assert "2,000,000.00" in browser.text
    appropriate(browser, "章贡区", "1000000", "章财〔2026〕3号")
    picture(browser, "funds")
    browser.go("/incentives/deserving/?on=2026-03-01")
    assert "17" in browser.one(".lead").text
    assert "2" in browser.one(".lead").text
    assert covered(browser) == ["15", "15"]
    text = browser.text
    assert "只奖最高一级（highest），还是各级相加（sum）" in text  # the page asks
    assert "只奖最高一级" in text
    assert "各级相加" in text
    assert "850,000" not in text
    assert "900,000.00" in text  # sixteen firms at 50,000, one at 100,000
    assert "950,000.00" in text  # the same, with both levels of the one added up
    assert text.count("欺诈") == len(GUILTY)
    picture(browser, "deserving")
    appropriate(browser, "瑞金市", "40000", "瑞财〔2026〕2号")
    browser.go("/incentives/deserving/?on=2026-03-01")
    assert covered(browser) == ["17", "17"]
    told = json.loads(
        house.run("incentives", "deserving", "--provision", "ganzhou.sales-award",
                  "--on", "2026-03-01", "--json")
    )  # fmt: skip
    assert len([each for each in told["firms"] if not each["dropped"]]) == 17
    assert {each["payable"] for each in told["funds"].values()} == {17}


def test_the_deputy_sees_what_a_higher_award_would_cost(browser: Browser, house: House) -> None:
    browser.size(*DESK)
    browser.sign_in("decider", PASSWORD)
    browser.go("/incentives/effect/?on=2026-03-01")
    browser.fill("[id='set.levels.B2C.0.award']", "60000")
    browser.press(browser.all("form button[type=submit]")[-1])
    assert "160,000.00" in browser.one("#effect").text  # sixteen firms at 10,000 more
    picture(browser, "effect")
    told = json.loads(
        house.run("incentives", "effect", "--provision", "ganzhou.sales-award", "--on",
                  "2026-03-01", "--set", "levels.B2C.0.award=60000", "--json")
    )  # fmt: skip
    assert told["lines"][0]["difference"] == 160_000


def test_of_what_is_not_in_the_ledger_no_sum_is_made_up(browser: Browser, house: House) -> None:
    browser.size(*DESK)
    browser.sign_in("decider", PASSWORD)
    browser.go("/incentives/effect/?on=2026-03-01&provision=ganzhou.rent-subsidy")
    browser.fill("[id='set.cap']", "120000")
    browser.press(browser.all("form button[type=submit]")[-1])
    assert "不在账本里" in browser.one("#basis").text
    assert "不知道" in browser.one("#effect").text
    told = house.run("incentives", "effect", "--provision", "ganzhou.rent-subsidy", "--on",
                     "2026-03-01", "--set", "cap=120000")  # fmt: skip
    assert "账本里没有" in told
    assert "不知道 not known" in told


STATED = {
    "party.above_scale": "true", "party.key_industry": "true", "party.agricultural": "false",
    "honours.0.kind": "brand", "honours.0.level": "provincial",
    "leases.0.use": "office",
}  # fmt: skip
TYPED = {"leases.0.area_m2": "800", "leases.0.annual_rent": "240000"}
DAYS = {"on": "2026-09-01", "honours.0.date": "2026-03-01", "leases.0.from": "2025-07-01",
        "leases.0.to": "2028-06-30"}  # fmt: skip


def field(name: str) -> str:
    return f"[id='f_{name}']"


def state(browser: Browser) -> None:
    """Fill in the little that nobody but the owner knows."""
    for name, choice in STATED.items():
        Select(browser.one(field(name))).select_by_value(choice)
    for name, text in TYPED.items():
        browser.fill(field(name), text)
    for name, day in DAYS.items():
        browser.driver.execute_script("arguments[0].value = arguments[1]",
                                      browser.one(field(name)), day)  # fmt: skip


def verdicts(browser: Browser) -> list[str]:
    return [each.text for each in browser.all("#answer tbody td .tag")]


def test_the_owner_types_a_code_and_sees_what_is_in_it_and_what_it_would_take(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    browser.size(*PHONE)
    browser.go("/incentives/")
    browser.fill("#f_code", code_of(OWNER))
    browser.press(browser.one("button[name=prefill]"))
    assert browser.one(field("sales.0.amount")).get_attribute("value") == ""  # of a stranger
    browser.sign_in("firm", PASSWORD)
    browser.go("/incentives/")
    browser.fill("#f_code", code_of(OWNER))
    browser.press(browser.one("button[name=prefill]"))
    known = {"party.registered_region": "360702", "sales.2.year": "2026",
             "sales.2.amount": "48800000"}  # fmt: skip
    assert {name: browser.one(field(name)).get_attribute("value") for name in known} == known
    state(browser)
    browser.one("input[name=close]").click()
    browser.press(browser.all("main form button[type=submit]")[-2])
    told = verdicts(browser)
    facts = tmp_path / "facts.yaml"
    written = browser.driver.execute_script(
        "return document.querySelector('main pre').textContent"
    )
    facts.write_text(written, encoding="utf-8")
    answer = json.loads(
        house.run("entitlements", str(facts), "--jurisdiction", "ganzhou", "--on", "2026-09-01",
                  "--json")
    )  # fmt: skip
    counted = Counter(each["verdict"] for each in answer["provisions"])
    words = {"yes": "可以", "no": "不可以", "missing": "还缺情况"}
    assert {name: told.count(word) for name, word in words.items()} == counted
    assert min(counted[name] for name in words) > 0
    picture(browser, "owner")
    assert browser.sideways() == 0
    lines = browser.all("#answer tbody tr")
    for line, word in zip(lines, told, strict=True):
        assert word == words["yes"] or "ganzhou-2015" in line.text
    closest = browser.one("#answer h3 + ul li").text
    assert "1,200,000.01" in closest
    assert "2026 年 12 月底前" in closest


def test_the_owner_applies_for_what_the_page_grants(browser: Browser) -> None:
    browser.size(*PHONE)
    browser.sign_in("firm", PASSWORD)
    browser.go("/incentives/")
    browser.fill("#f_code", code_of(OWNER))
    state(browser)
    browser.fill(field("party.registered_region"), "360702")
    browser.press(browser.all("main form button[type=submit]")[-2])
    browser.press(browser.one("#answer a[href*='provision=ganzhou.brand-award']"))
    assert browser.one("[name=provision]").get_attribute("value") == "ganzhou.brand-award"
    assert "honours" in (browser.one("[name=facts]").get_attribute("value") or "")
    browser.fill("[name=name]", "赣南第19电商有限公司")
    browser.fill("[name=region]", "章贡区")
    browser.press(browser.one("main form button[type=submit]"))
    assert "YH-20" in browser.text
    browser.go("/incentives/deserving/")
    assert "incentives.clerk" in browser.text  # the desk is not for firms


def test_a_stranger_is_asked_to_sign_in(browser: Browser) -> None:
    browser.go("/incentives/deserving/")
    assert "/sign-in/" in browser.driver.current_url
