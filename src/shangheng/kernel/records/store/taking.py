# SPDX-License-Identifier: Apache-2.0
"""One batch on its way: landed, staged, resolved, written, committed."""

import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.receipts import Receipt, RuleCount
from shangheng.kernel.records.store import committing, outcome, sources, staging
from shangheng.kernel.records.store.archive import Sealer
from shangheng.kernel.records.store.home import Ledger, flush, room_needed, write_durably
from shangheng.kernel.records.store.keys import Entries
from shangheng.kernel.records.store.landing import Landed, Landing, Progress
from shangheng.kernel.records.store.reading import quoted
from shangheng.kernel.records.store.resolving import (
    KEPT,
    Resolver,
    Slice,
    Verdict,
    as_claims,
    good_rows,
)
from shangheng.kernel.records.store.tables import Table
from shangheng.kernel.regions import queries as regions

ROOM_FACTOR = 3
HABIT_SAMPLE_ROWS = 200_000


@dataclass(frozen=True)
class Order:
    """What is asked for: whose batch, of what kind, read how."""

    kind: kinds.RecordKind
    reporter: str
    source_number: int
    batch: str | None
    mapping: mappings.Mapping
    usual: Mapping[str, float]
    at: datetime
    tell: Progress


@dataclass
class Staged:
    """A batch that has been read and checked, and waits for the pen of its kind."""

    order: Order
    work: Path
    connection: duckdb.DuckDBPyConnection
    plan: staging.Plan
    stage: Path
    landed: Landed
    placed: outcome.Placed
    broken: list[tuple[int, str, str]]

    @property
    def batch(self) -> str:
        """Return the batch's number: the reporter's own, or one made of kind and content."""
        return self.order.batch or f"{self.order.kind.name}-{self.landed.digest[:16]}"

    @property
    def folder(self) -> str:
        """Return the name under which the batch's files are kept."""
        return folder_of(self.order.reporter, self.batch)

    def close(self) -> None:
        """Let go of the database, and of the work unless the ledger was already being changed.

        What was begun is finished or undone by the next who holds the pen (``actions.recover``).
        """
        self.connection.close()
        if not (self.work / "intent.json").exists():
            shutil.rmtree(self.work, ignore_errors=True)


def folder_of(reporter: str, batch: str) -> str:
    """Return the name of a batch's folder; safe whatever the two are called."""
    return hashlib.sha256(f"{reporter}\x1f{batch}".encode()).hexdigest()[:32]


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@lru_cache(maxsize=1)
def region_codes() -> pa.Table:
    """Return every division code valid at any time since 1980."""
    return pa.table({"code": list(regions.known_codes(villages=True))})


@lru_cache(maxsize=1)
def region_names() -> pa.Table:
    """Return every unambiguous name of a division, with its code."""
    names = regions.names()
    return pa.table({"name": list(names), "code": list(names.values())})


def _facts(home: Ledger, order: Order) -> staging.Facts:
    """Derive the pads of HMAC-SHA256 (RFC 2104) for pseudonyms, so that SQL can finish it."""
    key = hmac.digest(home.master_key, b"pseudonym:person", "sha256").ljust(64, b"\0")
    now = order.at.replace(tzinfo=None)
    inner, outer = bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)
    return staging.Facts(now, order.usual, inner, outer)


def stage(home: Ledger, order: Order, source: Path | BinaryIO, *, name: str) -> Staged:
    """Land a batch and check every row; nothing of it counts yet."""
    work = home.work(secrets.token_hex(8))
    work.mkdir(parents=True)
    try:
        return _stage(home, order, source, name=name, work=work)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise Unavailable("store.no_room", detail=str(error)) from error
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _stage(
    home: Ledger, order: Order, source: Path | BinaryIO, *, name: str, work: Path
) -> Staged:
    sealer = Sealer(work / "sealed", batch=work.name, master_key=home.master_key)
    landing = Landing(sealer, work, order.tell)
    if isinstance(source, Path):
        _refuse_without_room(home, source)
        path, form, landed_later = landing.file(source)
    else:
        streamed = landing.stream(source, name=name)
        path, form, landed_later = streamed.path, streamed.format, None
    wanted = order.mapping.columns
    relation = sources.open_source(path, form, work=work, wanted=wanted, sheet=order.mapping.sheet)
    _refuse_unknown_columns(relation.names, order)
    facts = _facts(home, order)
    faults = tuple(staging.all_faults(order.kind, facts))
    plan = staging.Plan(order.kind, order.mapping, relation, faults)
    connection = staging.connect(memory_mb=home.memory_mb, threads=home.threads, work=work)
    staging.prepare(connection, facts, regions=region_codes())
    if order.mapping.reads_region_names:
        connection.register("region_names", region_names())
    order.tell("check", 0, 0)
    stage_path = work / "stage.parquet"
    try:
        staging.run(connection, plan, stage_path)
        landed = landed_later.result() if landed_later else streamed
    except BaseException:
        connection.close()
        raise
    broken = sources.broken_rows(connection) if relation.tells_broken_rows else []
    placed = outcome.Placed(tuple(row[0] for row in broken), order.mapping.group is not None)
    return Staged(order, work, connection, plan, stage_path, landed, placed, broken)


def _refuse_without_room(home: Ledger, source: Path) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    needed, free = source.stat().st_size * ROOM_FACTOR, shutil.disk_usage(home.root).free
    if free < needed:
        raise Unavailable("store.no_room", detail=f"free {free}, needed about {needed} bytes")


def _refuse_unknown_columns(names: tuple[str, ...], order: Order) -> None:
    """Refuse a file that lacks a column without which every row would be rejected."""
    needed = {
        name
        for field in order.kind.fields
        if not field.optional and field.name in order.mapping.fields
        for name in order.mapping.fields[field.name].columns
    }
    if missing := sorted(needed - set(names)):
        raise Invalid("file.columns_missing", missing=missing, found=list(names), kind=order.kind.name)


@dataclass
class Resolved:
    """The slices of a batch with their verdicts, and the counts that follow."""

    slices: list[Slice]
    claims: list[Slice]

    def count(self, *verdicts: Verdict) -> int:
        """Return how many rows have one of these verdicts."""
        return sum(len(each.having(*verdicts)) for each in self.slices)


def _resolve(
    staged: Staged, index: committing.KeyIndex, claims_index: committing.KeyIndex
) -> Resolved:
    order, resolver, claims_resolver = staged.order, Resolver(index), Resolver(claims_index)
    resolved = Resolved([], [])
    hashes_path = staged.work / "hashes.bin"
    with hashes_path.open("wb") as hashes_out:
        for places, entries, hashes in good_rows(
            staged.connection, staged.stage, order.kind,
            reporter=order.reporter, source=order.source_number,
        ):  # fmt: skip
            told = resolver.resolve(places, entries, hashes)
            kept = np.isin(told.verdicts, KEPT)
            hashes_out.write(hashes.tobytes() if kept.all() else hashes[kept].tobytes())
            second = told.having(Verdict.SECOND_SOURCE)
            if len(second):
                claim = claims_resolver.resolve(
                    told.places[second], as_claims(told.entries.take(second)), hashes[second]
                )
                told.verdicts[second[claim.having(Verdict.UNCHANGED)]] = Verdict.UNCHANGED
                resolved.claims.append(replace(claim, hashes=np.empty((0, 32), np.uint8)))
            resolved.slices.append(replace(told, hashes=np.empty((0, 32), np.uint8)))
    flush(hashes_path)
    return resolved


@room_needed()
def commit(home: Ledger, staged: Staged) -> Receipt:
    """Write a staged batch into the ledger; the caller holds the pen of the kind."""
    order, kind = staged.order, staged.order.kind
    order.tell("resolve", 0, 0)
    table = Table(home.table(kind.name), kind)
    index = committing.index_of(home, kind.name, table)
    claims = Table(home.claims(kind.name), kind)
    claims_index = committing.index_of(home, kind.name, claims, claims=True)
    resolved = _resolve(staged, index, claims_index)
    tag = staged.work.name
    intent = {
        "kind": kind.name, "tag": tag, "table_version": table.version,
        "claims_version": claims.version, "folder": staged.folder,
        "reporter": order.reporter, "batch": staged.batch,
    }  # fmt: skip
    committing.begin(staged.work, intent)
    writer = committing.Writer(
        staged.connection, home, kind, staged.stage, order.reporter, staged.batch, tag,
        staged.placed.line(),
    )  # fmt: skip
    order.tell("write", 0, 0)
    places = committing.dropped(resolved.slices)
    staged.connection.register("dropped", pa.table({"place": places}))
    where = "place NOT IN (FROM dropped)" if len(places) else "true"
    old = committing.replaced_entries(resolved.slices)
    change = writer.change(table, where, old)
    _commit_claims(writer, claims, claims_index, resolved)
    version = table.version + 1
    for part, each in enumerate(resolved.slices):
        index.add(each.entries.take(each.having(*KEPT)), version=version, part=part)
    receipt = _receipt(home, staged, resolved, writer.rows(where), version)
    write_durably(staged.work / "receipt.json", json.dumps(receipt.to_dict()).encode())
    flush(staged.work / "sealed")
    facts = {"batch": staged.batch, "reporter": order.reporter, "tag": tag}
    table.commit(change.adds, change.removes, facts=facts)
    index.settle()
    # Not before: merged with older segments, those of an undone batch could not be told apart.
    claims_index.settle()
    return receipt


def _commit_claims(
    writer: committing.Writer, claims: Table, index: committing.KeyIndex, resolved: Resolved
) -> None:
    """Keep what second sources say, and what a lesser source had said of a record taken over."""
    change, entries = committing.Change(), []
    outranked = [each for each in resolved.slices if len(each.having(Verdict.OUTRANKS))]
    if outranked:
        change = writer.move_outranked(claims)
        entries += [as_claims(_old(each)) for each in outranked]
    kept = [each.places[each.having(*KEPT)] for each in resolved.claims]
    if sum(map(len, kept)):
        writer.connection.register("claimed", pa.table({"place": np.concatenate(kept)}))
        corrected = committing.replaced_entries(resolved.claims)
        second = writer.change(claims, "place IN (FROM claimed)", _unclaimed(corrected), own=True)
        change.adds += second.adds
        change.removes += second.removes
        entries += [each.entries.take(each.having(*KEPT)) for each in resolved.claims]
    if change.adds:
        for part, each in enumerate(entries):
            index.add(each, version=claims.version + 1, part=part)
        claims.commit(change.adds, change.removes, facts={"tag": writer.tag})


def _old(told: Slice) -> Entries:
    at = told.having(Verdict.OUTRANKS)
    keys = told.entries.take(at)
    return Entries({**told.old.take(at).columns, "high": keys["high"], "low": keys["low"]})


def _unclaimed(corrected: Entries) -> Entries:
    """Return corrected claims under the key of their record, as the claims table holds it."""
    plain = as_claims(corrected)["low"]
    return Entries({**corrected.columns, "low": plain})


def _receipt(home: Ledger, staged: Staged, resolved: Resolved, rows: str, version: int) -> Receipt:
    order, connection, plan = staged.order, staged.connection, staged.plan
    counts = connection.execute(
        "SELECT count(*), count(*) FILTER (skip), count(*) FILTER (bad), "
        "count(*) FILTER (bad OR doubted) FROM read_parquet(?)", [str(staged.stage)],
    ).fetchall()[0]  # fmt: skip
    clash_places = np.concatenate(
        [each.places[each.having(Verdict.CLASH)] for each in resolved.slices]
        or [np.empty(0, np.int64)]
    )
    _write_out(staged, clash_places, anything=counts[3])
    rejected, warned = outcome.counted(
        connection, plan, broken=len(staged.broken), clashes=len(clash_places)
    )
    warned += _unreferred(home, staged, rows)
    hashes = digest_of(staged.work / "hashes.bin")
    reclaimed = sum(len(each.having(Verdict.CORRECTED)) for each in resolved.claims)
    return Receipt(
        batch=staged.batch, reporter=order.reporter, kind=order.kind.name, file=staged.landed.name,
        bytes=staged.landed.bytes, digest=f"sha256:{staged.landed.digest}",
        received_at=order.at, recorded_at=order.at,
        rows_read=counts[0] - counts[1] + len(staged.broken),
        accepted=resolved.count(Verdict.NEW, Verdict.SECOND_SOURCE, Verdict.OUTRANKS) - reclaimed,
        corrected=resolved.count(Verdict.CORRECTED) + reclaimed,
        unchanged=resolved.count(Verdict.UNCHANGED),
        rejected=counts[2] + len(staged.broken) + len(clash_places), skipped=counts[1],
        second_source=resolved.count(Verdict.SECOND_SOURCE),
        rejected_by_rule=rejected, warnings_by_rule=warned,
        totals=outcome.totals(connection, order.kind, rows),
        ledger_version=version, records_digest=f"sha256:{hashes}",
    )  # fmt: skip


def _write_out(staged: Staged, clashes: "np.ndarray[tuple[int], np.dtype[np.int64]]", *, anything: int) -> None:
    """Write rejects and warnings, where there are any."""
    connection, plan = staged.connection, staged.plan
    if anything:
        outcome.register_reasons(connection, plan, staged.stage, staged.placed)
    else:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE reasons AS SELECT 0::BIGINT AS place, "
            "0::BIGINT AS line, 0::INTEGER AS fault WHERE false"
        )
    outcome.add_broken(connection, staged.broken)
    outcome.add_clashes(connection, plan, staged.stage, clashes)
    if anything or staged.broken or len(clashes):
        outcome.write_rejects(connection, plan, staged.stage, staged.placed, staged.work / "rejects.csv")
        outcome.write_warnings(connection, plan, staged.work / "warnings.csv")


def _unreferred(home: Ledger, staged: Staged, rows: str) -> tuple[RuleCount, ...]:
    found = []
    for refers in staged.order.kind.refers:
        if home.keys(refers.to).exists():
            index = committing.KeyIndex(home.keys(refers.to), version=2**40)
            found.append(outcome.unreferred(staged.connection, staged.order.kind, rows, refers, index))
    return tuple(each for each in found if each)


def habits(staged: Staged) -> dict[str, float]:
    """Return the 99th percentile of each amount among the first rows of a batch."""
    names = staged.order.kind.money
    if not names:
        return {}
    told = ", ".join(f"approx_quantile({quoted(name)}::DOUBLE, 0.99)" for name in names)
    row = staged.connection.execute(
        f"SELECT {told} FROM (SELECT * FROM read_parquet(?) WHERE NOT bad AND NOT skip "
        f"LIMIT {HABIT_SAMPLE_ROWS})", [str(staged.stage)],
    ).fetchall()[0]  # fmt: skip
    return {name: value for name, value in zip(names, row, strict=False) if value is not None}


def discard_stray_work(home: Ledger, *, older_than: float) -> None:
    """Clear away the work of processes that were killed before they reached the pen."""
    for folder in (home.root / "work").glob("*"):
        begun = (folder / "intent.json").exists()
        if not begun and folder.exists() and os.stat(folder).st_mtime < older_than:
            shutil.rmtree(folder, ignore_errors=True)
