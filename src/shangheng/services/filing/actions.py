# SPDX-License-Identifier: Apache-2.0
"""What putting a rule on file does: the register gets its entry, or the entry a new version."""

from datetime import date

from shangheng.kernel.cases.store import Taken
from shangheng.kernel.errors import Invalid
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import Hand
from shangheng.services.filing import queries, rules
from shangheng.services.filing.registers import RULE_FIELDS, TRADING_RULE


def file_rule(taken: Taken) -> None:
    """Enter a rule, or amend it from the day on which the change takes force.

    A flaw of the procedure refuses it, unless the officer files it despite and says why. Whoever
    leads confirms the entry before it is public.
    """
    hand, form = taken.hand, taken.form
    known = queries.filed(str(form["platform"]), str(form["title"]))
    found = rules.flaws(form, is_change=bool(known), configuration=hand.house.configuration)
    explained = taken.said.get("despite") and str(taken.said.get("reason", "")).strip()
    if found and not explained:
        raise Invalid(
            "filing.procedure", flaws=[each.zh for each in found], en=[each.en for each in found],
            basis=sorted({each.basis for each in found}),
        )  # fmt: skip
    values = {field.name: form[field.name] for field in RULE_FIELDS if field.name in form}
    values["filed_by"] = taken.number
    since = date.fromisoformat(str(form["effective_on"]))
    filing = Filing(since=since, reason=taken.number, home=hand.house.region, sure=True)
    plain = Hand(hand.actor, hand.at)  # without the version, which is the case's
    if known:
        registers.amend(TRADING_RULE, known, values, plain, filing)
    else:
        registers.enter(TRADING_RULE, values, plain, filing)


EFFECTS = {"filing.file_rule": file_rule}
