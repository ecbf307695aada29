# SPDX-License-Identifier: Apache-2.0
"""What the statistics service does: learn from rosters, take the frame over, release figures."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.concept.guards import Figures, Taking
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Conflict, Invalid, Unavailable
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties.concept import Merchant
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Entered, Filing
from shangheng.kernel.registers.concept.actors import PLATFORM
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.services.statistics.cases import RELEASE, RELEASE_DAYS
from shangheng.services.statistics.queries import releases as queries
from shangheng.services.statistics.queries.frame import Line
from shangheng.services.statistics.records import MERCHANT
from shangheng.services.statistics.registers import FIGURE_MAX, PUBLISHED_FIGURE, STATISTICAL_FRAME
from shangheng.services.statistics.rules.decisions import CELL_MINIMUM
from shangheng.services.statistics.rules.releases import asked, question_text

ROSTER = (
    "platform", "shop", "shop_name", "shop_url", "owner_name", "owner_code", "region", "opened_on",
)  # fmt: skip


def learn_merchants(home: Ledger, receipt: Receipt, at: datetime) -> None:
    """Know the shops of a roster, and who runs them, as parties; again changes nothing."""
    for rows in records.rows_of_batch(home, MERCHANT, receipt, ROSTER):
        parties.learn(_merchants(rows), reporter=receipt.reporter, at=at)


def _merchants(rows: list[tuple[str | None, ...]]) -> Iterator[Merchant]:
    for platform, shop, name, url, owner, code, region, opened_on in rows:
        yield Merchant(
            platform=str(platform), shop=str(shop), shop_name=name or "", shop_url=url or "",
            owner_name=owner or "", uscc=code or "", org="", regno="", region=region or "",
            opened_on=cast("date | None", opened_on),
        )  # fmt: skip


def take_over(line: Line, hand: PlainHand, home: str) -> Entered:
    """Enter an enterprise into the frame, or end its entry, from the day of the decision on.

    It is one transaction under one seal, and holds once another has confirmed it. What is not open
    is refused by the register: it is there already, it waits, or nobody proposes it.
    """
    decision, firm = line.decision, line.decision.firm
    since, reason = decision.since, f"{decision.zh}（{decision.clause}）"
    if decision.step == "leave" and line.entry is not None:
        return registers.end(
            STATISTICAL_FRAME, line.entry.number, hand, Filing(since=since, reason=reason)
        )
    if decision.step != "enter":
        raise Conflict("frame.nothing_to_do", code=firm.code, year=decision.year)
    values = {
        "code": firm.code, "name": firm.name, "kind": firm.kind, "region": firm.region or home,
        "scale": "logistics" if firm.express else "above_scale", "express": firm.express,
        "reason": reason, "sales_year": decision.sales_year, "sales": decision.sales_yuan,
        "threshold": decision.threshold_yuan,
    }  # fmt: skip
    return registers.enter(
        STATISTICAL_FRAME, values, hand, Filing(since=since, reason=reason, home=home, sure=True)
    )


def check_release(taking: Taking) -> None:
    """Take in only what can be released: computable, on time or with why not, not twice."""
    form, today = taking.values, taking.today
    _computed(taking)
    due = datetime.fromisoformat(form["release_at"])
    if due <= taking.at:
        raise Invalid("release.past", due=due.isoformat(timespec="minutes"))
    until = date.fromisoformat(form["until"])
    days = int(RELEASE_DAYS.on(today, taking.configuration))
    if due.date() > until + timedelta(days=days) and not form.get("late"):
        raise Invalid("release.late", last=(until + timedelta(days=days)).isoformat(), days=days)
    question = question_text(form)
    if open_ := [each for each in queries.unreleased() if question_text(each.values) == question]:
        raise Conflict("release.twice", number=open_[0].number)
    known = queries.about(question, today)
    if not form.get("corrects") and known:
        raise Conflict("release.known", number=known.number)
    if form.get("corrects") and (known is None or known.number != form["corrects"]):
        raise Invalid("release.corrects_another", number=form["corrects"], question=question)
    if form.get("corrects") and not form.get("wrong"):
        raise Invalid("release.what_was_wrong")


def compute(taking: Taking) -> dict[str, Any]:
    """Compute the figure as everybody may see it, and write it into the case."""
    return {"figure": _computed(taking)}


def _computed(taking: Taking) -> dict[str, Any]:
    """Return the figure over the ledger as it stands; refuse one of nothing, or too large."""
    question = asked(taking.values)
    CELL_MINIMUM.on(cast("date", question.until), taking.configuration)  # refuses if undecided
    found = dict(_figures(taking).computed(taking.values["indicator"], question, taking.at))
    if not found["rows"]:
        raise Invalid("release.empty", question=question_text(taking.values))
    if (size := len(_written(found))) > FIGURE_MAX:
        raise Invalid("release.too_large", size=size, most=FIGURE_MAX)
    return found


def _written(figure: dict[str, Any]) -> str:
    return json.dumps(figure, ensure_ascii=False, sort_keys=True)


def _figures(taking: Taking) -> Figures:
    if taking.figures is None:
        raise Unavailable("release.no_figures")
    return taking.figures


def publish(taking: Taking) -> dict[str, Any]:
    """Put an approved figure on file once its time has come: only then is it public anywhere."""
    form, said = taking.values, taking.said["propose"]
    due = datetime.fromisoformat(form["release_at"])
    if taking.at < due:
        raise Conflict("release.embargo", due=due.isoformat(timespec="minutes"))
    figure = dict(said["figure"])
    sealed = _figures(taking).seal({**figure, "release": taking.number}, taking.at)
    values = {
        **{name: form[name] for name in ("title", "indicator", "since", "until")},
        "question": question_text(form), "released_at": taking.at.isoformat(),
        "commentary": said["commentary"], "wrong": form.get("wrong"), "ledger": figure["ledger"],
        "evidence": sealed, "decided_in": taking.number,
        "figure": _written(figure),
    }  # fmt: skip
    reason = form.get("wrong") or taking.number
    filing = Filing(since=taking.today, reason=reason, home=taking.home, sure=True)
    hand = PlainHand(PLATFORM, taking.at)
    if corrects := form.get("corrects"):
        entered = registers.amend(PUBLISHED_FIGURE, corrects, values, hand, filing)
    else:
        entered = registers.enter(PUBLISHED_FIGURE, values, hand, filing)
    return {"published": entered.number}


def check_withdrawal(taking: Taking) -> None:
    """Refuse to take back what is not released, or what is being corrected."""
    number = str(taking.values["published"])
    queries.standing(number, taking.today)
    corrected = [each for each in queries.unreleased() if each.values.get("corrects") == number]
    if corrected:
        raise Conflict("release.being_corrected", number=number, case=corrected[0].number)


def take_back(taking: Taking) -> None:
    """Let a released figure end today; what it said stays readable, with the reason."""
    check_withdrawal(taking)
    number, reason = str(taking.values["published"]), str(taking.values["reason"])
    hand = PlainHand(PLATFORM, taking.at)
    registers.end(PUBLISHED_FIGURE, number, hand, Filing(since=taking.today, reason=reason))


def release_due(house: House, at: datetime) -> int:
    """Release what is approved and whose time has come; return how much there was."""
    hand, released = Hand(PLATFORM, at, house=house), 0
    for each in queries.unreleased():
        if each.state != "approved" or queries.due_at(each) > at:
            continue
        try:
            cases.take_step(RELEASE, each.number, "publish", {}, hand)
        except Conflict as refusal:
            if refusal.code != "case.step_not_allowed":
                raise
            continue  # somebody was faster
        released += 1
    return released


GUARDS = {
    "release.open": check_release,
    "release.propose": compute,
    "release.publish": publish,
    "release_withdrawal.open": check_withdrawal,
    "release_withdrawal.approve": take_back,
}
