# SPDX-License-Identifier: Apache-2.0
"""The pages of retention, for officers: periods, what is due, holds, answers, gaps."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.policies.concept import Library
from shangheng.kernel.records import disposing, retained
from shangheng.kernel.records.concept.custody import ACTS
from shangheng.kernel.records.concept.retention import CLASSES, Content
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.service import Registry
from shangheng.services.retention import actions, forms, queries
from shangheng.services.retention.cases import LEAD

DAYS_SHOWN = 30
GAPS = {
    "silent": ("停止留存", "nothing kept"),
    "volume": ("数量骤降", "far fewer"),
    "sequence": ("序号缺失", "numbers missing"),
}
STATES = {"goes": ("到期", "due"), "held": ("因案冻结", "held"), "waits": ("未到期", "kept")}


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    @property
    def home(self) -> str:
        """Return the name of this installation's jurisdiction."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Return the ledger of this installation."""
        ...

    def library(self) -> Library:
        """Return the policies of every jurisdiction."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided."""
        ...

    def bundle(self, object_id: str) -> HttpResponse:
        """Return the evidence of something sealed as a file."""
        ...

    def house(self) -> House:
        """Return where figures are computed."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand something is done."""
        ...

    def require_officer(self, request: HttpRequest) -> None:
        """Refuse everybody but officers."""
        ...

    def message(self, error: Refusal) -> str:
        """Return what is said of a refusal, in the reader's language."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...


def _file(
    request: HttpRequest, office: Office, name: str, rows: Sequence[dict[str, object]]
) -> HttpResponse | None:
    """Return a list as CSV or JSON where the address asks for it."""
    form = request.GET.get("format", "")
    if form == "json":
        return JsonResponse(list(rows), safe=False, json_dumps_params={"ensure_ascii": False})
    if form != "csv":
        return None
    return office.csv_file(name, rows[0] if rows else (), (row.values() for row in rows))


def _setting(office: Office) -> queries.Setting:
    return queries.Setting(office.library(), office.home, office.decisions())


def _desk(request: HttpRequest, office: Office) -> actions.Desk:
    return actions.Desk(office.hand(request), office.ledger, office.registry)


def _leads(request: HttpRequest, office: Office) -> bool:
    hand = office.hand(request)
    return hand.actor.role_for((LEAD,), hand.house.region) is not None


@require_GET
def periods(request: HttpRequest, office: Office) -> HttpResponse:
    """Show how long each class is kept and by which rule, and how every kind stands."""
    office.require_officer(request)
    on, setting = office.now().date(), _setting(office)
    kinds = queries.kinds_kept(office.registry)
    facts = {
        "classes": [
            (each, office.message(each.refusal) if each.refusal else "")
            for each in queries.periods(setting, on)
        ],
        "kinds": [
            (each, [CLASSES[name] for name in each.classes])
            for each in queries.standing(office.ledger, kinds, setting, on)
        ],
    }
    return render(request, "retention/periods.html", facts)


@require_http_methods(["GET", "POST"])
def due(request: HttpRequest, office: Office, name: str) -> HttpResponse:
    """Show what a disposal of a kind would do, batch by batch; a lead disposes from here."""
    office.require_officer(request)
    kind, now = office.registry.kind_held(name), office.now()
    period = queries.period_of(kind, _setting(office), now.date())
    wrong = ""
    if request.method == "POST":
        try:
            done = actions.dispose(
                kind, period, request.POST.get("reason", ""), _desk(request, office)
            )
        except Invalid as refusal:
            wrong = office.message(refusal)
        else:
            return redirect("retention:disposals" if done else request.path)
    plan = disposing.planned(office.ledger, kind, period, on=now.date())
    rows = [
        (state, each)
        for state, batches in (("goes", plan.goes), ("held", plan.held), ("waits", plan.waits))
        for each in batches
    ]
    if file := _file(request, office, f"due-{name}", [_plain(*row) for row in rows]):
        return file
    facts = {
        "kind": kind, "period": period, "plan": plan, "leads": _leads(request, office),
        "rows": [(STATES[state], state, each) for state, each in rows], "wrong": wrong,
    }  # fmt: skip
    return render(request, "retention/due.html", facts, status=422 if wrong else 200)


def _plain(state: str, each: Content) -> dict[str, object]:
    return {
        "state": state, "reporter": each.reporter, "batch": each.batch, "records": each.records,
        "first": each.first.isoformat(), "last": each.last.isoformat(),
        "due_on": each.due_on.isoformat(), "holds": "、".join(each.holds),
    }  # fmt: skip


@require_GET
def disposals(request: HttpRequest, office: Office) -> HttpResponse:
    """List what was disposed of, when, by whom and by which rule."""
    office.require_officer(request)
    text = request.GET.get("text", "").strip()
    found = retained.disposals(text=text)
    plain = [
        {
            "number": each.number, "kind": each.kind, "at": each.at.isoformat(),
            "batches": each.batches, "records": each.records, "first": str(each.first),
            "last": str(each.last), "months": each.months, "by": each.by, "reason": each.reason,
            "sources": "、".join(each.sources), "leaf": each.leaf,
            "is_finished": each.is_finished,
        }
        for each in found
    ]  # fmt: skip
    if file := _file(request, office, "disposals", plain):
        return file
    facts = {
        "found": [(each, queries.called(each.kind, office.registry)) for each in found],
        "text": text,
    }
    return render(request, "retention/disposals.html", facts)


@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest, office: Office) -> HttpResponse:
    """List what is held for cases; an officer places a hold here."""
    office.require_officer(request)
    typed, wrong = request.POST.dict(), ""
    if request.method == "POST":
        try:
            actions.hold(
                forms.selection(typed), case=typed.get("case", ""),
                reason=typed.get("reason", ""), desk=_desk(request, office),
            )  # fmt: skip
        except Refusal as refusal:
            wrong = office.message(refusal)
        else:
            return redirect("retention:holds")
    text = request.GET.get("text", "").strip()
    found = retained.holds(text=text)
    plain = [
        {**each.hold.plain(), "where": str(dict(each.hold.where)), "leaf": each.leaf,
         "released_at": each.released_at.isoformat() if each.released_at else "",
         "released_by": each.released_by, "release_reason": each.release_reason}
        for each in found
    ]  # fmt: skip
    if file := _file(request, office, "holds", plain):
        return file
    facts = {
        "found": [(each, queries.scope(each.hold.plain(), office.registry)) for each in found],
        "text": text, "typed": typed, "wrong": wrong, "leads": _leads(request, office),
        "kinds": queries.kinds_kept(office.registry),
    }  # fmt: skip
    return render(request, "retention/holds.html", facts, status=422 if wrong else 200)


@require_POST
def release(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Let go of what was held."""
    office.require_officer(request)
    actions.release(number, request.POST.get("reason", ""), _desk(request, office))
    return redirect("retention:holds")


@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest, office: Office) -> HttpResponse:
    """List what was asked of retained records; an officer asks here, under a case."""
    office.require_officer(request)
    typed, wrong = request.POST.dict(), ""
    if request.method == "POST":
        try:
            made = actions.ask(
                forms.selection(typed), case=typed.get("case", ""),
                purpose=typed.get("purpose", ""), desk=_desk(request, office),
            )  # fmt: skip
        except Refusal as refusal:
            wrong = office.message(refusal)
        else:
            return redirect("retention:answer", made.number)
    text = request.GET.get("text", "").strip()
    found = retained.answers(text=text)
    plain = [
        {"number": each.number, "case": each.case, "purpose": each.purpose, "kind": each.kind,
         "by": each.by, "at": each.at.isoformat(), "rows": each.rows, "sha256": each.digest,
         "links": len(each.chain)}
        for each in found
    ]  # fmt: skip
    if file := _file(request, office, "answers", plain):
        return file
    facts = {
        "found": [(each, queries.called(each.kind, office.registry)) for each in found],
        "text": text, "typed": typed, "wrong": wrong,
        "kinds": queries.kinds_kept(office.registry),
    }  # fmt: skip
    return render(request, "retention/answers.html", facts, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Show an answer with its chain of custody; it is handed over, or destroyed, from here."""
    office.require_officer(request)
    typed, wrong = request.POST.dict(), ""
    if request.method == "POST":
        desk, why = _desk(request, office), typed.get("why", "")
        try:
            if typed.get("act") == "destroy":
                actions.destroy(number, why, desk)
                return redirect("retention:answer", number)
            _, content = actions.give(number, to=typed.get("to", ""), why=why, desk=desk)
        except Refusal as refusal:
            wrong = office.message(refusal)
        else:
            response = HttpResponse(content, content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = f'attachment; filename="{number}.csv"'
            return response
    found = retained.answer(number)
    if request.GET.get("format") == "zip":
        return office.bundle(number)
    facts = {
        "scope": queries.scope(found.asked, office.registry),
        "found": found, "typed": typed, "wrong": wrong, "leads": _leads(request, office),
        "chain": [(ACTS.get(each.act, (each.act, each.act)), each) for each in found.chain],  # type: ignore[call-overload]
    }  # fmt: skip
    return render(request, "retention/answer.html", facts, status=422 if wrong else 200)


@require_GET
def gaps(request: HttpRequest, office: Office) -> HttpResponse:
    """Show where reporters seem to have stopped keeping records."""
    office.require_officer(request)
    asked = request.GET
    until = forms.day(asked.get("until", "")) or queries.last_day_over(office.now().date())
    since = forms.day(asked.get("since", "")) or until - timedelta(days=DAYS_SHOWN - 1)
    name, reporter = asked.get("kind", ""), asked.get("reporter", "").strip()
    every = tuple(office.registry.kinds.values())
    kinds = (office.registry.kind(name),) if name else every
    house = office.house()
    found = queries.gaps(house, kinds, since=since, until=until, reporter=reporter)
    plain: list[dict[str, object]] = [
        {"what": each.what, "kind": each.kind, "reporter": each.reporter,
         "since": each.since.isoformat(), "until": each.until.isoformat() if each.until else "",
         "expected": each.expected, "found": each.found, "where": each.where}
        for each in found
    ]  # fmt: skip
    if file := _file(request, office, "gaps", plain):
        return file
    facts = {
        "found": [(GAPS[each.what], office.registry.kinds[each.kind], each) for each in found],
        "since": since, "until": until, "name": name, "reporter": reporter, "kinds": every,
        "undecided": queries.gap_question(house.configuration),
    }  # fmt: skip
    return render(request, "retention/gaps.html", facts)
