# SPDX-License-Identifier: Apache-2.0
"""The types of field that a record can have, each a small frozen declaration.

A field says what a value means and what it must satisfy; how a text becomes that value in bulk is
told once per type in ``store.reading``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from shangheng.kernel.errors import Invalid

Sensitivity = Literal["public", "business", "personal"]


@dataclass(frozen=True)
class Field:
    """A column of a record: its name in files, its labels, whether it may be empty.

    ``sensitivity`` says who may see a single value: anyone, those who supervise, or nobody
    without a stated purpose. Published sums are of *business* fields, never of one row.
    ``retain`` is the class of retention of this field where it is not that of its kind.
    """

    name: str
    zh: str
    en: str = ""
    optional: bool = False
    sensitivity: Sensitivity = "business"
    note: str = ""
    retain: str = ""

    sql_type: ClassVar[str] = "VARCHAR"
    json_type: ClassVar[str] = "string"
    hint_zh: ClassVar[str] = "文本"
    hint_en: ClassVar[str] = "text"


@dataclass(frozen=True)
class Text(Field):
    """Free text of at most ``max`` characters, without control characters.

    What most records have in a field with a ``pattern`` is not looked at again.
    """

    max: int = 200
    pattern: str = ""
    mostly: str = ""


@dataclass(frozen=True)
class PartyCode(Text):
    """The code by which a party is known here: a platform, an institution, a carrier."""

    max: int = 64
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class OneOf(Field):
    """One code of a closed list; ``values`` maps each code to its Chinese and English label."""

    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hint_zh: ClassVar[str] = "代码表中的一个代码"
    hint_en: ClassVar[str] = "one code of the list"


@dataclass(frozen=True)
class Identifier(Field):
    """A code with a rule of its own.

    ``uscc`` (GB 32100), ``organisation`` (GB 11714), ``registration`` (GS 15), ``resident``
    (GB 11643), ``mobile`` (a number of the mainland), ``gtin`` (GS1), ``hs`` (WCO).
    """

    scheme: Literal["uscc", "organisation", "registration", "resident", "mobile", "gtin", "hs"] = (
        "gtin"
    )
    hint_zh: ClassVar[str] = "校验位正确的代码"
    hint_en: ClassVar[str] = "a code whose check character is right"


@dataclass(frozen=True)
class Whole(Field):
    """A whole number between ``min`` and ``max``."""

    min: int | None = 0
    max: int | None = None
    unit: str = ""

    sql_type: ClassVar[str] = "BIGINT"
    json_type: ClassVar[str] = "integer"
    hint_zh: ClassVar[str] = "半角整数，例如 12"
    hint_en: ClassVar[str] = "a whole number such as 12"


@dataclass(frozen=True)
class Number(Field):
    """A decimal number with at most four decimals, between ``min`` and ``max``."""

    min: float | None = 0
    max: float | None = None
    unit: str = ""

    sql_type: ClassVar[str] = "DECIMAL(18,4)"
    json_type: ClassVar[str] = "number"
    hint_zh: ClassVar[str] = "半角数字，例如 1234.5，不带千分位逗号"
    hint_en: ClassVar[str] = "a number such as 1234.5, without thousands separators"


@dataclass(frozen=True)
class Money(Number):
    """An amount in the currency that the record names, kept to a ten-thousandth, never a float."""

    hint_zh: ClassVar[str] = "金额，例如 1234.50，不带千分位逗号和货币符号"
    hint_en: ClassVar[str] = "an amount such as 1234.50, without separators or currency sign"


@dataclass(frozen=True)
class Time(Field):
    """A moment; without an offset it is Beijing time. Kept as Beijing wall-clock time."""

    sql_type: ClassVar[str] = "TIMESTAMP"
    hint_zh: ClassVar[str] = "时间，例如 2026-11-11 20:05:00"
    hint_en: ClassVar[str] = "a time such as 2026-11-11 20:05:00"


@dataclass(frozen=True)
class Day(Field):
    """A calendar day; one that may lie ``ahead``, such as the last of a permit, says so."""

    ahead: bool = False

    sql_type: ClassVar[str] = "DATE"
    hint_zh: ClassVar[str] = "日期，例如 2026-11-11"
    hint_en: ClassVar[str] = "a date such as 2026-11-11"


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no."""

    sql_type: ClassVar[str] = "BOOLEAN"
    json_type: ClassVar[str] = "boolean"
    hint_zh: ClassVar[str] = "true 或 false"
    hint_en: ClassVar[str] = "true or false"


@dataclass(frozen=True)
class Region(Field):
    """A division of GB/T 2260 valid at any time since 1980: its code, or its unambiguous name."""

    hint_zh: ClassVar[str] = "行政区划代码或全称，例如 320583 或 江苏省苏州市昆山市"
    hint_en: ClassVar[str] = "a division code or full name, such as 320583"


@dataclass(frozen=True)
class Person(Field):
    """What identifies a natural person; pseudonymised at the door with a keyed hash."""

    sensitivity: Sensitivity = "personal"


@dataclass(frozen=True)
class Lines(Field):
    """A list of small records inside a record, such as an order's lines; JSON in text files."""

    fields: tuple[Field, ...] = ()
    json_type: ClassVar[str] = "array"
    hint_zh: ClassVar[str] = "JSON 数组"
    hint_en: ClassVar[str] = "a JSON array"


def check_unique(names: tuple[str, ...], *, kind: str) -> None:
    """Refuse a declaration in which two fields have one name."""
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Invalid("kind.field_twice", kind=kind, fields=sorted(twice))
