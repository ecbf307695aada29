# SPDX-License-Identifier: Apache-2.0
"""Reconciliation: two statements of the same money, and why a line has no counterpart.

Rules are tried in their order, the surest first. A rule pairs lines only where it is certain:
where they share a reference, or where exactly one line of each side fits. What is left over is
explained line by line: the nearest thing on the other side, and in what it differs. Nothing is
matched twice, and the sums prove it: the difference of both sides is the difference of what was
left over.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shangheng.kernel.accounts.concept.units import Unit, written

Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement: its number, reference and day, and its amount in smallest pieces."""

    number: int
    reference: str
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Rule:
    """When a line of one side is the same as one of the other.

    ``same`` names what must be equal; ``days`` is how far their days may lie apart; ``sums`` lets
    all lines of one side that share a reference be met by one line of the other with their sum.
    """

    name: str
    zh: str
    en: str
    same: tuple[Literal["reference", "amount"], ...]
    days: int = 0
    sums: bool = False


def usual_rules(days: int) -> tuple[Rule, ...]:
    """Return the rules in their usual order; ``days`` is how long money may be on its way."""
    both: tuple[Literal["reference", "amount"], ...] = ("reference", "amount")
    return (
        Rule("exact", "编号、金额、日期一致", "same reference, amount and day", both),
        Rule("days", "编号、金额一致，日期在期限内", "same reference and amount", both, days),
        Rule(
            "sum",
            "同一编号合计一致",
            "same reference, sums agree",
            ("reference",),
            days,
            sums=True,
        ),
        Rule("amount", "仅金额一致且唯一", "same amount and no other", ("amount",), days),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """Lines of both sides that are the same money, and by which rule."""

    rule: str
    ours: tuple[Line, ...]
    theirs: tuple[Line, ...]


Why = Literal["absent", "amount_differs", "day_differs", "twice", "several"]

REASONS: dict[Why, tuple[str, str]] = {
    "absent": ("对方没有相应记录", "The other side has nothing like it"),
    "amount_differs": (
        "对方第 {numbers} 行编号相同，金额相差 {difference}",
        "Line {numbers} of the other side has the same reference; amounts differ by {difference}",
    ),
    "day_differs": (
        "对方第 {numbers} 行编号、金额相同，日期相差 {difference} 天",
        "Line {numbers} of the other side has its reference and amount, {difference} days away",
    ),
    "twice": (
        "编号与本方第 {numbers} 行重复，那一行已对上",
        "The reference stands twice on this side; line {numbers} was matched",
    ),
    "several": (
        "对方第 {numbers} 行金额都相同，无法确定是哪一行",
        "Lines {numbers} of the other side have this amount; which of them it is, nobody can tell",
    ),
}


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A line without counterpart, and why: the nearest lines, and by how much they are off."""

    side: Side
    line: Line
    why: Why
    numbers: tuple[int, ...] = ()
    difference: int = 0

    def told(self, unit: Unit) -> tuple[str, str]:
        """Return the explanation in Chinese and English; amounts as their unit writes them."""
        numbers = ", ".join(map(str, self.numbers))
        zh, en = REASONS[self.why]
        is_amount = self.why == "amount_differs"
        off = written(self.difference, unit) if is_amount else str(self.difference)
        facts = {"numbers": numbers, "difference": off}
        return zh.format_map(facts), en.format_map(facts)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was matched, what was not, and the sums of both sides."""

    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    ours_total: int
    theirs_total: int

    @property
    def difference(self) -> int:
        """Return how much more our side comes to than theirs."""
        return self.ours_total - self.theirs_total


Groups = dict[Hashable, list[Line]]


def reconcile(
    ours: Sequence[Line], theirs: Sequence[Line], rules: Sequence[Rule]
) -> Reconciliation:
    """Match two statements by rules in their order and explain every line that is left over."""
    left: dict[Side, dict[int, Line]] = {
        "ours": {id(line): line for line in ours},
        "theirs": {id(line): line for line in theirs},
    }
    matches: list[Match] = []
    for rule in rules:
        pairing = _by_sums if rule.sums else _by_pairs
        for match in pairing(left, rule):
            matches.append(match)
            _strike(left["ours"], match.ours)
            _strike(left["theirs"], match.theirs)
    days = max((rule.days for rule in rules), default=0)
    unmatched = [
        *_explained("ours", left, matches, theirs, days),
        *_explained("theirs", left, matches, ours, days),
    ]
    return Reconciliation(
        tuple(matches),
        tuple(unmatched),
        sum(line.amount for line in ours),
        sum(line.amount for line in theirs),
    )


def _strike(left: dict[int, Line], matched: tuple[Line, ...]) -> None:
    for line in matched:
        del left[id(line)]


def _grouped(lines: Iterable[Line], key: Callable[[Line], Hashable]) -> Groups:
    groups: Groups = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return groups


def _key_of(rule: Rule) -> Callable[[Line], Hashable]:
    names = rule.same if rule.days else (*rule.same, "on")
    return lambda line: tuple(getattr(line, name) for name in names)


def _nameless(rule: Rule, line: Line) -> bool:
    return "reference" in rule.same and not line.reference


def _by_pairs(left: Mapping[Side, dict[int, Line]], rule: Rule) -> list[Match]:
    """Pair single lines of both sides."""
    key = _key_of(rule)
    theirs = _grouped(left["theirs"].values(), key)
    found: list[Match] = []
    for value, mine in _grouped(left["ours"].values(), key).items():
        others = theirs.get(value, [])
        if others and not _nameless(rule, mine[0]):
            found += _paired(rule, mine, others)
    return found


def _paired(rule: Rule, mine: list[Line], others: list[Line]) -> list[Match]:
    if "reference" in rule.same:
        return _in_time(rule, mine, others)
    fitting = {id(one): [each for each in others if _near(one, each, rule)] for one in mine}
    return [
        Match(rule.name, (one,), (only[0],))
        for one in mine
        if len(only := fitting[id(one)]) == 1
        and sum(only[0] in each for each in fitting.values()) == 1
    ]


def _in_time(rule: Rule, mine: list[Line], others: list[Line]) -> list[Match]:
    """Pair lines that nothing but their days tells apart, the earliest with the earliest."""
    waiting = sorted(others, key=lambda line: line.on)
    found = []
    for one in sorted(mine, key=lambda line: line.on):
        near = next((each for each in waiting if _near(one, each, rule)), None)
        if near is not None:
            waiting.remove(near)
            found.append(Match(rule.name, (one,), (near,)))
    return found


def _near(one: Line, other: Line, rule: Rule) -> bool:
    return abs((one.on - other.on).days) <= rule.days


def _by_sums(left: Mapping[Side, dict[int, Line]], rule: Rule) -> list[Match]:
    """Meet lines that share a reference with the other side's, if their sums agree."""
    theirs = _grouped(left["theirs"].values(), lambda line: line.reference)
    found = []
    for reference, mine in _grouped(left["ours"].values(), lambda line: line.reference).items():
        others = theirs.get(reference, [])
        if reference == "" or not others or min(len(mine), len(others)) > 1:
            continue
        same = sum(line.amount for line in mine) == sum(line.amount for line in others)
        if same and all(_near(one, other, rule) for one in mine for other in others):
            found.append(Match(rule.name, tuple(mine), tuple(others)))
    return found


@dataclass(frozen=True)
class _Nearby:
    """Where to look for what is nearest to a line of one side."""

    seen: Groups
    by_reference: Groups
    by_amount: Groups
    days: int


def _explained(
    side: Side,
    left: Mapping[Side, dict[int, Line]],
    matches: Sequence[Match],
    others: Sequence[Line],
    days: int,
) -> list[Unmatched]:
    open_others = left["theirs" if side == "ours" else "ours"].values()
    matched = [line for match in matches for line in getattr(match, side)]
    nearby = _Nearby(
        _grouped(matched, lambda line: line.reference),
        _grouped(others, lambda line: line.reference),
        _grouped(open_others, lambda line: line.amount),
        days,
    )
    return [_why(side, line, nearby) for line in left[side].values()]


def _why(side: Side, line: Line, nearby: _Nearby) -> Unmatched:
    """Say what is nearest to a line that was not matched."""
    named = nearby.by_reference.get(line.reference, []) if line.reference else []
    twice = nearby.seen.get(line.reference, []) if line.reference else []
    if twice:
        return Unmatched(side, line, "twice", _numbers(twice))
    equal = [each for each in named if each.amount == line.amount]
    if equal:
        off = min(abs((each.on - line.on).days) for each in equal)
        return Unmatched(side, line, "day_differs", _numbers(equal), off)
    if named:
        off = line.amount - sum(each.amount for each in named)
        return Unmatched(side, line, "amount_differs", _numbers(named), off)
    alike = nearby.by_amount.get(line.amount, [])
    near = [each for each in alike if abs((each.on - line.on).days) <= nearby.days]
    if near:
        return Unmatched(side, line, "several", _numbers(near))
    return Unmatched(side, line, "absent")


def _numbers(lines: Iterable[Line]) -> tuple[int, ...]:
    return tuple(line.number for line in lines)
