# SPDX-License-Identifier: Apache-2.0
"""The expressions over all firms decide what the rules decide for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from shangheng.services.incentives.formulas.entitled import FORMULAS, SCHEMAS, Asked, entitlements
from shangheng.services.incentives.queries import provisions
from shangheng.services.incentives.rules.decide import judge
from shangheng.services.incentives.rules.facts import (
    HONOUR_LEVELS,
    HONOURS,
    MODES,
    Award,
    Facts,
    Fibre,
    Finding,
    Honour,
    Lease,
    Sale,
)
from shangheng.services.incentives.tests.places import jurisdiction

ON = date(2019, 6, 30)
FIRMS = 400
CHOSEN: dict[str, Any] = {
    "several_levels_in_one_year": "highest", "rent_rate_per_m2": Decimal("9.97"),
    "rent_cap": "per_firm", "agricultural_factor": Decimal("0.333333"),
}  # fmt: skip
PAYING = tuple(
    each for each in provisions(jurisdiction("ganzhou"), ON) if each.formula in FORMULAS
)


@dataclass
class Chance:
    """Random firms; about one fact in thirty is unknown."""

    random: Random = field(default_factory=lambda: Random(20150204))  # noqa: S311 - a test

    def known(self, value: Any) -> Any:
        return value if self.random.random() > 1 / 30 else None

    def money(self, most: int) -> Decimal:
        return Decimal(self.random.randrange(most * 100)) / 100

    def day(self) -> date:
        return date(2012, 1, 1) + timedelta(days=self.random.randrange(3000))

    def some(self, most: int) -> range:
        return range(self.random.randrange(most + 1))

    def party(self) -> dict[str, str | bool]:
        told: dict[str, Any] = {
            name: self.known(self.random.random() < 0.8)
            for name in ("above_scale", "key_industry")
        }
        told["agricultural"] = self.known(self.random.random() < 0.2)
        place = self.known(self.random.choice(("360702", "360702", "360781", "360100")))
        if place is not None:
            told |= {"registered_region": place, "headquarters_region": ""}
        return {name: value for name, value in told.items() if value is not None}

    def sales(self) -> Iterator[Sale]:
        for mode in self.random.sample(MODES, self.random.randrange(4)):
            most = 10 ** self.random.choice((7, 8, 9))
            for year in range(self.random.randrange(2010, 2018), 2021):
                if self.random.random() > 1 / 40:
                    yield Sale(year=year, mode=mode, amount=self.known(self.money(most)))

    def lease(self) -> Lease:
        since, until = sorted((self.day(), self.day()))
        changed = until if self.random.random() < 0.05 else None
        return Lease(
            area_m2=self.known(self.money(9_000) + 1), annual_rent=self.known(self.money(90_000)),
            since=self.known(since), until=self.known(until), used_otherwise_from=changed,
            use=self.known(self.random.choice(("office",) * 9 + ("shop",))),
        )  # fmt: skip

    def firm(self) -> Facts:
        pick = self.random.choice
        return Facts(
            party=self.party(),
            sales=tuple(self.sales()),
            leases=tuple(self.lease() for _ in self.some(3)),
            fibre=tuple(
                Fibre(
                    since=self.known(self.day()), new=self.known(pick((True, True, False))),
                    first_year_rent=self.known(self.money(600_000)),
                )
                for _ in self.some(2)
            ),
            honours=tuple(
                Honour(
                    kind=pick(HONOURS), level=self.known(pick(HONOUR_LEVELS)),
                    day=self.known(self.day()), name=pick((None, "甲", "乙")),
                )
                for _ in self.some(4)
            ),
            findings=tuple(
                Finding(kind="fraud", year=pick(range(2014, 2020))) for _ in self.some(1)
            ),
            awards=tuple(
                Award(provision=pick(PAYING).id, day=self.day(), amount=self.money(30_000))
                for _ in self.some(2)
            ),
        )  # fmt: skip


def here(firm: Facts) -> bool | None:
    place = firm.party.get("registered_region")
    return None if place is None else str(place).startswith("3607")


def rows(firms: list[Facts]) -> dict[str, list[dict[str, Any]]]:
    """Return the facts of firms as rows of each table, in which the firm is a number."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for number, firm in enumerate(firms):
        found["party"].append({"firm": number, "here": here(firm), **firm.party})
        for name in SCHEMAS.keys() - {"party"}:
            found[name] += [{"firm": number, **vars(each)} for each in getattr(firm, name)]
    return {
        name: [{key: row.get(key) for key in SCHEMAS[name]} for row in listed]
        for name, listed in found.items()
    }


def database_of(firms: list[Facts]) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    for name, listed in rows(firms).items():
        schema = ibis.schema(SCHEMAS[name]).to_pyarrow()
        database.register("listed", pa.Table.from_pylist(listed, schema=schema))
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM listed")
    return database


@pytest.mark.parametrize(
    "readings",
    [
        {},
        {"several_levels_in_one_year": "sum", "modes_in_one_year": "sum"},
        {"rent_cap": "per_year", "rent_rate_period": "month", "rent_rate_per_m2": Decimal("1.5")},
        {"agricultural_factor": None, "first_sales_year": Decimal(2013)},
        {"earlier_level_awards": "deducted"},
    ],
    ids=["usual", "sums", "rent by month", "factor open", "earlier deducted"],
)
def test_all_firms_at_once_get_what_each_would_get(readings: dict[str, Any]) -> None:
    chance = Chance()
    firms = [chance.firm() for _ in range(FIRMS)]
    chosen = {name: value for name, value in {**CHOSEN, **readings}.items() if value is not None}
    tables = {name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()}
    asked = Asked(tables=tables, on=ON, readings=chosen)
    sql = ibis.to_sql(entitlements({each.id: each for each in PAYING}, asked), dialect="duckdb")
    found = {
        (firm, provision): amount
        for firm, provision, amount in database_of(firms)
        .execute(f"SELECT firm, provision, amount FROM ({sql})")
        .fetchall()
    }
    assert len(found) > FIRMS
    for number, firm in enumerate(firms):
        for each in PAYING:
            alone = judge(each, firm, ON, chosen)
            together = found.get((number, each.id), Decimal(0))
            assert together == alone.amount, (number, each.id, firm, alone)


@pytest.mark.parametrize(("upgraded", "due"), [("difference", 100_000), ("full", 150_000)])
def test_an_honour_raised_to_a_higher_level_is_awarded_as_the_reading_says(
    upgraded: str, due: int
) -> None:
    base = tuple(
        Honour(kind="demonstration-base", level=level, day=date(year, 3, 1))
        for level, year in (("city", 2015), ("provincial", 2016))
    )
    firm = Facts(party={"registered_region": "360702"}, sales=(), leases=(), fibre=(),
                 honours=base, findings=(), awards=())  # fmt: skip
    asked = Asked(
        tables={name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()},
        on=ON, readings={**CHOSEN, "upgraded_honours": upgraded},
    )  # fmt: skip
    (provision,) = [each for each in PAYING if each.id == "ganzhou.demonstration-award"]
    sql = ibis.to_sql(entitlements({provision.id: provision}, asked), dialect="duckdb")
    assert database_of([firm]).execute(f"SELECT amount FROM ({sql})").fetchall() == [(due,)]
    assert judge(provision, firm, ON, asked.readings).amount == due


def test_the_random_firms_reach_every_kind_of_verdict() -> None:
    chance = Chance()
    states = {
        judge(each, chance.firm(), ON, CHOSEN).state for _ in range(FIRMS) for each in PAYING
    }
    assert states >= {"due", "paid", "lost", "not_yet", "not_met", "nothing", "missing", "repay"}


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "postgres"])
def test_the_expressions_compile_for_every_engine(dialect: str) -> None:
    tables = {name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()}
    asked = Asked(tables=tables, on=ON, readings=CHOSEN)
    expression = entitlements({each.id: each for each in PAYING}, asked)
    assert "SELECT" in ibis.to_sql(expression, dialect=dialect)
