# SPDX-License-Identifier: Apache-2.0
"""The reward of a recruited talent: the local part of the income tax paid in the first years."""

from datetime import date

from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Setting,
    cents,
)


def tax_reward(setting: Setting) -> Computed:
    """Return the reward of each calendar year from that of ``talent.since`` on.

    ``terms`` print the number of years; which part of the tax stays local, and which share of it
    is rewarded, the authority decides.
    """
    paid, since = setting.facts.income_tax, setting.facts.stated.get("talent.since")
    share, rewarded = setting.term("local_share"), setting.term("reward_percent")
    needed = {
        "income_tax": paid,
        "talent.since": since if isinstance(since, date) else None,
        setting.open_name("local_share"): share,
        setting.open_name("reward_percent"): rewarded,
    }
    missing = tuple(name for name, value in needed.items() if value is None)
    if missing or not isinstance(since, date):
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
