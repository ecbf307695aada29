# SPDX-License-Identifier: Apache-2.0
"""The full check of a log: files against rows, leaves against objects, and the other way round.

0. What was sealed and waits for its index gets it.
1. Every checkpoint: its signature, its root over the tiles, its time stamp, its file.
2. Every leaf: its hash, its columns, its entry bundle and its hash in the tiles of every width.
3. The object of every leaf, by a check that the assembly gives for its kind.
4. Every hash above, every file that has no business there.
5. The other way round: every object that must have a leaf has one.
6. What is whole only together, such as the ledger's rows: its parts are read first.

Steps 2 and 3 go on where a killed audit stopped; so do parts that keep what they read. What is
found is a value, with its place.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256

from shangheng.kernel.errors import NotFound, ShanghengError
from shangheng.kernel.evidence import actions, entries, queries
from shangheng.kernel.evidence.entries import KEY_ADDED, STAMP_TRUSTED
from shangheng.kernel.evidence.findings import (
    Finding,
    Objects,
    Workers,
    all_checked,
    all_found,
)
from shangheng.kernel.evidence.folding import fold
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.integrating import stamp_path
from shangheng.kernel.evidence.keys import parse_verifier
from shangheng.kernel.evidence.log import CHECKPOINT, KEYS, Log
from shangheng.kernel.evidence.merkle import leaf_hash
from shangheng.kernel.evidence.proofs import open_checkpoint
from shangheng.kernel.evidence.public_keys import encode_keys, parse_keys
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.evidence.tiled_tree import TiledTree
from shangheng.kernel.evidence.tiles import (
    LEVEL_MAX,
    TILE_WIDTH,
    Tile,
    encode_bundle,
    parse_path,
)
from shangheng.kernel.evidence.timestamp_checks import check

_OBJECTS_A_ROUND = 500
_TILE_BYTES = TILE_WIDTH * HASH_BYTES
KEPT_EVERY_S = 2.0
"""How often the state of an audit is written down, between two blocks of 256 leaves."""


Tell = Callable[[str, int, int], None]


@dataclass
class State:
    """How far an audit has come: whole blocks of leaves, the hashes above them, its findings."""

    blocks: int = 0
    above: list[str] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def audit(
    log: Log,
    objects: Objects,
    *,
    state: Path | None = None,
    tell: Tell = _silent,
    workers: Workers | None = None,
) -> list[Finding]:
    """Return everything that does not fit; with `state`, a killed audit is gone on with.

    `workers` share the checks of objects, which are most of the work: records and their batches.
    """
    actions.sequence_waiting()
    parts = all_found(objects, "parts", workers)
    findings = list(_checkpoints(log, tell))
    published = log_size(log)
    blocks = _Blocks(log, objects, published, state, workers)
    findings += blocks.checked(tell)
    findings += blocks.above()
    findings += _missing(objects, tell)
    for number, found in enumerate(parts, start=1):
        findings.extend(found)
        tell("parts", number, len(objects.parts))
    for number, found in enumerate(all_found(objects, "wholes", workers), start=1):
        findings.extend(found)
        tell("wholes", number, len(objects.wholes))
    if state is not None:
        state.unlink(missing_ok=True)
    return findings


def log_size(log: Log) -> int:
    """Return the size of the published checkpoint, 0 where none can be opened."""
    try:
        published = log.published()
    except ShanghengError:
        return 0
    return published[1].checkpoint.size if published else 0


def _found(where: str, error: ShanghengError) -> Finding:
    return Finding(where, error.code, error.facts)


def _checkpoints(log: Log, tell: Tell) -> Iterator[Finding]:
    rows = list(queries.signed())
    for number, signed in enumerate(rows):
        tell("checkpoints", number, len(rows))
        where = f"kernel_checkpoint/{signed.size}"
        try:
            opened = open_checkpoint(signed.note, log.trust).checkpoint
            stamp = check(signed.stamp, sha256(signed.note.encode()).digest(), log.stamp_trust)
            said = (opened.size, opened.root, stamp.at)
            if said != (signed.size, signed.root, signed.at):
                yield Finding(where, "evidence.row_differs", {"column": "size, root, at"})
            elif TiledTree(log.store, opened.size).root() != opened.root:
                yield Finding(where, "evidence.tiles_differ", {"size": opened.size})
        except ShanghengError as error:
            yield _found(where, error)
        for found in _file(log, stamp_path(signed.size), signed.stamp):  # either was altered
            yield replace(found, where=f"{found.where} {where}")
    known = {stamp_path(signed.size) for signed in rows}
    for each in sorted(log.store.folder.glob("stamps/*")):
        path = f"stamps/{each.name}"
        if path not in known:
            yield Finding(path, "evidence.file_unknown", {"path": path})
    yield from _published(log, rows)
    yield from _keys(log)


def _keys(log: Log) -> Iterator[Finding]:
    """Check that the published keys are those that the leaves tell of, and nothing else."""
    try:
        text = log.store.read(KEYS).decode("utf-8", "replace")
        published = parse_keys(text)
    except ShanghengError as error:
        yield _found(KEYS, error)
        return
    signing = {signer.verifier for signer in log.signers}
    told = set(signing)
    for leaf in queries.leaves_saying(KEY_ADDED):
        with suppress(ShanghengError):
            told.add(parse_verifier(str(entries.parse(leaf.entry).facts.get("key"))))
    known = {leaf.object_id for leaf in queries.leaves_saying(STAMP_TRUSTED)}
    known.add(log.root.fingerprint(SHA256()).hex())
    roots = {root.fingerprint(SHA256()).hex() for root in published.roots}
    fits = signing <= set(published.verifiers) <= told and log.root in published.roots
    fits = fits and roots <= known
    if not fits or encode_keys(published) != text:
        yield Finding(KEYS, "evidence.keys_differ", {"keys": [str(key) for key in told]})


def _published(log: Log, rows: list[queries.Signed]) -> Iterator[Finding]:
    """Check the published checkpoint: signed, the last or the last but one, all leaves there."""
    try:
        published = log.published()
    except ShanghengError as error:
        yield _found(CHECKPOINT, error)
        return
    if published is None:
        if rows:
            yield Finding(CHECKPOINT, "evidence.file_missing", {"path": CHECKPOINT})
        return
    note, size = published[0], published[1].checkpoint.size
    kept = {signed.size: signed.note for signed in rows}
    if kept.get(size) != note:
        facts = {"size": size, "checkpoint": note, "other": kept.get(size, "")}
        yield Finding(CHECKPOINT, "evidence.forked", facts)
    if sum(known > size for known in kept) > 1:
        facts = {"published": size, "signed": max(kept)}
        yield Finding(CHECKPOINT, "evidence.checkpoint_behind", facts)
    if queries.size() < size:
        facts = {"sequenced": queries.size(), "published": size}
        yield Finding("kernel_log", "evidence.database_behind", facts)


class _Blocks:
    """Goes through leaves, 256 at a time, with the files that should hold them."""

    def __init__(
        self, log: Log, objects: Objects, size: int, state: Path | None, workers: Workers | None
    ) -> None:
        self._workers, self._kept_at_s = workers, time.monotonic()
        self._log, self._objects, self._size, self._path = log, objects, size, state
        self._state = State()
        if state is not None and state.exists():
            self._state = State(**json.loads(state.read_bytes()))
        self._resumed = self._state.blocks
        self._seen: set[str] = set()
        self._sequenced = max(size, queries.size())

    def checked(self, tell: Tell) -> list[Finding]:
        """Check every leaf, its files and its object."""
        ends = range(0, self._sequenced, TILE_WIDTH)
        findings = [Finding(**each) for each in self._state.findings]
        for number in range(self._state.blocks, len(ends)):
            tell("leaves", number * TILE_WIDTH, self._sequenced)
            findings += self._block(number)
            if self._path and time.monotonic() >= self._kept_at_s + KEPT_EVERY_S:
                self._keep(number + 1, findings)
                self._kept_at_s = time.monotonic()
        return findings

    def _keep(self, blocks: int, findings: list[Finding]) -> None:
        plain = json.dumps([asdict(each) for each in findings], default=str)
        self._state.blocks = blocks
        kept = {"blocks": blocks, "above": self._state.above, "findings": json.loads(plain)}
        assert self._path is not None  # noqa: S101 - asked by the caller
        scratch = self._path.with_suffix(".new")
        scratch.write_text(json.dumps(kept), encoding="utf-8")
        scratch.replace(self._path)

    def _block(self, number: int) -> Iterator[Finding]:
        first = number * TILE_WIDTH
        expected = min(TILE_WIDTH, self._sequenced - first)
        by_index = {leaf.index: leaf for leaf in queries.leaves(first, first + expected)}
        whole: list[Leaf] = []
        for index in range(first, first + expected):
            if index not in by_index:
                yield Finding(f"kernel_leaf/{index}", "evidence.leaf_missing", {"index": index})
            elif wrong := list(_row(by_index[index])):
                yield from wrong
            else:
                whole.append(by_index[index])
        yield from all_checked(self._objects, whole, self._workers)
        ordered = [by_index[index] for index in sorted(by_index)]
        hashes = b"".join(leaf_hash(leaf.entry) for leaf in ordered)
        bundle = [leaf.entry for leaf in ordered]
        yield from self._widths(None, number, lambda width: encode_bundle(bundle[:width]))
        yield from self._widths(0, number, partial(_first, hashes))
        if expected == TILE_WIDTH:
            self._state.above.append(fold(hashes).hex())

    def _widths(
        self, level: int | None, number: int, wanted: Callable[[int], bytes]
    ) -> Iterator[Finding]:
        """Check a tile as wide as it is published, and in every other width in which it lies.

        Narrower ones were published once; wider ones an integrator left that was killed.
        """
        height, first = 8 * (level or 0), number * TILE_WIDTH
        width = min(TILE_WIDTH, (self._size >> height) - first)
        widest = min(TILE_WIDTH, (self._sequenced >> height) - first)
        narrow = self._log.store.folder / f"{Tile(level, number).path}.p"
        here = {each.name for each in narrow.iterdir()} if narrow.is_dir() else set()
        whole = (self._log.store.folder / Tile(level, number).path).exists()
        for each in range(1, widest + 1):
            is_there = whole if each == TILE_WIDTH else str(each) in here
            if is_there or (each == width and not whole):
                path = Tile(level, number, each).path
                self._seen.add(path)
                yield from _file(self._log, path, wanted(each))

    def above(self) -> list[Finding]:
        """Check the tiles above the leaves' hashes, and that there is no other file."""
        findings: list[Finding] = []
        hashes, level = bytes.fromhex("".join(self._state.above)), 1
        while hashes and level <= LEVEL_MAX:
            full: list[bytes] = []
            for number in range(-(-len(hashes) // _TILE_BYTES)):
                own = hashes[number * _TILE_BYTES : (number + 1) * _TILE_BYTES]
                findings += self._widths(level, number, partial(_first, own))
                full += [fold(own)] if len(own) == _TILE_BYTES else []
            hashes, level = b"".join(full), level + 1
        for leaf in islice(queries.leaves(self._sequenced), 1):
            where = f"kernel_leaf/{leaf.index}"
            findings.append(Finding(where, "evidence.leaf_unknown", {"index": leaf.index}))
        return findings + self._strangers()

    def _strangers(self) -> list[Finding]:
        """Name the files among the tiles that no leaf explains."""
        folder = self._log.store.folder
        found = (each.relative_to(folder) for each in folder.glob("tile/**/*") if each.is_file())
        return [
            Finding(path, "evidence.file_unknown", {"path": path})
            for path in sorted(map(str, found))
            if path not in self._seen and not self._was_checked(path)
        ]

    def _was_checked(self, path: str) -> bool:
        """Tell whether the audit that is gone on with has looked at a file."""
        try:
            tile = parse_path(path)
        except ShanghengError:
            return False
        return tile.level in (None, 0) and tile.index < self._resumed


def _row(leaf: Leaf) -> Iterator[Finding]:
    """Compare the columns of a leaf's row with each other."""
    where = f"kernel_leaf/{leaf.index}"
    if leaf_hash(leaf.entry) != leaf.hash:
        yield Finding(where, "evidence.leaf_altered", {"index": leaf.index})
        return
    try:
        entry = entries.parse(leaf.entry)
    except ShanghengError as error:
        yield _found(where, error)
        return
    columns = {
        "what": entry.what == leaf.what,
        "object_id": entry.object_id == leaf.object_id,
        "at": entry.at == leaf.at,
    }
    for column in (name for name, same in columns.items() if not same):
        yield Finding(where, "evidence.row_differs", {"column": column})


def _first(hashes: bytes, width: int) -> bytes:
    return hashes[: width * HASH_BYTES]


def _missing(objects: Objects, tell: Tell) -> Iterator[Finding]:
    done, waiting = 0, iter(objects.expected())
    while some := list(islice(waiting, _OBJECTS_A_ROUND)):
        tell("objects", done, done + len(some))
        sealed = queries.sealed(object_id for _, object_id in some)
        for what, object_id in some:
            if (what, object_id) not in sealed:
                facts = {"what": what, "object": object_id}
                yield Finding(f"{what} {object_id}", "evidence.object_unsealed", facts)
        done += len(some)


def _file(log: Log, path: str, expected: bytes) -> Iterator[Finding]:
    """Compare a file with what it should be, and tell the first byte that differs."""
    try:
        found = log.store.read(path)
    except NotFound as error:
        yield _found(path, error)
        return
    if found != expected:
        pairs = enumerate(zip(found, expected, strict=False))
        shorter = min(len(found), len(expected))
        at = next((n for n, (ours, theirs) in pairs if ours != theirs), shorter)
        yield Finding(path, "evidence.file_altered_at", {"path": path, "first": at})
