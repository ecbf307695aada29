# SPDX-License-Identifier: Apache-2.0
"""The clock of land that keeps its use, and the worth of a voucher."""

from datetime import date, timedelta

from shangheng.kernel.money import cents
from shangheng.kernel.periods import months_later
from shangheng.services.incentives.rules.provisions import Computed, Piece, Setting


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
    ends = months_later(begins, 12 * years) - timedelta(days=1)
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
