# SPDX-License-Identifier: Apache-2.0
"""Subsidies of a cost: a share of it, a sum for each person or square metre, months of insurance.

What is taken of which cost stands beside the provision (``counts``); the rates and terms are
mostly not printed and therefore decided by the authority before anything is computed:

    formula: costs
    counts: {costs: {overseas-fair: percent}, take: percent}

``costs`` maps each kind of cost to the term that prices it; ``take`` is one of ``TAKES``. ``cap``
names the term above which a firm (or, with ``cap_by: year``, a firm in a year) gets nothing,
``months`` the term of a monthly subsidy, ``principal_cap`` the loan above which interest is not
subsidised, ``due: certified`` that it falls due with the certificate.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.money import cents
from shangheng.kernel.periods import months_later
from shangheng.services.incentives.rules.facts import Cost
from shangheng.services.incentives.rules.premises import within
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Reason,
    Setting,
)

MONTHS_MAX = 600
PERCENT = Decimal(100)


@dataclass(frozen=True)
class Take:
    """How a cost becomes a sum: the facts that it needs, and what it gives at a rate."""

    needs: tuple[str, ...]
    of: Callable[[Cost, Decimal], Decimal]
    is_share: bool = False


TAKES = {
    "percent": Take(
        ("since", "amount"), lambda c, r: (c.amount or ZERO) * r / PERCENT, is_share=True
    ),
    "each": Take(("since", "count"), lambda c, r: (c.count or 0) * r),
    "m2": Take(("since", "area_m2"), lambda c, r: (c.area_m2 or ZERO) * r),
    "once": Take(("since",), lambda _, r: r),
    "monthly": Take(
        ("since", "until", "monthly"), lambda c, r: (c.monthly or ZERO) * r / PERCENT,
        is_share=True,
    ),
}  # fmt: skip
NAMES = {"since": "from", "until": "to"}
"""Names of facts in a file, where they differ from those of the program."""


def costs(setting: Setting) -> Computed:
    """Return the subsidies of the costs that the provision counts."""
    if setting.facts.costs is None:
        return Computed(missing=("costs",))
    counts = setting.provision.counts
    kinds: dict[str, str] = counts["costs"]
    own = [(i, each) for i, each in enumerate(setting.facts.costs) if each.kind in kinds]
    if not own:
        return Computed(reasons=(setting.reason("no_such_cost"),))
    missing = [name for place, each in own for name in _unknown(setting, place, each)]
    missing += _open_terms(setting, {kinds[each.kind] for _, each in own})
    reasons = [setting.reason("amount_not_printed")] if _is_open(setting) else []
    if missing:
        return Computed(missing=tuple(dict.fromkeys(missing)), reasons=tuple(reasons))
    pieces = sorted(
        (piece for place, each in own for piece in _pieces(setting, place, each)),
        key=lambda piece: (piece.due_on, piece.basis),
    )
    capped = _capped(setting, pieces)
    return Computed(pieces=tuple(capped), reasons=(*reasons, *_told(setting, capped)))


def _unknown(setting: Setting, place: int, cost: Cost) -> Iterator[str]:
    counts = setting.provision.counts
    needs = [*TAKES[counts["take"]].needs]
    if counts.get("due") == "certified":
        needs.append("certified")
    if "principal_cap" in counts:
        needs.append("principal")
    for name in needs:
        if getattr(cost, name) is None:
            yield f"costs[{place}].{NAMES.get(name, name)}"


def _open_terms(setting: Setting, priced: set[str]) -> Iterator[str]:
    """Yield the decisions without which nothing can be computed."""
    counts = setting.provision.counts
    optional = [counts[name] for name in ("cap", "months", "principal_cap") if name in counts]
    for term in (*sorted(priced), *optional):
        if setting.term(term) is None:
            yield setting.open_name(term)


def _is_open(setting: Setting) -> bool:
    """Return whether a rate was left to the authority, which the answer says."""
    return any(term in setting.provision.open_terms
               for term in setting.provision.counts["costs"].values())  # fmt: skip


def _pieces(setting: Setting, place: int, cost: Cost) -> Iterator[Piece]:
    counts = setting.provision.counts
    take = TAKES[counts["take"]]
    term = counts["costs"][cost.kind]
    rate = setting.term(term) or ZERO
    if take.is_share and rate > PERCENT:
        raise Invalid("reading.out_of_range", name=setting.provision.open_terms.get(term, term),
                      value=rate, low=0, high=100, clause=setting.provision.clause)  # fmt: skip
    amount = cents(_subsidised(setting, cost, take.of(cost, rate)))
    if counts["take"] == "monthly":
        yield from _monthly(setting, place, cost, amount)
        return
    since = cost.since or date.max
    day = (cost.certified or since) if counts.get("due") == "certified" else since
    if day.year >= setting.provision.first_year:
        yield _piece(place, cost, day, amount)


def _subsidised(setting: Setting, cost: Cost, amount: Decimal) -> Decimal:
    """Return what of the interest belongs to the loan up to its cap."""
    name = setting.provision.counts.get("principal_cap")
    if name is None or not cost.principal:
        return amount
    cap = setting.term(name) or ZERO
    return amount * min(Decimal(1), cap / cost.principal)


def _monthly(setting: Setting, place: int, cost: Cost, amount: Decimal) -> Iterator[Piece]:
    """Yield the full months that were paid, no more than the term has over all entries.

    A month runs from the day of its beginning to the day before the same day of the next.
    """
    since, until = cost.since or date.max, cost.until or date.max
    most = int(setting.term(setting.provision.counts["months"]) or 0)
    before = sum(
        _full_months(each) for each in (setting.facts.costs or ())[:place]
        if each.kind in setting.provision.counts["costs"]
    )  # fmt: skip
    left = max(0, most - before)
    for number in range(min(left, _full_months(cost))):
        ends = months_later(since, number + 1) - timedelta(days=1)
        if ends <= until and ends.year >= setting.provision.first_year:
            yield replace(
                _piece(place, cost, ends, amount),
                basis=f"{cost.kind} {place} {number}",
                zh=f"{months_later(since, number)} 至 {ends} 一个月",
                en=f"the month from {months_later(since, number)} to {ends}",
            )


def _full_months(cost: Cost) -> int:
    if cost.since is None or cost.until is None:
        return 0
    after = cost.until + timedelta(days=1)
    months = (after.year - cost.since.year) * 12 + after.month - cost.since.month
    while months > 0 and months_later(cost.since, months) > after:
        months -= 1
    return min(months, MONTHS_MAX)


def _piece(place: int, cost: Cost, day: date, amount: Decimal) -> Piece:
    return Piece(
        year=day.year, due_on=day, amount=amount, basis=f"{cost.kind} {place}",
        zh=f"{day} {cost.name or cost.kind}", en=f"{cost.name or cost.kind} of {day}",
    )  # fmt: skip


def _capped(setting: Setting, pieces: list[Piece]) -> list[Piece]:
    counts = setting.provision.counts
    cap = setting.term(counts["cap"]) if "cap" in counts else None
    if cap is None:
        return pieces
    by_year = counts.get("cap_by") == "year"
    return list(within(cap, pieces, setting.lost_years, per_year=by_year))


def _told(setting: Setting, pieces: list[Piece]) -> Iterator[Reason]:
    total = sum((each.amount for each in pieces), ZERO)
    if pieces:
        yield setting.reason("costs_counted", count=len(pieces), amount=total)


def fixed(setting: Setting) -> Computed:
    """Return a sum that is given once its conditions are met; the authority fixes how much."""
    amount = setting.term("amount")
    reasons = (setting.reason("amount_not_printed"),)
    if amount is None:
        return Computed(missing=(setting.open_name("amount"),), reasons=reasons)
    piece = Piece(
        year=setting.on.year, due_on=setting.on, amount=cents(amount), basis="once",
        zh=setting.provision.zh, en=setting.provision.en,
    )  # fmt: skip
    return Computed(pieces=(piece,), reasons=reasons)
