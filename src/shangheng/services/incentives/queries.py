# SPDX-License-Identifier: Apache-2.0
"""The provisions of a jurisdiction with the numbers that hold on a day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas.parameters import Configuration, decided
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import (
    Answer,
    Flaw,
    Jurisdiction,
    Library,
    Step,
    document_of,
)
from shangheng.kernel.policies.concept import Provision as Written
from shangheng.kernel.policies.store import refuse_the_first
from shangheng.services.incentives.rules.needs import NEEDS, lacking
from shangheng.services.incentives.rules.provisions import Condition, Provision, Reading

FINDING, DAY = "findings", "day"
"""The fact of an exclusion that takes away the year of a finding."""


def provisions(
    place: Jurisdiction, on: date, configuration: Configuration | None = None
) -> tuple[Provision, ...]:
    """Return every provision as the law stood on a day, in the order of the documents.

    ``configuration`` is asked for what a county decided to add; readings are asked of it apart.
    """
    order = {each.ref: number for number, each in enumerate(place.clauses)}
    written = sorted(place.provisions, key=lambda each: (order.get(_clause(each), 0), each.id))
    return tuple(_provision(place, each, on, configuration or {}) for each in written)


def provision(
    place: Jurisdiction, name: str, on: date, configuration: Configuration | None = None
) -> Provision:
    """Return one provision as of a day, or say which there are."""
    known = {each.id: each for each in place.provisions}
    if name not in known:
        raise NotFound("incentive.no_such_provision", provision=name, known=sorted(known))
    return _provision(place, known[name], on, configuration or {})


def flaws(library: Library) -> tuple[Flaw, ...]:
    """Return which provisions name a formula that there is not, or lack what theirs takes."""
    return tuple(
        flaw
        for place in library.jurisdictions.values()
        for written in place.provisions
        for flaw in _flaws(place, written, _since(place, written))
    )


def _flaws(place: Jurisdiction, written: Written, on: date) -> Iterator[Flaw]:
    data = written.data
    if "formula" not in data:
        return
    code, told = "provision.formula_unknown", {"known": [*NEEDS]}
    if data["formula"] in NEEDS:
        units = {each.id: each.unit for each in place.parameters} if "levels" in data else {}
        code, told = (
            "provision.formula_lacks",
            {"missing": [*lacking(data, units, _open_terms(place, data, on))]},
        )
        if not told["missing"]:
            return
    facts = {"provision": written.id, "formula": data["formula"], **told}
    yield Flaw(place=written.place, code=code, facts=facts)


def place_of(library: Library, region: str) -> Jurisdiction:
    """Return the jurisdiction of a house, by the region that it stands for."""
    found = [each for each in library.jurisdictions.values() if each.region == region]
    if not found:
        raise NotFound("incentive.no_policies_here", region=region)
    return found[0]


@dataclass(frozen=True)
class Chosen:
    """The readings that are used, and where each comes from: ``asked`` or ``decided``."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


def chosen_readings(
    found: Iterable[Provision],
    given: Mapping[str, str],
    configuration: Configuration,
    on: date,
) -> Chosen:
    """Return the readings used: as asked, else as the house decided; each must be a choice.

    A decision may stand in ``decisions.yaml`` under the name of the reading, under that name after
    the jurisdiction (``ganzhou.rent_cap``) or under its parameter.
    """
    found = tuple(found)
    known = reading_names(found)
    for name in given:
        if name not in known:
            raise Invalid("reading.unknown", name=name, known=sorted(known))
    values = {name: read_reading(known[name], value) for name, value in given.items()}
    origins = dict.fromkeys(given, "asked")
    prefixes = {each.id.partition(".")[0] for each in found}
    for name, reading in known.items():
        names = {name, *(f"{each}.{name}" for each in prefixes), reading.parameter} - {""}
        answer = None if name in given else decided(configuration, on, *sorted(names))
        if answer is not None:
            values[name] = read_reading(reading, str(answer))
            origins[name] = "decided"
    return Chosen(values, origins)


def read_reading(reading: Reading, value: str) -> str | Decimal | date:
    """Return what is chosen: one of the choices, a day, or a number that is not below zero."""
    if reading.choose:
        if value not in reading.choose:
            raise Invalid(
                "reading.not_a_choice", name=reading.name, value=value,
                known=list(reading.choose), clause=reading.clause,
            )  # fmt: skip
        return value
    if reading.unit == DAY:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Invalid("reading.not_a_day", name=reading.name, value=value,
                          clause=reading.clause) from error  # fmt: skip
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _no_number(reading, value) from error
    if not number.is_finite() or number < 0:
        raise _no_number(reading, value)
    return number


def _no_number(reading: Reading, value: str) -> Invalid:
    return Invalid("reading.not_a_number", name=reading.name, value=value, clause=reading.clause)


def _clause(written: Written) -> str:
    """Return the first clause of a provision, the letter of a duty left out."""
    return written.clauses[0].partition("#")[0]


def condition_facts(found: Iterable[Provision]) -> frozenset[str]:
    """Return the facts that conditions and clocks ask for, by their full names."""
    found = tuple(found)
    asked = {name for provision in found for each in provision.requires for name in each.facts}
    days = {name for each in found for name in each.counts.get("starts", {}).values()}
    kinds = {f"costs.{kind}" for each in found for kind in each.counts.get("costs", {})}
    return frozenset(asked | days | kinds)


def reading_names(found: Iterable[Provision]) -> dict[str, Reading]:
    """Return every reading that provisions leave open, by name."""
    return {each.name: each for provision in found for each in provision.readings}


def _provision(
    place: Jurisdiction, written: Written, on: date, configuration: Configuration
) -> Provision:
    data = written.data
    since = _since(place, written)
    until = date.fromisoformat(data["until"]) if data.get("until") else date.max
    in_force = since <= on <= until
    refuse_the_first(tuple(_flaws(place, written, max(since, on))))
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
        begins=since,
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
        counts=data.get("counts", {}),
        matching_percent=_matching(place, data, on, configuration),
        once_for=data.get("once_for", ""),
    )


def _matching(
    place: Jurisdiction, data: Mapping[str, Any], on: date, configuration: Configuration
) -> Decimal | None:
    """Return the share of an award that the county adds; counties are encouraged, not bound."""
    if "matching" not in data:
        return None
    name = policies.parameter(place, data["matching"]).id
    answer = decided(configuration, on, name)
    return None if answer is None else Decimal(str(answer))


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
        proposed, choices = each.get("proposed"), each.get("choose", {})
        yield Reading(
            name=name,
            zh=each["question"]["zh"],
            en=each["question"]["en"],
            clause=each.get("clause", written.clauses[0]),
            choose=tuple(choices),
            words={code: (said["zh"], said["en"]) for code, said in choices.items()},
            proposed=None if proposed is None else str(proposed),
            parameter=each.get("parameter", ""),
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
                unit=parameter.unit,
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
