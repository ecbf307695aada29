# SPDX-License-Identifier: Apache-2.0
"""What the steps of both flows do: look who is competent, enter permits and outlets."""

from datetime import date

from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.periods import day_of
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.services.express import queries, rules
from shangheng.services.express.registers import EXPRESS_OUTLET, EXPRESS_PERMIT, OUTLET_FIELDS


def competent(taking: Taking) -> None:
    """Refuse to take up what another level has to decide."""
    scope = str(taking.values["scope"])
    if scope != "province":
        zh, en = rules.COMPETENT[scope]
        raise Conflict("express.not_competent", competent=zh, en=en, basis=rules.COMPETENT_BASIS)


def grant(taking: Taking) -> None:
    """Put the permit into the register from its first day."""
    form, said = taking.values, taking.told
    if str(said["valid_until"]) <= str(said["valid_from"]):
        raise Invalid("express.ends_before_it_begins", since=said["valid_from"])
    values = {name: form[name] for name in ("firm", "uscc", "scope", "region")}
    values |= {name: said[name] for name in ("valid_from", "valid_until")}
    values["decided_by"] = taking.number
    since = date.fromisoformat(str(said["valid_from"]))
    registers.enter(EXPRESS_PERMIT, values, taking.hand, Filing(since=since, sure=True))


def file_outlet(taking: Taking) -> None:
    """Put an outlet into the register of the level that keeps it, once it is no duplicate."""
    form, configuration, today = taking.values, taking.configuration, taking.today
    metres = float(rules.NEAR_METRES.on(today, configuration))
    found = queries.near(form, metres=metres, today=today)
    if found and not taking.told.get("not_the_same"):
        told = [f"{each.number} {each.name}（{each.metres} m）" for each in found]
        raise Conflict("express.outlet_near", metres=metres, candidates=told)
    kept, _ = rules.kept_by(str(form["region"]), on=today, configuration=configuration)
    values = {field.name: form[field.name] for field in OUTLET_FIELDS if field.name in form}
    opened = date.fromisoformat(str(form["opened_on"]))
    values |= {
        "filed_with": kept,
        "filed_by": taking.number,
        "days_late": rules.days_late(
            opened, day_of(taking.opened_at), configuration=configuration
        ),
    }
    registers.enter(EXPRESS_OUTLET, values, taking.hand, Filing(sure=True))


GUARDS = {
    "express_permit_application.accept": competent,
    "express_permit_application.grant": grant,
    "outlet_filing.file": file_outlet,
}
