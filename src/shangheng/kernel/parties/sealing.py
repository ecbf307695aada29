# SPDX-License-Identifier: Apache-2.0
"""What is done with parties as it stands in the log, and whether the rows are what came of it.

An act is everything that one action changes, line by line; the log commits to it, and the lines
are kept beside it. Done again in their order they give the parties as they must be now: so an
audit finds whoever was put in, altered or taken out behind the actions.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Replace

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.parties import store
from shangheng.kernel.parties.concept import Said
from shangheng.kernel.parties.models import PartyActRow, PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.parties.store import StoredId

FOUND = "party.found"
PARTIES_A_PASS = 200_000
"""How many parties' acts an audit does again at a time: it keeps what comes of them."""
_ROWS_A_ROUND = 2_000
_ACTS_A_ROUND = 16
"""Acts read at a time: that of a large batch tells of as many parties as the batch has."""
_IDS = {"uuid", "merged_into_id", "party_id", "source_id", "target_id"}
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Line = Sequence[Any]
Rows = Counter[tuple[str, ...]]
Ended = tuple[StoredId, str, int]
"""A link that ends: its source, its relation, its row."""


class Act:
    """Writes what an action changes, and remembers it; each line names whom it changes."""

    def __init__(self) -> None:
        """Begin with nothing changed."""
        self.lines: list[Line] = []

    def add_parties(self, rows: Sequence[tuple[StoredId, str, str, str, str]]) -> None:
        """Add parties: id, kind, name, region, first seen."""
        store.insert_parties(rows)
        self._note("party", rows)

    def add_codes(self, rows: Sequence[tuple[StoredId, str, str, str]]) -> None:
        """Add codes: party, scheme, value, valid from."""
        store.insert_codes(rows)
        self._note("code", rows)

    def end_code(self, row: PartyCodeRow, on: date) -> None:
        """End a code."""
        PartyCodeRow.objects.filter(pk=row.pk).update(valid_until=on)
        self._note("code.end", [(row.party_id, row.scheme, row.value, on.isoformat())])

    def add_links(self, rows: Sequence[tuple[StoredId, str, StoredId, str]]) -> None:
        """Add links: source, relation, target, valid from."""
        store.insert_links(rows)
        self._note("link", rows)

    def end_links(self, rows: Sequence[Ended], on: str) -> None:
        """End links on a day."""
        store.end_links([row for *_, row in rows], on)
        self._note("link.end", [(source, relation, on) for source, relation, _ in rows])

    def rename(self, rows: Sequence[tuple[str, str, StoredId]]) -> None:
        """Give parties a new name and region: name, region, id."""
        store.rename(rows)
        self._note("name", [(party, name, region) for name, region, party in rows])

    def merge(self, row: PartyRow, into: PartyRow | None) -> None:
        """Let a party stand for another from now on, or for itself again."""
        row.merged_into = into
        row.save(update_fields=["merged_into"])
        self._note("merge", [(row.pk, into.pk if into else "")])

    def say(self, party: UUID, said: Said) -> None:
        """Remember who changes a party, and why."""
        self._note("said", [(party, said.by, said.reason)])

    def _note(self, change: str, rows: Iterable[Line]) -> None:
        self.lines += [(change, *map(_told, row)) for row in rows]

    def seal(self, what: str, at: datetime) -> None:
        """Seal what was changed, if anything was; the log shows how much it was and not whom."""
        if not self.lines:
            return
        content = _written(self.lines).encode()
        row = PartyActRow.objects.create(what=what, changes=content)
        evidence.seal_soon(what, str(row.pk), content, at=at, facts={"changes": len(self.lines)})


def _told(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return value.hex if isinstance(value, UUID) else value


@contextmanager
def acting(
    what: str, at: datetime, party: UUID | None = None, said: Said | None = None
) -> Iterator[Act]:
    """Let an action change parties in one transaction; seal what it changed and who said so."""
    with transaction.atomic():
        act = Act()
        yield act
        if party and said:
            act.say(party, said)
        act.seal(what, at)


def seal_found(at: datetime) -> dict[str, Fact]:
    """Seal all parties as they stand, in a house that is older than the sealing of parties."""
    told = {"parties": 0, "codes": 0, "links": 0}
    act = Act()
    for name, rows in (("parties", _parties()), ("codes", _codes()), ("links", _links())):
        for row in rows:
            told[name] += 1
            act.lines += _as_lines(name, row)
    act.seal(FOUND, at)
    return dict(told)


def _as_lines(name: str, row: tuple[str, ...]) -> Iterator[Line]:
    """Give the lines that make a row what it is."""
    if name == "parties":
        yield "party", *row[:-1]
        if row[-1]:
            yield "merge", row[0], row[-1]
        return
    kind = name.removesuffix("s")
    yield kind, *row[:-1]
    if row[-1]:
        yield f"{kind}.end", *(row[:3] if kind == "code" else row[:2]), row[-1]


def sealed_acts() -> Iterator[SealedRow]:
    """Give every act with what its leaf must commit to."""
    for row in _acts():
        where = f"kernel_party_act/{row.pk}"
        yield SealedRow(where, None, row.what, str(row.pk), bytes(row.changes))


def unlike_their_acts() -> Iterator[Finding]:
    """Do all acts again and name the parties that are not what comes of them."""
    passes = PartyRow.objects.count() // PARTIES_A_PASS + 1
    for number in range(passes):
        yield from _unlike(number, passes)


def _unlike(number: int, passes: int) -> Iterator[Finding]:
    book = _Book()
    for line in _lines():
        try:
            if _is_of(line[1], number, passes):
                book.do(line)
        except (LookupError, ValueError, TypeError, AttributeError):  # no action wrote this line
            yield Finding("kernel_party_act", "evidence.row_differs", {"column": str(line)})
    rows = {"kernel_party": _parties, "kernel_party_code": _codes, "kernel_party_link": _links}
    for table, expected in book.rows().items():
        there = Counter(row for row in rows[table]() if _is_of(row[0], number, passes))
        if not dict.__eq__(there, expected):  # quicker than to ask in what they differ
            yield from _differences(table, there, expected)


def _differences(table: str, there: Rows, expected: Rows) -> Iterator[Finding]:
    strange = there - expected
    for row in sorted(strange):
        yield Finding(f"{table}/{row[0]}", "evidence.row_differs", {"column": " ".join(row)})
    named = {row[0] for row in strange}
    for row in sorted(row for row in expected - there if row[0] not in named):
        yield Finding(f"{table}/{row[0]}", "evidence.row_missing", {"row": " ".join(row)})


def _is_of(party: str, number: int, passes: int) -> bool:
    return passes == 1 or zlib.crc32(party.encode()) % passes == number


def _acts() -> Iterator[PartyActRow]:
    return PartyActRow.objects.order_by("pk").iterator(_ACTS_A_ROUND)


def _lines() -> Iterator[Line]:
    """Give every line of every act in their order; what was altered is told by `sealed_acts`."""
    for row in _acts():
        with suppress(ValueError):
            yield from json.loads(bytes(row.changes))


def _parties() -> Iterator[tuple[str, ...]]:
    """Give parties as texts: id, kind, name, region, first seen, merged into."""
    names = ("uuid", "kind", "name", "region", "first_seen", "merged_into_id")
    return _texts(PartyRow.objects.order_by("first_seen", "pk"), names)


def _codes() -> Iterator[tuple[str, ...]]:
    """Give codes as texts: party, scheme, value, valid from, valid until."""
    names = ("party_id", "scheme", "value", "valid_from", "valid_until")
    return _texts(PartyCodeRow.objects.order_by("pk"), names)


def _links() -> Iterator[tuple[str, ...]]:
    """Give links as texts: source, relation, target, valid from, valid until."""
    names = ("source_id", "relation", "target_id", "valid_from", "valid_until")
    return _texts(PartyLinkRow.objects.order_by("pk"), names)


def _texts(rows: QuerySet[Any], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give rows as the texts that lie in the database: a hand may have made no dates of them."""
    nothing, texts = Value("", TextField()), {}
    for name in names:
        text: Func = Cast(name, TextField())
        if name in _IDS:
            text = Replace(text, Value("-", TextField()), nothing)
        texts[f"told_{name}"] = Coalesce(text, nothing)
    told: Iterator[tuple[str, ...]] = (
        rows.annotate(**texts).values_list(*texts).iterator(_ROWS_A_ROUND)
    )
    return told


class _Book:
    """Parties, their codes and links as they come of acts that are done one after the other.

    Codes and links lie under what they are of: one of each holds at a time, the ended stay.
    """

    def __init__(self) -> None:
        self.parties: dict[str, list[str]] = {}
        self.dated: dict[str, dict[tuple[str, ...], list[list[str]]]] = {"code": {}, "link": {}}

    def do(self, line: Line) -> None:
        change, party, *rest = line
        name, _, ends = change.partition(".")
        if name == "said":
            return
        if name == "party":
            self.parties[party] = [*rest, ""]
        elif name == "name":
            self.parties[party][1:3] = rest
        elif name == "merge":
            self.parties[party][-1] = rest[0]
        elif name == "code":  # party, scheme, value | since
            self._date(name, (party, *rest[:2]), rest[2:], ends)
        else:  # source, relation | target, since
            self._date(name, (party, rest[0]), rest[1:], ends)

    def _date(self, name: str, of: tuple[str, ...], rest: Sequence[str], ends: str) -> None:
        held = self.dated[name].setdefault(of, [])
        if ends:
            held[-1][-1] = rest[0]
        else:
            held.append([*rest, ""])

    def rows(self) -> dict[str, Rows]:
        """Return what the tables must hold."""
        told = {
            f"kernel_party_{name}": Counter(
                (*of, *each) for of, held in dated.items() for each in held
            )
            for name, dated in self.dated.items()
        }
        return {"kernel_party": Counter((key, *row) for key, row in self.parties.items()), **told}
