# SPDX-License-Identifier: Apache-2.0
"""What is asked of retained records under a case: answered, sealed, handed over, destroyed.

An answer is a CSV file in which each row names its reporter, batch and line, the SHA-256 of the
record and the leaf of its batch, so that each can be proved. It is kept encrypted under a key of
its own. Whoever makes, gets or destroys it adds a link to its chain of custody; every link commits
to the one before and is a leaf of the log.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import duckdb
from django.db import transaction

from shangheng.kernel.errors import Conflict, EvidenceBroken, NotFound
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence import queries as leaves
from shangheng.kernel.evidence.store import flush
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records import retained
from shangheng.kernel.records.concept.custody import Act, Answer
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.retention import Said, Selection, check
from shangheng.kernel.records.disposing import new_number, pseudonyms, said
from shangheng.kernel.records.models import AnswerRow, CustodyRow
from shangheng.kernel.records.store import disposal, expiry
from shangheng.kernel.records.store.archive import Sealer, unsealed
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.store.outcome import safe
from shangheng.kernel.records.store.reading import canonical, quoted
from shangheng.kernel.records.store.tables import files_of

PIECE_ROWS = 5_000
PROVENANCE = ("place", "reporter", "batch", "line", "sha256", "leaf")
"""What stands beside the fields in an answer: where a row is from, and how it is proved."""


def ask(home: Ledger, kind: RecordKind, asked: Selection, *, case: str, told: Said) -> Answer:
    """Answer a question from all that is retained: current records, second sources, history."""
    told = replace(told, why=said(told.why))
    check(asked, kind)
    number = new_number("QA", told.at)
    path = home.answer(number)
    version = files_of(home.table(kind.name)).version
    sealer = Sealer(path, batch=number, master_key=home.master_key)
    try:
        rows = _written(home, kind, asked, sealer)
        digest = sealer.close()
        flush(path)
        with transaction.atomic():
            row = AnswerRow.objects.create(
                number=number, case=case, purpose=told.why, kind=kind.name, asked=asked.plain(),
                by=told.by, at=told.at, rows=rows, digest=digest, ledger_version=version,
            )  # fmt: skip
            _link(row, "made", told)
    except BaseException:
        sealer.abandon()
        path.unlink(missing_ok=True)
        raise
    return retained.answer_of(row)


def _written(home: Ledger, kind: RecordKind, asked: Selection, sealer: Sealer) -> int:
    names = [field.name for field in kind.fields]
    sealer.write(b"\xef\xbb\xbf" + _csv([[*names, *PROVENANCE]]))
    count = 0
    for rows in _found(home, kind, asked):
        known: dict[tuple[str, str], str] = {}
        for row in rows:
            batch = (row[len(names) + 1], row[len(names) + 2])
            if batch not in known:
                known[batch] = _leaf(*batch)
        told = ([*row, known[row[len(names) + 1], row[len(names) + 2]]] for row in rows)
        sealer.write(_csv([[safe(_text(value)) for value in row] for row in told]))
        count += len(rows)
    return count


def _leaf(reporter: str, batch: str) -> str:
    found = leaves.leaves_of(folder_of(reporter, batch), entries.BATCH_TAKEN)
    return str(found[0].index) if found else ""


def _found(home: Ledger, kind: RecordKind, asked: Selection) -> Iterator[list[tuple[Any, ...]]]:
    kept = replace(asked, where=pseudonyms(kind, asked.where, home))
    where = expiry.condition(kept)
    columns = ", ".join(quoted(field.name) for field in kind.fields)
    places = [
        f"SELECT {columns}, '{place}' AS place, reporter, batch, line, "
        f"sha256({canonical(kind)}) AS hash, day FROM {source} WHERE {where}"
        for place, source in expiry.places(home, kind)
    ]
    if not places:
        return
    with duckdb.connect() as connection:
        told = connection.execute(
            f"SELECT * EXCLUDE (day) FROM ({' UNION ALL '.join(places)}) "
            "ORDER BY day, reporter, batch, line, place"
        )
        while rows := told.fetchmany(PIECE_ROWS):
            yield rows


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a record
    return "" if value is None else str(value)


def give(home: Ledger, number: str, told: Said, *, to: str) -> tuple[Answer, bytes]:
    """Hand an answer over to somebody, and return it with its bytes.

    Raises:
        EvidenceBroken: the file is not the one that was sealed (``answer.altered``).
    """
    with transaction.atomic():
        row = _open(number)
        content = b"".join(unsealed(home.answer(number), master_key=home.master_key))
        if sha256(content).hexdigest() != row.digest:
            raise EvidenceBroken("answer.altered", number=number, digest=row.digest)
        _link(row, "given", told, to=said(to))
    return retained.answer_of(row), content


def destroy(home: Ledger, number: str, told: Said) -> Answer:
    """Make an answer unreadable once its case needs it no longer; its chain stays."""
    with transaction.atomic():
        row = _open(number)
        _link(row, "destroyed", told)
    # The link first: killed in between, the file is still there and named as destroyed; the next
    # call removes it (``_open`` lets nobody read it).
    remove_destroyed(home)
    return retained.answer_of(row)


def remove_destroyed(home: Ledger) -> int:
    """Remove the files of answers that were destroyed; return how many were still there."""
    numbers = CustodyRow.objects.filter(act="destroyed").values_list("answer__number", flat=True)
    left = [path for number in numbers if (path := home.answer(number)).exists()]
    for path in left:
        disposal.destroy_key(path)
        path.unlink()
        flush(path.parent)
    return len(left)


def _open(number: str) -> AnswerRow:
    row = AnswerRow.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise NotFound("answer.unknown", number=number)
    if row.chain.filter(act="destroyed").exists():
        raise Conflict("answer.destroyed", number=number)
    return row


def _link(row: AnswerRow, act: Act, told: Said, *, to: str = "") -> CustodyRow:
    why, at = said(told.why), told.at
    last = row.chain.order_by("-number").first()
    number, before = (last.number + 1, last.seal) if last else (1, row.digest)
    content = {
        "answer": row.number, "case": row.case, "kind": row.kind, "asked": row.asked,
        "rows": row.rows, "digest": row.digest, "ledger_version": row.ledger_version,
        "number": number, "act": act, "by": told.by, "to": to, "why": why,
        "at": at.astimezone(CHINA).isoformat(), "before": before,
    }  # fmt: skip
    seal = sha256(entries.canonical(content)).hexdigest()
    leaf = evidence.seal(f"answer.{act}", row.number, content, at=at, facts={})
    return row.chain.create(
        number=number, act=act, by=told.by, to=to, why=why, at=at, seal=seal, leaf=leaf
    )
