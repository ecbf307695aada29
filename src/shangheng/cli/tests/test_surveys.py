# SPDX-License-Identifier: Apache-2.0
"""The statistical frame and the survey of platforms: pages, registers, commands, figures."""

import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from shangheng.cli.surveys import frame_command, survey_command
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.simulate.codes import credit_code
from shangheng.site import clock, people, sealed_figures, wiring
from shangheng.site.office import OFFICE
from shangheng.site.publication import OFFICER
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import PASSWORD, home, officer, orders, report

pytestmark = pytest.mark.django_db
__all__ = ["home", "officer", "report"]  # fixtures
GREAT, SMALL, SILENT = (credit_code("91", "320583", serial) for serial in (1, 2, 3))
CLERK, LEAD = (Actor(n, (Post(f"statistics.{n}"),)) for n in ("officer", "lead"))
DECIDED = """
cell-minimum: 1
listing-thresholds: {value: {enterprise: 600}, source: 统计局〔2025〕1号}
listing-years-below: 1
"""
RATE = "above-scale-application-rate"
FIRM = {
    "name": "苏网有限公司", "kind": "enterprise", "region": "320583", "scale": "above_scale",
    "reason": "年报",
}  # fmt: skip
PLATFORM = {
    "name": "万集网", "operator": credit_code("91", "320583", 9), "form": "third_party",
    "region": "320583", "must_report": "true",
}  # fmt: skip
CSV_HEADER = "platform,shop,shop_name,owner_name,owner_code,owner_kind,region,as_of\n"


def roster(*shops: tuple[str, str, str]) -> bytes:
    """Return a roster: platform, shop and the owner's code of each."""
    lines = [
        f"{platform},{shop},店{shop},企业{code[-6:]},{code},enterprise,320583,2025-11-30\n"
        for platform, shop, code in shops
    ]
    return (CSV_HEADER + "".join(lines)).encode()


def on_file(name: str, since: date, /, **given: str) -> str:
    kind, at = REGISTRY.register(name), clock.now()
    filing = Filing(since=since, home="320000", sure=True)
    number = registers.enter(kind, given, Hand(CLERK, at), filing).number
    registers.confirm(kind, number, Hand(LEAD, at))
    return number


def rate(until: date | None = None) -> Any:
    return OFFICE.ask(RATE, Question(until=until), OFFICER).value


def told(command: Any, *words: str) -> Any:
    result = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def steps(year: int) -> dict[str, str]:
    return {each["code"]: each["step"] for each in told(frame_command, "--year", str(year))}


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.OK, answer.content.decode()[:400]
    return str(answer.content.decode())


@pytest.fixture
def lead(db: None) -> Client:
    people.make_person("lead", PASSWORD, roles=("statistics.lead",))
    client = Client()
    assert client.login(username="lead", password=PASSWORD)
    return client


@pytest.fixture
def sold(report: Callable[..., Receipt], tmp_path: Path) -> None:
    """Let 2025 have sixty orders: 900 yuan in shops of the great firm, 300 in the small one's."""
    (tmp_path / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    report(orders())
    report(roster(*(("P01", f"shop-{n}", GREAT) for n in range(3)), ("P01", "shop-3", SMALL)),
           kind="merchant")  # fmt: skip


@pytest.mark.usefixtures("home")
def test_before_anything_is_decided_the_page_asks_what_is_to_be_decided(officer: Client) -> None:
    text = page(officer, "/frame/?year=2026")
    assert "年销售额达到多少元应纳入名录" in text
    assert "listing-thresholds" in text
    assert "打开平台名录" in page(officer, "/survey/?month=2025-11")
    for path in ("/frame/", "/survey/"):
        assert Client().get(path).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.usefixtures("sold")
def test_a_proposal_that_is_taken_over_and_confirmed_changes_the_rate(
    officer: Client, lead: Client
) -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_entered"):
        rate()
    page_of_rate = officer.get(f"/indicators/{RATE}/?by=")
    assert page_of_rate.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="/registers/statistical_frame/"' in page_of_rate.content.decode()
    text = page(officer, "/frame/?year=2026")
    assert f'value="{GREAT}"' in text
    assert text.count('type="checkbox"') == 1, "the small firm is not proposed"
    assert "统计局〔2025〕1号" in text
    answer = officer.post("/frame/?year=2026", {"code": [GREAT, SMALL]})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "the small firm is told why not"
    assert "名录不变" in answer.content.decode()
    assert "待确认" in page(officer, "/frame/?year=2026")
    with pytest.raises(Invalid, match=r"parameter\.not_entered"):
        rate()
    number = told_entry(officer)
    assert lead.post(f"/registers/statistical_frame/{number}/confirm/").status_code == 302
    assert rate() == 100
    on_file("statistical_frame", date(2026, 1, 1), **FIRM, code=SILENT)
    assert rate() == 50
    values = OFFICE.ask(RATE, Question(), OFFICER).parameters["statistical-frame"]
    assert values.startswith("2 sha256:")


def told_entry(officer: Client) -> str:
    listed = officer.get("/frame/?year=2026&format=json").json()
    return next(str(each["entry"]) for each in listed if each["code"] == GREAT)


@pytest.mark.usefixtures("sold")
def test_a_past_year_is_decided_again_as_it_was_then(officer: Client, lead: Client) -> None:
    officer.post("/frame/?year=2026", {"every": "1"})
    number = told_entry(officer)
    lead.post(f"/registers/statistical_frame/{number}/confirm/")
    assert steps(2026) == {GREAT: "enter", SMALL: "out"}
    # A year without sales follows: the firm leaves, and 2026 is still what it was.
    assert steps(2027) == {GREAT: "leave", SMALL: "out"}
    answer = officer.post("/frame/?year=2027", {"code": GREAT})
    assert answer.status_code == 302
    again = officer.post("/frame/?year=2027", {"code": GREAT})
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "it waits to be confirmed"
    lead.post(f"/registers/statistical_frame/{number}/confirm/")
    assert steps(2026) == {GREAT: "enter", SMALL: "out"}
    assert steps(2027) == {GREAT: "leave", SMALL: "out"}
    assert steps(2028) == {GREAT: "out", SMALL: "out"}
    assert rate(date(2026, 12, 31)) == 100
    with pytest.raises(Invalid, match=r"parameter\.not_entered"):
        rate(date(2027, 1, 1))
    csv = officer.get("/frame/?year=2026&format=csv&text=" + GREAT).content.decode()
    assert csv.count("\n") == 2
    assert "2025 900" in csv


@pytest.mark.usefixtures("sold")
def test_who_reaches_the_threshold_is_entered_from_that_day_on(
    officer: Client, lead: Client
) -> None:
    # Three hundred yuan a day from 1 November 2025 on, of six hundred.
    found = {each["code"]: each for each in told(frame_command, "--year", "2025")}
    great = found[GREAT]
    assert (great["step"], great["since"], great["sales_yuan"]) == (
        "enter",
        "2025-11-02",
        "900.0000",
    )
    assert found[SMALL]["step"] == "out"
    assert "2025-11-02" in page(officer, "/frame/"), "the year of the latest sales is shown"
    assert officer.post("/frame/?year=2025", {"every": "1"}).status_code == 302
    number = told_entry(officer)
    lead.post(f"/registers/statistical_frame/{number}/confirm/")
    assert rate(date(2025, 11, 30)) == 100
    assert steps(2025)[GREAT] == "enter", "as it was decided then"
    assert steps(2026)[GREAT] == "stay"
    assert steps(2027)[GREAT] == "leave"
    with pytest.raises(Invalid, match=r"parameter\.not_entered"):
        rate(date(2025, 11, 1))


@pytest.mark.usefixtures("sold")
def test_a_published_rate_is_computed_again_by_what_was_on_file_then() -> None:
    number = on_file("statistical_frame", date(2026, 1, 1), **FIRM, code=GREAT)
    object_id = sealed_figures.publish(RATE, Question(until=date(2026, 6, 30)))
    content = sealed_figures.content_of(object_id)
    on_file("statistical_frame", date(2026, 1, 1), **FIRM, code=SILENT)
    assert rate(date(2026, 6, 30)) == 50, "entered later, for the same days"
    verdict = sealed_figures.computed_again(content)
    assert verdict.code == "evidence.figure_same", verdict
    kind, hand = REGISTRY.register("statistical_frame"), Hand(CLERK, clock.now())
    registers.end(kind, number, hand, Filing(since=date(2026, 1, 2), reason="误列"))
    registers.confirm(kind, number, Hand(LEAD, clock.now()))
    assert rate(date(2026, 6, 30)) == 0
    assert sealed_figures.computed_again(content).code == "evidence.figure_same"


@pytest.mark.usefixtures("sold")
def test_what_registers_decide_is_not_written_into_decisions(
    officer: Client, tmp_path: Path
) -> None:
    on_file("trading_platform", date(2025, 1, 1), **PLATFORM, platform="P01", stratum="large")
    more = DECIDED + "expected-platforms: [P01, P02]\n"
    (tmp_path / "decisions.yaml").write_text(more, encoding="utf-8")
    answer = officer.get("/indicators/reporting-coverage/?by=")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "从 decisions.yaml 中删去 expected-platforms" in answer.content.decode()
    assert "统计" in page(officer, "/"), "nothing else is refused"
    (tmp_path / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    figure = OFFICE.ask("reporting-coverage", Question(), OFFICER)
    assert (figure.value, figure.parameters) == (100, {"expected-platforms": "['P01']"})


@pytest.mark.usefixtures("sold")
def test_an_express_firm_is_proposed_by_its_permit(officer: Client) -> None:
    courier, at = Actor("ella", (Post("express.officer"),)), clock.now()
    permit = {
        "firm": "湘速快递", "uscc": SILENT, "scope": "province", "region": "320583",
        "valid_from": "2025-06-01", "valid_until": "2026-05-31", "decided_by": "—",
    }  # fmt: skip
    registers.enter(REGISTRY.register("express_permit"), permit, Hand(courier, at),
                    Filing(since=date(2025, 6, 1)))  # fmt: skip
    found = {each["code"]: each for each in told(frame_command, "--year", "2026")}
    assert (found[SILENT]["step"], found[SILENT]["express"]) == ("enter", True)
    assert found[SILENT]["clause"] == "ganzhou-2015 三(六)3"
    assert SILENT not in steps(2027), "its permit is over by then"
    officer.post("/frame/?year=2026", {"code": SILENT})
    entry = page(officer, "/registers/statistical_frame/?state=all")
    assert "湘速快递" in entry
    assert "规模以上物流企业" in entry


@pytest.mark.usefixtures("sold")
def test_the_survey_estimates_who_did_not_answer_and_names_them(
    officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders(30, platform="P02"), reporter="P02")
    report(orders(6, platform="P09"), reporter="P09")
    report(roster(("P02", "s1", GREAT), ("P02", "s2", GREAT)), kind="merchant", reporter="P02")
    for code in ("P01", "P02", "P03"):
        on_file("trading_platform", date(2025, 11, 30), **PLATFORM, platform=code, stratum="large")
    on_file("statistical_frame", date(2025, 1, 1), **FIRM, code=SILENT)
    found = told(survey_command, "--month", "2025-11")
    assert found["silent"] == ["P03"]
    assert [each["platform"] for each in found["strangers"]] == ["P09"]
    # 3 / 2 x (6000 + 3000); 3 x (3 - 2) x 4 500 000 / 2 = 6 750 000
    estimate = found["estimate"]
    assert (estimate["total"], estimate["standard_error"]) == (13500, 2598.08)
    assert estimate["strata"][0]["weight"] == 1.5
    sides = {each["region"]: (each["seller"], each["buyer"]) for each in found["regions"]}
    assert sides["310000"] == (0, 9000), "every buyer lives in Shanghai"
    assert sum(seller for seller, _ in sides.values()) == 9000, "P09 is not on the register"
    assert [(each["code"], each["platforms"], each["shops"]) for each in found["owners"]] == [
        (GREAT, ["P01", "P02"], 5)
    ]
    assert [each["code"] for each in found["shopless"]] == [SILENT]
    text = page(officer, "/survey/?month=2025-11")
    assert "未答复" in text
    assert "P09" in text
    assert "95 % 区间" in text
    csv = officer.get("/survey/?month=2025-11&format=csv&list=regions").content.decode()
    assert "310000,0,9000" in csv.replace(".0000", "")
    assert told(survey_command, "--month", "2025-10")["platforms"] == [], "not on file by then"


@pytest.mark.usefixtures("sold")
def test_each_currency_is_surveyed_by_itself(
    officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders(30, platform="P02").replace(b"CNY", b"USD"), reporter="P02")
    for code in ("P01", "P02"):
        on_file("trading_platform", date(2025, 1, 1), **PLATFORM, platform=code, stratum="large")
    for currency, paid in (("CNY", [6000, 0]), ("USD", [0, 3000])):
        found = told(survey_command, "--month", "2025-11", "--currency", currency)
        assert found["currencies"] == ["CNY", "USD"]
        assert [each["amount"] for each in found["platforms"]] == paid, "nought is an answer"
        assert found["estimate"]["total"] == sum(paid)
        assert sum(each["buyer"] for each in found["regions"]) == sum(paid)
    text = page(officer, "/survey/?month=2025-11&currency=USD")
    assert "付款额（USD）" in text
    assert "<option selected>USD</option>" in text
    wrong = officer.get("/survey/?month=2025-11&currency=usd")
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "三个大写字母" in wrong.content.decode()


@pytest.mark.usefixtures("sold")
def test_a_class_of_which_too_few_answered_is_not_estimated(officer: Client) -> None:
    for code, stratum in (("P01", "large"), ("P02", "large")):
        on_file("trading_platform", date(2025, 1, 1), **PLATFORM, platform=code, stratum=stratum)
    text = page(officer, "/survey/?month=2025-11")
    assert "只有一份答复" in text
    assert "不能推算" in text
    printed = CliRunner().invoke(survey_command, ["--month", "2025-11"]).output
    assert "P02" in printed
    assert "只有一份答复" in printed


@pytest.mark.usefixtures("home")
def test_an_unreadable_month_or_year_is_told(officer: Client, home: Ledger) -> None:
    del home
    for path in ("/frame/?year=1", "/frame/?year=x", "/survey/?month=2025"):
        assert officer.get(path).status_code == HTTPStatus.UNPROCESSABLE_ENTITY, path


@pytest.mark.usefixtures("home")
def test_every_parameter_that_a_register_decides_has_that_register() -> None:
    names = {each.name: each.register for each in REGISTRY.entered}
    assert names == {
        "expected-platforms": "trading_platform", "statistical-frame": "statistical_frame",
    }  # fmt: skip
    assert set(names) <= set(wiring.decisions())
    permit = REGISTRY.register("express_permit")
    assert {"uscc", "firm", "region", "valid_until"} <= {each.name for each in permit.fields}
