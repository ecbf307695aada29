# SPDX-License-Identifier: Apache-2.0
"""What an audit finds, and how the objects of leaves are compared with what was sealed of them.

Objects are checked leaf by leaf, each by itself: so other processes may share the work. Each of
them is equipped once (`equip`), then asked about leaves by index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain, islice
from threading import Semaphore
from typing import Any

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.hashing import record_leaf
from shangheng.kernel.evidence.queries import Leaf

TASKS_A_PROCESS = 32
"""So many that a process which met large batches is helped by the others."""
_ROWS_A_ROUND = 500
_NOWHERE = -1
_ALONE_MAX = 8
"""Leaves of a block up to which handing them to other processes is not worth it."""


@dataclass(frozen=True)
class Finding:
    """Something that does not fit: where, and the code and facts of what is wrong."""

    where: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Checker = Callable[[Leaf], Iterable[Finding]]
Whole = Callable[[], Iterable[Finding]]


@dataclass(frozen=True)
class Objects:
    """What the assembly knows of objects, which the log knows only by name.

    `checks` finds by the leaf's `what` who compares it with its object; `expected` gives what and
    id of every object that must have a leaf; `parts` are all other checks that stand by
    themselves, and what is read piece by piece of things that are whole only together, such as the
    ledger's rows: these are compared by `wholes`.
    """

    checks: Mapping[str, Checker] = field(default_factory=dict)
    expected: Callable[[], Iterable[tuple[str, str]]] = tuple
    parts: tuple[Whole, ...] = ()
    wholes: tuple[Whole, ...] = ()


@dataclass(frozen=True)
class Workers:
    """Other processes that were equipped to check objects, and how many they are."""

    executor: Executor
    processes: int

    def checked(self, leaves: Sequence[Leaf]) -> Iterator[Finding]:
        """Check the objects of leaves, shared between the processes, in the order of leaves."""
        size = -(-len(leaves) // (self.processes * TASKS_A_PROCESS))
        indexes = [leaf.index for leaf in leaves]
        parts = [indexes[at : at + size] for at in range(0, len(indexes), size)]
        for findings in self.executor.map(_checked_here, parts):
            yield from findings

    def found(self, step: str, count: int) -> Iterator[list[Finding]]:
        """Begin the parts or the wholes, shared between the processes; give them in their order.

        One for each process is handed over at a time, so that leaves find a place between them.
        """
        room = Semaphore(self.processes)

        def hand_over(number: int) -> Future[list[Finding]]:
            room.acquire()
            task = self.executor.submit(_found_here, (step, number))
            task.add_done_callback(lambda _: room.release())
            return task

        with_them = ThreadPoolExecutor(1)
        handed = [with_them.submit(hand_over, number) for number in range(count)]
        with_them.shutdown(wait=False)
        return (task.result().result() for task in handed)


_equipment: list[Objects] = []


def equip(objects: Objects) -> None:
    """Tell this process, once, how it checks objects for another one."""
    _equipment[:] = [objects]


def _checked_here(indexes: Sequence[int]) -> list[Finding]:
    (objects,) = _equipment
    leaves = queries.leaves_at(indexes)
    return _travelling(finding for index in indexes for finding in checked(objects, leaves[index]))


def _found_here(named: tuple[str, int]) -> list[Finding]:
    (objects,) = _equipment
    step, number = named
    wholes: tuple[Whole, ...] = getattr(objects, step)
    return _travelling(found(wholes[number]))


def _travelling(findings: Iterable[Finding]) -> list[Finding]:
    return [Finding(each.where, each.code, _plain(each.facts)) for each in findings]


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they travel between processes."""
    return {name: v if isinstance(v, str | int) else str(v) for name, v in facts.items()}


def all_found(objects: Objects, step: str, workers: Workers | None) -> Iterator[Iterable[Finding]]:
    """Do the parts or the wholes here, or let other processes begin where there are some."""
    wholes: tuple[Whole, ...] = getattr(objects, step)
    return map(found, wholes) if workers is None else workers.found(step, len(wholes))


def found(whole: Whole) -> Iterator[Finding]:
    """Check something whole; what refuses has found something."""
    try:
        yield from whole()
    except ShanghengError as error:  # its ground is broken, which is told where it lies
        yield Finding("wholes", error.code, error.facts)


def all_checked(
    objects: Objects, leaves: Sequence[Leaf], workers: Workers | None
) -> Iterator[Finding]:
    """Check the objects of leaves here, or by other processes where there are some."""
    if workers is not None and len(leaves) > _ALONE_MAX:
        yield from workers.checked(leaves)
        return
    for leaf in leaves:
        yield from checked(objects, leaf)


def checked(objects: Objects, leaf: Leaf) -> Iterator[Finding]:
    """Check the object of a leaf; a check that refuses has found something."""
    checker = objects.checks.get(leaf.what, _check_facts)
    try:
        yield from checker(leaf)
    except ShanghengError as error:
        where = f"kernel_leaf/{leaf.index} {leaf.what} {leaf.object_id}"
        yield Finding(where, error.code, error.facts)


def _check_facts(leaf: Leaf) -> Iterator[Finding]:
    """Check the commitment of a leaf that says all that it commits to, such as of a key."""
    entry = entries.parse(leaf.entry)
    if entry.what.startswith(("key.", "stamp.", "sealing.")):
        content = entries.canonical(dict(entry.facts))
        if entries.commitment(leaf.salt, content) != entry.commitment:
            where = f"kernel_leaf/{leaf.index}"
            yield Finding(where, "evidence.row_differs", {"column": "salt"})


@dataclass(frozen=True)
class SealedRow:
    """A row, what the leaf that seals it must commit to, and what that leaf must say.

    ``index`` is the leaf's where the row keeps it; without one the leaf is found by what was done
    to which object, which is then done to it once. ``otherwise`` gives other contents that say the
    same of the row: as earlier leaves wrote it, or with what the row does not tell. ``at`` is when
    it was done; ``fits`` tells by column whether it is what other rows and leaves make of it. No
    ``content`` is compared where it is ``None``: the leaf is older than what keeps it.
    """

    where: str
    index: int | None
    what: str
    object_id: str
    content: object
    facts: Mapping[str, Fact] = field(default_factory=dict)
    otherwise: Callable[[], Iterable[object]] = tuple
    at: datetime | None = None
    fits: Mapping[str, bool] = field(default_factory=dict)


def broken(where: str, what: str) -> SealedRow:
    """Return what stands for a row that can not be read any more, or that no leaf can explain."""
    return SealedRow(where, _NOWHERE, what, "?", "")


@dataclass(frozen=True)
class Digest:
    """What is kept of a content that nobody keeps: its SHA-256."""

    sha256: str


def explained(
    begins: str,
    rows: Callable[[], Iterable[SealedRow]],
    *,
    besides: Sequence[str] = (),
    since: Callable[[], int] = int,
) -> Iterator[Finding]:
    """Compare rows with their leaves, and every leaf whose `what` begins so with its row.

    Leaves before the index ``since`` are older than their rows.
    """
    told: set[int] = set()
    waiting = iter(rows())
    while some := list(islice(waiting, _ROWS_A_ROUND)):
        for row, leaf in _with_leaves(some):
            if leaf is None or (leaf.what, leaf.object_id) != (row.what, row.object_id):
                facts = {"what": row.what, "object": row.object_id}
                yield Finding(row.where, "evidence.object_unsealed", facts)
                continue
            told.add(leaf.index)
            try:
                yield from _compared(row, leaf)
            except (ShanghengError, ValueError):  # no number or letter that is ever sealed
                yield Finding(row.where, "evidence.row_differs", {"column": "values"})
    first = since()
    for index, what, object_id in queries.named(begins):
        if index >= first and index not in told and what not in besides:
            gone: dict[str, Fact] = {"index": index, "what": what, "object": object_id}
            yield Finding(f"kernel_leaf/{index}", "evidence.object_gone", gone)


def _with_leaves(rows: Sequence[SealedRow]) -> Iterator[tuple[SealedRow, Leaf | None]]:
    """Give rows with the leaves that seal them; of a deed sealed twice the first counts."""
    by_index = queries.leaves_at(row.index for row in rows if row.index is not None)
    by_name = queries.leaves_named({row.object_id for row in rows if row.index is None})
    for row in rows:
        named = by_name.get((row.what, row.object_id))
        yield row, named if row.index is None else by_index.get(row.index)


def _compared(row: SealedRow, leaf: Leaf) -> Iterator[Finding]:
    said = entries.parse(leaf.entry)
    wrong = [
        *(name for name, is_right in row.fits.items() if not is_right),
        *(name for name, fact in row.facts.items() if said.facts.get(name) != fact),
    ]
    if row.at not in (None, said.at):
        wrong.append("at")
    if wrong:
        yield Finding(row.where, "evidence.row_differs", {"column": ", ".join(wrong)})
    if row.content is None:
        return
    contents = chain((row.content,), row.otherwise())
    if not any(_is_sealed(leaf, said.commitment, each) for each in contents):
        yield _unlike(leaf, row.content, row.where)


def _is_sealed(leaf: Leaf, commitment: bytes, content: object) -> bool:
    digest = _digest(content)
    own = bytes.fromhex(digest)
    return own.hex() == digest and record_leaf(leaf.salt, own) == commitment


def _digest(content: object) -> str:
    if isinstance(content, Digest):
        return content.sha256
    data = content if isinstance(content, bytes) else entries.canonical(content)
    return sha256(data).hexdigest()


def committed(leaf: Leaf, content: bytes, where: str) -> Iterator[Finding]:
    """Check that a leaf commits to this content: what an assembly's checks mostly need.

    Where it does not, either the content or the salt in the leaf's row was altered; both are
    named.
    """
    if not _is_sealed(leaf, entries.parse(leaf.entry).commitment, content):
        yield _unlike(leaf, content, where)


def _unlike(leaf: Leaf, content: object, where: str) -> Finding:
    facts = {"digest": _digest(content), "object": leaf.object_id}
    named = where if where.startswith("kernel_leaf/") else f"{where} kernel_leaf/{leaf.index}"
    return Finding(named, "evidence.content_differs", facts)
