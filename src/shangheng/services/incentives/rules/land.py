# SPDX-License-Identifier: Apache-2.0
"""The clock of land that keeps its use, what departs on a parcel, and the worth of a voucher."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.money import cents
from shangheng.kernel.periods import months_later
from shangheng.services.incentives.rules.provisions import Computed, Piece, Setting

WARN_DAYS = Parameter(
    name="incentives.land_warn_days",
    zh="用地过渡期到期提醒提前天数",
    en="days of warning before a transition of land ends",
    unit="calendar days",
    clause="jiangsu-2016 十",
    question_zh="用地过渡期届满前多少日提醒经办人？",
    question_en="How many days before a transition ends are officers reminded?",
)
DEPARTS = {
    "forbidden": ("现状用途既不是原用途也不是允许用途，请核查处理",
                  "is used neither as before nor as allowed; look into it"),
    "changed": ("用途与上一版本不同，请核对", "is used otherwise than the version before says"),
    "user": ("过渡期内使用权人变更，不再符合过渡政策",
             "changed its user within the transition, which the policy does not allow"),
    "ending": ("过渡期将于 {until} 届满，请办理手续",
               "its transition ends on {until}; act in time"),
    "over": ("过渡期已于 {until} 届满，须按规定办理用地手续",
             "its transition ended on {until}; the normal procedure applies"),
    "undecided": ("过渡期至 {until}；提醒提前多少日尚未决定（incentives.land_warn_days）",
                  "its transition ends on {until}; decide incentives.land_warn_days"),
}  # fmt: skip
"""Why officers are told of a parcel."""


def last_day(begins: date, years: int) -> date:
    """Return the last day on which land keeps its use."""
    return months_later(begins, 12 * years) - timedelta(days=1)


def departures(
    parcel: Mapping[str, Any], before: Mapping[str, Any] | None, until: date | None, on: date
) -> Iterator[str]:
    """Yield how a parcel departs from what is allowed, or from its version before.

    While a transition runs (up to ``until``) another use than the old one is what it is for.
    """
    runs = until is not None and on <= until
    if parcel["use"] not in (parcel["use_before"], parcel["allowed"]):
        yield "forbidden"
    elif before and before["use"] != parcel["use"]:
        yield "changed"
    if runs and before and before["owner"] != parcel["owner"]:
        yield "user"


def stage(until: date, on: date, warn_days: int | None) -> str | None:
    """Return what is to be told of a transition on a day, if anything."""
    if on > until:
        return "over"
    if warn_days is None:
        return "undecided"
    return "ending" if (until - on).days < warn_days else None


def clock(setting: Setting) -> Computed:
    """Return until which day land keeps its use, and how many days are left.

    The years are printed; from which day they run, the authority decides (``starts`` maps each
    choice to the fact with its day, ``document-date`` is the day of the document).
    """
    choice = str(setting.readings.get("start") or "")
    name = setting.provision.counts["starts"].get(choice)
    begins = setting.facts.stated.get(name) if name else setting.provision.begins
    if not choice:
        return Computed(missing=("reading.start",))
    if not isinstance(begins, date):
        return Computed(missing=(str(name),))
    years = int(setting.provision.terms["years"])
    ends = last_day(begins, years)
    left = (ends - setting.on).days + 1
    code = "land_clock_runs" if left > 0 else "land_clock_over"
    if setting.on < begins:
        code, left = "land_clock_not_begun", (ends - begins).days + 1
    value = {"begins": begins, "ends": ends, "days_left": max(0, left)}
    told = setting.reason(code, since=begins, until=ends, days=str(max(0, left)))
    return Computed(value=value, reasons=(told,), over=left <= 0)


def voucher(setting: Setting) -> Computed:
    """Return a voucher of the worth that the authority decided; it is issued on an account."""
    worth = setting.term("value")
    if worth is None:
        return Computed(missing=(setting.open_name("value"),),
                        reasons=(setting.reason("amount_not_printed"),))  # fmt: skip
    piece = Piece(
        year=setting.on.year, due_on=setting.on, amount=cents(worth), basis="voucher",
        zh=setting.provision.zh, en=setting.provision.en,
    )  # fmt: skip
    return Computed(pieces=(piece,))
