# SPDX-License-Identifier: Apache-2.0
"""When it happens: the year, the week and the day of online buying.

Weights are rounded from common knowledge of Chinese e-commerce: festivals of the trade (6·18,
11·11 with its pre-sale, 12·12), the pause around the Spring Festival, evenings and noon.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from shangheng.simulate.chance import Ints, Reals, slots

DAY = 86_400
HOUR = 3_600
SECOND_SLOTS = 1 << 14

# Monday first.
WEEK = (1.02, 1.0, 1.0, 1.0, 1.03, 0.97, 0.98)

# Month and day of a festival of the trade → weight of the days from two before to two after.
FESTIVALS: dict[tuple[int, int], tuple[float, ...]] = {
    (6, 18): (1.1, 1.3, 2.6, 1.2, 0.9),
    (11, 11): (1.1, 1.4, 4.0, 1.4, 0.9),
    (12, 12): (1.0, 1.1, 1.6, 1.1, 1.0),
}
PRESALES = {(5, 26), (10, 20), (10, 31)}

# Official dates of the Spring Festival (first day of the first lunar month).
SPRING_FESTIVAL = (
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
)
MID_AUTUMN = (date(2024, 9, 17), date(2025, 10, 6), date(2026, 9, 25), date(2027, 9, 15))

# Share of the day's orders by hour, from midnight.
HOURS_HOME = (
    25, 14, 8, 5, 4, 5, 10, 20, 34, 46, 55, 54,
    53, 52, 50, 51, 52, 51, 52, 60, 72, 76, 66, 45,
)  # fmt: skip
HOURS_LIVE = (
    30, 15, 7, 4, 3, 3, 6, 12, 20, 30, 38, 40,
    44, 40, 38, 40, 42, 44, 60, 88, 110, 112, 90, 58,
)  # fmt: skip
HOURS_OFFICE = (
    1, 1, 1, 1, 1, 1, 3, 12, 50, 95, 105, 90,
    45, 60, 100, 105, 95, 70, 30, 16, 12, 9, 6, 3,
)  # fmt: skip
HOURS_FESTIVAL = (
    150, 70, 30, 14, 8, 6, 12, 28, 46, 60, 66, 60,
    56, 55, 54, 55, 56, 55, 60, 72, 92, 98, 104, 90,
)  # fmt: skip

HOME, LIVE, OFFICE, FESTIVAL = range(4)


@dataclass(frozen=True)
class Calendar:
    """The days that are simulated, how busy each is, and where the festival lies."""

    start: date
    days: int
    cumulative: Reals
    """Share of all orders before the end of each day; the last is 1."""
    festival: int
    """Index of the festival day with the greatest weight, or -1."""
    seconds: Ints
    """Four hour profiles as tables to draw a second of the day from."""

    def on(self, day: int) -> date:
        """Return the date of a day's index."""
        return self.start + timedelta(days=day)


def calendar(start: date, days: int) -> Calendar:
    """Lay out the days from the start."""
    dates = [start + timedelta(days=i) for i in range(days)]
    weights = np.array([_weight(day) * (1 + 0.0005 * i) for i, day in enumerate(dates)])
    cumulative = np.cumsum(weights / weights.sum())
    cumulative[-1] = 1.0
    peaks = [(day.month, day.day) in FESTIVALS for day in dates]
    festival = int(np.argmax(np.where(peaks, weights, 0.0))) if any(peaks) else -1
    profiles = (HOURS_HOME, HOURS_LIVE, HOURS_OFFICE, HOURS_FESTIVAL)
    return Calendar(start, days, cumulative, festival, np.stack([_seconds(p) for p in profiles]))


def _weight(day: date) -> float:
    weight = WEEK[day.weekday()]
    for (month, number), around in FESTIVALS.items():
        offset = (day - date(day.year, month, number)).days + 2
        if 0 <= offset < len(around):
            weight *= around[offset]
    if (day.month, day.day) in PRESALES:
        weight *= 1.35
    if _near(day, SPRING_FESTIVAL, -3, 5):
        weight *= 0.45
    if _near(day, MID_AUTUMN, -8, -2):
        weight *= 1.15
    return weight


def _near(day: date, festivals: tuple[date, ...], first: int, last: int) -> bool:
    return any(first <= (day - each).days <= last for each in festivals)


def _seconds(profile: tuple[int, ...]) -> Ints:
    """Return a table of seconds of the day; a uniform draw from it follows the profile."""
    hours = slots(np.array(profile, dtype=np.float64), SECOND_SLOTS)
    within = np.zeros(SECOND_SLOTS)
    for hour in range(24):
        chosen = hours == hour
        within[chosen] = np.linspace(0, HOUR, int(chosen.sum()), endpoint=False)
    return hours * HOUR + within.astype(np.int64)
