# SPDX-License-Identifier: Apache-2.0
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from shangheng.kernel.records import reporters
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.site import clock
from shangheng.site.api.schemas import TrialOut
from shangheng.site.tests.conftest import orders

pytestmark = pytest.mark.django_db(transaction=True)


def post(
    client: Client, token: str, content: bytes, query: str = "kind=order", **headers: str
) -> HttpResponse:
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return client.post(
        f"/api/v1/batches?{query}", data=content, content_type="text/csv", headers=headers
    )


def problem(response: HttpResponse, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    told = json.loads(response.content)
    assert told["code"] == code
    assert told["status"] == status
    assert set(told) == {"type", "title", "title_en", "status", "code", "facts"}


def test_a_batch_is_taken_and_answered_with_its_receipt(client: Client, token: str) -> None:
    answer = post(client, token, orders(), **{"Idempotency-Key": "b1"})
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["batch"] == "b1"
    assert receipt["reporter"] == "P01"
    assert receipt["accepted"] == 60
    assert receipt["totals"]["CNY"]["paid"] == "6000.0000"


def test_the_same_batch_again_gives_the_same_receipt(client: Client, token: str) -> None:
    first = post(client, token, orders(), **{"Idempotency-Key": "b1"})
    again = post(client, token, orders(), **{"Idempotency-Key": "b1"})
    assert again.status_code == 200
    assert again.json() == first.json()


def test_other_bytes_under_the_same_number_are_a_conflict(client: Client, token: str) -> None:
    post(client, token, orders(), **{"Idempotency-Key": "b1"})
    other = post(client, token, orders(61), **{"Idempotency-Key": "b1"})
    problem(other, 409, "batch.other_bytes")


def test_gzip_and_ndjson_are_told_apart_by_their_bytes(client: Client, token: str) -> None:
    assert post(client, token, gzip.compress(orders(6))).status_code == 201
    row = {
        "platform": "P01", "order_no": "n1", "currency": "CNY", "gross": 5, "paid": 5,
        "ordered_at": "2025-11-01 10:00:00", "paid_at": "2025-11-01 10:00:00",
    }  # fmt: skip
    answer = post(client, token, json.dumps(row).encode() + b"\n")
    assert answer.status_code == 201
    assert answer.json()["accepted"] == 1


@pytest.mark.usefixtures("home")
def test_who_has_no_token_is_asked_for_one(client: Client) -> None:
    for answer in (post(client, "", orders()), post(client, "sh_wrong", orders())):
        problem(answer, 401, "token.unknown")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_that_was_taken_back_opens_nothing(client: Client, token: str) -> None:
    reporters.revoke_tokens("P01", at=clock.now())
    problem(post(client, token, orders()), 401, "token.unknown")


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"", "kind=order", "file.empty"),
        (b"<html>", "kind=order", "file.markup"),
        (b"a,b\n1,2\n", "kind=order", "file.columns_missing"),
        (b"x", "kind=nonsense", "kind.unknown"),
        (b"x", "kind=order&mapping=none", "mapping.unknown"),
        (b"x", "", "request.unreadable"),
    ],
)
def test_what_cannot_be_records_is_refused_whole(
    client: Client, token: str, content: bytes, query: str, code: str
) -> None:
    status = 404 if code == "mapping.unknown" else 422
    problem(post(client, token, content, query), status, code)


def test_receipts_and_rejects_can_be_fetched_by_their_reporter_only(
    client: Client, token: str
) -> None:
    bad = orders(5).replace(b"320506", b"999999")
    post(client, token, bad, **{"Idempotency-Key": "b1"})
    mine = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/batches/b1", headers=mine).json()["rejected"] == 1
    assert [r["batch"] for r in client.get("/api/v1/batches", headers=mine).json()] == ["b1"]
    rejects = b"".join(client.get("/api/v1/batches/b1/rejects", headers=mine).streaming_content)
    assert b"order.E007" in rejects
    problem(client.get("/api/v1/batches/b1/warnings", headers=mine), 404, "batch.no_warnings")
    other = {"Authorization": f"Bearer {reporters.issue_token('P02', at=clock.now())}"}
    problem(client.get("/api/v1/batches/b1", headers=other), 404, "batch.unknown")


def test_a_file_can_be_checked_before_it_is_sent(client: Client, token: str) -> None:
    mine = {"Authorization": f"Bearer {token}"}

    def checked(query: str, content: bytes) -> HttpResponse:
        place = f"/api/v1/checks?kind=order{query}"
        return client.post(place, data=content, content_type="text/csv", headers=mine)

    bad = orders(5).replace(b"320506", b"999999")
    told = checked("&name=own.csv", bad).json()
    assert (told["file"], told["reporter"], told["good"], told["rejected"]) == (
        "own.csv",
        "P01",
        4,
        1,
    )
    assert set(told) == set(TrialOut.model_fields)
    rejects = checked("&give=rejects", bad)
    assert b"order.E007" in b"".join(rejects.streaming_content)
    rejects.close()
    problem(checked("&give=warnings", bad), 404, "batch.no_warnings")
    problem(checked("&give=all", bad), 422, "request.unreadable")
    problem(checked("", b"<html>"), 422, "file.markup")
    assert client.get("/api/v1/batches", headers=mine).json() == []
    assert client.post("/api/v1/checks?kind=order").status_code == 401


@pytest.mark.usefixtures("home")
def test_a_mapping_that_the_authority_keeps_is_used_by_name(
    client: Client, token: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "own.yaml").write_text(
        "kind: order\nfields:\n  platform: {constant: P01}\n  order_no: 编号\n"
        "  currency: {constant: CNY}\n  gross: 金额\n  paid: 金额\n  ordered_at: 时间\n"
        "  paid_at: 时间\n",
        encoding="utf-8",
    )
    content = "编号,金额,时间\nA1,12.50,2025-11-01 08:00:00\n".encode()
    answer = post(client, token, content, "kind=order&mapping=own")
    assert answer.status_code == 201, answer.content
    assert answer.json()["totals"]["CNY"]["gross"] == "12.5000"


def test_the_dictionary_and_figures_are_open(
    client: Client, report: Callable[..., Receipt]
) -> None:
    report(orders())
    names = {each["name"] for each in client.get("/api/v1/indicators").json()}
    assert {"order-count", "order-amount", "paid-amount", "online-retail-sales"} <= names
    one = client.get("/api/v1/indicators/order-count").json()
    assert one["definition_en"]
    figures = client.get("/api/v1/indicators/order-count/figures?by=day&month=2025-11").json()
    assert [row["value"] for row in figures["rows"]] == ["20", "20", "20"]
    table = client.get("/api/v1/indicators/order-count/figures?by=platform&format=csv")
    assert table.content.decode("utf-8-sig").splitlines()[1].startswith("P01,P01,60")
    stat = client.get("/api/v1/indicators/order-count/figures?by=platform&format=jsonstat").json()
    assert stat["class"] == "dataset"
    problem(client.get("/api/v1/indicators/none/figures"), 404, "indicator.unknown")


def test_a_reporter_sees_the_cells_that_hold_nothing_but_its_own_records(
    client: Client, token: str
) -> None:
    post(client, token, orders(4))
    address = "/api/v1/indicators/order-count/figures?by=seller_region"
    hidden = client.get(address).json()["rows"]
    assert all(row["suppressed"] for row in hidden)
    own = client.get(address, headers={"Authorization": f"Bearer {token}"}).json()["rows"]
    assert sum(float(row["value"]) for row in own) == 4
    problem(client.get(address, headers={"Authorization": "Bearer no"}), 401, "token.unknown")


@pytest.mark.usefixtures("home")
def test_kinds_come_with_schema_and_template(client: Client) -> None:
    kinds = {each["name"]: each for each in client.get("/api/v1/kinds").json()}
    assert any(rule["number"] == "E012" for rule in kinds["order"]["rules"])
    assert client.get("/api/v1/kinds/order/schema").json()["type"] == "object"
    assert client.get("/api/v1/kinds/order/template").content.startswith(b"\xef\xbb\xbfplatform,")
    problem(client.get("/api/v1/kinds/none/schema"), 404, "kind.unknown")


@pytest.mark.usefixtures("home")
def test_the_description_is_openapi_3_1_and_its_page_needs_no_script(client: Client) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    asked = told["paths"]["/api/v1/indicators/{name}/figures"]["get"]["parameters"]
    assert {"by", "where", "from", "to", "month"} <= {each["name"] for each in asked}
    assert "/api/v1/batches" in told["paths"]
    page = client.get("/api/v1/docs").content.decode()
    assert "/api/v1/batches" in page
    assert "cdn" not in page


@pytest.mark.usefixtures("home")
def test_an_address_that_is_not_there_is_a_problem_too(client: Client) -> None:
    problem(client.get("/api/v1/nonsense"), 404, "page.unknown")
