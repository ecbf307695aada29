# SPDX-License-Identifier: Apache-2.0
"""What in the documents concerns somebody: by whom a clause says it concerns, and by a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shangheng.kernel.errors import NotFound
from shangheng.kernel.parties import queries as parties
from shangheng.kernel.parties.concept import Party
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction, Library, Provision
from shangheng.kernel.registers.concept.actors import covers
from shangheng.services.policy.queries.library import Found, Wanted, clauses
from shangheng.services.policy.rules.audience import (
    HEADINGS,
    OF_PARTIES,
    ORDER,
    SCHEMES,
    heading_of,
)


@dataclass(frozen=True)
class Known:
    """Who asks, as far as a code tells it: a party, its audience, the places that it lies in."""

    party: Party
    audience: str
    places: tuple[Jurisdiction, ...]


@dataclass(frozen=True)
class Concern:
    """A clause that concerns somebody, with the provisions by which it can be claimed."""

    found: Found
    provisions: tuple[Provision, ...]


def by_code(library: Library, code: str, on: date) -> Known:
    """Return who bears a code, or say that nobody does."""
    for scheme, told in SCHEMES.items():
        try:
            party = parties.find(scheme, code, on=on)
        except NotFound:
            continue
        places = [
            each
            for each in library.jurisdictions.values()
            if party.region and covers(each.region, party.region)
        ]
        return Known(party, told or OF_PARTIES.get(party.kind, ""), tuple(places))
    raise NotFound("policy.party_unknown", given=code)


def concerns(
    library: Library, wanted: Wanted, *, home: str = "", within: Sequence[str] | None = None
) -> list[tuple[tuple[str, str], list[Concern]]]:
    """Return what concerns an audience, under headings in the order in which it is read.

    ``within`` names the jurisdictions that count; without it all do.
    """
    grouped: dict[str, list[Concern]] = {kind: [] for kind in (*ORDER, "")}
    for each in clauses(library, wanted, home=home):
        if within is None or each.place.id in within:
            claims = tuple(
                one for one in _provisions(each, wanted.day) if each.clause.ref in one.clauses
            )
            grouped[heading_of(each.clause.kinds)].append(Concern(each, claims))
    return [(HEADINGS[kind], listed) for kind, listed in grouped.items() if listed]


def _provisions(found: Found, day: date | None) -> tuple[Provision, ...]:
    place = found.place
    return place.provisions if day is None else policies.provisions_on(place, day)
