# SPDX-License-Identifier: Apache-2.0
"""Who acts: a person with posts, each a role within a region and everything below it."""

from dataclasses import dataclass
from datetime import datetime

from shangheng.kernel.regions.concept import stem

PUBLIC = "public"
"""The role that everybody has, also without an account."""

APPLICANT = "applicant"
"""The role of whoever filed this very case, shown by its number and code."""

SYSTEM = "system"
"""The role of the platform itself, when a clock runs out."""


def covers(region: str, place: str) -> bool:
    """Tell whether a place lies in a region; no region is the whole country."""
    if not region or region == place:
        return True
    return bool(place) and place.startswith(stem(region))


@dataclass(frozen=True, slots=True)
class Post:
    """A role within a region; ``department`` narrows it to one department's cases."""

    role: str
    region: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something: a name for the file, and the posts that open doors."""

    name: str
    posts: tuple[Post, ...] = ()

    def role_for(self, roles: tuple[str, ...], place: str, department: str = "") -> str | None:
        """Return the role by which the actor may act at a place, the first declared one."""
        if PUBLIC in roles:
            return PUBLIC
        for role in roles:
            for post in self.posts:
                if post.role != role or not covers(post.region, place):
                    continue
                if not department or post.department in ("", department):
                    return role
        return None

    def regions_of(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        """Return the regions in which the actor has one of the roles."""
        return tuple(dict.fromkeys(post.region for post in self.posts if post.role in roles))


NOBODY = Actor("")
"""Whoever has not signed in."""

PLATFORM = Actor("shangheng", (Post(SYSTEM),))
"""The platform itself."""


@dataclass(frozen=True)
class Hand:
    """By whose hand something is done, when, and on which version of it."""

    actor: Actor
    at: datetime
    version: int | None = None
