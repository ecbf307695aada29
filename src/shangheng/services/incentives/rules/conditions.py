# SPDX-License-Identifier: Apache-2.0
"""Printed conditions, judged with three answers: met, not met, not known."""

from collections.abc import Mapping
from dataclasses import dataclass

from shangheng.services.incentives.rules.facts import NOWHERE, Facts
from shangheng.services.incentives.rules.provisions import Condition, Provision, Reason

PLACES = ("headquarters_region", "operations_region", "settlement_region")
HERE, REGISTERED_HERE = "party.here", "party.registered_here"
OFFICER = "officer"
SECTIONS = (
    "sales", "leases", "fibre", "honours", "rnd", "hires", "awards", "costs", "bills",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Whether a condition is met; what is missing if that is not known."""

    met: bool | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conditions:
    """The conditions of a provision as the facts answer them."""

    failed: tuple[Reason, ...]
    missing: tuple[str, ...]
    met: tuple[Reason, ...]


def check(provision: Provision, facts: Facts) -> Conditions:
    """Answer every condition of a provision."""
    failed: list[Reason] = []
    met: list[Reason] = []
    missing: list[str] = []
    for each in provision.requires:
        answer = _answer(each, provision, facts)
        told = {"zh": each.zh, "en": each.en}
        if answer.met is None:
            missing += answer.missing
        elif answer.met:
            met.append(Reason("condition_met", each.clause, told))
        else:
            code = "excluded" if each.excludes else "condition_not_met"
            failed.append(Reason(code, each.clause, told))
    return Conditions(tuple(failed), tuple(dict.fromkeys(missing)), tuple(met))


def unmet(provision: Provision, facts: Facts) -> tuple[Condition, ...]:
    """Return the conditions that are not met, or not known to be."""
    return tuple(
        each for each in provision.requires if _answer(each, provision, facts).met is not True
    )


def _answer(condition: Condition, provision: Provision, facts: Facts) -> Answer:
    """Return whether one of a condition's facts is true; unknown ones only matter if none is."""
    if not condition.facts:
        return Answer(met=None, missing=(f"{OFFICER}: {condition.zh}",))
    answers = [_of_fact(name, condition, provision, facts) for name in condition.facts]
    if any(each.met for each in answers):
        return Answer(not condition.excludes)
    missing = tuple(name for each in answers for name in each.missing)
    return Answer(met=None, missing=missing) if missing else Answer(condition.excludes)


def _of_fact(name: str, condition: Condition, provision: Provision, facts: Facts) -> Answer:
    group, _, inner = name.partition(".")
    if name == HERE:
        return _here(facts.party, provision.region)
    if name == REGISTERED_HERE:
        return _registered_here(facts.party, provision.region)
    if group in SECTIONS:
        return _of_section(group, inner, provision, facts)
    value = facts.party.get(inner) if group == "party" else facts.stated.get(name)
    if value is None:
        return Answer(met=None, missing=(name,))
    if isinstance(value, int) and not isinstance(value, bool) and condition.at_least:
        return Answer(met=value >= provision.terms.get(condition.at_least, 0))
    return Answer(met=value is not False)


def _of_section(group: str, kind: str, provision: Provision, facts: Facts) -> Answer:
    """Return whether a list of the file has an entry (of a kind, where one is named)."""
    if group == "awards":
        paid = facts.awards or ()
        return Answer(met=any(each.provision == provision.id for each in paid))
    listed = getattr(facts, group)
    if listed is None:
        return Answer(met=None, missing=(f"{group}.{kind}".rstrip("."),))
    return Answer(met=any(not kind or each.kind == kind for each in listed))


def _here(party: Mapping[str, str | bool], region: str) -> Answer:
    """Return whether the firm is registered or has its head or its centres in the region.

    Who says where the headquarters are and nothing of other centres has none elsewhere.
    """
    known = [party[name] for name in ("registered_region", *PLACES) if name in party]
    if any(inside(str(place), region) for place in known):
        return Answer(met=True)
    unknown = [name for name in ("registered_region", PLACES[0]) if name not in party]
    if unknown:
        return Answer(met=None, missing=tuple(f"party.{name}" for name in unknown))
    return Answer(met=False)


def _registered_here(party: Mapping[str, str | bool], region: str) -> Answer:
    if "registered_region" not in party:
        return Answer(met=None, missing=("party.registered_region",))
    return Answer(inside(str(party["registered_region"]), region))


def inside(place: str, region: str) -> bool:
    """Return whether a division lies in another: 360702 in 360700, 360700 in 360000."""
    stem = region
    while stem.endswith("00"):
        stem = stem[:-2]
    return place != NOWHERE and place.startswith(stem)
