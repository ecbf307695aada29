# SPDX-License-Identifier: Apache-2.0
"""Which provisions a firm is close to, and what it would take.

Each move changes the facts, or the day, in one way; judging them again tells what it brings.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel.money import CENT
from shangheng.services.incentives.rules import honours, sales
from shangheng.services.incentives.rules.conditions import HERE, REGISTERED_HERE, unmet
from shangheng.services.incentives.rules.decide import Verdict, judge
from shangheng.services.incentives.rules.facts import Facts, Honour, Sale
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Condition,
    Provision,
    Setting,
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change: in words, what it comes to in yuan of sales if that is what it takes."""

    zh: str
    en: str
    facts: Facts
    on: date
    more: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Closeness:
    """A provision within reach: the move, and the verdict that it would bring."""

    before: Verdict
    after: Verdict
    move: Move

    @property
    def gain(self) -> Decimal | None:
        """Return by how much more would be paid; none if that depends on a reading."""
        if self.after.amount is None:
            return None
        return self.after.amount - (self.before.amount or ZERO)


def close_to(
    provisions: Iterable[Provision], facts: Facts, on: date, readings: Mapping[str, Any]
) -> tuple[Closeness, ...]:
    """Return every move that would turn a provision to yes or raise it, the least effort first.

    Moves in sales come in the order of what is lacking, before those that change what a firm is.
    """
    found = []
    for provision in provisions:
        before = judge(provision, facts, on, readings)
        for move in _moves(before, facts, on):
            after = judge(provision, move.facts, move.on, readings)
            each = Closeness(before=before, after=after, move=move)
            if _brings(each):
                found.append(each)
    return tuple(sorted(found, key=lambda each: (each.move.more is None, each.move.more or ZERO)))


def _brings(each: Closeness) -> bool:
    """Return whether a move brings money now or later, or a yes where nothing is paid."""
    if each.after.state == "not_yet":
        return each.before.state != "not_yet"
    if each.after.amount is not None:
        return each.after.amount > (each.before.amount or ZERO)
    if each.after.state in {"due", "granted"}:
        return each.before.state not in {"due", "granted"}
    opened = [name for name in each.after.missing if name not in each.before.missing]
    return any(question.reading.choose for question in each.after.questions) and bool(opened)


def _moves(before: Verdict, facts: Facts, on: date) -> Iterator[Move]:
    provision = before.provision
    if not provision.in_force:
        return
    lacking = unmet(provision, facts)
    if any(not each.facts for each in lacking):
        return
    if lacking:
        yield _with_conditions(lacking, provision, facts, on)
        return
    if provision.formula == "first-crossing":
        yield from _more_sales(before, facts, on)
    elif provision.formula == "recognition":
        yield from _honours(provision, facts, on)
    yield from _waiting(before, facts, on)


def _with_conditions(
    lacking: tuple[Condition, ...], provision: Provision, facts: Facts, on: date
) -> Move:
    """Return what it would bring if every printed condition were met."""
    changed: dict[str, str | bool] = dict(facts.party)
    stated: dict[str, bool | int | date] = dict(facts.stated)
    for each in lacking:
        name = each.facts[0]
        if name in {HERE, REGISTERED_HERE}:
            changed["registered_region"] = provision.region
        elif name.startswith("party."):
            changed[name.removeprefix("party.")] = not each.excludes
        else:
            stated[name] = not each.excludes
    return Move(
        zh="满足：" + "；".join(each.zh for each in lacking),
        en="meet: " + "; ".join(each.en for each in lacking),
        facts=replace(facts, party=changed, stated=stated),
        on=on,
    )


def _more_sales(before: Verdict, facts: Facts, on: date) -> Iterator[Move]:
    """Yield for each mode the next level that was never broken."""
    provision = before.provision
    setting = Setting(facts=facts, provision=provision, readings=before.readings, on=on)
    factor = sales.factor_of(setting)
    if facts.sales is None or factor is None:
        return
    beyond = ZERO if provision.terms.get("operator") == "at-least" else CENT
    for mode, years in sales.by_mode(setting).items():
        most = max((sold for sold in years.values() if sold is not None), default=ZERO)
        this_year = years.get(on.year) or ZERO
        overs = [Decimal(level["over"]) * factor for level in provision.terms["levels"][mode]]
        wanted = next((over + beyond for over in overs if over + beyond > most), None)
        if wanted is None:
            continue
        others = tuple(s for s in facts.sales if (s.year, s.mode) != (on.year, mode))
        more = wanted - this_year
        yield Move(
            zh=f"{on.year} 年 12 月底前 {mode} 销售额再增加 {more:,} 元，达到 {wanted:,} 元",
            en=f"{more:,} yuan more of {mode} sales by December {on.year}, to reach {wanted:,}",
            facts=replace(facts, sales=(*others, Sale(year=on.year, mode=mode, amount=wanted))),
            on=on,
            more=more,
        )


def _honours(provision: Provision, facts: Facts, on: date) -> Iterator[Move]:
    for kind, levels in provision.terms["levels"].items():
        for level in levels:
            zh = honours.LEVELS[level][0] + honours.KINDS[kind][0]
            en = f"{honours.LEVELS[level][1]} {honours.KINDS[kind][1]}"
            won = Honour(kind=kind, level=level, day=on)
            yield Move(
                zh=f"获得{zh}认定",
                en=f"be recognised as a {en}",
                facts=replace(facts, honours=(*(facts.honours or ()), won)),
                on=on,
            )


def _waiting(before: Verdict, facts: Facts, on: date) -> Iterator[Move]:
    """Yield the next day on which something falls due by itself."""
    pieces = before.settled.pieces if before.settled and not before.missing else ()
    coming = [each for each in pieces if each.due_on > on and each.amount and not each.lost]
    if coming:
        first = min(coming, key=lambda each: each.due_on)
        yield Move(
            zh=f"等到 {first.due_on}：{first.zh}",
            en=f"wait until {first.due_on}: {first.en}",
            facts=facts,
            on=first.due_on,
        )
