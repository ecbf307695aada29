# SPDX-License-Identifier: Apache-2.0
import io
import json
import re
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from shangheng.kernel.access.concept import HOUSE_ROLES, REPORTER
from shangheng.kernel.policies.concept import document_of
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.site import people, wiring
from shangheng.site.registry import REGISTRY
from shangheng.site.templatetags import words
from shangheng.site.tests.conftest import PASSWORD, orders

pytestmark = pytest.mark.django_db


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.usefixtures("home")
def test_an_empty_ledger_says_what_to_do_first(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "还没有数据" in text_of(page)
    assert "/send/" in text_of(page)


def test_the_overview_shows_what_was_reported(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    page = text_of(client.get("/"))
    assert "江苏省" in page
    assert "¥ " in page
    assert 'title="6,000"' in page
    assert "苏州" in page
    assert "data-alive" in page


def test_the_overview_compares_with_the_month_and_with_the_year_before(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders(60))
    assert "无可比时段" in text_of(client.get("/"))
    report(orders(40, first=100).replace(b"2025-11-", b"2025-10-"))
    report(orders(80, first=200).replace(b"2025-11-", b"2024-11-"))
    page = " ".join(text_of(client.get("/?month=2025-11")).split())
    assert "+50.0 %</span> 较上月" in page
    assert "−25.0 %</span> 较上年同期" in page


def test_a_click_on_a_city_shows_its_counties(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    page = text_of(client.get("/?region=320500"))
    assert "昆山市" in page
    assert "吴中区" in page


def test_english_is_complete_where_it_is_chosen(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    client.get("/speak/en?next=/indicators/")
    page = text_of(client.get("/"))
    assert 'lang="en"' in page
    assert "Overview" in page
    assert "Suzhou" in page
    assert "总览" not in page


@pytest.mark.usefixtures("home")
def test_the_language_switch_never_leads_to_another_site(client: Client) -> None:
    assert client.get("/speak/en?next=https://example.org/").url == "/"


def test_the_wall_is_dark_and_refreshes_itself(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    page = text_of(client.get("/?wall=1"))
    assert 'class="wall"' in page
    assert 'http-equiv="refresh"' in page
    assert "theme=dark" in page


@pytest.mark.usefixtures("home")
def test_every_indicator_is_in_the_dictionary(client: Client) -> None:
    page = text_of(client.get("/indicators/"))
    assert len(REGISTRY.indicators) >= 40
    for name in REGISTRY.indicators:
        assert f"/indicators/{name}/" in page


@pytest.mark.parametrize("name", ["online-retail-sales", "order-count", "average-order"])
def test_an_indicator_page_tells_its_finding_and_its_origin(
    client: Client, report: Callable[..., Receipt], name: str
) -> None:
    report(orders())
    page = text_of(client.get(f"/indicators/{name}/"))
    assert REGISTRY.indicators[name].definition_zh in page
    assert "数据从哪里来" in page
    assert "order@" in page


def test_an_indicator_without_its_decision_asks_for_it(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    page = client.get("/indicators/reporting-timeliness/")
    assert page.status_code == 422
    assert "还不能计算" in text_of(page)
    assert "reporting-days" in text_of(page)


@pytest.mark.usefixtures("home")
def test_an_unknown_indicator_is_a_page_not_a_trace(client: Client) -> None:
    page = client.get("/indicators/nonsense/")
    assert page.status_code == 404
    assert "indicator.unknown" in text_of(page)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?by=nonsense", "indicator.no_such_dimension"),
        ("?from=2026-02-30", "question.day_unreadable"),
        ("?month=2026-13", "question.month_unreadable"),
        ("?where=platform", "question.where_unreadable"),
        ("?level=planet", "question.unknown_level"),
        ("?from=2025-11-02&to=2025-11-01", "question.ends_before_it_starts"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_question_that_cannot_be_read_is_refused(client: Client, query: str, code: str) -> None:
    page = client.get(f"/indicators/order-count/{query}")
    assert page.status_code == 422
    assert code in text_of(page)


def test_figures_come_as_csv_xlsx_json_and_json_stat(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    address = "/indicators/order-count/figures.{}?by=seller_region,day&level=city"
    table = client.get(address.format("csv")).content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("seller_region,seller_region_label,day,day_label,value")
    assert any("320500,苏州市,2025-11-01" in line for line in table)
    workbook = zipfile.ZipFile(io.BytesIO(client.get(address.format("xlsx")).content))
    assert "xl/worksheets/sheet2.xml" in workbook.namelist()
    stat = json.loads(client.get(address.format("jsonstat")).content)
    assert stat["version"] == "2.0"
    assert stat["class"] == "dataset"
    assert len(stat["id"]) == len(stat["size"]) == 3
    assert sum(stat["value"].values()) == 60
    plain = json.loads(client.get(address.format("json")).content)
    assert plain["ledger"]["order"] == plain["ledger"]["order"]
    assert sum(float(row["value"]) for row in plain["rows"]) == 60


def test_a_chart_is_drawn_as_svg_and_png(client: Client, report: Callable[..., Receipt]) -> None:
    report(orders())
    drawn = client.get("/indicators/order-count/chart.svg?by=day&month=2025-11")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert b"<svg" in drawn.content
    assert "11月".encode() in drawn.content
    printed = client.get("/indicators/order-count/chart.png?by=day&month=2025-11&titled=1")
    assert printed.content.startswith(b"\x89PNG")


def test_small_cells_are_withheld_from_the_public_and_shown_to_officers(
    client: Client, officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders(4))
    address = "/indicators/order-count/figures.json?by=seller_region"
    seen = json.loads(client.get(address).content)["rows"]
    assert all(row["suppressed"] and row["value"] is None for row in seen)
    all_of_it = json.loads(officer.get(address).content)["rows"]
    assert sum(float(row["value"]) for row in all_of_it) == 4


def test_the_records_behind_a_figure_are_for_officers(
    client: Client, officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    address = "/indicators/order-count/records/?month=2025-11"
    assert client.get(address).status_code == 302
    page = text_of(officer.get(address))
    assert "P01-0" in page
    assert "下一页" in page


@pytest.mark.parametrize("kind", sorted(REGISTRY.kinds))
@pytest.mark.usefixtures("home")
def test_every_kind_has_its_page_template_and_schema(client: Client, kind: str) -> None:
    declared = REGISTRY.kinds[kind]
    page = text_of(client.get(f"/kinds/{kind}/"))
    assert all(field.name in page for field in declared.fields)
    template = client.get(f"/kinds/{kind}/template.csv").content.decode("utf-8-sig")
    assert template.strip() == ",".join(field.name for field in declared.fields)
    assert client.get(f"/kinds/{kind}/template.xlsx").content.startswith(b"PK")
    schema = json.loads(client.get(f"/kinds/{kind}/schema.json").content)
    assert set(schema["properties"]) == {field.name for field in declared.fields}


@pytest.mark.usefixtures("home")
def test_pages_allow_no_script_but_our_own(client: Client) -> None:
    page = client.get("/")
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in text_of(page)
    assert " style=" not in text_of(page)


@pytest.mark.usefixtures("home")
def test_static_files_may_be_kept_forever_because_their_address_changes(client: Client) -> None:
    page = text_of(client.get("/"))
    assert "/static/shangheng/shangheng.css?v=" in page
    style = client.get("/static/shangheng/shangheng.css")
    assert style.status_code == 200
    assert "max-age=31536000" in style["Cache-Control"]
    assert style.getvalue()  # to its end: closed before, it would close the database too


@pytest.mark.usefixtures("home")
def test_health_and_metrics_answer(client: Client) -> None:
    assert client.get("/healthz").json() == {"ok": True, "database": True, "ledger": True}
    assert b"shangheng_requests_total" in client.get("/metrics").content


def test_health_says_when_the_home_was_not_prepared(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.HOME, settings.LEDGER = tmp_path / "none", tmp_path / "none"
    assert client.get("/healthz").status_code == 503


def test_reconciliation_is_for_officers_and_compares_platform_with_payments(
    client: Client, officer: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    assert client.get("/reconciliation/").status_code == 403
    page = text_of(officer.get("/reconciliation/"))
    assert "P01" in page
    assert "阈值未定" in page


@pytest.mark.usefixtures("home")
def test_signing_in_with_a_wrong_password_is_told_plainly(client: Client) -> None:
    page = client.post("/sign-in/", {"username": "nobody", "password": "wrong"})
    assert "用户名或密码不对" in text_of(page)


@pytest.mark.usefixtures("home")
def test_help_and_error_codes_are_there(client: Client) -> None:
    assert "键盘" in text_of(client.get("/help/"))
    assert "batch.unknown" in text_of(client.get("/help/errors"))
    assert client.get("/manifest.webmanifest").json()["start_url"] == "/"


@pytest.mark.parametrize("role", [*HOUSE_ROLES, *REGISTRY.roles])
@pytest.mark.usefixtures("home")
def test_whatever_the_workbench_offers_to_a_role_opens(role: str) -> None:
    reporter = "P01" if role == REPORTER else ""
    whole = f"{role}@{wiring.place().region}" if role in REGISTRY.roles else role
    people.make_person("somebody", PASSWORD, roles=() if reporter else (whole,), reporter=reporter)
    client = Client()
    assert client.login(username="somebody", password=PASSWORD)
    offered = client.get("/help/").context["bench_links"]
    assert offered
    answers = {link.to: client.get(reverse(link.to)).status_code for link in offered}
    assert set(answers.values()) == {HTTPStatus.OK}, answers


@pytest.mark.usefixtures("home")
def test_what_an_indicator_is_based_on_leads_to_the_clause(client: Client) -> None:
    page = text_of(client.get("/indicators/online-retail-sales/"))
    document, anchor = re.search(
        r'href="(/policy/documents/jiangsu-2015/)#([^"]+)">jiangsu-2015 \(二\)<', page
    ).groups()
    assert f'id="{unquote(anchor)}"' in text_of(client.get(document))
    assert "商务主管部门" in page


def test_every_clause_that_a_declaration_cites_leads_to_its_document() -> None:
    declared = (
        REGISTRY.indicators, REGISTRY.kinds, REGISTRY.registers, REGISTRY.cases, REGISTRY.accounts,
    )  # fmt: skip
    cited = {ref for each in declared for one in each.values() for ref in one.basis}
    known = {ref for ref in cited if document_of(ref) in wiring.library().documents}
    assert len(known) > 30
    assert {ref for ref in known if "<a href=" not in words.cited([ref])} == set()
    assert words.cited(["jiangsu-2015 (九十九)", "<b>"]) == "jiangsu-2015 (九十九)；&lt;b&gt;"
