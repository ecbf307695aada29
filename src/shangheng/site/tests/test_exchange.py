# SPDX-License-Identifier: Apache-2.0
"""Agreements on the site: a catalogue for all, parcels for receivers, a desk for officers."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from shangheng.kernel.errors import NotPermitted
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.exchange import actions, queries
from shangheng.kernel.exchange.concept.parcels import parse_slip
from shangheng.kernel.exchange.store.channels import SLIP_HEADER, decode_slip
from shangheng.kernel.exchange.store.declared import read_agreements, read_partners
from shangheng.kernel.exchange.store.feed import EMPTY
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.records import reporters
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import auditing, clock, exchange, lineage, sealed_figures, sealing
from shangheng.site.office import OFFICE
from shangheng.site.publication import OFFICER
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "exchange"
API = "/api/v1/exchange"


@pytest.fixture
def shared(home: Ledger, report: Callable[..., object], tmp_path: Path) -> str:
    """Share what was reported under the shipped agreements; return the city's token."""
    (tmp_path / "agreements").mkdir()
    (tmp_path / "partners").mkdir()
    for path in (EXAMPLES / "agreements").glob("*.yaml"):
        copy(path, tmp_path / "agreements")
    for name in ("post", "tax"):
        copy(EXAMPLES / "partners" / f"{name}.yaml", tmp_path / "partners")
    text = (tmp_path / "partners" / "post.yaml").read_text(encoding="utf-8")
    drop = text.replace("drop/post", str(tmp_path / "drop"))
    (tmp_path / "partners" / "post.yaml").write_text(drop, encoding="utf-8")
    report(orders(60))
    exchange.adopt()
    exchange.turn(workers=1)
    return reporters.issue_token("suzhou", at=clock.now())


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_the_examples_that_come_with_the_program_can_be_read() -> None:
    found = read_agreements([EXAMPLES / "agreements"], REGISTRY.held)
    assert {each.discloses for each in found.values()} == {"records", "match", "asked"}
    ways = {each.way for each in read_partners([EXAMPLES / "partners"]).values()}
    assert ways == {"push", "folder", "sftp", "s3", "pull"}


def test_a_receiver_fetches_verifies_and_acknowledges(shared: str, client: Client) -> None:
    address = f"{API}/agreements/orders-to-city/parcels"
    (waiting,) = client.get(address, headers=bearer(shared)).json()
    answer = client.get(f"{address}/1?form=json", headers=bearer(shared))
    note = open_note(decode_slip(answer[SLIP_HEADER]), sealing.the_log().public.verifiers)
    slip = parse_slip(note.text)
    assert (slip.number, slip.records, slip.receiver) == (1, 12, "suzhou")
    assert {each["seller_region"] for each in answer.json()} == {"320583"}
    told = {"number": 1, "content": waiting["content"]}
    for _ in range(2):
        done = client.post(
            f"{API}/agreements/orders-to-city/acknowledged", json.dumps(told),
            content_type="application/json", headers=bearer(shared),
        )  # fmt: skip
        assert done.json() == {"acknowledged": 1}
    assert client.get(address, headers=bearer(shared)).json() == []


def test_a_department_that_is_no_party_gets_nothing(shared: str, client: Client) -> None:
    token = reporters.issue_token("nosy", at=clock.now())
    answer = client.get(f"{API}/agreements/orders-to-city/parcels/1", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "agreement.not_yours")
    assert client.get(f"{API}/agreements/orders-to-city/parcels/1").status_code == 401


def test_the_tax_bureau_learns_yes_or_no(shared: str, client: Client) -> None:
    token = reporters.issue_token("tax", at=clock.now())
    rows = [{"platform": "P01", "shop": "shop-1"}, {"platform": "P01", "shop": "shop-9999"}]
    answer = client.post(
        f"{API}/agreements/orders-for-tax/questions", json.dumps({"rows": rows}),
        content_type="application/json", headers=bearer(token),
    )  # fmt: skip
    assert answer.json() == {"found": [True, False]}


def test_the_post_finds_a_file_in_its_own_words(shared: str, tmp_path: Path) -> None:
    (path,) = (tmp_path / "drop").glob("*.csv")
    header, first, *_ = path.read_bytes().decode("gb18030").splitlines()
    assert header.startswith("序号,动作,记录号,")
    assert {*header.split(",")[3:]} == {"日期", "收货城市", "金额", "币种"}
    assert first.split(",")[1] == "1"
    assert "shop" not in path.read_bytes().decode("gb18030")


def test_a_parcel_from_a_stranger_is_refused_with_a_problem(shared: str, client: Client) -> None:
    answer = client.post(
        f"{API}/parcels", b"{}", content_type="application/x-ndjson", headers=bearer(shared)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "partner.unknown")


def test_everybody_sees_who_receives_which_field_on_what_basis(
    shared: str, client: Client
) -> None:
    page = client.get("/exchange/").content.decode()
    assert "suzhou" in page
    page = client.get("/exchange/kinds/order/").content.decode()
    assert "jiangsu-2015 (三十)" in page
    assert "化名" in page
    page = client.get("/exchange/agreements/orders-to-city/").content.decode()
    assert "昆山市网络交易订单上报苏州市" in page
    assert "HTTP" not in page
    listed = {each["kind"]: each for each in client.get(f"{API}/catalogue").json()}
    assert listed["order"]["quality"] == 1.0
    lines = client.get("/exchange/?format=csv").content.decode("utf-8-sig").splitlines()
    assert any("orders-to-city" in line and "buyer" in line for line in lines)


def test_officers_see_deliveries_and_may_take_them_home(shared: str, officer: Client) -> None:
    page = officer.get("/exchange/deliveries/").content.decode()
    assert "已交付" in page
    assert "orders-for-post.1" in page
    page = officer.get("/exchange/deliveries/?outcome=refused").content.decode()
    assert "没有符合条件的记录" in page
    lines = (
        officer.get("/exchange/deliveries/?format=csv").content.decode("utf-8-sig").splitlines()
    )
    assert len(lines) == 2
    page = officer.get("/exchange/agreements/orders-for-post/").content.decode()
    assert "全部交付记录" in page


def test_parcels_that_came_are_listed_and_taken_home(
    shared: str, officer: Client, tmp_path: Path
) -> None:
    (tmp_path / "came").mkdir()
    (tmp_path / "came" / "order-1.csv").write_bytes(orders(3, platform="P09"))
    (told,) = exchange.take_files("post", "order", tmp_path / "came")
    assert told["accepted"] == 3
    assert "/exchange/received.csv" in officer.get("/exchange/deliveries/").content.decode()
    text = officer.get("/exchange/received.csv").content.decode("utf-8-sig")
    (line,) = csv.reader(text.splitlines()[1:])
    assert line[:8] == ["post", "files:order", "1", "1", "3", "0", "0", "post.order.1"]
    assert Client().get("/exchange/received.csv").status_code == 302


def test_an_empty_house_says_what_to_do(home: Ledger, officer: Client) -> None:
    assert "exchange adopt" in officer.get("/exchange/deliveries/").content.decode()
    assert officer.get("/exchange/").status_code == 200


def test_strangers_do_not_see_deliveries(home: Ledger, client: Client) -> None:
    assert client.get("/exchange/deliveries/").status_code == 302


def test_an_officer_traces_a_record_to_whom_it_went(shared: str, officer: Client) -> None:
    empty = officer.get("/exchange/trace/?kind=order").content.decode()
    assert "选好数据，填上主键" in empty
    row = of_kunshan()
    key = f"kind=order&platform={row['platform']}&order_no={row['order_no']}"
    page = officer.get(f"/exchange/trace/?{key}").content.decode()
    assert "orders-to-city.1" in page
    assert "jiangsu-2015 (三十)" in page
    text = officer.get(f"/exchange/trace/?{key}&format=csv").content.decode("utf-8-sig")
    assert "orders-for-post.1,1,put" in text
    nobody = officer.get("/exchange/trace/?kind=order&platform=P01&order_no=none")
    assert "没有交换包带出过这条记录" in nobody.content.decode()
    assert "没有指标算进这条记录" in nobody.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_record_leads_to_its_figures_and_a_figure_to_what_brought_its_records(
    shared: str, officer: Client
) -> None:
    row = of_kunshan()
    number = sealed_figures.publish("order-count", Question(by=("month",)))
    key = {name: row[name] for name in ("platform", "order_no")}
    used = {each.indicator.name: each for each in lineage.uses("order", key)}
    assert used["order-count"].counts is True
    assert used["order-count"].sealed == (number,)
    assert used["order-count"].day.isoformat() == row["ordered_at"][:10]
    page = officer.get(f"/exchange/trace/?kind=order&{urlencode(key)}").content.decode()
    assert number in page
    assert used["order-count"].plain()["published"] == [number]
    behind = officer.get("/indicators/order-count/records/?month=2025-11").content.decode()
    assert "直接报送" in behind
    text = officer.get("/indicators/order-count/records/?month=2025-11&format=csv")
    lines = text.content.decode("utf-8-sig").splitlines()
    assert len(lines) > 1
    counted = REGISTRY.indicator("order-count"), Question(by=("month",))
    whole = OFFICE.ask("order-count", counted[1], OFFICER)
    assert sum(records for _, records in lineage.of_now(*counted).brought()) == whole.records


def test_a_record_that_a_figure_leaves_out_is_not_said_to_be_counted(
    home: Ledger, report: Callable[..., object]
) -> None:
    report(orders(2).replace(b"P01-1,shop-1,B2C", b"P01-1,shop-1,B2B"))
    used = [
        {each.indicator.name: each.counts for each in lineage.uses("order", key)}
        for key in ({"platform": "P01", "order_no": f"P01-{number}"} for number in (0, 1))
    ]
    assert [each["order-count"] for each in used] == [True, True]
    assert used[0]["online-retail-sales"] is True
    assert "online-retail-sales" not in used[1]


def of_kunshan() -> dict[str, str]:
    """Return an order that was sold from Kunshan."""
    rows = csv.DictReader(orders(60).decode().splitlines())
    return next(row for row in rows if row["seller_region"] == "320583")


def asking_from_itself(tmp_path: Path, address: str, token: str) -> None:
    """Let this house be the provider's partner too, so that it asks over a real connection."""
    (tmp_path / "partners" / "kunshan.yaml").write_text(
        f"partner: kunshan\nzh: 昆山\nen: Kunshan\naddress: {address}{API}\ntoken: {token}\n",
        encoding="utf-8",
    )


@pytest.mark.django_db(transaction=True)
def test_a_city_asks_a_county_for_the_records_behind_a_figure(
    shared: str, officer: Client, tmp_path: Path, live_server: LiveServer
) -> None:
    asking_from_itself(tmp_path, live_server.url, shared)
    page = officer.get("/exchange/agreements/orders-on-request/").content.decode()
    assert "/exchange/agreements/orders-on-request/ask/" in page
    asked = {"seller_region": "320583", "ordered_at": "2025-11"}
    address = "/exchange/agreements/orders-on-request/ask/"
    page = officer.post(address, asked).content.decode()
    assert "提供方的答复" in page
    row = of_kunshan()
    assert row["order_no"] in page
    page = officer.post(address, asked | {"ordered_at": "1999"}).content.decode()
    assert "没有这样的记录" in page


@pytest.mark.django_db(transaction=True)
def test_what_no_agreement_allows_is_refused_with_the_reason_on_both_sides(
    shared: str, officer: Client, tmp_path: Path, live_server: LiveServer
) -> None:
    asking_from_itself(tmp_path, live_server.url, shared)
    with pytest.raises(NotPermitted) as refusal:
        exchange.ask("orders-to-city", {"seller_region": "320583"})
    assert refusal.value.facts["reason"] == "agreement.not_down_to_records"
    assert "不允许按问取得记录" in refusal.value.facts["zh"]
    page = officer.get("/exchange/deliveries/?outcome=refused").content.decode()
    assert "agreement.not_down_to_records" in page
    assert "partner.refused" in page
    page = officer.post("/exchange/agreements/orders-to-city/ask/").content.decode()
    assert "agreement.not_down_to_records" in page


def test_the_audit_compares_agreements_and_parcels_with_what_was_sealed(
    home: Ledger, shared: str, tmp_path: Path
) -> None:
    sealing.publish()
    (tmp_path / "audit").mkdir()
    objects = auditing.objects(home, tmp_path / "audit")

    def where() -> set[str]:
        found = audit(sealing.the_log(), objects, state=tmp_path / "state.json")
        return {each.where.split()[0].partition("#")[0] for each in found}

    assert where() == set()
    parcels = [each for row in queries.agreements_adopted() for each in row.parcels.all()]
    actions.reduce(parcels[0], EMPTY, why="DP-1", at=clock.now())
    sealing.publish()
    assert where() == set()
    changes = {
        "kernel_parcel SET content = 'x' WHERE formerly = '[]'": "kernel_parcel/",
        "kernel_parcel SET content = 'x' WHERE formerly != '[]'": "kernel_parcel/",
        "kernel_parcel SET records = records + 1": "kernel_parcel/",
        "kernel_parcel SET formerly = '[\"x\"]'": "kernel_parcel/",
        "kernel_parcel SET leaf = 1": "kernel_parcel/",
        "kernel_agreement SET declared = '{\"to\": []}'": "kernel_agreement/",
        "kernel_agreement SET digest = 'x'": "kernel_agreement/",
    }
    for change, place in changes.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {change}")
            assert [each for each in where() if each.startswith(place)], change
            transaction.set_rollback(True)
    assert where() == set()
