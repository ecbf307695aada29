# SPDX-License-Identifier: Apache-2.0
"""Received batches taken: resolved, written, committed, and told in receipts."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shangheng.kernel.evidence.sealing import SealedRecords, seal_records
from shangheng.kernel.evidence.store import flush_all
from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.receipts import Receipt, RuleCount, Totals
from shangheng.kernel.records.store import committing, convoys, outcome, returning
from shangheng.kernel.records.store.archive import batch_secret
from shangheng.kernel.records.store.convoys import Convoy, Member
from shangheng.kernel.records.store.home import Ledger, write_durably
from shangheng.kernel.records.store.keys import Entries, KeyIndex
from shangheng.kernel.records.store.names import RECEIPTS, digest_of
from shangheng.kernel.records.store.reading import literal, quoted
from shangheng.kernel.records.store.resolving import (
    KEPT,
    Resolver,
    Slice,
    Verdict,
    as_claims,
    good_rows,
)
from shangheng.kernel.records.store.staging import CLAIMED, DROPPED, STAGE, tell_places
from shangheng.kernel.records.store.tables import Table

HABIT_SAMPLE_ROWS = 200_000


class OverlapError(Exception):
    """Two batches of a convoy speak of one record, so one has to go after the other."""


class Resolved:
    """The slices of a convoy with their verdicts, and the counts that follow."""

    def __init__(self, members: int) -> None:
        """Begin with nothing resolved."""
        self.slices: list[Slice] = []
        self.claims: list[Slice] = []
        self.sealed: list[SealedRecords] = []
        self.staged: list[returning.Counts] = []
        self.resolvers: list[Resolver] = []
        self._left: list[npt.NDArray[np.int64]] = []
        self._counts = np.zeros((members, len(Verdict)), dtype=np.int64)
        self._claims_corrected = np.zeros(members, dtype=np.int64)

    def add(self, told: Slice) -> None:
        """Count a slice's verdicts by batch; keep what more is to be done with, and its places."""
        np.add.at(self._counts, (told.rows.members, told.verdicts), 1)
        self._left.append(told.places[~np.isin(told.verdicts, KEPT)])
        self.slices.append(told.notable())

    @property
    def left(self) -> npt.NDArray[np.int64]:
        """Return the places of good rows that do not go into the kind's table."""
        return np.concatenate(self._left) if self._left else np.empty(0, dtype=np.int64)

    def add_claims(self, told: Slice) -> None:
        """Keep a slice of second sources' rows, resolved against what they had said before."""
        corrected = told.rows.members[told.having(Verdict.CORRECTED)]
        np.add.at(self._claims_corrected, corrected, 1)
        self.claims.append(told.without_hashes())

    def claims_corrected(self, member: int) -> int:
        """Return how many rows of a batch correct what the same second source had said."""
        return int(self._claims_corrected[member])

    def count(self, member: int, *verdicts: Verdict) -> int:
        """Return how many rows of a batch have one of these verdicts."""
        return int(self._counts[member, list(verdicts)].sum())

    def has(self, verdict: Verdict) -> bool:
        """Return whether any row of the convoy has this verdict."""
        return bool(self._counts[:, verdict].any())

    def clashing(self, convoy: Convoy) -> list[npt.NDArray[np.int64]]:
        """Return where each batch's clashing rows stand in the stage."""
        return [
            np.concatenate([np.empty(0, np.int64), *(
                told.places[(told.rows.members == at) & (told.verdicts == Verdict.CLASH)]
                for told in self.slices
            )])
            for at in range(len(convoy.members))
        ]  # fmt: skip


def _resolve(convoy: Convoy, index: KeyIndex, claims_index: KeyIndex | None) -> Resolved:
    resolved = Resolved(len(convoy.members))
    resolver = Resolver(index)
    claims_resolver = Resolver(claims_index) if claims_index is not None else None
    resolved.resolvers = [each for each in (resolver, claims_resolver) if each is not None]
    numbers = np.array([each.order.source_number for each in convoy.members], dtype=np.uint32)
    reporter = convoy.by_member([literal(each.order.reporter) for each in convoy.members])
    with ExitStack() as opened:
        files = [
            opened.enter_context((member.work / committing.HASHES).open("wb"))
            for member in convoy.members
        ]
        for rows in good_rows(convoy.connection, convoy.kind, reporter=reporter):
            if len(convoy.members) > 1 and rows.overlap():
                raise OverlapError
            rows.entries.columns["source"] = numbers[rows.members]
            told = resolver.resolve(rows)
            kept = np.isin(told.verdicts, KEPT)
            second = told.having(Verdict.SECOND_SOURCE)
            if claims_resolver and len(second):
                asked = rows.take(second)
                claim = claims_resolver.resolve(replace(asked, entries=as_claims(asked.entries)))
                told.verdicts[second[claim.having(Verdict.UNCHANGED)]] = Verdict.UNCHANGED
                kept[second[claim.having(*KEPT)]] = True  # a claim is sealed as a record is
                resolved.add_claims(claim)
            for at, file in enumerate(files):
                chosen = kept & (rows.members == at) if len(files) > 1 else kept
                file.write((rows.hashes if chosen.all() else rows.hashes[chosen]).data)
            resolved.add(told)
            del rows, told  # a slice is large, and the next one is fetched now
    return resolved


def commit(home: Ledger, convoy: Convoy) -> list[Receipt]:
    """Write a staged convoy into the ledger; the caller holds the pen of the kind.

    Raises:
        OverlapError: two of its batches speak of one record; they have to go one by one.
    """
    kind, order = convoy.kind, convoy.members[0].order
    order.tell("resolve", 0, 0)
    table = Table(home.table(kind.name), kind)
    index = committing.index_of(home, kind.name, table)
    claims = Table(home.claims(kind.name), kind) if _has_claims(home, kind) else None
    claims_index = committing.index_of(home, kind.name, claims, claims=True) if claims else None
    resolved = _resolve(convoy, index, claims_index)
    if claims is None and _needs_claims(resolved):
        claims = Table(home.claims(kind.name), kind)
        claims_index = committing.index_of(home, kind.name, claims, claims=True)
        resolved = _resolve(convoy, index, claims_index)
    tag = convoy.work.name
    convoys.begin(
        convoy, tag, table_version=table.version,
        claims_version=claims.version if claims else None,
    )  # fmt: skip
    order.tell("write", 0, 0)
    places = resolved.left
    where = "true"
    if len(places):
        tell_places(convoy.connection, DROPPED, places)
        where = f"place NOT IN (FROM {DROPPED})"
    resolved.staged = returning.counts(convoy)
    with convoy.alongside() as own:
        writer = committing.Writer(convoy, tag, own)
        change = _written(home, writer, resolved, table, where)
        if claims is not None and claims_index is not None:
            _commit_claims(writer, claims, claims_index, resolved)
    index.adopt()
    rows = committing.standing(where)
    receipts = _receipts(home, convoy, resolved, rows, table.version + 1)
    flush_all(
        place
        for member in convoy.members
        for place in (*member.work.glob("sealed*"), member.work / committing.HASHES)
    )
    plain = [receipt.to_dict() for receipt in receipts]
    write_durably(convoy.work / RECEIPTS, json.dumps(plain).encode())
    table.commit(change.adds, change.removes, facts={"tag": tag}, beside=change.beside)
    index.settle()
    if claims_index is not None:
        # Not before: merged with older segments, those of undone claims could not be told apart.
        claims_index.settle()
    return receipts


def _written(
    home: Ledger, writer: committing.Writer, resolved: Resolved, table: Table, places: str
) -> committing.Change:
    """Write rows, index and rejects and seal the batches, each beside the others."""
    with ThreadPoolExecutor(2) as beside:
        replaced = committing.replaced_entries(resolved.slices)
        writing = beside.submit(writer.change, table, places, replaced)
        indexing = [beside.submit(each.finish) for each in resolved.resolvers]
        sealing = [beside.submit(_sealed, home, member) for member in writer.convoy.members]
        returning.give_back(writer.convoy, resolved.staged, resolved.clashing(writer.convoy))
        for each in indexing:
            each.result()
        resolved.sealed = [each.result() for each in sealing]
        return writing.result()


def _sealed(home: Ledger, member: Member) -> SealedRecords:
    """Return the root over a batch's records, salted with the secret of its archived bytes."""
    member.landed()
    secret = batch_secret(member.work / "sealed", master_key=home.master_key)
    return seal_records(member.work / committing.HASHES, secret)


def _has_claims(home: Ledger, kind: kinds.RecordKind) -> bool:
    return home.claims(kind.name).exists()


def _needs_claims(resolved: Resolved) -> bool:
    return resolved.has(Verdict.SECOND_SOURCE) or resolved.has(Verdict.OUTRANKS)


def _commit_claims(
    writer: committing.Writer, claims: Table, index: KeyIndex, resolved: Resolved
) -> None:
    """Keep what second sources say, and what a lesser source had said of a record taken over."""
    change = committing.Change()
    if resolved.has(Verdict.OUTRANKS):
        outranked = Entries.joined([_old(each) for each in resolved.slices])
        change = writer.move_outranked(claims, outranked)
        index.prepare(as_claims(outranked))
    kept = [each.places[each.having(*KEPT)] for each in resolved.claims]
    if sum(map(len, kept)):
        tell_places(writer.connection, CLAIMED, np.concatenate(kept))
        corrected = committing.replaced_entries(resolved.claims)
        where = f"place IN (FROM {CLAIMED})"
        second = writer.change(claims, where, _unclaimed(corrected), own=True)
        change.adds += second.adds
        change.removes += second.removes
        change.beside = second.beside
    if change.adds:
        index.adopt()
        facts = {"tag": writer.tag}
        claims.commit(change.adds, change.removes, facts=facts, beside=change.beside)


def _old(told: Slice) -> Entries:
    at = told.having(Verdict.OUTRANKS)
    keys = told.entries.take(at)
    return Entries({**told.old.take(at).columns, "high": keys["high"], "low": keys["low"]})


def _unclaimed(corrected: Entries) -> Entries:
    """Return corrected claims under the key of their record, as the claims table holds it."""
    plain = as_claims(corrected)["low"]
    return Entries({**corrected.columns, "low": plain})


def _receipts(
    home: Ledger, convoy: Convoy, resolved: Resolved, rows: str, version: int
) -> list[Receipt]:
    totals = outcome.totals(convoy.connection, convoy.kind, rows)
    missing = returning.unreferred(home, convoy, rows)
    return [
        _receipt(convoy, at, resolved, resolved.staged[at], version, totals[at], missing[at])
        for at in range(len(convoy.members))
    ]


def _receipt(
    convoy: Convoy, at: int, resolved: Resolved, counts: returning.Counts, version: int,
    totals: Totals, missing: tuple[RuleCount, ...],
) -> Receipt:  # fmt: skip
    member, returned = convoy.members[at], convoy.returned[at]
    landed = member.landed()
    sealed = resolved.sealed[at]
    clashes, again = resolved.count(at, Verdict.CLASH), resolved.claims_corrected(at)
    accepted = resolved.count(at, Verdict.NEW, Verdict.SECOND_SOURCE, Verdict.OUTRANKS)
    return Receipt(
        batch=member.batch, reporter=member.order.reporter, kind=convoy.kind.name,
        file=landed.name, bytes=landed.bytes, digest=f"sha256:{landed.digest}",
        received_at=member.order.at, recorded_at=member.order.at,
        rows_read=counts.read,
        accepted=accepted - again, corrected=resolved.count(at, Verdict.CORRECTED) + again,
        unchanged=resolved.count(at, Verdict.UNCHANGED),
        rejected=counts.bad + clashes, skipped=counts.skipped,
        second_source=resolved.count(at, Verdict.SECOND_SOURCE),
        rejected_by_rule=returned.counts(warnings=False),
        warnings_by_rule=returned.counts(warnings=True) + missing,
        totals=totals, ledger_version=version,
        records_digest=f"sha256:{digest_of(member.work / committing.HASHES)}",
        records_root=f"sha256:{sealed.root.hex()}", records=sealed.records,
        mapping=member.order.mapping_digest, unread=returning.unread(member),
    )  # fmt: skip


def habits(convoy: Convoy) -> dict[str, float]:
    """Return the 99th percentile of each amount among the first rows of a convoy."""
    names = convoy.kind.money
    if not names:
        return {}
    told = ", ".join(f"approx_quantile({quoted(name)}::DOUBLE, 0.99)" for name in names)
    row = convoy.connection.execute(
        f"SELECT {told} FROM (SELECT * FROM {STAGE} WHERE NOT bad AND NOT skip "
        f"LIMIT {HABIT_SAMPLE_ROWS})"
    ).fetchall()[0]
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
