# SPDX-License-Identifier: Apache-2.0
"""What pages ask: figures of the dictionary over the ledger as it stands."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Refusal
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.figures import Asked
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies.concept import Library
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.service import Registry
from shangheng.site import (
    acting,
    asking,
    clock,
    drawings,
    formats,
    limits,
    paper,
    people,
    proving,
    publication,
    questions,
    recently,
    sealed_figures,
    sealing,
    wiring,
    words,
)
from shangheng.site.publication import EVERYBODY, Reader
from shangheng.site.recently import Parts, Recent
from shangheng.site.registry import REGISTRY


def _table(content: tuple[Any, Any, Any]) -> paper.Table:
    headings, rows, widths = content
    return paper.Table(tuple(headings), tuple(map(tuple, rows)), widths=tuple(widths))


PAPER: dict[str, Callable[[Any], paper.Part]] = {
    "heading": paper.Heading, "text": paper.Text, "table": _table,
}  # fmt: skip
"""The parts of a sheet, as services name them."""


def _in_parts(parts: Mapping[str, Sequence[Any]], figures: Sequence[Figure]) -> Parts:
    """Return figures, one for each of what the parts hold, by the names of the parts."""
    each = iter(figures)
    return {name: list(islice(each, len(part))) for name, part in parts.items()}


@dataclass(frozen=True)
class Office:
    """The house as a page sees it; handed to the views of services with their address."""

    registry: Registry

    @property
    def place(self) -> wiring.Place:
        """Return the province or city of this installation."""
        return wiring.place()

    @property
    def home(self) -> str:
        """Return the name of this installation's jurisdiction."""
        return str(settings.JURISDICTION)

    def library(self) -> Library:
        """Return the policies of every jurisdiction."""
        return wiring.library()

    def now(self) -> datetime:
        """Return the present moment."""
        return clock.now()

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided where no document prints a number."""
        return wiring.decisions()

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand a request moves cases and registers."""
        return acting.hand_of(request)

    def limited(self, request: HttpRequest, what: str) -> None:
        """Refuse what was done too often from one address."""
        limits.limited(request, what)

    def reader(self, request: HttpRequest) -> Reader:
        """Return who looks: officers see every cell."""
        return Reader(officer=people.is_officer(request), reporter=people.reporter_of(request))

    def actor(self, request: HttpRequest) -> Actor:
        """Return who looks, with the posts that open cases and registers."""
        return acting.actor_of(request)

    def require_officer(self, request: HttpRequest) -> None:
        """Refuse everybody but officers; a stranger is asked to sign in."""
        people.require_officer(request)

    def page_number(self, request: HttpRequest) -> int:
        """Return which page of a list is asked for."""
        return questions.page_number(request.GET)

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        return formats.csv_file(name, header, rows)

    @property
    def ledger(self) -> Ledger:
        """Return the ledger of this installation."""
        return wiring.ledger()

    def message(self, error: Refusal) -> str:
        """Return what is said of a refusal, in the reader's language."""
        return words.message(error, words.language())

    def house(self) -> House:
        """Return where figures are computed."""
        return asking.house()

    def ask(self, name: str, question: Question, reader: Reader = EVERYBODY) -> Figure:
        """Return one figure as this reader may see it."""
        return self.ask_all([(name, question)], reader)[0]

    def published(self, question: Question) -> Figure:
        """Return what statisticians have released themselves: there is nothing to withhold."""
        return self.ask("reported-series", question, publication.OFFICER)

    def paper(
        self, name: str, titles: tuple[str, str], parts: Sequence[tuple[str, Any]]
    ) -> HttpResponse:
        """Return a sheet of paper as PDF: parts are a ``heading``, a ``text`` or a ``table``.

        A table is its headings, its rows and the shares of their widths.
        """
        said = paper.Sheet(
            title=titles[0], english=titles[1], issuer=f"{self.place.zh} · 商衡", at=self.now(),
            parts=tuple(PAPER[kind](content) for kind, content in parts),
        )  # fmt: skip
        answer = HttpResponse(paper.sheet(said), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
        return answer

    def ask_all(
        self, asked: Sequence[tuple[str, Question]], reader: Reader = EVERYBODY
    ) -> list[Figure]:
        """Return several figures; those that read the same rows are computed together."""
        known = self._known(asked)
        house, at = self.house(), self.now()
        if reader.officer:
            return formulas.answers(known, house=house, at=at)
        return self._shown(formulas.answers(known, house=house, at=at, parties=True), reader)

    def recently(
        self, about: Hashable, asked: Mapping[str, Sequence[tuple[str, Question]]],
        request: HttpRequest,
    ) -> Recent:  # fmt: skip
        """Return the figures of a page's parts as this reader may see them, without a long wait.

        Where they take seconds, they are those of a moment ago, perhaps to questions about a day
        less; a request that says ``no-cache`` (RFC 9111, section 5.2.1.4) waits for those of now.
        All readers share what is computed.
        """
        every = [each for part in asked.values() for each in part]
        known = self._known(every)
        sources = self.house().sources(
            {read for indicator, _ in known for read in indicator.reads}
        )
        versions = tuple((name, found.version) for name, (_, found) in sources.items())

        def work() -> Parts:
            found = formulas.answers(known, house=self.house(), at=self.now(), parties=True)
            return _in_parts(asked, found)

        recent = recently.figures(
            (self.ledger.root, about), (*versions, *every), work,
            waits="no-cache" in request.headers.get("Cache-Control", ""),
        )  # fmt: skip
        whole = [each for part in recent.figures.values() for each in part]
        reader = self.reader(request)
        if reader.officer:
            seen = [each.without_parties() for each in whole]
        else:
            # One's own records are counted now: beside figures of before they would open too much.
            seen = self._shown(whole, EVERYBODY if recent.is_behind else reader)
        return replace(recent, figures=_in_parts(recent.figures, seen))

    def _known(self, asked: Sequence[tuple[str, Question]]) -> list[Asked]:
        return [(self.registry.indicator(name), question) for name, question in asked]

    def _shown(self, whole: Sequence[Figure], reader: Reader) -> list[Figure]:
        house, at = self.house(), self.now()
        held = publication.held(self.registry)
        shown = (self._published(figure, house, at, reader) for figure in whole)
        return [publication.without_held(figure, held) for figure in shown]

    def released(self, content: Mapping[str, Any]) -> Figure:
        """Return a figure as it was sealed."""
        return sealed_figures.figure_of(content)

    def drawing(self, figure: Figure, form: str, query: QueryDict) -> HttpResponse:
        """Return a figure as a drawing."""
        return drawings.drawn(figure, form, query)

    def bundle(self, object_id: str) -> HttpResponse:
        """Return the evidence of something sealed as a file."""
        sealing.publish(evidence.leaves_of(object_id)[-1].index)
        content = proving.bundle(wiring.ledger(), object_id)
        response = HttpResponse(content, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{object_id}.zip"'
        return response

    def _published(self, whole: Figure, house: House, at: datetime, reader: Reader) -> Figure:
        shown = asking.fit(whole, at=at)
        question = publication.own_question(shown, reader.reporter) if reader.reporter else None
        if question is None:
            return shown
        own = formulas.answer(whole.indicator, question, house=house, at=at)
        return publication.with_own(shown, whole, own)

    def days(self, kind: str) -> tuple[date, ...]:
        """Return the days for which there are records of a kind."""
        return questions.days_of(records.ledger_files(wiring.ledger(), kind).paths)

    def latest_month(self, kind: str) -> str:
        """Return the latest month with records of a kind, such as 2026-11; empty without any."""
        months = questions.months_of(self.days(kind))
        return months[0] if months else ""


OFFICE = Office(REGISTRY)
