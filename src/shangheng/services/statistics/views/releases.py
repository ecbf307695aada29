# SPDX-License-Identifier: Apache-2.0
"""What was released: the list, each release with its corrections, the calendar, the feed."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.cases import queries as cases
from shangheng.kernel.errors import NotFound
from shangheng.kernel.formulas.concept import Figure
from shangheng.kernel.registers.queries import EntryView
from shangheng.services.statistics.cases import RELEASE
from shangheng.services.statistics.queries import releases as queries
from shangheng.services.statistics.queries.releases import Version
from shangheng.services.statistics.rules.releases import changes
from shangheng.services.statistics.views import overview

FEED_MOST = 50
CORRECTION, WITHDRAWAL = "amend", "end"
KINDS = {CORRECTION: "更正 Correction：", WITHDRAWAL: "撤回 Withdrawn："}


class Office(overview.Office, Protocol):
    """What the site hands to the views of releases beside what other views need."""

    def released(self, content: Mapping[str, Any]) -> Figure:
        """Return a figure as it was sealed."""
        ...

    def drawing(self, figure: Figure, form: str, query: QueryDict) -> HttpResponse:
        """Return a figure as a drawing."""
        ...

    def limited(self, request: HttpRequest, what: str) -> None:
        """Refuse what was done too often from one address."""
        ...

    def bundle(self, object_id: str) -> HttpResponse:
        """Return the evidence of something sealed as a file."""
        ...


@require_safe
@never_cache
def index(request: HttpRequest, office: Office) -> HttpResponse:
    """List what was released, the latest first; also as CSV."""
    text = request.GET.get("text", "").strip()
    found = queries.released(text, office.now().date())
    if request.GET.get("format") == "csv":
        header = ("number", "title", "state", "indicator", "since", "until", "released_at",
                  "version", "evidence")  # fmt: skip
        return office.csv_file("releases", header, map(_row, found))
    lines = [(each, _moment(each.values["released_at"])) for each in found]
    facts = {"lines": lines, "text": text, "coming": queries.calendar()[:3]}
    return render(request, "statistics/releases.html", facts)


def _row(each: EntryView) -> list[object]:
    told = each.values
    return [each.number, each.title, each.state, told["indicator"], told["since"], told["until"],
            told["released_at"], each.holds, told["evidence"]]  # fmt: skip


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@require_safe
@never_cache
def calendar(request: HttpRequest, office: Office) -> HttpResponse:
    """Say what will be released when: nothing but title and time."""
    lines = queries.calendar()
    if request.GET.get("format") == "csv":
        rows = ([title, due.isoformat()] for title, due in lines)
        return office.csv_file("release-calendar", ("title", "release_at"), rows)
    return render(request, "statistics/release_calendar.html", {"lines": lines})


def _chosen(request: HttpRequest, number: str) -> tuple[tuple[Version, ...], Version]:
    """Return every version of a release, and the one that is asked for: the last."""
    found = queries.versions(number)
    wanted = request.GET.get("version") or str(found[-1].held.number)
    for each in found:
        if str(each.held.number) == wanted:
            return found, each
    known = [each.held.number for each in found]
    raise NotFound("release.no_such_version", number=number, version=wanted[:9], known=known)


@require_safe
@never_cache
def release(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Show a released figure: table, chart, commentary, source, corrections, every version."""
    found, shown = _chosen(request, number)
    figure = office.released(shown.figure)
    facts = {
        "number": number,
        "versions": found[::-1],
        "shown": shown,
        "last": found[-1],
        "is_last": shown is found[-1],
        "at": _moment(shown.held.values["released_at"]),
        "corrections": [
            (each, found[each.held.number - 2]) for each in found if each.act == CORRECTION
        ][::-1],
        "withdrawn": found[-1] if found[-1].act == WITHDRAWAL else None,
        "figure": figure,
        "drawable": bool(figure.question.by),
        "bars": not any(
            figure.indicator.dimension(name).form == "time" for name in figure.question.by
        ),
    }
    return render(request, "statistics/release.html", facts)


@require_safe
@never_cache
def table(request: HttpRequest, number: str, form: str, office: Office) -> HttpResponse:
    """Return a released figure as a file: CSV, JSON with its corrections, or its evidence."""
    found, shown = _chosen(request, number)
    match form:
        case "csv":
            return _csv(number, office, shown)
        case "json":
            return JsonResponse(
                _plain(number, found, shown), json_dumps_params={"ensure_ascii": False}
            )
        case "zip":
            office.limited(request, "release_bundle")
            return office.bundle(shown.held.values["evidence"])
        case _:
            raise NotFound("format.unknown", format=form, known=["csv", "json", "zip"])


def _csv(number: str, office: Office, shown: Version) -> HttpResponse:
    names = [*shown.figure["question"]["by"], "currency", "value", "unit", "suppressed"]
    rows = (
        [(row | {"unit": shown.figure["unit"], "suppressed": hidden}).get(name) for name in names]
        for row in shown.figure["rows"]
        for hidden in ("true" if row["suppressed"] else "false",)
    )
    return office.csv_file(f"{number}-{shown.held.number}", names, rows)


def _plain(number: str, found: tuple[Version, ...], shown: Version) -> dict[str, Any]:
    told = {name: value for name, value in shown.held.values.items() if name != "figure"}
    notices = [
        {
            "version": each.held.number,
            "what": "correction" if each.act == CORRECTION else "withdrawal",
            "at": each.held.recorded_at.isoformat(),
            "reason": each.held.reason,
            "changes": [one.plain() for one in each.changes],
        }
        for each in found
        if each.act in KINDS
    ]
    return {"number": number, "version": shown.held.number, **told, "notices": notices,
            "figure": shown.figure}  # fmt: skip


@require_safe
@never_cache
def chart(request: HttpRequest, number: str, form: str, office: Office) -> HttpResponse:
    """Return a released figure as a drawing."""
    _, shown = _chosen(request, number)
    return office.drawing(office.released(shown.figure), form, request.GET)


@require_safe
@never_cache
def desk(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Show an officer what is to be released, and what it would correct."""
    hand = office.hand(request)
    file = cases.case_file(RELEASE, number, actor=hand.actor, at=hand.at, house=hand.house)
    proposed = [each for each in file.steps if each.name == "propose"]
    figure = proposed[-1].values["figure"] if proposed else None
    corrects = file.case.values.get("corrects")
    facts: dict[str, Any] = {
        "case": file.case,
        "due": queries.due_at(file.case),
        "proposed": proposed[-1] if proposed else None,
        "figure": office.released(figure) if figure else None,
    }
    if figure and corrects:
        facts["changes"] = list(changes(queries.versions(corrects)[-1].figure, figure))
    return render(request, "statistics/release_desk.html", facts)


if TYPE_CHECKING:  # Django's own class is generic to the type checker only
    _Feed = Feed[tuple[EntryView, Version], Office]
else:
    _Feed = Feed


class ReleaseFeed(_Feed):
    """Releases, corrections and withdrawals as an Atom feed, the latest first."""

    feed_type = Atom1Feed
    title = "数据发布、更正和撤回 Releases, corrections, withdrawals"
    description = "已发布的数据 Released figures"

    def get_object(self, request: HttpRequest, *_: Any, **told: Any) -> Office:  # noqa: ANN401, ARG002
        """Return the office of which it is asked."""
        office: Office = told["office"]
        return office

    def link(self, _: Office) -> str:
        """Return the page of which it is the feed."""
        return reverse("statistics:releases")

    def items(self, office: Office) -> list[tuple[EntryView, Version]]:
        """Return what happened, the latest first."""
        entries = queries.released("", office.now().date())
        told = [(each, version) for each in entries for version in queries.versions(each.number)]
        return sorted(told, key=_happened, reverse=True)[:FEED_MOST]

    def item_title(self, item: tuple[EntryView, Version]) -> str:
        """Return the title, and what was done."""
        return f"{KINDS.get(item[1].act, '')}{item[1].held.values['title']}"

    def item_description(self, item: tuple[EntryView, Version]) -> str:
        """Return the commentary, or why it was corrected or withdrawn."""
        held = item[1].held
        return str(held.reason if held.act in KINDS else held.values["commentary"])

    def item_link(self, item: tuple[EntryView, Version]) -> str:
        """Return the page of the version."""
        page = reverse("statistics:release", args=[item[0].number])
        return f"{page}?version={item[1].held.number}"

    def item_pubdate(self, item: tuple[EntryView, Version]) -> datetime:
        """Return when it became public."""
        return _happened(item)

    def item_updateddate(self, item: tuple[EntryView, Version]) -> datetime:
        """Return the same: a version never changes."""
        return _happened(item)


def _happened(item: tuple[EntryView, Version]) -> datetime:
    return item[1].held.recorded_at
