# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: ANN401 - OpenFisca publishes no types for what formulas are given
"""The same awards in OpenFisca: a small model of the sales, rent and stacking rules of Ganzhou.

    python -m benchmarks.with_openfisca FOLDER

``FOLDER`` holds ``sales.parquet``, ``leases.parquet`` and ``findings.parquet``. The model is
written as its country packages are: variables by year, each with a vectorised formula, what came
before by asking the same variable of the year before. It knows less than ours: no unknown facts,
no reasons, no fibre, no honours, a rent by calendar year.
"""

import json
import sys
import time
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

LEVELS = {
    "B2B": ((100_000_000, 50_000), (500_000_000, 100_000), (1_000_000_000, 200_000)),
    "B2C": ((50_000_000, 50_000), (100_000_000, 100_000), (500_000_000, 200_000)),
    "C2C": ((10_000_000, 20_000), (20_000_000, 50_000), (50_000_000, 100_000)),
}
YEARS = range(2009, 2019)
FIRST_YEAR, RENT_FIRST_YEAR, RENT_YEARS = 2014, 2015, 3
RENT_RATE, RENT_CAP = 10, 100_000
FIRM = build_entity(key="firm", plural="firms", label="A firm", is_person=True)


def variable(name: str, kind: type = float, formula: Any = None) -> type[Variable]:
    """Return a variable of a firm by calendar year."""
    body: dict[str, Any] = {
        "value_type": kind, "entity": FIRM, "definition_period": DateUnit.YEAR, "label": name,
    }  # fmt: skip
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def highest_before(mode: str) -> type[Variable]:
    """Return the most that a firm sold by a mode in any year before."""

    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        del parameters
        if period.start.year <= YEARS[0]:
            return firm.filled_array(0)
        before = period.last_year
        return np.maximum(firm(f"highest_before_{mode}", before), firm(f"sales_{mode}", before))

    return variable(f"highest_before_{mode}", formula=formula)


def award(mode: str) -> type[Variable]:
    """Return the award for the highest level of a mode that was first broken in the year."""

    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        del parameters
        sold, before = firm(f"sales_{mode}", period), firm(f"highest_before_{mode}", period)
        given = [
            np.where((sold > over) & (before <= over), worth, 0) for over, worth in LEVELS[mode]
        ]
        return reduce(np.maximum, given)

    return variable(f"award_{mode}", formula=formula)


def sales_award(firm: Any, period: Any, parameters: Any) -> Any:
    """Of several modes the highest counts; a finding takes the year away."""
    del parameters
    if period.start.year < FIRST_YEAR:
        return firm.filled_array(0)
    highest = reduce(np.maximum, (firm(f"award_{mode}", period) for mode in LEVELS))
    return highest * ~firm("found_guilty", period)


def rent_paid_before(firm: Any, period: Any, parameters: Any) -> Any:
    """Return the rent subsidies of earlier years."""
    del parameters
    if period.start.year <= RENT_FIRST_YEAR:
        return firm.filled_array(0)
    before = period.last_year
    return firm("rent_paid_before", before) + firm("rent_subsidy", before)


def rent_years_before(firm: Any, period: Any, parameters: Any) -> Any:
    """Return in how many earlier years rent was subsidised."""
    del parameters
    if period.start.year <= RENT_FIRST_YEAR:
        return firm.filled_array(0)
    before = period.last_year
    return firm("rent_years_before", before) + (firm("rent_subsidy", before) > 0)


def rent_subsidy(firm: Any, period: Any, parameters: Any) -> Any:
    """Return the subsidy of a year, within its years and the cap of the firm."""
    del parameters
    if period.start.year < RENT_FIRST_YEAR:
        return firm.filled_array(0)
    yearly = np.minimum(firm("area", period) * RENT_RATE, firm("rent", period))
    left = np.maximum(RENT_CAP - firm("rent_paid_before", period), 0)
    runs = firm("rent_years_before", period) < RENT_YEARS
    return np.minimum(yearly, left) * runs * ~firm("found_guilty", period)


def system() -> TaxBenefitSystem:
    """Return the rules."""
    found = TaxBenefitSystem([FIRM])
    given = [variable(f"sales_{mode}") for mode in LEVELS]
    given += [variable("area"), variable("rent"), variable("found_guilty", bool)]
    derived = [each(mode) for mode in LEVELS for each in (highest_before, award)]
    derived += [
        variable(formula.__name__, formula=formula)
        for formula in (sales_award, rent_paid_before, rent_years_before, rent_subsidy)
    ]
    for each in (*given, *derived):
        found.add_variable(each)
    return found


def arrays(folder: Path) -> tuple[int, dict[tuple[str, int], Any]]:
    """Return the facts as the model takes them: an array over firms for each variable and year."""
    database = duckdb.connect()
    database.execute("SET threads = 2")
    firms = database.sql(f"SELECT max(firm) + 1 FROM '{folder}/sales.parquet'").fetchall()[0][0]
    found: dict[tuple[str, int], Any] = {}
    for mode in LEVELS:
        for year in YEARS:
            rows = database.sql(
                f"SELECT firm, amount::DOUBLE AS amount FROM '{folder}/sales.parquet' "
                f"WHERE mode = '{mode}' AND year = {year}"
            ).fetchnumpy()
            values = np.zeros(firms)
            values[rows["firm"]] = rows["amount"]
            found[f"sales_{mode}", year] = values
    for year in YEARS:
        rows = database.sql(
            f"SELECT firm, area_m2::DOUBLE AS area, annual_rent::DOUBLE AS rent "
            f"FROM '{folder}/leases.parquet' WHERE year(since) < {year} AND year(until) >= {year}"
        ).fetchnumpy()
        for name in ("area", "rent"):
            values = np.zeros(firms)
            values[rows["firm"]] = rows[name]
            found[name, year] = values
        guilty = np.zeros(firms, dtype=bool)
        rows = database.sql(
            f"SELECT firm FROM '{folder}/findings.parquet' WHERE year = {year}"
        ).fetchnumpy()
        guilty[rows["firm"]] = True
        found["found_guilty", year] = guilty
    return firms, found


def main(folder: Path) -> None:
    """Compute every award of every year and print how long it took and what they come to."""
    begun = time.perf_counter()
    firms, facts = arrays(folder)
    rules = system()
    simulation = SimulationBuilder().build_default_simulation(rules, count=firms)
    simulation.max_spiral_loops = len(YEARS)  # else what depends on earlier years is cut short
    for (name, year), values in facts.items():
        simulation.set_input(name, str(year), values)
    ready = time.perf_counter()
    totals = {
        name: sum(float(simulation.calculate(name, str(year)).sum()) for year in YEARS)
        for name in ("sales_award", "rent_subsidy")
    }
    done = time.perf_counter()
    told = {"feeding_s": ready - begun, "computing_s": done - ready, **totals}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
