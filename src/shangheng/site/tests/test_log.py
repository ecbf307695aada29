# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from django.db import connection as rows
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.evidence import actions, merkle, queries
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.bundles import read, verify_bundle
from shangheng.kernel.evidence.entries import BATCH_TAKEN
from shangheng.kernel.evidence.findings import Finding
from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.evidence.proofs import open_checkpoint
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.tiled_tree import TiledTree
from shangheng.kernel.evidence.verifying import holds, verify_receipt
from shangheng.kernel.evidence.witnessing import request
from shangheng.kernel.records import actions as intake
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.store.tables import Table, scan
from shangheng.site import auditing, proving, sealing
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders

pytestmark = pytest.mark.django_db


def sealed(home: Ledger, receipt: Receipt) -> str:
    """See that a batch has its leaf, and return its object."""
    name = folder_of(receipt.reporter, receipt.batch)
    if not queries.leaves_of(name, BATCH_TAKEN):
        actions.seal_batches({name: receipt.to_dict()})
    return name


@pytest.fixture
def batch(home: Ledger, report: Callable[..., Receipt]) -> Receipt:
    """Return the receipt of sixty orders, sealed and published among others."""
    sealing.prepare()
    receipt = report(orders())
    sealed(home, receipt)
    other = report(orders(5, platform="P02"), reporter="P02")
    sealed(home, other)
    sealing.publish()
    return receipt


def test_a_home_has_a_log_whose_first_leaf_is_its_key(home: Ledger) -> None:
    sealing.prepare()
    sealing.prepare()
    whats = [leaf.what for leaf in queries.leaves()]
    nouns = [each.noun for each in queries.beginnings()]
    assert whats == ["key.added", *["sealing.began"] * len(nouns)]
    assert nouns[:3] == ["reporters", "parties", "accounts"]
    assert sorted(nouns[3:]) == ["exchange", "people", "postings", "tokens"]
    published = sealing.the_log().published()
    assert published is not None
    assert published[1].checkpoint.size == len(whats)


def test_a_receipt_carries_a_proof_that_verifies_offline(home: Ledger, batch: Receipt) -> None:
    told = sealing.with_evidence(batch, home=home)
    assert holds(verify_receipt(json.dumps(told), sealing.the_log().public))
    assert told["evidence"]["state"] == "published"
    told["rows_read"] += 1
    assert not holds(verify_receipt(json.dumps(told)))


def test_a_receipt_without_a_leaf_is_given_as_it_is(
    home: Ledger, report: Callable[..., Receipt]
) -> None:
    receipt = Receipt.from_dict(report(orders(3)).to_dict() | {"batch": "unknown"})
    assert sealing.with_evidence(receipt, home=home) == receipt.to_dict()


def test_the_log_is_served_as_plain_files_that_another_reader_can_follow(
    client: Client, batch: Receipt, tmp_path: Path
) -> None:
    store = TileStore(tmp_path / "copied", durable=False)

    def fetched(path: str) -> bytes:
        answer = client.get(f"/log/{path}")
        assert answer.status_code == 200, path
        assert answer["Access-Control-Allow-Origin"] == "*"
        return b"".join(answer.streaming_content)

    note = fetched("checkpoint")
    tree = open_checkpoint(note, sealing.the_log().trust).checkpoint
    paths = [f"tile/0/000.p/{tree.size}", f"tile/entries/000.p/{tree.size}"]
    store.put((path, fetched(path)) for path in paths)
    copied = TiledTree(store, tree.size)
    assert copied.root() == tree.root
    entries = [copied.entry(index) for index in range(tree.size)]
    assert [merkle.leaf_hash(each) for each in entries] == list(
        map(copied.leaf_hash, range(tree.size))
    )
    told = [json.loads(each) for each in entries]
    (taken, _) = [each["facts"] for each in told if each["what"] == "batch.taken"]
    assert taken["reporter"] == batch.reporter
    assert fetched("keys").decode().startswith(tree.origin)
    assert fetched(f"stamps/{tree.size}.tsr")[:1] == b"0"
    assert client.get("/log/checkpoint")["Cache-Control"] == "no-cache"
    assert "immutable" in client.get(f"/log/{paths[0]}")["Cache-Control"]
    assert client.get("/log/checkpoint")["Content-Type"].startswith("text/plain")
    assert client.post("/log/checkpoint").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["../keys/log.key", "tile/../../keys/log.key", "tile/0/999", ".pending/x", "tile/", "x"],
)
def test_nothing_else_of_the_home_is_served(client: Client, batch: Receipt, path: str) -> None:
    assert client.get(f"/log/{path}").status_code == 404


def page(client: Client, **query: str) -> str:
    return client.get("/log/", query).content.decode()


def test_the_audit_page_shows_growth_and_consistency(
    client: Client, home: Ledger, batch: Receipt, report: Callable[..., Receipt]
) -> None:
    published = sealing.the_log().published()
    assert published is not None
    old = published[0]
    sealed(home, report(orders(4, platform="P03"), reporter="P03"))
    sealing.publish()
    shown = page(client)
    assert "批次" in shown
    assert "batch.taken" in shown
    rows = client.get("/log/?format=csv").content.decode("utf-8-sig").splitlines()[1:]
    assert sum(int(row.split(",")[2]) for row in rows) == queries.size()
    assert int(rows[0].split(",")[3]) == queries.size()
    drawn = client.get("/log/?format=svg&lang=en").content.decode()
    assert f"{queries.size()} leaves" in drawn
    assert sealing.the_log().origin in page(client)
    assert "一致：此后只增加了条目" in page(client, since=old.replace("\n", "\r\n"))
    growth = queries.growth_since(sealing.the_log(), old)
    assert b64encode(growth.proof[0]).decode() in unescape(page(client, since=old))
    assert "alarm" not in page(client, since=old)
    assert "note warn" in page(client, since="nonsense")
    forged = sealing.the_log().sign(2, bytes(32))
    assert "日志分叉" in page(client, since=forged)
    assert forged.split("\n")[2] in page(client, since=forged)


def test_this_house_cosigns_the_logs_that_it_was_told_of(
    client: Client, batch: Receipt, tmp_path: Path, settings: Settings
) -> None:
    assert client.get("/witness/key").status_code == 404
    settings.WITNESSED = str(sealing.folder() / "keys")
    key = client.get("/witness/key").content.decode().strip()
    published = sealing.the_log().published()
    assert published is not None

    def asked(body: bytes) -> tuple[int, str]:
        stranger = Client(enforce_csrf_checks=True)
        answer = stranger.post("/witness/add-checkpoint", body, content_type="text/plain")
        return answer.status_code, answer.content.decode()

    status, lines = asked(request(0, [], published[0]))
    assert status == 200
    assert open_note(published[0] + lines, [key]).signatures[0].at
    size = published[1].checkpoint.size
    assert asked(request(0, [], published[0])) == (409, f"{size}\n")
    assert asked(request(size, [], sealing.the_log().sign(size, bytes(32))))[0] == 422
    assert asked(request(size + 9, [], published[0]))[0] == 400
    assert asked(request(0, [], published[0].replace("shangheng", "other")))[0] == 404
    assert (
        asked(request(size, [], published[0].replace(f"\n{size}\n", f"\n{size + 1}\n")))[0] == 403
    )


def test_an_empty_log_says_so_and_a_home_without_keys_still_shows_the_verifier(
    client: Client, home: Ledger
) -> None:
    answer = client.get("/log/verify/")
    assert answer.status_code == 200
    assert "connect-src 'none'" in answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert "<script>" not in answer.content.decode()


def found(home: Ledger) -> list[Finding]:
    with TemporaryDirectory() as folder:
        return audit(sealing.the_log(), auditing.objects(home, Path(folder)))


def test_a_whole_house_has_no_findings(
    home: Ledger, batch: Receipt, report: Callable[..., Receipt]
) -> None:
    corrected = orders(10).replace(b"100.00,100.00", b"100.00,90.00")
    sealed(home, report(corrected))
    sealed(home, report(orders(20), reporter="shop-1"))
    sealing.publish()
    assert found(home) == []


def places(home: Ledger, name: str) -> list[Path]:
    folder = home.batch(name)
    return [folder / "receipt.json", folder / "hashes.bin", home.archive(name)]


def test_every_changed_byte_of_a_batch_is_found_and_its_file_is_named(
    home: Ledger, batch: Receipt
) -> None:
    name = folder_of(batch.reporter, batch.batch)
    for path in places(home, name):
        good = path.read_bytes()
        for at in range(3, len(good), max(1, len(good) // 6)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            where = [finding.where for finding in found(home)]
            assert any(path.name in each for each in where), (path.name, at, where)
        path.unlink()
        assert any(path.name in finding.where for finding in found(home))
        path.write_bytes(good)
    assert found(home) == []


def test_an_altered_row_of_the_ledger_is_found_and_its_batch_is_named(
    home: Ledger, batch: Receipt
) -> None:
    path = Path(records.ledger_files(home, "order").paths[0])
    good = path.read_bytes()
    with duckdb.connect() as connection:
        changed = f"SELECT * REPLACE (paid + 1 AS paid) FROM '{path}'"
        connection.execute(f"COPY ({changed}) TO '{path}.new' (FORMAT parquet)")
    path.write_bytes(Path(f"{path}.new").read_bytes())
    named = str(path.relative_to(home.root.resolve()))
    findings = {(finding.code, finding.where) for finding in found(home)}
    assert ("evidence.ledger_file_altered", named) in findings
    other = records.receipts(reporter="P02")[0]
    owners = {f"tables/order {each.reporter} {each.batch}" for each in (batch, other)}
    assert {where for code, where in findings if code == "evidence.rows_gone"} <= owners
    assert {code for code, _ in findings} == {
        "evidence.rows_gone", "evidence.ledger_file_altered",
    }  # fmt: skip
    path.write_bytes(good[:-1])
    codes = {finding.code for finding in found(home)}
    assert codes == {"evidence.rows_gone", "evidence.ledger_file_altered"}


def test_rows_that_nobody_reported_are_found_though_their_commit_is_sealed(
    home: Ledger, batch: Receipt
) -> None:
    kind = REGISTRY.kind("order")
    table = Table(home.table("order"), kind)
    paths = [str(table.path / path) for path in table.files()]
    with duckdb.connect() as connection:
        rows_ = f"SELECT * REPLACE (paid + 1 AS paid) FROM {scan(paths)}"
        adds = table.write(connection, rows_, tag="forged")
    table.commit(adds, table.files(), facts={"tag": "forged"})
    assert {each.code for each in found(home)} >= {"evidence.object_unsealed"}
    intake.seal_versions(home, "order")
    sealing.publish()
    codes = {finding.code for finding in found(home)}
    assert codes == {"evidence.rows_not_sealed", "evidence.rows_gone"}


def test_batches_of_which_no_row_is_left_are_found_though_the_commit_is_sealed(
    home: Ledger, batch: Receipt
) -> None:
    table = Table(home.table("order"), REGISTRY.kind("order"))
    table.commit([], table.files(), facts={"tag": "forged"})
    intake.seal_versions(home, "order")
    sealing.publish()
    findings = found(home)
    assert {finding.code for finding in findings} == {"evidence.rows_gone"}
    assert f"tables/order {batch.reporter} {batch.batch}" in {each.where for each in findings}


def test_what_a_second_source_said_is_sealed_and_proved_as_a_record_is(
    home: Ledger, batch: Receipt, report: Callable[..., Receipt]
) -> None:
    told = report(orders(20).replace(b"100.00,100.00", b"100.00,99.00"), reporter="shop-1")
    assert (told.second_source, told.records) == (20, 20)
    sealing.publish()
    assert found(home) == []
    data = proving.bundle(home, "order:P01/P01-17", reporter="shop-1")
    assert holds(verify_bundle(data, sealing.the_log().public))
    files, _ = read(data)
    assert b"99.00" in files["record.txt"]
    assert b"100.00" in read(proving.bundle(home, "order:P01/P01-17"))[0]["record.txt"]
    path = Path(records.claims_files(home, "order").paths[0])
    path.write_bytes(spoilt(path.read_bytes()))
    codes = {finding.code for finding in found(home)}
    assert codes == {"evidence.rows_gone", "evidence.ledger_file_altered"}


def test_a_batch_without_a_leaf_is_found(
    home: Ledger, batch: Receipt, report: Callable[..., Receipt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "seal_batches", lambda _: None)
    unsealed = report(orders(2, platform="P09"), reporter="P09")
    where = [finding.where for finding in found(home)]
    assert where == [f"batch.taken {folder_of('P09', unsealed.batch)}"]
    with pytest.raises(NotFound, match=r"evidence\.object_without_leaf"):
        proving.bundle(home, unsealed.batch)


def test_a_record_is_proved_without_showing_another(home: Ledger, batch: Receipt) -> None:
    data = proving.bundle(home, "order:P01/P01-17")
    assert holds(verify_bundle(data, sealing.the_log().public))
    files, _ = read(data)
    assert b"P01-17" in files["record.txt"]
    assert b"P01-18" not in b"".join(files.values())
    assert "P01-17" in files["cover.html"].decode()
    assert {"verify.py", "verify.html", "verify.js"} < set(files)
    with pytest.raises(NotFound, match=r"evidence\.record_unknown"):
        proving.bundle(home, "order:P01/none")
    with pytest.raises(Invalid, match=r"evidence\.record_key"):
        proving.bundle(home, "order:P01")


def test_a_key_has_a_bundle_too(batch: Receipt, home: Ledger) -> None:
    key_id = sealing.the_log().signers[0].verifier.key_id.hex()
    assert holds(verify_bundle(proving.bundle(home, key_id)))


def test_verification_opens_no_database(home: Ledger, batch: Receipt, tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(sealing.with_evidence(batch, home=home)), encoding="utf-8")
    program = (
        "import sys; from shangheng.kernel.evidence.verifying import holds, verify_receipt; "
        "ok = holds(verify_receipt(open(sys.argv[1]).read())); "
        "sys.exit(0 if ok and 'django' not in sys.modules else 1)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert done.returncode == 0


def test_an_altered_column_of_a_batch_is_found_and_its_row_is_named(
    home: Ledger, batch: Receipt
) -> None:
    name = folder_of(batch.reporter, batch.batch)
    with rows.cursor() as cursor:
        cursor.execute("UPDATE kernel_batch SET accepted = accepted + 1 WHERE folder = %s", [name])
    assert [(each.where, each.code) for each in found(home)] == [
        (f"kernel_batch/{name}", "evidence.row_differs")
    ]
