# SPDX-License-Identifier: Apache-2.0
"""The declaration of a record kind, and the numbered rules that every kind has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept.fields import (
    Day,
    Field,
    Money,
    PartyCode,
    Time,
    check_unique,
)

Kept = TypeVar("Kept", bound=Field)


@dataclass(frozen=True)
class Rule:
    """A numbered reason for which a row is rejected (E…) or questioned (W…)."""

    number: str
    zh: str
    en: str

    @property
    def is_warning(self) -> bool:
        """Return whether the row is let in all the same."""
        return self.number.startswith("W")


# Every kind has these; numbers from E012 and W021 on belong to the kinds themselves.
MISSING = Rule("E001", "缺少必填值", "a required value is missing")
UNREADABLE = Rule("E002", "无法读作{hint_zh}", "cannot be read as {hint_en}")
UNFIT_TEXT = Rule(
    "E003", "文本过长，或含控制字符；编号含看不见的字符",
    "the text is too long or has control characters; a code has characters that are not seen",
)  # fmt: skip
NOT_LISTED = Rule("E004", "不在代码表中", "is not in the code list")
WRONG_CODE = Rule("E005", "代码格式或校验位错误", "the code's form or check character is wrong")
OUT_OF_RANGE = Rule("E006", "超出允许范围或小数位过多", "is out of range or has too many decimals")
NO_SUCH_REGION = Rule("E007", "行政区划不存在或名称有歧义", "is no division, or an ambiguous name")
TWICE_IN_BATCH = Rule(
    "E008",
    "同批次内主键重复且内容不同",
    "the same key came earlier in this batch with other values",
)
FORMULA_TEXT = Rule("E009", "疑似电子表格公式", "looks like a spreadsheet formula")
IN_THE_FUTURE = Rule("E010", "时间在未来", "lies in the future")
BROKEN_ROW = Rule(
    "E011",
    "列数与表头不符、不是有效的 UTF-8，或行已损坏",
    "does not have the header's columns, is not valid UTF-8, or is damaged",
)
STANDARD = (
    MISSING, UNREADABLE, UNFIT_TEXT, NOT_LISTED, WRONG_CODE, OUT_OF_RANGE,
    NO_SUCH_REGION, TWICE_IN_BATCH, FORMULA_TEXT, IN_THE_FUTURE, BROKEN_ROW,
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A rule across the fields of one record.

    ``holds`` takes the record's columns as attributes and returns the condition (an Ibis boolean
    at run time; the declaration itself stays free of any engine). Unknown is not wrong: where a
    value is empty the check passes. ``usual`` on the record gives what this reporter has sent
    before: ``o.usual.paid`` is the 99th percentile of its earlier batches.
    """

    number: str
    holds: Callable[[Any], Any]
    zh: str
    en: str
    field: str

    @property
    def rule(self) -> Rule:
        """Return the rule as it appears in receipts and rejects."""
        return Rule(self.number, self.zh, self.en)


@dataclass(frozen=True)
class Refers:
    """A warning when the record of another kind that this one names is not on file yet."""

    number: str
    to: str
    by: tuple[str, ...]
    zh: str
    en: str

    @property
    def rule(self) -> Rule:
        """Return the rule as it appears in receipts and rejects."""
        return Rule(self.number, self.zh, self.en)


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """What is reported: the one declaration from which everything about it follows.

    ``key`` makes a record one; ``day`` is the field whose day partitions the ledger; where the
    record's ``authority`` field names its own reporter, that report outranks what others say of
    the same record (the platform's own word on its order). ``currency`` names the field that tells
    it of the amounts; a kind without that field is in yuan. ``retain`` is its class of retention;
    ``sequence`` names the field by which the records of a log, told apart by the fields of
    ``stream``, are numbered without gaps.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    day: str
    fields: tuple[Field, ...]
    retain: Literal["transaction", "log", "payment", "address", "terminal", "statistic"]
    checks: tuple[Check, ...] = ()
    refers: tuple[Refers, ...] = ()
    authority: str = ""
    currency: str = "currency"
    basis: tuple[str, ...] = ()
    sequence: str = ""
    stream: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot work, at import, with the reason."""
        names = tuple(f.name for f in self.fields)
        check_unique(names, kind=self.name)
        named = {*self.key, self.day, *(c.field for c in self.checks)}
        named |= {column for refers in self.refers for column in refers.by}
        named |= {*self.stream, *filter(None, (self.sequence,))}
        if unknown := sorted(named - set(names)):
            raise Invalid("kind.unknown_field", kind=self.name, fields=unknown)
        if optional := [f.name for f in self.fields if f.optional and f.name in self.key]:
            raise Invalid("kind.optional_key", kind=self.name, fields=optional)
        if not isinstance(self.field(self.day), Time | Day):
            raise Invalid("kind.day_is_no_time", kind=self.name, field=self.day)

    def has(self, name: str) -> bool:
        """Tell whether there is a field of that name."""
        return any(each.name == name for each in self.fields)

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise Invalid("kind.unknown_field", kind=self.name, fields=[name])

    def of_type(self, *types: type[Kept]) -> tuple[Kept, ...]:
        """Return the fields of these types, in their order."""
        return tuple(f for f in self.fields if isinstance(f, types))

    @property
    def codes(self) -> frozenset[str]:
        """Return the names of the fields by which records are told apart and find each other."""
        by = {name for refers in self.refers for name in refers.by}
        return frozenset({*self.key, *by, *(each.name for each in self.of_type(PartyCode))})

    @property
    def money(self) -> tuple[str, ...]:
        """Return the names of the amounts that a receipt adds up."""
        return tuple(f.name for f in self.of_type(Money) if f.name not in UNIT_PRICES)


UNIT_PRICES = frozenset({"unit_price", "price", "list_price"})
"""Amounts per piece: adding them up means nothing."""
