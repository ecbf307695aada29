# SPDX-License-Identifier: Apache-2.0
"""All provisions for one firm: the verdicts, what is paid once only, what is lost, the total."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.services.incentives.registers import FINDING_KINDS
from shangheng.services.incentives.rules.close import Closeness
from shangheng.services.incentives.rules.decide import FORMULAS, Question, Stacked, Verdict, judge
from shangheng.services.incentives.rules.facts import Facts, Finding
from shangheng.services.incentives.rules.provisions import ZERO, Piece, Provision
from shangheng.services.incentives.rules.reasons import said


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a firm may receive as of a day under every provision of a jurisdiction."""

    jurisdiction: str
    on: date
    readings: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    facts: Facts

    @property
    def total(self) -> Decimal:
        """Return the sum of what is to be paid, less what is to be given back."""
        paying = (each.amount for each in self.verdicts if each.provision.is_money)
        return sum((each for each in paying if each is not None), ZERO)

    @property
    def is_complete(self) -> bool:
        """Return whether no amount of money is still unknown."""
        return all(each.amount is not None for each in self.verdicts if each.provision.is_money)


def answer(
    jurisdiction: str,
    provisions: Iterable[Provision],
    facts: Facts,
    *,
    on: date,
    readings: Mapping[str, Any],
) -> Answer:
    """Judge every provision."""
    verdicts = tuple(judge(each, facts, on, readings) for each in provisions)
    return Answer(
        jurisdiction=jurisdiction, on=on, readings=readings, verdicts=verdicts, facts=facts
    )


def to_plain(found: Answer, origins: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer as JSON: amounts as numbers, whole yuan as integers.

    ``origins`` says of each reading whether it was ``asked`` for or ``decided`` by the house.
    """
    return {
        "jurisdiction": found.jurisdiction,
        "on": found.on.isoformat(),
        "readings": {name: _reading(value) for name, value in found.readings.items()},
        "readings_from": dict(origins),
        "provisions": [_verdict(each, origins) for each in found.verdicts],
        "total": plain(found.total),
        "total_is_complete": found.is_complete,
        "stacking": [_stacked(group) for each in found.verdicts for group in _groups(each)],
        "disqualified": _disqualified(found),
    }


def close_plain(found: Iterable[Closeness]) -> list[dict[str, Any]]:
    """Return what a firm is close to, as JSON."""
    return [
        {
            "id": each.before.provision.id,
            "clause": each.before.provision.clause,
            "zh": each.move.zh,
            "en": each.move.en,
            "on": each.move.on.isoformat(),
            "more": plain(each.move.more),
            "verdict": each.after.verdict,
            "amount": plain(each.after.amount),
            "gain": plain(each.gain),
            "questions": [*_questions(each.after)],
        }
        for each in found
    ]


def plain(amount: Decimal | None) -> int | float | None:
    """Return an amount as a number of JSON: whole yuan as an integer, else to the cent."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _groups(verdict: Verdict) -> tuple[Stacked, ...]:
    settled = verdict.settled
    return settled.stacked if settled and verdict.verdict != "missing" else ()


def _reading(value: Any) -> Any:  # noqa: ANN401 - a choice or a number
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else value


def _verdict(each: Verdict, origins: Mapping[str, str]) -> dict[str, Any]:
    provision = each.provision
    value = each.value
    return {
        "id": provision.id,
        "clause": provision.clause,
        "zh": provision.zh,
        "en": provision.en,
        "kind": provision.kind,
        "payer": provision.payer,
        "verdict": each.verdict,
        "state": each.state,
        "amount": plain(each.amount),
        "currency": "CNY" if provision.is_money else None,
        "reasons": [said(reason) for reason in each.reasons],
        "missing": list(each.missing),
        "reading": {name: _reading(used) for name, used in each.readings.items()},
        "reading_from": {
            name: origins.get(name, "proposed")
            for name, used in each.readings.items()
            if used is not None
        },
        "questions": [*_questions(each)],
        "schedule": [_piece(piece) for piece in each.settled.pieces] if each.settled else [],
        "due": plain(each.settled.due) if each.settled and each.amount is not None else None,
        "paid": plain(each.settled.paid) if each.settled else 0,
        "would_be": plain(each.would_be),
        "value": {name: _plain_value(v) for name, v in value.items()} if value else None,
    }


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - a number or a day
    return value.isoformat() if isinstance(value, date) else plain(Decimal(value))


def _questions(each: Verdict) -> Iterator[dict[str, Any]]:
    """Yield what the authority has to decide: first what keeps the answer from being given."""
    asked = {question.reading.name: question for question in each.questions}
    for reading in each.provision.readings:
        open_here = f"reading.{reading.name}" in each.missing
        if each.provision.formula not in FORMULAS and each.verdict != "no":
            open_here = each.readings[reading.name] is None
        proposal = reading.proposed is not None and each.readings[reading.name] == reading.proposed
        if not open_here and not proposal:
            continue
        yield {
            "reading": reading.name,
            "zh": reading.zh,
            "en": reading.en,
            "clause": reading.clause,
            "choose": list(reading.choose),
            "words": {code: {"zh": zh, "en": en} for code, zh, en in reading.choices},
            "proposed": reading.proposed,
            "alternatives": _alternatives(asked.get(reading.name)),
        }


def _alternatives(question: Question | None) -> list[dict[str, Any]]:
    if question is None:
        return []
    return [
        {"choice": choice, "zh": zh, "en": en, "amount": plain(amount)}
        for choice, amount in question.outcomes
        for zh, en in [question.reading.in_words(choice)]
    ]


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "year": piece.year, "due_on": piece.due_on.isoformat(), "amount": plain(piece.amount),
        "zh": piece.zh, "en": piece.en, "lost": piece.lost, "dropped": piece.dropped,
    }  # fmt: skip


def _stacked(group: Stacked) -> dict[str, Any]:
    return {
        "provision": group.provision, "clause": group.clause, "basis": group.basis,
        "considered": [
            {"zh": each.zh, "en": each.en, "amount": plain(each.amount)} for each in group.pieces
        ],
        "kept": plain(group.kept),
    }  # fmt: skip


def _disqualified(found: Answer) -> dict[str, Any] | None:
    """Return the findings that took something away, or that lie in the year asked about."""
    clauses = [
        each.provision.disqualifies for each in found.verdicts if each.provision.disqualifies
    ]
    lost = [*_lost(found)]
    years = {each["year"] for each in lost} | {found.on.year}
    counting = [each for each in found.facts.findings or () if each.year in years]
    if not clauses or not counting:
        return None
    return {
        "clause": clauses[0],
        "years": sorted({each.year for each in counting}),
        "findings": [_finding(each) for each in counting],
        "lost": lost,
    }


def _lost(found: Answer) -> Iterator[dict[str, Any]]:
    for each in found.verdicts:
        for piece in each.settled.pieces if each.settled else ():
            if piece.lost and each.provision.is_money:
                yield {
                    "provision": each.provision.id, "year": piece.year,
                    "amount": plain(piece.amount), "zh": piece.zh, "en": piece.en,
                }  # fmt: skip


def _finding(each: Finding) -> dict[str, Any]:
    zh, en = FINDING_KINDS[each.kind]
    return {"kind": each.kind, "year": each.year, "zh": zh, "en": en}
