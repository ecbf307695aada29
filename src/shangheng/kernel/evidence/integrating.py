# SPDX-License-Identifier: Apache-2.0
"""From sequenced to published: one integrator at a time, however many processes.

1. Take the pen (a lock on the folder; on PostgreSQL an advisory lock as well); sequence what
   was sealed without waiting for its index.
2. Compare tiles, checkpoint and rows; what does not fit is a fault, and nothing is written.
3. *Integrate*: write entry bundles and tiles behind the published ones. The same leaves write the
   same files, so that a crash is mended by writing them again. What was signed and not published
   is published first, so that never more than one signed checkpoint waits for that.
4. Sign a checkpoint, have it cosigned by witnesses and time-stamped.
5. Keep both in a row. Each size has one row: a second root for it can never be signed.
6. *Publish*: put the time stamp beside the log, then replace the checkpoint.

Killed between any two steps, the next integrator goes on from the published checkpoint.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shangheng.kernel.errors import EvidenceBroken
from shangheng.kernel.evidence import actions, queries
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.log import CHECKPOINT, Log, pen
from shangheng.kernel.evidence.merkle import leaf_hash
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow
from shangheng.kernel.evidence.tiled_tree import TiledTree, read_tile
from shangheng.kernel.evidence.tiles import TILE_WIDTH
from shangheng.kernel.evidence.witnessing import cosigned

ROUND_LEAVES = 64 * TILE_WIDTH
_PEN = 6962  # an advisory lock of PostgreSQL, held beyond transactions
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Published:
    """A published checkpoint: the tree, the signed note, its time stamp (RFC 3161 response)."""

    tree: Checkpoint
    note: str
    stamp: bytes


def integrate(log: Log, *, now: Now, until: int | None = None) -> Checkpoint | None:
    """Publish all that is sequenced, and return the checkpoint; nothing while the log is empty.

    `until` is an index that the caller waits for: whoever finds it published already, since
    another process integrated in the meantime, does nothing. `now` is asked under the lock, so
    that time stamps are in order.

    Raises:
        EvidenceBroken: tiles, checkpoint and rows contradict each other; the facts say how.
    """
    known = log.published()
    if until is not None and known and known[1].checkpoint.size > until:
        return known[1].checkpoint
    with _pen(log):
        opened = log.published()
        note, seen = (opened[0], opened[1].checkpoint) if opened else ("", None)
        if until is not None and seen and seen.size > until:
            return seen
        actions.sequence_waiting()
        size = queries.size()
        check(log, note, seen, size)
        if size == (seen.size if seen else 0):
            return seen
        log.store.clear_pending()
        tree = TiledTree(log.store, seen.size if seen else 0)
        signed = CheckpointRow.objects.filter(size__gt=tree.size).values_list("size", flat=True)
        for end in sorted({*signed, size}):
            before, tree = tree.size, _grown(tree, end)
            seen = _published(log, tree, before, now)
        return seen


def stamp_path(size: int) -> str:
    """Return where the time stamp of a checkpoint lies below the address of the log."""
    return f"stamps/{size}.tsr"


def check(log: Log, note: str, seen: Checkpoint | None, size: int) -> None:
    """Refuse to go on from a state in which the published log and the rows disagree."""
    published = seen.size if seen else 0
    # 1. A database that knows less than was published is an old copy.
    if size < published:
        raise EvidenceBroken(
            "evidence.database_behind", sequenced=size, published=published, checkpoint=note
        )
    # 2. At most one signed checkpoint is not published yet: that of an integrator that was killed.
    ahead = list(CheckpointRow.objects.filter(size__gt=published).order_by("size")[:2])
    if len(ahead) > 1:
        raise EvidenceBroken(
            "evidence.checkpoint_behind", published=published, signed=ahead[1].size,
            checkpoint=note, later=ahead[1].note,
        )  # fmt: skip
    if seen is None:
        return
    # 3. No size has two roots.
    row = CheckpointRow.objects.filter(size=published).first()
    if row is None or bytes(row.root) != seen.root:
        other = row.note if row else ""
        raise EvidenceBroken("evidence.forked", size=published, checkpoint=note, other=other)
    if not published:
        return
    # 4. The tiles have the published root, and the last of them the hashes of the rows.
    tree = TiledTree(log.store, published)
    if tree.root() != seen.root:
        raise EvidenceBroken("evidence.tiles_differ", size=published, checkpoint=note)
    _check_last_tile(tree, note)


def _check_last_tile(tree: TiledTree, note: str) -> None:
    tile = tree.tile(0, (tree.size - 1) // TILE_WIDTH)
    first = tile.index * TILE_WIDTH
    hashes = b"".join(hash_ for _, _, hash_ in _leaves(first, tree.size))
    if hashes != read_tile(tree.store, tile):
        raise EvidenceBroken(
            "evidence.rows_differ", first=first, last=tree.size - 1, checkpoint=note
        )


def _leaves(first: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Give index, entry and hash of sequenced leaves; a gap or an altered one is a fault."""
    rows = LeafRow.objects.filter(index__gte=first, index__lt=end).order_by("index")
    expected = first
    for index, entry, hash_ in rows.values_list("index", "entry", "hash"):
        if index != expected:
            break
        if leaf_hash(bytes(entry)) != bytes(hash_):
            raise EvidenceBroken("evidence.leaf_altered", index=index)
        yield index, bytes(entry), bytes(hash_)
        expected += 1
    if expected != end:
        raise EvidenceBroken("evidence.leaf_missing", index=expected)


def _grown(tree: TiledTree, size: int) -> TiledTree:
    """Write leaves in rounds that end with full tiles; only the last leaves partial ones."""
    while tree.size < size:
        end = min(size, (tree.size // ROUND_LEAVES + 1) * ROUND_LEAVES)
        tree = tree.append([entry for _, entry, _ in _leaves(tree.size, end)])
    return tree


def _published(log: Log, tree: TiledTree, before: int, now: Now) -> Checkpoint:
    root = tree.root()
    row = CheckpointRow.objects.filter(size=tree.size).first()
    if row is None:
        note = cosigned(log.sign(tree.size, root), tree, log.outside.witnesses, before=before)
        stamp = log.stamp(note, at=now())
        at = log.stamped_at(stamp, note)
        row = CheckpointRow.objects.create(
            size=tree.size, root=root, note=note, stamp=stamp, at=at
        )
    elif bytes(row.root) != root:
        other = log.sign(tree.size, root)
        raise EvidenceBroken("evidence.forked", size=tree.size, checkpoint=row.note, other=other)
    log.store.put([(stamp_path(row.size), bytes(row.stamp))])
    log.store.replace(CHECKPOINT, row.note.encode())
    return Checkpoint(log.origin, tree.size, root)


@contextmanager
def _pen(log: Log) -> Iterator[None]:
    """Let one integrator work: a lock of this machine, and of the database for several."""
    with pen(log):
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_PEN])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_PEN])
