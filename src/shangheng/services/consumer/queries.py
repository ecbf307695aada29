# SPDX-License-Identifier: Apache-2.0
"""What can be asked: who may mediate, what a guarantee holds, where complaints stand out."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.accounts.concept.plans import GUARANTEE as PLAN
from shangheng.kernel.accounts.concept.units import CNY, amount_of
from shangheng.kernel.cases import trends
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.periods import day_of
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.registers.queries import EntryView, Sought
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.formulas import samples_tested, shops_of_order
from shangheng.services.consumer.registers import (
    GUARANTEE,
    MEDIATOR,
    PROMOTION,
    RIGHTS_STATION,
)
from shangheng.services.consumer.rules import compliance, mediation, warnings
from shangheng.services.consumer.rules.compliance import Judged
from shangheng.services.consumer.rules.warnings import Failing, Outlier, SamplingTerms, Terms

ORDERS_SEARCHED = timedelta(days=366)
"""How long ago an order may be for its shop to be found."""
HOUSE = Actor("", (Post("consumer.officer"),))
"""Reads whole entries of the registers for a rule; what it reads is shown to nobody."""


def entry_of(kind: RegisterKind, number: str, today: date) -> EntryView:
    """Return an entry that holds today, whole; refuse one that does not."""
    return registers.in_force(kind, number, actor=HOUSE, today=today)


def sides(form: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, str]:
    """Return the sides of a dispute from which a mediator must be free."""
    told = {
        "seller": form.get("seller"), "seller_code": said.get("seller_code"),
        "platform": form.get("platform"), "first_operator": said.get("first_operator"),
    }  # fmt: skip
    return {side: str(name) for side, name in told.items() if name}


def mediators(
    form: Mapping[str, Any], said: Mapping[str, Any], today: date
) -> list[tuple[EntryView, tuple[tuple[str, str], ...]]]:
    """Return the roster with each one's conflicts of interest in a dispute, free ones first."""
    roster = registers.listed(MEDIATOR, Sought(limit=None), actor=HOUSE, today=today)
    against = sides(form, said)
    found = [
        (each, tuple(mediation.conflicts(each.values, against)))
        for each in roster
        if not each.expired
    ]
    return sorted(found, key=lambda pair: (len(pair[1]), pair[0].title))


def fund_balances(number: str) -> dict[str, Any]:
    """Return what lies in each pot of a guarantee, in yuan; nothing where nothing was paid in."""
    codes = {pot.name: PLAN.account(f"guarantee/{number}", pot.name) for pot in PLAN.pots}
    found = accounts.balances(list(codes.values()))
    return {name: amount_of(found.get(code, 0), CNY) for name, code in codes.items()}


def guarantees(today: date) -> list[tuple[EntryView, dict[str, Any]]]:
    """Return the guarantees that hold, with what lies in each."""
    found = registers.listed(GUARANTEE, Sought(limit=None), actor=NOBODY, today=today)
    return [(each, fund_balances(each.number)) for each in found]


def station_of(platform: str, today: date) -> EntryView | None:
    """Return the station inside a platform, if there is one."""
    sought = Sought(where=(("platform", platform),), limit=1)
    found = registers.listed(RIGHTS_STATION, sought, actor=NOBODY, today=today)
    return found[0] if found else None


@dataclass(frozen=True)
class Performance:
    """How a station did: claims, settled there, become complaints, clocks ended, in time.

    ``marks`` are what consumers said of what was performed: from 1, very dissatisfied, to 5.
    """

    station: str
    claims: int
    settled: int
    escalated: int
    ended: int
    in_time: int
    marks: tuple[int, ...] = ()

    @property
    def rated(self) -> int:
        """Return how many consumers said how satisfied they were."""
        return len(self.marks)

    @property
    def satisfaction(self) -> float | None:
        """Return the mean of their marks; none without any."""
        return sum(self.marks) / len(self.marks) if self.marks else None

    @property
    def settled_percent(self) -> float:
        """Return the share of its claims that were settled."""
        return 100 * self.settled / self.claims


def stations(actor: Actor, *, since: datetime, until: datetime) -> list[Performance]:
    """Return how each station did with the claims that it took in a span, the best first."""
    came, settled_, escalated_, performed = (
        trends.taken(COMPLAINT, step, actor=actor, since=since, until=until)
        for step in ("to_station", "station_settle", "escalate", "performed")
    )
    marks = {case.number: int(step.values["satisfied"]) for case, step in performed
             if step.values.get("satisfied")}  # fmt: skip
    settled, escalated = ({case.number for case, _ in part} for part in (settled_, escalated_))
    kept = trends.kept(COMPLAINT, "station", [case.number for case, _ in came])
    by_station: dict[str, list[str]] = defaultdict(list)
    for case, step in came:
        by_station[str(step.values["station"])].append(case.number)
    found = [
        Performance(
            station, len(numbers), len(settled & {*numbers}), len(escalated & {*numbers}),
            sum(number in kept for number in numbers),
            sum(kept.get(number, False) for number in numbers),
            tuple(marks[number] for number in numbers if number in marks),
        )
        for station, numbers in by_station.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.settled_percent, each.station))


WATCHED = ("region", "goods", "ground")


def standing_out(actor: Actor, decided: Terms, *, at: datetime) -> tuple[Outlier, ...]:
    """Return where complaints stand out in the window that ends now, by region, goods, ground."""
    window = timedelta(days=decided.days)
    begin = at - window
    now = trends.tallied(COMPLAINT, WATCHED, actor=actor, since=begin, until=at)
    earlier = trends.tallied(
        COMPLAINT, WATCHED, actor=actor, since=begin - decided.windows * window, until=begin
    )
    return warnings.outliers(now, earlier, decided)


def failing(
    house: formulas.House, decided: SamplingTerms, *, at: datetime, home: str
) -> tuple[Failing, ...]:
    """Return goods of which too many samples failed in the window that ends now.

    A sample whose seller's region is unknown counts for the whole house, ``home``.
    """
    today = day_of(at)
    question = Question(
        by=("seller_region", "goods", "product", "result"), level="county",
        since=today - timedelta(days=decided.days - 1), until=today,
    )  # fmt: skip
    figure = formulas.answer(samples_tested, question, house=house, at=at)
    told = (
        (str(row["seller_region"] or home), row["goods"], row["product"], row["result"],
         int(row["value"]))
        for row in figure
    )  # fmt: skip
    return warnings.failing(told, decided)


def shops(house: formulas.House, number: str, *, today: date) -> list[dict[str, str]]:
    """Return the shops in which an order of that number was placed, as the form names them."""
    since = today - ORDERS_SEARCHED
    build = shops_of_order(number, since)
    rows = formulas.rows_of(build, house=house, reads=("order", "merchant"))
    found = [
        {
            "seller": str(row["shop_name"] or row["shop"] or ""),
            "platform": str(row["platform"]),
            "seller_region": _named(row["region"] or row["seller_region"]),
        }
        for row in rows
    ]
    return sorted(found, key=lambda each: (each["platform"], each["seller"]))


def _named(region: str | None) -> str:
    """Return a region as somebody would write it into the form."""
    return regions.name_or_code(region) if region else ""


def trend(actor: Actor, decided: Terms, *, at: datetime) -> list[tuple[date, date, int]]:
    """Return how many complaints came in each window, the latest last."""
    window = timedelta(days=decided.days)
    spans = [(at - (n + 1) * window, at - n * window) for n in range(decided.windows, -1, -1)]
    return [
        (since.date(), until.date(), sum(trends.tallied(
            COMPLAINT, ("region",), actor=actor, since=since, until=until
        ).values()))
        for since, until in spans
    ]  # fmt: skip


def promotions(captures: RegisterKind | None, today: date, *, platform: str = "") -> list[Judged]:
    """Judge the promotions on file by what they disclosed and what was captured of them."""
    sought = Sought(where=(("platform", platform),) if platform else (), limit=None)
    listed = registers.listed(PROMOTION, sought, actor=NOBODY, today=today)
    seen = (
        [each.values for each in registers.listed(captures, sought, actor=NOBODY, today=today)]
        if captures
        else []
    )
    found = [compliance.judged(each.number, each.values, seen, today) for each in listed]
    return sorted(found, key=lambda each: (str(each.values["starts_on"]), each.number))
