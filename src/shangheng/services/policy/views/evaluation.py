# SPDX-License-Identifier: Apache-2.0
"""The page of the evaluation index: ranking, sensitivity, diagnosis, two regions side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid
from shangheng.services.policy.queries import evaluation as queries
from shangheng.services.policy.rules.evaluation import (
    CLAUSE,
    DIMENSIONS,
    MISSING,
    NORMALISATIONS,
    shown,
)
from shangheng.services.policy.rules.sensitivity import Spread
from shangheng.services.policy.views.asking import Office, chosen, file_of, year_of

CHANGES_SHOWN = 12


@require_safe
def evaluation(request: HttpRequest, office: Office) -> HttpResponse:
    """Rank the regions of a place by the scheme of the year, and say how firm the ranking is."""
    known, place = chosen(request, office)
    days, reader = office.days("order"), office.reader(request)
    year = year_of(request.GET.get("year", ""), days) or office.now().year
    facts: dict[str, Any] = {
        "places": known, "where": place, "asked": request.GET, "year": year, "clause": CLAUSE,
        "dimensions": DIMENSIONS,
    }  # fmt: skip
    try:
        scheme = queries.scheme(office.decisions(), office.now().date())
        sources = queries.Sources(
            lambda name, question: office.ask(name, question, reader), office.published
        )
        values = queries.gathered(scheme, place.region, year, sources)
    except Invalid as refusal:
        if refusal.code == "policy.scheme_wrong":
            raise
        facts["undecided"] = refusal.facts
        return render(request, "policy/evaluation.html", facts, status=422)
    found = queries.evaluate(values, scheme, year)
    if file := file_of(request, office, f"evaluation-{place.id}-{year}", plain(found)):
        return file
    return render(request, "policy/evaluation.html", facts | _told(found))


def plain(found: queries.Evaluation) -> list[dict[str, Any]]:
    """Return the ranking as lines for a file: every digit that it rests on."""
    spreads = {each.region: each for each in found.spreads}
    lines = []
    for line in found.lines:
        spread = spreads.get(line.region)
        ends = _ends(spread)
        lines.append(
            {"region": line.region, "rank": line.rank, "score": _text(line.score)}
            | {f"{name}_value": _text(value) for name, value in line.values.items()}
            | {f"{name}_points": _text(value) for name, value in line.points.items()}
            | {
                "best_rank": ends[0], "worst_rank": ends[1],
                "first_share": _text(spread.first_share) if spread else None,
                "year": found.year, "version": found.scheme.version, "digest": found.digest,
            }
        )  # fmt: skip
    return lines


def _ends(spread: Spread | None) -> tuple[int | None, int | None]:
    """Return the best and the worst place of a region over everything that was tried."""
    if spread is None:
        return None, None
    every = (
        spread.by_weights,
        spread.by_methods,
        *([spread.by_errors] if spread.by_errors else []),
    )
    return min(best for best, _ in every), max(worst for _, worst in every)


def _text(value: Any) -> str | None:  # noqa: ANN401 - a fraction or nothing
    return None if value is None else str(shown(value))


def _told(found: queries.Evaluation) -> dict[str, Any]:
    spreads = {each.region: each for each in found.spreads}
    return {
        "evaluation": found,
        "normalisation": NORMALISATIONS[found.scheme.normalisation],
        "missing": MISSING[found.scheme.missing],
        "weights": [(DIMENSIONS[name], shown(each.weight * 100), each.indicator or each.series)
                    for name, each in found.scheme.measures.items()],
        "lines": [
            {
                "region": line.region, "rank": line.rank, "score": shown(line.score),
                "cells": [(shown(line.points[name]), shown(line.values[name]))
                          for name in DIMENSIONS],
                "spread": spreads.get(line.region),
                "first": shown(spreads[line.region].first_share * 100)
                if line.region in spreads else None,
            }
            for line in found.lines
        ],
        "changes": [
            {"dimension": DIMENSIONS[each.dimension], "region": each.region,
             "now": shown(each.now * 100), "then": shown(each.weight * 100)}
            for each in found.changes[:CHANGES_SHOWN]
        ],
        "diagnoses": [
            {"region": each.region, "strongest": DIMENSIONS[each.strongest],
             "weakest": DIMENSIONS[each.weakest], "gain": shown(each.gain),
             "rank": each.rank_then}
            for each in found.diagnoses
        ],
    }  # fmt: skip
