# SPDX-License-Identifier: Apache-2.0
"""What a shell asks of the service: search, what concerns whom, tasks, evaluation."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Library, document_of
from shangheng.services.policy import actions
from shangheng.services.policy.queries import concerns as concerning
from shangheng.services.policy.queries import evaluation, finding, tracking
from shangheng.services.policy.queries import library as queries
from shangheng.services.policy.queries.library import Found, Wanted
from shangheng.services.policy.rules.audience import AUDIENCES
from shangheng.services.policy.rules.evaluation import shown
from shangheng.services.policy.rules.tracking import alarms

Listed = list[dict[str, Any]]
Ask = Callable[[str, Question], Figure]
Published = Callable[[Question], Figure]


def search(
    library: Library, text: str, *, jurisdiction: str = "", day: date | None = None
) -> Listed:
    """Return the clauses that hold every word of a text, the best first."""
    wanted = Wanted(jurisdiction=jurisdiction, day=day)
    actions.keep_index(library)
    return [_clause(each) for each in queries.clauses(library, wanted, refs=finding.refs(text))]


def concerns(
    library: Library, audience: str, *, jurisdiction: str = "", day: date | None = None
) -> Listed:
    """Return the clauses that concern an audience, in the order in which they are read."""
    if audience not in AUDIENCES:
        raise Invalid("policy.audience_unknown", audience=audience, known=list(AUDIENCES))
    wanted = Wanted(jurisdiction=jurisdiction, audience=audience, day=day)
    return [
        _clause(each.found)
        | {"heading": heading[0], "provisions": [one.id for one in each.provisions]}
        for heading, listed in concerning.concerns(library, wanted)
        for each in listed
    ]


def _clause(found: Found) -> dict[str, Any]:
    clause = found.clause
    return {
        "clause": clause.ref, "jurisdiction": found.place.id, "kinds": list(clause.kinds),
        "audience": list(clause.audience), "zh": clause.zh, "en": clause.en,
    }  # fmt: skip


def tasks(library: Library, name: str, department: str | None, at: datetime) -> Listed:
    """Return the tasks of a jurisdiction, of one department if it is named, with their alarms."""
    place = policies.jurisdiction(library, name)
    held = tracking.tasks(tracking.HOUSE, at)
    told = alarms(held, at.date(), tracking.references(library))
    if department:
        held = tracking.of_bodies(held, policies.find_department(place, department).forms)
    own = {text.id for text in place.documents}
    return [
        {
            "number": each.number, "clause": each.clause, "work": each.work, "lead": each.lead,
            "units": list(each.units), "state": each.state,
            "due_on": each.due_on.isoformat() if each.due_on else None,
            "percent": each.percent,
            "alarms": [one.words[0] for one in told.get(each.number, ())],
        }
        for each in held
        if document_of(each.clause) in own
    ]  # fmt: skip


def evaluate(
    region: str, year: int, decided: Configuration, on: date, sources: tuple[Ask, Published]
) -> dict[str, Any]:
    """Return the evaluation of a region's divisions with all that it rests on."""
    scheme = evaluation.scheme(decided, on)
    values = evaluation.gathered(scheme, region, year, evaluation.Sources(*sources))
    found = evaluation.evaluate(values, scheme, year)
    return {
        "year": year, "version": scheme.version, "source": scheme.source,
        "normalisation": scheme.normalisation, "missing": scheme.missing,
        "weights": {name: str(shown(weight)) for name, weight in scheme.weights.items()},
        "digest": found.digest,
        "regions": [
            {"region": line.region, "rank": line.rank,
             "score": None if line.score is None else str(shown(line.score)),
             "missing": list(line.missing)}
            for line in found.lines
        ],
        "turning_points": [
            {"dimension": each.dimension, "region": each.region,
             "weight": str(shown(each.weight)), "now": str(shown(each.now))}
            for each in found.changes
        ],
    }  # fmt: skip


JOBS: dict[str, Callable[..., Any]] = {
    "search": search,
    "concerns": concerns,
    "tasks": tasks,
    "evaluate": evaluate,
}
