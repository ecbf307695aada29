# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.codes import uscc_check_character
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.policies import queries as policies
from shangheng.services.policy.queries import finding
from shangheng.services.policy.rules.audience import AUDIENCES
from shangheng.services.policy.tests.libraries import library

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PAGES = (
    "/policy/", "/policy/?text=快递", "/policy/documents/jiangsu-2015/",
    "/policy/documents/qinghai-2016/", "/policy/targets/", "/policy/targets/?jurisdiction=qinghai",
    "/policy/duties/", "/policy/duties/?department=省商务厅",
    "/policy/duties/?jurisdiction=ganzhou",
    "/policy/duties/matrix/", "/policy/compare/", "/policy/citations/", "/policy/for-me/",
    "/policy/for-me/?audience=farmer", "/policy/?on=2015-12-31",
)  # fmt: skip
LISTS = (
    "/policy/", "/policy/documents/hunan-2015/", "/policy/targets/", "/policy/duties/",
    "/policy/duties/matrix/", "/policy/compare/", "/policy/citations/",
)  # fmt: skip
KEY = "5a" * 32
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """Return the home of an installation that has received nothing yet."""
    settings.HOME, settings.LEDGER = tmp_path, tmp_path / "ledger"
    (tmp_path / "ledger").mkdir()
    (tmp_path / "master.key").write_text(KEY + "\n", encoding="ascii")
    return tmp_path


def page(address: str, language: str = "zh") -> str:
    client = Client()
    client.cookies["language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_one_heading_and_runs_no_inline_script(address: str) -> None:
    told = page(address)
    assert told.count("<h1") == 1
    assert "onclick" not in told
    assert not re.search(r"<script(?![^>]*src=)|style=\"", told)
    assert not re.search(r"<(input|select)(?![^>]*(id=|hidden))", told)


@pytest.mark.parametrize("address", PAGES)
def test_the_frame_still_says_whose_platform_it_is(address: str) -> None:
    assert re.search(r"<small>\s*江苏省\s*</small>", page(address))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_speaks_english_where_it_is_chosen(address: str) -> None:
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page(address, "en"), re.DOTALL)
    assert heading
    if "department" not in address:  # names of bodies stay as they are printed
        assert not CHINESE.search(heading[1])


@pytest.mark.parametrize("address", LISTS)
def test_a_list_comes_as_json_and_csv_with_the_same_lines(address: str) -> None:
    plain = json.loads(Client().get(address, {"format": "json"}).content)
    answer = Client().get(address, {"format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(plain) > 0
    assert rows[0].keys() == plain[0].keys()


def test_every_document_is_listed_with_number_issuer_and_date() -> None:
    told = page("/policy/")
    for each in library().documents.values():
        assert f"/policy/documents/{each.id}/" in told
        assert each.issuer in told
    assert "赣市府发〔2015〕2号" in told
    assert "未印" in told


def test_a_document_shows_each_clause_once_under_its_number() -> None:
    told = page("/policy/documents/jiangsu-2015/")
    for each in library().documents["jiangsu-2015"].clauses:
        assert told.count(f'id="{each.label}"') == 1


def test_links_to_clauses_lead_to_clauses() -> None:
    for address in ("/policy/compare/", "/policy/?text=快递", "/policy/targets/"):
        links = re.findall(r'/policy/documents/([a-z0-9-]+)/#([^"]+)"', page(address))
        assert links
        for name, label in links:
            assert library().documents[name].clause(unquote(label)), (name, label)


def test_quotas_stand_below_the_targets_with_their_clause_and_number() -> None:
    told = page("/policy/targets/?jurisdiction=jiangsu")
    quotas = told.partition('id="quotas"')[2]
    for each in library().jurisdictions["jiangsu"].quotas:
        assert each.zh in quotas
    assert re.search(
        r"江苏省电子商务创客中心.*?jiangsu-2015 \(十一\).*?100</td>", quotas, re.DOTALL
    )
    assert re.search(r"绿色商场.*?未印", quotas, re.DOTALL)
    only = page("/policy/targets/?jurisdiction=jiangsu&text=创客").partition('id="quotas"')[2]
    assert "创客" in only
    assert "绿色商场" not in only


def test_a_target_without_data_is_not_nought() -> None:
    told = page("/policy/targets/")
    assert "没有数据" in told
    lines = json.loads(page("/policy/targets/?format=json"))
    first = next(each for each in lines if each["id"] == "JS-01")
    assert (first["state"], first["present"], first["share_percent"]) == ("missing", None, None)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/policy/documents/nowhere/", 404),
        ("/policy/targets/?jurisdiction=atlantis", 404),
        ("/policy/?jurisdiction=atlantis", 404),
        ("/policy/duties/?department=no-such-body", 404),
        ("/policy/targets/?year=soon", 422),
        ("/policy/duties/?on=tomorrow", 422),
    ],
)
def test_what_does_not_exist_is_said_in_words(address: str, code: int) -> None:
    assert Client().get(address).status_code == code


def test_a_department_sees_all_that_it_owes() -> None:
    told = page("/policy/duties/?department=省商务厅")
    for owed in policies.duties(library().jurisdictions["jiangsu"], department="省商务厅"):
        assert f">{owed.ref}</a>" in told


def test_a_search_is_ranked_and_marked() -> None:
    told = page("/policy/?text=社区 快递")
    assert "<mark>社区</mark>" in told
    assert "<mark>快递</mark>" in told
    refs = [each["clause"] for each in json.loads(page("/policy/?text=快递&format=json"))]
    assert refs == finding.refs("快递")


def test_the_law_as_at_a_day_is_what_had_begun() -> None:
    def documents(address: str) -> set[str]:
        return {each["clause"].split()[0] for each in json.loads(page(address))}

    assert documents("/policy/duties/?on=2015-12-31&format=json") == {"jiangsu-2015"}
    assert documents("/policy/duties/?on=2017-01-01&format=json") == {
        "jiangsu-2015", "jiangsu-2016",
    }  # fmt: skip
    assert json.loads(page("/policy/targets/?on=2015-01-01&format=json")) == []
    assert "jiangsu-2016" not in documents("/policy/?on=2015-12-31&format=json")
    assert "当日不作数" in page("/policy/documents/jiangsu-2016/?on=2015-12-31").replace(
        "这份文件", ""
    )


def test_everybody_finds_what_concerns_them() -> None:
    schema = json.loads((policies.shipped() / "schema" / "document.json").read_text("utf-8"))
    codes = schema["properties"]["clauses"]["items"]["properties"]["audience"]["items"]["enum"]
    assert list(AUDIENCES) == codes
    for code in codes:
        listed = json.loads(page(f"/policy/for-me/?audience={code}&format=json"))
        assert listed
        assert all(code in each["audience"] for each in listed)


def test_a_code_that_is_on_file_tells_who_asks_and_where() -> None:
    code = "91360702MA35HT4H3"
    code += uscc_check_character(code)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    parties.register("enterprise", "某公司", {"uscc": code}, region="360702", at=at)
    told = page(f"/policy/for-me/?code={code}")
    assert "按代码认出" in told
    assert "ganzhou-2015 四(二)1" in told
    assert "jiangsu-2015 (四)2" not in told
    assert "没有登记这个代码" in page("/policy/for-me/?code=91350100M000100Y43")


def test_the_citations_are_drawn_without_script_or_style() -> None:
    answer = Client().get("/policy/citations/?format=svg")
    assert answer["Content-Type"] == "image/svg+xml"
    drawn = answer.content.decode()
    assert not re.search(r"<(script|style|foreignObject)|style=|on[a-z]+=", drawn)
    pairs = {
        (text.id, each.document or each.zh)
        for text in library().documents.values()
        for each in text.cites
    }
    assert drawn.count("<path ") == len(pairs)
    assert all(f">{text.id}</tspan>" in drawn for text in library().documents.values())
