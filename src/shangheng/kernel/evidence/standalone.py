# SPDX-License-Identifier: Apache-2.0
"""Verify an evidence bundle offline: python verify.py ZIP [KEYS].

It travels in every bundle and stands alone: besides Python it needs only `cryptography`. KEYS is a
text of public keys from a source that you trust, such as /log/keys of the authority's site;
without it the keys inside the zip are used, which shows only that the zip agrees with itself.
SM3 digests are checked; SM2 signatures are named and not checked, for `cryptography` has no SM2.
"""

import json
import re
import sys
import zipfile
from base64 import b64decode
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash
from cryptography.x509.oid import ExtendedKeyUsageOID

KEY = re.compile(r"^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$", re.MULTILINE)
ED25519_KEY, SM2_KEY = b"\1", b"\xffshangheng/sm2"
UNCHECKED = "; not checked here, for `cryptography` has no SM2: "
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
Files = dict[str, bytes]
Verdict = tuple[bool, str]


def digest(data: bytes, algorithm: type[SHA256 | SM3] = SHA256) -> bytes:
    """Hash with SHA-256, or with SM3 (GB/T 32905)."""
    hashed = Hash(algorithm())
    hashed.update(data)
    return hashed.finalize()


def plain(value: object) -> bytes:
    """Write plain values as the one JSON text that is sealed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def climbed(index: int, size: int, node: bytes, path: list[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf (RFC 6962 section 2.1.1)."""
    if size == 1 or not path:
        if path or size != 1 or index:
            raise ValueError("the path is too long or too short")
        return node
    *lower, sibling = path
    half = 1 << ((size - 1).bit_length() - 1)
    if index < half:
        return digest(b"\1" + climbed(index, half, node, lower) + sibling)
    return digest(b"\1" + sibling + climbed(index - half, size - half, node, lower))


def files_of(path: str) -> Files:
    """Return the parts of a bundle; what is compressed does not belong there."""
    with zipfile.ZipFile(path) as archive:
        stored = [each for each in archive.infolist() if not each.compress_type]
        return {each.filename: archive.read(each) for each in stored}


def digests(files: Files) -> Verdict:
    """Every file has the digests that the manifest says."""
    manifest = json.loads(files.get("manifest.json", b"{}"))
    names = set(files) - {"manifest.json", "manifest.sm2"}
    wrong = []
    for part, algorithm in (("files", SHA256), ("sm3", SM3)):
        if said := manifest.get(part):
            own = {name: digest(files[name], algorithm).hex() for name in names}
            wrong += [name for name in {*said, *own} if said.get(name) != own.get(name)]
    beside = UNCHECKED + "manifest.sm2" if "manifest.sm2" in files else ""
    return not wrong, (f"altered: {wrong}" if wrong else f"{len(files)} parts") + beside


def content(files: Files) -> Verdict:
    """The leaf commits to the content."""
    entry, salt = json.loads(files["entry.json"]), bytes.fromhex(files["salt"].decode())
    own = digest(b"\0" + salt + digest(files["content.json"]))
    return entry["commitment"] == own.hex(), f"{entry['what']} {entry['object']} {entry['at']}"


def record(files: Files) -> Verdict:
    """The record stands in the batch."""
    if "record.json" not in files:
        return True, "no single record is shown"
    told, facts = json.loads(files["record.json"]), json.loads(files["entry.json"])["facts"]
    own, size = digest(files["record.txt"]), told["records"]
    leaf = digest(b"\0" + bytes.fromhex(told["salt"]) + own)
    root = climbed(told["index"], size, leaf, [b64decode(node) for node in told["path"]])
    is_in = (own.hex(), root.hex(), size) == (told["hash"], facts["root"], facts["records"])
    return is_in, f"record {told['index'] + 1} of {size}"


def chain(files: Files) -> Verdict:
    """Every step of a case leads to the next, and what was attached is named in them."""
    if "chain.json" not in files:
        return True, "no case is shown"
    told, last = json.loads(files["chain.json"]), json.loads(files["content.json"])
    seal, before = last.pop("seal"), ""
    for step in ({"kind": told["kind"]}, *told["steps"]):
        before = digest(plain({**step, "before": before})).hex()
    attached = {name[9:]: digest(files[name]).hex() for name in files if name[:9] == "attached-"}
    named = all(n == own and own.encode() in files["chain.json"] for n, own in attached.items())
    leads = before == seal and told["steps"][-1] == last
    return leads and named, f"{len(told['steps'])} steps, {len(attached)} attached"


def proof(files: Files) -> tuple[int, list[bytes], str]:
    """Return index, path and checkpoint of a proof (C2SP tlog-proof)."""
    head, _, note = files["proof.tlog-proof"].decode().partition("\n\n")
    kind, index, *path = [line for line in head.split("\n") if not line.startswith("extra ")]
    if kind != "c2sp.org/tlog-proof@v1":
        raise ValueError("not a proof")
    return int(index.removeprefix("index ")), [b64decode(node) for node in path], note


def inclusion(files: Files) -> Verdict:
    """The leaf stands in the tree of the checkpoint."""
    index, path, note = proof(files)
    _, size, root, *_ = note.split("\n")
    found = climbed(index, int(size), digest(b"\0" + files["entry.json"]), path)
    return b64decode(root) == found, f"leaf {index} of {size}"


def signature(files: Files) -> Verdict:
    """A key of the log signed the checkpoint (C2SP signed-note)."""
    text, _, lines = proof(files)[2].rpartition("\n\n")
    signers, beside = [], ""
    for name, key_id, told in KEY.findall(files["keys"].decode()):
        key = b64decode(told)
        for line in re.findall(f"^— {re.escape(name)} (\\S+)$", lines, re.MULTILINE):
            mark, is_own = b64decode(line), text.startswith(f"{name}\n")
            if not (is_own and mark[:4].hex() == key_id):
                continue
            if key.startswith(SM2_KEY):
                beside = f"{UNCHECKED}{name}+{key_id}"
            elif key[:1] == ED25519_KEY and digest(f"{name}\n".encode() + key)[:4] == mark[:4]:
                public = ed25519.Ed25519PublicKey.from_public_bytes(key[1:])
                public.verify(mark[4:], f"{text}\n".encode())
                signers.append(f"{name}+{key_id}")
    return bool(signers), (", ".join(signers) or "no known key signed it") + beside


def der(data: bytes, *path: int) -> list[tuple[bytes, bytes]]:
    """Return the DER elements where a path leads, each whole and its content."""
    found = []
    while data:
        begin = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
        end = begin + (int.from_bytes(data[2:begin], "big") if data[1] & 0x80 else data[1])
        found.append((data[:end], data[begin:end]))
        data = data[end:]
    return der(found[path[0]][1], *path[1:]) if path else found


def timestamp(files: Files) -> Verdict:
    """An authority under a known root stamped the checkpoint, with elliptic curves (RFC 3161)."""
    told = der(files["checkpoint.tsr"], 0, 1, 1, 0)
    info = der(told[2][1], 1)[0][1]
    signer = x509.load_der_x509_certificate(der(told[3][1])[0][0])
    _, _, _, (attributes, _), _, (_, signed) = der(told[-1][1], 0)
    said = [der(each, 0, 1)[0][1] for each, _ in der(attributes, 0) if MESSAGE_DIGEST in each[:13]]
    (_, _, (_, imprint), _, (_, at), *_), key = der(info, 0), signer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("verify this stamp with openssl ts")
    key.verify(signed, b"\x31" + attributes[1:], ec.ECDSA(SHA256()))
    pem = files["keys"][files["keys"].index(b"-----BEGIN") :]
    (root,) = [c for c in x509.load_pem_x509_certificates(pem) if c.subject == signer.issuer]
    signer.verify_directly_issued_by(root)
    usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    moment = datetime.strptime(at.decode()[:14] + "+0000", "%Y%m%d%H%M%S%z")
    is_of_it = der(imprint)[1][1] == digest(proof(files)[2].encode()) and said == [digest(info)]
    is_valid = signer.not_valid_before_utc <= moment <= signer.not_valid_after_utc
    is_stamper = list(usage) == [ExtendedKeyUsageOID.TIME_STAMPING]
    return is_of_it and is_valid and is_stamper, moment.isoformat()


def verdicts(files: Files) -> list[tuple[str, bool, str]]:
    """Give a verdict for each step: its name, whether it holds, what there is to say."""
    told = []
    for step in (digests, content, record, chain, inclusion, signature, timestamp):
        try:
            told.append((step.__name__, *step(files)))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is a verdict
            told.append((step.__name__, False, repr(error)))
    return told


def main() -> int:
    """Print the verdicts; return 0 only if everything holds."""
    files = files_of(sys.argv[1])
    if sys.argv[2:]:
        files["keys"] = Path(sys.argv[2]).read_bytes()
    told = verdicts(files)
    for name, ok, said in told:
        sys.stdout.write(f"{'ok  ' if ok else 'FAIL'} {name:<10} {said}\n")
    return int(not all(ok for _, ok, _ in told))


if __name__ == "__main__":
    sys.exit(main())
