# SPDX-License-Identifier: Apache-2.0
"""Verify an evidence bundle offline: python verify.py ZIP [KEYS].

It travels in every bundle and stands alone: besides Python it needs only `cryptography`. KEYS is a
text of public keys from a source that you trust, such as /log/keys of the authority's site;
without it the keys inside the zip are used, which shows only that the zip agrees with itself.
SM3 digests are checked; SM2 signatures are not, for `cryptography` has no SM2: it says so then.
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

WRITTEN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
KEY = re.compile(r"^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$", re.MULTILINE)
SIGNED, ED25519 = re.compile(r"^— (\S+) (\S+)$", re.MULTILINE), b"\1"
UNCHECKED = "; SM2 signatures are not checked here, for `cryptography` has no SM2"
MESSAGE_DIGEST = bytes.fromhex("302f06092a864886f70d01090431220420")  # the head of an attribute


def digest(data: bytes, algorithm: type[SHA256 | SM3] = SHA256) -> bytes:
    """Hash with SHA-256, or with SM3 (GB/T 32905)."""
    hashed = Hash(algorithm())
    hashed.update(data)
    return hashed.finalize()


def climbed(index: int, size: int, node: bytes, path: list[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf (RFC 6962 section 2.1.1)."""
    if (index, size, path) == (0, 1, []):
        return node
    *lower, sibling = path  # no sibling, or one too many, is an error, as is a shift by -1
    half = 1 << ((size - 1).bit_length() - 1)
    if index < half:
        return digest(b"\1" + climbed(index, half, node, lower) + sibling)
    return digest(b"\1" + sibling + climbed(index - half, size - half, node, lower))


def digests(files: dict[str, bytes]) -> tuple[bool, str]:
    """Every file has the digests that the manifest says."""
    manifest = json.loads(files["manifest.json"])
    names = set(files) - {"manifest.json", "manifest.sm2"}
    for part, algorithm in (("files", SHA256), ("sm3", SM3)):
        own = {name: digest(files[name], algorithm).hex() for name in names}
        if wrong := dict(own.items() ^ manifest.get(part, own).items()):
            return False, f"altered: {sorted(wrong)}"
    return "files" in manifest, f"{len(files)} parts" + UNCHECKED * ("manifest.sm2" in files)


def content(files: dict[str, bytes]) -> tuple[bool, str]:
    """The leaf commits to the content."""
    entry, salt = json.loads(files["entry.json"]), bytes.fromhex(files["salt"].decode())
    own = digest(b"\0" + salt + digest(files["content.json"]))
    return entry["commitment"] == own.hex(), f"{entry['what']} {entry['object']} {entry['at']}"


def record(files: dict[str, bytes]) -> tuple[bool, str]:
    """The record stands in the batch."""
    told, facts = json.loads(files["record.json"]), json.loads(files["entry.json"])["facts"]
    own, size = digest(files["record.txt"]), told["records"]
    leaf = digest(b"\0" + bytes.fromhex(told["salt"]) + own)
    root = climbed(told["index"], size, leaf, [b64decode(node) for node in told["path"]])
    is_in = (own.hex(), root.hex(), size) == (told["hash"], facts["root"], facts["records"])
    return is_in, f"record {told['index'] + 1} of {size}"


def chain(files: dict[str, bytes]) -> tuple[bool, str]:
    """Every step of a case leads to the next, and what was attached is named in them."""
    told, last = json.loads(files["chain.json"]), json.loads(files["content.json"])
    seal, before = last.pop("seal"), ""
    for step in ({"kind": told["kind"]}, *told["steps"]):
        before = digest(WRITTEN({**step, "before": before}).encode()).hex()
    attached = {name[9:]: digest(files[name]).hex() for name in files if name[:9] == "attached-"}
    named = all(n == own and own.encode() in files["chain.json"] for n, own in attached.items())
    leads = before == seal and told["steps"][-1] == last
    return leads and named, f"{len(told['steps'])} steps, {len(attached)} attached"


def proof(files: dict[str, bytes]) -> tuple[int, list[bytes], str]:
    """Return index, path and checkpoint of a proof (C2SP tlog-proof)."""
    head, _, note = files["proof.tlog-proof"].decode().partition("\n\n")
    _, told = head.split("c2sp.org/tlog-proof@v1\n")
    index, *path = [line for line in told.split("\n") if not line.startswith("extra ")]
    return int(index.removeprefix("index ")), [b64decode(node) for node in path], note


def inclusion(files: dict[str, bytes]) -> tuple[bool, str]:
    """The leaf stands in the tree of the checkpoint."""
    index, path, note = proof(files)
    _, size, root, *_ = note.split("\n")
    found = climbed(index, int(size), digest(b"\0" + files["entry.json"]), path)
    return b64decode(root) == found, f"leaf {index} of {size}"


def signature(files: dict[str, bytes]) -> tuple[bool, str]:
    """A key of the log signed the checkpoint (C2SP signed-note)."""
    text, _, lines = proof(files)[2].rpartition("\n\n")
    keys = {key[:2]: b64decode(key[2]) for key in KEY.findall(files["keys"].decode())}
    signers = []
    for name, told in SIGNED.findall(lines):
        mark = b64decode(told)
        key = keys.get((name, mark[:4].hex()), b"")
        if key[:1] == ED25519 and text.startswith(f"{name}\n"):
            public = ed25519.Ed25519PublicKey.from_public_bytes(key[1:])
            public.verify(mark[4:], f"{text}\n".encode())
            signers.append(f"{name}+{mark[:4].hex()}")
    return bool(signers), ", ".join(signers) or "no known key signed it"


def der(data: bytes, *path: int) -> list[tuple[bytes, bytes]]:
    """Return the DER elements where a path leads, each whole and its content."""
    found = []
    while data:
        begin = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
        end = begin + (int.from_bytes(data[2:begin], "big") if data[1] & 0x80 else data[1])
        found.append((data[:end], data[begin:end]))
        data = data[end:]
    return der(found[path[0]][1], *path[1:]) if path else found


def timestamp(files: dict[str, bytes]) -> tuple[bool, str]:
    """An authority under a known root stamped the checkpoint, with elliptic curves (RFC 3161)."""
    _, _, (_, inside), (_, certificate), *_, (_, signer) = der(files["checkpoint.tsr"], 0, 1, 1, 0)
    info, (attributes, _), (_, signed) = der(inside, 1)[0][1], *der(signer, 0)[3:6:2]
    (_, _, (_, imprint), _, (_, at), *_) = der(info, 0)
    stamper = x509.load_der_x509_certificate(der(certificate)[0][0])
    roots = x509.load_pem_x509_certificates(files["keys"])
    stamper.verify_directly_issued_by(next(r for r in roots if r.subject == stamper.issuer))
    usage = stamper.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not isinstance(key := stamper.public_key(), ec.EllipticCurvePublicKey):
        raise TypeError("verify this stamp with openssl ts")
    key.verify(signed, b"\x31" + attributes[1:], ec.ECDSA(SHA256()))
    moment = datetime.strptime(at.decode()[:14] + "+0000", "%Y%m%d%H%M%S%z")
    is_valid = stamper.not_valid_before_utc <= moment <= stamper.not_valid_after_utc
    is_stamper = list(usage) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]
    is_of_it = der(imprint)[1][1] == digest(proof(files)[2].encode())
    is_signed = MESSAGE_DIGEST + digest(info) in attributes
    return is_of_it and is_signed and is_valid and is_stamper, moment.isoformat()


def verdicts(files: dict[str, bytes]) -> list[tuple[str, bool, str]]:
    """Give a verdict for each step: its name, whether it holds, what there is to say."""
    beside = {"record.json": record, "chain.json": chain}
    more, told = [step for name, step in beside.items() if name in files], []
    for step in (digests, content, *more, inclusion, signature, timestamp):
        try:
            told.append((step.__name__, *step(files)))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is a verdict
            told.append((step.__name__, False, repr(error)))
    return told


def main() -> int:
    """Print the verdicts; return 0 only if everything holds. What is compressed is not read."""
    if not sys.argv[1:] or not zipfile.is_zipfile(sys.argv[1]):
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as bundle:
        files = {x.filename: bundle.read(x) for x in bundle.infolist() if not x.compress_type}
    if sys.argv[2:]:
        files["keys"] = Path(sys.argv[2]).read_bytes()
    told = verdicts(files)
    for name, ok, said in told:
        sys.stdout.write(f"{'ok  ' if ok else 'FAIL'} {name:<10} {said}\n")
    return int(not all(ok for _, ok, _ in told))


if __name__ == "__main__":
    sys.exit(main())
