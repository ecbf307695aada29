# SPDX-License-Identifier: Apache-2.0
"""A figure as a file: CSV, Excel, JSON, JSON-stat 2.0; any list as CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse

from shangheng.kernel.formulas.concept import CURRENCY, Dimension, Figure
from shangheng.site.figures import value_label

BOM = "\ufeff"
"""Without it Excel reads UTF-8 Chinese as the system's old encoding."""


def harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula; several values are written in one."""
    if isinstance(value, list | tuple):
        value = "；".join(str(each) for each in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def csv_file(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Return a list as a CSV file of this name, which spreadsheets read as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([harmless(value) for value in row] for row in rows)
    response = HttpResponse(
        (BOM + out.getvalue()).encode(), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _dimensions(figure: Figure) -> tuple[Dimension, ...]:
    asked = tuple(figure.indicator.dimension(name) for name in figure.question.by)
    return (*asked, CURRENCY) if figure.indicator.per_currency else asked


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def to_plain(figure: Figure) -> dict[str, Any]:
    """Return the figure with all that it says about itself; amounts stay exact as text."""
    indicator = figure.indicator
    return {
        "indicator": indicator.name,
        "zh": indicator.zh,
        "en": indicator.en,
        "unit": {"code": indicator.unit.name, "zh": indicator.unit.zh, "en": indicator.unit.en},
        "version": indicator.version,
        "question": figure.question.to_dict(),
        "ledger": dict(figure.ledger),
        "parameters": dict(figure.parameters),
        "computed_at": figure.computed_at.isoformat() if figure.computed_at else None,
        "records": figure.records,
        "rows": [_plain_row(row) for row in figure.rows],
    }


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: format(value, "f") if isinstance(value, Decimal) else value
        for name, value in row.items()
    }


def to_json(figure: Figure) -> bytes:
    """Return the figure as JSON."""
    return json.dumps(to_plain(figure), ensure_ascii=False).encode()


def _table(figure: Figure) -> tuple[list[str], list[list[Any]]]:
    dimensions = _dimensions(figure)
    header = []
    for dimension in dimensions:
        header += [dimension.name, f"{dimension.name}_label"]
    header += ["value", "unit", "records", "suppressed"]
    rows: list[list[Any]] = []
    for row in figure.rows:
        cells: list[Any] = []
        for dimension in dimensions:
            code = row.get(dimension.name)
            cells += [code or "", value_label(dimension, code)]
        hidden = "true" if row.get("suppressed") else "false"
        rows.append([*cells, row["value"], figure.indicator.unit.name, row["records"], hidden])
    return header, rows


def to_csv(figure: Figure) -> bytes:
    """Return the figure as CSV in UTF-8, codes and labels side by side."""
    header, rows = _table(figure)
    place = header.index("value")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        row[place] = _text(row[place])
        writer.writerow(row)
    return (BOM + out.getvalue()).encode()


def to_xlsx(figure: Figure) -> bytes:
    """Return the figure as a workbook: the table, and a sheet that says where it comes from."""
    header, rows = _table(figure)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    number = book.add_format({"num_format": "#,##0.####"})
    sheet = book.add_worksheet("数据 data")
    sheet.write_row(0, 0, header, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header), 16)
    place = header.index("value")
    for index, row in enumerate(rows, start=1):
        sheet.write_row(index, 0, [str(cell) for cell in row[:place]])
        if row[place] is not None:
            sheet.write_number(index, place, float(row[place]), number)
        sheet.write_row(index, place + 1, row[place + 1 :])
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    _origin(book, figure, bold)
    book.close()
    return out.getvalue()


def _origin(book: Any, figure: Figure, bold: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet("来源 source")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    indicator = figure.indicator
    facts = [
        (
            "指标 indicator",
            f"{indicator.zh} {indicator.en} ({indicator.name})",
        ),
        ("算式版本 version", str(indicator.version)),
        ("定义 definition", indicator.definition_zh),
        ("", indicator.definition_en),
        ("单位 unit", f"{indicator.unit.zh} {indicator.unit.en}"),
        ("依据 basis", "；".join(indicator.basis)),
        ("问题 question", json.dumps(figure.question.to_dict(), ensure_ascii=False)),
        ("账本版本 ledger", json.dumps(dict(figure.ledger))),
        ("参数 parameters", json.dumps(dict(figure.parameters), ensure_ascii=False)),
        ("记录数 records", str(figure.records)),
        ("算式 formula", indicator.source),
    ]
    for index, (name, text) in enumerate(facts):
        sheet.write_string(index, 0, name, bold)
        sheet.write_string(index, 1, text)


def to_json_stat(figure: Figure) -> bytes:
    """Return the figure as a JSON-stat 2.0 dataset, withheld cells marked in ``status``.

    See https://json-stat.org/full/: the values stand in row-major order of ``size``.
    """
    dimensions = _dimensions(figure)
    codes = [_codes(figure, dimension) for dimension in dimensions]
    sizes = [len(each) for each in codes]
    values: dict[str, float] = {}
    status: dict[str, str] = {}
    for row in figure.rows:
        place = 0
        for dimension, known in zip(dimensions, codes, strict=True):
            place = place * len(known) + known[row.get(dimension.name) or "unknown"]
        if row["value"] is not None:
            values[str(place)] = float(row["value"])
        elif row.get("suppressed"):
            status[str(place)] = "c"
    dataset = _dataset(figure)
    dataset["id"] = [dimension.name for dimension in dimensions] + ["indicator"]
    dataset["size"] = [*sizes, 1]
    dataset["dimension"] = {
        dimension.name: _category(dimension, known)
        for dimension, known in zip(dimensions, codes, strict=True)
    } | {"indicator": _metric(figure)}
    dataset["role"] = _roles(dimensions)
    dataset["value"] = values
    if status:
        dataset["status"] = status
    return json.dumps(dataset, ensure_ascii=False).encode()


def _codes(figure: Figure, dimension: Dimension) -> dict[str, int]:
    found = sorted({row.get(dimension.name) or "unknown" for row in figure.rows})
    return {code: place for place, code in enumerate(found)}


def _category(dimension: Dimension, codes: dict[str, int]) -> dict[str, Any]:
    labels = {code: value_label(dimension, None if code == "unknown" else code) for code in codes}
    return {
        "label": f"{dimension.zh} {dimension.en}",
        "category": {"index": list(codes), "label": labels},
    }


def _metric(figure: Figure) -> dict[str, Any]:
    indicator = figure.indicator
    return {
        "label": "指标 indicator",
        "category": {
            "index": [indicator.name],
            "label": {indicator.name: f"{indicator.zh} {indicator.en}"},
            "unit": {indicator.name: {"label": indicator.unit.zh, "symbol": indicator.unit.name}},
        },
    }


def _roles(dimensions: tuple[Dimension, ...]) -> dict[str, list[str]]:
    roles = {"metric": ["indicator"]}
    for role, form in (("time", "time"), ("geo", "region")):
        if named := [dimension.name for dimension in dimensions if dimension.form == form]:
            roles[role] = named
    return roles


def _dataset(figure: Figure) -> dict[str, Any]:
    return {
        "version": "2.0",
        "class": "dataset",
        "label": f"{figure.indicator.zh} {figure.indicator.en}",
        "source": "商衡 Shangheng",
        "updated": figure.computed_at.isoformat() if figure.computed_at else None,
        "extension": {"ledger": dict(figure.ledger), "question": figure.question.to_dict()},
    }


FORMATS: dict[str, tuple[str, Callable[[Figure], bytes]]] = {
    "json": ("application/json", to_json),
    "csv": ("text/csv; charset=utf-8", to_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    "jsonstat": ("application/json", to_json_stat),
}
"""The media type and the writer of each format."""
