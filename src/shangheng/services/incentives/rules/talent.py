# SPDX-License-Identifier: Apache-2.0
"""The reward of a recruited talent: the local part of the income tax paid in the first years."""

from datetime import date

from shangheng.kernel.money import cents
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Setting,
)

SINCE = "talent.since"


def tax_reward(setting: Setting) -> Computed:
    """Return the reward of each calendar year from the first on.

    ``terms`` print the number of years; which part of the tax stays local, which share of it is
    rewarded and from which day the years run (``talent.since`` where it is settled already, else
    the day of the reading), the authority decides.
    """
    paid, since = setting.facts.income_tax, _begins(setting)
    share, rewarded = setting.term("local_share"), setting.term("reward_percent")
    needed = {
        "income_tax": paid,
        _asked(setting): since,
        setting.open_name("local_share"): share,
        setting.open_name("reward_percent"): rewarded,
    }
    missing = tuple(str(name) for name, value in needed.items() if value is None)
    if missing or since is None:
        return Computed(missing=missing)
    last = since.year + int(setting.provision.terms["years"]) - 1
    percent = (share or ZERO) * (rewarded or ZERO) / 100
    pieces = tuple(
        Piece(
            year=each.year,
            due_on=min(date(each.year, 12, 31), max(setting.on, date(each.year, 1, 1))),
            amount=cents(each.amount * percent / 100),
            basis=f"income tax {each.year}",
            zh=f"{each.year} 年实缴个人所得税 {each.amount:,} 元的 {percent:f}%",
            en=f"{percent:f} % of {each.amount:,} yuan of income tax paid in {each.year}",
        )
        for each in paid or ()
        if since.year <= each.year <= last
    )
    reason = setting.reason("talent_years", first=str(since.year), last=str(last))
    return Computed(pieces=pieces, reasons=(reason,))


def _asked(setting: Setting) -> str:
    """Return the fact that says from which day the years run, settled if no day is known."""
    starts = setting.provision.counts.get("starts", {})
    if not any(name in setting.facts.stated for name in starts.values() if name != SINCE):
        return SINCE
    chosen: str = starts.get(setting.readings.get("first_year"), SINCE)
    return chosen


def _begins(setting: Setting) -> date | None:
    stated = setting.facts.stated
    begins = stated.get(SINCE, stated.get(_asked(setting)))
    return begins if isinstance(begins, date) else None
