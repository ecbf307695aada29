# SPDX-License-Identifier: Apache-2.0
"""A house with funds, people with posts and an application, for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.service import Registry
from shangheng.services.incentives import actions
from shangheng.services.incentives.actions import Line
from shangheng.services.incentives.cases import APPLICATION, OBJECTION
from shangheng.services.incentives.manifest import SERVICE
from shangheng.services.incentives.registers import FINDING
from shangheng.services.incentives.tests.places import FOLDER

AT = datetime(2016, 3, 1, 1, tzinfo=UTC)
AFTER = AT + timedelta(days=10)
ON = date(2016, 3, 1)
CITY, COUNTY, YEAR = "360700", "360702", 2016
CODE, OTHER = "91360702705558005W", "91360702159108549P"
DECIDED: dict[str, Any] = {
    "incentives.review_days": 20, "incentives.publicity_days": 7,
    "incentives.county_percent": 40, "several_levels_in_one_year": "highest",
}  # fmt: skip
LIBRARY = policies.load(FOLDER, ("ganzhou",))


def post(role: str, region: str = CITY) -> tuple[Post, ...]:
    return (Post(f"incentives.{role}", region),)


CLERK, ANNA = Actor("carl", post("clerk")), Actor("anna", post("reviewer"))
BERT, DORA = Actor("bert", post("reviewer")), Actor("dora", post("decider"))
TOM, IDA = Actor("tom", post("treasurer")), Actor("ida", post("inspector"))
FACTS = """
party: {kind: enterprise, registered_region: "360702", agricultural: false}
sales: [{year: 2014, mode: B2C, amount: 48000000}, {year: 2015, mode: B2C, amount: 60000000}]
"""
FILED = {
    "provision": "ganzhou.sales-award", "name": "章贡电商有限公司", "code": CODE,
    "region": COUNTY, "facts": FACTS,
}  # fmt: skip


def house(**decided: Any) -> House:
    configuration = {**DECIDED, **decided}
    return House(
        region=CITY,
        configuration={name: each for name, each in configuration.items() if each is not None},
        guards=Registry((replace(SERVICE, reads=()),)).guards,
        library=lambda: LIBRARY,
    )


def hand(actor: Actor = NOBODY, at: datetime = AT, **decided: Any) -> Hand:
    return Hand(actor, at, house=house(**decided))


def appropriated(
    amount: str = "1000000", region: str = CITY, *, year: int = YEAR, document: str = "1号"
) -> str:
    line = Line(purse="money", region=region, year=year)
    treasurer = PlainHand(Actor("tom", post("treasurer", region)), AT)
    return actions.appropriate(line, Decimal(amount), document, treasurer)


def filed(at: datetime = AT, **more: Any) -> cases.Opened:
    return cases.open_case(APPLICATION, {**FILED, **more}, hand(at=at))


def step(number: str, name: str, actor: Actor, at: datetime = AT, **given: Any) -> cases.Moved:
    return cases.take_step(APPLICATION, number, name, given, hand(actor, at))


def in_publicity(**more: Any) -> str:
    """Return an application that was checked and reviewed by two."""
    number = filed(**more).number
    step(number, "check", CLERK)
    step(number, "review", ANNA, reason="属实")
    step(number, "confirm", BERT, reason="同意公示")
    return number


def paid(**more: Any) -> str:
    number = in_publicity(**more)
    step(number, "decide", DORA, AFTER)
    step(number, "pay", TOM, AFTER, bank_reference="0001")
    return number


def objection(number: str) -> str:
    given = {"application": number, "reason": "销售额不实"}
    return cases.open_case(OBJECTION, given, hand()).number


def answer_objection(number: str, name: str) -> None:
    cases.take_step(OBJECTION, number, name, {"reason": "经核实"}, hand(ANNA))


def found_guilty(code: str = CODE, year: int = YEAR, kind: str = "fraud") -> None:
    values = {
        "code": code, "name": "某企业", "kind": kind, "year": str(year), "document": "处〔1〕号",
        "authority": "市场监管局", "decided_on": "2016-02-01", "region": COUNTY,
    }  # fmt: skip
    entry = registers.enter(
        FINDING, values, PlainHand(CLERK, AT), Filing(home=CITY, since=date(2016, 2, 1))
    )
    registers.confirm(FINDING, entry.number, PlainHand(ANNA, AT))


def registered() -> str:
    """Return the code of a firm that was put on file."""
    parties.register("enterprise", "章贡电商有限公司", {"uscc": CODE}, region=COUNTY, at=AT)
    return CODE
