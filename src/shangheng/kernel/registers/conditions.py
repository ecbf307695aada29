# SPDX-License-Identifier: Apache-2.0
"""Conditions on rows that have a region, or that list names: for registers, cases and notices."""

import re
from collections.abc import Iterable

from django.db.models import F, Q
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from shangheng.kernel.regions.concept import stem
from shangheng.kernel.registers.concept.actors import BETWEEN
from shangheng.kernel.registers.models import City, County, NotByIndex

CITY_DIGITS, COUNTY_DIGITS, REGION_DIGITS = 4, 6, 12


def naming(field: str, names: Iterable[str]) -> Q:
    """Return the condition that a field which lists several names lists one of these."""
    either = "|".join(re.escape(name) for name in names)
    return Q(**{f"{field}__regex": f"(^|{BETWEEN})({either})($|{BETWEEN})"})


def below(region: str, of: str = "") -> Q:
    """Return the condition for what lies in a region; no region is the whole country.

    ``of`` names the way to the row that has the region, such as ``entry__``.
    """
    if not region:  # a plain Q() would vanish beside other conditions instead of holding for all
        return ~Q(pk__in=[])
    first = stem(region)  # a span of codes, which an index can answer, unlike a beginning
    last = first.ljust(REGION_DIGITS, "9")
    return Q(**{f"{of}region__gte": first, f"{of}region__lte": last})


def above(region: str) -> Q:
    """Return the condition for what lies at a region or at one that it belongs to."""
    belongs = (region[:2] + "0000", region[:CITY_DIGITS] + "00", region[:COUNTY_DIGITS], region)
    return Q(region__in=("", *dict.fromkeys(belongs)))


def placed(region: str, of: str = "") -> Q:
    """Return the condition for what lies in a region, for lists that are read in their order.

    A county and a city have an index of their own in that order. What lies in a province is gone
    through in the order of all, for which the region must not look like what an index answers.
    """
    first, place = stem(region), F(f"{of}region")
    if len(first) >= COUNTY_DIGITS:
        county = Q(Exact(County(place), first[:COUNTY_DIGITS]))
        return county if len(first) == COUNTY_DIGITS else county & below(region, of)
    if len(first) == CITY_DIGITS or not first:
        return Q(Exact(City(place), first)) if first else below(region)
    plain, last = NotByIndex(place), first.ljust(REGION_DIGITS, "9")
    return Q(GreaterThanOrEqual(plain, first)) & Q(LessThanOrEqual(plain, last))
