# SPDX-License-Identifier: Apache-2.0
"""The same entitlements for all firms at once, as expressions over tables of facts.

Each table has a row for what ``rules.facts`` calls an entry, beside ``firm``; ``party`` has one
row a firm with ``here`` (registered or headed in the jurisdiction), ``above_scale``,
``key_industry`` and ``agricultural``, ``sales`` one row a firm, mode and year. NULL is unknown.
Every formula returns ``firm``, ``due`` (fallen due, not lost, within caps),
``unknown`` (a fact is missing), ``repay`` and ``coming``; ``entitlements`` sets them against
conditions and payments. ``rules`` decides the same for one firm; a test compares the two.
"""

import operator
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
NOUGHT = ibis.literal(0).cast(MONEY)
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

    def counted(self, pieces: Table) -> Table:
        """Return the pieces, nought where lost or not yet due; ``later`` if they will be."""
        gone = self.lost.mutate(gone=True)
        joined = pieces.left_join(gone, ["firm", "year"]).drop("firm_right", "year_right")
        later = joined.due_on > ibis.literal(self.on)
        nothing = later | joined.gone.notnull()
        return joined.mutate(amount=nothing.ifelse(NOUGHT, joined.amount), later=later)


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
    crossed = _crossings(provision, asked)
    given = _awarded(crossed, provision, asked).anti_join(asked.lost, ["firm", "year"])
    if provision.stacks and asked.readings.get("modes_in_one_year", "highest") == "highest":
        given = given.group_by("firm", "year").aggregate(award=given.award.max())
    parts = given.select("firm", due=given.award.cast(MONEY), unknown=ibis.literal(False)).union(  # noqa: FBT003
        crossed.select("firm", due=NOUGHT, unknown=crossed.gap)
    )
    told = parts.group_by("firm").aggregate(due=parts.due.sum(), unknown=parts.unknown.any())
    return _told(told, due=told.due, unknown=told.unknown)


def _awarded(crossed: Table, provision: Provision, asked: Asked) -> Table:
    """Return ``firm, mode, year, award``: what a mode's levels of one year bring together."""
    first_year = int(asked.readings.get("first_sales_year") or provision.first_year - 1)
    sums = asked.readings["several_levels_in_one_year"] == "sum"
    last = _levels_max(provision) - 1
    pieces = []
    for number in range(last + 1):
        first = crossed[f"first_{number}"]
        counts = first >= first_year
        if not sums and number < last:  # a higher level of the same year takes its place
            counts &= (crossed[f"first_{number + 1}"] != first).fill_null(True)  # noqa: FBT003
        awards = [levels[number:][:1] for levels in provision.terms["levels"].values()]
        award = _by_mode(crossed.mode, [each[0]["award"] if each else 0 for each in awards])
        pieces.append(crossed.filter(counts).select("firm", "mode", year=first, award=award))
    every = reduce(lambda one, two: one.union(two), pieces)
    if sums:
        every = every.group_by("firm", "mode", "year").aggregate(award=every.award.sum())
    deducted = asked.readings.get("earlier_level_awards") == "deducted"
    return _beyond_earlier(every) if deducted else every


def _beyond_earlier(each: Table) -> Table:
    """Return the awards of a mode by year, less what its earlier years brought."""
    earlier = ibis.window(group_by=["firm", "mode"], order_by="year", preceding=(None, 1))
    before = each.award.max().over(earlier).fill_null(0).cast(MONEY)
    return each.mutate(award=ibis.greatest(each.award - before, ibis.literal(0)).cast(MONEY))


def _levels_max(provision: Provision) -> int:
    return max(len(levels) for levels in provision.terms["levels"].values())


def _crossings(provision: Provision, asked: Asked) -> Table:
    """Return for each firm and mode the first year above each level, and whether there is a gap.

    A mode is the number of its place among those that have levels.
    """
    sales, party = asked.tables["sales"], asked.tables["party"]
    farms = party.filter(party.agricultural).select("firm", farm=True)
    sales = sales.filter(sales.year <= asked.on.year)
    rows = sales.left_join(farms, "firm").drop("firm_right")
    rows = rows.mutate(farm=rows.farm.notnull())
    factor = asked.readings.get("agricultural_factor")
    reached = _reached(rows, provision, Decimal(1))
    if factor is not None:
        lowered = _reached(rows, provision, Decimal(str(factor)))
        reached = rows.farm.ifelse(lowered, reached)
    modes = [(name, number) for number, name in enumerate(provision.terms["levels"])]
    rows = rows.mutate(reached=reached, mode=rows.mode.cases(*modes).cast("int8"))
    base = asked.on.year - YEARS_MAX
    firsts = {
        f"first_{number}": rows.year.min(where=rows.reached > number)
        for number in range(_levels_max(provision))
    }
    crossed = rows.group_by("firm", "mode").aggregate(
        given=_power_of_two(rows.year - base).sum(where=rows.amount.notnull()).cast("int64"),
        since=rows.year.min(),
        last=rows.year.max(),
        undecided=(rows.farm & (rows.amount > 0)).any(),
        **firsts,
    )
    gap = _gap(crossed, crossed[[*firsts][-1]], base)
    if factor is None:
        gap |= crossed.undecided
    return crossed.select("firm", "mode", *firsts, gap=gap)


def _reached(rows: Table, provision: Provision, factor: Decimal) -> Column:
    """Return how many of its mode's levels each amount has broken."""
    at_least = provision.terms.get("operator") == "at-least"
    whole = ROUND_CEILING if at_least else ROUND_FLOOR  # sales are in cents, levels may not be
    broken = operator.ge if at_least else operator.gt
    cases = []
    for mode, levels in provision.terms["levels"].items():
        overs = [(level["over"] * factor).quantize(CENT, whole) for level in levels]
        above = [broken(rows.amount, ibis.literal(over).cast(MONEY)) for over in overs]
        cases.append((rows.mode == mode, reduce(operator.add, [x.cast("int8") for x in above])))
    return ibis.cases(*cases)


def _by_mode(mode: Column, values: list[Any]) -> Column:
    """Return the value of each mode."""
    return mode.cases(*((n, ibis.literal(Decimal(v)).cast(MONEY)) for n, v in enumerate(values)))


def _gap(crossed: Table, first: Column, base: int) -> Column:
    """Return whether a year without data lies between the first given one and a crossing.

    The highest level is crossed last, or never, so that its crossing settles the others'.
    """
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
    begins = ibis.greatest(ibis.literal(provision.first_year) - leases.since.year(), 1)
    leases = leases.mutate(converted=converted, begins=begins.cast("int64"))
    state = _lease_state(leases, asked)
    monthly = 12 if asked.readings.get("rent_rate_period") == "month" else 1
    rate = ibis.literal(Decimal(str(asked.readings["rent_rate_per_m2"])) * monthly).cast(FINE)
    offices = leases.filter(~leases.converted)
    amount = ibis.least(
        (offices.area_m2.cast(FINE) * rate).round(2).cast(MONEY), offices.annual_rent
    )
    years = offices.select(
        "firm", "since", "until", "begins", amount=amount, step=ibis.range(years_max).unnest()
    )
    years = years.mutate(due_on=_years_later(years.since, years.begins + years.step))
    run = years.filter(_has_run(years.until, years.due_on))
    inside = run.inner_join(state.select("firm", "term"), "firm")
    inside = inside.filter(inside.due_on <= _years_later(inside.term, ibis.literal(years_max)))
    pieces = inside.select("firm", "amount", "due_on", year=inside.due_on.year())
    per_year = asked.readings["rent_cap"] == "per_year"
    return _with_state(state, _capped(asked.counted(pieces), terms["cap"], per_year=per_year))


def _years_later(day: Column, years: Column) -> Column:
    return (day + years.as_interval("Y")).cast("date")


def _has_run(until: Column, due_on: Column) -> Column:
    """Return whether a lease has run for the year after which a subsidy is due."""
    return until >= due_on - ibis.interval(days=1)


def _lease_state(leases: Table, asked: Asked) -> Table:
    """Return of each firm if a fact is missing, an office converted, and when its term begins.

    The term begins with the first full year of any of its offices that may count.
    """
    on = ibis.literal(asked.on)
    year_run = (leases.since + ibis.interval(years=1)).cast("date") <= on
    unknown = (
        leases.use.isnull() | leases.since.isnull() | leases.area_m2.isnull()
        | leases.annual_rent.isnull() | (year_run & leases.until.isnull())
    ).fill_null(False) & ~leases.converted  # fmt: skip  # noqa: FBT003
    first = _has_run(leases.until, _years_later(leases.since, leases.begins)) & ~leases.converted
    told = leases.mutate(
        lacking=unknown, starts=_years_later(leases.since, leases.begins - 1), first=first
    )
    return told.group_by("firm").aggregate(
        unknown=told.lacking.any(),
        repay=told.converted.any(),
        term=told.starts.min(where=told.first),
    )


def _capped(pieces: Table, cap: Any, *, per_year: bool) -> Table:  # noqa: ANN401 - a printed number
    """Return what is due to each firm within a cap of the firm, or of each year."""
    most = ibis.literal(Decimal(cap)).cast(MONEY)
    keys = ("firm", "year") if per_year else ("firm",)
    sums = pieces.group_by(*keys).aggregate(
        due=ibis.least(pieces.amount.sum().cast(MONEY), most), later=pieces.later.any()
    )
    if not per_year:
        return sums
    return sums.group_by("firm").aggregate(due=sums.due.sum(), later=sums.later.any())


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
    return _with_state(state, _capped(asked.counted(pieces), terms["cap"], per_year=False))


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
    if asked.readings.get("upgraded_honours") == "full":
        basis += own.level
    pieces = own.select(
        "firm", amount=ibis.cases(*cases), due_on=own.day, year=own.day.year(), basis=basis
    )
    pieces = pieces.filter(pieces.amount.notnull(), pieces.year >= provision.first_year)
    counted = asked.counted(pieces)
    highest = counted.group_by("firm", "basis").aggregate(
        amount=counted.amount.max(), later=counted.later.any()
    )
    due = highest.group_by("firm").aggregate(due=highest.amount.sum(), later=highest.later.any())
    return _with_state(state, due)


def _with_state(state: Table, due: Table) -> Table:
    """Set what is due to the firms, and still to come, beside what is known of their facts."""
    joined = state.left_join(due, "firm").drop("firm_right")
    return _told(joined, due=joined.due.fill_null(0), unknown=joined.unknown,
        repay=joined.repay if "repay" in state.columns else False,
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
