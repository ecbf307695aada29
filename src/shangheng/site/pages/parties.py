# SPDX-License-Identifier: Apache-2.0
"""Who is who: parties with their codes, links and past, and what officers put right by hand."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.parties import actions, queries
from shangheng.kernel.parties.concept import KINDS, RELATIONS, SCHEMES, Party, Said
from shangheng.site import clock, formats, people
from shangheng.site.people import officers_only

FOUND_MAX = 200
EVENTS = {
    "code_begun": ("代码启用", "code begun"), "code_ended": ("代码停用", "code withdrawn"),
    "link_begun": ("关系开始", "link begun"), "link_ended": ("关系终止", "link ended"),
}  # fmt: skip
HEADER = ("uuid", "kind", "name", "region", "first_seen", "codes")


def _line(each: Party) -> tuple[str, ...]:
    seen, codes = each.first_seen.isoformat(), (f"{x.scheme}:{x.value}" for x in each.codes)
    return str(each.uuid), KINDS[each.kind], each.name, each.region, seen, " ".join(codes)


@require_safe
@officers_only
def index(request: HttpRequest) -> HttpResponse:
    """Find parties by a code or a part of their name."""
    text, on = request.GET.get("text", "").strip(), clock.now().date()
    found = queries.search(text, on=on, limit=FOUND_MAX) if text else ()
    rows = [_line(each) for each in found]
    if request.GET.get("format") == "csv":
        return formats.csv_file("parties", HEADER, rows)
    facts = {"rows": rows, "text": text, "is_full": len(rows) == FOUND_MAX}
    return render(request, "site/parties/index.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@never_cache
def detail(request: HttpRequest, party: UUID) -> HttpResponse:
    """Show a party on file; a post merges it, takes a merge back or ends a code or a link."""
    if request.method == "POST":
        return redirect("party", _put_right(request, party))
    on = clock.now().date()
    told = queries.get(party, on=on)
    if told.uuid != party:
        return redirect("party", told.uuid)
    links = {name: queries.linked(party, name, on=on) for name in RELATIONS}
    facts: dict[str, Any] = {
        "party": told,
        "kind": KINDS[told.kind],
        "codes": [(SCHEMES[code.scheme], code) for code in told.codes],
        "links": [(name, RELATIONS[name], other) for name, other in links.items() if other],
        "shops": queries.shops_of(party, on=on)[:FOUND_MAX],
        "accounts": accounts.accounts_of(party),
        "duplicates": queries.duplicates_of(party),
        "history": [
            (each, EVENTS[each.what], {**SCHEMES, **RELATIONS}[each.scheme])
            for each in queries.history(party)
        ],
    }
    return render(request, "site/parties/detail.html", facts)


def _put_right(request: HttpRequest, party: UUID) -> UUID:
    """Do what the form asks for, with its reason; return whom to show then."""
    asked, at = request.POST, clock.now()
    said = Said(people.name_of(request), asked.get("reason", "").strip())
    match asked.get("do"):
        case "merge":
            into = _id(asked.get("into", ""))
            actions.merge(party, into, at=at, said=said)
            return into
        case "unmerge":
            actions.unmerge(_id(asked.get("duplicate", "")), at=at, said=said)
        case "end_code":
            actions.end_code(asked.get("scheme", ""), asked.get("value", ""), at=at, said=said)
        case "end_link":
            actions.end_link(party, asked.get("relation", ""), at=at, said=said)
        case _:
            raise NotFound("party.unknown_id", party=str(party))
    return party


def _id(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError as error:
        raise Invalid("party.id_unreadable", text=text[:60]) from error
