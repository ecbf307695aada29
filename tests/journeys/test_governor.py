# SPDX-License-Identifier: Apache-2.0
"""The deputy governor before the meeting: what was promised, done, late, and who owes it.

And the unit that is late: it sees all it owes by clause, reports, and sees nothing of others.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from journeys.browser import CHROMIUM, DESK, DRIVER, Browser, House, served

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
DECIDED = """
policy.check_days: 10
policy.problem_days: 5
policy.city_targets:
  JS-01: {"320100": 900000000000, "320500": 1300000000000, "320200": 800000000000,
          "320400": 300000000000}
"""
YEARS = {2014: 23877.9, 2015: 26265.6, 2016: 28892.2, 2017: 31781.4}
"""Ten per cent a year in 亿元, which comes to 4.23 trillion in 2020: 6 % below 4.5."""
CITIES = {"320100": (5000, 5400), "320500": (8000, 8500), "320200": (4500, 5000),
          "320400": (3000, 3600)}  # fmt: skip
"""What four cities had in 2016 and 2017; the first three stay below their part."""
POST, POLICE = "省邮政管理局", "省公安厅"
PEOPLE = f"""
import django; django.setup()
from datetime import UTC, datetime
from pathlib import Path
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.kernel.registers.concept.attachments import Upload
from shangheng.services.policy import actions
from shangheng.services.policy.cases import TASK
from shangheng.site import acting, clock, people, wiring
wiring.prepare("jiangsu")
for name, role in {{
    "deputy": "policy.reader@320000", "unit": "policy.unit@320000/{POST}",
    "police": "policy.unit@320000/{POLICE}", "office": "policy.lead@320000/省商务厅",
}}.items():
    people.make_person(name, {PASSWORD!r}, roles=(role,))
def hand(role):
    post = Post(f"policy.{{role}}", "320000")
    return Hand(Actor(role, (post,)), clock.now(), house=acting.house())
place = wiring.library().jurisdictions["jiangsu"]
late, stuck, done, *_ = actions.decompose(
    place, policies.duties(place, department={POST!r}), hand("lead"))
actions.decompose(place, policies.duties(place, department={POLICE!r}), hand("lead"))
def step(number, name, role, **given):
    cases.take_step(TASK, number, name, given, hand(role))
for number, day in ((late, "2026-01-31"), (stuck, "2099-01-31"), (done, "2026-01-31")):
    step(number, "plan", "unit", plan="先调研", due_on=day)
step(stuck, "raise", "unit", problem="缺编制")
step(stuck, "escalate", "unit", reason="需省里定")
step(done, "report", "unit", said="已建成", proof=[Upload("名单.pdf", b"%PDF-1.7\\n%%EOF\\n")])
step(done, "accept", "inspector", reason="属实")
"""
HEAD = "series,region,frequency,starts_on,value,unit,publisher,released_on"


def series() -> str:
    told = [(year, "320000", value) for year, value in YEARS.items()]
    told += [(2016 + place, city, value) for city, values in CITIES.items()
             for place, value in enumerate(values)]  # fmt: skip
    rows = [
        f"transaction-volume,{region},year,{year}-01-01,{value},亿元,省统计局,{year + 1}-02-01"
        for year, region, value in told
    ]
    return "\n".join((HEAD, *rows, ""))


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("governor")
    migrated(home)
    prepared(home)
    with served(home) as address:
        yield House(address, home)


def prepared(home: Path) -> None:
    (home / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    shell = House("", home)
    shell.python(PEOPLE)
    (home / "series.csv").write_text(series(), encoding="utf-8")
    shell.run("report", str(home / "series.csv"), "--kind", "series", "--reporter", "stats")


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    opened.size(*DESK)
    yield opened
    opened.close()


def printed(browser: Browser) -> bytes:
    """Return the page as the browser prints it."""
    told = browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    return base64.b64decode(told["data"])


def test_the_deputy_reads_one_page_and_prints_it(browser: Browser) -> None:
    browser.sign_in("deputy", PASSWORD)
    browser.go("/policy/")
    browser.press(browser.one("a[href='/policy/brief/']"))
    volume = next(each.text for each in browser.all("table.brief tbody tr")
                  if "交易额" in each.text)  # fmt: skip
    assert "4.5" in volume
    assert "2020" in volume
    assert "按现在的速度达不到" in volume
    assert "差 6.00%" in volume
    for city in ("南京市", "苏州市", "无锡市"):
        assert city in volume
    assert "常州市" not in volume
    text = browser.text
    assert "完成 1，逾期 1，有困难 1，等待会议决定 1" in text
    owes = [each.text for each in browser.all("table.brief")[1].find_elements(By.TAG_NAME, "tr")]
    assert any(POST in each or "各市人民政府" in each for each in owes[1:])
    assert printed(browser).count(b"/Type /Page\n") == 1
    browser.picture("governor-brief")
    browser.press(browser.all("table.brief")[1].find_element(By.CSS_SELECTOR, "tbody a"))
    assert "逾期" in browser.text
    assert "RW-" in browser.text


def test_the_unit_sees_what_it_owes_by_clause_and_reports(browser: Browser) -> None:
    browser.sign_in("unit", PASSWORD)
    browser.go(f"/policy/duties/?department={POST}")
    assert "该做的每一件事" in browser.one("h1").text
    rows = browser.all("main table tbody tr")
    assert rows
    assert all("jiangsu-201" in each.text and "RW-" in each.text for each in rows)
    assert "逾期" in browser.text
    browser.picture("governor-duties")
    late = next(each for each in rows if "逾期" in each.text)
    browser.press(late.find_element(By.CSS_SELECTOR, "a[href*='policy_task']"))
    form = browser.one("input[value='step:progress']").find_element(By.XPATH, "ancestor::form")
    fold = form.find_element(By.XPATH, "ancestor::details")
    if not fold.get_attribute("open"):
        fold.find_element(By.TAG_NAME, "summary").click()
    form.find_element(By.NAME, "percent").send_keys("60")
    form.find_element(By.NAME, "said").send_keys("已覆盖六成乡镇")
    browser.press(form.find_element(By.TAG_NAME, "button"))
    assert "已覆盖六成乡镇" in browser.text
    address = browser.driver.current_url.removeprefix(browser.address)
    browser.sign_in("police", PASSWORD)
    browser.go(address)
    assert "已覆盖六成乡镇" not in browser.text
    browser.go("/policy/tasks/")
    assert POLICE in browser.text
    assert not [each for each in browser.all("main tbody tr") if "公安厅" not in each.text]


def test_the_office_sees_the_tasks_of_all_and_decides(browser: Browser) -> None:
    browser.sign_in("office", PASSWORD)
    browser.go("/policy/tasks/?alarm=1&state=escalated")
    browser.press(browser.one("main tbody a[href*='policy_task']"))
    assert browser.all("input[value='step:decide']")
