# SPDX-License-Identifier: Apache-2.0
"""How each kind of value of a facts file is read; every refusal says where and why."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel.errors import NotFound
from shangheng.kernel.regions import queries as regions
from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.rules.facts import NOWHERE


@dataclass(frozen=True)
class Reader:
    """How a value is read, and what a JSON Schema says of it."""

    read: Callable[[Place], Any]
    schema: Mapping[str, Any]

    def __call__(self, place: Place) -> Any:  # noqa: ANN401 - as the reader says
        """Return the value, or refuse it with its place."""
        return self.read(place)


def reads(**schema: Any) -> Callable[[Callable[[Place], Any]], Reader]:  # noqa: ANN401
    """Declare a reader with what a JSON Schema says of its values."""
    return lambda read: Reader(read, schema)


YEARS = (1949, 2200)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AMOUNT_MAX = Decimal(10) ** 15
MONTHS_MAX = 600
DECIMALS_OF_MONEY = 2
TEXT_MAX = 200
STATED_MAX = 1_000_000_000
TRUTHS: dict[Any, bool] = {
    True: True, False: False, "yes": True, "no": False, "是": True, "否": False,
}  # fmt: skip
SPELLED = {"city": "city", "municipal": "city"}


@reads(type="number", minimum=0, multipleOf=0.01)
def number(place: Place) -> Decimal:
    """Return a finite number of at most two decimals that is not below zero."""
    found: Decimal = signed(place)
    if found < 0:
        raise place.refused("facts.negative", value=found)
    return found


@reads(type="number", multipleOf=0.01)
def signed(place: Place) -> Decimal:
    """Return a number of at most two decimals."""
    if isinstance(place.value, bool) or not isinstance(place.value, int | Decimal):
        raise place.refused("facts.not_a_number", value=place.value)
    found = Decimal(place.value)
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS_OF_MONEY:
        raise place.refused("facts.too_precise", value=found)
    if abs(found) >= AMOUNT_MAX:
        raise place.refused("facts.too_great", value=found)
    return found


def not_small(limit: int) -> Reader:
    """Return a reader of amounts that asks about those so small that 万 may have been meant."""

    @reads(type="number", minimum=0, multipleOf=0.01)
    def read(place: Place) -> Decimal:
        found: Decimal = number(place)
        if 0 < found < limit:
            raise place.refused(
                "facts.suspiciously_small", value=found, limit=limit, meant=found * 10_000
            )
        return found

    return read


@reads(type="number", exclusiveMinimum=0)
def area(place: Place) -> Decimal:
    """Return an area in square metres, above zero."""
    found: Decimal = number(place)
    if found == 0:
        raise place.refused("facts.no_area")
    return found


def whole(low: int, high: int) -> Reader:
    """Return a reader of whole numbers between two bounds."""

    @reads(type="integer", minimum=low, maximum=high)
    def read(place: Place) -> int:
        value = place.value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise place.refused("facts.not_whole", value=value, low=low, high=high)
        return value

    return read


@reads(type="string", format="date")
def day(place: Place) -> date:
    """Return a day."""
    value = place.value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise place.refused("facts.not_a_day", value=value)
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise place.refused("facts.not_a_day", value=value) from error
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise place.refused("facts.not_a_day", value=value)
    return found


@reads(type="boolean")
def truth(place: Place) -> bool:
    """Return true or false."""
    if isinstance(place.value, bool | str) and place.value in TRUTHS:
        return TRUTHS[place.value]
    raise place.refused("facts.not_a_truth", value=place.value)


@reads(type=["boolean", "integer", "string"])
def stated(place: Place) -> bool | int | date:
    """Return what may be said of anything: true or false, a whole number, or a day."""
    if isinstance(place.value, str) and DAY.fullmatch(place.value):
        found: date = day(place)
        return found
    if isinstance(place.value, int) and not isinstance(place.value, bool):
        return int(whole(0, STATED_MAX)(place))
    return bool(truth(place))


@reads(type="string", minLength=1, maxLength=TEXT_MAX)
def words(place: Place) -> str:
    """Return a short text."""
    if not isinstance(place.value, str) or not 0 < len(place.value) <= TEXT_MAX:
        raise place.refused("facts.not_a_text", value=str(place.value)[:TEXT_MAX])
    return place.value


def one_of(known: Iterable[str], also: dict[str, str] | None = None) -> Reader:
    """Return a reader of words from a list; ``also`` holds other spellings of them."""
    listed, spelled = tuple(known), also or {}

    @reads(type="string", enum=[*listed, *(each for each in spelled if each not in listed)])
    def read(place: Place) -> str:
        value = place.value
        value = spelled.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, str) or value not in listed:
            raise place.refused("facts.not_one_of", value=place.value, known=list(listed))
        return value

    return read


@reads(type=["string", "null"], pattern="^[0-9]{6}")
def region(place: Place) -> str:
    """Return the code of an administrative division; nothing says that there is no such place."""
    value = place.value
    if value is None:
        return NOWHERE
    if isinstance(value, list):
        raise place.refused("facts.two_places", count=len(value))
    code = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?", code):
        raise place.refused("facts.not_a_region", value=value)
    try:
        return regions.find(code).code
    except NotFound as error:
        raise place.refused("facts.not_a_region", value=value) from error
