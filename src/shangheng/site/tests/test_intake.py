# SPDX-License-Identifier: Apache-2.0
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import clock
from shangheng.site.pages import intake
from shangheng.site.tests.conftest import orders


def sent(content: bytes = b"", name: str = "orders.csv", **more: object) -> dict[str, object]:
    file = SimpleUploadedFile(name, content or orders())
    return {"kind": "order", "reporter": "P01", "file": file, **more}


def settled(client: Client, address: str) -> dict[str, Any]:
    for _ in range(200):
        state = client.get(f"{address}progress.json").json()
        if state["state"] in ("done", "refused", "failed"):
            return state
        time.sleep(0.05)
    pytest.fail("the check did not end")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_a_file_from_the_browser_ends_in_a_receipt(officer: Client) -> None:
    after = officer.post("/send/", sent(batch="monday"))
    assert after.status_code == 302
    state = settled(officer, after.url)
    assert state["state"] == "done"
    page = officer.get(state["next"]).content.decode()
    assert "全部行已入账" in page
    assert "6,000" in page
    assert officer.get(after.url).url == state["next"]
    assert "orders.csv" in page
    assert "orders.csv" in officer.get("/uploads/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_bad_rows_come_back_to_be_corrected(officer: Client) -> None:
    content = orders(10).replace(b"320506", b"999999")
    state = settled(officer, officer.post("/send/", sent(content)).url)
    page = officer.get(state["next"]).content.decode()
    assert "行退回，其余已入账" in page
    assert "order.E007" in page
    rejects = b"".join(officer.get(f"{state['next']}rejects").streaming_content).decode(
        "utf-8-sig"
    )
    assert "E007" in rejects
    assert "999999" in rejects


@pytest.mark.django_db(transaction=True)
def test_a_file_can_be_checked_only(officer: Client, client: Client, home: Ledger) -> None:
    content = orders(10).replace(b"320506", b"999999")
    address = officer.post("/send/", sent(content, is_trial="on")).url
    assert settled(officer, address)["next"] == address
    page = officer.get(address).content.decode()
    assert "行会被退回" in page
    assert "order.E007" in page
    told = b"".join(officer.get(f"{address}rejects").streaming_content)
    assert b"999999" in told
    assert officer.get(f"{address}warnings").status_code == 404
    assert officer.get("/receipts/?format=csv").content.count(b"\n") == 1
    assert not list((home.root / "archive").rglob("*.sealed"))
    lying = b"".join(each.read_bytes() for each in desk_files(address))
    assert b"buyer" not in lying
    assert b"999999" not in lying
    assert client.get(f"{address}rejects").status_code == 302
    taken = settled(officer, officer.post("/send/", sent(content)).url)
    again = b"".join(officer.get(f"{taken['next']}rejects").streaming_content)
    assert again == told


def desk_files(address: str) -> list[Path]:
    folder = intake.desk().folder(address.strip("/").rpartition("/")[2])
    return [path for path in folder.iterdir() if path.is_file()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_the_outcome_of_a_check_is_kept_for_a_day(officer: Client) -> None:
    address = officer.post("/send/", sent(is_trial="on")).url
    assert settled(officer, address)["state"] == "done"
    assert "没有要退回的行" in officer.get(address).content.decode()
    reported = officer.post("/send/", sent()).url
    assert settled(officer, reported)["state"] == "done"
    assert intake.desk().clear(clock.now() + timedelta(hours=23)) == 0
    assert intake.desk().clear(clock.now() + timedelta(hours=25)) == 1
    assert officer.get(address).status_code == 404
    assert officer.get(reported).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_a_check_of_no_table_says_what_would_be_refused(officer: Client) -> None:
    address = officer.post("/send/", sent(b"<html></html>", is_trial="on")).url
    assert settled(officer, address)["state"] == "refused"
    assert "这个文件会被整个退回" in officer.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_another_reporter_does_not_see_a_check(officer: Client, sender: Client) -> None:
    address = officer.post(
        "/send/", sent(orders(6, platform="P02"), reporter="P02", is_trial="on")
    ).url
    assert settled(officer, address)["state"] == "done"
    assert sender.get(address).status_code == 403
    assert sender.get(f"{address}rejects").status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_a_file_that_is_no_table_is_refused_with_the_reason(officer: Client) -> None:
    after = officer.post("/send/", sent(b"<html></html>", "orders.csv"))
    assert settled(officer, after.url)["state"] == "refused"
    page = officer.get(after.url).content.decode()
    assert "文件没有被接收" in page
    assert "file.markup" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_an_upload_that_a_stopped_server_left_is_gone_on_with(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake.Desk, "start", lambda *_: None)
    after = officer.post("/send/", sent(batch="left"))
    assert officer.get(f"{after.url}progress.json").json()["state"] == "waiting"
    monkeypatch.undo()
    intake.desk().resume(intake.take)
    assert settled(officer, after.url)["state"] == "done"


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_what_is_missing_is_named_and_what_was_typed_stays(officer: Client) -> None:
    page = officer.post("/send/", {"kind": "order", "reporter": "P 01", "batch": "b1"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "选择一个非空文件" in text
    assert 'value="P 01"' in text
    assert 'value="b1"' in text


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_strangers_sign_in_before_they_send(client: Client) -> None:
    assert client.get("/send/").url.startswith("/sign-in/")
    assert client.post("/send/", sent()).url.startswith("/sign-in/")


@pytest.mark.django_db
def test_a_reporter_sees_its_own_batches_and_nobody_elses(
    sender: Client, report: Callable[..., Receipt]
) -> None:
    mine = report(orders(6))
    theirs = report(orders(6, platform="P02"), reporter="P02")
    assert sender.get(f"/receipts/P01/{mine.batch}/").status_code == 200
    assert sender.get(f"/receipts/P02/{theirs.batch}/").status_code == 403
    listed = sender.get("/receipts/?format=csv").content.decode("utf-8-sig")
    assert mine.batch in listed
    assert theirs.batch not in listed
    listed = sender.get("/receipts/").content.decode()
    assert mine.batch in listed
    assert theirs.batch not in listed
    assert sender.get("/reporters/").status_code == 403
    assert sender.get("/reporters/P01/").status_code == 200
    assert sender.get("/reporters/P02/").status_code == 403


@pytest.mark.django_db
def test_officers_see_every_reporter(officer: Client, report: Callable[..., Receipt]) -> None:
    report(orders(6))
    assert "P01" in officer.get("/reporters/").content.decode()
    listed = officer.get("/reporters/?format=csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in listed[1:]] == ["P01"]
    assert "送来的批次" in officer.get("/reporters/P01/").content.decode()
    assert officer.get("/reporters/nobody/").status_code == 404
    assert officer.get("/receipts/P01/none/").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_an_upload_of_no_such_name_is_not_found(officer: Client) -> None:
    assert officer.get("/uploads/..%2F..%2Fsecret/").status_code == 404
    assert officer.get("/uploads/abc/").status_code == 404
