# SPDX-License-Identifier: Apache-2.0
"""What the site hands to the pages of this service, and who may see what on them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction, Library
from shangheng.kernel.registers.concept.actors import Hand
from shangheng.services.incentives.cases import APPLICATION


class Office(Protocol):
    """What the site hands to the views of a service."""

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

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided where no document prints a number."""
        ...

    def house(self) -> House:
        """Return where the ledger is asked."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand something is done."""
        ...

    def reader(self, request: HttpRequest) -> Any:  # noqa: ANN401 - officer, reporter
        """Return who looks."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...


def home_of(office: Office) -> Jurisdiction:
    """Return the jurisdiction of this installation."""
    return policies.jurisdiction(office.library(), office.home)


def sees_whole(request: HttpRequest, office: Office, code: str) -> bool:
    """Return whether the reader may see what is on file of a firm: an officer, or the firm."""
    region = home_of(office).region
    works = office.hand(request).actor.role_for(APPLICATION.roles, region) is not None
    return works or (bool(code) and office.reader(request).reporter == code)


def require_post(request: HttpRequest, office: Office) -> Jurisdiction:
    """Return the home's jurisdiction to an officer of this service; refuse everybody else."""
    place = home_of(office)
    if office.hand(request).actor.role_for(APPLICATION.roles, place.region) is None:
        raise NotPermitted("incentive.not_officer", roles=list(APPLICATION.roles))
    return place


def day_of(text: str, today: date) -> date:
    """Return the day that was typed, today without one."""
    try:
        return date.fromisoformat(text) if text else today
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error
