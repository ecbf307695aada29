# SPDX-License-Identifier: Apache-2.0
"""Subsidies for what a firm rents: office space by the square metre, a private fibre line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.money import cents
from shangheng.kernel.periods import months_later
from shangheng.services.incentives.rules.facts import Lease
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Setting,
)

OFFICE = "office"
LEASE_YEARS_MAX = 100
DAY = timedelta(days=1)


@dataclass(frozen=True)
class LeaseYear:
    """A full year of a lease: from its first day until the day on which it has run."""

    place: int
    number: int
    since: date
    due_on: date
    amount: Decimal


def rent(setting: Setting) -> Computed:
    """Return the yearly rent subsidies.

    A year brings the rate times the area, never more than the rent paid, once it has run in full;
    ``terms`` print the highest rate, the years and the cap.
    """
    if setting.facts.leases is None:
        return Computed(missing=("leases",))
    rate, ceiling = (
        setting.number("rent_rate_per_m2"),
        Decimal(setting.provision.terms["rate_max"]),
    )
    if rate is not None and not ZERO <= rate <= ceiling:
        raise Invalid(
            "reading.out_of_range", name="rent_rate_per_m2", value=rate, low=0, high=ceiling,
            clause=setting.provision.clause,
        )  # fmt: skip
    offices = {
        i: each for i, each in enumerate(setting.facts.leases) if not _converted(each, setting)
    }
    converted = len(offices) < len(setting.facts.leases)
    missing = [name for i, each in offices.items() for name in _unknown(i, each, setting.on)]
    if rate is None and offices:
        missing.append("reading.rent_rate_per_m2")
    reasons = [setting.reason("used_otherwise")] if converted else []
    if missing:
        return Computed(missing=tuple(missing), reasons=tuple(reasons), repay=converted)
    yearly = (rate or ZERO) * (12 if setting.readings.get("rent_rate_period") == "month" else 1)
    years = _subsidised(setting, _lease_years(offices, yearly))
    pieces = _capped(setting, [_rent_piece(each) for each in years])
    reasons += [setting.reason("rent_year", **_told(each)) for each in years]
    if not years and not converted:
        reasons.append(setting.reason("no_full_year"))
    return Computed(pieces=tuple(pieces), reasons=tuple(reasons), repay=converted)


def _converted(lease: Lease, setting: Setting) -> bool:
    changed = lease.used_otherwise_from is not None and lease.used_otherwise_from <= setting.on
    return changed or (lease.use is not None and lease.use != OFFICE)


def _unknown(place: int, lease: Lease, on: date) -> list[str]:
    """Return what must be known of a lease; its end only once a year of it may have run."""
    needed: dict[str, Any] = {
        "use": lease.use, "from": lease.since, "area_m2": lease.area_m2,
        "annual_rent": lease.annual_rent,
    }  # fmt: skip
    if lease.since is not None and months_later(lease.since, 12) <= on:
        needed["to"] = lease.until
    return [f"leases[{place}].{name}" for name, value in needed.items() if value is None]


def _lease_years(offices: dict[int, Lease], rate: Decimal) -> list[LeaseYear]:
    found = []
    for place, lease in offices.items():
        since = lease.since or date.max
        amount = cents(min(rate * (lease.area_m2 or ZERO), lease.annual_rent or ZERO))
        for number in range(1, LEASE_YEARS_MAX):
            due_on = months_later(since, 12 * number)
            if lease.until is not None and lease.until < due_on - DAY:
                break
            starts = months_later(since, 12 * (number - 1))
            found.append(LeaseYear(place, number, starts, due_on, amount))
            if lease.until is None:
                break
    return sorted(found, key=lambda each: (each.due_on, each.place))


def _subsidised(setting: Setting, years: list[LeaseYear]) -> list[LeaseYear]:
    """Return the years that fall into the term, which begins with the first that is paid."""
    begun = [each for each in years if each.due_on.year >= setting.provision.first_year]
    if not begun:
        return []
    begins = min(each.since for each in begun)
    ends = months_later(begins, 12 * int(setting.provision.terms["years_max"]))
    return [each for each in begun if each.due_on <= ends]


def _rent_piece(each: LeaseYear) -> Piece:
    until = each.due_on - DAY
    return Piece(
        year=each.due_on.year,
        due_on=each.due_on,
        amount=each.amount,
        basis=f"rent {each.place} {each.number}",
        zh=f"{each.since} 至 {until} 的租金",
        en=f"rent from {each.since} to {until}",
    )


def _told(each: LeaseYear) -> dict[str, Any]:
    return {"since": each.since, "until": each.due_on - DAY, "amount": each.amount}


def _capped(setting: Setting, pieces: list[Piece]) -> list[Piece]:
    """Return the pieces within the cap of the firm, or of each year, as the reading says."""
    per_year = setting.readings.get("rent_cap") == "per_year"
    cap = Decimal(setting.provision.terms["cap"])
    return list(within(cap, pieces, setting.lost_years, per_year=per_year))


def within(
    cap: Decimal, pieces: Iterable[Piece], lost_years: frozenset[int], *, per_year: bool
) -> Iterable[Piece]:
    """Cut pieces, in their order, to what is left under a cap; lost ones use up nothing of it."""
    left: dict[int, Decimal] = {}
    for piece in pieces:
        key = piece.year if per_year else 0
        amount = min(piece.amount, left.get(key, cap))
        if piece.year not in lost_years:
            left[key] = left.get(key, cap) - amount
        yield replace(piece, amount=amount, full=piece.amount)


def fibre(setting: Setting) -> Computed:
    """Return the subsidy for newly rented fibre lines: a share of the first year's rent."""
    if setting.facts.fibre is None:
        return Computed(missing=("fibre",))
    terms = setting.provision.terms
    share = Decimal(terms["percent"]) / 100
    pieces, missing, reasons = [], [], []
    for place, line in enumerate(setting.facts.fibre):
        if line.new is False:
            reasons.append(setting.reason("line_not_new"))
            continue
        needed = {"new": line.new, "from": line.since, "first_year_rent": line.first_year_rent}
        missing += [f"fibre[{place}].{name}" for name, value in needed.items() if value is None]
        if line.since is None or line.first_year_rent is None or line.new is None:
            continue
        if line.since.year < setting.provision.first_year:
            reasons.append(setting.reason("before_document", day=line.since))
            continue
        amount = cents(line.first_year_rent * share)
        reasons.append(
            setting.reason(
                "fibre_share", rent=line.first_year_rent, percent=terms["percent"], amount=amount
            )
        )
        pieces.append(_fibre_piece(place, line.since, amount))
    pieces.sort(key=lambda each: each.due_on)
    capped = within(Decimal(terms["cap"]), pieces, setting.lost_years, per_year=False)
    return Computed(pieces=tuple(capped), missing=tuple(missing), reasons=tuple(reasons))


def _fibre_piece(place: int, since: date, amount: Decimal) -> Piece:
    return Piece(
        year=since.year,
        due_on=since,
        amount=amount,
        basis=f"fibre {place}",
        zh=f"{since} 起新租光纤专线首年租费",
        en=f"first year's rent of the line rented from {since}",
    )
