# SPDX-License-Identifier: Apache-2.0
"""Agreements on the site: a catalogue for all, parcels for receivers, a desk for officers."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest
from django.test import Client

from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.exchange.concept.parcels import parse_slip
from shangheng.kernel.exchange.store.channels import SLIP_HEADER, decode_slip
from shangheng.kernel.exchange.store.declared import read_agreements, read_partners
from shangheng.kernel.records import reporters
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import clock, exchange, sealing
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
    assert {each.discloses for each in found.values()} == {"records", "match"}
    ways = {each.way for each in read_partners([EXAMPLES / "partners"]).values()}
    assert ways == {"push", "folder", "pull"}


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
    lines = client.get("/exchange/?form=csv").content.decode("utf-8-sig").splitlines()
    assert any("orders-to-city" in line and "buyer" in line for line in lines)


def test_officers_see_deliveries_and_may_take_them_home(shared: str, officer: Client) -> None:
    page = officer.get("/exchange/deliveries/").content.decode()
    assert "已交付" in page
    assert "orders-for-post.1" in page
    page = officer.get("/exchange/deliveries/?outcome=refused").content.decode()
    assert "没有符合条件的记录" in page
    lines = officer.get("/exchange/deliveries/?form=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    page = officer.get("/exchange/agreements/orders-for-post/").content.decode()
    assert "全部交付记录" in page


def test_an_empty_house_says_what_to_do(home: Ledger, officer: Client) -> None:
    assert "exchange adopt" in officer.get("/exchange/deliveries/").content.decode()
    assert officer.get("/exchange/").status_code == 200


def test_strangers_do_not_see_deliveries(home: Ledger, client: Client) -> None:
    assert client.get("/exchange/deliveries/").status_code == 302
