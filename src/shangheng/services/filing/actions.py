# SPDX-License-Identifier: Apache-2.0
"""What putting a rule on file does: the register gets its entry, or the entry a new version."""

from datetime import date

from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.errors import Invalid
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.services.filing import queries, rules
from shangheng.services.filing.registers import RULE_FIELDS, TRADING_RULE


def file_rule(taking: Taking) -> None:
    """Enter a rule, or amend it from the day on which the change takes force.

    A flaw of the procedure refuses it, unless the officer files it despite and says why. Whoever
    leads confirms the entry before it is public.
    """
    form = taking.values
    known = queries.filed(str(form["platform"]), str(form["title"]))
    found = rules.flaws(form, is_change=bool(known), configuration=taking.configuration)
    explained = taking.told.get("despite") and str(taking.told.get("reason", "")).strip()
    if found and not explained:
        raise Invalid(
            "filing.procedure", flaws=[each.zh for each in found], en=[each.en for each in found],
            basis=sorted({each.basis for each in found}),
        )  # fmt: skip
    values = {field.name: form[field.name] for field in RULE_FIELDS if field.name in form}
    values["filed_by"] = taking.number
    since = date.fromisoformat(str(form["effective_on"]))
    filing = Filing(since=since, reason=taking.number, home=taking.home, sure=True)
    if known:
        registers.amend(TRADING_RULE, known, values, taking.hand, filing)
    else:
        registers.enter(TRADING_RULE, values, taking.hand, filing)


GUARDS = {"rule_filing.file": file_rule}
