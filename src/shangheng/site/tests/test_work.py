# SPDX-License-Identifier: Apache-2.0
"""What the server does unasked, over the real ledger, a real program and a real mailbox."""

import hashlib
import hmac
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.cases import actions
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.fields import Day, Text
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.service import Service
from shangheng.site import acting, carriers, people, work
from shangheng.site.tests.conftest import PASSWORD, plugged_in
from shangheng.site.tests.declared_case import STALL

LetterRow, NoticeRow = apps.get_model("kernel", "LetterRow"), apps.get_model("kernel", "NoticeRow")
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
CLERK = Actor("clerk", (Post("stalls.clerk"),))
OUTCOME = RecordKind(
    name="stall_outcome", zh="摊位结果", en="stall outcome", key=("case_number",), day="case_on",
    retain="transaction", basis=("ganzhou-2015 五3",),
    fields=(
        Text("case_number", zh="编号", en="number"), Day("case_on", zh="日期", en="day"),
        Text("stall", zh="摊位号", en="stall"),
    ),
)  # fmt: skip
GRANT = Letter(
    name="permit", zh="摊位准予通知书", en="Permit for a stall",
    text_zh="准予您在 {case_region} 设摊：{wares}，摊位号 {place}。",
    text_en="You may sell {wares} at stall {place}.",
)  # fmt: skip


def _kind() -> CaseKind:
    grant = replace(
        STALL.steps[0], makes="permit", records="stall_outcome", tells={"stall": "place"}
    )
    return replace(STALL, steps=(grant, *STALL.steps[1:]), letters=(GRANT,), contact="phone")


KIND = _kind()


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the hour of these tests, before the home makes its certificates."""
    monkeypatch.setattr("shangheng.site.clock.now", lambda: AT)


@pytest.fixture
def house(hour: None, home: Ledger, settings: Settings) -> Iterator[Ledger]:
    """Let the kind of case and its record be declared, as a service would."""
    stalls = Service(
        name="stalls", zh="摊位", en="stalls", systems=(), kinds=(OUTCOME,), cases=(KIND,)
    )
    settings.MAIL = "smtp://localhost"
    settings.ADDRESS = "https://stalls.example"
    with plugged_in(stalls):
        yield home


def granted() -> str:
    """Return the number of a case that was opened with an address and then granted."""
    given = {"wares": "瓷器", "region": "360702", "size": "s", "phone": "li@example.cn"}
    case = actions.open_case(KIND, given, Hand(NOBODY, AT, house=acting.house()))
    hand = Hand(CLERK, AT, house=acting.house())
    actions.take_step(KIND, case.number, "grant", {"place": "A7"}, hand)
    return case.number


def test_a_step_reports_its_record_through_the_front_door_once(house: Ledger) -> None:
    number = granted()
    assert work.once()["delivered"] >= 1
    assert records.ledger_files(house, "stall_outcome").version == 1
    NoticeRow.objects.filter(channel="ledger").update(  # as if killed before it was marked
        delivered_at=None, due_at=AT,
        payload={"batch": f"{number}.2", "record": {
            "case_number": number, "case_on": "2026-11-02", "stall": "A7"}},
    )  # fmt: skip
    work.once()
    (receipt,) = records.receipts(kind="stall_outcome")
    assert (receipt.batch, receipt.accepted, receipt.reporter) == (f"{number}.2", 1, "shangheng")


def test_a_record_that_the_ledger_refuses_is_given_up_with_the_rule(house: Ledger) -> None:
    granted()
    row = NoticeRow.objects.get(channel="ledger")
    row.payload["record"]["stall"] = ""
    row.save()
    assert work.once()["given_up"] == 1
    assert "E001" in NoticeRow.objects.get(channel="ledger").why


def test_an_officer_lets_what_was_given_up_be_sent_again(
    house: Ledger, officer: Client, sender: Client
) -> None:
    granted()
    row = NoticeRow.objects.get(channel="ledger")
    row.payload["record"]["stall"] = ""
    row.save()
    work.once()
    assert 'name="again"' in officer.get("/notices/").content.decode()
    assert sender.post("/notices/", {"again": row.pk}).status_code == HTTPStatus.FORBIDDEN
    assert officer.post("/notices/", {"again": row.pk}).status_code == HTTPStatus.FOUND
    row.refresh_from_db()
    assert (row.given_up_at, row.tries) == (None, 0)
    assert officer.post("/notices/", {"again": row.pk}).status_code == HTTPStatus.NOT_FOUND


def test_whoever_left_an_address_is_told_by_e_mail_without_their_case(house: Ledger) -> None:
    number = granted()
    work.once()
    told = [each for each in mail.outbox if each.to == ["li@example.cn"]]
    assert len(told) == 2  # the step and the letter
    assert number in told[0].subject
    assert "https://stalls.example/follow/" in told[0].body
    assert "瓷器" not in f"{told[0].subject} {told[0].body}"


class _Program(BaseHTTPRequestHandler):
    got: list[tuple[dict[str, str], bytes]]
    answers: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def program(tmp_path: Path, socket_enabled: None) -> Iterator[type[_Program]]:
    handler = type("Program", (_Program,), {"got": [], "answers": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook = {"url": f"http://127.0.0.1:{server.server_port}/hook", "secret": "s3", "acts": ["step"]}
    (tmp_path / "webhooks.yaml").write_text(json.dumps([hook]))
    yield handler
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("house")
def test_a_program_is_called_with_a_signature_until_it_answers(
    program: type[_Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    program.answers = [503]
    number = granted()
    work.once()
    assert NoticeRow.objects.get(channel="webhook").delivered_at is None
    monkeypatch.setattr("shangheng.site.clock.now", lambda: AT + timedelta(minutes=2))
    work.once()
    assert NoticeRow.objects.get(channel="webhook").delivered_at
    assert len(program.got) == 2
    headers, body = program.got[1]
    signature = hmac.new(b"s3", body, hashlib.sha256).hexdigest()
    assert headers["Shangheng-Signature"] == f"sha256={signature}"
    told = json.loads(body)
    assert (told["key"], told["number"], told["name"]) == (f"{number}/2", number, "grant")
    assert "瓷器" not in body.decode()


@pytest.mark.usefixtures("house")
def test_a_clock_that_ran_out_is_escalated_once_and_lies_in_the_inbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"wares": "瓷器", "region": "360702", "size": "s"}
    actions.open_case(KIND, given, Hand(NOBODY, AT, house=acting.house()))
    monkeypatch.setattr("shangheng.site.clock.now", lambda: AT + timedelta(hours=48))
    assert work.once()["escalated"] == 1
    assert work.once()["escalated"] == 0
    assert NoticeRow.objects.filter(zh__contains="时限已届满", role="stalls.clerk").count() == 1


@pytest.mark.usefixtures("house")
def test_anybody_checks_a_letter_by_its_code_prints_it_and_proves_it(client: Client) -> None:
    granted()
    row = LetterRow.objects.get()
    page = client.get("/verify-a-letter/", {"code": row.code.lower()}, follow=True)
    assert "是本平台出具的文书" in page.content.decode()
    assert "摊位号 A7" in page.content.decode()
    pdf = client.get(f"/verify-a-letter/{row.code}/letter.pdf")
    assert pdf.content.startswith(b"%PDF-")
    bundle = client.get(f"/verify-a-letter/{row.code}/evidence.zip").content
    with zipfile.ZipFile(io.BytesIO(bundle)) as found:
        assert json.loads(found.read("content.json"))["zh"] == row.content["zh"]
    LetterRow.objects.update(content={**row.content, "zh": ["摊位号 A1"]})
    altered = client.get(f"/verify-a-letter/{row.code}/")
    assert "与封存的不符" in altered.content.decode()
    assert client.get(f"/verify-a-letter/{row.code}/letter.pdf").status_code == 404
    assert client.get("/verify-a-letter/AAAA-BBBB-CCCC-DDDD/").status_code == 404


@pytest.mark.usefixtures("house")
def test_a_person_reads_their_notices_and_goes_where_they_lead(client: Client) -> None:
    people.make_person("clerk", PASSWORD, roles=())
    actions.open_case(
        KIND, {"wares": "瓷器", "region": "360702", "size": "s"},
        Hand(NOBODY, AT, house=acting.house()),
    )  # fmt: skip
    NoticeRow.objects.filter(channel="inbox").update(to="clerk", role="")
    client.login(username="clerk", password=PASSWORD)
    page = client.get("/notices/").content.decode()
    assert "新办件，待承办" in page
    opened = client.post("/notices/", {"notice": NoticeRow.objects.get().pk})
    assert opened.headers["Location"].startswith("/inbox/market_stall/MARKET-STALL-2026-000001")
    assert "未读 1" not in client.get("/notices/").content.decode()


def test_what_a_webhook_may_be_is_checked(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = tmp_path
    (tmp_path / "webhooks.yaml").write_text("- {url: 'http://example.cn/x', secret: s}")
    with pytest.raises(Invalid, match=r"webhooks\.not_https"):
        carriers.hooks()
    (tmp_path / "webhooks.yaml").write_text("url: x")
    with pytest.raises(Invalid, match=r"webhooks\.unreadable"):
        carriers.hooks()
