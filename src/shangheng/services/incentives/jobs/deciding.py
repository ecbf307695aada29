# SPDX-License-Identifier: Apache-2.0
"""What happens with the steps of an application beside moving it: judged, guarded, booked.

Each function is a guard (``kernel/cases/concept/guards``): it refuses the step by raising; what
it returns is sealed with the step. Services that know more of a firm (its credit file, penalties)
add guards of their own to ``incentive_application.decide``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel.cases import across as cases
from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.periods import day_of
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.kernel.registers.queries import Sought
from shangheng.services.incentives import actions, queries
from shangheng.services.incentives.cases import APPLICATION, OBJECTION, VOUCHER
from shangheng.services.incentives.forms.facts_file import facts_from
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.jobs.asking import known_to
from shangheng.services.incentives.registers import FINDING
from shangheng.services.incentives.rules.decide import Verdict, judge
from shangheng.services.incentives.rules.entitlements import plain
from shangheng.services.incentives.rules.facts import Award, Facts, Finding
from shangheng.services.incentives.rules.funds import Due, Share, purse_named, purse_of, shares
from shangheng.services.incentives.rules.provisions import ZERO, Provision
from shangheng.services.incentives.rules.reasons import said

FOR_AN_OFFICER = ("officer: ", "amount", "reading.")
"""What may be missing and yet be settled by whoever checks, with a ground."""
READER = Actor("incentives", tuple(Post(role) for role in FINDING.roles))
"""The service itself, which reads every finding whoever asks."""


def opened(taking: Taking) -> Mapping[str, Any]:
    """Refuse an application for a provision that does not exist here, or facts unreadable."""
    provision, facts = asked(taking)
    if not provision.in_force:
        raise Invalid("incentive.not_in_force", provision=provision.id, clause=provision.clause)
    del facts
    return {}


def checked(taking: Taking) -> Mapping[str, Any]:
    """Judge the facts filed; fix the sum, never above what the provision gives.

    Where only an officer can tell (a condition, an amount that is not printed), the officer says
    the sum and the ground.
    """
    provision, facts = asked(taking)
    chosen = queries.chosen_readings([provision], {}, taking.configuration, _day(taking))
    verdict = judge(provision, facts, _day(taking), chosen.values)
    typed = taking.given.get("amount")
    amount = fixed(verdict, None if typed is None else Decimal(str(typed)), taking.given)
    return {
        "amount": str(amount),
        "computed": None if verdict.amount is None else str(verdict.amount),
        "verdict": verdict.verdict,
        "readings": {name: str(v) for name, v in verdict.readings.items() if v is not None},
        "reasons": [said(each) for each in verdict.reasons],
        "clause": provision.clause,
    }


def fixed(verdict: Verdict, typed: Decimal | None, given: Mapping[str, Any]) -> Decimal:
    """Return the sum that an application is checked for."""
    provision = verdict.provision
    if verdict.verdict == "no":
        why = [said(each)["zh"] for each in verdict.reasons]
        raise Conflict("incentive.not_entitled", provision=provision.id, state=verdict.state,
                       why=why)  # fmt: skip
    unknown = [each for each in verdict.missing if not each.startswith(FOR_AN_OFFICER)]
    if verdict.verdict == "missing" and unknown:
        raise Invalid("incentive.facts_missing", missing=unknown, provision=provision.id)
    if purse_of(provision) is None:
        return ZERO
    most = verdict.amount
    if most is None and (typed is None or not str(given.get("ground", "")).strip()):
        raise Invalid("incentive.sum_needed", provision=provision.id,
                      missing=list(verdict.missing))  # fmt: skip
    if typed is not None and most is not None and typed > most:
        raise Conflict("incentive.above_entitlement", amount=plain(typed), most=plain(most))
    found = most if typed is None else typed
    if found is None or found <= ZERO:
        raise Conflict("incentive.nothing_due", provision=provision.id)
    return found


def decided(taking: Taking) -> Mapping[str, Any]:
    """Decide once publicity is over and no objection stands; the funds are committed with it."""
    due = taking.due_at.get("publicity")
    if due is None or taking.at < due:
        until = day_of(due).isoformat() if due else "?"
        raise Conflict("incentive.still_public", number=taking.number, until=until)
    standing = [
        each.number
        for each in cases.having(OBJECTION, "application", taking.number)
        if each.state in ("received", "upheld")
    ]
    if standing:
        raise Conflict("incentive.objected", number=taking.number, objections=standing)
    provision, facts = asked(taking)
    _refuse_disqualified(provision, facts, _day(taking))
    parts = _shares(taking, provision)
    keys = booked("commit", taking, parts)
    return {"shares": plainly(parts), "transfers": list(keys), "amount": _fixed_sum(taking)}


def _refuse_disqualified(provision: Provision, facts: Facts, on: date) -> None:
    found = [each for each in facts.findings or () if each.year == on.year]
    if provision.disqualifies and found:
        raise Conflict(
            "incentive.disqualified", year=on.year, clause=provision.disqualifies,
            kinds=sorted({each.kind for each in found}),
        )  # fmt: skip


def paid(taking: Taking) -> Mapping[str, Any]:
    """Pay what was committed, every treasury its share."""
    parts = _parts_of(taking)
    if not parts:
        raise Conflict("incentive.no_money", number=taking.number)
    if purse_named(parts[0].fund) == "voucher":
        raise Conflict("incentive.is_voucher", number=taking.number)
    keys = booked("pay", taking, parts)
    return {
        "transfers": list(keys), "amount": str(sum((each.amount for each in parts), ZERO)),
        **awarded(taking, _fixed_sum(taking)),
    }  # fmt: skip


def awarded(taking: Taking, amount: str) -> Mapping[str, str]:
    """Return what ``awards_of`` reads of a step: how much was given by what to whom, and when."""
    return {
        "award": amount, "provision": str(taking.values["provision"]),
        "code": str(taking.values["code"]), "day": _day(taking).isoformat(),
    }  # fmt: skip


def granted(taking: Taking) -> Mapping[str, Any]:
    """End what costs no fund; what was committed must be paid or released, or is a voucher.

    What was committed for a voucher stays so: it is issued on what this step says.
    """
    parts = _parts_of(taking)
    if not parts:
        return {}
    if purse_named(parts[0].fund) != "voucher":
        raise Conflict("incentive.is_money", number=taking.number)
    amount = str(sum((each.amount for each in parts), ZERO))
    return {"shares": plainly(parts), "amount": amount, **awarded(taking, _fixed_sum(taking))}


def released(taking: Taking) -> Mapping[str, Any]:
    """Give the commitment up; the money is free again."""
    return {"transfers": list(booked("release", taking, _parts_of(taking)))}


def reclaimed(taking: Taking) -> Mapping[str, Any]:
    """Claim back at most what was paid; each treasury gets back in proportion, to the cent."""
    whole = sum((each.amount for each in _parts_of(taking)), ZERO)
    wanted = Decimal(str(taking.given["amount"]))
    if not ZERO < wanted <= whole:
        raise Conflict("incentive.reclaim_too_much", amount=plain(wanted), most=plain(whole))
    return {"shares": plainly(portion(_parts_of(taking), wanted, whole))}


def portion(parts: Iterable[Share], wanted: Decimal, whole: Decimal) -> tuple[Share, ...]:
    """Divide a sum as the award was divided; the last part takes what rounding left."""
    listed, left = list(parts), wanted
    found = []
    for each in listed[:-1]:
        amount = min(left, (each.amount * wanted / whole).quantize(Decimal("0.01")))
        found.append(Share(fund=each.fund, amount=amount, matching=each.matching))
        left -= amount
    last = listed[-1]
    found.append(Share(fund=last.fund, amount=left, matching=last.matching))
    return tuple(each for each in found if each.amount)


def returned(taking: Taking) -> Mapping[str, Any]:
    """Book what came back; it is available again to the treasury that had paid it."""
    parts = parts_from(taking.said["reclaim"]["shares"])
    keys = booked("return", taking, parts)
    return {
        "transfers": list(keys), "amount": taking.said["reclaim"]["amount"],
        **awarded(taking, taking.said["reclaim"]["amount"]),
    }  # fmt: skip


def objected(taking: Taking) -> Mapping[str, Any]:
    """Take an objection only against an application that is in publicity."""
    number = str(taking.values["application"]).strip().upper()
    public = {each.number for each in cases.in_states(APPLICATION, ("public",))}
    if number not in public:
        raise Conflict("incentive.not_public", number=number)
    return {"application": number}


def asked(taking: Taking) -> tuple[Provision, Facts]:
    """Return the provision applied for, and the facts filed with what the house itself knows."""
    assert taking.library is not None, "a house with cases has policies"  # noqa: S101
    on = _day(taking)
    place = queries.place_of(taking.library(), taking.home)
    name = str(taking.values["provision"])
    provision = queries.provision(place, name, on, taking.configuration)
    text = taking.said.get("supply", {}).get("facts") or taking.values.get("facts") or ""
    listed = queries.provisions(place, on, taking.configuration)
    facts = facts_from(placed_text(str(text), "facts"), known_to(listed), confirm_small=True)
    code = str(taking.values["code"])
    return provision, with_what_is_known(facts, code, on)


def with_what_is_known(facts: Facts, code: str, on: date) -> Facts:
    """Return facts with the findings on file and the payments made; the firm need not say them."""
    known = Facts(findings=findings_of(on).get(code, ()), awards=awards_of().get(code, ()))
    return joined(facts, known)


def joined(facts: Facts, known: Facts) -> Facts:
    """Return facts with findings and payments that are known beside those that were filed."""
    findings = dict.fromkeys((*(facts.findings or ()), *(known.findings or ())))
    awards = dict.fromkeys((*(facts.awards or ()), *(known.awards or ())))
    return replace(facts, findings=tuple(findings), awards=tuple(awards))


def findings_of(on: date) -> dict[str, tuple[Finding, ...]]:
    """Return the findings on file by credit code, as they stood on a day."""
    entries = registers.listed(FINDING, Sought(limit=None), actor=READER, today=on)
    found: dict[str, tuple[Finding, ...]] = {}
    for each in entries:
        values = each.values
        finding = Finding(kind=str(values["kind"]), year=int(values["year"]))
        found[values["code"]] = (*found.get(values["code"], ()), finding)
    return found


def awards_of() -> dict[str, tuple[Award, ...]]:
    """Return what was paid, and paid back, by credit code; matching is no part of an award.

    A voucher counts from when it was granted; what was not spent of it is taken off again.
    """
    found: dict[str, tuple[Award, ...]] = {}
    steps = (
        (1, APPLICATION, ("pay", "grant")),
        (-1, APPLICATION, ("return",)),
        (-1, VOUCHER, ("pay", "expire", "cancel")),
    )
    for sign, kind, names in steps:
        for told in (each.values for each in cases.taken(kind, names)):
            if "code" not in told:  # granted without money
                continue
            amount = sign * Decimal(str(told["award"] if "award" in told else told["amount"]))
            day = date.fromisoformat(told["day"])
            award = Award(provision=told["provision"], day=day, amount=amount)
            found[told["code"]] = (*found.get(told["code"], ()), award)
    return found


def _shares(taking: Taking, provision: Provision) -> tuple[Share, ...]:
    amount = Decimal(_fixed_sum(taking))
    due = Due(provision=provision, region=taking.values["region"], home=taking.home,
              amount=amount, on=_day(taking))  # fmt: skip
    return shares(due, taking.configuration)


def _fixed_sum(taking: Taking) -> str:
    return str(taking.said["check"]["amount"])


def _parts_of(taking: Taking) -> tuple[Share, ...]:
    return parts_from(taking.said["decide"]["shares"])


def parts_from(told: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Return the shares that a step or a case says."""
    return tuple(
        Share(fund=each["fund"], amount=Decimal(each["amount"]), matching=each["matching"])
        for each in told
    )


def plainly(parts: Iterable[Share]) -> list[dict[str, Any]]:
    """Return shares as a step says them."""
    return [
        {"fund": each.fund, "amount": str(each.amount), "matching": each.matching}
        for each in parts
    ]


def booked(movement: str, taking: Taking, parts: tuple[Share, ...]) -> tuple[str, ...]:
    """Move shares through their funds, sealed with the case; return the keys."""
    facts = {"case": taking.number, "provision": str(taking.values["provision"]),
             "code": str(taking.values["code"])}  # fmt: skip
    return actions.move(movement, parts, taking.number, facts, taking.at) if parts else ()


def _day(taking: Taking) -> date:
    return day_of(taking.at)


KIND = APPLICATION.name
GUARDS = {
    f"{KIND}.open": opened,
    f"{KIND}.check": checked,
    f"{KIND}.decide": decided,
    f"{KIND}.pay": paid,
    f"{KIND}.grant": granted,
    f"{KIND}.release": released,
    f"{KIND}.reclaim": reclaimed,
    f"{KIND}.return": returned,
    f"{OBJECTION.name}.open": objected,
}
