# SPDX-License-Identifier: Apache-2.0
"""The evidence log of this installation: its keys, its publication, what a receipt carries."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings

from shangheng.kernel.access import sealing as access
from shangheng.kernel.accounts import proving
from shangheng.kernel.accounts import sealing as accounts
from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import actions, integrating, log, queries
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.entries import BATCH_TAKEN
from shangheng.kernel.evidence.log import Log, Outside
from shangheng.kernel.evidence.public_keys import parse_keys
from shangheng.kernel.evidence.witnessing import Post, parse_witnesses
from shangheng.kernel.exchange import sealing as exchange
from shangheng.kernel.parties import sealing as parties
from shangheng.kernel.records import reporters
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.site import accounts as people
from shangheng.site import clock


def prepare() -> None:
    """Make the keys of the log where there are none, and publish its first leaf: the keys.

    Safe to run again. The rows MUST be migrated before.
    """
    at = clock.now()
    name = f"{settings.JURISDICTION}.shangheng"
    made = log.make(Path(settings.HOME), name=name, at=at, given=_given())
    actions.begin(made, at=at)
    if settings.NATIONAL:
        actions.add_sm2(the_log(), at=at)
    actions.trust_outside(the_log(), at=at)
    for noun, found in (
        ("reporters", reporters.seal_found),
        ("parties", parties.seal_found),
        ("accounts", accounts.seal_found),
        (access.TOKENS, access.seal_tokens_found),
        (access.PEOPLE, people.seal_found),
        (proving.POSTINGS, proving.seal_found),
        (exchange.EXCHANGE, exchange.seal_found),
    ):
        actions.began(noun, found, at=at)
    publish()


def the_log() -> Log:
    """Return the log of this installation, opened with the keys that sign now."""
    home = Path(settings.HOME)
    files = (home / "keys" / name for name in ("log.key", "stamp.pem", "sm2.key"))
    changed_ns = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return _opened(home, _given(), settings.NATIONAL, changed_ns)


@lru_cache(maxsize=4)
def _opened(home: Path, given: str, with_sm2: bool, changed_ns: tuple[int, ...]) -> Log:  # noqa: ARG001, FBT001 - all are the key
    return log.opened(home, given=given, with_sm2=with_sm2, outside=_outside())


def _outside() -> Outside:
    """Return whom the settings name: an authority with its roots, witnesses."""
    roots = _text(settings.TSA_ROOTS).encode()
    return Outside(
        tsa=settings.TSA,
        roots=tuple(load_pem_x509_certificates(roots)) if settings.TSA else (),
        witnesses=parse_witnesses(_text(settings.WITNESSES)),
    )


def _text(place: str) -> str:
    return Path(place).read_text(encoding="utf-8") if place else ""


def post() -> Post:
    """Return where this house stands as a witness of other logs; its key is made when needed.

    Raises:
        NotFound: it is no witness, ``SHANGHENG_WITNESSED`` names no file of keys.
    """
    if not settings.WITNESSED:
        raise NotFound("evidence.witness_none")
    logs = parse_keys(_text(settings.WITNESSED)).verifiers
    signer = log.witness_key(Path(settings.HOME), settings.JURISDICTION)
    return Post(Path(settings.HOME) / "witness", signer, logs)


def _given() -> str:
    """Return the signing key that is kept outside the home, if there is one."""
    return getattr(settings, "LOG_KEY", "")


def folder() -> Path:
    """Return the public folder of the log, which may be served by any web server."""
    return Path(settings.HOME) / "log"


def publish(index: int | None = None) -> Checkpoint | None:
    """Publish all that is sequenced; with `index`, only where that leaf is not published yet."""
    return integrating.integrate(the_log(), now=clock.now, until=index)


def leaf_of(receipt: Receipt) -> queries.Leaf | None:
    """Return the leaf of a batch; nothing if it has none."""
    leaves = queries.leaves_of(folder_of(receipt.reporter, receipt.batch), BATCH_TAKEN)
    return leaves[0] if leaves else None


def with_evidence(
    receipt: Receipt, *, home: Ledger, leaf: queries.Leaf | None = None
) -> dict[str, Any]:
    """Return a receipt as it was sealed, with the proof of it; without one, if it has no leaf.

    Whoever knows the ``leaf`` already need not have it looked for.
    """
    plain = sealed_receipt(home, folder_of(receipt.reporter, receipt.batch)) or receipt.to_dict()
    leaf = leaf or leaf_of(receipt)
    if leaf is None:
        return plain
    return {**plain, "evidence": queries.proof_of(the_log(), leaf)}


def sealed_receipt(home: Ledger, object_id: str) -> dict[str, Any] | None:
    """Return the receipt of a batch exactly as it was sealed, whatever receipts say since."""
    path = home.batch(object_id) / "receipt.json"
    if not path.exists():
        return None
    plain: dict[str, Any] = json.loads(path.read_bytes())
    return plain
