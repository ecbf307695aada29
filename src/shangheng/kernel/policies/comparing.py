# SPDX-License-Identifier: Apache-2.0
"""Compares a document's data with its printed text: no clause and no number may be left out.

A number counts as said where it stands in its clause's ``numbers``, in the number of a document
cited there, in the document's own number, title and date, or among those that bind nobody.
"""

from collections.abc import Iterable, Iterator

from shangheng.kernel.policies import printed
from shangheng.kernel.policies.concept import Clause, Document, Flaw, Place


def against_text(document: Document, text: str) -> tuple[Flaw, ...]:
    """Return where a document's data and its printed text differ: clauses and numbers."""
    labels = [clause.label for clause in document.clauses]
    style = printed.is_counted_through(labels)
    there = {each.label: each.text for each in printed.passages(text, counted_through=style)}
    found = [
        _flaw(document.place, "policy.clause_not_in_data", clause=f"{document.id} {label}")
        for label in there
        if label not in labels
    ]
    if printed.CLOSING in labels:  # without a number of its own it follows the last clause
        last = there.get(labels[-2], "")
        there |= {labels[-2]: last, printed.CLOSING: last}
    for clause in document.clauses:
        if clause.label not in there:
            found.append(_flaw(clause.place, "policy.clause_not_in_text", clause=clause.ref))
            continue
        printed_there = printed.numbers_in(there[clause.label])
        said = _said(document, _beside(document, clause))
        missing = [number for number in printed_there if number not in said]
        added = [
            each
            for each in clause.numbers
            if not (inside := printed.numbers_in(each)) or not set(inside) <= set(printed_there)
        ]
        found += _numbers(clause, "policy.number_missing", missing)
        found += _numbers(clause, "policy.number_not_printed", added)
    return tuple(found)


def _numbers(clause: Clause, code: str, numbers: Iterable[str]) -> Iterator[Flaw]:
    return (_flaw(clause.place, code, clause=clause.ref, number=each) for each in numbers)


def _beside(document: Document, clause: Clause) -> tuple[Clause, ...]:
    """Return the clauses whose texts cannot be told apart: the last one and the closing."""
    last = document.clauses[-2:]
    together = last[-1].label == printed.CLOSING and clause in last
    return last if together else (clause,)


def _said(document: Document, clauses: tuple[Clause, ...]) -> set[str]:
    """Return every number that the data accounts for in a clause."""
    told = [document.number or "", document.zh or ""]
    if day := document.dated:
        told.append(f"{day.year}年{day.month}月{day.day}日")
    labels = {clause.label for clause in clauses}
    told += [number for clause in clauses for number in clause.numbers]
    told += [each.printed for each in document.not_normative if each.clause in {None, *labels}]
    for cited in document.cites:
        if cited.clause in labels:
            told += [cited.number or "", cited.zh]
    return {number for each in told for number in printed.numbers_in(each)}


def _flaw(place: Place, code: str, **facts: str) -> Flaw:
    return Flaw(place=place, code=code, facts=facts)
