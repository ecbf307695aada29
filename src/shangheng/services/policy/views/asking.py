# SPDX-License-Identifier: Apache-2.0
"""What the views share: the office that they ask, what an address asks for, lists as files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse

from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction, Library, document_of, label_of
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.service import Registry
from shangheng.services.policy.queries import library as queries


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    @property
    def home(self) -> str:
        """Return the name of this installation's jurisdiction."""
        ...

    def library(self) -> Library:
        """Return the policies of every jurisdiction."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...

    def reader(self, request: HttpRequest) -> Any:  # noqa: ANN401 - what ask wants to know
        """Return who looks."""
        ...

    def actor(self, request: HttpRequest) -> Actor:
        """Return who looks, with the posts that open cases."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand cases are moved."""
        ...

    def ask(self, name: str, question: Question, reader: Any) -> Figure:  # noqa: ANN401
        """Return one figure as the reader may see it."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided where no document prints a number."""
        ...

    def published(self, question: Question) -> Figure:
        """Return what statisticians have released themselves."""
        ...

    def paper(
        self, name: str, titles: tuple[str, str], parts: Sequence[tuple[str, Any]]
    ) -> HttpResponse:
        """Return a sheet of paper as PDF."""
        ...

    def days(self, kind: str) -> tuple[date, ...]:
        """Return the days for which there are records of a kind."""
        ...


def chosen(request: HttpRequest, office: Office) -> tuple[list[Jurisdiction], Jurisdiction]:
    """Return every jurisdiction, and the one that is asked for: by default that of the house."""
    library = office.library()
    known = queries.places(library, office.home)
    name = request.GET.get("jurisdiction") or known[0].id
    return known, policies.jurisdiction(library, name)


def file_of(
    request: HttpRequest, office: Office, name: str, lines: Sequence[Mapping[str, Any]]
) -> HttpResponse | None:
    """Return a list as CSV or JSON where the address asks for it."""
    form = request.GET.get("format", "")
    if form == "json":
        return JsonResponse(list(lines), safe=False, json_dumps_params={"ensure_ascii": False})
    if form != "csv":
        return None
    return office.csv_file(name, lines[0] if lines else (), (line.values() for line in lines))


def cited(ref: str) -> tuple[str, str, str]:
    """Return a reference with its document and the number of its clause, for a link."""
    return ref, document_of(ref), label_of(ref)


def year_of(text: str, days: Sequence[date]) -> int | None:
    """Return the year that is asked for, by default the latest with data."""
    if not text:
        return days[-1].year if days else None
    if not (text.isascii() and text.isdigit()):
        raise Invalid("question.year_unreadable", text=text)
    return int(text)


def day_of(request: HttpRequest, name: str = "on") -> date | None:
    """Return the day as at which the law is asked for; none is every document."""
    text = request.GET.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error
