# SPDX-License-Identifier: Apache-2.0
"""Postings under a role and a seal, and the nightly proof that every balance is in the total.

1. ``prove``, every night by ``prove_night``, makes a sum tree of all balances of a unit as at a
   moment that is over, and seals its root and its two sums. Its salts come from the house's key,
   so the tree can be made again.
2. ``proof_of`` makes it again for an owner. If the root is not the one that was sealed, somebody
   has posted into the past since: that is told, not proved.
3. ``verify_balance`` needs only the file that the owner got: no server, no database, no network.
"""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept import sums
from shangheng.kernel.accounts.concept.kinds import ANYBODY, AccountKind, allowed
from shangheng.kernel.accounts.concept.transfers import Outcome, Transfer
from shangheng.kernel.accounts.models import AccountRow, PostingRow, TransferRow, UnitRow
from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence import queries as leaves
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import Finding, SealedRow, broken, committed
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.public_keys import PublicKeys
from shangheng.kernel.evidence.verifying import Verdict, bad, good, verify_receipt
from shangheng.kernel.periods import CHINA
from shangheng.kernel.registers.concept.actors import Hand

PROVED, POSTED = "balances.proved", "transfers.posted"
POSTINGS = "postings"
"""The noun of which it is kept by whose hand since a leaf says so."""
_COLUMNS = ("key", "source__code", "target__code", "amount", "kind", "phase", "pending")
_END: tuple[UUID, list[dict[str, Any]]] = (UUID(int=2**128 - 1), [])
BALANCE = "balance"
ID_HEX = 32
NIGHT_OVER = timedelta(hours=1)
"""After midnight, and far longer than clocks may differ."""


def post_as(
    transfers: Sequence[Transfer],
    hand: Hand,
    kinds: Mapping[str, AccountKind],
    *,
    place: str,
    lag: timedelta = actions.NO_LAG,
) -> tuple[Outcome, ...]:
    """Post by hand: only what the kinds of both accounts, or their plan, allow to who posts.

    What was booked on accounts whose kinds seal is a leaf of the log, in the same transaction.
    """
    ends = _ends(transfers)
    of_accounts = _kinds_of({code for pair in ends for code in pair}, kinds)
    for source, target in ends:
        for code, roles in allowed((source, of_accounts[source]), (target, of_accounts[target])):
            if ANYBODY not in roles and hand.actor.role_for(roles, place) is None:
                raise NotPermitted("account_kind.not_yours", account=code, roles=list(roles))
    sealing = any(kind.seals for kind in of_accounts.values())
    with transaction.atomic():
        outcomes = actions.post(transfers, at=hand.at, lag=lag)
        booked = [each.key for each in outcomes if each.state == "booked"]
        if sealing and booked:
            _seal(booked, hand)
    return outcomes


def _ends(transfers: Sequence[Transfer]) -> list[tuple[str, str]]:
    """Return from where to where each goes; what ends a hold goes as the hold does."""
    rows = TransferRow.objects.filter(key__in=[each.pending for each in transfers if each.pending])
    held = {key: pair for key, *pair in rows.values_list("key", "source__code", "target__code")}
    found = []
    for each in transfers:
        pair = held.get(each.pending, [""]) if each.pending else (each.source, each.target)
        if not all(pair):
            raise NotFound("transfer.pending_unknown", key=each.key, pending=each.pending)
        found.append((pair[0], pair[1]))
    return found


def _kinds_of(codes: set[str], kinds: Mapping[str, AccountKind]) -> dict[str, AccountKind]:
    told = dict(AccountRow.objects.filter(code__in=codes).values_list("code", "kind"))
    if unknown := sorted(codes - told.keys()):
        raise NotFound("account.unknown", account=unknown[0])
    if strange := sorted({name for name in told.values() if name not in kinds}):
        raise NotPermitted("account_kind.unknown", kinds=strange, known=sorted(kinds))
    return {code: kinds[name] for code, name in told.items()}


def _seal(keys: Sequence[str], hand: Hand) -> None:
    """Seal what was booked at once, and by whose hand."""
    ((posting, plain),) = _entries(TransferRow.objects.filter(key__in=keys))
    row = PostingRow(posting=posting, by=hand.actor.name, at=hand.at)
    facts = {"entries": len(plain)}
    content = _by_hand(row, plain)
    row.leaf = evidence.seal(POSTED, posting.hex, content, at=hand.at, facts=facts)
    row.save(force_insert=True)


def _by_hand(row: PostingRow, plain: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    at = row.at.astimezone(CHINA).isoformat()
    return {"by": row.by, "at": at, "entries": sorted(plain, key=itemgetter("key"))}


def _entries(rows: QuerySet[TransferRow]) -> Iterator[tuple[UUID, list[dict[str, Any]]]]:
    """Give each posting with its transfers as plain values; facts that are none stay a text."""
    named = rows.annotate(told=Cast("facts", TextField())).order_by("posting", "key")
    found = named.values_list("posting", "told", *_COLUMNS).iterator()
    for posting, those in groupby(found, key=itemgetter(0)):
        yield posting, [_plain(told, values) for _, told, *values in those]


def _plain(told: str, values: Sequence[Any]) -> dict[str, Any]:
    facts: Any = told
    with suppress(ValueError):
        facts = json.loads(told)
    return {**dict(zip(_COLUMNS, values, strict=True)), "facts": facts}


def seal_found(_at: datetime) -> dict[str, Fact]:
    """Return how many leaves of postings are older than the rows that say by whose hand."""
    return {"leaves_without_rows": len(leaves.leaves_saying(POSTED))}


def sealed_by_hand() -> Iterator[SealedRow]:
    """Give every posting by hand with what its leaf must commit to."""
    of_hands = TransferRow.objects.filter(posting__in=PostingRow.objects.values("posting"))
    booked = _entries(of_hands)
    posting, plain = next(booked, _END)
    for key, row in leaves.readable(PostingRow.objects.order_by("pk")):
        while posting < key:
            posting, plain = next(booked, _END)
        own, where = (plain if posting == key else []), f"kernel_posting/{key.hex}"
        if row is None:
            yield broken(where, POSTED)
            continue
        facts: dict[str, Fact] = {"entries": len(own)}
        yield SealedRow(where, row.leaf, POSTED, key.hex, _by_hand(row, own), facts, at=row.at)


def unlike_the_books(key: bytes) -> Iterator[Finding]:
    """Compare every sealed sum with its leaf, and the last of each unit with the books again."""
    last: dict[str, leaves.Leaf] = {}
    for leaf in leaves.leaves_saying(PROVED):
        facts = entries.parse(leaf.entry).facts
        unit, at = str(facts.get("unit")), datetime.fromisoformat(str(facts.get("at")))
        last[unit] = leaf
        if leaf.object_id != _object_id(unit, at):
            yield Finding(f"kernel_leaf/{leaf.index}", "evidence.row_differs", {"column": "unit"})
        yield from committed(leaf, entries.canonical(dict(facts)), f"kernel_leaf/{leaf.index}")
    for unit, leaf in last.items():
        facts = entries.parse(leaf.entry).facts
        at = datetime.fromisoformat(str(facts["at"]))
        now = _tree(unit, at, key).published(at)
        if now != facts:
            told = {"unit": unit, "sealed": facts.get("root"), "now": now["root"]}
            yield Finding(f"balances/{unit}", "proof.root_differs", told)


def units() -> list[str]:
    """Return every unit that is counted."""
    return list(UnitRow.objects.order_by("code").values_list("code", flat=True))


def _object_id(unit: str, at: datetime) -> str:
    return sha256(f"{unit}\n{at.isoformat()}".encode()).hexdigest()[:ID_HEX]


def _tree(unit: str, at: datetime, key: bytes) -> sums.SumTree:
    secret = hmac.digest(key, f"balances:{unit}:{at.isoformat()}".encode(), "sha256")
    return queries.sum_tree(unit, at=at, secret=secret)


def prove(unit: str, *, as_at: datetime, key: bytes, at: datetime) -> dict[str, str]:
    """Seal the sum of all balances of a unit as at a moment; sealed already, it stays."""
    if as_at > at:
        raise Invalid("statement.not_over", until=as_at.isoformat())
    object_id = _object_id(unit, as_at)
    published = _tree(unit, as_at, key).published(as_at)
    with transaction.atomic():
        if not leaves.leaves_of(object_id, PROVED):
            evidence.seal(PROVED, object_id, published, at=at, facts=published)
    return published


def prove_night(*, key: bytes, at: datetime) -> int:
    """Seal the sums of the last midnight of every unit that has none yet; return of how many.

    It waits until no server's clock is still before midnight, so that nothing is added to a night
    that was proved.
    """
    night = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    if at < night + NIGHT_OVER:
        return 0
    due = [unit for unit in units() if not leaves.leaves_of(_object_id(unit, night), PROVED)]
    for unit in due:
        prove(unit, as_at=night, key=key, at=at)
    return len(due)


def proof_of(account: str, *, as_at: datetime, key: bytes, log: Log) -> dict[str, Any]:
    """Return what shows an owner that its balance is part of the sealed sums, as plain values.

    Raises:
        NotFound: nothing was sealed as at that moment (``proof.not_sealed``).
        EvidenceBroken: the book says something else of that moment now (``proof.root_differs``).
    """
    unit = queries.account(account).unit
    found = leaves.leaves_of(_object_id(unit, as_at), PROVED)
    if not found:
        raise NotFound("proof.not_sealed", unit=unit, at=as_at.isoformat())
    tree = _tree(unit, as_at, key)
    published = tree.published(as_at)
    facts = entries.parse(found[0].entry).facts
    if published != facts:
        raise EvidenceBroken(
            "proof.root_differs", unit=unit, sealed=facts.get("root"), now=published["root"]
        )
    proof = sums.plain(tree.proof(account))
    return {**published, BALANCE: proof, "evidence": leaves.proof_of(log, found[0])}


def verify_balance(text: str | bytes, keys: PublicKeys | None = None) -> list[Verdict]:
    """Verify what ``proof_of`` gave, offline: the sealed sums, and the balance within them."""
    try:
        plain = json.loads(text)
        proof = sums.read(plain.pop(BALANCE))
        root = sums.Node(bytes.fromhex(plain["root"]), int(plain["plus"]), int(plain["minus"]))
        unit = str(plain["unit"])
    except Invalid as refusal:
        return [bad("form", refusal.code, refusal.facts)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [bad("form", "evidence.document_malformed", {"part": BALANCE})]
    facts = {"account": proof.account, "balance": proof.balance, "unit": unit}
    holds = proof.unit == unit and sums.verify(proof, root)
    told = good if holds else bad
    code = "proof.balance_holds" if holds else "proof.balance_differs"
    balanced = root.plus == root.minus
    total = {"plus": root.plus, "minus": root.minus, "unit": unit}
    return [
        *verify_receipt(json.dumps(plain), keys),
        told(BALANCE, code, facts),
        (good if balanced else bad)(
            "sums", "proof.sums_equal" if balanced else "proof.sums_differ", total
        ),
    ]
