# SPDX-License-Identifier: Apache-2.0
"""Who acts, where and when: from a request to the hand by which cases and registers are moved.

A person's posts are groups named ``role@region`` or ``role@region/department``.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.site import carriers, clock, people, wiring
from shangheng.site.registry import REGISTRY

VERSION_DIGITS = 10


def post_of(group: str) -> Post:
    """Return the post that a group stands for."""
    role, _, place = group.partition("@")
    region, _, department = place.partition("/")
    return Post(role, region, department)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; whoever has not signed in is nobody."""
    if not request.user.is_authenticated:
        return NOBODY
    posts = tuple(post_of(name) for name in sorted(people.groups_of(request)))
    return Actor(request.user.get_username(), posts)


def house() -> House:
    """Return what this installation gives to its cases."""
    return House(
        region=wiring.place().region,
        files=Path(settings.HOME) / "files",
        configuration=wiring.decisions(),
        effects=REGISTRY.effects,
        records=REGISTRY.kinds,
        channels=carriers.channels(),
        hooks=carriers.hooks(),
    )


def hand_of(request: HttpRequest, *, code: str = "", version: int | None = None) -> Hand:
    """Return the hand that a request is; ``version`` is what its form was shown."""
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < VERSION_DIGITS else version
    return Hand(actor_of(request), clock.now(), version, house(), code)


def plain_hand(request: HttpRequest) -> PlainHand:
    """Return the hand that moves a register."""
    hand = hand_of(request)
    return PlainHand(hand.actor, hand.at, hand.version)


def home_filing() -> Filing:
    """Return how entries are made here where nothing else is said."""
    return Filing(home=wiring.place().region)
