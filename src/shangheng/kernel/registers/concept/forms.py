# SPDX-License-Identifier: Apache-2.0
"""How the texts of a form become values, field by field; what is wrong comes back as values.

The fields are those of records. Values are kept as JSON keeps them: amounts and other decimals as
exact texts, days and moments in ISO 8601, regions as codes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shangheng.kernel import codes
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.attachments import FILE_BYTES_MAX, Upload

RegionOf = Callable[[str], str]
"""Return the code of a region's code or name; raise what ``regions`` raises."""

UNFIT = {"infected": "field.file_infected", "unscanned": "field.file_unscanned"}
DECIMALS = 4
MONEY_DECIMALS = 2
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_YES = {"true", "on", "1", "yes", "是"}
_NO = {"false", "off", "0", "no", "否"}


@dataclass(frozen=True)
class Files(f.Field):
    """Attached files, kept by their digest; ``types`` are what the content may be."""

    types: tuple[str, ...] = ("image", "pdf")
    most: int = 9
    json_type = "array"
    hint_zh = "附件"
    hint_en = "attachments"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field: a code of the catalogue and its facts."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A form as read: the good values, what was typed, and what is wrong by field."""

    values: Mapping[str, Any]
    typed: Mapping[str, str]
    wrong: Mapping[str, Wrong]


class _Unfit(Exception):
    """Carries what is wrong with one field out of its reader."""

    def __init__(self, code: str, **facts: Any) -> None:  # noqa: ANN401
        super().__init__(code)
        self.wrong = Wrong(code, facts)


def read(fields: Sequence[f.Field], given: Mapping[str, Any], *, region: RegionOf) -> Read:
    """Read a form: every field is judged, so that all that is wrong is said at once."""
    values: dict[str, Any] = {}
    typed: dict[str, str] = {}
    wrong: dict[str, Wrong] = {}
    for field in fields:
        raw = given.get(field.name)
        text = "" if isinstance(field, Files) else _text_of(raw)
        typed[field.name] = text
        try:
            if isinstance(field, Files):
                value = _files(field, uploads_of(raw))
            else:
                value = _read(field, text, region)
        except _Unfit as unfit:
            wrong[field.name] = unfit.wrong
            continue
        if value is not None:
            values[field.name] = value
    return Read(values, typed, wrong)


def checked(fields: Sequence[f.Field], given: Mapping[str, Any], *, region: RegionOf) -> Any:  # noqa: ANN401
    """Return the values of a form, or refuse it with everything that is wrong."""
    found = read(fields, given, region=region)
    if found.wrong:
        raise Invalid(
            "form.wrong",
            fields=[field.zh for field in fields if field.name in found.wrong],
            names=[field.en or field.name for field in fields if field.name in found.wrong],
            wrong={name: {"code": each.code, **each.facts} for name, each in found.wrong.items()},
        )
    return dict(found.values)


def _text_of(raw: Any) -> str:  # noqa: ANN401
    if raw is None:
        return ""
    return ("true" if raw else "false") if isinstance(raw, bool) else str(raw).strip()


def _read(field: f.Field, text: str, region: RegionOf) -> Any:  # noqa: ANN401
    if isinstance(field, f.Flag) and not text:
        return False
    if not text:
        if field.optional:
            return None
        raise _Unfit("field.missing")
    if _CONTROL.search(text):
        raise _Unfit("field.control")
    for kind, reader in _READERS.items():
        if isinstance(field, kind):
            return reader(field, text)
    return _region(text, region) if isinstance(field, f.Region) else text


def uploads_of(raw: Any) -> list[Upload]:  # noqa: ANN401
    """Return the files of a form; whatever else was sent in their place is none."""
    return [each for each in raw if isinstance(each, Upload)] if isinstance(raw, list) else []


def _files(field: Files, uploads: list[Upload]) -> list[dict[str, Any]] | None:
    if not uploads and not field.optional:
        raise _Unfit("field.missing")
    if len(uploads) > field.most:
        raise _Unfit("field.too_many_files", most=field.most, files=len(uploads))
    for each in uploads:
        if len(each.content) > FILE_BYTES_MAX:
            raise _Unfit("field.file_too_large", name=each.name, most=FILE_BYTES_MAX)
        found = each.format
        if found is None or found.group not in field.types:
            raise _Unfit("field.file_type", name=each.name)
        if each.verdict in UNFIT:
            raise _Unfit(UNFIT[each.verdict], name=each.name)
    return [each.plain() for each in uploads] or None


def _text(field: f.Text, text: str) -> str:
    if len(text) > field.max:
        raise _Unfit("field.too_long", most=field.max, length=len(text))
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise _Unfit("field.wrong_form", note=field.note, pattern=field.pattern)
    return text


def _one_of(field: f.OneOf, text: str) -> str:
    if text not in field.values:
        raise _Unfit("field.not_listed", value=text)
    return text


def _identifier(field: f.Identifier, text: str) -> str:
    value = text.upper()
    if not codes.BY_SCHEME[field.scheme][0](value):
        raise _Unfit("field.wrong_code", value=text)
    return value


def _whole(field: f.Whole, text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise _Unfit("field.unreadable", value=text, hint=field.hint_zh, hint_en=field.hint_en)
    return int(_within(field, Decimal(text)))


def _number(field: f.Number, text: str) -> str:
    try:
        value = Decimal(text.replace(",", "").removeprefix("¥").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _Unfit("field.unreadable", value=text, hint=field.hint_zh, hint_en=field.hint_en)
    places = MONEY_DECIMALS if isinstance(field, f.Money) else DECIMALS
    if abs(value) >= Decimal(10) ** 14 or value != round(value, places):
        raise _Unfit("field.decimals", value=text, places=places)
    _within(field, value)
    return f"{value:.{places}f}" if isinstance(field, f.Money) else f"{value.normalize():f}"


def _within(field: f.Whole | f.Number, value: Decimal) -> Decimal:
    low, high = field.min, field.max
    if (low is not None and value < Decimal(str(low))) or (
        high is not None and value > Decimal(str(high))
    ):
        raise _Unfit(
            "field.out_of_range",
            value=str(value),
            least="—" if low is None else low,
            most="—" if high is None else high,
        )
    return value


def _day(field: f.Day, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _Unfit(
            "field.unreadable", value=text, hint=field.hint_zh, hint_en=field.hint_en
        ) from None


def _time(field: f.Time, text: str) -> str:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise _Unfit(
            "field.unreadable", value=text, hint=field.hint_zh, hint_en=field.hint_en
        ) from None
    local = value.replace(tzinfo=CHINA) if value.tzinfo is None else value.astimezone(CHINA)
    return local.isoformat(timespec="seconds")


def _flag(field: f.Flag, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise _Unfit("field.unreadable", value=text, hint=field.hint_zh, hint_en=field.hint_en)


def _region(text: str, region: RegionOf) -> str:
    try:
        return region(text)
    except NotFound:
        raise _Unfit("field.no_region", value=text) from None
    except Invalid as refusal:
        raise _Unfit(
            "field.many_regions", value=text, candidates=refusal.facts.get("candidates", [])
        ) from None


_READERS: dict[type[f.Field], Callable[[Any, str], Any]] = {
    f.Text: _text,
    f.OneOf: _one_of,
    f.Identifier: _identifier,
    f.Whole: _whole,
    f.Number: _number,
    f.Day: _day,
    f.Time: _time,
    f.Flag: _flag,
}
