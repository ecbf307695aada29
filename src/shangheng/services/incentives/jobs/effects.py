# SPDX-License-Identifier: Apache-2.0
"""What other numbers of a provision would cost, before anybody makes them law.

A provision on sales is reckoned for all firms of the ledger. The facts of all others (leases,
lines, honours, hires, costs) are known of those firms alone that filed them with an application:
the answer says on which firms it rests, of how many it cannot tell, and gives no sum where there
are none. No sum is not a sum of nought.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from shangheng.kernel.cases import across as cases
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives import queries
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.forms.facts_file import facts_from
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.forms.typed import told_in_words
from shangheng.services.incentives.formulas import everybody as tables
from shangheng.services.incentives.jobs.asking import known_to
from shangheng.services.incentives.jobs.deciding import awards_of, findings_of, joined
from shangheng.services.incentives.jobs.everybody import (
    FROM_THE_LEDGER,
    Reckoned,
    available_in,
    market_of,
    rows_under,
    variants_of,
)
from shangheng.services.incentives.rules.decide import FORMULAS, READING, judge
from shangheng.services.incentives.rules.facts import Facts
from shangheng.services.incentives.rules.funds import PURSES, Purse, fund_code, purse_of
from shangheng.services.incentives.rules.provisions import ZERO, Provision

BEFORE, AFTER = "before", "after"
LEDGER, APPLICATIONS = "ledger", "applications"
NOT_BELIEVED = ("refused", "withdrawn")
"""States of applications whose facts are left out."""
PATH_MAX = 8
OF_A_LEVEL = {"over": ("超过多少", "over"), "award": ("奖励", "award")}
NOT_A_NUMBER = ("day", "text", "enum")


@dataclass(frozen=True, kw_only=True)
class Total:
    """What firms are due together; without an ``amount`` nothing is known of any firm.

    ``firms`` are due something; of ``unclear`` it is not known, for want of what is ``missing``.
    """

    firms: int | None
    amount: Decimal | None
    unclear: int
    missing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Basis:
    """On what an answer rests: the ledger or applications, how many firms, of which years."""

    source: str
    firms: int
    years: tuple[int, int] | None = None
    unreadable: tuple[str, ...] = ()


def can_be_changed(provision: Provision) -> bool:
    """Return whether a provision is paid from a fund by a formula, so that numbers cost money."""
    return provision.in_force and provision.formula in FORMULAS and bool(purse_of(provision))


def effect(asked: Reckoned, changes: Mapping[str, str]) -> dict[str, Any]:
    """Return what a change of numbers would do to the budget, before it is made."""
    purse = _purse(asked)
    other = changed(asked, changes)
    totals = _from_the_ledger if asked.provision.formula == FROM_THE_LEDGER else _from_applications
    basis, before, after = totals(asked, other)
    lines = [_line(name, before[name], after[name]) for name in before]
    home = fund_code(purse, asked.place.region, asked.on.year)
    unit = PURSES[purse][2]
    free = Decimal(available_in([home]).get(home, 0)) / 10**unit.decimals
    return {
        "provision": asked.provision.id, "on": asked.on, "changes": dict(changes),
        "basis": vars(basis), "lines": lines, "fund": home, "available": free,
        "lacking": _lacking(after.values(), asked.provision),
    }  # fmt: skip


def _lacking(totals: Iterable[Total], provision: Provision) -> list[dict[str, Any]]:
    """Return what is not known, in words, and of how many firms; under the reading that has most.

    A reading that nobody has decided is told by its question.
    """
    most: Counter[str] = Counter()
    for each in totals:
        most |= Counter(each.missing)
    return [{**each, "firms": most[each["name"]]} for each in told_in_words(most, (provision,))]


def _purse(asked: Reckoned) -> Purse:
    purse = purse_of(asked.provision)
    if purse is None or not can_be_changed(asked.provision):
        listed = queries.provisions(asked.place, asked.on)
        known = [each.id for each in listed if can_be_changed(each)]
        raise Invalid("incentive.not_paid", provision=asked.provision.id, known=known)
    return purse


def _line(name: str, before: Total, after: Total) -> dict[str, Any]:
    """Return what one reading gives before and after, and of how many firms it cannot be told."""
    difference = None
    if before.amount is not None and after.amount is not None:
        difference = after.amount - before.amount
    return {
        "reading": name, "firms_before": before.firms, "firms_after": after.firms,
        "before": before.amount, "after": after.amount,
        "difference": difference,
        "unclear": after.unclear, "missing": dict(after.missing),
    }  # fmt: skip


Totals = tuple[Basis, dict[str, Total], dict[str, Total]]


def _from_the_ledger(asked: Reckoned, other: Reckoned) -> Totals:
    market = market_of(asked, other)
    variants = [
        replace(each, name=f"{when}|{each.name}")
        for when, one in ((BEFORE, asked), (AFTER, other))
        for each in variants_of(one)
    ]
    rows = {row["variant"]: row for row in rows_under(asked, tables.sums, tuple(variants), market)}
    nothing = {"firms": 0, "amount": ZERO, "unclear": 0}
    totals: dict[str, dict[str, Total]] = {BEFORE: {}, AFTER: {}}
    for each in variants:
        when, _, name = each.name.partition("|")
        row = rows.get(each.name, nothing)
        amount = None if market.years is None else row["amount"] or ZERO
        firms = None if amount is None else row["firms"]
        totals[when][name] = Total(firms=firms, amount=amount, unclear=row["unclear"])
    basis = Basis(source=LEDGER, firms=len(market.firms), years=market.years)
    return basis, totals[BEFORE], totals[AFTER]


def _from_applications(asked: Reckoned, other: Reckoned) -> Totals:
    firms, unreadable = filed(asked)
    basis = Basis(source=APPLICATIONS, firms=len(firms), unreadable=unreadable)
    return basis, _totals(asked, firms), _totals(other, firms)


def _totals(asked: Reckoned, firms: Mapping[str, Facts]) -> dict[str, Total]:
    return {
        ", ".join(f"{key}={value}" for key, value in choices.items()) or "decided": _total(
            asked, firms, {**asked.chosen.values, **choices}
        )
        for choices in _open_choices(asked)
    }


def _open_choices(asked: Reckoned) -> Iterator[dict[str, str]]:
    """Yield each combination of the choices that nobody has made."""
    open_ = [
        each for each in asked.provision.readings if each.choose and asked.used[each.name] is None
    ]
    for choices in product(*(each.choose for each in open_)):
        yield {each.name: choice for each, choice in zip(open_, choices, strict=True)}


def _total(asked: Reckoned, firms: Mapping[str, Facts], readings: Mapping[str, Any]) -> Total:
    judged = [judge(asked.provision, facts, asked.on, readings) for facts in firms.values()]
    told = [each for each in judged if each.verdict != "missing"]
    amounts = [each.amount for each in told if each.amount and each.amount > ZERO]
    missing = Counter(
        name for each in judged if each.verdict == "missing" for name in each.missing
    )
    return Total(
        firms=len(amounts) if told else None, amount=sum(amounts, ZERO) if told else None,
        unclear=len(judged) - len(told), missing=missing,
    )  # fmt: skip


def filed(asked: Reckoned) -> tuple[dict[str, Facts], tuple[str, ...]]:
    """Return what firms have filed with their applications, each section as filed last.

    Findings on file and payments are added. Beside them the numbers of applications whose facts
    cannot be read any more, since the provisions that they name have changed.
    """
    listed = queries.provisions(asked.place, asked.on, asked.house.configuration)
    known, findings, awards = known_to(listed), findings_of(asked.on), awards_of()
    supplied = {
        each.number: each.values["facts"]
        for each in cases.taken(APPLICATION, ("supply",))
        if each.values.get("facts")
    }
    believed = [state for state in APPLICATION.states if state not in NOT_BELIEVED]
    firms: dict[str, Facts] = {}
    unreadable = []
    for each in cases.in_states(APPLICATION, believed):
        text = str(supplied.get(each.number) or each.values.get("facts") or "")
        try:
            facts = facts_from(placed_text(text, each.number), known, confirm_small=True)
        except Invalid:
            unreadable.append(each.number)
            continue
        code = str(each.values["code"])
        firms[code] = _later(firms.get(code, Facts()), facts)
    whole = {
        code: joined(facts, Facts(findings=findings.get(code, ()), awards=awards.get(code, ())))
        for code, facts in firms.items()
    }
    return whole, tuple(unreadable)


def _later(before: Facts, after: Facts) -> Facts:
    """Return what was filed first with every section that was filed again."""
    sections = {
        each.name: getattr(after, each.name)
        for each in fields(Facts)
        if getattr(after, each.name) is not None
    }
    party, stated = {**before.party, **after.party}, {**before.stated, **after.stated}
    return replace(before, **{**sections, "party": party, "stated": stated})


def changed(asked: Reckoned, changes: Mapping[str, str]) -> Reckoned:
    """Return what is asked under other numbers: ``levels.B2C.0.award`` counts levels from 0.

    A number that the authority decided is changed under the name of its reading:
    ``reading.rent_rate_per_m2``.
    """
    terms, readings = _copied(asked.provision.terms), dict(asked.readings)
    known = numbers_of(asked)
    for path, text in changes.items():
        if path.startswith(READING) and path in known:
            readings[path.removeprefix(READING)] = str(_number(path, text, ZERO))
            continue
        *steps, last = path.split(".", PATH_MAX)
        inner: Any = terms
        try:
            for step in steps:
                inner = inner[int(step)] if isinstance(inner, list) else inner[step]
            before = inner[int(last)] if isinstance(inner, list) else inner[last]
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise NotFound("incentive.no_such_number", path=path, known=sorted(known)) from error
        inner[int(last) if isinstance(inner, list) else last] = _number(path, text, before)
    return replace(asked, provision=replace(asked.provision, terms=terms), readings=readings)


def _number(path: str, text: str, before: Any) -> Decimal:  # noqa: ANN401 - what stands there
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise Invalid("incentive.not_a_number", path=path, text=text) from error
    if isinstance(before, dict | list | str | bool) or not value.is_finite() or value < 0:
        raise Invalid("incentive.not_a_number", path=path, text=text)
    return value


def _copied(value: Any) -> Any:  # noqa: ANN401 - nested terms
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list | tuple) else value


def numbers_of(asked: Reckoned) -> dict[str, Decimal | None]:
    """Return every number that could be changed, by its path: as printed, or as decided.

    None is a number that no document prints and nobody has decided.
    """
    found: dict[str, Decimal | None] = dict(_leaves(asked.provision.terms))
    for each in asked.provision.readings:
        if not each.choose and each.unit not in NOT_A_NUMBER:
            value = asked.used[each.name]
            found[f"{READING}{each.name}"] = None if value is None else Decimal(str(value))
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Decimal]]:  # noqa: ANN401 - terms
    if isinstance(value, Mapping | list | tuple):
        inner = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, each in inner:
            yield from _leaves(each, f"{path}.{name}".lstrip("."))
    elif not isinstance(value, str | bool):
        yield path, Decimal(value)


def names_of(asked: Reckoned) -> dict[str, tuple[str, str]]:
    """Return what every number is called: its parameter, of levels also which level and what."""
    written = next(each for each in asked.place.provisions if each.id == asked.provision.id)
    parts = ("parameters", "rates", "caps")
    named = {name: value for part in parts for name, value in written.data.get(part, {}).items()}
    parameters = dict(_written({**named, "levels": written.data.get("levels", {})}))
    readings = {f"{READING}{each.name}": (each.zh, each.en) for each in asked.provision.readings}
    return {path: readings.get(path) or _named(asked, path, parameters)
            for path in numbers_of(asked)}  # fmt: skip


def _written(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as written
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _written(each, f"{path}.{name}".lstrip("."))
    elif isinstance(value, str):
        yield path, value


def _named(asked: Reckoned, path: str, parameters: Mapping[str, str]) -> tuple[str, str]:
    whole = next(each for each in parameters if f"{path}.".startswith(f"{each}."))
    parameter = policies.parameter(asked.place, parameters[whole])
    rest = path.removeprefix(whole).strip(".").split(".")
    if rest == [""]:
        return parameter.zh, parameter.en
    level, (zh, en) = int(rest[0]) + 1, OF_A_LEVEL[rest[1]]
    return f"{parameter.zh}：第 {level} 级{zh}", f"{parameter.en}: level {level}, {en}"
