# SPDX-License-Identifier: Apache-2.0
"""Verify an evidence bundle or a receipt offline: python verify.py FILE [KEYS].

It travels in every bundle and stands alone: besides Python it needs only `cryptography`. KEYS is a
text of public keys from a source that you trust, such as /log/keys of the authority's site;
without it the keys inside the file are used, which shows only that the file agrees with itself.
"""

import base64
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
Files = dict[str, bytes]


def require(is_so: object, otherwise: str) -> None:
    """Refuse to go on; no `assert`, which Python may be told to leave out."""
    if not is_so:
        raise ValueError(otherwise)


def sha(data: bytes) -> bytes:
    """Hash with SHA-256."""
    return hashlib.sha256(data).digest()


def climbed(index: int, size: int, node: bytes, path: list[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf (RFC 9162 section 2.1.3.2)."""
    last = size - 1
    for sibling in path:
        if not last:
            raise ValueError("the path is too long")
        if index & 1 or index == last:
            node = sha(b"\1" + sibling + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\1" + node + sibling)
        index, last = index >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return node


def files_of(data: bytes) -> Files:
    """Return the parts of a bundle, or of a receipt with its evidence."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            packed = any(each.compress_type for each in archive.infolist())
            require(not packed, "a bundle is never compressed")
            return {each.filename: archive.read(each) for each in archive.infolist()}
    receipt = json.loads(data)
    told = receipt.pop("evidence")
    content = json.dumps(receipt, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "content.json": content.encode(), "entry.json": told["leaf"].encode(),
        "salt": told["salt"].encode(), "proof.tlog-proof": told["proof"].encode(),
        "checkpoint.tsr": base64.b64decode(told["timestamp"]), "keys": told["keys"].encode(),
    }  # fmt: skip


def digests(files: Files) -> str:
    """Every file has the digest that the manifest says."""
    if "manifest.json" in files:
        said = json.loads(files["manifest.json"])["files"]
        names = set(said) | (set(files) - {"manifest.json", "manifest.sm2"})
        wrong = [n for n in sorted(names) if sha(files.get(n, b"")).hex() != said.get(n)]
        require(not wrong, f"altered: {wrong}")
    return f"{len(files)} parts"


def content(files: Files) -> str:
    """The leaf commits to the content."""
    entry, salt = json.loads(files["entry.json"]), bytes.fromhex(files["salt"].decode())
    expected = sha(b"\0" + salt + sha(files["content.json"])).hex()
    require(entry["commitment"] == expected, "the content is not what was sealed")
    return f"{entry['what']} {entry['object']} {entry['at']}"


def record(files: Files) -> str:
    """The record stands in the batch."""
    if "record.json" not in files:
        return "no single record is shown"
    told, facts = json.loads(files["record.json"]), json.loads(files["entry.json"])["facts"]
    own = sha(files["record.txt"])
    require(own.hex() == told["hash"], "the record is not what was hashed")
    leaf = sha(b"\0" + bytes.fromhex(told["salt"]) + own)
    path = [base64.b64decode(node) for node in told["path"]]
    root = climbed(told["index"], told["records"], leaf, path)
    found = (root.hex(), told["records"])
    require(found == (facts["root"], facts["records"]), "not in the batch")
    return f"record {told['index'] + 1} of {told['records']}"


def chain(files: Files) -> str:
    """Every step of a case leads to the next, and what was attached is named in them."""
    if "chain.json" not in files:
        return "no case is shown"
    told, last = json.loads(files["chain.json"]), json.loads(files["content.json"])
    seal, before = last.pop("seal"), ""
    for step in ({"kind": told["kind"]}, *told["steps"]):
        line = {**step, "before": before}
        plain = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        before = sha(plain.encode()).hex()
    require(before == seal and told["steps"][-1] == last, "the steps do not lead to the last")
    attached = [name for name in files if name.startswith("attached-")]
    good = all(name == f"attached-{sha(files[name]).hex()}" for name in attached)
    named = all(name[9:].encode() in files["chain.json"] for name in attached)
    require(good and named, "an attached file is not what the steps name")
    return f"{len(told['steps'])} steps, {len(attached)} attached"


def proof(files: Files) -> tuple[int, list[bytes], str]:
    """Return index, path and checkpoint of a proof (C2SP tlog-proof)."""
    head, _, note = files["proof.tlog-proof"].decode().partition("\n\n")
    kind, *lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    require(kind == "c2sp.org/tlog-proof@v1", "not a proof")
    return int(lines[0].removeprefix("index ")), [base64.b64decode(p) for p in lines[1:]], note


def inclusion(files: Files) -> str:
    """The leaf stands in the tree of the checkpoint."""
    index, path, note = proof(files)
    _, size, root, *_ = note.split("\n")
    found = climbed(index, int(size), sha(b"\0" + files["entry.json"]), path)
    require(index < int(size) and base64.b64decode(root) == found, "not in the log")
    return f"leaf {index} of {size}"


def signature(files: Files) -> str:
    """A key of the log signed the checkpoint (C2SP signed-note)."""
    text, _, lines = proof(files)[2].rpartition("\n\n")
    text += "\n"
    for line in files["keys"].decode().split("\n"):
        name, _, rest = line.partition("+")
        key_id, _, key = rest.partition("+")
        material = base64.b64decode(key) if len(key_id) == 8 else b""  # noqa: PLR2004
        for signed in lines.split("\n"):
            mark = signed.removeprefix(f"— {name} ")
            raw = base64.b64decode(mark) if mark != signed else b""
            known = material[:1] == b"\1" and name == text.split("\n")[0]
            if known and raw[:4].hex() == key_id == sha(f"{name}\n".encode() + material)[:4].hex():
                ed25519.Ed25519PublicKey.from_public_bytes(material[1:]).verify(
                    raw[4:], text.encode()
                )
                return f"{name}+{key_id}"
    raise ValueError("no key signed this checkpoint")


def second(files: Files) -> Iterator[str]:
    """Name what an SM2 key signed too: `cryptography` has no SM2, so it is not checked here."""
    if "manifest.sm2" in files:
        yield "SM2 over the manifest"
    for line in files["keys"].decode().split("\n"):
        name, _, rest = line.partition("+")
        key_id, _, key = rest.partition("+")
        if not (rest[8:9] == "+" and base64.b64decode(key)[:14] == b"\xffshangheng/sm2"):
            continue
        for signed in proof(files)[2].split("\n"):
            mark = signed.removeprefix(f"— {name} ")
            if mark != signed and base64.b64decode(mark)[:4].hex() == key_id:
                yield f"SM2 over the checkpoint, {name}+{key_id}"


def parts(data: bytes) -> list[bytes]:
    """Return the elements inside a DER element, whole."""
    found, (at, end) = [], span(data, 0)
    while at < end:
        found.append(data[at : span(data, at)[1]])
        at += len(found[-1])
    return found


def span(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of a DER element begins and ends."""
    more = data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0
    length = int.from_bytes(data[at + 2 : at + 2 + more], "big") if more else data[at + 1]
    return at + 2 + more, at + 2 + more + length


def inner(data: bytes) -> bytes:
    """Return the content of a DER element."""
    return data[slice(*span(data, 0))]


def timestamp(files: Files) -> str:
    """An authority under a known root stamped the checkpoint (RFC 3161)."""
    token = parts(files["checkpoint.tsr"])[1]
    _, _, wrapped, certificates, *_, signers = parts(parts(parts(token)[1])[0])
    info = inner(parts(parts(wrapped)[1])[0])
    _, _, _, attributes, _, signed = parts(parts(signers)[0])
    (digest,) = [parts(parts(a)[1])[0] for a in parts(attributes) if MESSAGE_DIGEST in a[:13]]
    require(inner(digest) == sha(info), "the stamp is not of its content")
    imprint, at = parts(parts(info)[2])[1], inner(parts(info)[4]).decode().rstrip("Z")
    require(inner(imprint) == sha(proof(files)[2].encode()), "a stamp of another checkpoint")
    signer = x509.load_der_x509_certificate(parts(certificates)[0])
    usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    require(list(usage) == [ExtendedKeyUsageOID.TIME_STAMPING], "not for time-stamping")
    key = signer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("verify this stamp with openssl ts")
    key.verify(inner(signed), b"\x31" + attributes[1:], ec.ECDSA(SHA256()))
    pem = files["keys"][files["keys"].index(b"-----BEGIN") :]
    (root,) = [c for c in x509.load_pem_x509_certificates(pem) if c.subject == signer.issuer]
    signer.verify_directly_issued_by(root)
    moment = datetime.strptime(at, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)  # noqa: UP017
    require(signer.not_valid_before_utc <= moment <= signer.not_valid_after_utc, "expired")
    return moment.isoformat()


STEPS: tuple[Callable[[Files], str], ...] = (
    digests, content, record, chain, inclusion, signature, timestamp,
)  # fmt: skip


def verdicts(files: Files) -> Iterator[tuple[str, bool, str]]:
    """Give a verdict for each step: its name, whether it holds, what there is to say."""
    for step in STEPS:
        try:
            yield step.__name__, True, step(files)
        except Exception as error:  # noqa: BLE001 - whatever is wrong is a verdict
            yield step.__name__, False, str(error) or type(error).__name__


def main() -> int:
    """Print the verdicts; return 0 only if everything holds."""
    files = files_of(Path(sys.argv[1]).read_bytes())
    if len(sys.argv) > 2:  # noqa: PLR2004
        files["keys"] = Path(sys.argv[2]).read_bytes()
    failed = 0
    for name, ok, told in verdicts(files):
        failed += not ok
        sys.stdout.write(f"{'ok  ' if ok else 'FAIL'} {name:<10} {told}\n")
    with suppress(ValueError, KeyError):  # what cannot be read has failed above
        for told in second(files):
            sys.stdout.write(f"--   second     not checked here, use shangheng verify: {told}\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
