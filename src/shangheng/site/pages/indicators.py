# SPDX-License-Identifier: Apache-2.0
"""The dictionary of indicators, the page of each, its files, charts and the records behind it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Figure, Indicator, Question
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site import lineage, words
from shangheng.site.drawings import drawn
from shangheng.site.figures import period_label
from shangheng.site.formats import FORMATS, csv_file
from shangheng.site.lineage import Basis
from shangheng.site.office import OFFICE
from shangheng.site.people import officers_only
from shangheng.site.questions import months_of, page_number, read
from shangheng.site.registry import REGISTRY, indicator_at
from shangheng.site.sealed_figures import PUBLISHED

RECORDS_A_PAGE = 50
ORIGIN_HEADER = ("报送单位 reporter", "批次 batch", "条数 records", "交换包 parcel",
                 "收到时间 received", "依据 basis")  # fmt: skip


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every indicator with its definition."""
    indicators = list(REGISTRY.indicators.values())
    return render(request, "site/indicators.html", {"indicators": indicators})


def _asked(query: QueryDict, indicator: Indicator) -> QueryDict:
    """Fill in what a bare address leaves open: the latest month, split as the indicator allows."""
    filled = query.copy()
    if not any(filled.get(name) for name in ("month", "from", "to")) and (
        month := OFFICE.latest_month(indicator.reads[0])
    ):
        filled["month"] = month
    if "by" not in filled:
        filled["by"] = _natural_split(indicator)
    return filled


def _natural_split(indicator: Indicator) -> str:
    names = [dimension.name for dimension in indicator.by]
    if indicator.needs:
        return ",".join(indicator.needs)
    preferred = ("day", "month", "seller_region", "buyer_region", "platform")
    return next((name for name in preferred if name in names), names[0] if names else "")


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one indicator: what it says, chart or map, table, definition, where it comes from."""
    indicator = indicator_at(name)
    asked = _asked(request.GET, indicator)
    question = read(asked, indicator)
    try:
        figure = OFFICE.ask(name, question, OFFICE.reader(request))
    except Invalid as refusal:
        return _undecided(request, indicator, refusal)
    page = {
        "indicator": indicator,
        "figure": figure,
        "origin": formulas.explain(figure),
        "months": _months(indicator),
        "month": asked.get("month", ""),
        "region_split": _region_split(figure),
        "asked": question,
        "region": _region(question),
        "kinds": [REGISTRY.kinds[kind] for kind in indicator.reads if kind in REGISTRY.kinds],
    }
    return render(request, "site/indicator.html", page)


def _undecided(request: HttpRequest, indicator: Indicator, refusal: Invalid) -> HttpResponse:
    """Show what an indicator means although it has no figure, and what it lacks."""
    question = refusal.facts.get("question_zh", ""), refusal.facts.get("question_en", "")
    facts = {
        "indicator": indicator,
        "refusal": refusal,
        "why": words.message(refusal, words.language()),
        "question": question if any(question) else None,
        "kinds": [REGISTRY.kinds[kind] for kind in indicator.reads if kind in REGISTRY.kinds],
    }
    return render(request, "site/undecided.html", facts, status=422)


def _months(indicator: Indicator) -> list[tuple[str, str]]:
    days = OFFICE.days(indicator.reads[0])
    return [(text, period_label("month", text)) for text in months_of(days)]


def _region_split(figure: Figure) -> str:
    """Return the dimension of a figure that a map can show: the only one, and of regions."""
    if len(figure.question.by) != 1 or figure.question.level not in ("city", "county"):
        return ""
    dimension = figure.indicator.dimension(figure.question.by[0])
    return dimension.name if dimension.form == "region" else ""


def _region(question: Question) -> str:
    for name, value in question.where:
        if name.endswith("region"):
            return value
    return OFFICE.place.region


@require_safe
def figures(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Return a figure as a file."""
    if form not in FORMATS:
        raise NotFound("format.unknown", format=form, known=sorted(FORMATS))
    indicator = indicator_at(name)
    figure = OFFICE.ask(name, read(request.GET, indicator), OFFICE.reader(request))
    media, write = FORMATS[form]
    ending = "json" if form == "jsonstat" else form
    response = HttpResponse(write(figure), content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@require_safe
def chart(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Return a figure as a drawing."""
    indicator = indicator_at(name)
    figure = OFFICE.ask(name, read(request.GET, indicator), OFFICE.reader(request))
    return drawn(figure, form, request.GET)


@require_safe
@officers_only
def behind(request: HttpRequest, name: str) -> HttpResponse:
    """Show officers the records from which a figure was computed."""
    basis = _basis(request.GET, indicator_at(name))
    number = page_number(request.GET)
    if request.GET.get("format") == "csv":
        return csv_file("deliveries", ORIGIN_HEADER, _origins(basis))
    rows = basis.records(limit=RECORDS_A_PAGE + 1, offset=(number - 1) * RECORDS_A_PAGE)
    columns, kind = list(rows[0]) if rows else [], basis.kind
    facts = {
        "indicator": basis.indicator,
        "basis": basis,
        "brought": basis.brought() if number == 1 else [],
        "kind": kind if kind and kind.name in REGISTRY.held else None,
        "authority": kind.field(kind.authority) if kind and kind.authority else None,
        "columns": _headings(columns, basis.indicator),
        "rows": [
            (_trace(row, kind), [_cell(row[name]) for name in columns])
            for row in rows[:RECORDS_A_PAGE]
        ],
        "number": number,
        "more": len(rows) > RECORDS_A_PAGE,
    }
    return render(request, "site/behind.html", facts)


def _basis(query: QueryDict, indicator: Indicator) -> Basis:
    """Return of what a figure is computed: as published under a number, else as it stands now.

    An address with nothing but the number means all of what was published.
    """
    if not (sealed := query.get("figure", "")):
        return lineage.of_now(indicator, read(_asked(query, indicator), indicator))
    found = lineage.of_published(sealed)
    if found.indicator is not indicator:
        raise NotFound("evidence.object_without_content", what=PUBLISHED, object=sealed)
    is_narrowed = any(name in query for name in ("by", "where", "from", "to", "month"))
    return replace(found, question=read(query, indicator)) if is_narrowed else found


def _trace(row: Mapping[str, Any], kind: RecordKind | None) -> str:
    """Return the address of a record's own lineage, empty where its key is not in the row."""
    if kind is None or kind.name not in REGISTRY.held or any(name not in row for name in kind.key):
        return ""
    key = {name: str(row[name]) for name in kind.key}
    return f"{reverse('record-trace')}?{urlencode({'kind': kind.name, **key})}"


def _origins(basis: Basis) -> Iterator[tuple[object, ...]]:
    """Give what brought the records behind a figure as lines of a table."""
    for each, records in basis.brought():
        at = each.received_at.astimezone(CHINA).isoformat() if each.received_at else ""
        yield each.reporter, each.batch, records, each.parcel, at, "；".join(each.basis)


def _headings(columns: list[str], indicator: Indicator) -> list[tuple[str, str]]:
    """Return each column with its label, as the kinds that the indicator reads declare it."""
    labels = {
        field.name: words.label(field)
        for name in reversed(indicator.reads)
        if name in REGISTRY.kinds
        for field in REGISTRY.kinds[name].fields
    }
    standing = {
        "reporter": words.either("报送单位", "reporter"),
        "batch": words.either("批次", "batch"),
        "line": words.either("行号", "line"),
        "day": words.either("入账日", "day"),
    }
    return [(name, (labels | standing).get(name, name)) for name in columns]


def _cell(value: object) -> str:
    """Return a value of the ledger as a short text."""
    match value:
        case None:
            return ""
        case bool():
            return words.either("是", "yes") if value else words.either("否", "no")
        case Decimal():
            return words.exact(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
