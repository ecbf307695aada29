# SPDX-License-Identifier: Apache-2.0
"""The declaration of a register: fields, key, place, who may enter, confirm and see."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from math import asin, cos, radians, sin, sqrt
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.actors import PUBLIC, SYSTEM

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
ROLE = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z-]*")
EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
NEAR_NAME = 0.85  # share of equal characters from which two names are shown as alike
_SAYS_LITTLE = re.compile(
    r"(有限责任公司|股份有限公司|有限公司|公司|商行|经营部|[\s()（）·,，.。-])"
)


@dataclass(frozen=True, kw_only=True)
class RegisterKind:
    """What is on file: the one declaration from which everything about it follows.

    ``key`` makes an entry one; ``title`` names it, and names that are alike in the same county are
    shown before a second entry is made, as are entries within ``near_m`` metres of its ``point``
    (longitude and latitude). ``place`` is the region field that decides who is competent,
    ``parent`` the register in which an entry stands under another, ``expires`` the day field after
    which an entry no longer holds. Whoever is not among the roles sees ``public`` fields only.
    ``confirm`` names who must confirm what another has entered; empty, entries hold at once. What
    only a step of a case may enter is entered by ``SYSTEM``.
    ``reach`` names the code list by which is counted how many were told of an entry (``reach``),
    ``page`` an address that shows an entry, by its number, better than the generated one.
    """

    name: str
    zh: str
    en: str
    serves: tuple[str, ...]
    basis: tuple[str, ...]
    fields: tuple[f.Field, ...]
    key: tuple[str, ...]
    title: str
    enter: tuple[str, ...]
    confirm: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    place: str = ""
    point: tuple[str, ...] = ()
    near_m: int = 0
    parent: str = ""
    expires: str = ""
    number: str = ""
    intro: tuple[str, str] = ("", "")
    reach: str = ""
    page: str = ""

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot work, at import, with every reason."""
        if wrong := list(self._problems()):
            raise Invalid("register_kind.wrong", kind=self.name, wrong=wrong)

    def _problems(self) -> Iterator[str]:
        if not NAME.fullmatch(self.name):
            yield f"name {self.name!r}"
        f.check_unique(tuple(each.name for each in self.fields), kind=self.name)
        by_name = {each.name: each for each in self.fields}
        for name in (*self.key, self.title, *self.public, *self.point, *self._named):
            if name not in by_name:
                yield f"{name} is not a field"
        if not self.key or any(getattr(by_name.get(n), "optional", False) for n in self.key):
            yield "the key must be of fields that are filled in"
        yield from self._type_problems(by_name)
        personal = {each.name for each in self.fields if each.sensitivity == "personal"}
        if shown := sorted(personal & set(self.public)):
            yield f"personal fields {shown} cannot be public"
        yield from self._number_problems()

    def _type_problems(self, by_name: Mapping[str, f.Field]) -> Iterator[str]:
        if self.place and not isinstance(by_name.get(self.place), f.Region):
            yield f"place {self.place} is not a region"
        if self.expires and not isinstance(by_name.get(self.expires), f.Day):
            yield f"expires {self.expires} is not a day"
        if self.reach and not isinstance(by_name.get(self.reach), f.OneOf):
            yield f"reach {self.reach} is not a code list"
        if len(self.point) not in (0, 2) or (self.near_m and not self.point):
            yield "point must be longitude and latitude"
        for role in (*self.enter, *self.confirm, *self.see):
            if role not in (PUBLIC, SYSTEM) and not ROLE.fullmatch(role):
                yield f"role {role}"

    @property
    def _named(self) -> tuple[str, ...]:
        return tuple(name for name in (self.place, self.expires) if name)

    def _number_problems(self) -> Iterator[str]:
        try:
            self.numbered(date(2026, 1, 1), 1)
        except (KeyError, IndexError, ValueError):
            yield f"number {self.number!r} is no pattern of year and sequence"

    @property
    def coded(self) -> tuple[f.OneOf, ...]:
        """Return the fields with a code list by which entries can be found."""
        listed = (each for each in self.fields if isinstance(each, f.OneOf))
        return tuple(each for each in listed if each.sensitivity != "personal")

    def numbered(self, on: date, sequence: int) -> str:
        """Return the number of the year's n-th entry."""
        pattern = self.number or self.name.upper().replace("_", "-") + "-{year}-{sequence:06}"
        number = pattern.format(year=on.year, sequence=sequence)
        if "sequence" not in pattern or "year" not in pattern or "/" in number:
            raise ValueError(pattern)
        return number

    @property
    def roles(self) -> tuple[str, ...]:
        """Return every role that sees whole entries of this register."""
        told = (*self.enter, *self.confirm, *self.see)
        return tuple(dict.fromkeys(role for role in told if role != PUBLIC))

    @property
    def public_fields(self) -> tuple[f.Field, ...]:
        """Return the fields that everybody sees."""
        return tuple(each for each in self.fields if each.name in self.public)

    def key_of(self, values: Mapping[str, Any]) -> str:
        """Return what makes an entry one, as text."""
        return "|".join(str(values.get(name, "")) for name in self.key)

    def place_of(self, values: Mapping[str, Any], home: str) -> str:
        """Return the region that is competent; ``home`` where none is told."""
        return str(values.get(self.place) or home) if self.place else home

    def point_of(self, values: Mapping[str, Any]) -> tuple[float, float] | None:
        """Return longitude and latitude, if told."""
        told = [values.get(name) for name in self.point]
        if len(told) != 2 or None in told or "" in told:  # noqa: PLR2004
            return None
        return float(str(told[0])), float(str(told[1]))


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two points (longitude, latitude) on the sphere."""
    lon, lat = radians(other[0] - one[0]), radians(other[1] - one[1])
    part = sin(lat / 2) ** 2 + cos(radians(one[1])) * cos(radians(other[1])) * sin(lon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(part))


def plain_name(name: str) -> str:
    """Return a name without what does not tell two entries apart."""
    return _SAYS_LITTLE.sub("", unicodedata.normalize("NFKC", name).lower())


def alike(one: str, other: str) -> bool:
    """Tell whether two names are so alike that they may mean the same."""
    return next(alike_among(one, [other]))


def alike_among(name: str, others: Iterable[str]) -> Iterator[bool]:
    """Tell of each of many names whether it is so alike that it may mean the same."""
    wanted = plain_name(name)
    matcher = SequenceMatcher(None, b=wanted)  # of which it keeps what it has worked out
    for other in others:
        matcher.set_seq1(plain_name(other))
        ratios = matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio
        yield bool(wanted) and all(ratio() >= NEAR_NAME for ratio in ratios)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions have differently."""

    field: f.Field
    before: Any
    after: Any


def differences(
    kind: RegisterKind, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return what changed from one version to another."""
    return tuple(
        Difference(each, before.get(each.name), after.get(each.name))
        for each in kind.fields
        if before.get(each.name) != after.get(each.name)
    )
