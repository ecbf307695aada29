# SPDX-License-Identifier: Apache-2.0
"""The policy pages over a ledger with orders, and folders of one's own."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import jurisdictions, paper, people, wiring
from shangheng.site.tests.conftest import PASSWORD, orders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def page(address: str) -> str:
    return Client().get(address).content.decode()


def test_a_target_shows_what_the_ledger_says(report: Callable[..., Receipt]) -> None:
    report(orders())
    lines = json.loads(page("/policy/targets/?format=json"))
    found = {each["id"]: each for each in lines}
    assert float(found["JS-01"]["present"]) == 6000
    assert found["JS-04"]["state"] == "undecided"
    assert found["JS-05"]["state"] == "evidence"
    assert "2025-11-03" in page("/policy/targets/")


def test_orders_of_one_place_are_no_data_of_another(report: Callable[..., Receipt]) -> None:
    report(orders())
    lines = json.loads(page("/policy/targets/?format=json&jurisdiction=hunan"))
    assert [each["state"] for each in lines] == ["missing"]


def test_a_folder_of_ones_own_is_shown_and_read_again_when_it_changes(
    tmp_path: Path, settings: Settings
) -> None:
    own = tmp_path / "own"
    shutil.copytree(policies.shipped() / "hunan", own / "hunan")
    shutil.copytree(policies.shipped() / "schema", own / "schema")
    settings.JURISDICTIONS = own
    before = wiring.library()
    assert wiring.library().jurisdictions["hunan"] is before.jurisdictions["hunan"]
    assert set(before.jurisdictions) == set(policies.names(policies.shipped()))
    file = own / "hunan" / "jurisdiction.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("zh: 湖南省", "zh: 三湘", 1), encoding="utf-8")
    assert wiring.library().jurisdictions["hunan"].zh == "三湘"
    assert "三湘" in page("/policy/")


def test_a_fifth_place_is_whose_platform_this_is(tmp_path: Path, settings: Settings) -> None:
    own = tmp_path / "own"
    (own / "anhui").mkdir(parents=True)
    head = 'id: anhui\nzh: 安徽省\nen: Anhui\nregion: "340000"\ndocuments: [anhui-2016]\n'
    (own / "anhui" / "jurisdiction.yaml").write_text(head, encoding="utf-8")
    settings.JURISDICTIONS, settings.JURISDICTION = own, "anhui"
    assert wiring.place() == ("安徽省", "Anhui", "340000")
    assert "安徽省" in page("/help/")
    assert set(jurisdictions.places()) == {"anhui", *policies.names(policies.shipped())}
    (own / "anhui" / "jurisdiction.yaml").write_text(head.replace("安徽省", "皖"), "utf-8")
    assert wiring.place().zh == "皖"


def test_a_head_that_cannot_be_read_takes_no_page_down(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "own" / "anhui").mkdir(parents=True)
    (tmp_path / "own" / "anhui" / "jurisdiction.yaml").write_text("id: [", encoding="utf-8")
    settings.JURISDICTIONS, settings.JURISDICTION = tmp_path / "own", "anhui"
    assert wiring.place().zh == "全国"
    assert Client().get("/help/").status_code == 200
    assert Client().get("/policy/").status_code == 422
    settings.JURISDICTIONS = tmp_path / "nowhere"
    assert wiring.place().zh == "全国"


@pytest.fixture
def lead(home: Ledger, settings: Settings) -> Client:
    assert home
    (Path(settings.HOME) / "decisions.yaml").write_text(
        "policy.check_days: 10\npolicy.problem_days: 5\n", "utf-8"
    )
    people.make_person("lena", PASSWORD, roles=("policy.lead@320000",))
    client = Client()
    assert client.login(username="lena", password=PASSWORD)
    return client


def test_a_department_sees_how_each_of_its_duties_stands(lead: Client) -> None:
    address = "/policy/duties/?department=省邮政管理局"
    before = lead.get(address).content.decode()
    assert "未分解" in before
    assert "落实情况" not in page(address)
    assert lead.post("/policy/tasks/?department=省邮政管理局").status_code == 302
    told = lead.get(address).content.decode()
    assert "未分解" not in told
    assert "没有计划和期限" in told
    tasks = json.loads(lead.get("/policy/tasks/?format=json").content)
    listed = json.loads(lead.get(address + "&format=json").content)
    assert {one for each in listed for one in each["tasks"]} == {each["number"] for each in tasks}
    assert {each["state"] for each in listed} == {"running"}
    alarmed = lead.get("/policy/tasks/?alarm=1&state=set&text=快递")
    assert alarmed.status_code == 200
    assert alarmed.content.decode().count("RW-") >= 1


def test_a_unit_sees_its_own_tasks_and_of_others_not_even_whether_there_are_any(
    lead: Client,
) -> None:
    lead.post("/policy/tasks/")
    every = json.loads(lead.get("/policy/tasks/?format=json").content)
    people.make_person("uma", PASSWORD, roles=("policy.unit@320000/省邮政管理局",))
    unit = Client()
    assert unit.login(username="uma", password=PASSWORD)
    own = json.loads(unit.get("/policy/tasks/?format=json").content)
    assert 0 < len(own) < len(every)
    assert all({"省邮政管理局", "邮政管理局"} & {each["lead"], *each["units"]} for each in own)
    first = next(each for each in every if each not in own)
    assert unit.get(f"/inbox/policy_task/{first['number']}/").status_code == 404
    assert unit.get(f"/inbox/policy_task/{own[0]['number']}/").status_code == 200
    listed = json.loads(unit.get("/policy/duties/?format=json").content)
    states = {each["state"] for each in listed if not each["tasks"]}
    assert states == {None}  # of other bodies nothing is said, nor that there is nothing
    assert "其他单位的任务" in unit.get("/policy/duties/").content.decode()
    page_ = unit.get("/policy/duties/?department=省邮政管理局").content.decode()
    assert "其他单位的任务" not in page_
    assert "落实任务</h2>" not in unit.get("/policy/brief/").content.decode()
    refused = unit.get("/inbox/policy_task/statistics/")
    assert (refused.status_code, "不分部门" in refused.content.decode()) == (403, True)


def test_tasks_are_shown_to_those_who_work_on_them_only() -> None:
    assert Client().get("/policy/tasks/").status_code == 302
    people.make_person("stan", PASSWORD, roles=("statistics.officer",))
    client = Client()
    assert client.login(username="stan", password=PASSWORD)
    assert client.get("/policy/tasks/").status_code == 403
    assert client.post("/policy/tasks/").status_code == 403


def test_a_link_fills_in_the_form_of_a_task(lead: Client) -> None:
    address = "/cases/policy_task/new/?clause=jiangsu-2015+(七)1"
    assert 'value="jiangsu-2015 (七)1"' in lead.get(address).content.decode()


SERIES = """\
series,region,frequency,starts_on,value,unit,publisher,released_on
transaction-volume,320000,year,2014-01-01,2.4,万亿元,省统计局,2015-02-01
transaction-volume,320000,year,2015-01-01,27500,亿元,省统计局,2016-02-01
transaction-volume,320000,year,2016-01-01,2.95,万亿元,省统计局,2017-02-01
transaction-volume,320000,year,2017-01-01,3.3,万亿元,省统计局,2018-02-01
transaction-volume,320000,year,2018-01-01,9.9,万亿元,省统计局,
transaction-volume,320100,year,2016-01-01,3000,亿元,市统计局,2017-02-01
transaction-volume,320100,year,2017-01-01,3300,亿元,市统计局,2018-02-01
"""


@pytest.fixture
def published(report: Callable[..., Receipt], settings: Settings) -> None:
    report(SERIES.encode(), kind="series", reporter="stats")
    decided = "policy.city_targets: {JS-01: {'320100': 500000000000}}\n"
    with (Path(settings.HOME) / "decisions.yaml").open("a", encoding="utf-8") as file:
        file.write(decided)


@pytest.mark.usefixtures("published")
def test_what_was_published_measures_a_target_and_what_was_not_released_does_not() -> None:
    listed = json.loads(page("/policy/targets/?format=json"))
    found = next(each for each in listed if each["id"] == "JS-01")
    assert (found["source"], found["state"], found["verdict"]) == ("series", "measured", "behind")
    assert (float(found["present"]), found["years_left"]) == (3.3e12, 3)
    assert (found["required_growth"], found["gap_percent"]) == ("10.89", "-0.19")
    (city,) = found["cities"]
    assert (city["region"], float(city["present"])) == ("320100", 3.3e11)
    told = page("/policy/targets/")
    assert "差距主要在南京市" in told
    assert "分解目标" in told


@pytest.mark.usefixtures("published")
def test_the_deputy_governors_page_is_one_page_and_can_be_printed(lead: Client) -> None:
    lead.post("/policy/tasks/")
    told = lead.get("/policy/brief/").content.decode()
    assert "按现在的速度达不到" in told
    assert "差 0.19%" in told
    assert "落实任务" in told
    assert "落实任务" not in re.sub(r"<nav.*?</nav>", "", page("/policy/brief/"), flags=re.DOTALL)
    if paper_lacks():
        pytest.skip(paper_lacks())
    answer = lead.get("/policy/brief/?format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") == 1


def paper_lacks() -> str:
    """Return why no paper can be printed here; empty if it can."""
    try:
        paper.font()
    except Unavailable as missing:
        return str(missing)
    return ""


SCHEME = """
policy.evaluation:
  2020-01-01:
    version: 2020-1
    source: 试行办法
    normalisation: min-max
    missing: reweight
    dimensions:
      application: {weight: 40, series: application}
      volume: {weight: 30, indicator: transaction-volume}
      platforms: {weight: 20, series: platforms, error_percent: 5}
      services: {weight: 10, series: services}
"""


def scored(name: str, *values: int) -> str:
    """Return a series of 2025 for the first cities of Jiangsu."""
    return "".join(
        f"{name},32{city:02}00,year,2025-01-01,{value},个,省统计局,2025-12-31\n"
        for city, value in enumerate(values, start=1)
    )


def test_regions_are_ranked_by_the_scheme_that_was_decided(
    report: Callable[..., Receipt], lead: Client, settings: Settings
) -> None:
    people.make_person("lena", PASSWORD, roles=("policy.lead@320000", people.OFFICER))
    assert "评价方案还没有决定" in lead.get("/policy/evaluation/").content.decode()
    with (Path(settings.HOME) / "decisions.yaml").open("a", encoding="utf-8") as file:
        file.write(SCHEME)
    head = SERIES.splitlines()[0] + "\n"
    rows = scored("application", 80, 60, 40) + scored("platforms", 5, 10, 1)
    report((head + rows + scored("services", 9, 3, 6)).encode(), kind="series", reporter="stats")
    report(orders())
    told = lead.get("/policy/evaluation/?year=2025").content.decode()
    assert "改哪个权重会换第一名" in told
    assert "没有数据" in told
    lines = json.loads(lead.get("/policy/evaluation/?year=2025&format=json").content)
    by_region = {each["region"]: each for each in lines}
    assert len(lines) == 13
    assert by_region["320100"]["platforms_value"] == "5.0000"
    assert by_region["320400"]["rank"] is None
    first = next(each for each in lines if each["rank"] == 1)
    assert first["digest"] == lines[-1]["digest"]
    again = json.loads(lead.get("/policy/evaluation/?year=2025&format=json").content)
    assert again == lines
