# SPDX-License-Identifier: Apache-2.0
import json
import random
import ssl
import struct
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import (
    actions,
    bundles,
    entries,
    queries,
)
from shangheng.kernel.evidence.bundles import Bundle, packed, verify_bundle, write
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.public_keys import PublicKeys, encode_keys, parse_keys
from shangheng.kernel.evidence.tests.logs import (
    AT,
    COVER,
    failed,
    now,
    opened,
    receipt,
    seal,
    text,
)
from shangheng.kernel.evidence.verifying import holds, verify_receipt

pytestmark = pytest.mark.django_db


def test_a_receipt_is_verified_by_itself_and_by_given_keys(
    a_log: Log, with_evidence: dict[str, Any]
) -> None:
    verdicts = verify_receipt(text(with_evidence))
    assert failed(verdicts) == {}
    assert [each.item for each in verdicts] == [
        "keys", "content", "signature", "inclusion", "timestamp",
    ]  # fmt: skip
    assert verdicts[0].code == "evidence.keys_carried"
    keys = parse_keys(encode_keys(a_log.public))
    verdicts = verify_receipt(json.dumps(with_evidence), keys)
    assert failed(verdicts) == {}
    assert verdicts[0].code == "evidence.keys_given"


def changed(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(told: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place = told
        for name in way:
            place = place[name]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed("accepted", 6), {"content": "evidence.content_differs"}),
        (changed("totals.CNY.paid", "12.5001"), {"content": "evidence.content_differs"}),
        (changed("evidence.salt", "00" * 16), {"content": "evidence.content_differs"}),
        (changed("evidence.salt", "00"), {"content": "evidence.salt_length"}),
        (changed("evidence.salt", "zz"), {"form": "evidence.document_malformed"}),
        (changed("evidence.state", "sequenced"), {"form": "evidence.not_published"}),
        (changed("evidence.index", 2), {"form": "evidence.document_contradicts"}),
        (changed("evidence.size", 9), {"form": "evidence.document_contradicts"}),
        (changed("evidence.checkpoint", "x"), {"form": "evidence.document_contradicts"}),
        (changed("evidence.keys", ""), {
            "keys": "evidence.keys_carried", "signature": "evidence.log_unknown",
            "timestamp": "evidence.stamp_chain",
        }),
        (changed("evidence.keys", "x"), {"keys": "evidence.key_malformed"}),
        (changed("evidence.timestamp", b64encode(b"x").decode()),
         {"timestamp": "evidence.stamp_malformed"}),
        (changed("evidence", []), {"form": "evidence.document_malformed"}),
        (changed("accepted", 1.5), {"form": "evidence.content_fraction"}),
        (changed("file", "\ud800"), {"form": "evidence.document_malformed"}),
    ],
)  # fmt: skip
def test_each_forgery_has_its_own_verdict(
    with_evidence: dict[str, Any],
    change: Callable[[dict[str, Any]], None],
    expected: dict[str, str],
) -> None:
    change(with_evidence)
    assert failed(verify_receipt(json.dumps(with_evidence))) == expected


@pytest.mark.parametrize("document", ["", "[]", "{}", "nonsense", '{"evidence": 1}', "\xff"])
def test_what_is_no_receipt_is_refused(document: str) -> None:
    assert set(failed(verify_receipt(document))) == {"form"}
    assert not holds([])


def test_another_leaf_under_the_same_checkpoint_does_not_pass(
    a_log: Log, with_evidence: dict[str, Any]
) -> None:
    other = queries.leaf(0)
    with_evidence["evidence"]["leaf"] = other.entry.decode()
    with_evidence["evidence"]["salt"] = other.salt.hex()
    assert failed(verify_receipt(text(with_evidence))) == {
        "content": "evidence.content_differs", "inclusion": "evidence.proof_wrong",
    }  # fmt: skip


def test_a_log_of_one_s_own_does_not_pass_the_keys_of_the_authority(
    a_log: Log, with_evidence: dict[str, Any], tmp_path: Path
) -> None:
    authority = opened(tmp_path / "authority").public
    assert failed(verify_receipt(text(with_evidence), authority)) == {
        "signature": "evidence.log_unknown", "timestamp": "evidence.stamp_chain",
    }  # fmt: skip
    assert set(failed(verify_receipt(text(with_evidence), PublicKeys()))) == {
        "keys", "signature", "timestamp",
    }  # fmt: skip


def test_a_stamp_of_another_checkpoint_or_from_before_the_leaf_does_not_pass(
    a_log: Log, with_evidence: dict[str, Any], tmp_path: Path
) -> None:
    evidence = with_evidence["evidence"]
    note = evidence["checkpoint"]
    early = a_log.stamp(note, at=now().replace(minute=28))
    evidence["timestamp"] = b64encode(early).decode()
    assert failed(verify_receipt(text(with_evidence))) == {
        "timestamp": "evidence.stamp_before_leaf"
    }
    evidence["timestamp"] = b64encode(a_log.stamp(note + "x", at=now())).decode()
    assert failed(verify_receipt(text(with_evidence))) == {
        "timestamp": "evidence.stamp_other_digest"
    }


def test_a_leaf_that_contradicts_its_receipt_does_not_pass(a_log: Log, tmp_path: Path) -> None:
    told = receipt(records_root="00" * 32)
    facts = {name: told[name] for name in entries.BATCH_FACTS}
    facts |= {"accepted": 4, "records": 5, "root": "11" * 32}
    actions.seal(entries.BATCH_TAKEN, "b1", told, at=AT, facts=facts)
    integrate(a_log, now=now)
    (leaf,) = queries.leaves_of("b1")
    told["evidence"] = queries.proof_of(a_log, leaf)
    verdicts = verify_receipt(text(told))
    assert failed(verdicts) == {"content": "evidence.document_contradicts"}
    assert verdicts[1].facts["part"] == "accepted, records_root"


def test_a_batch_whose_content_is_no_receipt_does_not_pass(a_log: Log) -> None:
    actions.seal(entries.BATCH_TAKEN, "b1", {"other": "thing"}, at=AT)
    integrate(a_log, now=now)
    told = {"other": "thing", "evidence": queries.proof_of(a_log, queries.leaf(0))}
    assert failed(verify_receipt(text(told))) == {"content": "evidence.document_malformed"}


def test_a_leaf_that_is_not_published_yet_has_no_proof(a_log: Log) -> None:
    seal(0)
    told = queries.proof_of(a_log, queries.leaf(0))
    assert told["state"] == "sequenced"
    assert "proof" not in told
    with pytest.raises(Invalid, match=r"evidence\.not_published"):
        write(Bundle(b"{}", told, COVER))


def test_a_bundle_proves_batch_and_record(a_log: Log, bundle: bytes) -> None:
    verdicts = verify_bundle(bundle)
    assert failed(verdicts) == {}
    proved = {"container", "keys", "content", "record", "signature", "inclusion", "timestamp"}
    assert proved < {each.item for each in verdicts}
    assert failed(verify_bundle(bundle, a_log.public)) == {}
    files, _ = bundles.read(bundle)
    assert "P01 &lt;b&gt;" in files["cover.html"].decode()
    assert "批次存证" in files["cover.html"].decode()


def repacked(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a bundle that was changed by somebody who also made the manifest fit."""
    files, _ = bundles.read(bundle)
    change(files)
    said = {
        name: sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"
    }
    files["manifest.json"] = entries.canonical({"format": bundles.FORMAT, "files": said})
    return packed(files)


def test_a_forged_bundle_with_a_fitting_manifest_does_not_pass(bundle: bytes) -> None:
    def record(**changes: object) -> Callable[[dict[str, bytes]], None]:
        def change(files: dict[str, bytes]) -> None:
            files["record.json"] = entries.canonical(json.loads(files["record.json"]) | changes)

        return change

    cases: list[tuple[Callable[[dict[str, bytes]], None], dict[str, str]]] = [
        (lambda files: files.update({"record.txt": b"record 3"}),
         {"record": "evidence.record_differs"}),
        (record(index=3), {"record": "evidence.record_not_in_batch"}),
        (record(records=6), {"record": "evidence.record_not_in_batch"}),
        (record(index="x"), {"form": "evidence.document_malformed"}),
        (lambda files: files.update({"content.json": files["content.json"] + b" "}),
         {"content": "evidence.content_differs"}),
        (lambda files: files.update({"salt": b"x"}), {"form": "evidence.document_malformed"}),
        (lambda files: files.update({"checkpoint": b"x"}),
         {"form": "evidence.document_contradicts"}),
        (lambda files: files.pop("proof.tlog-proof") and None,
         {"form": "evidence.document_malformed"}),
        (lambda files: files.update({"proof.tlog-proof": b"x", "checkpoint": b""}), {
            "signature": "evidence.proof_malformed", "inclusion": "evidence.proof_malformed",
            "timestamp": "evidence.proof_malformed",
        }),
    ]  # fmt: skip
    for change, expected in cases:
        assert failed(verify_bundle(repacked(bundle, change))) == expected


def test_any_changed_byte_of_a_bundle_is_found_and_its_place_is_told(bundle: bytes) -> None:
    chance = random.Random(7)  # noqa: S311 - places, not secrets
    named = 0
    for at in chance.sample(range(len(bundle)), 300):
        forged = bundle[:at] + bytes([bundle[at] ^ 1 << chance.randrange(8)]) + bundle[at + 1 :]
        verdicts = verify_bundle(forged)
        assert not holds(verdicts), at
        assert failed(verdicts)
        container = verdicts[0]
        named += container.facts.get("first") == at
    assert named > 270, named  # not in the headers of the zip, of which there is no second copy


def test_a_leaf_whose_root_is_no_hash_proves_no_record(bundle: bytes) -> None:
    files, _ = bundles.read(bundle)
    root = str(entries.parse(files["entry.json"]).facts["root"]).encode()
    changed = {"entry.json": files["entry.json"].replace(root, b"g" + root[1:])}
    told = failed(verify_bundle(repacked(bundle, lambda parts: parts.update(changed))))
    assert told["record"] == "evidence.record_not_in_batch"


def test_a_root_that_openssl_cannot_read_stamps_nothing(bundle: bytes) -> None:
    files, _ = bundles.read(bundle)
    text, _, pem = files["keys"].partition(b"-----BEGIN CERTIFICATE-----\n")
    der = b64decode(pem.partition(b"-----END")[0])
    broken = der.replace(b"time-stamp root", b"time-stamp roo\xff", 1)  # its issuer, unsigned
    pem = ssl.DER_cert_to_PEM_cert(broken).encode()
    told = failed(verify_bundle(repacked(bundle, lambda parts: parts.update(keys=text + pem))))
    assert told["timestamp"] == "evidence.stamp_malformed"


def zipped(names: list[str], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name in names:
            archive.writestr(name, b"x" * 1000)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_dangerous_zips_are_not_opened_each_for_its_own_reason() -> None:
    claims = bytearray(zipped(["manifest.json"]))
    at = claims.rindex(b"PK\1\2") + 24
    claims[at : at + 4] = struct.pack("<I", 2_000_000_000)
    cases = {
        "evidence.zip_path": [zipped([name]) for name in (
            "../escape", "/etc/passwd", "a/b", "..", "c:x", "a\\b", "UPPER", "a..b"
        )],
        "evidence.zip_duplicate": [zipped(["keys", "keys"])],
        "evidence.zip_compressed": [zipped(["keys"], zipfile.ZIP_DEFLATED)],
        "evidence.zip_bomb": [bytes(claims)],
        "evidence.zip_large": [zipped([f"f{n}" for n in range(101)])],
        "evidence.zip_damaged": [b"", b"PK\3\4", b"nonsense"],
    }  # fmt: skip
    for code, zips in cases.items():
        for data in zips:
            assert failed(verify_bundle(data)) == {"container": code}


def test_a_zip_with_something_put_into_it_does_not_pass(bundle: bytes) -> None:
    for forged in (b"junk" + bundle, bundle + b"junk", zipped(["keys"])):
        verdicts = verify_bundle(forged)
        assert verdicts[0].code in {"evidence.zip_not_canonical", "evidence.zip_damaged"}
        assert not verdicts[0].ok
    files, _ = bundles.read(bundle)
    verdicts = verify_bundle(packed({**files, "more": b"x"}))
    assert failed(verdicts) == {"more": "evidence.file_altered"}
    del files["verify.html"]
    assert failed(verify_bundle(packed(files))) == {"verify.html": "evidence.file_altered"}
