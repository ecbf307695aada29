# SPDX-License-Identifier: Apache-2.0
"""Who pays an award: from the payer that a document prints to the funds of treasuries.

A fund is a budget line (``accounts``: appropriate, commit, pay, return) of one treasury and year,
in the unit of what it gives: yuan of money, yuan of vouchers, square metres of land. Its pots
have the floor zero, so that no award can exceed the budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shangheng.kernel.accounts.concept.kinds import Outside, kinds_of
from shangheng.kernel.accounts.concept.plans import BUDGET, Plan
from shangheng.kernel.accounts.concept.units import CNY, Unit, pieces_of
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.money import cents
from shangheng.services.incentives.cases import DECIDER, TREASURER
from shangheng.services.incentives.rules.conditions import inside
from shangheng.services.incentives.rules.provisions import ZERO, Provision

SQUARE_METRES = Unit("M2", "平方米", "square metres", 2)
Purse = Literal["money", "voucher", "land"]
PURSES: dict[Purse, tuple[str, str, Unit]] = {
    "money": ("专项资金", "money", CNY),
    "voucher": ("服务券", "vouchers", CNY),
    "land": ("用地指标", "land quota", SQUARE_METRES),
}
PAID_OUT = {"money": "money", "insurance": "money", "loan": "money", "land": "land"}
"""From what a provision grants to the purse it is paid from; what is absent costs no fund."""
WITHOUT_FUND = ("land-clock",)
"""Formulas of what costs no treasury anything, whatever the kind of the provision."""
FUND_PLAN: Plan = BUDGET
FUND_KINDS = kinds_of(
    FUND_PLAN,
    by={
        "appropriate": (TREASURER,), "withdraw": (TREASURER,),
        "commit": (DECIDER,), "release": (DECIDER,),
        "pay": (TREASURER,), "return": (TREASURER,),
    },
    outside=Outside("treasury", "国库（平台之外）", "treasury, outside"),
    basis=("jiangsu-2015 (四)3", "ganzhou-2015 四(二)1"),
)  # fmt: skip
"""Who moves a fund: the treasurer fills it and takes back what is free; a decision commits and
releases; only the treasurer pays what was committed, and books what was paid back."""
TREASURY_KIND = FUND_KINDS[-1]
OURS, BENEFITING, LOCAL = "home", "shared", "locality"
PRINTED = {
    "市财政": OURS, "财政": OURS, "受益财政": BENEFITING, "各地": LOCAL, "各级政府": LOCAL,
    "全省各类扶持服务业发展专项资金": OURS,
}  # fmt: skip
PAYER = Parameter(
    name="incentives.payer",
    zh="文件未印支付方的由谁支付",
    en="who pays where no payer is printed",
    unit="enum",
    clause="jiangsu-2015 (四)3",
    question_zh="文件没有印支付方的，由本级（home）、企业所在地（locality）还是两级分担（shared）？",
    question_en="Where no payer is printed, does the house (home), the firm's county (locality) "
    "or both (shared) pay?",
)
COUNTY_PERCENT = Parameter(
    name="incentives.county_percent",
    zh="受益财政中县级承担的比例",
    en="share of the county in the benefiting treasuries",
    unit="percent",
    clause="ganzhou-2015 四(二)1",
    question_zh="“受益财政”支付的，县级承担百分之几（0 至 100），其余由本级承担？",
    question_en="Of what the benefiting treasury pays, which share (0 to 100) is the county's?",
)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one treasury pays of an award; ``matching`` is what a county adds of its own will."""

    fund: str
    amount: Decimal
    matching: bool = False


@dataclass(frozen=True, kw_only=True)
class Due:
    """An award to be paid: by which provision, to a firm of which county, how much, when."""

    provision: Provision
    region: str
    home: str
    amount: Decimal
    on: date


def fund_code(purse: str, region: str, year: int) -> str:
    """Return the account code of a treasury's fund of a year: ``fund/money/360702/2016``."""
    return f"fund/{purse}/{region}/{year}"


def purse_of(provision: Provision) -> Purse | None:
    """Return from which purse a provision is paid, if it costs any."""
    if provision.formula in WITHOUT_FUND:
        return None
    if provision.formula == "voucher":
        return "voucher"
    found = PAID_OUT.get(provision.kind)
    return next((each for each in PURSES if each == found), None)


def shares(due: Due, configuration: Configuration) -> tuple[Share, ...]:
    """Return which treasury pays what; the parts come to the award to the cent."""
    purse = purse_of(due.provision)
    if purse is None or due.amount <= ZERO:
        return ()
    county = county_of(due.region, due.home)
    home = fund_code(purse, due.home, due.on.year)
    local = fund_code(purse, county, due.on.year)
    of_county = cents(due.amount * _county_percent(due, county, configuration) / 100)
    parts = [Share(fund=home, amount=due.amount - of_county), Share(fund=local, amount=of_county)]
    matched = due.provision.matching_percent
    if matched and county != due.home:
        added = cents(due.amount * matched / 100)
        parts.append(Share(fund=local, amount=added, matching=True))
    return tuple(each for each in parts if each.amount)


def county_of(region: str, home: str) -> str:
    """Return the county below the house that a firm is in; elsewhere the house stands alone."""
    county = region[:6]
    return county if inside(county, home) and not county.endswith("00") else home


def _county_percent(due: Due, county: str, configuration: Configuration) -> Decimal:
    if county == due.home:
        return ZERO
    who = PRINTED.get(due.provision.payer or "") or str(PAYER.on(due.on, configuration))
    if who == OURS:
        return ZERO
    if who == LOCAL:
        return Decimal(100)
    if who != BENEFITING:
        raise Invalid("incentive.payer_unknown", value=who, known=[OURS, LOCAL, BENEFITING])
    return percent_of(COUNTY_PERCENT, due.on, configuration)


def percent_of(parameter: Parameter, on: date, configuration: Configuration) -> Decimal:
    """Return a decided share, refused where it is no number from 0 to 100."""
    value = parameter.on(on, configuration)
    told = str(value)
    if not told.replace(".", "", 1).isdigit() or Decimal(told) > 100:  # noqa: PLR2004 - per cent
        raise Invalid("incentive.percent_wrong", name=parameter.name, value=told)
    return Decimal(told)


def affordable(
    wanted: Mapping[str, tuple[Share, ...]], available: Mapping[str, int]
) -> dict[str, bool]:
    """Return for each award, in its order, whether every fund it needs still holds its share.

    What one award takes is gone for the next; an award that cannot be paid takes nothing.
    """
    left = dict(available)
    found: dict[str, bool] = {}
    for key, parts in wanted.items():
        needs: dict[str, int] = {}
        for each in parts:
            unit = PURSES[purse_named(each.fund)][2]
            needs[each.fund] = needs.get(each.fund, 0) + pieces_of(each.amount, unit)
        found[key] = all(left.get(fund, 0) >= pieces for fund, pieces in needs.items())
        if found[key]:
            left |= {fund: left[fund] - pieces for fund, pieces in needs.items()}
    return found


def purse_named(code: str) -> Purse:
    """Return the purse of a fund's code."""
    name = code.split("/")[1]
    return next(each for each in PURSES if each == name)
