# SPDX-License-Identifier: Apache-2.0
"""Bundles of what is in this house: a batch, a record, a case, a figure, any sealed object."""

from hashlib import sha256
from pathlib import Path

import duckdb
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import bundles, entries, queries, sealing
from shangheng.kernel.evidence.cover import Cover
from shangheng.kernel.evidence.entries import BATCH_TAKEN
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store import archive
from shangheng.kernel.records.store.committing import HASHES
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.store.reading import canonical, quoted
from shangheng.kernel.records.store.tables import scan
from shangheng.site import sealed_figures
from shangheng.site import sealing as house
from shangheng.site.registry import REGISTRY


def bundle(home: Ledger, object_id: str, *, reporter: str | None = None) -> bytes:
    """Return the evidence bundle of a batch (its number), a record or any sealed object.

    A record is written ``kind:key``, the parts of its key joined by slashes, such as
    ``order:P01/A-17``.
    """
    kind, _, key = object_id.partition(":")
    if key and kind in REGISTRY.kinds:
        return _record_bundle(home, REGISTRY.kind(kind), key, reporter)
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


def _record_bundle(home: Ledger, kind: RecordKind, key: str, reporter: str | None) -> bytes:
    """Prove one record: its text as hashed, its place in the batch, the batch in the log."""
    text, reporter, batch = _record(home, kind, key.split("/"), reporter)
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


def _record(
    home: Ledger, kind: RecordKind, key: list[str], told_by: str | None
) -> tuple[bytes, str, str]:
    """Return the text that was hashed, the reporter and the batch of a record as it stands.

    `told_by` asks for what a certain reporter says of it, who may be a second source.
    """
    if len(key) != len(kind.key):
        raise Invalid("evidence.record_key", kind=kind.name, key=list(kind.key))
    where = " AND ".join(f"{quoted(name)}::VARCHAR = ?" for name in kind.key)
    given = [*key, told_by] if told_by else key
    where += " AND reporter = ?" if told_by else ""
    claims = records.claims_files(home, kind.name).paths if told_by else ()
    paths = (*records.ledger_files(home, kind.name).paths, *claims)
    if paths:
        with duckdb.connect() as connection:
            asked = f"SELECT {canonical(kind)}, reporter, batch FROM {scan(paths)} WHERE {where}"
            row = connection.execute(asked, given).fetchone()
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
