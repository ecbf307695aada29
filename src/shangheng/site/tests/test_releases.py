# SPDX-License-Identifier: Apache-2.0
"""A figure is proposed, approved by another, kept back until its time, released, corrected."""

import html
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zipfile import ZipFile

import pytest
from django.test import Client

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, Invalid, NotPermitted, ShanghengError
from shangheng.kernel.evidence.bundles import verify_bundle
from shangheng.kernel.evidence.verifying import holds
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.site import acting, clock, proving, sealed_figures, wiring, work
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders

Send = Callable[..., Receipt]
DECIDED = "cell-minimum: 3\nstatistics.review_days: 5\nstatistics.release_days: 30\n"
OLGA = Actor("olga", (Post("statistics.officer"), Post("statistics.lead")))
LEO = Actor("leo", (Post("statistics.officer"), Post("statistics.lead")))
MIA = Actor("mia", (Post("statistics.lead"),))
FORM = {
    "indicator": "paid-amount", "by": "category", "since": "2025-11-01", "until": "2025-11-30",
    "title": "2025年11月实付金额", "late": "补发",
}  # fmt: skip
TOLD = "3000.00"  # what either category sold, on no other page of the house
COMMENTARY = "食品与服装各占一半。"
HOUR = timedelta(hours=1)


@pytest.fixture
def house(report: Send) -> None:
    (wiring.master_key_file().parent / "decisions.yaml").write_text(DECIDED)
    assert report(orders()).accepted == 60


def hand(actor: Actor, at: datetime | None = None) -> Hand:
    return Hand(actor, at or clock.now() - 2 * HOUR, house=acting.house())


def opened(actor: Actor = OLGA, wait: timedelta = HOUR, **more: str) -> str:
    due = (clock.now() + wait).isoformat(timespec="seconds")
    form = {**FORM, "release_at": due, **more}
    return cases.open_case(REGISTRY.case_kind("release"), form, hand(actor)).number


def taken(number: str, step: str, actor: Actor, at: datetime | None = None, **said: str) -> None:
    cases.take_step(REGISTRY.case_kind("release"), number, step, said, hand(actor, at))


def approved(wait: timedelta = HOUR, **more: str) -> str:
    number = opened(wait=wait, **more)
    taken(number, "propose", OLGA, commentary=COMMENTARY)
    taken(number, "approve", LEO)
    return number


def published(**more: str) -> str:
    """Release a figure, or correct one, an hour ago, and return its number."""
    approved(-HOUR, **more)
    assert work.once()["statistics.release"] == 1
    numbers = re.findall(r"FBSJ-\d{4}-\d{5}", Client().get("/releases/").content.decode())
    return numbers[0]


PUBLIC = (
    "/releases/", "/releases/?text=2025", "/releases/?format=csv", "/releases/calendar/",
    "/releases/calendar/?format=csv", "/releases/feed.xml", "/registers/published_figure/",
    "/registers/published_figure/?text=paid", "/registers/published_figure/?format=csv",
    "/registers/published_figure/?format=json", "/api/v1/registers/published_figure/entries",
    "/api/v1/registers/published_figure/entries?text=paid", "/releases/FBSJ-{year}-00001/",
    "/releases/FBSJ-{year}-00001/table.csv", "/releases/FBSJ-{year}-00001/table.json",
    "/releases/FBSJ-{year}-00001/table.zip", "/releases/FBSJ-{year}-00001/chart.svg",
    "/registers/published_figure/FBSJ-{year}-00001/",
    "/api/v1/registers/published_figure/entries/FBSJ-{year}-00001",
    "/indicators/paid-amount/?by=category&month=2025-11", "/indicators/paid-amount/?by=category",
    "/indicators/paid-amount/?by=month&from=2025-01-01&to=2025-12-31",
    "/indicators/paid-amount/figures.csv?by=category&month=2025-11",
    "/indicators/paid-amount/figures.json?by=category",
    "/indicators/paid-amount/chart.svg?by=category&month=2025-11",
    "/api/v1/indicators/paid-amount/figures?by=category&month=2025-11",
    "/indicators/paid-amount/chart.png?by=category", "/exchange/kinds/published_figure/",
    "/inbox/release/", "/releases/desk/SJFB-{year}-00001/", "/cases/release/",
    "/api/v1/cases/release/SJFB-{year}-00001", "/log/",
)  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.usefixtures("house")
def test_before_its_time_nothing_of_a_figure_is_public(path: str) -> None:
    approved()
    done = work.once()  # as often as it likes: the time has not come
    assert done["statistics.release"] == 0
    page = Client().get(path.format(year=clock.now().year))
    text = (b"".join(page) if page.streaming else page.content).decode(errors="replace")
    for told in (TOLD, "3,000", "6000.00", "6,000", COMMENTARY, "paid-amount category"):
        assert told not in text
    if "calendar" in path:
        assert FORM["title"] in text


@pytest.mark.usefixtures("house")
def test_the_embargo_ends_with_the_release_and_where_it_is_withdrawn(token: str) -> None:
    live = "/api/v1/indicators/paid-amount/figures?by=category&month=2025-11"
    number = approved()
    for asker in (Client(), Client(headers={"authorization": f"Bearer {token}"})):
        held = asker.get(live).json()["rows"]
        assert {row["why"] for row in held} == {"embargo"}
    other = "/api/v1/indicators/paid-amount/figures?by=category&month=2025-10"
    assert not any(row.get("suppressed") for row in Client().get(other).json()["rows"])
    taken(number, "withdraw", LEO, reason="暂不发布")
    assert {row["value"] for row in Client().get(live).json()["rows"]} == {"3000.0000"}
    published()
    assert {row["value"] for row in Client().get(live).json()["rows"]} == {"3000.0000"}


@pytest.mark.usefixtures("house")
def test_a_figure_under_an_embargo_is_not_sealed_for_the_public_either() -> None:
    approved()
    with pytest.raises(Conflict, match=r"publication\.embargo"):
        sealed_figures.publish("paid-amount", Question(by=("category",)))


@pytest.mark.usefixtures("house")
def test_nobody_releases_before_the_time_not_even_who_leads() -> None:
    number = approved()
    with pytest.raises(Conflict, match=r"release\.embargo"):
        taken(number, "publish", LEO)
    taken(number, "publish", LEO, clock.now() + 2 * HOUR)


@pytest.mark.usefixtures("house")
def test_who_opened_or_proposed_a_release_does_not_approve_it() -> None:
    number = opened(OLGA)
    taken(number, "propose", LEO, commentary=COMMENTARY)
    for own in (OLGA, LEO):
        with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
            taken(number, "approve", own)
    taken(number, "send_back", LEO, reason="请写明口径")
    taken(number, "propose", OLGA, commentary=COMMENTARY)
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        taken(number, "approve", LEO)  # who ever proposed it
    taken(number, "approve", MIA)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"release_at": "2025-12-05T09:00:00"}, "release.past"),
        ({"late": ""}, "release.late"),
        ({"since": "2024-11-01", "until": "2024-11-30"}, "release.empty"),
        ({"corrects": "FBSJ-2025-00009", "wrong": "错"}, "release.corrects_another"),
        ({"by": "institution"}, "indicator.no_such_dimension"),
    ],
)
@pytest.mark.usefixtures("house")
def test_what_cannot_be_released_is_refused_when_it_is_opened(
    more: Mapping[str, str], code: str
) -> None:
    with pytest.raises(ShanghengError, match=re.escape(code)):
        opened(**more)


@pytest.mark.usefixtures("house")
def test_what_no_document_prints_has_to_be_decided_first() -> None:
    home = wiring.master_key_file().parent / "decisions.yaml"
    for name in ("cell-minimum", "statistics.review_days", "statistics.release_days"):
        home.write_text("\n".join(line for line in DECIDED.splitlines() if name not in line))
        with pytest.raises(Invalid, match=name):
            opened()
    home.write_text(DECIDED)


@pytest.mark.usefixtures("house")
def test_a_released_figure_shows_where_it_comes_from_and_can_be_verified() -> None:
    number = published()
    anybody = Client()
    page = anybody.get(f"/releases/{number}/").content.decode()
    for told in (FORM["title"], COMMENTARY, "3,000.00", "order@", "chart.svg"):
        assert told in page
    assert FORM["title"] in anybody.get("/releases/?text=实付").content.decode()
    assert FORM["title"] not in anybody.get("/releases/?text=退款").content.decode()
    table = anybody.get(f"/releases/{number}/table.csv").content.decode()
    assert "food,CNY,3000.0000,CNY,false" in table
    assert b"<svg" in anybody.get(f"/releases/{number}/chart.svg").content
    bundle = anybody.get(f"/releases/{number}/table.zip").content
    assert holds(verify_bundle(bundle))
    files = ZipFile(io.BytesIO(bundle))
    content = files.read("content.json")
    assert sealed_figures.computed_again(content).ok
    # The cover says who published it, when and by which release, as it was sealed.
    said, cover = json.loads(content), files.read("cover.html").decode()
    assert (said["publisher"], said["release"][:5]) == (wiring.place().zh, "SJFB-")
    for told in ("发布单位", said["publisher"], said["release"], said["published_at"]):
        assert told in cover
    assert holds(verify_bundle(proving.bundle(wiring.ledger(), number)))


@pytest.mark.usefixtures("house")
def test_an_officer_goes_from_a_released_value_to_what_it_was_computed_of(
    report: Send, officer: Client
) -> None:
    page = f"/releases/{published()}/"
    report(orders(2, first=60))
    leads = 'href="(/indicators/paid-amount/records/[^"]+)"'
    assert len(re.findall(leads, Client().get(page).content.decode())) == 1  # asks to sign in
    found = re.findall(leads, officer.get(page).content.decode())
    assert len(found) == 3
    *values, whole = (html.unescape(each) for each in found)
    for address in values:
        told = officer.get(address).content.decode()
        assert len(re.findall(r"<td>P01-\d+</td>", told)) == 30
        assert "按公布时的账本版本" in told
    assert officer.get(f"{whole}&page=2").content.decode().count("来龙去脉") == 1


@pytest.mark.usefixtures("house")
def test_a_cell_of_too_few_is_withheld_in_what_is_released(report: Send) -> None:
    report(orders(1, first=1000).replace(b"food", b"electronics"))
    number = published()
    told = Client().get(f"/releases/{number}/table.json").json()
    rows = {row["category"]: row for row in told["figure"]["rows"]}
    assert rows["electronics"]["suppressed"]
    assert rows["electronics"]["value"] is None
    assert sum(row["suppressed"] for row in rows.values()) == 2  # one more, against subtraction
    page = Client().get(f"/releases/{number}/").content.decode()
    assert "不公布" in page


@pytest.mark.usefixtures("house")
def test_a_correction_tells_the_old_value_and_the_new_one_and_the_old_stays(report: Send) -> None:
    number = published()
    report(orders(10, first=60))
    with pytest.raises(Conflict, match=r"release\.known"):
        opened()
    with pytest.raises(Invalid, match=r"release\.what_was_wrong"):
        opened(corrects=number)
    published(corrects=number, wrong="漏了补报的十笔订单")
    anybody = Client()
    page = anybody.get(f"/releases/{number}/").content.decode()
    notice = page[page.index("更正公告") : page.index("分析")]
    for told in ("漏了补报的十笔订单", "3,000", "3,500", "500"):
        assert told in notice
    old = anybody.get(f"/releases/{number}/table.csv?version=1").content.decode()
    assert "3000.0000" in old
    assert "3500" not in old
    assert "旧的一版" in anybody.get(f"/releases/{number}/?version=1").content.decode()
    told = anybody.get(f"/releases/{number}/table.json").json()["notices"]
    assert told[0]["changes"][0] | {"cell": None} == {
        "cell": None, "old": "3000.0000", "new": "3500.0000", "difference": "500.0000",
    }  # fmt: skip


@pytest.mark.usefixtures("house")
def test_on_an_earlier_day_a_corrected_figure_says_what_it_said(report: Send) -> None:
    number = published()
    report(orders(10, first=60))
    case = approved(corrects=number, wrong="漏报")
    later = clock.now() + timedelta(days=3)
    taken(case, "publish", LEO, later)
    kind = REGISTRY.register("published_figure")
    days = (later.date() - timedelta(days=1), later.date() + timedelta(days=1))
    said = [entries.as_at(kind, number, on=day, actor=NOBODY).values for day in days]
    values = [json.loads(each["figure"])["rows"][0]["value"] for each in said]
    assert values == ["3000.0000", "3500.0000"]


@pytest.mark.usefixtures("house")
def test_a_withdrawal_needs_another_and_leaves_what_was_said(officer: Client) -> None:
    number = published()
    kind = REGISTRY.case_kind("release_withdrawal")
    form = {"published": number, "reason": "平台重复报送"}
    case = cases.open_case(kind, form, hand(OLGA)).number
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        cases.take_step(kind, case, "approve", {}, hand(OLGA))
    cases.take_step(kind, case, "approve", {}, hand(LEO))
    page = Client().get(f"/releases/{number}/").content.decode()
    assert "已撤回" in page
    assert form["reason"] in page
    assert "3,000.00" in page
    assert "已撤回" in Client().get("/releases/").content.decode()
    assert officer.get(f"/registers/published_figure/{number}/amend/").status_code == 403
    with pytest.raises(ShanghengError, match="not_in_force"):
        cases.open_case(kind, form, hand(OLGA))


@pytest.mark.usefixtures("house")
def test_what_is_being_corrected_is_not_taken_back() -> None:
    number = published()
    approved(corrects=number, wrong="漏报")
    form = {"published": number, "reason": "重复"}
    with pytest.raises(Conflict, match=r"release\.being_corrected"):
        cases.open_case(REGISTRY.case_kind("release_withdrawal"), form, hand(OLGA))


@pytest.mark.usefixtures("house")
def test_the_feed_tells_releases_corrections_and_withdrawals(report: Send) -> None:
    number = published()
    report(orders(10, first=60))
    published(corrects=number, wrong="漏了补报的订单")
    feed = Client().get("/releases/feed.xml")
    assert feed["Content-Type"].startswith("application/atom+xml")
    titles = re.findall(r"<title>(.*?)</title>", feed.content.decode())[1:]
    assert titles == [f"更正 Correction：{FORM['title']}", FORM["title"]]
    assert f"/releases/{number}/?version=2" in feed.content.decode()


@pytest.mark.usefixtures("house")
def test_the_desk_shows_an_officer_what_is_to_be_released_and_nobody_else(officer: Client) -> None:
    number = approved()
    page = officer.get(f"/releases/desk/{number}/").content.decode()
    assert "3,000.00" in page
    assert COMMENTARY in page
    assert Client().get(f"/releases/desk/{number}/").status_code in (302, 401, 403)
    form = officer.get("/cases/release/new/?indicator=paid-amount&period=month&since=2025-11-01")
    assert '<option value="paid-amount" selected' in re.sub(r"\s+", " ", form.content.decode())
