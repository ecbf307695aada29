# SPDX-License-Identifier: Apache-2.0
"""Utility bills reckoned anew: at the industrial price, at one tariff or the other."""

from collections.abc import Iterator
from datetime import date, timedelta

from shangheng.kernel.money import cents
from shangheng.services.incentives.rules.facts import Bill
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Setting,
)

PARTS = ("peak", "flat", "valley")
DAY = timedelta(days=1)


def parity(setting: Setting) -> Computed:
    """Return what bills came to above the industrial price; below it nothing is owed back.

    ``counts`` maps each kind of utility to the term with its industrial price; ``from_day`` is the
    term with the day from which parity holds. A bill across that day counts by its days.
    """
    prices: dict[str, str] = setting.provision.counts["bills"]
    bills = setting.facts.bills
    if bills is None:
        return Computed(missing=("bills",))
    own = [(place, each) for place, each in enumerate(bills) if each.kind in prices]
    missing = [
        f"bills[{place}].{name}"
        for place, each in own
        for name, value in (("from", each.since), ("to", each.until),
                            ("quantity", each.quantity), ("amount", each.amount))
        if value is None
    ]  # fmt: skip
    wanted = {prices[each.kind] for _, each in own}
    missing += [setting.open_name(term) for term in sorted(wanted) if setting.term(term) is None]
    begins = _begins(setting)
    if begins is None:
        missing.append(setting.open_name("from_day"))
    if missing or begins is None:
        return Computed(missing=tuple(dict.fromkeys(missing)))
    pieces = tuple(
        piece for place, each in own for piece in _difference(setting, place, each, begins)
    )
    total = sum((each.amount for each in pieces), ZERO)
    reason = setting.reason("bills_reckoned", count=len(own), amount=total)
    return Computed(pieces=pieces, reasons=(reason,))


def _begins(setting: Setting) -> date | None:
    """Return the day from which parity holds: the provision's, or the one that was decided."""
    if "from_day" not in setting.provision.open_terms:
        return setting.provision.begins
    decided = setting.readings.get(setting.provision.open_terms["from_day"])
    return decided if isinstance(decided, date) else None


def _difference(setting: Setting, place: int, bill: Bill, begins: date) -> Iterator[Piece]:
    since, until = bill.since or date.max, bill.until or date.min
    first = max(since, begins)
    if first > until:
        return
    days, counted = (until - since + DAY).days, (until - first + DAY).days
    price = setting.term(setting.provision.counts["bills"][bill.kind]) or ZERO
    above = (bill.amount or ZERO) - (bill.quantity or ZERO) * price
    amount = cents(max(ZERO, above) * counted / days)
    if amount:
        yield Piece(
            year=until.year, due_on=until, amount=amount, basis=f"{bill.kind} {place}",
            zh=f"{first} 至 {until} 高于工业价格的部分",
            en=f"above the industrial price, {first} to {until}",
        )  # fmt: skip


def tariff_choice(setting: Setting) -> Computed:
    """Return what the electricity bills come to under each tariff, and what the choice saves."""
    bills = setting.facts.bills
    if bills is None:
        return Computed(missing=("bills",))
    own = [(place, each) for place, each in enumerate(bills) if each.kind == "power"]
    missing = [
        f"bills[{place}].{name}" for place, each in own for name in PARTS
        if getattr(each, name) is None
    ]  # fmt: skip
    terms = ("average", *PARTS)
    missing += [setting.open_name(term) for term in terms if setting.term(term) is None]
    if missing or not own:
        return Computed(missing=tuple(missing) or ("bills",))
    used = {name: sum((getattr(each, name) or ZERO for _, each in own), ZERO) for name in PARTS}
    average = cents(sum(used.values(), ZERO) * (setting.term("average") or ZERO))
    by_hours = cents(sum((used[name] * (setting.term(name) or ZERO) for name in PARTS), ZERO))
    value = {
        "average_cost": average, "peak_valley_cost": by_hours, "saving": abs(average - by_hours),
    }  # fmt: skip
    code = "average_cheaper" if average <= by_hours else "peak_valley_cheaper"
    reason = setting.reason(code, average=average, by_hours=by_hours)
    return Computed(value=value, reasons=(reason,))
