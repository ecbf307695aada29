# SPDX-License-Identifier: Apache-2.0
"""The evidence log: sealing a batch, durable appends, proofs from a large log, the whole audit.

    python -m benchmarks.evidence FOLDER HOME

HOME is a home with a ledger, which is audited whole; pymerkle builds the tree of a million records
beside us, if it is installed. Appends are measured on SQLite with a flush at every commit
(``synchronous=FULL``), in a process of its own; the large log has only those of its tiles that the
measured proofs read, which is all that reading them depends on.
"""

import importlib.util
import json
import os
import resource
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.measuring import THREADS, report, shangheng, told_by
from shangheng.kernel.evidence import batches, merkle, sealing
from shangheng.kernel.evidence.folding import digests, fold
from shangheng.kernel.evidence.hashing import HASH_BYTES, SALT_BYTES
from shangheng.kernel.evidence.ranges import inclusion_ranges, perfect_subtrees
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tiled_tree import TiledTree
from shangheng.kernel.evidence.tiles import TILE_WIDTH, Tile

RECORDS = 1_000_000
LOG_RECORDS = 100_000_000
PROOFS = 50
HEIGHTS = 64
APPENDS, APPENDS_A_BATCH, APPENDS_ALONE = 50_000, 1_000, 2_000
BATCHES_PUBLISHED = 5
REPEATS = 3
BATCH_ROWS = 2**16


def fastest(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the seconds of the fastest of several runs."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def seal(folder: Path) -> None:
    """Seal a million records; prove one of them."""
    hashes, secret = folder / "hashes.bin", secrets.token_bytes(32)
    hashes.write_bytes(secrets.token_bytes(RECORDS * HASH_BYTES))
    spent = fastest(lambda: sealing.seal_records(hashes, secret))
    report("evidence.seal_million", spent, "s", at_most=1.5)
    root = sealing.seal_records(hashes, secret).root
    nodes = folder / "nodes.bin"
    sealing.prove_record(hashes, secret, 0, nodes=nodes)
    each = RECORDS // PROOFS
    begun = time.perf_counter()
    proofs = [sealing.prove_record(hashes, secret, n * each, nodes=nodes) for n in range(PROOFS)]
    report("evidence.prove_in_batch", (time.perf_counter() - begun) / PROOFS * 1e3, "ms")
    begun = time.perf_counter()
    holds = all(proof.holds(root) for proof in proofs)
    spent = (time.perf_counter() - begun) / PROOFS * 1e3
    report("evidence.verify_in_batch", spent, "ms", against=holds, at_most=1)


def large(folder: Path) -> None:
    """Prove entries of a log of a hundred million, and verify the proofs."""
    tree = TiledTree(TileStore(folder / "log", durable=False), LOG_RECORDS)
    leaf = merkle.leaf_hash(b"the same entry everywhere")
    full = [leaf]
    while len(full) < HEIGHTS:
        full.append(fold(full[-1] * 2))
    indexes = [secrets.randbelow(LOG_RECORDS) for _ in range(PROOFS)]
    needed = {LOG_RECORDS} | set(indexes)
    tiles = {tile for index in needed for tile in _tiles(tree, index % LOG_RECORDS)}
    tree.store.put((tile.path, full[8 * (tile.level or 0)] * tile.width) for tile in tiles)
    root = tree.root()
    begun = time.perf_counter()
    proofs = [tree.inclusion_proof(index) for index in indexes]
    spent = (time.perf_counter() - begun) / PROOFS * 1e3
    report("evidence.prove_in_log", spent, "ms", against=LOG_RECORDS, at_most=5)
    begun = time.perf_counter()
    holds = all(
        merkle.verify_inclusion(index, LOG_RECORDS, leaf, proof, root)
        for index, proof in zip(indexes, proofs, strict=True)
    )
    spent = (time.perf_counter() - begun) / PROOFS * 1e3
    report("evidence.verify_in_log", spent, "ms", against=holds, at_most=1)


def beside(folder: Path) -> None:
    """Build the tree of the same million records as pymerkle does, in memory and durably."""
    if importlib.util.find_spec("pymerkle") is None:
        report("evidence.pymerkle", "pymerkle is not installed", "not measured")
        return
    hashes, secret = folder / "hashes.bin", secrets.token_bytes(32)
    own, salts = secrets.token_bytes(RECORDS * HASH_BYTES), batches.salts(secret, 0, RECORDS)
    hashes.write_bytes(own)
    entries = folder / "entries.bin"
    entries.write_bytes(
        b"".join(
            salts[at * SALT_BYTES : (at + 1) * SALT_BYTES]
            + own[at * HASH_BYTES : (at + 1) * HASH_BYTES]
            for at in range(RECORDS)
        )
    )
    alone = fastest(lambda: sealing.seal_records(hashes, secret))
    ours = told_by("benchmarks.evidence", "durable", hashes, secret.hex(), home=folder / "sealed")
    theirs = told_by("benchmarks.with_pymerkle", entries, folder).answer
    same = {ours.answer["root"]} == set(theirs["roots"])
    for name, spent in (("memory", alone), ("store", ours.answer["seconds"])):
        other = theirs[f"{name}_s"]
        said = (
            f"ours {spent:.2f} s, pymerkle {other:.2f} s, {'the same' if same else 'OTHER'} root"
        )
        ratio = other / spent
        report(f"evidence.pymerkle_{name}", ratio, "times ours", against=said, at_least=3)


def durable(hashes: Path, secret: bytes) -> None:
    """Seal a batch of a million into a log of its own, flush it all; print how long it took."""
    import django  # noqa: PLC0415 - the settings are those of this process

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415

    from shangheng.kernel.evidence import actions  # noqa: PLC0415

    hashes.parent.joinpath("sealed").mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    data, at = hashes.read_bytes(), datetime.now(UTC)  # noqa: TID251 - no clock but its own
    begun = time.perf_counter()
    kept = hashes.with_name("kept.bin")
    with kept.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sealed = sealing.seal_records(kept, secret)
    with transaction.atomic():
        actions.seal("batch.taken", "million", {"root": sealed.root.hex()}, at=at)
    told = {"seconds": time.perf_counter() - begun, "root": sealed.root.hex()}
    print(json.dumps(told))


def whole(home: Path) -> None:
    """Audit a house whole, against reading and hashing its records once on as many cores.

    Each is done several times, in turn, and the least of each counts: a machine of many tenants is
    a third slower in one minute than in the next.
    """
    rounds = [(*_once(home), *_audited(home)) for _ in range(REPEATS)]
    records, once, once_cpu, audit, audit_cpu = (min(told) for told in zip(*rounds, strict=True))
    for unit, ours, theirs in (("s", audit, once), ("cpu_s", audit_cpu, once_cpu)):
        said = (
            f"{records:.0f} records, best of {REPEATS}: audit {ours:.1f}, once {theirs:.1f} {unit}"
        )
        name = "evidence.audit_whole" + ("" if unit == "s" else ".cpu")
        report(name, ours / theirs, "times reading once", against=said, at_most=2)


def _once(home: Path) -> tuple[float, float, float]:
    read = told_by("benchmarks.evidence", "reading", home=home).answer
    return read["records"], read["seconds"], read["cpu_seconds"]


def _audited(home: Path) -> tuple[float, float]:
    begun, cpu = time.perf_counter(), _cpu_s(resource.RUSAGE_CHILDREN)
    shangheng("evidence", "audit", "--restart", "--processes", THREADS, "--json", home=home)
    return time.perf_counter() - begun, _cpu_s(resource.RUSAGE_CHILDREN) - cpu


def _cpu_s(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def reading() -> None:
    """Read every record that lies in a house's ledger and hash it once, as it was hashed at first.

    Nothing else is counted: no start of the program, no bytes of the archive, no tree.
    """
    import django  # noqa: PLC0415 - the settings are those of this process

    django.setup()
    from shangheng.kernel.records import queries as records  # noqa: PLC0415
    from shangheng.kernel.records.store.reading import canonical  # noqa: PLC0415
    from shangheng.kernel.records.store.tables import scan  # noqa: PLC0415
    from shangheng.site import sealing as house  # noqa: PLC0415
    from shangheng.site import wiring  # noqa: PLC0415
    from shangheng.site.registry import REGISTRY  # noqa: PLC0415

    wiring.prepare()  # as the audit finds it: what is older is sealed as it is
    house.publish()
    ledger, rows = wiring.ledger(), 0
    begun, cpu = time.perf_counter(), _cpu_s(resource.RUSAGE_SELF)
    with duckdb.connect() as connection:
        connection.execute(f"SET threads={THREADS}")
        for kind in REGISTRY.kinds.values():
            for files in (
                records.ledger_files(ledger, kind.name), records.claims_files(ledger, kind.name)
            ):  # fmt: skip
                if files.paths:
                    asked = f"SELECT {canonical(kind)} AS text FROM {scan(files.paths)}"
                    for batch in connection.sql(asked).to_arrow_reader(BATCH_ROWS):
                        rows += len(digests(batch["text"]))
    told = {
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": _cpu_s(resource.RUSAGE_SELF) - cpu,
        "records": rows,
    }
    print(json.dumps(told))


def _tiles(tree: TiledTree, index: int) -> set[Tile]:
    """Return the tiles that the proof of an entry, or the root, reads."""
    found = set()
    for leaves in (*inclusion_ranges(index, tree.size), range(tree.size)):
        for height, at in perfect_subtrees(leaves):
            level, rise = divmod(height, 8)
            found.add(tree.tile(level, (at << rise) // TILE_WIDTH))
    return found


def append(folder: Path) -> None:
    """Report what a process of its own says about appends."""
    told = told_by("benchmarks.evidence", "appending", folder / "home", home=folder / "home")
    for name, at_least in (("in_batches", 10_000), ("one_by_one", 500)):
        report(f"evidence.append_{name}", told.answer[name], "a second", at_least=at_least)
    report("evidence.publish_after_one", told.answer["publish_ms"], "ms")


def appending(home: Path) -> None:
    """Append to a log in a home of its own and print how many a second."""
    import django  # noqa: PLC0415 - the settings are those of this process

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415

    from shangheng.kernel.evidence import actions, log  # noqa: PLC0415
    from shangheng.kernel.evidence.entries import Entry  # noqa: PLC0415
    from shangheng.kernel.evidence.integrating import integrate  # noqa: PLC0415

    home.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    at = datetime.now(UTC)  # noqa: TID251 - this program has no clock but its own
    opened = log.make(home, name="bench", at=at)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")

    def leaves(count: int) -> list[tuple[Entry, bytes]]:
        salt = secrets.token_bytes(16)
        entry = Entry(what="thing.done", object_id="x", at=at, commitment=bytes(32))
        return [(entry, salt)] * count

    begun = time.perf_counter()
    for number in range(APPENDS // APPENDS_A_BATCH):
        actions.sequence(leaves(APPENDS_A_BATCH))
        if number % BATCHES_PUBLISHED == BATCHES_PUBLISHED - 1:
            integrate(opened, now=lambda: at)
    batched = APPENDS / (time.perf_counter() - begun)
    begun = time.perf_counter()
    for number in range(APPENDS_ALONE):
        with transaction.atomic():
            actions.seal("thing.done", str(number), {"number": number}, at=at)
    alone = APPENDS_ALONE / (time.perf_counter() - begun)
    integrate(opened, now=lambda: at)
    begun = time.perf_counter()
    for number in range(20):
        actions.seal("thing.done", str(number), {"number": number}, at=at)
        integrate(opened, now=lambda: at)
    publish = (time.perf_counter() - begun) / 20 * 1e3
    told = {"in_batches": batched, "one_by_one": alone, "publish_ms": publish}
    print(json.dumps(told))


def main() -> None:
    """Measure everything in a folder, which is emptied."""
    if sys.argv[1] == "appending":
        appending(Path(sys.argv[2]))
        return
    if sys.argv[1] == "durable":
        durable(Path(sys.argv[2]), bytes.fromhex(sys.argv[3]))
        return
    if sys.argv[1] == "reading":
        reading()
        return
    folder = Path(sys.argv[1]) / "evidence"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part in (seal, append, large, beside):
        part(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if len(sys.argv) > 2:  # noqa: PLR2004 - a home to audit
        whole(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
