# SPDX-License-Identifier: Apache-2.0
"""From facts to a verdict, in this order.

1. Is the provision in force, and are its conditions met?
2. What does its formula find, under every reading that the authority left open?
3. Which years are lost because of a finding (MUST come before caps: a lost year uses up nothing)?
4. Which amounts stand on one basis, so that only the highest counts?
5. What has fallen due until the day, less what was paid?
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Literal

from shangheng.services.incentives.rules import (
    costs,
    honours,
    land,
    premises,
    prices,
    sales,
    talent,
    tax,
    training,
)
from shangheng.services.incentives.rules.conditions import Conditions, check
from shangheng.services.incentives.rules.facts import Facts
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Provision,
    Reading,
    Reason,
    Setting,
)

Answered = Literal["yes", "no", "missing"]
ENTITLED = {"due", "paid"}
"""States of a sum to which the firm is entitled, whether there is anything left to pay or not."""
Formula = Callable[[Setting], Computed]

FORMULAS: dict[str, Formula] = {
    "first-crossing": sales.first_crossing,
    "rent": premises.rent,
    "fibre": premises.fibre,
    "recognition": honours.recognition,
    "training": training.training,
    "talent-tax": talent.tax_reward,
    "research": tax.research,
    "reduced-rate": tax.reduced_rate,
    "costs": costs.costs,
    "fixed": costs.fixed,
    "price-parity": prices.parity,
    "tariff-choice": prices.tariff_choice,
    "land-clock": land.clock,
    "voucher": land.voucher,
}
"""Formulas by name; a provision without one is a list of conditions."""

READING = "reading."


@dataclass(frozen=True)
class Stacked:
    """Amounts on one basis of which only the highest counts."""

    provision: str
    clause: str
    basis: str
    pieces: tuple[Piece, ...]
    kept: Decimal


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What a firm has to receive, or below zero to give back, once all rules were applied."""

    amount: Decimal
    due: Decimal
    paid: Decimal
    pieces: tuple[Piece, ...]
    stacked: tuple[Stacked, ...]
    repay: bool


@dataclass(frozen=True, kw_only=True)
class Question:
    """An open reading, and what each choice would bring."""

    reading: Reading
    outcomes: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer for one provision; an amount of none means that it cannot be told."""

    provision: Provision
    verdict: Answered
    state: str
    amount: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    readings: Mapping[str, Any]
    questions: tuple[Question, ...] = ()
    settled: Settled | None = None
    value: Mapping[str, Any] | None = None
    would_be: Decimal | None = None


def judge(provision: Provision, facts: Facts, on: date, readings: Mapping[str, Any]) -> Verdict:
    """Return what a firm may receive under a provision as of a day."""
    used = {each.name: readings.get(each.name, each.proposed) for each in provision.readings}
    if not provision.in_force:
        why = (Reason("not_in_force", provision.clause, {"day": on}),)
        return Verdict(
            provision=provision, verdict="no", state="not_in_force", amount=ZERO, reasons=why,
            readings=used,
        )  # fmt: skip
    conditions = check(provision, facts)
    setting = Setting(
        facts=facts, provision=provision, readings=used, on=on,
        lost_years=lost_years(provision, facts),
    )  # fmt: skip
    if provision.formula not in FORMULAS:
        return _of_conditions(setting, conditions)
    outcomes = [(chosen, *_outcome(setting, chosen)) for chosen in _choices(provision, used)]
    if conditions.failed:
        return _refused(setting, conditions, outcomes[0][1])
    return _of_outcomes(setting, conditions, outcomes)


def lost_years(provision: Provision, facts: Facts) -> frozenset[int]:
    """Return the years that findings take away."""
    found = facts.findings or ()
    return frozenset(each.year for each in found) if provision.disqualifies else frozenset()


Outcome = tuple[dict[str, str], Computed, Settled]


def _choices(provision: Provision, used: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield every combination of choices for the readings that nobody has chosen."""
    unsettled = [each for each in provision.readings if each.choose and used[each.name] is None]
    for combination in product(*(each.choose for each in unsettled)):
        yield {each.name: choice for each, choice in zip(unsettled, combination, strict=True)}


def _outcome(setting: Setting, chosen: dict[str, str]) -> tuple[Computed, Settled]:
    under = replace(setting, readings={**setting.readings, **chosen})
    computed = FORMULAS[setting.provision.formula](under)
    return computed, settle(computed, under)


def settle(computed: Computed, setting: Setting) -> Settled:
    """Apply findings, the rule against paying twice and what was paid to the amounts found."""
    marked = [replace(each, lost=each.year in setting.lost_years) for each in computed.pieces]
    pieces, stacked = _highest(marked, setting.provision)
    counting = [each for each in pieces if each.due_on <= setting.on and not each.lost]
    due = sum((each.amount for each in counting), ZERO)
    paid = paid_until(setting)
    amount = due - paid
    return Settled(
        amount=amount if computed.repay else max(ZERO, amount),
        due=due, paid=paid, pieces=tuple(pieces), stacked=tuple(stacked), repay=computed.repay,
    )  # fmt: skip


def paid_until(setting: Setting) -> Decimal:
    """Return what was paid under the provision until the day."""
    return sum(
        (
            each.amount
            for each in setting.facts.awards or ()
            if each.provision == setting.provision.id and each.day <= setting.on
        ),
        ZERO,
    )


def _highest(pieces: list[Piece], provision: Provision) -> tuple[list[Piece], list[Stacked]]:
    """Keep of each basis the highest; a later and higher one adds what it has more."""
    kept: list[Piece] = []
    stacked = []
    for basis in dict.fromkeys(each.basis for each in pieces):
        group = [each for each in pieces if each.basis == basis and not each.lost]
        kept += [each for each in pieces if each.basis == basis and each.lost]
        if len(group) == 1 or not provision.stacks:
            kept += group
            continue
        highest = ZERO
        for each in sorted(group, key=lambda piece: (piece.due_on, -piece.amount)):
            rest = max(ZERO, each.amount - highest)
            highest += rest
            kept.append(replace(each, amount=rest, full=each.amount, dropped=rest == ZERO))
        if group:
            stacked.append(Stacked(provision.id, provision.stacks, basis, tuple(group), highest))
    return sorted(kept, key=lambda each: (each.due_on, each.basis)), stacked


def _of_conditions(setting: Setting, conditions: Conditions) -> Verdict:
    """Return the verdict on a promise without a formula: its conditions are all there is."""
    provision = setting.provision
    if conditions.failed:
        return _refused(setting, conditions, Computed())
    if setting.on.year in setting.lost_years:
        return _disqualified(setting)
    missing = (*conditions.missing, *(("amount",) if provision.lacks_amount else ()))
    reasons = conditions.met
    if provision.lacks_amount:
        reasons = (*reasons, setting.reason("amount_not_printed"))
    return Verdict(
        provision=provision, verdict="missing" if missing else "yes",
        state="missing" if missing else "granted", reasons=reasons, missing=missing,
        readings=setting.readings,
    )  # fmt: skip


def _refused(setting: Setting, conditions: Conditions, computed: Computed) -> Verdict:
    """Return a no; what was received for premises put to other use is still to be given back."""
    settled = settle(replace(computed, pieces=()), setting)
    return Verdict(
        provision=setting.provision, verdict="no", state="repay" if settled.amount else "not_met",
        amount=settled.amount,
        reasons=(*conditions.failed, *(computed.reasons if settled.amount else ())),
        readings=setting.readings, settled=settled,
    )  # fmt: skip


def _disqualified(setting: Setting) -> Verdict:
    return Verdict(
        provision=setting.provision, verdict="no", state="lost", amount=ZERO,
        reasons=(disqualification(setting, setting.on.year),), readings=setting.readings,
    )  # fmt: skip


def disqualification(setting: Setting, year: int) -> Reason:
    """Return why a year is lost: the kinds of findings of it."""
    kinds = sorted({each.kind for each in setting.facts.findings or () if each.year == year})
    clause = setting.provision.disqualifies or setting.provision.clause
    return Reason("disqualified", clause, {"year": year, "kinds": kinds})


def _of_outcomes(setting: Setting, conditions: Conditions, outcomes: list[Outcome]) -> Verdict:
    """Return the verdict on what the formula found, the same under all open readings or not."""
    _, computed, settled = outcomes[0]
    questions = _questions(setting, outcomes)
    is_value = computed.value is not None and not computed.pieces and not computed.missing
    if is_value and not questions:
        return _of_value(setting, conditions, computed)
    if computed.missing and not computed.pieces and _nothing_else(setting):
        return _disqualified(setting)
    amounts = {each.amount for _, _, each in outcomes}
    unknown = any(each.missing for _, each, _ in outcomes)
    missing = (
        *conditions.missing,
        *(name for name in computed.missing if all(name in c.missing for _, c, _ in outcomes)),
        *(f"{READING}{each.reading.name}" for each in questions),
    )
    settles = not unknown and not questions and not _coming(settled, setting)
    nothing = amounts == {ZERO} and settles
    lacking = bool(missing) and not nothing
    state = "missing" if lacking else _state(settled, setting)
    return Verdict(
        provision=setting.provision,
        verdict="missing" if lacking else "yes" if state in ENTITLED else "no",
        state=state,
        amount=None if lacking else settled.amount,
        reasons=(*conditions.met, *computed.reasons, *_consequences(settled, setting)),
        missing=tuple(dict.fromkeys(missing)) if lacking else computed.wanting,
        readings=setting.readings,
        questions=questions,
        settled=settled,
        value=computed.value,
        would_be=settled.amount if lacking and not unknown and len(amounts) == 1 else None,
    )


def _nothing_else(setting: Setting) -> bool:
    """Return whether the year's finding settles what is asked, whatever is still unknown."""
    alone = setting.provision.formula in {"training", "fixed"}
    return alone and setting.on.year in setting.lost_years


def _of_value(setting: Setting, conditions: Conditions, computed: Computed) -> Verdict:
    """Return the verdict on what is not money and needs no sum."""
    if setting.on.year in setting.lost_years:
        return _disqualified(setting)
    worth = any(computed.value.values()) and not computed.over if computed.value else False
    answered: Answered = "missing" if conditions.missing else "yes" if worth else "no"
    return Verdict(
        provision=setting.provision, verdict=answered,
        state={"missing": "missing", "yes": "granted", "no": "nothing"}[answered],
        amount=ZERO if answered == "no" else None,
        reasons=(*conditions.met, *computed.reasons),
        missing=conditions.missing or computed.wanting, readings=setting.readings,
        value=computed.value,
    )  # fmt: skip


def _coming(settled: Settled, setting: Setting) -> bool:
    return any(
        each.due_on > setting.on and each.amount and not each.lost for each in settled.pieces
    )


def _state(settled: Settled, setting: Setting) -> str:
    """Return what stands behind an amount: due, to repay, lost, paid, not yet, nothing."""
    if settled.amount:
        return "due" if settled.amount > 0 else "repay"
    if settled.due and settled.paid >= settled.due:
        return "paid"
    if any(each.lost for each in settled.pieces):
        return "lost"
    return "not_yet" if _coming(settled, setting) else "nothing"


def _consequences(settled: Settled, setting: Setting) -> Iterator[Reason]:
    """Tell what findings, the cap, the rule against paying twice and payments did."""
    for each in settled.pieces:
        told = {"zh": each.zh, "en": each.en, "amount": each.amount, "full": each.full}
        if each.lost:
            yield disqualification(setting, each.year)
            yield setting.reason("lost", **told)
        elif each.full > each.amount and not each.dropped and not _in(settled.stacked, each):
            yield setting.reason("capped", **told)
        if each.due_on > setting.on and each.amount and not each.lost:
            yield setting.reason("falls_due", **told, day=each.due_on)
    for group in settled.stacked:
        yield Reason("stacked", group.clause, {"kept": group.kept, "count": len(group.pieces)})
    if settled.repay and settled.amount < 0:
        yield setting.reason("repay", amount=-settled.amount)
    if settled.paid:
        yield setting.reason("paid", paid=settled.paid, due=settled.due)


def _in(stacked: tuple[Stacked, ...], piece: Piece) -> bool:
    return any(group.basis == piece.basis for group in stacked)


def _questions(setting: Setting, outcomes: list[Outcome]) -> tuple[Question, ...]:
    """Return the open readings on which the amount depends, with what each choice brings."""
    questions = []
    for reading in setting.provision.readings:
        if not reading.choose or setting.readings[reading.name] is not None:
            continue
        for others in _others(reading.name, outcomes):
            told = {chosen[reading.name]: _worth(found, each) for chosen, found, each in others}
            differs = len(set(told.values())) > 1
            if differs or len({_granted(found) for _, found, _ in others}) > 1:
                brings = tuple(told.items()) if differs else ()
                questions.append(Question(reading=reading, outcomes=brings))
                break
    return tuple(questions)


def _worth(computed: Computed, settled: Settled) -> Decimal:
    """Return what is compared between readings: what may be deducted, or what is paid."""
    deductible: Decimal | None = (computed.value or {}).get("deductible")
    return settled.amount if deductible is None else deductible


def _granted(computed: Computed) -> tuple[Any, ...]:
    """Return what else than sums is compared between readings: the value, what is missing."""
    return (*sorted((computed.value or {}).items()), *computed.missing)


def _others(name: str, outcomes: list[Outcome]) -> Iterable[list[Outcome]]:
    """Return the outcomes in groups that differ in one reading alone."""
    groups: dict[tuple[tuple[str, str], ...], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        groups[tuple(pair for pair in each[0].items() if pair[0] != name)].append(each)
    return groups.values()
