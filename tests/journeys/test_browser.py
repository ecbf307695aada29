# SPDX-License-Identifier: Apache-2.0
"""A platform's engineer sends a month and mends it; an officer and a stranger read figures."""

import csv
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journeys.browser import CHROMIUM, DESK, DRIVER, PHONE, WALL, Browser, House, served

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (apt: chromium-driver)"
)
PASSWORD = "a long enough password"  # noqa: S105
ORDERS = 3000
SPOILT = 5
PEOPLE = f"""
import django
django.setup()
from shangheng.site import people
people.make_person("officer", "{PASSWORD}", roles=("statistics.officer",))
people.make_person("engineer", "{PASSWORD}", reporter="P01")
"""
REST = """
import json
import pathlib
import django
django.setup()
from django.conf import settings
from shangheng.kernel.records.reports import Report
from shangheng.site import reception
from shangheng.site.registry import REGISTRY
box = pathlib.Path(settings.HOME) / "box"
for each in json.loads((box / "manifest.json").read_text())["files"]:
    kind = REGISTRY.kind(each["kind"])
    reception.receive(Report(source=box / each["file"], kind=kind, reporter=each["reporter"]))
"""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]
) -> Iterator[House]:
    """Prepare a home, simulate a province and serve; nothing of P01's orders is reported yet."""
    home = tmp_path_factory.mktemp("home")
    migrated(home)
    prepared = House("", home)
    prepared.run("init", "--jurisdiction", "jiangsu")
    prepared.run("simulate", str(home / "box"), "--orders", str(ORDERS), "--start", "2025-11-01")
    prepared.python(PEOPLE)
    with served(home) as address:
        yield House(address, home)


@pytest.fixture(scope="module")
def browser(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


def send(
    browser: Browser, file: Path, kind: str = "order", *, button: str = "", title: str = "入账"
) -> None:
    browser.go(f"/send/?kind={kind}")
    browser.one("#id_file").send_keys(str(file))
    browser.one(f"form.stack button[type=submit]{button}").click()
    browser.until_title(title)


def box(house: House, kind: str, reporter: str) -> Path:
    return house.home / "box" / f"{kind}-{reporter}.csv"


@pytest.fixture(scope="module")
def month(house: House) -> Path:
    """Return P01's orders with five rows that say more was paid than the goods cost."""
    with box(house, "order", "P01").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in [row for row in rows if row["paid_at"]][:SPOILT]:
        row["paid"] = "999999.00"
    spoilt = house.home / "spoilt.csv"
    with spoilt.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return spoilt


def test_a_new_site_says_how_to_begin(browser: Browser) -> None:
    browser.go("/")
    assert "还没有数据" in browser.text
    browser.picture("empty")


def test_the_engineer_sends_a_month_and_reads_why_rows_came_back(
    browser: Browser, house: House, month: Path
) -> None:
    browser.sign_in("engineer", PASSWORD)
    send(browser, box(house, "merchant", "P01"), "merchant")
    assert "全部行已入账" in browser.text
    send(browser, month, button="[name=is_trial]", title="行会被退回")
    assert "order.E012" in browser.text
    assert "什么也没有入账" in browser.text
    assert month.name in browser.text
    browser.picture("checked-only")
    send(browser, month)
    assert "行退回，其余已入账" in browser.text
    assert "order.E012" in browser.text
    assert "凭据" in browser.text
    browser.picture("receipt")


def test_the_same_file_again_changes_nothing(browser: Browser, month: Path) -> None:
    before = browser.driver.current_url
    send(browser, month)
    assert browser.driver.current_url == before


def test_the_engineer_mends_the_rejects_and_sends_only_those(
    browser: Browser, tmp_path: Path
) -> None:
    cookies = {each["name"]: each["value"] for each in browser.driver.get_cookies()}
    request = urllib.request.Request(  # noqa: S310
        browser.driver.current_url + "rejects",
        headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        rows = list(csv.DictReader(answer.read().decode("utf-8-sig").splitlines()))
    wrong = [row for row in rows if row["_rule"] == "order.E012"]
    assert len(wrong) >= SPOILT
    assert all(row["_reason_zh"] and row["_reason_en"] and row["_line"] for row in wrong)
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8", newline="") as out:
        columns = [name for name in wrong[0] if not name.startswith("_")]
        writer = csv.DictWriter(out, columns, extrasaction="ignore")
        writer.writeheader()
        for row in wrong:
            writer.writerow({**row, "paid": row["gross"]})
    send(browser, mended)
    assert f"读入\n{len(wrong)}" in browser.text
    assert "全部行已入账" in browser.text


def test_a_web_page_sent_as_a_table_is_refused_with_words(
    browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "orders.csv"
    page.write_text("<html><body>503</body></html>", encoding="utf-8")
    send(browser, page, title="文件没有被接收")
    assert "file.markup" in browser.text


def test_the_engineer_does_not_see_other_reporters(browser: Browser) -> None:
    browser.go("/reporters/P02/")
    assert "reporter.not_yours" in browser.text


def test_the_officer_finds_the_reporter_its_quality_and_the_records(
    browser: Browser, house: House
) -> None:
    house.python(REST)
    browser.sign_in("officer", PASSWORD)
    browser.go("/reporters/")
    assert "P01" in browser.text
    browser.picture("reporters")
    browser.go("/reporters/P01/")
    assert "order.E" in browser.text
    browser.picture("reporter")
    browser.go("/indicators/order-count/")
    browser.one("a[href*='/records/']").click()
    browser.until_title("背后的记录")
    assert "P01" in browser.text
    browser.go("/reconciliation/")
    assert "P01" in browser.text
    browser.picture("reconciliation")


def test_the_officer_keeps_a_filter_and_puts_a_column_away(browser: Browser) -> None:
    browser.go("/receipts/?kind=order")
    browser.fill(".views input", "订单")
    browser.one(".views form button").click()
    browser.one("details.columns summary").click()
    browser.one("details.columns label:nth-child(2) input").click()
    browser.picture("receipts-kept")
    browser.go("/receipts/")
    kept = browser.one(".views a")
    assert kept.text == "订单"
    assert not browser.one("table thead th:nth-child(3)").is_displayed()
    assert browser.one("table thead th:nth-child(2)").is_displayed()
    browser.press(kept)
    assert browser.driver.current_url.endswith("?kind=order")
    browser.one(".view button").click()
    assert browser.all(".views a") == []
    browser.one(".views > button").click()
    assert browser.one(".views a").text == "订单"


def test_the_overview_shows_figures_chart_and_map_and_drills_to_counties(
    browser: Browser,
) -> None:
    browser.driver.delete_all_cookies()
    browser.size(*DESK)
    browser.go("/")
    browser.until_title("江苏省")
    browser.one("figure.chart svg")
    assert len(browser.all(".map path")) >= 13
    assert len(browser.all(".key > a")) == 8
    browser.picture("overview")
    browser.one(".ranks a[href*='region=320500']").click()
    browser.until_title("苏州市")
    assert "昆山市" in browser.text
    browser.picture("overview-suzhou")


def test_an_indicator_page_answers_where_its_figure_comes_from(browser: Browser) -> None:
    browser.go("/indicators/")
    browser.fill("input[type=search]", "零售额")
    shown = [row for row in browser.all("tbody tr") if row.is_displayed()]
    assert 0 < len(shown) < 40
    browser.go("/indicators/online-retail-sales/")
    assert "数据从哪里来" in browser.text
    assert "order@" in browser.text
    header = browser.one("table[data-sorts] thead th:nth-child(2) button")
    header.click()
    assert browser.one("thead th:nth-child(2)").get_attribute("aria-sort") == "descending"
    browser.picture("indicator")


def test_the_site_speaks_english_by_a_switch(browser: Browser) -> None:
    browser.go("/")
    browser.one("a[hreflang=en]").click()
    browser.until_title("Jiangsu")
    assert "online retail sales" in browser.text
    browser.picture("english")
    browser.one("a[hreflang='zh-Hans']").click()
    browser.until_title("江苏省")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("overview", "/"),
        ("indicators", "/indicators/"),
        ("indicator", "/indicators/online-retail-sales/"),
        ("kind", "/kinds/order/"),
        ("help", "/help/"),
    ],
)
def test_nothing_has_to_be_pushed_sideways_on_a_phone(
    browser: Browser, name: str, path: str
) -> None:
    browser.size(*PHONE)
    browser.go(path)
    assert browser.sideways() <= 0
    browser.picture(f"phone-{name}")
    browser.size(*DESK)


def test_the_wall_view_fills_a_large_screen(browser: Browser) -> None:
    browser.size(*WALL)
    browser.go("/?wall=1")
    assert browser.one("html").value_of_css_property("background-color") == "rgba(12, 21, 20, 1)"
    assert not browser.one(".top nav").is_displayed()
    browser.picture("wall")
    browser.size(*DESK)


def test_the_browser_found_nothing_to_complain_about(browser: Browser) -> None:
    browser.driver.delete_all_cookies()
    browser.complaints()
    for path in ("/", "/indicators/order-count/", "/kinds/order/", "/api/v1/docs", "/sign-in/"):
        browser.go(path)
    assert browser.complaints() == []
