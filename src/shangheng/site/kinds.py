# SPDX-License-Identifier: Apache-2.0
"""What follows from the declaration of a record kind: import templates and JSON Schema."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Protocol

import xlsxwriter

from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind

BOM = "\ufeff"


class Columns(Protocol):
    """Whatever is filled in as a table: a record kind, a register."""

    @property
    def name(self) -> str:
        """Return the name of the table."""
        ...

    @property
    def fields(self) -> Sequence[f.Field]:
        """Return the columns in their order."""
        ...


def hint(field: f.Field) -> tuple[str, str]:
    """Return in both languages what to write into a field."""
    if isinstance(field, f.OneOf):
        codes = "|".join(field.values)
        return f"代码：{codes}", f"one of: {codes}"
    zh, en = type(field).hint_zh, type(field).hint_en
    if isinstance(field, f.Text):
        zh, en = f"{zh}，至多 {field.max} 个字符", f"{en}, at most {field.max} characters"
    return zh, en


def template_csv(kind: Columns) -> bytes:
    """Return an empty CSV file with the columns of the kind, for spreadsheets and programs."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([field.name for field in kind.fields])
    return (BOM + out.getvalue()).encode()


def template_xlsx(kind: Columns) -> bytes:
    """Return a workbook to be filled in: lists to choose from, and a sheet that explains."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    needed = book.add_format({"bold": True, "bg_color": "#d7ebea", "bottom": 1})
    optional = book.add_format({"bg_color": "#f3f7f6", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(kind.name)
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(kind.fields):
        sheet.set_column(column, column, max(12, len(field.name) + 4), text)
        sheet.write_string(0, column, field.name, optional if field.optional else needed)
        sheet.write_comment(0, column, f"{field.zh} {field.en}\n{hint(field)[0]}")
        if isinstance(field, f.OneOf) and len(",".join(field.values)) <= 255:  # noqa: PLR2004
            rows = {"validate": "list", "source": list(field.values)}
            sheet.data_validation(1, column, 1_000, column, rows)
    _explanation(book, kind, needed)
    book.close()
    return out.getvalue()


def _explanation(book: Any, kind: Columns, bold: Any) -> None:  # noqa: ANN401
    sheet = book.add_worksheet("说明 notes")
    header = ["列 column", "名称", "name", "必填 required", "填写 how", "how", "备注 note"]
    sheet.write_row(0, 0, header, bold)
    sheet.set_column(0, 6, 24)
    for row, field in enumerate(kind.fields, start=1):
        needed = "" if field.optional else "必填 yes"
        zh, en = hint(field)
        sheet.write_row(row, 0, [field.name, field.zh, field.en, needed, zh, en, field.note])


def json_schema(kind: RecordKind) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one record, as it is sent in NDJSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/kinds/{kind.name}/schema.json",
        "title": f"{kind.zh} {kind.en}",
        "type": "object",
        "properties": {field.name: _property(field) for field in kind.fields},
        "required": [field.name for field in kind.fields if not field.optional],
    }


def _property(field: f.Field) -> dict[str, Any]:
    zh, en = hint(field)
    plain: dict[str, Any] = {
        "title": f"{field.zh} {field.en}".strip(),
        "description": f"{zh} / {en}",
        "type": [field.json_type, "null"] if field.optional else field.json_type,
    }
    match field:
        case f.OneOf():
            plain["enum"] = [*field.values, *([None] if field.optional else [])]
        case f.Text():
            plain["maxLength"] = field.max
            if field.pattern:
                plain["pattern"] = f"^(?:{field.pattern})$"
        case f.Whole() | f.Number():
            plain |= _bounds(field)
        case f.Day():
            plain["format"] = "date"
        case f.Lines():
            plain["items"] = {
                "type": "object",
                "properties": {inner.name: _property(inner) for inner in field.fields},
            }
        case _:
            pass
    return plain


def _bounds(field: f.Whole | f.Number) -> dict[str, Any]:
    bounds = {"minimum": field.min, "maximum": field.max}
    return {name: value for name, value in bounds.items() if value is not None}
