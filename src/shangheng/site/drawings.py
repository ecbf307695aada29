# SPDX-License-Identifier: Apache-2.0
"""A figure as a drawing that a page shows or a reader takes along."""

from typing import Any

from django.http import HttpResponse, QueryDict

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas.concept import Figure
from shangheng.kernel.periods import period_start
from shangheng.site import charts, words
from shangheng.site.figures import Reading, points_by_size, points_in_time, unit_text
from shangheng.site.templatetags.pictures import measured

WIDTHS = range(280, 1601)
MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
KEEP_S = 60


def drawn(figure: Figure, form: str, query: QueryDict) -> HttpResponse:
    """Return a figure as a drawing."""
    if form not in MEDIA:
        raise NotFound("format.unknown", format=form, known=sorted(MEDIA))
    drawing = _picture(figure, query)
    content = charts.svg(drawing) if form == "svg" else charts.png(drawing)
    response = HttpResponse(content, content_type=MEDIA[form])
    response["Cache-Control"] = f"private, max-age={KEEP_S}"
    if query.get("titled"):
        name = figure.indicator.name
        response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _picture(figure: Figure, query: QueryDict) -> charts.Picture:
    reading = Reading(figure)
    width = query.get("width", "")
    if width and not (width.isdigit() and int(width) in WIDTHS):
        raise Invalid("chart.width", width=width, least=WIDTHS.start, most=WIDTHS.stop - 1)
    time = reading.time
    points = points_in_time(reading) if time else points_by_size(reading)
    named: dict[str, Any] = {"form": "bars", "order": tuple(point.at for point in points)}
    if time:
        order = tuple(dict.fromkeys(point.series for point in points))
        named = {"form": "line" if time.name in ("day", "week") else "columns", "order": order}
    if time and time.name == "week":
        points = tuple(
            charts.Point(str(period_start("week", each.at)), each.value, each.series)
            for each in points
        )
    return charts.Picture(
        points=points,
        unit=unit_text(figure.indicator.unit, reading.currency),
        english=words.language() == "en",
        dark=query.get("theme") == "dark",
        width=int(width or 720),
        titles=_titles(figure, reading) if query.get("titled") else (),
        **named,
    )


def _titles(figure: Figure, reading: Reading) -> tuple[str, ...]:
    versions = ", ".join(f"{kind}@{version}" for kind, version in figure.ledger.items())
    source = words.either(f"来源：商衡账本 {versions}", f"Source: Shangheng ledger {versions}")
    return reading.finding(), measured(figure), source
