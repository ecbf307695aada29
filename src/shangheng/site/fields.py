# SPDX-License-Identifier: Apache-2.0
"""How a declared field looks: as a control of a form, as a value on a page, as JSON Schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from shangheng.kernel import messages
from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.attachments import FILE_BYTES_MAX, Upload
from shangheng.kernel.registers.concept.forms import Files
from shangheng.site import places, scanning, words

LONG_TEXT = 300
FEW = 5
MASK = "＊＊＊"


@dataclass(frozen=True)
class Control:
    """A field as a form shows it: what kind of control, what was typed, what is wrong."""

    field: f.Field
    form: str
    typed: str
    wrong: str
    hint: str
    choices: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Return the name of the control."""
        return self.field.name

    @property
    def most(self) -> int | None:
        """Return how many characters it takes."""
        return getattr(self.field, "max", None) if isinstance(self.field, f.Text) else None


_FORMS: tuple[tuple[type[f.Field], str], ...] = (
    (f.Text, "text"),
    (f.Whole, "number"),
    (f.Number, "number"),
    (f.Day, "day"),
    (f.Time, "time"),
    (f.Flag, "flag"),
    (Files, "files"),
)


def _form_of(field: f.Field) -> str:
    """Return which control asks for a field; one of ``site/field.html``."""
    if isinstance(field, f.OneOf):
        return "radio" if len(field.values) <= FEW else "select"
    if isinstance(field, f.Text) and field.max > LONG_TEXT:
        return "long"
    return next((form for kind, form in _FORMS if isinstance(field, kind)), "text")


def controls(
    fields: Sequence[f.Field], typed: Mapping[str, Any], refusal: Invalid | None = None
) -> list[Control]:
    """Return the controls of a form, with what was typed and what was refused."""
    wrong = refusal.facts.get("wrong", {}) if refusal else {}
    return [_control(field, typed, wrong) for field in fields]


def _control(field: f.Field, typed: Mapping[str, Any], wrong: Mapping[str, Any]) -> Control:
    choices: tuple[tuple[str, str], ...] = ()
    if isinstance(field, f.OneOf):
        choices = tuple((code, words.either(*pair)) for code, pair in field.values.items())
    told = wrong.get(field.name)
    said = messages.text(told["code"], told, words.language()) if told else ""
    value = "" if isinstance(field, Files) else typed.get(field.name, "")
    return Control(
        field, _form_of(field), "" if value is None else str(value), said, _hint(field), choices
    )


def _hint(field: f.Field) -> str:
    if isinstance(field, Files):
        return words.either(
            f"JPEG、PNG 或 PDF，至多 {field.most} 个，每个不超过 10 MB",
            f"JPEG, PNG or PDF, at most {field.most}, each up to 10 MB",
        )
    if field.note and words.language() == "zh":
        return field.note
    if isinstance(field, f.OneOf | f.Flag | f.Day | f.Time) or (
        isinstance(field, f.Text) and not field.pattern
    ):
        return ""
    return words.either(type(field).hint_zh, type(field).hint_en)


def typed(request: HttpRequest, fields: Sequence[f.Field]) -> dict[str, Any]:
    """Return what was typed into a form that was posted, and the files that came with it."""
    return {
        field.name: _uploads(request, field)
        if isinstance(field, Files)
        else request.POST.get(field.name, "")
        for field in fields
    }


def _uploads(request: HttpRequest, field: Files) -> list[Upload]:
    """Return the files of a field; of too many or too large ones only as much as shows it."""
    files = request.FILES.getlist(field.name)[: field.most + 1]
    read = [(each.name or "file", each.read(FILE_BYTES_MAX + 1)) for each in files]
    return [Upload(name, content, scanning.verdict(content)) for name, content in read]


def shown(field: f.Field, value: Any) -> str:  # noqa: ANN401 - whatever the field keeps
    """Return a value as a page shows it."""
    if value in (None, "", []):
        return ""
    text = str(value)
    match field:
        case f.OneOf():
            text = words.coded(value, field.values)
        case f.Flag():
            text = words.either("是", "yes") if value else words.either("否", "no")
        case f.Region():
            text = places.region_name(text)
        case f.Time():
            text = words.moment_text(datetime.fromisoformat(text))
        case f.Money():
            text = words.exact(Decimal(text), 2)
        case Files():
            text = words.either(f"{len(value)} 个附件", f"{len(value)} files")
        case _:
            pass
    return text


@dataclass(frozen=True)
class Shown:
    """A field and its value, as a page shows them."""

    label: str
    text: str
    name: str
    masked: bool = False
    files: tuple[Mapping[str, Any], ...] = ()


def rows(
    fields: Sequence[f.Field], values: Mapping[str, Any], *, personal: bool = False
) -> list[Shown]:
    """Return the values of a form; personal ones only where they may be shown."""
    found = []
    for field in fields:
        if field.name not in values:
            continue
        hidden = field.sensitivity == "personal" and not personal
        text = MASK if hidden else shown(field, values[field.name])
        files = tuple(values[field.name]) if isinstance(field, Files) and not hidden else ()
        found.append(Shown(words.label(field), text, field.name, hidden, files))
    return found


def plain(fields: Sequence[f.Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for programs, without personal ones."""
    open_ = {field.name for field in fields if field.sensitivity != "personal"}
    return {name: value for name, value in values.items() if name in open_}


def kept(
    fields: Sequence[f.Field], given: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was typed; personal values that the form did not show stay as they were."""
    hidden = {each.name for each in fields if each.sensitivity == "personal"}
    return {
        name: before.get(name, "") if name in hidden and not value else value
        for name, value in given.items()
    }


def json_schema(fields: Sequence[f.Field], title: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a form."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields if not field.optional],
    }


def _property(field: f.Field) -> dict[str, Any]:
    told: dict[str, Any] = {"title": f"{field.zh} {field.en}".strip(), "type": field.json_type}
    if isinstance(field, Files):
        told["description"] = "only through the form of the site"
    if isinstance(field, f.OneOf):
        told["enum"] = list(field.values)
    if isinstance(field, f.Text):
        told["maxLength"] = field.max
    if isinstance(field, f.Day):
        told["format"] = "date"
    if isinstance(field, f.Number):
        told["type"] = ["number", "string"]
    return told
