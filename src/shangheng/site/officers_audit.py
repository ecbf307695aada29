# SPDX-License-Identifier: Apache-2.0
"""The audit of what officers did with what is kept: holds, chains of custody, looks at persons."""

from collections.abc import Iterator
from hashlib import sha256
from sys import maxsize
from typing import TypeVar

from shangheng.kernel.access import queries as access
from shangheng.kernel.access.concept import ADMINISTRATOR, Look
from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records import retained
from shangheng.kernel.records.concept.custody import Answer
from shangheng.kernel.records.disposing import HELD, RELEASED
from shangheng.kernel.records.store.archive import unsealed
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.concept.actors import Actor, Post

Told = TypeVar("Told")
LOOKED = "register.look"
LOOKS = (LOOKED, "case.look")
EVERYWHERE = Actor("", (Post(ADMINISTRATOR),))


def _readable(rows: Iterator[Told], otherwise: Told) -> Iterator[Told]:
    """Give rows up to one that cannot even be read any more, which is told instead."""
    try:
        yield from rows
    except (ValueError, TypeError, AttributeError):
        yield otherwise


def sealed_holds() -> Iterator[SealedRow]:
    """Give every hold, and every release of one, with what its leaf must commit to."""
    yield from _readable(_holds(), SealedRow("kernel_legal_hold", None, HELD, "?", ""))


def _holds() -> Iterator[SealedRow]:
    for each in retained.holds(limit=maxsize):
        told = each.hold
        where = f"kernel_legal_hold/{told.number}"
        yield SealedRow(where, each.leaf, HELD, told.number, told.plain())
        if each.released_at is not None:
            released = {
                "number": told.number, "by": each.released_by, "reason": each.release_reason,
                "at": each.released_at.astimezone(CHINA).isoformat(),
            }  # fmt: skip
            yield SealedRow(where, None, RELEASED, told.number, released)


def sealed_links(number: str = "") -> Iterator[SealedRow]:
    """Give every link of every chain of custody, or of one, with what its leaf must commit to."""
    broken = SealedRow("kernel_answer kernel_custody", None, "answer.made", "?", "")
    yield from _readable(_links(number), broken)


def _links(number: str) -> Iterator[SealedRow]:
    for each in retained.answers(text=number, limit=maxsize):
        before = each.digest
        for link in each.chain:
            content = {
                "answer": each.number, "case": each.case, "kind": each.kind, "asked": each.asked,
                "rows": each.rows, "digest": each.digest, "ledger_version": each.ledger_version,
                "number": link.number, "act": link.act, "by": link.by, "to": link.to,
                "why": link.why, "at": link.at.astimezone(CHINA).isoformat(), "before": before,
            }  # fmt: skip
            # What the leaf does not commit to must be what its content gives, or the first link's.
            facts = {} if link.seal == sha256(canonical(content)).hexdigest() else {"seal": ""}
            asked = (each.by, each.purpose, each.at)
            if link.number == 1 and asked != (link.by, link.why, link.at):
                facts["purpose"] = ""
            where = f"kernel_custody/{each.number} {link.number} kernel_answer/{each.number}"
            yield SealedRow(where, link.leaf, f"answer.{link.act}", each.number, content, facts)
            before = link.seal


def unlike_their_answers(home: Ledger) -> Iterator[Finding]:
    """Name the answers whose file is not what was answered, and those without a chain."""
    broken = Finding("kernel_answer", "evidence.row_differs", {"column": "?"})
    yield from _readable(_answers(home), broken)


def _answers(home: Ledger) -> Iterator[Finding]:
    for each in retained.answers(limit=maxsize):
        if not each.chain:
            yield Finding(f"kernel_answer/{each.number}", "evidence.object_unsealed",
                          {"what": "answer.made", "object": each.number})  # fmt: skip
        elif not each.is_destroyed:
            yield from _checked(home, each)


def _checked(home: Ledger, answer: Answer) -> Iterator[Finding]:
    where, digest = f"answers/{answer.number}", sha256()
    try:
        for piece in unsealed(home.answer(answer.number), master_key=home.master_key):
            digest.update(piece)
    except FileNotFoundError:
        yield Finding(where, "evidence.file_missing", {"path": where})
    except ShanghengError as error:
        yield Finding(where, error.code, error.facts)
    else:
        if digest.hexdigest() != answer.digest:
            yield Finding(where, "evidence.row_differs", {"column": "digest"})


def looks_unlike_their_leaves() -> Iterator[Finding]:
    """Compare the list of looks at persons with what was sealed of each, and the other way."""
    broken = Finding("kernel_access_look", "evidence.row_differs", {"column": "?"})
    yield from _readable(_looks(), broken)


def _looks() -> Iterator[Finding]:
    listed = access.looks(access.SoughtLooks(limit=None), actor=EVERYWHERE)
    sealed = {leaf.index: leaf for what in LOOKS for leaf in queries.leaves_saying(what)}
    for each in listed:
        leaf, what = sealed.get(each.leaf), f"{each.noun}.look"
        where = f"kernel_access_look/{each.leaf} {each.noun} {each.number}"
        if leaf is None or (leaf.what, leaf.object_id) != (what, each.number):
            facts = {"what": what, "object": each.number}
            yield Finding(where, "evidence.object_unsealed", facts)
        elif not _is_sealed(each, leaf):
            column = "by, role, purpose, fields, at"
            named = f"{where} kernel_leaf/{leaf.index}"  # the row, or the salt of the leaf
            yield Finding(named, "evidence.row_differs", {"column": column})
    told = {each.leaf for each in listed}
    for leaf in sealed.values():
        if leaf.what == LOOKED and leaf.index not in told:  # of a case the step is there
            gone = {"index": leaf.index, "what": leaf.what, "object": leaf.object_id}
            yield Finding(f"kernel_leaf/{leaf.index}", "evidence.object_gone", gone)


def _is_sealed(look: Look, leaf: Leaf) -> bool:
    """Tell whether a leaf seals a look; that of a case is a step, which is compared as such.

    Which version of an entry was shown is not on the list: it is one of those that were sealed.
    """
    said = entries.parse(leaf.entry)
    if said.at != look.at or leaf.what != LOOKED:
        return said.at == look.at
    content = {
        "kind": look.kind, "number": look.number, "by": look.by, "role": look.role,
        "purpose": look.purpose, "fields": list(look.fields),
    }  # fmt: skip
    sealed = {entries.parse(each.entry).facts.get("version") for each in
              queries.leaves_of(look.number)}  # fmt: skip
    told = (canonical({**content, "version": version}) for version in sealed - {None})
    return said.commitment in {entries.commitment(leaf.salt, each) for each in told}
