# SPDX-License-Identifier: Apache-2.0
"""What can be asked of the log: leaves, proofs, growth; never writes."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet, TextField, UUIDField
from django.db.models.functions import Cast, TruncDate

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import entries, proofs
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.entries import SEALING_BEGAN, Fact
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.merkle import verify_consistency
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow
from shangheng.kernel.evidence.proofs import TlogProof
from shangheng.kernel.evidence.public_keys import encode_keys
from shangheng.kernel.evidence.tiled_tree import TiledTree

Row = TypeVar("Row", bound=Model)
_PIECE, _ROWS_A_ROUND = 2_000, 500
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Leaf:
    """A sequenced leaf: its place, its exact bytes and what opens its commitment."""

    index: int
    entry: bytes
    hash: bytes
    salt: bytes
    what: str
    object_id: str
    at: datetime


@dataclass(frozen=True)
class Signed:
    """A signed checkpoint as it is kept."""

    size: int
    root: bytes
    note: str
    stamp: bytes
    at: datetime


@dataclass(frozen=True)
class Began:
    """Since when all of a noun is sealed, and what was there before and sealed as it was found."""

    noun: str
    since: datetime
    found: Mapping[str, Fact]


@dataclass(frozen=True)
class Growth:
    """How far an older checkpoint of this log leads to the published one."""

    older: Checkpoint
    newer: Checkpoint
    proof: tuple[bytes, ...]


def size() -> int:
    """Return how many leaves are sequenced."""
    return LogRow.objects.values_list("size", flat=True).first() or 0


def leaf(index: int) -> Leaf:
    """Return the leaf at an index."""
    found = _leaves(LeafRow.objects.filter(index=index))
    if not found:
        raise NotFound("evidence.leaf_unknown", index=index)
    return found[0]


def leaves_of(object_id: str, what: str | None = None) -> list[Leaf]:
    """Return the leaves about an object, in order."""
    rows = LeafRow.objects.filter(object_id=object_id).order_by("index")
    return _leaves(rows.filter(what=what) if what else rows)


def leaves_saying(what: str) -> list[Leaf]:
    """Return the leaves that say that this was done, in order."""
    return _leaves(LeafRow.objects.filter(what=what).order_by("index"))


def beginnings() -> list[Began]:
    """Return since when which nouns are sealed, those that are younger than the log itself."""
    return [
        Began(each.object_id, each.at, entries.parse(each.entry).facts)
        for each in leaves_saying(SEALING_BEGAN)
    ]


def began(noun: str) -> int:
    """Return the index of the leaf from which on all of a noun is sealed; 0 where none says so."""
    return next((leaf.index for leaf in leaves_of(noun, SEALING_BEGAN)), 0)


def leaves_at(indexes: Iterable[int]) -> dict[int, Leaf]:
    """Return the leaves at some indexes, by index; those that are missing are left out."""
    rows = LeafRow.objects.filter(index__in=list(indexes))
    return {each.index: each for each in _leaves(rows)}


def leaves_named(object_ids: Iterable[str]) -> dict[tuple[str, str], Leaf]:
    """Return the first leaf about each of some objects, by what was done and the object's id."""
    rows = LeafRow.objects.filter(object_id__in=list(object_ids)).order_by("-index")
    return {(each.what, each.object_id): each for each in _leaves(rows)}


def named(begins: str) -> Iterator[tuple[int, str, str]]:
    """Give index, what and object of every leaf whose `what` begins so."""
    rows = LeafRow.objects.filter(what__startswith=begins).order_by("index")
    yield from rows.values_list("index", "what", "object_id").iterator(_PIECE)


def sealed(object_ids: Iterable[str]) -> set[tuple[str, str]]:
    """Return what was sealed of some objects: pairs of what was done and the object's id."""
    rows = LeafRow.objects.filter(object_id__in=list(object_ids))
    return set(rows.values_list("what", "object_id"))


def leaves(first: int = 0, end: int | None = None) -> Iterator[Leaf]:
    """Give leaves in order, a piece of them at a time."""
    while end is None or first < end:
        stop = first + _PIECE if end is None else min(end, first + _PIECE)
        rows = LeafRow.objects.filter(index__gte=first, index__lt=stop).order_by("index")
        found = _leaves(rows)
        yield from found
        if end is None and not found:
            return
        first = stop


def _leaves(rows: QuerySet[LeafRow]) -> list[Leaf]:
    """Return rows as leaves; where a time cannot even be read, it is none that was sealed."""
    try:
        return [_leaf(row) for row in rows]
    except ValueError:
        columns = ("index", "entry", "hash", "salt", "what", "object_id")
        plain = rows.values_list(*columns)
        times = {row.index: row.at for _, row in readable(rows) if row}
        return [
            Leaf(n, bytes(e), bytes(h), bytes(s), w, o, times.get(n, _NEVER))
            for n, e, h, s, w, o in plain
        ]


def signed(first: int = 0) -> Iterator[Signed]:
    """Give every signed checkpoint from a size on, the smallest first."""
    for size_, row in readable(CheckpointRow.objects.filter(size__gte=first).order_by("size")):
        yield _signed(row) if row else Signed(size_, b"", "", b"", _NEVER)


def readable(rows: QuerySet[Row], *, by: str = "pk") -> Iterator[tuple[Any, Row | None]]:
    """Give the key of each row with the row, a piece at a time; without it where it is broken.

    `by` names the column by which rows are told apart. What was altered in a database by hand may
    be no date and no JSON any more: that must not keep an audit from naming it.
    """
    keys = iter(rows.values_list(by, flat=True).iterator(_PIECE))
    told = list(_ids(rows.model))
    rows = rows.annotate(**{name: Cast(column, TextField()) for column, name in told})
    while some := list(islice(keys, _ROWS_A_ROUND)):
        try:
            found = {getattr(row, by): row for row in rows.filter(**{f"{by}__in": some})}
        except ValueError:
            found = {key: row for key in some if (row := _alone(rows.filter(**{by: key})))}
        for key in some:
            row = found.get(key)
            yield key, row if row is not None and _is_whole(row, told) else None


def _alone(rows: QuerySet[Row]) -> Row | None:
    try:
        return rows.first()
    except ValueError:
        return None


def _is_whole(row: Model, told: Iterable[tuple[str, str]]) -> bool:
    """Tell whether no column lost its value, and every id lies there as an action writes it.

    As a number is read, a blank may stand for a nought and a capital for a small letter.
    """
    ids = ((getattr(row, column), getattr(row, name)) for column, name in told)
    return all(
        each.null or getattr(row, each.attname) is not None for each in _columns(type(row))
    ) and all(value is None or value.hex == text.replace("-", "") for value, text in ids)


def _columns(table: type[Model]) -> Iterable[Any]:
    return table._meta.concrete_fields  # noqa: SLF001 - the documented name of Django's API


def _ids(table: type[Model]) -> Iterator[tuple[str, str]]:
    """Give the columns that hold ids, each with the name under which it is told as text."""
    for each in _columns(table):
        if isinstance(getattr(each, "target_field", each), UUIDField):
            yield each.attname, f"told_{each.attname}"


def latest() -> Signed | None:
    """Return the last signed checkpoint."""
    row = CheckpointRow.objects.order_by("-size").first()
    return _signed(row) if row else None


def counts_by_day() -> list[tuple[date, str, int]]:
    """Return how many leaves of which kind were sequenced on each day (Beijing time)."""
    rows = (
        LeafRow.objects.annotate(day=TruncDate("at"))
        .values_list("day", "what")
        .annotate(leaves=Count("pk"))
        .order_by("day", "what")
    )
    return [(day, what, count) for day, what, count in rows]


def proof_of(log: Log, found: Leaf) -> dict[str, Any]:
    """Return the evidence of a leaf as plain values: what a receipt carries.

    The proof leads to the first checkpoint that was published with the leaf in it: that is the
    one whose time stamp says most, and the same answer is given for ever. A leaf that is not
    published yet has ``state`` ``sequenced`` and no proof.
    """
    told: dict[str, Any] = {
        "leaf": found.entry.decode(),
        "index": found.index,
        "salt": found.salt.hex(),
        "state": "sequenced",
    }
    published = log.published()
    row = CheckpointRow.objects.filter(size__gt=found.index).order_by("size").first()
    if published is None or row is None or row.size > published[1].checkpoint.size:
        return told
    path = TiledTree(log.store, row.size).inclusion_proof(found.index)
    proof = TlogProof(found.index, tuple(path), row.note)
    return told | {
        "state": "published",
        "size": row.size,
        "proof": proofs.encode(proof),
        "checkpoint": row.note,
        "timestamp": b64encode(bytes(row.stamp)).decode("ascii"),
        "keys": encode_keys(log.public),
    }


def growth_since(log: Log, note: str) -> Growth:
    """Return the proof that the published log only added to an older checkpoint of it.

    Raises:
        Invalid: the checkpoint is not one that this log signed, or is empty or from the future.
        EvidenceBroken: it is, and yet the log does not grow out of it: a fork; carries both.
    """
    older = proofs.open_checkpoint(note, log.trust).checkpoint
    published = log.published()
    if published is None or older.size > published[1].checkpoint.size:
        size_now = published[1].checkpoint.size if published else 0
        raise EvidenceBroken(
            "evidence.checkpoint_ahead", size=older.size, published=size_now, checkpoint=note,
            other=published[0] if published else "",
        )  # fmt: skip
    newer = published[1].checkpoint
    if not older.size:
        raise Invalid("evidence.checkpoint_empty", origin=older.origin)
    proof = tuple(TiledTree(log.store, newer.size).consistency_proof(older.size))
    if not verify_consistency(older.size, newer.size, proof, older.root, newer.root):
        raise EvidenceBroken(
            "evidence.forked", size=older.size, checkpoint=note, other=published[0]
        )
    return Growth(older, newer, proof)


def _leaf(row: LeafRow) -> Leaf:
    return Leaf(
        row.index, bytes(row.entry), bytes(row.hash), bytes(row.salt),
        row.what, row.object_id, row.at,
    )  # fmt: skip


def _signed(row: CheckpointRow) -> Signed:
    return Signed(row.size, bytes(row.root), row.note, bytes(row.stamp), row.at)
