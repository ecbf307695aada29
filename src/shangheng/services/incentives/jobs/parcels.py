# SPDX-License-Identifier: Apache-2.0
"""What runs by itself: officers are told once of each parcel that departs or whose years end."""

from collections.abc import Iterator
from datetime import date, datetime

from shangheng.kernel.cases.store import House
from shangheng.kernel.formulas.parameters import decided
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.periods import day_of
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.queries import EntryView, Sought
from shangheng.services.incentives import queries
from shangheng.services.incentives.cases import CLERK
from shangheng.services.incentives.jobs.deciding import READER
from shangheng.services.incentives.registers import PARCEL
from shangheng.services.incentives.rules.land import (
    DEPARTS,
    WARN_DAYS,
    departures,
    last_day,
    stage,
)


def watch(house: House, at: datetime) -> int:
    """Tell the officers of every parcel what they were not told of; return how many."""
    on = day_of(at)
    years = _years(house, on)
    parcels = registers.listed(PARCEL, Sought(limit=None), actor=READER, today=on)
    found = [_notice(each, why, until) for each in parcels
             for why, until in _told_of(each, years, house, on)]  # fmt: skip
    return notices.tell_once(found, at=at)


def _years(house: House, on: date) -> int | None:
    """Return for how many years land keeps its use here; none where no document says so."""
    if house.library is None:
        return None
    place = queries.place_of(house.library(), house.region)
    clocks = [each for each in queries.provisions(place, on, house.configuration)
              if each.formula == "land-clock" and each.in_force]  # fmt: skip
    return int(clocks[0].terms["years"]) if clocks else None


def _told_of(
    parcel: EntryView, years: int | None, house: House, on: date
) -> Iterator[tuple[str, date | None]]:
    begins, until = parcel.values.get("transition_from"), None
    if begins and years is not None:
        until = last_day(date.fromisoformat(str(begins)), years)
    before = None
    if parcel.holds > 1:
        versions = registers.history(PARCEL, parcel.number, actor=READER)
        before = next(each.values for each in versions if each.number == parcel.holds - 1)
    for why in departures(parcel.values, before, until, on):
        yield why, until
    if until is not None:
        days = decided(house.configuration, on, WARN_DAYS.name)
        if why_now := stage(until, on, None if days is None else int(days)):
            yield why_now, until


def _notice(parcel: EntryView, why: str, until: date | None) -> Notice:
    zh, en = (each.format(until=until) for each in DEPARTS[why])
    which = f"{parcel.values['parcel']}（{parcel.values['name']}）"
    return Notice(
        key=f"{parcel.number}/{parcel.holds}/{why}", channel="inbox", role=CLERK,
        region=parcel.region, zh=f"宗地 {which}：{zh}", en=f"Parcel {which} {en}",
        link=f"/registers/{PARCEL.name}/{parcel.number}/",
    )  # fmt: skip
