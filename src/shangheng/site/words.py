# SPDX-License-Identifier: Apache-2.0
"""Words of the pages in the reader's language, and how numbers, money and time are written.

Texts stand in the templates and declarations as pairs, Chinese first with the English beside it.
That is simpler than message catalogues: a translator sees both in one place, nothing has to be
compiled, and a text without its English cannot be written (the tag takes two arguments). See
``docs/decisions/``.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from django.utils import timezone, translation

from shangheng.kernel import messages
from shangheng.kernel.errors import ShanghengError

Language = Literal["zh", "en"]
Amount = Decimal | float | int

_STEPS_ZH = ((Decimal(10) ** 12, "万亿"), (Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
_STEPS_EN = ((Decimal(10) ** 12, "tn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"))
_TEN_THOUSAND = 10_000
_CENTS = 2


class Labelled(Protocol):
    """Whatever is declared with a name in both languages."""

    @property
    def zh(self) -> str:
        """Return the Chinese name."""
        ...

    @property
    def en(self) -> str:
        """Return the English name."""
        ...


def language() -> Language:
    """Return the language of the reader."""
    return "en" if translation.get_language() == "en" else "zh"


def either(zh: str, en: str) -> str:
    """Return the text of the reader's language."""
    return (en or zh) if language() == "en" else zh


def label(thing: Labelled | None) -> str:
    """Return the name of something declared, in the reader's language."""
    return either(thing.zh, thing.en) if thing else ""


def coded(code: object, values: Mapping[str, tuple[str, str]]) -> str:
    """Return the label of a code, or the code itself where the list has none."""
    pair = values.get(str(code))
    return either(*pair) if pair else str(code)


def message(error: ShanghengError, into: Language) -> str:
    """Return the text of an error with its facts."""
    return messages.text(error.code, error.facts, into)


def compact(value: Amount) -> tuple[str, str]:
    """Return a number with three or four significant digits and the word for its size.

    Chinese counts in 万, 亿 and 万亿; English in m, bn and tn.
    """
    exact = Decimal(str(value))
    for size, word in _STEPS_EN if language() == "en" else _STEPS_ZH:
        if abs(exact) >= size:
            return f"{exact / size:,.2f}", word
    if exact == exact.to_integral_value() or abs(exact) >= _TEN_THOUSAND:
        return f"{exact:,.0f}", ""
    return f"{exact:,.2f}", ""


def exact(value: Amount | None, places: int | None = None) -> str:
    """Return a number in full, with separators."""
    if value is None:
        return "—"
    number = Decimal(str(value))
    if places is not None:
        return f"{number:,.{places}f}"
    if number == number.to_integral_value():
        return f"{number:,.0f}"
    return f"{number:,.4f}".rstrip("0").rstrip(".")


def amount(value: Amount) -> str:
    """Return a sum of money in full: always with its cents, and beyond them what there is."""
    whole, _, decimals = exact(value).partition(".")
    return f"{whole}.{decimals:0<{_CENTS}}"


def counted(number: int, most: int) -> str:
    """Return how many there are; beyond ``most`` nobody counted on."""
    return f"{most:,}+" if number > most else f"{number:,}"


def day_text(value: date) -> str:
    """Return a day as the reader's language writes it."""
    if language() == "en":
        return f"{value.day} {value:%b %Y}"
    return f"{value.year}年{value.month}月{value.day}日"


def moment_text(value: datetime) -> str:
    """Return a moment, to the minute, in Beijing time."""
    local = timezone.localtime(value) if value.tzinfo else value
    return f"{day_text(local.date())} {local:%H:%M}"
