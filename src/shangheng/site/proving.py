# SPDX-License-Identifier: Apache-2.0
"""Bundles of what is in this house: a batch, a record, a case, a figure, any sealed object."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shangheng.kernel.cases import proofs as cases
from shangheng.kernel.cases.products import ISSUED as LETTER
from shangheng.kernel.cases.store import file_path
from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import bundles, chains, entries, proofs, queries, sealing
from shangheng.kernel.evidence.cover import HOW, Cover, lines_of
from shangheng.kernel.evidence.entries import BATCH_TAKEN
from shangheng.kernel.evidence.merkle import leaf_hash
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
from shangheng.kernel.registers import proofs as registers
from shangheng.site import officers_audit, paper, sealed_figures, wiring
from shangheng.site import sealing as house
from shangheng.site.registry import REGISTRY

CONFIRMED = "register.confirm"
FACTS = {
    "kind": "种类", "version": "版次", "number": "序号", "digest": "摘要", "key": "公钥",
    "subject": "名称", "records": "条数", "reporter": "报送单位", "batches": "批次数",
}  # fmt: skip
"""Chinese names of the facts that leaves show."""


def bundle(home: Ledger, object_id: str, *, reporter: str | None = None) -> bytes:
    """Return the evidence bundle of a batch (its number), a record or any sealed object.

    A record is written ``kind:key``, the parts of its key joined by slashes, such as
    ``order:P01/A-17``.
    """
    kind, _, key = object_id.partition(":")
    if key and kind in REGISTRY.kinds:
        return _record_bundle(home, REGISTRY.kind(kind), key, reporter)
    # That an entry was looked at is sealed, too, and says nothing of what it says.
    leaves = [each for each in queries.leaves_of(object_id) if each.what != officers_audit.LOOKED]
    if leaves and leaves[0].what == "case.open":
        return _case_bundle(object_id)
    if leaves and leaves[0].what != BATCH_TAKEN:
        return _plain_bundle(leaves[-1])
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
    content = entries.canonical(plain)
    return bundles.Bundle(
        content, evidence, cover, extras=page(), printer=printed, sm2=house.the_log().sm2
    )


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
    return bundles.write(replace(of_batch, cover=cover, record=proof, record_text=text))


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


def _case_bundle(number: str) -> bytes:
    """Prove a case: its last step in the log, every step before it, all that was attached."""
    kind, steps, last = cases.chain(number)
    chain = chains.written(kind, steps)
    files = Path(settings.HOME) / "files"
    attached = {
        chains.ATTACHED + each: _attached(files, each) for each in chains.attachments(chain)
    }
    declared = REGISTRY.cases.get(kind)
    lines = (
        ("办件", "Case", number),
        ("种类", "Kind", f"{declared.zh} {declared.en}" if declared else kind),
        ("步数", "Steps", str(len(steps))),
        ("末步", "Last step", f"{last.act} {last.name} → {last.target}"),
        ("经办", "By", " · ".join(filter(None, (last.by, last.role)))),
        ("附件", "Attached", str(len(attached))),
    )
    extras = page() | attached | {chains.CHAIN: chain}
    content = entries.canonical(steps[-1] | {"seal": last.seal})
    evidence = queries.proof_of(house.the_log(), queries.leaf(last.leaf))
    cover = Cover("办件存证", "Evidence of a case", lines)
    return bundles.write(
        bundles.Bundle(
            content, evidence, cover, extras=extras, printer=printed, sm2=house.the_log().sm2
        )
    )


def _attached(files: Path, digest: str) -> bytes:
    path = file_path(files, digest)
    if not path.exists():
        raise NotFound("evidence.file_missing", path=digest)
    return path.read_bytes()


def _plain_bundle(leaf: Leaf) -> bytes:
    """Bundle a published figure, an entry of a register, or a leaf whose facts are its content."""
    entry = entries.parse(leaf.entry)
    titles, content = ("存证", "Evidence"), entries.canonical(dict(entry.facts))
    if leaf.what == sealed_figures.PUBLISHED:
        titles = ("数据存证", "Evidence of a figure")
        content = sealed_figures.content_of(leaf.object_id)
    elif leaf.what == LETTER:
        titles = ("文书存证", "Evidence of a letter")
        content = entries.canonical(cases.letter_sealed_by(leaf.index))
    elif leaf.what.startswith("register."):
        titles = ("名录存证", "Evidence of an entry in a register")
        content = _entered(leaf)
    elif leaf.what.startswith("answer."):
        titles = ("依法调取存证", "Evidence of an answer to a lawful query")
        rows = officers_audit.sealed_links(leaf.object_id)
        found = (entries.canonical(row.content) for row in rows if row.index == leaf.index)
        content = next(found, b"")
    if entries.commitment(leaf.salt, content) != entry.commitment:
        raise NotFound("evidence.object_without_content", what=leaf.what, object=leaf.object_id)
    if leaf.what == sealed_figures.PUBLISHED:
        lines = sealed_figures.lines_of(content)
    else:
        shown = ((FACTS.get(name, name), name, str(v)) for name, v in entry.facts.items())
        lines = (*shown, *_said(json.loads(content)))
    evidence = queries.proof_of(house.the_log(), leaf)
    cover = Cover(*titles, lines)
    return bundles.write(
        bundles.Bundle(
            content, evidence, cover, extras=page(), printer=printed, sm2=house.the_log().sm2
        )
    )


SAID = (
    ("by", "经办", "By"), ("to", "交给", "To"), ("why", "理由", "Why"), ("case", "办件", "Case"),
    ("rows", "条数", "Rows"), ("digest", "所交文件的 SHA-256", "SHA-256 of the file"),
)  # fmt: skip
"""What a cover takes from a content: by whose hand, and what a lawful query was answered with."""


def _said(content: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple((zh, en, str(content[name])) for name, zh, en in SAID if content.get(name))


def _entered(leaf: Leaf) -> bytes:
    """Return what was sealed of a version of an entry, or of its confirmation."""
    if leaf.what == CONFIRMED:
        version = int(entries.parse(leaf.entry).facts["version"])
        return entries.canonical(registers.confirmation(leaf.object_id, version))
    rows = registers.sealed_versions(leaf.object_id)
    return next((entries.canonical(row.content) for row in rows if row.index == leaf.index), b"")


def printed(cover: Cover, files: Mapping[str, bytes]) -> bytes:
    """Return the cover as PDF; its square leads to the verifier, or says which leaf it is."""
    entry, proof = (
        entries.parse(files["entry.json"]),
        proofs.parse(files["proof.tlog-proof"].decode()),
    )
    origin = proof.checkpoint.partition("\n")[0]
    digest = leaf_hash(files["entry.json"]).hex()
    said = f"{origin} {proof.index} {digest}"
    facts = tuple((f"{zh} {en}", value) for zh, en, value in lines_of(cover, files))
    listed = tuple((name, sha256(data).hexdigest()) for name, data in sorted(files.items()))
    how = "\n".join(f"{n}. {zh}\n    {en}" for n, (zh, en) in enumerate(HOW, start=1))
    return paper.sheet(
        paper.Sheet(
            title=cover.zh, english=cover.en, issuer=f"{wiring.place().zh} 商衡存证日志",
            number=entry.object_id,
            at=entry.at, code=f"{proof.index} · {digest[:32]}",
            link=f"{settings.ADDRESS}/log/verify/" if settings.ADDRESS else said,
            parts=(
                paper.Facts(facts), paper.Heading("如何核验 How to verify"), paper.Text(how),
                paper.Heading("文件摘要（SHA-256） Digests of the files"),
                paper.Table(("文件 File", "SHA-256"), listed, widths=(2, 5)),
            ),
        )
    )  # fmt: skip


def page() -> dict[str, bytes]:
    """Return the verifier as a page that works from a folder, without any server."""
    script = finders.find("shangheng/verify.js")
    html = render_to_string("site/verify_alone.html")
    return {"verify.html": html.encode(), "verify.js": Path(str(script)).read_bytes()}


def batch_secret(home: Ledger, object_id: str) -> bytes:
    """Return the secret of a batch's salts, which is that of its archived bytes."""
    return archive.batch_secret(home.archive(object_id), master_key=home.master_key)
