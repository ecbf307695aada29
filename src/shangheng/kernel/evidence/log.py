# SPDX-License-Identifier: Apache-2.0
"""The log of an installation: where its files lie, and the keys that speak for it.

``log/`` is public and nothing but files: tiles, entry bundles, ``checkpoint``, ``stamps/``,
``keys``. ``keys/`` beside it is private and can be read by its owner only: ``log.key`` (a signing
key a line, the newest first), ``stamp-root.pem`` and ``stamp.pem`` (the embedded time-stamp
authority). A signing key may also come from outside, as the text of a secret.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.x509 import Certificate

from shangheng.kernel.errors import Invalid, NotFound, Unavailable
from shangheng.kernel.evidence import checkpoints, national, notes, timestamps, tokens
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.keys import (
    SEED_BYTES,
    Kind,
    SignerKey,
    VerifierKey,
    parse_signer,
)
from shangheng.kernel.evidence.notes import Signer
from shangheng.kernel.evidence.outside import posted
from shangheng.kernel.evidence.proofs import SignedCheckpoint, Trust, open_checkpoint
from shangheng.kernel.evidence.public_keys import PublicKeys, encode_keys, parse_keys
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.timestamp_checks import StampTrust
from shangheng.kernel.evidence.timestamp_checks import check as check_stamp
from shangheng.kernel.evidence.timestamps import Issuer
from shangheng.kernel.evidence.witnessing import Witness

CHECKPOINT, KEYS = "checkpoint", "keys"
KEYS_SM2, SM2_PEM = "keys.sm2", "sm2.pem"
"""The SM2 signature over ``keys``, and the public key that openssl verifies it with."""
SM2_KEY = "sm2.key"
ROOT_YEARS, AUTHORITY_YEARS = 30, 10
"""How long the certificates of the embedded authority hold; verifiers look at the time stamped."""
NONCE_BITS = 63
CLOCKS_APART_MAX = timedelta(seconds=60)
"""How far the clock of an authority outside may be from ours; `verifying` allows as much."""
SERIAL_BITS = 127  # RFC 3161 2.4.2 allows 160; a random number of this length never comes twice
_YEAR = timedelta(days=365)
_CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True)
class Outside:
    """Whom a log asks beyond itself: a time-stamp authority with its roots, and witnesses."""

    tsa: str = ""
    roots: tuple[Certificate, ...] = ()
    witnesses: tuple[Witness, ...] = ()


ALONE = Outside()


@dataclass(frozen=True)
class Log:
    """An opened log; `signers` are the keys that sign now, the newest first."""

    store: TileStore
    signers: tuple[Signer, ...]
    authority: Issuer
    root: Certificate
    keys_folder: Path = field(compare=False)
    outside: Outside = ALONE
    _opened: dict[str, SignedCheckpoint] = field(default_factory=dict, compare=False, repr=False)

    @property
    def origin(self) -> str:
        """The name of the log, which is that of its keys."""
        return self.signers[0].name

    @cached_property
    def public(self) -> PublicKeys:
        """Every public key that ever spoke for this log, as it is published."""
        try:
            known = parse_keys(self.store.read(KEYS).decode("utf-8", "replace"))
        except NotFound:
            known = PublicKeys()
        return known.with_keys(
            (s.verifier for s in self.signers), (self.root, *self.outside.roots)
        )

    @property
    def trust(self) -> Trust:
        """What this installation itself accepts as a checkpoint of its own."""
        witnesses = [witness.key for witness in self.outside.witnesses]
        return Trust(self.origin, self.public.verifiers, witnesses)

    @property
    def stamp_trust(self) -> StampTrust:
        """What this installation accepts as a time stamp."""
        return StampTrust(self.public.roots)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint, by every key that signs now."""
        text = checkpoints.encode(Checkpoint(self.origin, size, root))
        note = notes.sign(text, self.signers[0])
        for signer in self.signers[1:]:
            note = notes.countersign(note, signer)
        return note

    @property
    def sm2(self) -> SignerKey | None:
        """The SM2 key that signs beside the others, where that is asked for."""
        keys = (each for each in self.signers if isinstance(each, SignerKey))
        return next((key for key in keys if key.kind is Kind.SM2), None)

    def stamp(self, note: str, *, at: datetime) -> bytes:
        """Return the RFC 3161 response for the SHA-256 of a note.

        Raises:
            Unavailable: the authority outside does not answer, or its clock is far from ours.
            Invalid: what it answers is no stamp of this note under its roots.
        """
        digest = sha256(note.encode()).digest()
        if not self.outside.tsa:
            serial = secrets.randbits(SERIAL_BITS)
            return timestamps.stamp(digest, self.authority, at=at, serial=serial)
        nonce = secrets.randbits(NONCE_BITS)
        asked = timestamps.request(digest, nonce=nonce)
        _, answer = posted(self.outside.tsa, asked, "application/timestamp-query")
        stamp = check_stamp(answer, digest, StampTrust(self.outside.roots), nonce=nonce)
        if abs(stamp.at - at) > CLOCKS_APART_MAX:
            raise Unavailable("evidence.tsa_clock", stamped=stamp.at, now=at)
        return answer

    def stamped_at(self, stamp: bytes, note: str) -> datetime:
        """Return the moment that a stamp of a note names."""
        return check_stamp(stamp, sha256(note.encode()).digest(), self.stamp_trust).at

    def published(self) -> tuple[str, SignedCheckpoint] | None:
        """Return the checkpoint that stands published, opened with the log's own keys.

        The same note is opened once: with the same keys it can only be what it was.
        """
        try:
            note = self.store.read(CHECKPOINT).decode("utf-8", "surrogateescape")
        except NotFound:
            return None
        opened = self._opened.get(note) or open_checkpoint(note, self.trust)
        self._opened.clear()
        self._opened[note] = opened
        return note, opened


def make(home: Path, *, name: str, at: datetime, given: str = "") -> Log:
    """Make the keys of a log under a home, where there are none, and publish the public ones.

    Safe to run again, and by two processes at once. `name` says whose log it is
    (``jiangsu.shangheng``); a random part makes the origin unlike that of any other log. No
    signing key is made where one is `given`.
    """
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    if not given and not (folder / "log.key").exists():
        origin = f"{name}.{secrets.token_hex(4)}/log"
        _keep(folder / "log.key", f"{new_key(origin).text}\n".encode())
    if not (folder / "stamp.pem").exists():
        begin = at.replace(microsecond=0) - _CLOCKS_APART
        until = begin + ROOT_YEARS * _YEAR
        root = timestamps.make_root(f"{name} time-stamp root", valid_from=begin, valid_until=until)
        _keep(folder / "stamp-root.pem", timestamps.encode_issuer(root))
        _renew(folder, name, begin)
    log = opened(home, given=given)
    publish_keys(log)
    return log


def opened(
    home: Path,
    *,
    given: str = "",
    durable: bool = True,
    with_sm2: bool = False,
    outside: Outside = ALONE,
) -> Log:
    """Open the log under a home; `given` is a signing key kept elsewhere, `outside` who is asked.

    With `with_sm2`, the SM2 key of the home signs beside it, if one was made.

    Raises:
        Unavailable: there are no keys, ``shangheng init`` was not run.
    """
    folder = home / "keys"
    try:
        told = given or (folder / "log.key").read_text(encoding="utf-8")
        texts = told.split()
        if with_sm2 and (folder / SM2_KEY).exists():
            texts += (folder / SM2_KEY).read_text(encoding="utf-8").split("\n")
        root = timestamps.parse_issuer((folder / "stamp-root.pem").read_bytes())
        authority = timestamps.parse_issuer((folder / "stamp.pem").read_bytes())
    except OSError as error:
        raise Unavailable("evidence.keys_missing", folder=str(folder)) from error
    signers = tuple(dict.fromkeys(_signer(text) for text in texts if text))
    if not signers or len({signer.name for signer in signers}) > 1:
        raise Invalid("evidence.keys_of_several_logs", names=[each.name for each in signers])
    store = TileStore(home / "log", durable=durable)
    if signers[0].kind is not Kind.ED25519:
        raise Invalid("evidence.key_not_signing", name=signers[0].name)
    return Log(store, signers, authority, root.certificate, folder, outside)


def _signer(text: str) -> Signer:
    """Read a key, or open the token that holds it."""
    return tokens.opened(text) if text.startswith(tokens.SCHEME) else parse_signer(text)


def new_key(origin: str, kind: Kind = Kind.ED25519) -> SignerKey:
    """Return a fresh key under the name of a log."""
    seed = national.new_seed() if kind is Kind.SM2 else secrets.token_bytes(SEED_BYTES)
    return SignerKey(origin, kind, seed)


def witness_key(home: Path, name: str) -> SignerKey:
    """Return the key with which this house cosigns other logs, made the first time it is asked."""
    path = home / "keys" / "witness.key"
    if not path.exists():
        name = f"{name}.{secrets.token_hex(4)}/witness"
        key = SignerKey(name, Kind.COSIGNATURE, secrets.token_bytes(SEED_BYTES))
        _keep(path, f"{key.text}\n".encode())
    return parse_signer(path.read_text(encoding="utf-8").strip())


def require_held(log: Log) -> None:
    """Refuse to change signing keys that are kept outside the home: the settings name them."""
    if not _is_held(log):
        raise Invalid("evidence.key_elsewhere", origin=log.origin)


def _is_held(log: Log) -> bool:
    path = log.keys_folder / "log.key"
    held = path.read_text(encoding="utf-8").split() if path.exists() else []
    own = (signer for signer in log.signers if signer.kind is not Kind.SM2)
    return all(isinstance(signer, SignerKey) and signer.text in held for signer in own)


def keep_signers(log: Log, signers: Sequence[Signer]) -> None:
    """Write down which keys of the home sign from now on; the caller opens the log anew.

    A secret that is kept elsewhere is not written to the disk.
    """
    held = [signer for signer in signers if isinstance(signer, SignerKey)]
    for name, is_sm2 in (("log.key", False), (SM2_KEY, True))[not _is_held(log) :]:
        own = [signer for signer in held if (signer.kind is Kind.SM2) is is_sm2]
        if own or (is_sm2 and log.sm2):
            text = "".join(f"{signer.text}\n" for signer in own)
            _keep(log.keys_folder / name, text.encode(), replace=True)


def publish_keys(log: Log, verifiers: Iterable[VerifierKey] = ()) -> None:
    """Put every public key where anybody finds it; one that was published stays."""
    text = encode_keys(log.public.with_keys(verifiers, ())).encode()
    with suppress(NotFound):
        is_signed = log.sm2 is None or bool(log.store.read(KEYS_SM2))
        if log.store.read(KEYS) == text and is_signed:
            return
    with pen(log):
        log.store.replace(KEYS, text)
        if log.sm2 is not None:
            log.store.replace(SM2_PEM, national.pem(log.sm2.verifier.point))
            log.store.replace(KEYS_SM2, national.sign(log.sm2.seed, text))


@contextmanager
def pen(log: Log) -> Iterator[None]:
    """Hold the one pen of a log: one process of this machine at a time writes its files."""
    with (log.keys_folder / "log.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def renew_authority(log: Log, *, at: datetime) -> None:
    """Give the embedded time-stamp authority a new key and certificate, under the same root."""
    begin = at.replace(microsecond=0) - _CLOCKS_APART
    _renew(log.keys_folder, log.origin.removesuffix("/log"), begin, replace=True)


def _renew(folder: Path, name: str, begin: datetime, *, replace: bool = False) -> None:
    root = timestamps.parse_issuer((folder / "stamp-root.pem").read_bytes())
    until = begin + AUTHORITY_YEARS * _YEAR
    issuer = timestamps.make_authority(
        f"{name} time-stamp authority", root, valid_from=begin, valid_until=until
    )
    _keep(folder / "stamp.pem", timestamps.encode_issuer(issuer), replace=replace)


def _keep(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a secret whole and flushed; where one is already, it stays unless replaced."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        scratch.replace(path)
        return
    with suppress(FileExistsError):
        os.link(scratch, path)
    scratch.unlink()
