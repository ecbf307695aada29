# SPDX-License-Identifier: Apache-2.0
"""The same entitlements for all firms at once, as expressions over tables of facts.

Each table has a row for what ``rules.facts`` calls an entry, beside ``firm``; ``party`` has one
row a firm with ``here`` (registered or headed in the jurisdiction), ``above_scale``,
``key_industry`` and ``agricultural``, ``sales`` one row a firm, mode and year. NULL is unknown.
Every formula returns ``firm``, ``due`` (fallen due, not lost, within caps),
``unknown`` (a fact is missing), ``repay`` and ``coming``; ``entitlements`` sets them against
conditions and payments. ``rules`` decides the same for one firm; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import Any

import ibis

from shangheng.kernel.money import CENT
from shangheng.services.incentives.rules.premises import OFFICE
from shangheng.services.incentives.rules.provisions import Provision

Table = Any
Column = Any
"""Ibis publishes no types."""

MONEY = "decimal(18,2)"
FINE = "decimal(18,6)"
SCHEMAS: dict[str, dict[str, str]] = {
    "party": {
        "firm": "int64", "here": "boolean", "above_scale": "boolean", "key_industry": "boolean",
        "agricultural": "boolean",
    },
    "sales": {"firm": "int64", "mode": "string", "year": "int32", "amount": MONEY},
    "leases": {
        "firm": "int64", "area_m2": "decimal(12,2)", "annual_rent": MONEY, "since": "date",
        "until": "date", "use": "string", "used_otherwise_from": "date",
    },
    "fibre": {"firm": "int64", "since": "date", "first_year_rent": MONEY, "new": "boolean"},
    "honours": {
        "firm": "int64", "kind": "string", "level": "string", "day": "date", "name": "string",
    },
    "findings": {"firm": "int64", "kind": "string", "year": "int32"},
    "awards": {"firm": "int64", "provision": "string", "day": "date", "amount": MONEY},
}  # fmt: skip
"""What each table of facts holds."""
YEARS_MAX, BITS = 60, 62
"""How many years of sales a mask of bits holds."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The facts of all firms, the day, and the readings, all of which must be chosen."""

    tables: Mapping[str, Table]
    on: date
    readings: Mapping[str, Any]

    @property
    def lost(self) -> Table:
        """Return the years that findings take away, each once."""
        return self.tables["findings"].select("firm", "year").distinct()

    def kept(self, pieces: Table) -> Table:
        """Return the pieces that have fallen due and whose year is not lost."""
        due = pieces.filter(pieces.due_on <= ibis.literal(self.on))
        return due.anti_join(self.lost, ["firm", "year"])


def entitlements(provisions: Mapping[str, Provision], asked: Asked) -> Table:
    """Return ``firm, provision, due, paid, amount, missing``, a row for each with facts.

    ``amount`` is below zero where a subsidy is to be given back, and NULL where ``missing``.
    """
    parts = [
        _against(provision, FORMULAS[provision.formula](provision, asked), asked)
        for provision in provisions.values()
    ]
    return reduce(lambda one, two: one.union(two), parts)


def _against(provision: Provision, found: Table, asked: Asked) -> Table:
    """Set what a formula found against the conditions of the provision and what was paid."""
    party, awards = asked.tables["party"], asked.tables["awards"]
    counting = awards.filter(
        awards.provision == provision.id, awards.day <= ibis.literal(asked.on)
    )
    paid = counting.group_by("firm").aggregate(paid=counting.amount.sum().cast(MONEY))
    met = party.here
    if _needs_scale(provision):
        met = met & party.above_scale & party.key_industry
    joined = found.left_join(party.select("firm", met=met), "firm").drop("firm_right")
    joined = joined.left_join(paid, "firm").drop("firm_right")
    paid_sum = joined.paid.fill_null(0).cast(MONEY)
    left = joined.due - paid_sum
    full = joined.repay.ifelse(left, ibis.greatest(left, ibis.literal(0).cast(MONEY)))
    refused = joined.repay.ifelse(-paid_sum, ibis.literal(0)).cast(MONEY)
    nothing = (full == 0) & ~joined.unknown & ~joined.coming
    may_be_met = joined.met.fill_null(True)  # noqa: FBT003
    missing = may_be_met & (joined.unknown | (joined.met.isnull() & ~nothing))
    amount = missing.ifelse(
        ibis.null(MONEY),
        (joined.met.fill_null(False)).ifelse(full, refused),  # noqa: FBT003
    )
    return joined.select(
        "firm", "due", provision=ibis.literal(provision.id), paid=paid_sum,
        amount=amount.cast(MONEY), missing=missing,
    )  # fmt: skip


def _needs_scale(provision: Provision) -> bool:
    return any("party.above_scale" in each.facts for each in provision.requires)


def first_crossing(provision: Provision, asked: Asked) -> Table:
    """Return awards for levels broken for the first time, in one pass over the sales.

    Years are bits of a mask, so that gaps before the first year above a level can be counted
    without sorting.
    """
    first_year = int(asked.readings.get("first_sales_year") or provision.first_year - 1)
    crossed = _crossings(provision, asked)
    sums = asked.readings["several_levels_in_one_year"] == "sum"
    pieces = []
    for number in range(_levels_max(provision)):
        first, award = crossed[f"first_{number}"], crossed[f"award_{number}"]
        pieces.append(
            crossed.filter(first.notnull()).select("firm", "mode", year=first, award=award)
        )
    every = reduce(lambda one, two: one.union(two), pieces)
    every = every.filter(every.year >= first_year)
    award = every.award.sum() if sums else every.award.max()
    each = every.group_by("firm", "year", "mode").aggregate(award=award.cast(MONEY))
    if asked.readings.get("earlier_level_awards") == "deducted":
        each = _beyond_earlier(each)
    each = each.anti_join(asked.lost, ["firm", "year"])
    together = asked.readings.get("modes_in_one_year", "highest") == "highest"
    yearly = each.group_by("firm", "year").aggregate(
        award=(each.award.max() if together else each.award.sum()).cast(MONEY)
    )
    due = yearly.group_by("firm").aggregate(due=yearly.award.sum().cast(MONEY))
    unknown = crossed.group_by("firm").aggregate(unknown=crossed.gap.any())
    joined = unknown.left_join(due, "firm").drop("firm_right")
    return _told(joined, due=joined.due.fill_null(0), unknown=joined.unknown)


def _beyond_earlier(each: Table) -> Table:
    """Return the awards of a mode by year, less what its earlier years brought."""
    earlier = ibis.window(group_by=["firm", "mode"], order_by="year", preceding=(None, 1))
    before = each.award.max().over(earlier).fill_null(0).cast(MONEY)
    return each.mutate(award=ibis.greatest(each.award - before, ibis.literal(0)).cast(MONEY))


def _levels_max(provision: Provision) -> int:
    return max(len(levels) for levels in provision.terms["levels"].values())


def _crossings(provision: Provision, asked: Asked) -> Table:
    """Return for each firm and mode the first year above each level, its award, and a gap."""
    levels, party = provision.terms["levels"], asked.tables["party"]
    sales = asked.tables["sales"]
    sales = sales.filter(sales.year <= asked.on.year)
    farms = party.filter(party.agricultural).select("firm")
    given = asked.readings.get("agricultural_factor")
    if given is None:
        crossed = _by_firm(provision, sales, Decimal(1), asked)
        unsettled = farms.mutate(farm=True)
        crossed = crossed.left_join(unsettled, "firm").drop("firm_right")
        undecided = crossed.farm.notnull() & crossed.sold
    else:
        lowered = _by_firm(provision, sales.semi_join(farms, "firm"), Decimal(str(given)), asked)
        plain = _by_firm(provision, sales.anti_join(farms, "firm"), Decimal(1), asked)
        crossed, undecided = plain.union(lowered), ibis.literal(False)  # noqa: FBT003
    base = asked.on.year - YEARS_MAX
    numbers = range(_levels_max(provision))
    gaps = [_gap(crossed, crossed[f"first_{number}"], base) for number in numbers]
    awards = {
        f"award_{number}": _by_mode(
            crossed.mode, {mode: each[number]["award"] for mode, each in levels.items()}
        )
        for number in numbers
    }
    return crossed.mutate(gap=reduce(lambda one, two: one | two, gaps) | undecided, **awards)


def _by_firm(provision: Provision, sales: Table, factor: Decimal, asked: Asked) -> Table:
    """Return by firm and mode the years with data as bits, and the first above each level."""
    at_least = provision.terms.get("operator") == "at-least"
    whole = ROUND_CEILING if at_least else ROUND_FLOOR  # sales are in cents, levels may not be
    reached = ibis.cases(
        *(
            (sales.mode == mode, _reached(sales.amount, overs, at_least=at_least))
            for mode, levels in provision.terms["levels"].items()
            for overs in [[(level["over"] * factor).quantize(CENT, whole) for level in levels]]
        )
    )
    rows = sales.mutate(reached=reached)
    bit = _power_of_two(rows.year - (asked.on.year - YEARS_MAX))
    firsts = {
        f"first_{number}": rows.year.min(where=rows.reached > number)
        for number in range(_levels_max(provision))
    }
    return rows.group_by("firm", "mode").aggregate(
        given=bit.sum(where=rows.amount.notnull()).cast("int64"),
        sold=rows.amount.max() > 0,
        since=rows.year.min(),
        last=rows.year.max(),
        **firsts,
    )


def _reached(amount: Column, overs: list[Decimal], *, at_least: bool) -> Column:
    """Return how many levels an amount has broken."""
    levels = [ibis.literal(over).cast(MONEY) for over in overs]
    broken = [(amount >= level if at_least else amount > level) for level in levels]
    return reduce(lambda one, two: one + two, [each.cast("int32") for each in broken])


def _by_mode(mode: Column, values: Mapping[str, Any]) -> Column:
    """Return the value of each mode, in whole cents."""
    return ibis.cases(
        *(
            (mode == name, ibis.literal(Decimal(value)).cast(MONEY))
            for name, value in values.items()
        )
    )


def _gap(crossed: Table, first: Column, base: int) -> Column:
    """Return whether a year without data lies between the first given one and a crossing."""
    until = first.fill_null(crossed.last)
    wanted = _power_of_two(until - base + 1) - _power_of_two(crossed.since - base)
    return (crossed.given.fill_null(0) & wanted) != wanted


def _power_of_two(exponent: Column) -> Column:
    """Return a power up to 62 as an integer of 64 bits, which a shift to the left might not be."""
    return ibis.literal(2**BITS) >> (BITS - exponent)


def rent(provision: Provision, asked: Asked) -> Table:
    """Return rent subsidies: full years that have run, at most the printed number of them.

    The due day of a lease's n-th year lies in the year of its beginning plus n, so that only the
    years from the document's on can count, and of each lease no more than the term has.
    """
    terms, leases = provision.terms, asked.tables["leases"]
    years_max = int(terms["years_max"])
    on = ibis.literal(asked.on)
    converted = ((leases.use != OFFICE) | (leases.used_otherwise_from <= on)).fill_null(False)  # noqa: FBT003
    offices = leases.filter(~converted)
    begins = ibis.greatest(ibis.literal(provision.first_year) - offices.since.year(), 1)
    monthly = 12 if asked.readings.get("rent_rate_period") == "month" else 1
    rate = ibis.literal(Decimal(str(asked.readings["rent_rate_per_m2"])) * monthly).cast(FINE)
    amount = ibis.least(
        (offices.area_m2.cast(FINE) * rate).round(2).cast(MONEY), offices.annual_rent
    )
    numbered = offices.mutate(amount=amount, begins=begins)
    numbered = ibis.union(
        *(numbered.mutate(number=numbered.begins + step) for step in range(years_max))
    )
    lengths = numbered.number.cast("int64")
    spans = numbered.mutate(
        due_on=(numbered.since + lengths.as_interval("Y")).cast("date"),
        starts=(numbered.since + (lengths - 1).as_interval("Y")).cast("date"),
    )
    run = spans.filter(spans.until >= spans.due_on - ibis.interval(days=1))
    first = run.group_by("firm").aggregate(term=run.starts.min())
    inside = run.inner_join(first, "firm")
    ends = (inside.term + ibis.interval(years=years_max)).cast("date")
    inside = inside.filter(inside.due_on <= ends)
    pieces = inside.select("firm", "amount", "due_on", year=inside.due_on.year())
    per_year = asked.readings["rent_cap"] == "per_year"
    due = _capped(asked.kept(pieces), terms["cap"], per_year=per_year)
    told = _lease_state(asked, leases.mutate(converted=converted))
    coming = pieces.filter(pieces.due_on > on).select("firm").distinct()
    joined = told.left_join(due, "firm").drop("firm_right")
    joined = joined.left_join(coming.mutate(later=True), "firm").drop("firm_right")
    return _told(joined, due=joined.due.fill_null(0), unknown=joined.unknown,
        repay=joined.repay, coming=joined.later.fill_null(False),  # noqa: FBT003
    )  # fmt: skip


def _lease_state(asked: Asked, leases: Table) -> Table:
    """Return for each firm whether a fact of a lease is missing or an office was converted."""
    on = ibis.literal(asked.on)
    year_run = (leases.since + ibis.interval(years=1)).cast("date") <= on
    unknown = (
        leases.use.isnull() | leases.since.isnull() | leases.area_m2.isnull()
        | leases.annual_rent.isnull() | (year_run & leases.until.isnull())
    ).fill_null(False) & ~leases.converted  # fmt: skip  # noqa: FBT003
    told = leases.mutate(lacking=unknown)
    return told.group_by("firm").aggregate(unknown=told.lacking.any(), repay=told.converted.any())


def _capped(pieces: Table, cap: Any, *, per_year: bool) -> Table:  # noqa: ANN401 - a printed number
    """Return what is due to each firm within a cap of the firm, or of each year."""
    most = ibis.literal(Decimal(cap)).cast(MONEY)
    keys = ("firm", "year") if per_year else ("firm",)
    sums = pieces.group_by(*keys).aggregate(due=ibis.least(pieces.amount.sum().cast(MONEY), most))
    if not per_year:
        return sums
    return sums.group_by("firm").aggregate(due=sums.due.sum().cast(MONEY))


def fibre(provision: Provision, asked: Asked) -> Table:
    """Return the share of the first year's rent of new lines, within the cap of the firm."""
    terms, lines = provision.terms, asked.tables["fibre"]
    share = ibis.literal(Decimal(terms["percent"]) / 100).cast(FINE)
    new = lines.new.fill_null(True)  # noqa: FBT003
    unknown = new & (lines.new.isnull() | lines.since.isnull() | lines.first_year_rent.isnull())
    state = lines.mutate(lacking=unknown).group_by("firm").aggregate(unknown=ibis._.lacking.any())
    counting = lines.filter(lines.new, lines.since.year() >= provision.first_year)
    pieces = counting.select(
        "firm", amount=(counting.first_year_rent.cast(FINE) * share).round(2).cast(MONEY),
        due_on=counting.since, year=counting.since.year(),
    )  # fmt: skip
    return _with_state(
        state, pieces, _capped(asked.kept(pieces), terms["cap"], per_year=False), asked
    )


def recognition(provision: Provision, asked: Asked) -> Table:
    """Return awards for honours; of one product or base the highest."""
    levels, honours = provision.terms["levels"], asked.tables["honours"]
    own = honours.filter(honours.kind.isin(list(levels)))
    own = own.mutate(place=ibis.row_number())
    unknown = own.level.isnull() | own.day.isnull()
    state = own.mutate(lacking=unknown).group_by("firm").aggregate(unknown=ibis._.lacking.any())
    cases = [
        ((own.kind == kind) & (own.level == level), ibis.literal(Decimal(award)).cast(MONEY))
        for kind, awards in levels.items()
        for level, award in awards.items()
    ]
    alone = (own.kind == "brand") & own.name.isnull()
    basis = own.kind + " " + own.name.fill_null("") + alone.ifelse(own.place.cast("string"), "")
    pieces = own.select(
        "firm", amount=ibis.cases(*cases), due_on=own.day, year=own.day.year(), basis=basis
    )
    pieces = pieces.filter(pieces.amount.notnull(), pieces.year >= provision.first_year)
    kept = asked.kept(pieces)
    highest = kept.group_by("firm", "basis").aggregate(amount=kept.amount.max())
    due = highest.group_by("firm").aggregate(due=highest.amount.sum().cast(MONEY))
    return _with_state(state, pieces, due, asked)


def _with_state(state: Table, pieces: Table, due: Table, asked: Asked) -> Table:
    coming = pieces.filter(pieces.due_on > ibis.literal(asked.on)).select("firm").distinct()
    joined = state.left_join(due, "firm").drop("firm_right")
    joined = joined.left_join(coming.mutate(later=True), "firm").drop("firm_right")
    return _told(joined, due=joined.due.fill_null(0), unknown=joined.unknown,
        coming=joined.later.fill_null(False),  # noqa: FBT003
    )  # fmt: skip


def _told(
    table: Table, *, due: Column, unknown: Column, repay: Column = False, coming: Column = False
) -> Table:
    return table.select(
        "firm",
        due=due.cast(MONEY),
        unknown=unknown,
        repay=ibis.literal(repay) if isinstance(repay, bool) else repay,
        coming=ibis.literal(coming) if isinstance(coming, bool) else coming,
    )


FORMULAS = {
    "first-crossing": first_crossing,
    "rent": rent,
    "fibre": fibre,
    "recognition": recognition,
}
"""The formulas that pay money to all firms at once, by the names that provisions use."""
