# SPDX-License-Identifier: Apache-2.0
"""All firms at once from the ledger: who is due an award unasked.

The ledger holds sales; findings come from the register, payments from the applications. Provisions
that rest on other facts (leases, lines, honours) need an application.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import ibis
import pyarrow as pa

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas import queries as ledger
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives import queries
from shangheng.services.incentives.formulas import everybody
from shangheng.services.incentives.formulas.entitled import SCHEMAS
from shangheng.services.incentives.formulas.everybody import Variant
from shangheng.services.incentives.formulas.ledger import READS, candidates, measure_on, of_one
from shangheng.services.incentives.jobs.deciding import awards_of, findings_of
from shangheng.services.incentives.registers import FINDING_KINDS
from shangheng.services.incentives.rules.funds import (
    FUND_PLAN,
    Due,
    Share,
    affordable,
    county_of,
    shares,
)
from shangheng.services.incentives.rules.provisions import ZERO, Provision

FROM_THE_LEDGER = "first-crossing"
"""The formula whose facts are all in the ledger."""
OPEN_CHOICES = ("several_levels_in_one_year", "modes_in_one_year")
FORGIVING = "forgiving"


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """Under what all firms are reckoned: the place, the provision, the day, the house.

    ``readings`` are asked for this once and go before what the house has decided.
    """

    place: Jurisdiction
    provision: Provision
    on: date
    house: House
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> queries.Chosen:
        """Return the readings that are asked for, or that the house has decided."""
        return queries.chosen_readings(
            [self.provision], self.readings, self.house.configuration, self.on
        )

    @property
    def used(self) -> dict[str, Any]:
        """Return every reading with what is used of it, none where nobody has decided."""
        chosen = self.chosen.values
        return {each.name: chosen.get(each.name, each.proposed)
                for each in self.provision.readings}  # fmt: skip


def reckoned(place: Jurisdiction, name: str, on: date, house: House) -> Reckoned:
    """Return what is needed to reckon a provision for all firms."""
    provision = queries.provision(place, name, on, house.configuration)
    return Reckoned(place=place, provision=provision, on=on, house=house)


def is_in_the_ledger(provision: Provision) -> bool:
    """Return whether the ledger holds all facts of a provision, so that nobody need apply."""
    return provision.formula == FROM_THE_LEDGER and provision.in_force


def deserving(asked: Reckoned) -> dict[str, Any]:
    """Return which firms are due the award without applying, under every reading left open."""
    if not is_in_the_ledger(asked.provision):
        every = queries.provisions(asked.place, asked.on)
        known = [each.id for each in every if is_in_the_ledger(each)]
        raise Invalid("incentive.not_from_the_ledger", provision=asked.provision.id, known=known)
    plain = tuple(variants_of(asked))
    forgiving = tuple(
        replace(each, name=f"{FORGIVING}:{each.name}", forgiving=True) for each in plain
    )
    market = market_of(asked)
    findings = findings_of(asked.on)
    firms: dict[str, dict[str, Any]] = {}
    for row in rows_under(asked, everybody.due, (*plain, *forgiving), market):
        firm = firms.setdefault(row["firm"], _firm(row, market.firms[row["firm"]], asked))
        name = row["variant"].removeprefix(f"{FORGIVING}:")
        firm["without" if row["variant"] != name else "amounts"][name] = row["amount"]
    for code, firm in firms.items():
        firm["dropped"] = not firm["amounts"]
        firm["findings"] = [_finding(each) for each in findings.get(code, ())]
    listed = [firms[code] for code in sorted(firms)]
    names = [each.name for each in plain]
    return {
        "provision": asked.provision, "on": asked.on, "choices": names, "firms": listed,
        "open": [each for each in asked.provision.readings
                 if each.name in OPEN_CHOICES and asked.used[each.name] is None],
        "sums": {row["variant"]: row for row in rows_under(asked, everybody.sums, plain, market)},
        "funds": _funds(asked, listed, names), "years": market.years,
    }  # fmt: skip


def _firm(row: Mapping[str, Any], told: Mapping[str, Any], asked: Reckoned) -> dict[str, Any]:
    county = county_of(told["county"] or asked.place.region, asked.place.region)
    return {"code": row["firm"], "name": told["name"], "county": county, "paid": row["paid"],
            "amounts": {}, "without": {}}  # fmt: skip


def _finding(each: Any) -> dict[str, Any]:  # noqa: ANN401 - a finding
    zh, en = FINDING_KINDS[each.kind]
    return {"year": each.year, "zh": zh, "en": en}


def in_words(name: str, provision: Provision) -> tuple[str, str]:
    """Return the words of a variant: what each of its choices means."""
    known = {each.name: each for each in provision.readings}
    choices = [part.partition("=") for part in name.split(", ") if "=" in part]
    told = [known[reading].in_words(choice) for reading, _, choice in choices]
    return ("，".join(zh for zh, _ in told) or "本单位选定的读法",
            ", ".join(en for _, en in told) or "as the house decided")  # fmt: skip


def variants_of(asked: Reckoned) -> Iterator[Variant]:
    """Yield a variant for each combination of the choices that nobody has made."""
    used = asked.used
    open_ = [each for each in asked.provision.readings
             if each.name in OPEN_CHOICES and used[each.name] is None]  # fmt: skip
    for choices in product(*(each.choose for each in open_)):
        chosen = {each.name: choice for each, choice in zip(open_, choices, strict=True)}
        name = ", ".join(f"{key}={value}" for key, value in chosen.items()) or "decided"
        readings = {key: value for key, value in {**used, **chosen}.items() if value is not None}
        yield Variant(name=name, provision=asked.provision, readings=readings)


@dataclass(frozen=True)
class Market:
    """What the ledger holds of the firms that may be due something, and of which years."""

    sales: list[dict[str, Any]]
    firms: Mapping[str, Mapping[str, Any]]
    years: tuple[int, int] | None


def market_of(asked: Reckoned, *others: Reckoned) -> Market:
    """Read the sales of all firms that were ever above the lowest level of what is asked.

    A year of the ledger in which a firm sold nothing is a year without sales, not one unknown.
    """
    measure = measure_on(asked.on, asked.house.configuration)
    least = min(_lowest(each) for each in (asked, *others))
    rows = ledger.rows_of(
        lambda **tables: candidates(tables, asked.place.region, measure, least),
        house=asked.house, reads=READS,
    )  # fmt: skip
    span = _years(asked)
    sold = {(row["firm"], row["mode"], row["year"]): row["amount"] for row in rows}
    traders = sorted({(row["firm"], row["mode"]) for row in rows})
    every = range(span[0], span[1] + 1) if span else range(0)
    sales = [
        {"firm": firm, "mode": mode, "year": year, "amount": sold.get((firm, mode, year), ZERO)}
        for firm, mode in traders
        for year in every
    ]
    return Market(sales, {row["firm"]: row for row in rows}, span)


def _lowest(asked: Reckoned) -> Decimal:
    levels = [Decimal(level["over"]) for listed in asked.provision.terms["levels"].values()
              for level in listed]  # fmt: skip
    return min(levels) * min(Decimal(1), asked.used.get("agricultural_factor") or Decimal(1))


def rows_under(
    asked: Reckoned,
    build: Any,  # noqa: ANN401 - Ibis publishes no types
    variants: tuple[Variant, ...],
    market: Market,
) -> list[dict[str, Any]]:
    """Return what ``build`` makes of variants over the facts of all firms."""
    return ledger.rows_of(
        lambda **tables: build(variants, tables, asked.on),
        house=asked.house, reads=(), given=_facts(asked, market),
    )  # fmt: skip


def _facts(asked: Reckoned, market: Market) -> dict[str, pa.Table]:
    """Return the tables of ``formulas.entitled``; what the ledger does not hold is empty."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    rows["sales"] = market.sales
    rows["party"] = [{"firm": code, "here": each["here"]} for code, each in market.firms.items()]
    rows["findings"] = [
        {"firm": code, **vars(each)} for code, told in findings_of(asked.on).items()
        for each in told
    ]  # fmt: skip
    rows["awards"] = [
        {"firm": code, **vars(each)} for code, told in awards_of().items() for each in told
    ]
    schemas = {
        name: ibis.schema({**schema, "firm": "string"}).to_pyarrow()
        for name, schema in SCHEMAS.items()
    }
    return {
        name: pa.Table.from_pylist(
            [{key: row.get(key) for key in schemas[name].names} for row in listed], schemas[name]
        )
        for name, listed in rows.items()
    }


def _years(asked: Reckoned) -> tuple[int, int] | None:
    """Return the first and the last year of the ledger's orders; earlier ones are not known."""
    found = ledger.rows_of(
        lambda **tables: tables["order"].aggregate(
            first=tables["order"].ordered_at.year().min(),
            last=tables["order"].ordered_at.year().max(),
        ),
        house=asked.house, reads=("order",),
    )[0]  # fmt: skip
    return None if found["first"] is None else (found["first"], found["last"])


def _funds(
    asked: Reckoned, firms: list[dict[str, Any]], names: list[str]
) -> dict[str, dict[str, Any]]:
    """Return by choice of reading what the funds can pay now, in the order of the codes.

    The documents print no order in which firms are paid; where the fund is short, an officer sees
    which are covered in this one.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        wanted = {
            each["code"]: shares(_due(asked, each, each["amounts"][name]),
                                 asked.house.configuration)
            for each in firms if name in each["amounts"]
        }  # fmt: skip
        codes = sorted({part.fund for parts in wanted.values() for part in parts})
        available = available_in(codes)
        payable = affordable(wanted, available)
        found[name] = {
            "payable": sum(payable.values()), "of": len(payable),
            "covered": {code for code, is_covered in payable.items() if is_covered},
            "funds": [_fund(code, wanted, available) for code in codes],
        }  # fmt: skip
    return found


def _due(asked: Reckoned, firm: Mapping[str, Any], amount: Decimal) -> Due:
    return Due(provision=asked.provision, region=firm["county"], home=asked.place.region,
               amount=amount, on=asked.on)  # fmt: skip


def _fund(
    code: str, wanted: Mapping[str, tuple[Share, ...]], available: Mapping[str, int]
) -> dict[str, Any]:
    parts = [part.amount for each in wanted.values() for part in each if part.fund == code]
    there = Decimal(available.get(code, 0)) / 100
    needed = sum(parts, ZERO)
    return {"code": code, "region": code.split("/")[2], "needed": needed, "available": there,
            "short": max(ZERO, needed - there), "opened": code in available}  # fmt: skip


def available_in(codes: list[str]) -> dict[str, int]:
    """Return what budget lines have free, in smallest pieces; one never opened is left out."""
    pots = {FUND_PLAN.account(code, "available"): code for code in codes}
    return {pots[pot]: pieces for pot, pieces in accounts.balances(list(pots)).items()}


def sales_of(code: str, on: date, house: House) -> list[dict[str, Any]]:
    """Return what a firm sold by year and mode, as the ledger has it."""
    measure = measure_on(on, house.configuration)
    return ledger.rows_of(lambda **tables: of_one(tables, code, measure), house=house, reads=READS)
