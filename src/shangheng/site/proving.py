# SPDX-License-Identifier: Apache-2.0
"""Bundles of what is in this house, and the audit of the log against it."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound, ShanghengError
from shangheng.kernel.evidence import bundles, entries, queries, sealing
from shangheng.kernel.evidence.auditing import Finding, Objects, committed
from shangheng.kernel.evidence.cover import Cover
from shangheng.kernel.evidence.entries import BATCH_TAKEN, Fact
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.records import queries as records
from shangheng.kernel.records import retained
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.disposing import BATCH_DISPOSED, DISPOSED
from shangheng.kernel.records.store import archive
from shangheng.kernel.records.store.committing import HASHES
from shangheng.kernel.records.store.disposal import remains
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.store.reading import canonical, literal, quoted
from shangheng.kernel.records.store.tables import scan
from shangheng.site import sealed_figures
from shangheng.site import sealing as house
from shangheng.site.registry import REGISTRY

RECEIPTS_A_ROUND = 500


def bundle(home: Ledger, object_id: str, *, reporter: str | None = None) -> bytes:
    """Return the evidence bundle of a batch (its number), a record or any sealed object.

    A record is written ``kind:key``, the parts of its key joined by slashes, such as
    ``order:P01/A-17``.
    """
    kind, _, key = object_id.partition(":")
    if key and kind in REGISTRY.kinds:
        return _record_bundle(home, REGISTRY.kind(kind), key)
    leaves = queries.leaves_of(object_id)
    if leaves and leaves[0].what != BATCH_TAKEN:
        return _plain_bundle(leaves[0])
    receipt = records.receipt(object_id, reporter=reporter)
    return bundles.write(_of_batch(home, receipt))


def _of_batch(home: Ledger, receipt: Receipt) -> bundles.Bundle:
    plain = house.with_evidence(receipt, home=home)
    evidence = plain.pop("evidence", None)
    if evidence is None:
        raise NotFound("evidence.object_without_leaf", object=receipt.batch)
    lines = (
        ("批次", "Batch", receipt.batch),
        ("报送单位", "Reporter", receipt.reporter),
        ("种类", "Kind", receipt.kind),
        ("读入、接收", "Rows read, accepted", f"{receipt.rows_read:,}, {receipt.accepted:,}"),
        ("原件摘要", "Digest of the bytes", receipt.digest),
    )
    cover = Cover("批次存证", "Evidence of a batch", lines)
    return bundles.Bundle(entries.canonical(plain), evidence, cover, extras=page())


def _record_bundle(home: Ledger, kind: RecordKind, key: str) -> bytes:
    """Prove one record: its text as hashed, its place in the batch, the batch in the log."""
    text, reporter, batch = _record(home, kind, key.split("/"))
    receipt = records.receipt(batch, reporter=reporter)
    of_batch = _of_batch(home, receipt)
    object_id = folder_of(reporter, batch)
    hashes = home.batch(object_id) / HASHES
    index = sealing.find_record(hashes, sha256(text).digest())
    if index is None:
        raise EvidenceBroken("evidence.record_not_in_batch", index=-1, records=receipt.rows_read)
    secret, nodes = batch_secret(home, object_id), hashes.with_name("nodes.bin")
    proof = sealing.prove_record(hashes, secret, index, nodes=nodes)
    if not proof.holds(bytes.fromhex(receipt.records_root.removeprefix("sha256:"))):
        nodes.unlink()  # what was kept is damaged: it is computed again
        proof = sealing.prove_record(hashes, secret, index, nodes=nodes)
    values = text.decode().split("\x1f")
    shown = tuple(
        (field.zh, field.en or field.name, value)
        for field, value in zip(kind.fields, values, strict=False)
        if value
    )
    lines = (("记录", "Record", f"{kind.name}:{key}"), *shown, *of_batch.cover.lines)
    cover = Cover("记录存证", "Evidence of a record", lines)
    return bundles.write(
        bundles.Bundle(of_batch.content, of_batch.evidence, cover, proof, text, of_batch.extras)
    )


def _record(home: Ledger, kind: RecordKind, key: list[str]) -> tuple[bytes, str, str]:
    """Return the text that was hashed, the reporter and the batch of a record as it stands."""
    files = records.ledger_files(home, kind.name)
    if len(key) != len(kind.key):
        raise Invalid("evidence.record_key", kind=kind.name, key=list(kind.key))
    where = " AND ".join(f"{quoted(name)}::VARCHAR = ?" for name in kind.key)
    if files.paths:
        with duckdb.connect() as connection:
            row = connection.execute(
                f"SELECT {canonical(kind)}, reporter, batch FROM {scan(files.paths)} "
                f"WHERE {where}",
                key,
            ).fetchone()
        if row:
            return row[0].encode(), row[1], row[2]
    raise NotFound("evidence.record_unknown", kind=kind.name, key="/".join(key))


def _plain_bundle(leaf: Leaf) -> bytes:
    """Bundle a published figure, or a leaf whose content is its public facts, as that of a key."""
    entry = entries.parse(leaf.entry)
    content = entries.canonical(dict(entry.facts))
    is_figure = leaf.what == sealed_figures.PUBLISHED
    if is_figure:
        content = sealed_figures.content_of(leaf.object_id)
    if entries.commitment(leaf.salt, content) != entry.commitment:
        raise NotFound("evidence.object_without_content", what=leaf.what, object=leaf.object_id)
    lines = tuple((name, name, str(value)) for name, value in entry.facts.items())
    evidence = queries.proof_of(house.the_log(), leaf)
    titles = ("数据存证", "Evidence of a figure") if is_figure else ("存证", "Evidence")
    return bundles.write(bundles.Bundle(content, evidence, Cover(*titles, lines), extras=page()))


def page() -> dict[str, bytes]:
    """Return the verifier as a page that works from a folder, without any server."""
    script = finders.find("shangheng/verify.js")
    html = render_to_string("site/verify_alone.html")
    return {"verify.html": html.encode(), "verify.js": Path(str(script)).read_bytes()}


def batch_secret(home: Ledger, object_id: str) -> bytes:
    """Return the secret of a batch's salts, which is that of its archived bytes."""
    return archive.batch_secret(home.archive(object_id), master_key=home.master_key)


def objects(home: Ledger) -> Objects:
    """Return what the audit asks about this house's batches and its ledger."""
    return Objects(
        checks={
            BATCH_TAKEN: partial(_check_batch, home),
            sealed_figures.PUBLISHED: _check_figure,
            DISPOSED: _check_disposal,
            BATCH_DISPOSED: partial(_check_disposed, home),
        },
        expected=_expected,
        wholes=(
            _check_columns,
            *(partial(_check_ledger, home, kind) for kind in REGISTRY.kinds.values()),
        ),
    )


def _receipts() -> Iterator[Receipt]:
    offset = 0
    while found := records.receipts(limit=RECEIPTS_A_ROUND, offset=offset):
        yield from found
        offset += len(found)


def _expected() -> Iterator[tuple[str, str]]:
    for receipt in _receipts():
        yield BATCH_TAKEN, folder_of(receipt.reporter, receipt.batch)
    for object_id in sealed_figures.sealed():
        yield sealed_figures.PUBLISHED, object_id
    for number, folders in retained.disposed():
        yield DISPOSED, number
        yield from ((BATCH_DISPOSED, folder) for folder in folders)


def _check_figure(leaf: Leaf) -> Iterator[Finding]:
    content = sealed_figures.content_of(leaf.object_id)
    yield from committed(leaf, content, f"figures/{leaf.object_id}.json")


def _check_batch(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Compare a batch's leaf with its receipt, row, record hashes and archived bytes."""
    where = f"batches/{leaf.object_id}"
    facts = entries.parse(leaf.entry).facts
    plain = _receipt_file(home, leaf.object_id)
    if plain is None:
        yield Finding(f"{where}/receipt.json", "evidence.document_malformed", {"part": "receipt"})
        return
    yield from committed(leaf, entries.canonical(plain), f"{where}/receipt.json")
    yield from _check_row(plain, leaf.object_id)
    if queries.leaves_of(leaf.object_id, BATCH_DISPOSED):
        return
    yield from _tried(f"{where}/hashes.bin", partial(_check_root, home, leaf.object_id, facts))
    archived = home.archive(leaf.object_id)
    for sealed in (archived, *sorted(archived.parent.glob(f"{leaf.object_id}.*.sealed"))):
        yield from _tried(f"archive/{sealed.name}", partial(_check_archive, home, sealed, facts))


def _check_disposal(leaf: Leaf) -> Iterator[Finding]:
    """Compare the leaf of a disposal with its row and the batches that say that they went."""
    where = f"kernel_disposal/{leaf.object_id}"
    content = retained.disposal_content(leaf.object_id)
    if content is None:
        yield Finding(where, "evidence.file_missing", {"path": where})
        return
    yield from committed(leaf, entries.canonical(content), where)


def _check_disposed(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Check that nothing is left of a batch that was disposed of, and that its row says so."""
    where = f"batches/{leaf.object_id}"
    told = retained.disposal_of_batch(leaf.object_id)
    if told != entries.parse(leaf.entry).facts["disposal"]:
        yield Finding(
            f"kernel_batch/{leaf.object_id}", "evidence.row_differs", {"column": "disposal"}
        )
    for path in remains(home, leaf.object_id):
        yield Finding(f"{where}/{path.name}", "evidence.content_left", {"path": path.name})


def _receipt_file(home: Ledger, object_id: str) -> dict[str, Any] | None:
    try:
        plain = house.sealed_receipt(home, object_id)
        entries.canonical(plain)
    except (ValueError, ShanghengError):
        return None
    return plain if isinstance(plain, dict) else None


def _tried(where: str, check: partial[str]) -> Iterator[Finding]:
    """Make a finding of what a check raises or tells."""
    try:
        wrong = check()
    except ShanghengError as error:
        yield Finding(where, error.code, error.facts)
    except FileNotFoundError:
        yield Finding(where, "evidence.file_missing", {"path": where})
    else:
        if wrong:
            yield Finding(where, "evidence.row_differs", {"column": wrong})


def _check_row(plain: dict[str, Any], object_id: str) -> Iterator[Finding]:
    where = f"kernel_batch/{object_id}"
    try:
        row = records.receipt(str(plain.get("batch")), reporter=str(plain.get("reporter")))
    except NotFound as error:
        yield Finding(where, error.code, error.facts)
        return
    now = json.loads(entries.canonical(row.to_dict()))
    if wrong := sorted(name for name in plain if now.get(name) != plain[name]):
        yield Finding(where, "evidence.row_differs", {"column": ", ".join(wrong)})


def _check_columns() -> Iterator[Finding]:
    """Compare the columns of every batch's row with the receipt that stands in it."""
    for object_id in records.rows_unlike_their_receipts():
        facts: dict[str, Fact] = {"column": "kind, digest, bytes, counts, received_at"}
        yield Finding(f"kernel_batch/{object_id}", "evidence.row_differs", facts)


def _check_root(home: Ledger, object_id: str, facts: Mapping[str, Fact]) -> str:
    """Return the name of what differs in the batch's tree, or nothing."""
    hashes = home.batch(object_id) / HASHES
    sealed = sealing.seal_records(hashes, batch_secret(home, object_id))
    return (
        "" if (sealed.root.hex(), sealed.records) == (facts["root"], facts["records"]) else "root"
    )


def _check_archive(home: Ledger, path: Path, facts: Mapping[str, Fact]) -> str:
    """Return what differs in the archived bytes; that they open proves them whole."""
    digest, size = sha256(), 0
    for piece in archive.unsealed(path, master_key=home.master_key):
        digest.update(piece)
        size += len(piece)
    if size != facts["bytes"]:  # several files were joined: their digests are one digest
        return ""
    return "" if f"sha256:{digest.hexdigest()}" == facts["digest"] else "digest"


def _check_ledger(home: Ledger, kind: RecordKind) -> Iterator[Finding]:
    """Compare the rows of a kind, current and replaced, with their batches' hashes.

    What second sources claim is not among the hashes of their batch unless it once was the word
    on the record; so claims can explain a hash, but need none.
    """
    sources = _sources(home, kind)
    if not sources:
        return
    rows = " UNION ALL ".join(
        f"SELECT {claimed} AS claimed, reporter, batch, unhex(sha256({canonical(kind)})) AS hash "
        f"FROM {source}"
        for source, claimed in sources
    )
    asked = (
        "SELECT reporter, batch, list(DISTINCT hash) FILTER (NOT claimed), list(DISTINCT hash) "
        f"FROM ({rows}) GROUP BY ALL ORDER BY ALL"
    )
    try:
        with duckdb.connect() as connection:
            told = connection.execute(asked)
            while row := told.fetchone():
                yield from _check_hashes(home, kind, row)
    except duckdb.Error as error:
        detail = str(error).splitlines()[0]
        yield Finding(f"tables/{kind.name}", "evidence.ledger_unreadable", {"detail": detail})


def _sources(home: Ledger, kind: RecordKind) -> list[tuple[str, str]]:
    """Return the SQL of every place where rows of a kind lie, and whether they are claims."""
    found = []
    if paths := records.ledger_files(home, kind.name).paths:
        found.append((scan(paths), "false"))
    if paths := records.claims_files(home, kind.name).paths:
        found.append((scan(paths), "true"))
    for path in sorted(home.history(kind.name).glob("*.parquet")):
        claimed = "true" if path.stem.endswith("-claims") else "false"
        found.append((f"read_parquet({literal(str(path))})", claimed))
    return found


def _check_hashes(home: Ledger, kind: RecordKind, row: tuple[Any, ...]) -> Iterator[Finding]:
    reporter, batch, own, every = row
    where = f"tables/{kind.name} {reporter} {batch}"
    path = home.batch(folder_of(reporter, batch)) / HASHES
    data = path.read_bytes() if path.exists() else b""
    sealed = {data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)}
    if more := len(set(own or ()) - sealed):
        yield Finding(where, "evidence.rows_not_sealed", {"rows": more, "batch": batch})
    if less := len(sealed - set(every)):
        yield Finding(where, "evidence.rows_gone", {"rows": less, "batch": batch})
