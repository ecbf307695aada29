# SPDX-License-Identifier: Apache-2.0
"""How far counties are covered by express outlets: page, CSV, and JSON for programs."""

from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.regions import queries as regions
from shangheng.services.express import queries


class Place(Protocol):
    """Whose platform this is."""

    @property
    def region(self) -> str:
        """Return the division."""
        ...


class Office(Protocol):
    """What the site hands to the views of a service."""

    @property
    def place(self) -> Place:
        """Return the province or city of this installation."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def csv_file(self, name: str, header: Any, rows: Any) -> HttpResponse:  # noqa: ANN401
        """Return a list as a CSV file."""
        ...


COLUMNS = ("region", "name", "outlets", "brands", "to_village", "villages")


@require_safe
def coverage(request: HttpRequest, office: Office) -> HttpResponse:
    """Show for each county how many outlets it has, those without any first."""
    asked = request.GET.get("region", "").strip()
    region = regions.lookup(asked).code[:6] if asked else office.place.region
    found = queries.coverage(region, office.now().date())
    lines = [
        (each.region, regions.find(each.region).name, each.outlets, each.brands, each.to_village,
         each.villages)
        for each in sorted(found, key=lambda each: (each.outlets, each.region))
    ]  # fmt: skip
    form = request.GET.get("format", "")
    if form == "csv":
        return office.csv_file("express-coverage", COLUMNS, lines)
    if form == "json":
        told = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
        return JsonResponse(
            {"region": region, "as_of": office.now().date(), "counties": told},
            json_dumps_params={"ensure_ascii": False},
        )
    facts = {
        "lines": lines,
        "asked": asked,
        "without": sum(not line[2] for line in lines),
        "outlets": sum(line[2] for line in lines),
    }
    return render(request, "express/coverage.html", facts)
