# SPDX-License-Identifier: Apache-2.0
"""Reading: the dictionary of indicators, their figures, and the kinds of record. Open to all."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from shangheng.kernel.formulas.concept import Indicator
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site import questions
from shangheng.site.api.schemas import FigureOut, IndicatorOut, KindOut, Problem
from shangheng.site.api.tokens import ReporterToken
from shangheng.site.formats import FORMATS
from shangheng.site.kinds import json_schema
from shangheng.site.office import OFFICE
from shangheng.site.pages import kinds as kind_pages
from shangheng.site.publication import Reader
from shangheng.site.registry import REGISTRY, indicator_at

indicators = Router()
kinds = Router()


ANYBODY = "anybody"


def anybody(request: HttpRequest) -> str | None:
    """Let in those who show no token at all; a wrong token is still refused."""
    return None if "Authorization" in request.headers else ANYBODY


class Asked(Schema):
    """A question, as the pages put it too."""

    by: str = ""
    level: str = ""
    where: list[str] = Field(default_factory=list)
    from_: str = Field("", alias="from")
    to: str = ""
    month: str = ""
    borders: str = ""
    format: Literal["json", "csv", "xlsx", "jsonstat"] = "json"


def _plain(indicator: Indicator) -> dict[str, Any]:
    names = ("name", "zh", "en", "definition_zh", "definition_en", "owner", "version", "additive")
    return {name: getattr(indicator, name) for name in names} | {
        "unit": indicator.unit.name,
        "reads": list(indicator.reads),
        "by": [
            {"name": each.name, "zh": each.zh, "en": each.en, "form": each.form}
            for each in indicator.by
        ],
        "needs": list(indicator.needs),
        "basis": list(indicator.basis),
        "formula": indicator.source,
    }


@indicators.get("", response=list[IndicatorOut], summary="指标目录 The dictionary of indicators")
def list_indicators(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return every indicator with its definition, unit, dimensions, clauses and formula."""
    return [_plain(each) for each in REGISTRY.indicators.values()]


@indicators.get(
    "/{name}", response={200: IndicatorOut, 404: Problem}, summary="一个指标 One indicator"
)
def one_indicator(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001
    """Return one entry of the dictionary."""
    return _plain(indicator_at(name))


@indicators.get(
    "/{name}/figures",
    auth=[ReporterToken(), anybody],
    response={200: FigureOut, 401: Problem, 404: Problem, 422: Problem},
    summary="指标数值 Its figures",
)
def figures(request: HttpRequest, name: str, asked: Query[Asked]) -> HttpResponse:
    """Answer a question put to an indicator.

    ``by=day,region`` splits; ``level`` is province, city, county or township;
    ``where=platform=taobao`` may come several times; ``from`` and ``to`` are days, and
    ``month=2026-11`` is a whole month. Cells of too few parties are withheld
    (``suppressed``), except from officers and from the reporter that alone stands behind them.
    """
    indicator = indicator_at(name)
    figure = OFFICE.ask(name, questions.read(request.GET, indicator), reader_of(request))
    media, write = FORMATS[asked.format]
    return HttpResponse(write(figure), content_type=media)


def reader_of(request: HttpRequest) -> Reader:
    """Return who asks: an officer's browser, a reporter's program, or anybody."""
    token = request.auth  # type: ignore[attr-defined]
    if isinstance(token, str) and token != ANYBODY:
        return Reader(reporter=token)
    return OFFICE.reader(request)


def _kind(kind: RecordKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "zh": kind.zh,
        "en": kind.en,
        "key": list(kind.key),
        "day": kind.day,
        "basis": list(kind.basis),
        "fields": [field.name for field in kind.fields],
        "required": [field.name for field in kind.fields if not field.optional],
        "rules": [asdict(rule) for rule in kind_pages.rules(kind)],
    }


@kinds.get("", response=list[KindOut], summary="记录种类 The kinds of record")
def list_kinds(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return what can be reported."""
    return [_kind(kind) for kind in REGISTRY.kinds.values()]


@kinds.get(
    "/{name}/schema",
    response={200: dict[str, Any], 404: Problem},
    summary="记录的 JSON Schema The JSON Schema of a record",
)
def schema(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001
    """Return the JSON Schema (2020-12) of one record."""
    return json_schema(kind_pages.known(name))


@kinds.get(
    "/{name}/template",
    response={200: str, 404: Problem},
    summary="导入模板 The import template",
)
def template(
    request: HttpRequest,  # noqa: ARG001
    name: str,
    format: Literal["csv", "xlsx"] = "csv",  # noqa: A002 - the name of the parameter
) -> HttpResponse:
    """Return an empty file with the columns of the kind."""
    return kind_pages.template_file(kind_pages.known(name), format)
