# SPDX-License-Identifier: Apache-2.0
"""The pages of targets: the scoreboard, and one page for whoever has a minute before a meeting."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid
from shangheng.kernel.policies.concept import Jurisdiction, document_of
from shangheng.kernel.regions import queries as regions
from shangheng.services.policy.queries import library, tracking
from shangheng.services.policy.queries import targets as queries
from shangheng.services.policy.queries.brief import Brief, brief_of
from shangheng.services.policy.rules import telling
from shangheng.services.policy.rules.standing import VERDICTS, Standing
from shangheng.services.policy.views.asking import Office, chosen, cited, day_of, file_of, year_of

SHARE_DIGITS = 6
CITY_TARGETS = "policy.city_targets"
DEBTORS_ON_PAPER, CLAUSES_ON_PAPER, WAITING_ON_PAPER = 5, 2, 3


def _plain_standing(each: Standing) -> dict[str, Any]:
    target, heading = each.target, each.projection
    share = None if each.share is None else round(each.share, SHARE_DIGITS)
    return {
        "id": target.id, "clause": target.clause, "zh": target.zh, "en": target.en,
        "operator": target.operator, "value": _number(target.value), "unit": target.unit,
        "year": target.year, "base_unit": target.base_unit, "amount": _number(target.amount),
        "indicator": target.indicator, "series": target.series, "judged_by": target.judged_by,
        "state": each.state, "source": each.source or None, "verdict": each.verdict,
        "present": _number(each.value), "share_percent": _number(share),
        "reached": each.reached,
        "from": each.since.isoformat() if each.since else None,
        "to": each.until.isoformat() if each.until else None,
        "years_left": each.years_left, "required_growth": _number(each.required),
        "projected": _number(heading and heading.value),
        "projected_low": _number(heading and heading.low),
        "projected_high": _number(heading and heading.high),
        "trend_growth": _number(heading and heading.growth), "gap_percent": _number(each.gap),
        "judgement": each.judged.number if each.judged else None,
        "cities": [
            {"region": part.region, "amount": str(part.amount), "present": _number(part.value),
             "required_growth": _number(part.required), "gap_percent": _number(part.gap)}
            for part in each.parts
        ],
    }  # fmt: skip


def _number(value: Any) -> str | None:  # noqa: ANN401 - an int or a Decimal
    return None if value is None else str(value)


def scope_of(request: HttpRequest, office: Office, place: Jurisdiction) -> queries.Scope:
    """Return what a reader's targets are measured with: the year asked, or the latest there is."""
    days, reader = office.days("order"), office.reader(request)
    year = year_of(request.GET.get("year", ""), days)
    return queries.Scope(
        days=days,
        year=year,
        region="" if place.id == office.home else place.region,
        ask=lambda name, question: office.ask(name, question, reader),
        home=place.region,
        published=office.published,
        indicators=office.registry.indicators,
        judged=tracking.judgements(office.now(), year),
        by_city=divided(office.decisions().get(CITY_TARGETS)),
    )


def divided(decided: Any) -> dict[str, dict[str, Decimal]]:  # noqa: ANN401 - any YAML
    """Return the cities' parts of targets as the authority decided them; none where it did not."""
    if decided is None:
        return {}
    try:
        return {
            str(target): {str(region): Decimal(str(part)) for region, part in parts.items()}
            for target, parts in decided.items()
        }
    except (AttributeError, InvalidOperation) as error:
        raise Invalid("policy.city_targets_unreadable", name=CITY_TARGETS) from error


def _name(code: str) -> str:
    return regions.find(code).name


@require_safe
def targets(request: HttpRequest, office: Office) -> HttpResponse:
    """Show each target of a place beside what is known of it, and where it is heading."""
    known, place = chosen(request, office)
    scope = scope_of(request, office, place)
    day = day_of(request)
    law = {text.id for text in library.counting(place, day)}
    listed = [
        each
        for each in queries.standings(place, scope, request.GET.get("text", ""))
        if document_of(each.target.clause) in law
    ]
    if file := file_of(
        request, office, f"targets-{place.id}", [_plain_standing(each) for each in listed]
    ):
        return file
    facts = {
        "places": known,
        "where": place,
        "asked": request.GET,
        "years": sorted({day.year for day in scope.days}, reverse=True),
        "lines": [_line(each, office) for each in listed],
        "quotas": [
            (each, cited(each.clause))
            for each in place.quotas
            if document_of(each.clause) in law and request.GET.get("text", "") in each.zh + each.en
        ],
    }
    return render(request, "policy/targets.html", facts)


def _line(each: Standing, office: Office) -> dict[str, Any]:
    return {
        "standing": each,
        "indicator": office.registry.indicators.get(each.target.indicator or ""),
        "operator": telling.OPERATORS[each.target.operator],
        "cited": cited(each.target.clause),
        "verdict": VERDICTS[each.verdict],
        "outlook": telling.outlook(each),
        "cities": telling.cities(each, _name),
    }


@require_safe
def brief(request: HttpRequest, office: Office) -> HttpResponse:
    """Say on one page what was promised, what is done, what is late and who owes it.

    Tasks stand there for whoever sees all of them.
    """
    known, place = chosen(request, office)
    actor, today = office.actor(request), office.now().date()
    scope = scope_of(request, office, place)
    held = tracking.tasks(actor, office.now()) if tracking.sees_those_of(actor) else None
    found = brief_of(place, queries.standings(place, scope), held, today)
    if request.GET.get("format") == "pdf":
        titles = (f"{place.zh}：文件承诺的事做到哪一步", f"{place.en}: what was promised")
        return office.paper(f"brief-{place.id}", titles, _on_paper(found, today.isoformat()))
    facts = {
        "places": known, "where": place, "asked": request.GET, "today": today, "brief": found,
        "lines": [_line(each, office) | {"wanted": telling.wanted(each),
                                         "now": telling.now(each)}
                  for each in found.standings],
    }  # fmt: skip
    return render(request, "policy/brief.html", facts)


def _on_paper(found: Brief, today: str) -> list[tuple[str, Any]]:
    """Return the page as parts of a sheet."""
    rows = [
        (
            f"{each.target.zh}\n{each.target.clause}", telling.wanted(each)[0],
            telling.now(each)[0], VERDICTS[each.verdict][0],
        )
        for each in found.standings
    ]  # fmt: skip
    parts: list[tuple[str, Any]] = [
        ("text", f"截至 {today}"),
        ("table", (("目标", "要求", "现状", "判断"), rows, (5, 3, 4, 4))),
    ]
    for each in found.standings:
        told = [text[0] for text in (telling.outlook(each), telling.cities(each, _name)) if text]
        if told:
            parts.append(("text", f"{each.target.zh}：{'；'.join(told)}。"))
    if found.tasks is not None:
        parts += [("heading", "落实任务"), ("text", found.sentence[0])]
        owed = [
            (each.body, str(each.late), str(each.stuck), _few(each.clauses))
            for each in found.debtors[:DEBTORS_ON_PAPER]
        ]
        if owed:
            parts.append(("table", (("单位", "逾期", "有困难", "条款"), owed, (4, 1, 1, 6))))
        parts += [("text", f"待定：{each.work}（{each.clause}）")
                  for each in found.waiting[:WAITING_ON_PAPER]]  # fmt: skip
    return parts


def _few(clauses: tuple[str, ...]) -> str:
    """Return the first clauses of many, so that a page stays a page."""
    more = f" 等 {len(clauses)} 条" if len(clauses) > CLAUSES_ON_PAPER else ""
    return "、".join(clauses[:CLAUSES_ON_PAPER]) + more
