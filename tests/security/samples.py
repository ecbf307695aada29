# SPDX-License-Identifier: Apache-2.0
"""A value for any declared field, so that any declared form can be filled in."""

from collections.abc import Sequence
from typing import Any

from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.attachments import Upload
from shangheng.kernel.registers.concept.forms import Files

PLACE = "320506"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
COMPANIES = ("91110000600037341L", "92340602MA2PBQAH7E")
IDENTIFIERS = {"gtin": "4006381333931", "hs": "8517130000"}


def sample(field: f.Field, number: int = 1) -> Any:  # noqa: C901, PLR0911 - one line a type
    """Return something that the field takes; ``number`` makes texts differ."""
    match field:
        case Files():
            return [Upload("proof.pdf", PDF)]
        case f.OneOf():
            return next(iter(field.values))
        case f.Region():
            return PLACE
        case f.Flag():
            return "true"
        case f.Day():
            return "2026-01-05"
        case f.Time():
            return "2026-01-05T10:00"
        case f.Identifier() if field.scheme == "uscc":
            return COMPANIES[number % len(COMPANIES)]
        case f.Identifier():
            return IDENTIFIERS[field.scheme]
        case f.Whole() | f.Number():
            least = getattr(field, "min", None)
            return str(max(1, int(least or 0)))
        case f.Text() if field.pattern:
            return field.note.removeprefix("例如 ").split("，")[0]
        case f.Text():
            return f"样{number}"[: field.max]
        case _:
            return f"S{number}"


def filled(fields: Sequence[f.Field], number: int = 1) -> dict[str, Any]:
    """Return a whole form."""
    return {field.name: sample(field, number) for field in fields}
