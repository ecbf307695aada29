# SPDX-License-Identifier: Apache-2.0
"""The provisions of a jurisdiction with the numbers that hold on a day."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Answer, Jurisdiction, Step, document_of
from shangheng.kernel.policies.concept import Provision as Written
from shangheng.services.incentives.rules.provisions import Condition, Provision, Reading

FINDING = "findings"
"""The fact of an exclusion that takes away the year of a finding."""


def provisions(place: Jurisdiction, on: date) -> tuple[Provision, ...]:
    """Return every provision as the law stood on a day, in the order of the documents."""
    order = {each.ref: number for number, each in enumerate(place.clauses)}
    written = sorted(place.provisions, key=lambda each: (order.get(_clause(each), 0), each.id))
    return tuple(_provision(place, each, on) for each in written)


def _clause(written: Written) -> str:
    """Return the first clause of a provision, the letter of a duty left out."""
    return written.clauses[0].partition("#")[0]


def condition_facts(found: Iterable[Provision]) -> frozenset[str]:
    """Return the facts that conditions ask for, by their full names."""
    return frozenset(
        name for provision in found for each in provision.requires for name in each.facts
    )


def reading_names(found: Iterable[Provision]) -> dict[str, Reading]:
    """Return every reading that provisions leave open, by name."""
    return {each.name: each for provision in found for each in provision.readings}


def _provision(place: Jurisdiction, written: Written, on: date) -> Provision:
    data = written.data
    since = _since(place, written)
    until = date.fromisoformat(data["until"]) if data.get("until") else date.max
    in_force = since <= on <= until
    exclusions = data.get("exclusions", ())
    by_finding = [each for each in exclusions if each.get("fact") == FINDING]
    return Provision(
        id=written.id,
        clause=written.clauses[0],
        zh=written.zh,
        en=written.en,
        kind=written.kind,
        formula=data.get("formula", ""),
        region=place.region,
        payer=data.get("payer"),
        first_year=since.year,
        in_force=in_force,
        printed=written.computed,
        stacks=data.get("stacks"),
        disqualifies=by_finding[0].get("clause") if by_finding else None,
        requires=tuple(_conditions(written)),
        readings=(*_readings(written), *_open(place, data, on)),
        terms=_terms(place, data, on) if in_force else {},
        open_terms=_open_terms(place, data, on),
        steps=tuple((each["zh"], each["en"]) for each in data.get("steps", ())),
    )


def _since(place: Jurisdiction, written: Written) -> date:
    """Return the day from which a provision counts: its own, or its document's."""
    if "from" in written.data:
        return date.fromisoformat(written.data["from"])
    documents = {each.id: each for each in place.documents}
    return documents[document_of(written.clauses[0])].effective


def _conditions(written: Written) -> Iterator[Condition]:
    for name in ("requires", "exclusions"):
        for each in written.data.get(name, ()):
            said_only = name == "exclusions" and not each.keys() & {"fact", "facts"}
            if each.get("fact") != FINDING and not said_only:
                yield Condition(
                    zh=each["zh"],
                    en=each["en"],
                    clause=each.get("clause", written.clauses[0]),
                    facts=tuple(each.get("facts", [each["fact"]] if "fact" in each else [])),
                    at_least=each.get("at_least"),
                    excludes=name == "exclusions",
                )


def _readings(written: Written) -> Iterator[Reading]:
    for name, each in written.data.get("readings", {}).items():
        proposed = each.get("proposed")
        yield Reading(
            name=name,
            zh=each["question"]["zh"],
            en=each["question"]["en"],
            clause=each.get("clause", written.clauses[0]),
            choose=tuple(str(choice) for choice in each.get("choose", ())),
            proposed=None if proposed is None else str(proposed),
        )


def _open(place: Jurisdiction, data: Mapping[str, Any], on: date) -> Iterator[Reading]:
    """Yield a reading for each parameter without a printed value that no reading names yet.

    Definitions (unit ``text``) are left to whoever states the fact that they define.
    """
    named = {each.get("parameter") for each in data.get("readings", {}).values()}
    for name in _open_terms(place, data, on).values():
        parameter = policies.parameter(place, name)
        if parameter.question and parameter.unit != "text" and name not in named:
            yield Reading(
                name=name,
                zh=parameter.question.zh,
                en=parameter.question.en,
                clause=parameter.clause,
                choose=parameter.choose,
            )


def _open_terms(place: Jurisdiction, data: Mapping[str, Any], on: date) -> dict[str, str]:
    """Return the terms that no document prints, by the parameter that is to be decided."""
    found = {}
    for name, parameter in _parameters(data).items():
        printed = policies.parameter(place, parameter).on(on)
        if printed is None or printed.value is None:
            found[name] = parameter
    return found


def _parameters(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters that stand alone as a term, by the name of the term."""
    terms = {**data.get("parameters", {}), **data.get("rates", {}), **data.get("caps", {})}
    return {name: value for name, value in terms.items() if isinstance(value, str)}


def _terms(place: Jurisdiction, data: Mapping[str, Any], on: date) -> dict[str, Any]:
    """Return levels, rates and caps by name, each parameter replaced by its value of the day.

    What no document prints is no term: it is a reading.
    """
    terms = {**data.get("parameters", {}), **data.get("rates", {}), **data.get("caps", {})}
    for name in _open_terms(place, data, on):
        del terms[name]
    if "levels" in data:
        terms["levels"] = data["levels"]
    return {name: _valued(place, value, on) for name, value in terms.items()}


def _valued(place: Jurisdiction, value: Any, on: date) -> Any:  # noqa: ANN401 - as written
    match value:
        case str():
            answer: Answer = policies.parameter_on(place, value, on)
            return _plain(answer.value)
        case dict():
            return {name: _valued(place, each, on) for name, each in value.items()}
        case list():
            return [_valued(place, each, on) for each in value]
        case _:
            return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of a parameter
    if isinstance(value, tuple):
        return [
            {"over": each.over, "award": each.award} for each in value if isinstance(each, Step)
        ]
    return value
