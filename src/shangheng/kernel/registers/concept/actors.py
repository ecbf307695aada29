# SPDX-License-Identifier: Apache-2.0
"""Who acts: a person with posts, each a role within a region and everything below it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shangheng.kernel.regions.concept import stem

PUBLIC = "public"
"""The role that everybody has, also without an account."""

APPLICANT = "applicant"
"""The role of whoever filed this very case, shown by its number and code."""

SYSTEM = "system"
"""The role of the platform itself, when a clock runs out."""


BETWEEN = r"[、，,;；\s]"
"""What stands between two names in a field that lists several."""


def listed(text: object) -> tuple[str, ...]:
    """Return the names in a field that lists several, in their order."""
    return tuple(name for name in re.split(BETWEEN, str(text or "")) if name)


def covers(region: str, place: str) -> bool:
    """Tell whether a place lies in a region; no region is the whole country."""
    if not region or region == place:
        return True
    return bool(place) and place.startswith(stem(region))


@dataclass(frozen=True, slots=True)
class Post:
    """A role within a region; ``department`` narrows it to one department's cases.

    ``forms`` are those in which documents print the department: a case that names who works on it
    is opened by any of them. ``is_each`` says that the name means one body in each division, as
    各市人民政府 does: a case of a region above that names it is every such body's.
    """

    role: str
    region: str = ""
    department: str = ""
    forms: tuple[str, ...] = ()
    is_each: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return everything by which the department of the post is called."""
        return (self.department, *self.forms)

    def reaches(self, place: str, bodies: Collection[str] | None) -> bool:
        """Return whether a case of a place, which names these bodies, lies within the post."""
        is_above = self.is_each and bodies is not None and covers(place, self.region)
        return is_above or covers(self.region, place)

    def works_on(self, department: str, bodies: Collection[str] | None) -> bool:
        """Return whether a case of a department, which names these bodies, is one of the post's.

        A case that names nobody by its declaration (None) is one of every body's.
        """
        if not self.department:
            return True
        is_named = bodies is None or not set(bodies).isdisjoint(self.names)
        return is_named and department in ("", self.department)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something: a name for the file, and the posts that open doors."""

    name: str
    posts: tuple[Post, ...] = ()

    def role_for(
        self,
        roles: tuple[str, ...],
        place: str,
        department: str = "",
        bodies: Collection[str] | None = None,
    ) -> str | None:
        """Return the role by which the actor may act at a place, the first declared one.

        ``bodies`` are those that a case names as working on it, none where it names none.
        """
        if PUBLIC in roles:
            return PUBLIC
        for role in roles:
            for post in self.posts:
                if post.role != role or not post.reaches(place, bodies):
                    continue
                if post.works_on(department, bodies):
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
