# SPDX-License-Identifier: Apache-2.0
"""Evidence bundles: one zip with everything a stranger needs to verify without asking anybody.

The zip has one possible form: known names in a fixed order, nothing compressed, no dates, no
comments. So nothing can be hidden in it, it cannot swell when it is opened, and a single changed
byte anywhere shows, with the place where it is.
"""

import io
import json
import re
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files as resources
from typing import Any

from shangheng.kernel.errors import Invalid, ShanghengError
from shangheng.kernel.evidence.chains import CHAIN, check_attached, followed
from shangheng.kernel.evidence.cover import Cover, written
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.evidence.flips import flipped
from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.evidence.national import sm3
from shangheng.kernel.evidence.public_keys import PublicKeys, parse_keys
from shangheng.kernel.evidence.sealing import RecordProof
from shangheng.kernel.evidence.verifying import (
    Evidence,
    Verdict,
    bad,
    good,
    parse_or_empty,
    verify,
)

FORMAT = "shangheng-evidence-bundle@v1"
MANIFEST, MANIFEST_SM2 = "manifest.json", "manifest.sm2"
BUNDLE_BYTES_MAX = 1 << 30
FILES_MAX = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9-]+)*", re.ASCII)
_NEEDED = ("content.json", "entry.json", "salt", "proof.tlog-proof", "checkpoint.tsr", "keys")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_HEADER_BYTES = 30


Printer = Callable[[Cover, Mapping[str, bytes]], bytes]


@dataclass(frozen=True)
class Bundle:
    """What goes into a bundle: the sealed content, its evidence, and what stands on the cover.

    ``evidence`` is what `queries.proof_of` returned; ``record`` with the text that was hashed
    shows one record of a batch. ``extras`` are further files, such as the verifier page, a case's
    chain and what is attached. ``printer`` makes the cover's PDF, ``sm2`` signs the manifest.
    """

    content: bytes
    evidence: Mapping[str, Any]
    cover: Cover
    record: RecordProof | None = None
    record_text: bytes = b""
    extras: Mapping[str, bytes] = field(default_factory=dict)
    printer: Printer | None = None
    sm2: SignerKey | None = None


def write(bundle: Bundle) -> bytes:
    """Return the zip of a bundle; refuse what is not published yet."""
    told = bundle.evidence
    if told.get("state") != "published":
        raise Invalid("evidence.not_published", index=told.get("index"))
    files = {
        "content.json": bundle.content,
        "entry.json": told["leaf"].encode(),
        "salt": told["salt"].encode(),
        "proof.tlog-proof": told["proof"].encode(),
        "checkpoint": told["checkpoint"].encode(),
        "checkpoint.tsr": b64decode(told["timestamp"]),
        "keys": told["keys"].encode(),
        "verify.py": verifier(),
        **bundle.extras,
    }
    if bundle.record is not None:
        files["record.json"] = canonical(bundle.record.to_dict())
        files["record.txt"] = bundle.record_text
    inside = dict(files)
    files["cover.html"] = written(bundle.cover, inside)
    if bundle.printer is not None:
        files["cover.pdf"] = bundle.printer(bundle.cover, inside)
    digests = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest: dict[str, Any] = {"format": FORMAT, "files": digests}
    if bundle.sm2 is not None:
        manifest["sm3"] = {name: sm3(data).hex() for name, data in sorted(files.items())}
    files[MANIFEST] = canonical(manifest)
    if bundle.sm2 is not None:
        files[MANIFEST_SM2] = bundle.sm2.sign(files[MANIFEST].decode())
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the one zip that holds these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, _READABLE
            archive.writestr(info, files[name])
    return out.getvalue()


def read(data: bytes) -> tuple[dict[str, bytes], list[Verdict]]:
    """Return the files of a bundle as far as they can be read, and what is wrong with the zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            _check(listed, len(data))
            read_, verdicts = {}, []
            for each in listed:
                try:
                    read_[each.filename] = archive.read(each)
                except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError):
                    verdicts.append(_damaged(each, data))
                    read_[each.filename] = data[_span(each, data)]
    except Invalid as refusal:
        return {}, [bad("container", refusal.code, refusal.facts)]
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        facts = {"file": str(error), "first": 0}
        return {}, [bad("container", "evidence.zip_damaged", facts)]
    return read_, verdicts or [_whole(read_, data)]


def _span(info: zipfile.ZipInfo, data: bytes) -> slice:
    """Return where a file lies that is stored as it is, whether or not its CRC fits."""
    named = int.from_bytes(data[info.header_offset + 26 : info.header_offset + 28], "little")
    more = int.from_bytes(data[info.header_offset + 28 : info.header_offset + 30], "little")
    begin = info.header_offset + _HEADER_BYTES + named + more
    return slice(begin, begin + info.file_size)


def _whole(files: Mapping[str, bytes], data: bytes) -> Verdict:
    """Compare with the one zip that these files make."""
    expected = packed(files)
    if expected == data:
        facts: dict[str, Any] = {"files": len(files), "bytes": len(data)}
        return good("container", "evidence.zip_holds", facts)
    pairs = enumerate(zip(expected, data, strict=False))
    first = next(
        (at for at, (ours, theirs) in pairs if ours != theirs), min(len(expected), len(data))
    )
    return bad("container", "evidence.zip_not_canonical", {"first": first})


def _check(listed: list[zipfile.ZipInfo], length: int) -> None:
    """Refuse what no bundle has, before anything is read."""
    names = [each.filename for each in listed]
    if length > BUNDLE_BYTES_MAX or len(names) > FILES_MAX:
        raise Invalid("evidence.zip_large", bytes=length, files=len(names))
    if bad := [name for name in names if not _NAME.fullmatch(name)]:
        raise Invalid("evidence.zip_path", file=bad[0])
    if twice := [name for name in names if names.count(name) > 1]:
        raise Invalid("evidence.zip_duplicate", file=twice[0])
    if pressed := [each for each in listed if each.compress_type != zipfile.ZIP_STORED]:
        raise Invalid("evidence.zip_compressed", file=pressed[0].filename)
    if sum(each.file_size for each in listed) > length:
        raise Invalid("evidence.zip_bomb", bytes=sum(each.file_size for each in listed))


def verify_bundle(data: bytes, keys: PublicKeys | None = None) -> list[Verdict]:
    """Verify a bundle: the zip, each file, then what it proves."""
    files, verdicts = read(data)
    if not files:
        return verdicts
    verdicts += _digests(files, data)
    if MANIFEST_SM2 in files:
        verdicts.append(_national(files, keys))
    if missing := [name for name in _NEEDED if name not in files]:
        facts = {"part": ", ".join(missing)}
        return [*verdicts, bad("form", "evidence.document_malformed", facts)]
    if "checkpoint" in files:
        same = files["checkpoint"] == parse_or_empty(_text(files["proof.tlog-proof"])).encode()
        if not same:
            facts = {"part": "checkpoint"}
            verdicts.append(bad("form", "evidence.document_contradicts", facts))
    if CHAIN in files:
        verdicts.append(_chain(files))
    try:
        return verdicts + verify(_evidence(files), keys)
    except ShanghengError as refusal:
        return [*verdicts, bad("form", refusal.code, refusal.facts)]


def _digests(files: Mapping[str, bytes], data: bytes) -> Iterator[Verdict]:
    """Give a verdict for every file that the manifest names, and for those that it does not."""
    try:
        said = dict(json.loads(files[MANIFEST])["files"])
    except (KeyError, ValueError, TypeError, RecursionError):
        yield bad("manifest", "evidence.document_malformed", {"part": MANIFEST})
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = {each.filename: each for each in archive.infolist()}
    for name in sorted({*said, *files} - {MANIFEST, MANIFEST_SM2}):
        own = files.get(name)
        if own is not None and sha256(own).hexdigest() == said.get(name):
            yield good(name, "evidence.file_holds", {"bytes": len(own)})
        elif own is None:
            yield bad(name, "evidence.file_altered", {"file": name, "first": -1, "last": -1})
        else:
            yield _altered(listed[name], data, str(said.get(name)))


def _damaged(info: zipfile.ZipInfo, data: bytes) -> Verdict:
    """Tell what is wrong with a file of the zip whose CRC does not fit."""
    damaged = {"file": info.filename, "first": info.header_offset}
    told = _byte(info, data, "")
    code = "evidence.byte_altered" if told else "evidence.zip_damaged"
    return bad("container", code, told or damaged)


def _altered(info: zipfile.ZipInfo, data: bytes, digest: str) -> Verdict:
    """Tell which byte of a file was changed, or where the file lies if that is not to be told."""
    if told := _byte(info, data, digest):
        return bad(info.filename, "evidence.byte_altered", told)
    span = _span(info, data)
    facts = {"file": info.filename, "first": span.start, "last": span.stop - 1}
    return bad(info.filename, "evidence.file_altered", facts)


def _byte(info: zipfile.ZipInfo, data: bytes, digest: str) -> dict[str, Any]:
    """Return the facts of the one byte that was changed; nothing if it was not one byte."""
    span = _span(info, data)
    flip = flipped(data[span], info.CRC, digest)
    if flip is None:
        return {}
    return {
        "file": info.filename, "first": span.start + flip.at, "at": flip.at,
        "was": f"{flip.was:02x}", "now": f"{flip.now:02x}",
    }  # fmt: skip


def _national(files: Mapping[str, bytes], given: PublicKeys | None) -> Verdict:
    """Verify the SM2 signature over the manifest, and the SM3 digests that it holds."""
    try:
        known = given if given is not None else parse_keys(_text(files.get("keys", b"")))
        said = dict(json.loads(files[MANIFEST])["sm3"])
    except (ShanghengError, KeyError, ValueError, TypeError, RecursionError):
        return bad("national", "evidence.document_malformed", {"part": MANIFEST_SM2})
    told, signature = _text(files[MANIFEST]), files[MANIFEST_SM2]
    origin = _text(files.get("checkpoint", b"")).partition("\n")[0]
    keys = [key for key in known.verifiers if key.kind is Kind.SM2 and key.name == origin]
    signed = [f"{key.name}+{key.key_id.hex()}" for key in keys if key.verifies(told, signature)]
    names = {*said, *files} - {MANIFEST, MANIFEST_SM2}
    wrong = [name for name in names if sm3(files.get(name, b"")).hex() != said.get(name)]
    if not signed or wrong:
        return bad("national", "evidence.national_differs", {"files": sorted(wrong)})
    return good("national", "evidence.national_holds", {"keys": signed})


def _chain(files: Mapping[str, bytes]) -> Verdict:
    """Follow the steps of a case to the one that is proved, and compare what is attached."""
    try:
        steps = followed(files[CHAIN], files["content.json"])
        facts = {"steps": steps, "attached": check_attached(files[CHAIN], files)}
    except ShanghengError as refusal:
        return bad("chain", refusal.code, refusal.facts)
    return good("chain", "evidence.chain_holds", facts)


def _evidence(files: Mapping[str, bytes]) -> Evidence:
    record = None
    try:
        if "record.json" in files:
            record = RecordProof.from_dict(json.loads(files["record.json"]))
        salt = bytes.fromhex(_text(files["salt"]))
    except (ValueError, RecursionError) as error:
        raise Invalid("evidence.document_malformed", part="record.json, salt") from error
    return Evidence(
        content=files["content.json"],
        entry=files["entry.json"],
        salt=salt,
        proof=_text(files["proof.tlog-proof"]),
        stamp=files["checkpoint.tsr"],
        keys=_text(files["keys"]),
        record=record,
        record_text=files.get("record.txt", b""),
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def verifier() -> bytes:
    """Return the verifier that stands alone, as it is in this program."""
    return resources("shangheng.kernel.evidence").joinpath("standalone.py").read_bytes()
