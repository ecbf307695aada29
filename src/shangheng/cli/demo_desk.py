# SPDX-License-Identifier: Apache-2.0
"""What the demonstration puts on the desks of officers: decisions, people, a roster, a guarantee.

All of it is made up and says so; ``shangheng init`` makes none of it.
"""

import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from django.conf import settings

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.periods import days_in
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.registers.queries import Sought
from shangheng.services.statistics.manifest import SERVICE
from shangheng.simulate.codes import DEPARTMENTS, credit_code
from shangheng.simulate.people import PLATFORMS
from shangheng.site import acting, clock, wiring, work
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY

CLERK, CHIEF = "consumer", "lead"
CLERK_ROLES = (
    "consumer.officer", "consumer.mediator", "consumer.finance", "filing.officer",
    "express.officer", "incentives.clerk", "incentives.reviewer", "policy.unit",
    "retention.officer",
)  # fmt: skip
CHIEF_ROLES = (
    "consumer.lead", "consumer.officer", "consumer.finance", "filing.lead", "filing.officer",
    "express.lead", "express.officer", "incentives.reviewer", "incentives.decider",
    "incentives.treasurer", "incentives.inspector", "incentives.lead", "policy.lead",
    "policy.inspector", "retention.lead", "statistics.lead",
)  # fmt: skip
COUNTER, COUNTER_ROLES = "officer", ("statistics.officer",)
LARGE, SILENT = ("P01", "P02", "P03", "P05"), ("P09", "P10")
SELLING, WITHOUT_SHOP = 40, 8
PRETENDED = "演示"
SHORTLY, LATER = timedelta(minutes=1), timedelta(days=7)
RULE = "买家签收后七日内可以无理由退货。退货运费由买家承担，质量问题由商家承担。"
SEEN = "买家签收后七日内可以无理由退货。退货运费一律由买家承担。活动商品一经售出，不退不换。"


def posts(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles as posts for the whole of this place."""
    return tuple(f"{role}@{wiring.place().region}" for role in roles)


def decide() -> None:
    """Put the decisions of the demonstration into the home where nobody has decided anything."""
    target = Path(settings.HOME) / "decisions.yaml"
    if not target.exists():
        with as_file(files("shangheng.simulate") / "decisions.yaml") as source:
            shutil.copyfile(source, target)


def furnish() -> None:
    """Put on file what a complaint needs to come to its end; done once."""
    region, today = wiring.place().region, clock.now().date()
    until = date(today.year + 1, 12, 31).isoformat()
    mediator = {
        "account": CLERK, "name": f"{PRETENDED}调解员", "body": "association",
        "employer": f"{PRETENDED}消费者协会", "region": region, "until": until,
    }  # fmt: skip
    if not _entered("mediator", mediator):
        return
    guarantee = {
        "operator": "P01", "name": f"{PRETENDED}平台 P01", "form": "deposit",
        "agreed": "100000.00", "covers": "平台内商家未履行的和解", "until": until,
    }  # fmt: skip
    number = _entered("guarantee", guarantee)
    _deposit(number, today)
    _entered("rights_station", {
        "platform": "P01", "name": f"{PRETENDED}平台12315站", "region": region, "form": "online",
        "opened_on": today.isoformat(),
    })  # fmt: skip
    rule = {
        "platform": "P01", "title": f"{PRETENDED}退换货规则", "subject": "return", "text": RULE,
        "published_on": today.isoformat(), "effective_on": today.isoformat(), "filed_by": "—",
    }  # fmt: skip
    _entered("trading_rule", rule)
    _entered("rule_capture", {
        "platform": "P01", "title": rule["title"], "captured_on": today.isoformat(),
        "address": "https://p01.example/returns", "text": SEEN,
    })  # fmt: skip


def release() -> None:
    """Release a figure, and let another wait for its time; done once."""
    kind, month = REGISTRY.case_kind("release"), OFFICE.latest_month("order")
    if not month or entries.count(REGISTRY.register("published_figure"), Sought(), actor=NOBODY):
        return
    since, until = days_in("month", month)
    now, house = clock.now(), acting.house()
    officer, chief = _actor("officer", ("statistics.officer",)), _actor(CHIEF, CHIEF_ROLES)
    drafts = (
        ("online-retail-sales", "网络零售额", now - SHORTLY),
        ("items-listed", "在售商品数", now + LATER),
    )
    for indicator, zh, due in drafts:
        given = {
            "indicator": indicator, "by": "platform", "since": since.isoformat(),
            "until": until.isoformat(), "title": f"{month} {zh}（{PRETENDED}）",
            "release_at": due.isoformat(timespec="seconds"), "late": PRETENDED,
        }  # fmt: skip
        early = Hand(officer, min(now, due) - SHORTLY, house=house)
        number = cases.open_case(kind, given, early).number
        cases.take_step(kind, number, "propose", {"commentary": f"{PRETENDED}分析。"}, early)
        cases.take_step(kind, number, "approve", {}, Hand(chief, early.at, house=house))
    work.once()


def _actor(name: str, roles: tuple[str, ...]) -> Actor:
    return Actor(name, tuple(Post(role, wiring.place().region) for role in roles))


def _entered(name: str, given: Mapping[str, str]) -> str:
    """Enter and, where it is asked for, confirm; nothing where the register is no longer empty."""
    made = _filled(name, [given], _actor(CLERK, CLERK_ROLES))
    return made[0] if made else ""


def _filled(
    name: str, rows: Iterable[Mapping[str, Any]], clerk: Actor, since: date | None = None
) -> list[str]:
    """Enter rows and have them confirmed; nothing where the register is no longer empty."""
    kind, at, chief = REGISTRY.register(name), clock.now(), _actor(CHIEF, CHIEF_ROLES)
    if entries.count(kind, Sought(state=""), actor=chief):
        return []
    filing = Filing(since=since, home=wiring.place().region, sure=True)
    numbers = []
    for given in rows:
        made = registers.enter(kind, given, PlainHand(clerk, at), filing)
        if kind.confirm:
            registers.confirm(kind, made.number, PlainHand(chief, at))
        numbers.append(made.number)
    return numbers


def count() -> None:
    """Put the simulated platforms and the greatest sellers on file; done once.

    Two platforms that never report and some enterprises without a shop stand beside them, so that
    rates are below 100 and the survey has something to estimate.
    """
    days = OFFICE.days("order")
    if not (days and wiring.is_demonstration()):
        return
    year, officer = days[-1].year, _actor(COUNTER, COUNTER_ROLES)
    first = date(year, 1, 1)
    _filled("trading_platform", _platforms(), officer, first)
    decided = SERVICE.jobs["frame"](year + 1, house=OFFICE.house())
    reached = sorted(decided, key=lambda each: (not each.is_member, -each.sales_yuan))
    # Every other of the greatest: those between are what the page proposes to enter.
    entered = [each.firm for each in reached[:SELLING:2]]
    _filled("statistical_frame", [
        *({"code": each.code, "name": each.name, "kind": each.kind, "region": each.region,
           "scale": "above_scale", "reason": PRETENDED} for each in entered),
        *({"code": _credit_code(800_000 + n), "name": f"{PRETENDED}企业{n + 1}",
           "kind": "enterprise", "region": entered[n % len(entered)].region,
           "scale": "above_limit",
           "reason": PRETENDED} for n in range(WITHOUT_SHOP)),
    ], officer, first)  # fmt: skip


def _platforms() -> list[dict[str, Any]]:
    listed = [
        (each.code, each.zh, "third_party", "large" if each.code in LARGE else "medium")
        for each in PLATFORMS
    ]
    listed += [(code, f"{PRETENDED}自建商城{code}", "own_built", "medium") for code in SILENT]
    return [
        {"platform": code, "name": name, "operator": _credit_code(900_000 + number),
         "form": form, "region": wiring.place().region, "stratum": stratum,
         "website": f"https://{code.lower()}.example/", "must_report": True}
        for number, (code, name, form, stratum) in enumerate(listed)
    ]  # fmt: skip


def _credit_code(serial: int) -> str:
    return credit_code(DEPARTMENTS["enterprise"], wiring.place().region, serial)


def _deposit(fund: str, today: date) -> None:
    kind = REGISTRY.case_kind("guarantee_deposit")
    clerk, chief = (
        Hand(_actor(name, roles), clock.now(), house=acting.house())
        for name, roles in ((CLERK, CLERK_ROLES), (CHIEF, CHIEF_ROLES))
    )
    given = {
        "fund": fund, "move": "deposit", "amount": "100000.00", "reference": PRETENDED,
        "booked_on": today.isoformat(),
    }  # fmt: skip
    opened = cases.open_case(kind, given, clerk)
    cases.take_step(kind, opened.number, "book", {}, chief)
