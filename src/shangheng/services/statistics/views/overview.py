# SPDX-License-Identifier: Apache-2.0
"""The overview of a province or city."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.periods import days_in, end_kept, months_later
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.service import Registry
from shangheng.services.statistics.queries.reconciliation import reconciliation as reconciled
from shangheng.services.statistics.rules.holidays import spring_festival_differs

KEY_FIGURES = (
    "online-retail-sales", "transaction-volume", "order-count", "average-order",
    "active-shops", "buyers", "refund-rate", "parcels",
)  # fmt: skip
HEADLINE = "online-retail-sales"
FESTIVAL_MONTHS = (1, 2)
SPLITS = ("category", "platform", "mode", "channel")


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    @property
    def place(self) -> Any:  # noqa: ANN401 - zh, en and region of the installation
        """Return the province or city of this installation."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def reader(self, request: HttpRequest) -> Any:  # noqa: ANN401 - what ask_all wants to know
        """Return who looks."""
        ...

    def recently(
        self,
        about: Hashable,
        asked: Mapping[str, Sequence[tuple[str, Question]]],
        request: HttpRequest,
    ) -> Any:  # noqa: ANN401 - figures by part, at and is_behind
        """Return the figures of a page without a long wait, perhaps those of a moment ago."""
        ...

    def house(self) -> House:
        """Return where figures are computed."""
        ...

    def ask_all(self, asked: Sequence[tuple[str, Question]], reader: Any) -> list[Figure]:  # noqa: ANN401
        """Return several figures at once, as the reader may see them."""
        ...

    def require_officer(self, request: HttpRequest) -> None:
        """Refuse everybody but officers."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand a request acts."""
        ...

    def message(self, error: Refusal) -> str:
        """Return what is said of a refusal, in the reader's language."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...

    def page_number(self, request: HttpRequest) -> int:
        """Return which page of a list is asked for."""
        ...

    def days(self, kind: str) -> tuple[date, ...]:
        """Return the days for which there are records of a kind."""
        ...


@dataclass(frozen=True)
class Scope:
    """What the overview is about: a region, and the days of a month that are known so far."""

    region: str
    month: str
    since: date
    until: date
    is_home: bool

    @property
    def where(self) -> tuple[tuple[str, str], ...]:
        """Return the condition that limits a figure to the region's sellers."""
        return () if self.is_home else (("seller_region", self.region),)

    def question(self, *by: str, **more: Any) -> Question:  # noqa: ANN401
        """Return a question about the scope."""
        return Question(by=by, since=self.since, until=self.until, where=self.where, **more)

    def before(self, months: int) -> Question:
        """Return the question about the same days so many months before."""
        whole = self.until == days_in("month", self.month)[1]
        until = end_kept(self.until, -months) if whole else months_later(self.until, -months)
        return Question(since=months_later(self.since, -months), until=until, where=self.where)


def _scope(request: HttpRequest, office: Office, days: Sequence[date]) -> Scope:
    month = request.GET.get("month") or f"{days[-1]:%Y-%m}"
    try:
        since, until = days_in("month", month)
    except ValueError as error:
        raise Invalid("question.month_unreadable", text=month) from error
    region = request.GET.get("region") or office.place.region
    code = regions.find(region).code if region else ""
    return Scope(code, month, since, min(until, max(days[-1], since)), code == office.place.region)


@require_safe
def overview(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the key figures, their trend, where they arise and of what they consist."""
    days = office.days("order")
    if not days:
        return render(request, "statistics/empty.html", {"place": office.place})
    scope = _scope(request, office, days)
    facts = {
        "scope": scope,
        "months": sorted({f"{day:%Y-%m}" for day in days}, reverse=True),
        "region": regions.find(scope.region) if scope.region else None,
        "above": _above(scope.region, office),
        "festival_moved": scope.since.month in FESTIVAL_MONTHS
        and spring_festival_differs(scope.since.year, scope.since.year - 1),
        **_figures(office, scope, days, request),
    }
    return render(request, "statistics/overview.html", facts)


def _above(region: str, office: Office) -> list[Any]:
    """Return the regions above, from the installation's own down."""
    home = office.place.region
    if not region or region == home:
        return []
    chain = [each for each in regions.ancestors(region) if len(each.code) <= len(region)]
    codes = [each.code for each in chain]
    return chain[codes.index(home) :] if home in codes else chain


def _is_known(asked: Question, days: Sequence[date]) -> bool:
    """Return whether anything is known of the days that are asked about."""
    since, until = asked.since or date.min, asked.until or date.max
    return any(since <= day <= until for day in days)


def _figures(
    office: Office, scope: Scope, days: Sequence[date], request: HttpRequest
) -> dict[str, Any]:
    """Ask everything that the page shows in one go, so that shared rows are read once."""
    known = office.registry.indicators
    keys = [name for name in KEY_FIGURES if name in known and _fits(known[name], scope)]
    earlier = {
        name: [(key, asked) for key in keys if _is_known(asked, days)]
        for name, asked in (("month", scope.before(1)), ("year", scope.before(12)))
    }
    drawn = keys if scope.is_home else []
    level = "city" if scope.region.endswith("0000") else "county"
    parts: dict[str, list[tuple[str, Question]]] = {
        "now": [(name, scope.question()) for name in keys],
        **earlier,
        "trends": [(name, scope.question("day")) for name in drawn],
        "splits": [(HEADLINE, scope.question(name)) for name in SPLITS],
        "map": [(HEADLINE, scope.question("seller_region", level=level))],
        "trend": [(HEADLINE, scope.question("day"))],
    }
    recent = office.recently((scope.region, scope.month), parts, request)
    found = recent.figures
    return {
        "recent": recent,
        "until": found["trend"][0].question.until,
        "keys": list(zip_longest(found["now"], found["month"], found["year"], found["trends"])),
        "splits": dict(zip(SPLITS, found["splits"], strict=True)),
        "map": found["map"][0],
        "trend": found["trend"][0],
    }


def _fits(indicator: Any, scope: Scope) -> bool:  # noqa: ANN401 - an Indicator
    """Return whether an indicator can be asked for the scope: a region only where it has one."""
    return scope.is_home or any(each.name == "seller_region" for each in indicator.by)


@require_safe
def reconciliation(request: HttpRequest, office: Office) -> HttpResponse:
    """Say who reported the same sales, and where they differ."""
    office.require_officer(request)
    lines = reconciled(house=office.house(), at=office.now())
    return render(request, "statistics/reconciliation.html", {"lines": lines})
