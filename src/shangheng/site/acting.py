# SPDX-License-Identifier: Apache-2.0
"""Who acts, where and when: from a request to the hand by which cases and registers are moved."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from shangheng.kernel.cases.concept import calendar
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.site import carriers, clock, jurisdictions, people, sealed_figures, wiring
from shangheng.site.registry import REGISTRY

VERSION_DIGITS = 10


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; whoever has not signed in is nobody."""
    name = people.name_of(request)
    if not name:
        return NOBODY
    held = people.posts_of(request)
    known = jurisdictions.departments_by_form() if any(each.department for each in held) else {}
    return Actor(name, tuple(post for each in held for post in each.posts(known)))


def house() -> House:
    """Return what this installation gives to its cases."""
    return House(
        region=wiring.place().region,
        files=Path(settings.HOME) / "files",
        configuration=wiring.decisions(),
        calendar=calendar.known(wiring.decisions()),
        records=REGISTRY.kinds,
        channels=carriers.channels(),
        hooks=carriers.hooks(),
        guards=REGISTRY.guards,
        library=wiring.library,
        figures=sealed_figures,
        secret=settings.SECRET_KEY,
    )


def hand_of(request: HttpRequest, *, code: str = "", version: int | None = None) -> Hand:
    """Return the hand that a request is; ``version`` is what its form was shown."""
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < VERSION_DIGITS else version
    signature = request.POST.get("signature", "")
    return Hand(actor_of(request), clock.now(), version, house(), code, signature)


def plain_hand(request: HttpRequest) -> PlainHand:
    """Return the hand that moves a register."""
    hand = hand_of(request)
    return PlainHand(hand.actor, hand.at, hand.version)


def home_filing() -> Filing:
    """Return how entries are made here where nothing else is said."""
    return Filing(home=wiring.place().region)
