# SPDX-License-Identifier: Apache-2.0
"""Awards of a million firms over ten years, and of one; beside a small model in OpenFisca.

    python -m benchmarks.incentives

The facts are made here, the same for both, in Parquet: yearly sales by mode as they come out of
the orders, leases, lines, honours, findings, payments. Ours computes every paying provision of
Ganzhou with unknown facts, caps and stacking; the other (``with_openfisca``) the sales, rent and
stacking rules alone. Each starts from the files. The sums of the sales awards are compared, so
that both are known to compute the same.
"""

import json
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import ibis

from benchmarks.measuring import THREADS, report, told_by
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.formulas.entitled import FORMULAS, SCHEMAS, Asked, entitlements
from shangheng.services.incentives.jobs.asking import entitlements as of_one

FIRMS = 1_000_000
ALL_LIMIT_S, ONE_LIMIT_MS, FACTOR_MIN = 5.0, 50.0, 3.0
ON = date(2018, 12, 31)
RUNS, ONES = 3, 200
SAME_RULES = ("ganzhou.sales-award", "ganzhou.rent-subsidy")
"""What the other model computes as well: for the comparison ours computes these alone, too."""
ROUNDING = 1e-6
"""By what share sums of single-precision numbers, which the other model uses, may be off."""
MODULE, OTHER = "benchmarks.incentives", "benchmarks.with_openfisca"
READINGS: dict[str, Any] = {
    "several_levels_in_one_year": "highest", "rent_rate_per_m2": Decimal(10),
    "rent_cap": "per_firm", "agricultural_factor": Decimal("0.5"),
}  # fmt: skip
ONE = """
party: {kind: enterprise, registered_region: "360702", above_scale: true, key_industry: true,
        agricultural: false}
sales: [{year: 2014, mode: B2C, amount: 48000000}, {year: 2015, mode: B2C, amount: 60000000},
        {year: 2016, mode: B2C, amount: 160000000}, {year: 2016, mode: B2B, amount: 260000000}]
leases: [{area_m2: 800, annual_rent: 240000, from: 2014-10-01, to: 2017-09-30, use: office}]
fibre: [{from: 2015-01-01, first_year_rent: 300000, new: true}]
honours: [{kind: brand, level: provincial, date: 2015-06-01}]
findings: [{kind: fraud, year: 2015}]
rnd: [{year: 2015, expensed: 2000000, capitalised: 0}]
"""
HASH = "(hash({}) % 1000003) / 1000003.0"
"""A number from nought to one that is the same in every run."""
FACTS = {
    "party": f"""SELECT i::BIGINT AS firm, true AS here, {HASH.format("i, 1")} < .5 AS above_scale,
        {HASH.format("i, 2")} < .6 AS key_industry, false AS agricultural FROM range(?) t(i)""",
    "sales": f"""SELECT i::BIGINT AS firm, ['B2B', 'B2C', 'C2C'][1 + i % 3] AS mode,
        y::INT AS year, pow(10, 4 + 5 * {HASH.format("i, y")})::DECIMAL(18, 2) AS amount
        FROM range(?) t(i), range(2009, 2019) u(y) ORDER BY hash(i)""",
    "leases": f"""SELECT i::BIGINT AS firm, (50 + 5000 * {HASH.format("i, 3")})::DECIMAL(12, 2)
        AS area_m2, (1000 + 500000 * {HASH.format("i, 4")})::DECIMAL(18, 2) AS annual_rent,
        DATE '2012-01-01' + (2000 * {HASH.format("i, 5")})::INT AS since,
        DATE '2018-01-01' + (1000 * {HASH.format("i, 6")})::INT AS until, 'office' AS "use",
        NULL::DATE AS used_otherwise_from FROM range(?) t(i) WHERE {HASH.format("i, 7")} < .5""",
    "fibre": f"""SELECT i::BIGINT AS firm, DATE '2014-01-01' + (2000 * {HASH.format("i, 8")})::INT
        AS since, (1000 + 500000 * {HASH.format("i, 9")})::DECIMAL(18, 2) AS first_year_rent,
        true AS "new" FROM range(?) t(i) WHERE {HASH.format("i, 10")} < .2""",
    "honours": f"""SELECT i::BIGINT AS firm, 'brand' AS kind, 'provincial' AS "level",
        DATE '2014-01-01' + (2000 * {HASH.format("i, 11")})::INT AS "day", NULL::VARCHAR AS name
        FROM range(?) t(i) WHERE {HASH.format("i, 12")} < .2""",
    "findings": f"""SELECT i::BIGINT AS firm, 'fraud' AS kind,
        2013 + (5 * {HASH.format("i, 13")})::INT AS year FROM range(?) t(i)
        WHERE {HASH.format("i, 14")} < .05""",
    "awards": """SELECT i::BIGINT AS firm, 'ganzhou.brand-award' AS provision,
        DATE '2016-06-01' AS "day", 50000::DECIMAL(18, 2) AS amount FROM range(?) t(i)
        WHERE i % 50 = 0""",
}


def make(folder: Path) -> None:
    """Write the facts of all firms."""
    database = duckdb.connect()
    database.execute(f"SET threads = {THREADS}")
    database.execute("SET enable_progress_bar = false")
    for name, sql in FACTS.items():
        rows = sql.replace("?", str(FIRMS))
        database.execute(f"COPY ({rows}) TO '{folder}/{name}.parquet'")


def ours(folder: Path) -> dict[str, float]:
    """Compute every paying provision from the files; return the best time and the sums."""
    place = policies.jurisdiction(policies.load(policies.shipped(), ("ganzhou",)), "ganzhou")
    paying = {each.id: each for each in queries.provisions(place, ON) if each.formula in FORMULAS}
    tables = {name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()}
    asked = Asked(tables=tables, on=ON, readings=READINGS)
    database = duckdb.connect()
    database.execute(f"SET threads = {THREADS}")
    database.execute("SET enable_progress_bar = false")
    for name in SCHEMAS:
        database.execute(f"CREATE VIEW {name} AS FROM '{folder}/{name}.parquet'")

    def best(provisions: dict[str, Any]) -> float:
        seconds = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            sql = ibis.to_sql(entitlements(provisions, asked), dialect="duckdb")
            database.execute(f"CREATE OR REPLACE TEMP TABLE found AS {sql}")
            seconds.append(time.perf_counter() - begun)
        return min(seconds)

    same = best({name: paying[name] for name in SAME_RULES})
    whole = best(paying)
    sums = dict(
        database.sql("SELECT provision, sum(due)::DOUBLE FROM found GROUP BY 1").fetchall()
    )
    return {"seconds": whole, "same_rules": same, **sums}


def one() -> dict[str, float]:
    """Return how long one firm takes from its facts file to the answer, in milliseconds."""
    place = policies.jurisdiction(policies.load_to_stay(policies.shipped()), "ganzhou")
    readings = {name: str(value) for name, value in READINGS.items()}
    waits = []
    for _ in range(ONES):
        begun = time.perf_counter()
        of_one(place, placed_text(ONE, "facts"), on=ON, readings=readings, close=True)
        waits.append((time.perf_counter() - begun) * 1000)
    return {"first_ms": waits[0], "median_ms": median(waits), "worst_ms": max(waits)}


def main() -> None:
    """Measure ours, one firm, and the other model on the same files."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        make(folder)
        told = told_by(MODULE, "ours", folder)
        found = told.answer
        report(
            "incentives/all-firms", found["seconds"], "s", at_most=ALL_LIMIT_S,
            against=f"{FIRMS:,} firms, ten years, all provisions that pay, {told.peak_mb:.0f} MB",
        )  # fmt: skip
        single = told_by(MODULE, "one").answer
        report(
            "incentives/one-firm", single["worst_ms"], "ms", at_most=ONE_LIMIT_MS,
            against=f"the worst of {ONES}, the first {single['first_ms']:.1f}, the median "
            f"{single['median_ms']:.1f} ms; with what the firm is close to",
        )  # fmt: skip
        other = told_by(OTHER, folder)
        theirs = other.answer["feeding_s"] + other.answer["computing_s"]
        report(
            "incentives/openfisca", theirs / found["same_rules"], "times as long",
            at_least=FACTOR_MIN,
            against=f"sales, rent, stacking from the files: {theirs:.1f} s against "
            f"{found['same_rules']:.1f} s, of which "
            f"{other.answer['computing_s']:.1f} s computing; {other.peak_mb:.0f} MB",
        )  # fmt: skip
        whole = found["ganzhou.sales-award"]
        gap = abs(other.answer["sales_award"] - whole) / whole
        report("incentives/sums-differ", gap, "of the sum", at_most=ROUNDING,
               against=f"sales awards, {whole:,.0f} yuan")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        answer = one() if sys.argv[1] == "one" else ours(Path(sys.argv[2]))
        sys.stdout.write(json.dumps(answer) + "\n")
