# SPDX-License-Identifier: Apache-2.0
"""A Merkle sum tree: one hash for all balances of a unit, in which an owner finds its own.

Each node commits to a hash and to two sums: what the accounts below it hold (``plus``) and what
they owe (``minus``), both never negative. At the root of a whole book they are equal. An owner
gets its salts and the paths from its leaves to the root, recomputes them, and so knows that its
balance is part of the published sums; no negative amount can be hidden to make room for others.

What an owner sees of others: hashes, and sums of the subtrees beside its path. So that the leaf
beside its own shows nobody's balance, every balance is split at random into two leaves, and
leaves stand in the order of their hashes. Salts and splits come from one secret, which MUST serve
one tree.

The shape is that of RFC 6962; hashes are SHA-256 with its prefixes, sums as 16 bytes, big-endian.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from shangheng.kernel.errors import Invalid

SECRET_BYTES = 32
SUM_BYTES = 16
_SUM_MAX = 2 ** (8 * SUM_BYTES) - 1
PARTS = (0, 1)


@dataclass(frozen=True, slots=True)
class Node:
    """A hash with the sums that it commits to."""

    hash: bytes
    plus: int
    minus: int


@dataclass(frozen=True, slots=True)
class Path:
    """One of the two leaves of a balance: share, salt, place, and the nodes beside its way up."""

    share: int
    salt: bytes
    index: int
    size: int
    beside: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SumProof:
    """What an owner gets: the account, its balance in smallest pieces, and its two leaves."""

    account: str
    unit: str
    balance: int
    paths: tuple[Path, Path]


@dataclass(frozen=True, slots=True)
class SumTree:
    """All levels, leaves first, and where each account's two leaves stand."""

    unit: str
    levels: tuple[tuple[Node, ...], ...]
    places: dict[str, tuple[Path, Path]]

    @property
    def root(self) -> Node:
        """Return the one node that is published."""
        return self.levels[-1][0]

    def published(self, at: datetime) -> dict[str, str]:
        """Return what is to be sealed in the log: the root, of what, and as at which moment."""
        return {
            "kind": "accounts.sum_tree",
            "unit": self.unit,
            "at": at.isoformat(),
            "leaves": str(len(self.levels[0])),
            "root": self.root.hash.hex(),
            "plus": str(self.root.plus),
            "minus": str(self.root.minus),
        }

    def proof(self, account: str) -> SumProof:
        """Return what shows an account's owner that its balance is part of the root."""
        if account not in self.places:
            raise Invalid("proof.account_absent", account=account)
        one, other = self.places[account]
        whole = (self._whole(one), self._whole(other))
        return SumProof(account, self.unit, one.share + other.share, whole)

    def _whole(self, place: Path) -> Path:
        at, beside = place.index, []
        for level in self.levels[:-1]:
            if at ^ 1 < len(level):
                beside.append(level[at ^ 1])
            at >>= 1
        return Path(place.share, place.salt, place.index, len(self.levels[0]), tuple(beside))


def tree(unit: str, balances: Iterable[tuple[str, int]], secret: bytes) -> SumTree:
    """Return the sum tree over the balances of all accounts of a unit."""
    if len(secret) != SECRET_BYTES:
        raise Invalid("proof.secret_length", length=len(secret), needed=SECRET_BYTES)
    leaves: list[tuple[Node, str, int, int, bytes]] = []
    for account, balance in balances:
        for part, share in zip(PARTS, _shares(account, balance, secret), strict=True):
            salt = _derived(secret, f"salt/{part}/{account}")
            leaves.append((_leaf(account, unit, part, share, salt), account, part, share, salt))
    leaves.sort(key=lambda leaf: leaf[0].hash)
    found: dict[tuple[str, int], Path] = {
        (account, part): Path(share, salt, index, len(leaves), ())
        for index, (_, account, part, share, salt) in enumerate(leaves)
    }
    places = {leaf[1]: (found[leaf[1], 0], found[leaf[1], 1]) for leaf in leaves}
    levels = [tuple(leaf[0] for leaf in leaves) or (Node(sha256(b"").digest(), 0, 0),)]
    while len(levels[-1]) > 1:
        levels.append(_above(levels[-1]))
    return SumTree(unit, tuple(levels), places)


def plain(proof: SumProof) -> dict[str, Any]:
    """Write a proof so that it can be handed to its owner as JSON; amounts as text."""
    paths = [
        {
            "share": str(path.share),
            "salt": path.salt.hex(),
            "index": path.index,
            "size": path.size,
            "beside": [[node.hash.hex(), str(node.plus), str(node.minus)] for node in path.beside],
        }
        for path in proof.paths
    ]
    told = {"account": proof.account, "unit": proof.unit, "balance": str(proof.balance)}
    return {**told, "paths": paths}


def read(told: dict[str, Any]) -> SumProof:
    """Read what `plain` writes; refuse the rest."""
    try:
        one, other = (
            Path(
                int(path["share"]),
                bytes.fromhex(path["salt"]),
                int(path["index"]),
                int(path["size"]),
                tuple(
                    Node(bytes.fromhex(hash_), int(plus), int(minus))
                    for hash_, plus, minus in path["beside"]
                ),
            )
            for path in told["paths"]
        )
        balance = int(told["balance"])
        return SumProof(str(told["account"]), str(told["unit"]), balance, (one, other))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("proof.malformed", why=str(error)) from error


def verify(proof: SumProof, root: Node) -> bool:
    """Tell whether a balance is part of the published root; a wrong proof is False, no error."""
    one, other = proof.paths
    # 1. The two leaves MUST stand at different places and share the balance between them.
    if one.index == other.index or one.size != other.size:
        return False
    if one.share + other.share != proof.balance or one.share * other.share < 0:
        return False
    if abs(proof.balance) > _SUM_MAX:
        return False
    # 2. Each MUST lead to the root, by hash and by both sums.
    leaves = zip(PARTS, proof.paths, strict=True)
    return all(
        _climbed(_leaf(proof.account, proof.unit, part, path.share, path.salt), path) == root
        for part, path in leaves
    )


def _climbed(node: Node, path: Path) -> Node | None:
    """Return the root that a path leads to, or None if it is not one of a tree of that size."""
    # 3. The leaf MUST lie in the tree, and no sum beside the path may be negative or too large.
    sums = [total for each in path.beside for total in (each.plus, each.minus)]
    if not 0 <= path.index < path.size or any(not 0 <= total <= _SUM_MAX for total in sums):
        return None
    at, last, beside = path.index, path.size - 1, list(path.beside)
    while last:
        # 4. A last node without a sibling moves up as it is; any other is joined to its sibling.
        if at ^ 1 <= last:
            if not beside:
                return None
            sibling = beside.pop(0)
            node = _joined(sibling, node) if at & 1 else _joined(node, sibling)
        at, last = at >> 1, last >> 1
    # 5. Nothing may be left over.
    return None if beside else node


def _above(level: Sequence[Node]) -> tuple[Node, ...]:
    pairs = [_joined(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return (*pairs, *level[len(pairs) * 2 :])


def _leaf(account: str, unit: str, part: int, share: int, salt: bytes) -> Node:
    plus, minus = max(share, 0), max(-share, 0)
    told = b"".join(
        len(each).to_bytes(4, "big") + each for each in (salt, unit.encode(), account.encode())
    )
    return Node(sha256(b"\x00" + told + bytes([part]) + _sums(plus, minus)).digest(), plus, minus)


def _joined(left: Node, right: Node) -> Node:
    told = _sums(left.plus, left.minus) + left.hash + _sums(right.plus, right.minus) + right.hash
    plus, minus = left.plus + right.plus, left.minus + right.minus
    return Node(sha256(b"\x01" + told).digest(), plus, minus)


def _sums(plus: int, minus: int) -> bytes:
    low = min(plus, _SUM_MAX), min(minus, _SUM_MAX)
    return b"".join(total.to_bytes(SUM_BYTES, "big") for total in low)


def _derived(secret: bytes, of: str) -> bytes:
    return hmac.digest(secret, of.encode(), "sha256")


def _shares(account: str, balance: int, secret: bytes) -> tuple[int, int]:
    """Split a balance into two of its sign; each way to split it is as likely."""
    chance = int.from_bytes(_derived(secret, f"share/{account}"), "big")
    one = chance % (abs(balance) + 1)
    return (one, balance - one) if balance >= 0 else (-one, balance + one)
