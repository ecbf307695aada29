# SPDX-License-Identifier: Apache-2.0
"""Retention from end to end: pages and commands, the audit, what stays provable."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.test import Client

from shangheng.cli import evidence as evidence_commands
from shangheng.cli.retention import retention_command
from shangheng.kernel.evidence import bundles
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.verifying import holds
from shangheng.kernel.records import actions, retained
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.site import clock, people, proving, sealing
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import PASSWORD, home, orders, report

pytestmark = pytest.mark.django_db
__all__ = ["home", "report"]  # fixtures
DECIDED = "retention.log_months: 6\nretention.address_months: 8\nretention.terminal_months: 6\n"
LOG_HEADER = "platform,stream,sequence,occurred_at,ip,source_port,act\n"


def log(first: date, days: int, *, skip: tuple[int, ...] = ()) -> bytes:
    """Return an access log: two lines a day, numbered through; numbers to skip are left out."""
    lines, number = [LOG_HEADER], 0
    for day in (first + timedelta(days=at) for at in range(days)):
        for hour in (9, 17):
            number += 1
            if number not in skip:
                lines.append(
                    f"P01,web-1,{number},{day} {hour:02}:00:00,203.0.113.{hour},4{hour}20,order\n"
                )
    return "".join(lines).encode()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(retention_command, list(map(str, words)), catch_exceptions=False)


def told(*words: str | Path) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def audited() -> dict[str, Any]:
    found = CliRunner().invoke(evidence_commands.evidence_command, ["audit", "--json"])
    answer: dict[str, Any] = json.loads(found.output)
    return answer


@pytest.fixture
def decided(home: Ledger, tmp_path: Path) -> Ledger:
    (tmp_path / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    return home


def signed_in(name: str, *roles: str) -> Client:
    people.make_person(name, PASSWORD, roles=(people.OFFICER, *(f"{role}@" for role in roles)))
    client = Client()
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def lead(home: Ledger) -> Client:
    return signed_in("lead", "retention.lead", "retention.officer")


@pytest.fixture
def officer(home: Ledger) -> Client:
    return signed_in("clerk", "retention.officer")


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content.decode()[-500:]
    return response.content.decode()


def request_case(officer: Client, lead: Client) -> str:
    """File a request for data and approve it; return its number."""
    form = {
        "agency": "某市公安局",
        "paper": "苏公调证〔2026〕1号",
        "ground": "刑事诉讼法 第五十四条",
        "purpose": "查刷单",
        "scope": "访问日志",
    }
    filed = officer.post("/cases/data_request/new/", form)
    assert filed["Location"] == "/follow/case/", filed["Location"]
    found = page(lead, "/inbox/data_request/")
    number = found[found.index("DJ-") :][:14]
    step = {"act": "step:approve", "reason": "手续齐全"}
    assert lead.post(f"/inbox/data_request/{number}/act/", step).status_code == 302
    return number


def test_what_is_undecided_is_asked_and_nothing_of_it_is_disposed_of(
    home: Ledger, lead: Client
) -> None:
    found = page(lead, "/retention/")
    assert "至少留存几个月" in found
    assert "期限待决定，不能处置" in found
    assert lead.get("/retention/due/access_log/").status_code == 422


def test_a_disposal_over_the_page_and_everything_still_fits(
    decided: Ledger, report: Callable[..., Receipt], lead: Client, officer: Client
) -> None:
    today = clock.now().date()
    old = report(log(today - timedelta(days=300), 5), kind="access_log")
    new = report(log(today - timedelta(days=20), 5, skip=()).replace(b"web-1", b"web-2"),
                 kind="access_log")  # fmt: skip
    sealing.publish()
    assert "到期" in page(officer, "/retention/due/access_log/")
    assert officer.post("/retention/due/access_log/", {"reason": "期满"}).status_code == 403
    assert lead.post("/retention/due/access_log/", {"reason": " "}).status_code == 422
    done = lead.post("/retention/due/access_log/", {"reason": "期满"}, follow=True)
    (row,) = retained.disposals()
    assert (row.records, row.months, row.by, row.is_finished) == (10, 8, "lead", True)
    assert row.number in done.content.decode()
    sealing.publish()
    assert audited() == {"ok": True, "findings": []}
    # The receipt of what is gone, and a record of what is not, are proved as before.
    assert holds(bundles.verify_bundle(proving.bundle(decided, old.batch)))
    assert holds(bundles.verify_bundle(proving.bundle(decided, "access_log:P01/web-2/3")))
    assert new.batch in page(lead, "/retention/due/access_log/")
    csv = lead.get("/retention/disposals/?format=csv").content.decode("utf-8-sig")
    assert row.number in csv


def test_the_audit_names_what_was_left_or_denied_of_a_disposal(
    decided: Ledger, report: Callable[..., Receipt], lead: Client
) -> None:
    today = clock.now().date()
    old = report(log(today - timedelta(days=300), 2), kind="access_log")
    told("dispose", "access_log", "--by", "lead", "--reason", "期满")
    assert audited()["ok"]
    folder = decided.batch(folder_of(old.reporter, old.batch))
    (folder / "hashes.bin").write_bytes(b"x" * 32)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_disposal SET reason = 'x'")
    codes = {each["code"] for each in audited()["findings"]}
    assert codes == {"evidence.content_left", "evidence.content_differs"}


def test_entries_of_a_register_that_a_partner_shared_have_a_plan_and_are_disposed_of(
    home: Ledger, lead: Client, tmp_path: Path
) -> None:
    assert "/retention/due/guarantee/" not in page(lead, "/retention/")
    path = tmp_path / "received.csv"
    path.write_text(
        "entry_of,entry_no,in_force_from,entry_state\nkunshan,BZ-1,2015-01-01,ended\n", "utf-8"
    )
    kind = REGISTRY.kind_held("guarantee")
    taken = actions.take(
        Report(source=path, kind=kind, reporter="kunshan"), home=home, at=clock.now()
    )
    assert taken.accepted == 1
    (tmp_path / "decisions.yaml").write_text(
        "retention.statistic_months: {value: 36, source: 某法 第一条}\n", "utf-8"
    )
    assert "/retention/due/guarantee/" in page(lead, "/retention/")
    assert "kunshan" in page(lead, "/retention/due/guarantee/")
    assert told("dispose", "guarantee", "--by", "lead", "--reason", "期满")["records"] == 1
    assert told("due", "guarantee")["batches"] == []


def test_a_published_figure_stays_when_its_records_are_gone(
    home: Ledger, report: Callable[..., Receipt], tmp_path: Path
) -> None:
    (tmp_path / "decisions.yaml").write_text(
        "retention.transaction_months: {value: 36, source: 某法 第一条}\n", "utf-8"
    )
    report(orders(30).replace(b"2025-11", b"2020-11"))
    file = tmp_path / "figure.zip"
    runner = CliRunner()
    sealed = runner.invoke(
        evidence_commands.evidence_command, ["figure", "order-count", "--by", "category", "--json"]
    )
    object_id = json.loads(sealed.output)["id"]
    runner.invoke(evidence_commands.evidence_command, ["bundle", object_id, "-o", str(file)])
    assert told("dispose", "order", "--by", "lead", "--reason", "期满")["records"] == 30
    again = runner.invoke(evidence_commands.verify_command, [str(file), "--recompute", "--json"])
    verdicts = json.loads(again.output)
    assert verdicts["ok"]
    assert verdicts["verdicts"][-1]["code"] == "evidence.figure_disposed"


def test_a_lawful_query_needs_an_approved_case_and_leaves_a_chain(
    decided: Ledger, report: Callable[..., Receipt], officer: Client, lead: Client, tmp_path: Path
) -> None:
    today = clock.now().date()
    report(log(today - timedelta(days=3), 3), kind="access_log")
    asked = {"kind": "access_log", "where": "ip=203.0.113.9", "purpose": "查刷单"}
    nowhere = officer.post("/retention/answers/", {**asked, "case": "DJ-2026-999999"})
    assert nowhere.status_code == 422
    number = request_case(officer, lead)
    made = officer.post("/retention/answers/", {**asked, "case": number})
    assert made.status_code == 302, made.content.decode()
    (answer,) = retained.answers(case=number)
    assert answer.rows == 3
    given = officer.post(made["Location"], {"act": "give", "to": "某市公安局", "why": "移送"})
    assert given.content.decode("utf-8-sig").count("203.0.113.9") == 3
    shown = page(officer, made["Location"])
    assert "移交" in shown
    assert "网络访问日志 · " in shown
    assert "=203.0.113.9" in shown
    assert answer.digest in shown
    bundle = officer.get(made["Location"] + "?format=zip").content
    assert holds(bundles.verify_bundle(bundle, sealing.the_log().public))
    files, _ = bundles.read(bundle)
    cover = files["cover.html"].decode()
    for said in ("某市公安局", "clerk", answer.digest):
        assert said in cover
    assert officer.post(made["Location"], {"act": "destroy", "why": "结案"}).status_code == 422
    assert told("answers", "--case", number)[0]["links"] == ["1 made clerk", "2 given clerk"]
    out = tmp_path / "answer.csv"
    link = told(
        "give", answer.number, "--to", "检察院", "--reason", "移送", "--by", "li", "-o", out
    )
    assert (link["link"], out.read_bytes()[:3]) == (3, b"\xef\xbb\xbf")
    assert told("destroy", answer.number, "--reason", "结案", "--by", "li")["destroyed"]
    # The case tells of it too.
    assert answer.number in page(lead, f"/inbox/data_request/{number}/")


def test_a_hold_under_a_case_keeps_records_over_page_and_command(
    decided: Ledger, report: Callable[..., Receipt], officer: Client, lead: Client
) -> None:
    today = clock.now().date()
    report(log(today - timedelta(days=300), 2), kind="access_log")
    number = request_case(officer, lead)
    form = {"case": number, "kind": "access_log", "where": "ip=203.0.113.9", "reason": "举证"}
    assert officer.post("/retention/holds/", {**form, "where": "ip"}).status_code == 422
    assert officer.post("/retention/holds/", form).status_code == 302
    assert "203.0.113.9" in page(officer, "/retention/holds/?text=DJ")
    due = told("due", "access_log")
    assert [each["state"] for each in due["batches"]] == ["held"]
    assert told("dispose", "access_log", "--by", "li", "--reason", "期满") == []
    hold = told("holds")[0]["number"]
    assert officer.post(f"/retention/holds/{hold}/release/", {"reason": "x"}).status_code == 403
    assert lead.post(f"/retention/holds/{hold}/release/", {"reason": "结案"}).status_code == 302
    assert told("dispose", "access_log", "--by", "li", "--reason", "期满")["records"] == 4


def test_the_audit_names_a_hold_a_link_and_an_answer_that_were_altered(
    decided: Ledger, report: Callable[..., Receipt], officer: Client, lead: Client
) -> None:
    report(log(clock.now().date() - timedelta(days=3), 3), kind="access_log")
    number = request_case(officer, lead)
    under = {"case": number, "kind": "access_log", "where": "ip=203.0.113.9"}
    officer.post("/retention/holds/", {**under, "reason": "举证"})
    made = officer.post("/retention/answers/", {**under, "purpose": "查刷单"})
    officer.post(made["Location"], {"act": "give", "to": "某市公安局", "why": "移送"})
    hold, (answer,) = told("holds")[0]["number"], retained.answers(case=number)
    lead.post(f"/retention/holds/{hold}/release/", {"reason": "结案"})
    sealing.publish()
    assert audited() == {"ok": True, "findings": []}
    altered = (
        ("kernel_legal_hold", "reason", hold), ("kernel_legal_hold", "release_reason", hold),
        ("kernel_custody", '"to"', answer.number), ("kernel_answer", "purpose", answer.number),
    )  # fmt: skip
    for table, column, name in altered:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {column} || 'x'")
            assert name in " ".join(each["where"] for each in audited()["findings"]), column
            cursor.execute(f"UPDATE {table} SET {column} = rtrim({column}, 'x')")
    assert audited()["ok"]
    sealed = decided.answer(answer.number)
    sealed.write_bytes(spoilt(sealed.read_bytes()))
    assert [each["where"] for each in audited()["findings"]] == [f"answers/{answer.number}"]


def test_a_platform_that_stopped_keeping_logs_is_named_with_its_day(
    decided: Ledger, report: Callable[..., Receipt], officer: Client
) -> None:
    today = clock.now().date()
    tuesday = today - timedelta(days=(today.weekday() - 1) % 7 or 7)
    report(log(tuesday - timedelta(days=30), 30, skip=(7, 8, 9)), kind="access_log")
    found = told("gaps", "--from", (tuesday - timedelta(days=40)).isoformat())
    silent = next(each for each in found if each["what"] == "silent")
    assert (silent["since"], silent["weekday"], silent["until"]) == (
        tuesday.isoformat(), "Tuesday", None
    )  # fmt: skip
    missing = next(each for each in found if each["what"] == "sequence")
    assert (missing["where"], missing["expected"]) == ("web-1 #7–9", 3)
    shown = page(officer, "/retention/gaps/")
    assert "停止留存" in shown
    assert "至今" in shown
    assert "retention.gap_percent" in shown
    assert officer.get("/retention/gaps/?since=nonsense").status_code == 422
    asked = officer.get("/retention/gaps/?format=json&kind=access_log").json()
    assert asked[0]["kind"] == "access_log"


def test_few_records_are_a_gap_once_a_share_is_decided(
    decided: Ledger, report: Callable[..., Receipt], tmp_path: Path
) -> None:
    more = DECIDED + "retention.gap_percent: 60\n"
    (tmp_path / "decisions.yaml").write_text(more, encoding="utf-8")
    last = clock.now().date() - timedelta(days=1)
    report(log(last - timedelta(days=29), 30, skip=(60,)), kind="access_log")
    found = told("gaps", "--kind", "access_log", "--reporter", "P01")
    assert [(each["what"], each["since"], each["found"]) for each in found] == [
        ("volume", last.isoformat(), 1)
    ]


def test_the_lists_are_empty_in_words_and_closed_to_strangers(
    home: Ledger, officer: Client
) -> None:
    for name, words in (("holds", "没有冻结"), ("answers", "还没有调取过"),
                        ("disposals", "没有处置记录"), ("gaps", "没有发现漏存")):  # fmt: skip
        assert words in page(officer, f"/retention/{name}/")
        assert Client().get(f"/retention/{name}/").status_code in (302, 403)


def test_the_commands_say_periods_dry_runs_and_sweep(
    decided: Ledger, report: Callable[..., Receipt]
) -> None:
    classes = {each["class"]: each for each in told("classes")}
    assert (classes["address"]["months"], classes["payment"]["months"]) == (8, None)
    today = clock.now()
    report(log(today.date() - timedelta(days=30), 2), kind="access_log")
    later = datetime(today.year + 2, 1, 1).date()  # noqa: DTZ001
    assert told("due", "access_log", "--on", later.isoformat())["records"] == 4
    assert told("dispose", "access_log", "--by", "a", "--reason", "b", "--dry-run") == []
    assert told("sweep") == {"folders": 0, "files": 0, "answers": 0, "checks": 0}
    assert "个月" in run("due", "access_log").output
