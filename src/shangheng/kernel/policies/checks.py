# SPDX-License-Identifier: Apache-2.0
"""Proves a library complete: nothing left out, nothing twice, every reference leads somewhere.

What the schemas cannot see is seen here: the order of clauses, references between files, two
values on one day, circles.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from shangheng.kernel.errors import Refusal
from shangheng.kernel.policies import printed
from shangheng.kernel.policies.concept import (
    FIRST_LISTED,
    Clause,
    Document,
    Flaw,
    Jurisdiction,
    Library,
    Parameter,
    Place,
    Provision,
    Target,
    document_of,
    duty_of,
    label_of,
)
from shangheng.kernel.policies.reading import line_of
from shangheng.kernel.regions import queries as regions

_IN_YUAN = {"元": 1, "万元": 10**4, "亿元": 10**8, "万亿元": 10**12}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a library may refer to that stands elsewhere.

    ``indicators`` are the names of the house, ``None`` where they are not known.
    """

    folder: Path
    indicators: Collection[str] | None = None


def check(library: Library, known: Known) -> tuple[Flaw, ...]:
    """Return every flaw of a library that was read without one."""
    found = [
        flaw
        for jurisdiction in library.jurisdictions.values()
        for flaw in _of_jurisdiction(jurisdiction, library, known)
    ]
    found += _of_topics(library)
    return tuple(sorted(found, key=lambda flaw: (flaw.place.file, flaw.place.line)))


def _of_jurisdiction(jurisdiction: Jurisdiction, library: Library, known: Known) -> Iterator[Flaw]:
    yield from _head(jurisdiction)
    for document in jurisdiction.documents:
        yield from _numbering(document)
        yield from _inside(document)
        for clause in document.clauses:
            yield from _of_clause(clause, jurisdiction, library)
        yield from _of_leads(document)
    yield from _of_circles(jurisdiction)
    yield from _of_departments(jurisdiction)
    yield from _of_lists(jurisdiction)
    for parameter in jurisdiction.parameters:
        yield from _of_parameter(parameter)
    for target in jurisdiction.targets:
        yield from _of_target(target, known)
    yield from _of_kinds(jurisdiction)
    for provision in jurisdiction.provisions:
        yield from _of_provision(provision, jurisdiction, library, known)


def _flaw(place: Place, code: str, **facts: Any) -> Flaw:  # noqa: ANN401 - facts are of any type
    return Flaw(place=place, code=code, facts=facts)


def _twice(things: Iterable[Any], name: Callable[[Any], str]) -> Iterator[Flaw]:
    seen: dict[str, Place] = {}
    for each in things:
        if name(each) in seen:
            first = seen[name(each)]
            yield _flaw(each.place, "policy.twice", name=name(each), first=first.line)
        seen.setdefault(name(each), each.place)


def _head(jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    place = jurisdiction.place
    folder = Path(place.file).parts[0]
    if jurisdiction.id != folder:
        yield _flaw(place, "policy.wrong_folder", id=jurisdiction.id, folder=folder)
    try:
        regions.find(jurisdiction.region)
    except Refusal:
        yield _flaw(place, "policy.region_unknown", region=jurisdiction.region)
    for document in jurisdiction.documents:
        named = Path(document.place.file).stem
        if named != document.id:
            yield _flaw(document.place, "policy.wrong_file", id=document.id, named=named)


def _numbering(document: Document) -> Iterator[Flaw]:
    """Yield clauses that stand twice or leave a number out; 前言 is first and 结语 last."""
    seen: set[str] = set()
    before: printed.Path = ()
    last = len(document.clauses) - 1
    for index, clause in enumerate(document.clauses):
        if clause.label in seen:
            yield _flaw(clause.place, "policy.clause_twice", clause=clause.ref)
        seen.add(clause.label)
        path = printed.path_of(clause.label)
        if path is None:
            at_its_place = index == (0 if clause.label == printed.PREAMBLE else last)
            if not at_its_place:
                yield _flaw(clause.place, "policy.clause_misplaced", clause=clause.ref)
            continue
        if not printed.follows(before, path):
            previous = document.clauses[index - 1].label if index else "–"
            yield _flaw(clause.place, "policy.clause_gap", clause=clause.ref, before=previous)
        before = path


def _inside(document: Document) -> Iterator[Flaw]:
    """Yield references inside a document that lead nowhere."""
    labels = {clause.label for clause in document.clauses}
    parts = {part.label for part in document.parts}
    for clause in document.clauses:
        if clause.part is not None and clause.part not in parts:
            yield _flaw(clause.place, "policy.part_unknown", part=clause.part)
    for cited in document.cites:
        if cited.clause not in labels:
            ref = f"{document.id} {cited.clause}"
            yield _flaw(cited.place, "policy.clause_unknown", clause=ref)
    inner = [each.clause for each in document.not_normative if each.clause]
    if document.lead_rule_clause:
        inner.append(document.lead_rule_clause)
    for label in inner:
        if label not in labels:
            ref = f"{document.id} {label}"
            yield _flaw(document.place, "policy.clause_unknown", clause=ref)


def _of_clause(clause: Clause, jurisdiction: Jurisdiction, library: Library) -> Iterator[Flaw]:
    for system in clause.serves:
        if system not in library.systems:
            yield _flaw(clause.place, "policy.system_unknown", system=system)
    ids = [duty.id or "" for duty in clause.duties]
    letters = [chr(ord("a") + index) for index in range(len(ids))]
    if len(ids) > 1 and ids != letters:
        yield _flaw(clause.place, "policy.duty_letters", clause=clause.ref, wanted=letters)
    for duty in clause.duties:
        for form in (*duty.departments, *([duty.lead] if duty.lead else [])):
            if jurisdiction.department(form) is None:
                yield _flaw(duty.place, "policy.department_not_listed", department=form)
        if not (duty.departments or duty.lead or duty.others):
            yield _flaw(duty.place, "policy.duty_of_nobody", clause=clause.ref)


def _of_leads(document: Document) -> Iterator[Flaw]:
    """Yield duties with another lead than the first listed, where the document lets this lead."""
    for clause in document.clauses if document.lead_rule == FIRST_LISTED else ():
        if printed.is_at_or_after(clause.label, document.lead_rule_clause):
            for duty in clause.duties:
                if duty.lead not in {None, duty.first_listed}:
                    yield _flaw(duty.place, "policy.lead_unlike", lead=duty.lead)


def _of_circles(jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    """Yield documents that replace or cite themselves, directly or through others."""
    by_id = {document.id: document for document in jurisdiction.documents}
    for document in jurisdiction.documents:
        for name in document.supersedes:
            if name not in by_id:
                yield _flaw(document.place, "policy.document_unknown", document=name)
    replaced = {name: each.supersedes for name, each in by_id.items()}
    cited = {
        name: tuple(cite.document for cite in each.cites if cite.document)
        for name, each in by_id.items()
    }
    for graph in (replaced, cited):
        for name in graph:
            if circle := _circle(graph, name):
                yield _flaw(by_id[name].place, "policy.circle", documents=circle)


def _circle(graph: Mapping[str, tuple[str, ...]], start: str) -> list[str] | None:
    """Return the way from a document back to itself."""
    open_ways = [[start]]
    seen: set[str] = set()
    while open_ways:
        way = open_ways.pop()
        for name in graph.get(way[-1], ()):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                open_ways.append([*way, name])
    return None


def _of_departments(jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    seen: dict[str, Place] = {}
    for department in jurisdiction.departments:
        for form in dict.fromkeys((department.printed, *department.also)):
            if form in seen:
                yield _flaw(department.place, "policy.twice", name=form, first=seen[form].line)
            seen.setdefault(form, department.place)
    if group := jurisdiction.leading_group:
        yield from _reference(group.clause, group.place, jurisdiction)
        for form in (*group.members, *([group.office] if group.office else [])):
            if jurisdiction.department(form) is None:
                yield _flaw(group.place, "policy.department_not_listed", department=form)


def _of_lists(jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    """Yield ids that stand twice in a list and clauses that do not exist."""
    lists: tuple[tuple[Any, ...], ...] = (
        jurisdiction.parameters, jurisdiction.targets, jurisdiction.quotas, jurisdiction.codes,
    )  # fmt: skip
    for things in lists:
        yield from _twice(things, lambda each: str(each.id))
        for each in things:
            yield from _reference(each.clause, each.place, jurisdiction)
    yield from _twice(jurisdiction.provisions, lambda each: f"{each.id} {each.begins or ''}")


def _reference(ref: str, place: Place, jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    """Yield a flaw where a clause that is referred to does not exist in the jurisdiction."""
    owner = next((each for each in jurisdiction.documents if each.id == document_of(ref)), None)
    clause = owner.clause(label_of(ref)) if owner else None
    letter = duty_of(ref)
    if clause is None or (letter and letter not in {duty.id for duty in clause.duties}):
        yield _flaw(place, "policy.clause_unknown", clause=ref)


def _of_parameter(parameter: Parameter) -> Iterator[Flaw]:
    days = [each.since for each in parameter.values]
    for day in sorted({day for day in days if days.count(day) > 1}):
        yield _flaw(parameter.place, "policy.two_values", parameter=parameter.id, day=day)
    is_open = not parameter.values or any(each.value is None for each in parameter.values)
    if is_open and parameter.question is None:
        yield _flaw(parameter.place, "policy.question_missing", parameter=parameter.id)
    if (parameter.unit == "enum") != bool(parameter.choose):
        yield _flaw(parameter.place, "policy.choices_missing", parameter=parameter.id)
    for each in parameter.values:
        if parameter.choose and each.value is not None and each.value not in parameter.choose:
            yield _flaw(
                parameter.place, "policy.choice_unknown", parameter=parameter.id,
                value=each.value, choose=list(parameter.choose),
            )  # fmt: skip
        rungs = each.value if isinstance(each.value, tuple) else ()
        if any(upper.over <= lower.over for lower, upper in pairwise(rungs)):
            yield _flaw(parameter.place, "policy.ladder", parameter=parameter.id)


def _of_target(target: Target, known: Known) -> Iterator[Flaw]:
    if target.indicator and known.indicators is not None:
        if target.indicator not in known.indicators:
            facts = {"target": target.id, "indicator": target.indicator}
            yield _flaw(target.place, "policy.indicator_unknown", **facts)
    elif target.indicator is None and target.indicator_note is None:
        yield _flaw(target.place, "policy.indicator_missing", target=target.id)
    factor = _IN_YUAN.get(target.unit or "")
    if factor and target.value is not None and target.value * factor != target.amount:
        told = target.value * factor
        yield _flaw(target.place, "policy.amount_wrong", target=target.id, amount=f"{told:f}")
    if target.judged_by == "number" and target.amount is None:
        yield _flaw(target.place, "policy.amount_missing", target=target.id)


def _of_kinds(jurisdiction: Jurisdiction) -> Iterator[Flaw]:
    """Yield clauses that are said to hold a target or a quota which no list has."""
    held = {
        "target": {target.clause for target in jurisdiction.targets},
        "quota": {quota.clause for quota in jurisdiction.quotas},
    }
    for clause in jurisdiction.clauses:
        for kind, refs in held.items():
            if (kind in clause.kinds) != (clause.ref in refs):
                yield _flaw(clause.place, "policy.kind_unlike", clause=clause.ref, kind=kind)


def _of_provision(
    provision: Provision, jurisdiction: Jurisdiction, library: Library, known: Known
) -> Iterator[Flaw]:
    ids = {parameter.id for parameter in jurisdiction.parameters}
    for key, value in provision.data.items():
        place = Place(provision.place.file, line_of(provision.data, (key,)))
        for ref in _clauses_in(key, value):
            yield from _reference(ref, place, jurisdiction)
        for name in _parameters_in(key, value):
            if name not in ids:
                yield _flaw(place, "policy.parameter_unknown", parameter=name)
        for system in value if key == "serves" else ():
            if system not in library.systems:
                yield _flaw(place, "policy.system_unknown", system=system)
        if key == "examples" and not (known.folder / jurisdiction.id / value).is_file():
            yield _flaw(place, "policy.examples_missing", examples=value)
    yield from _of_terms(provision)


def _of_terms(provision: Provision) -> Iterator[Flaw]:
    """Yield terms that price what a provision counts and are none of its parameters."""
    counts = provision.data.get("counts", {})
    priced = [term for name in ("costs", "bills") for term in counts.get(name, {}).values()]
    limits = [counts[name] for name in ("cap", "months", "principal_cap") if name in counts]
    for term in dict.fromkeys((*priced, *limits)):
        if term not in provision.data.get("parameters", {}):
            place = Place(provision.place.file, line_of(provision.data, ("counts",)))
            yield _flaw(place, "policy.term_unknown", term=term)


def _clauses_in(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield the clauses that a field of a provision names, at any depth."""
    is_group = key == "stacks" and " " not in (value or "")
    if key in {"clause", "stacks"}:
        yield from () if is_group else (value,)
    elif key == "clauses":
        yield from value
    else:
        yield from _named(value, "clause")


def _parameters_in(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield the parameters that a field names: texts among its numbers, and those of readings."""
    if key in {"parameters", "levels", "rates", "caps"}:
        yield from (each for each in _leaves(value) if isinstance(each, str))
    elif key == "readings":
        yield from _named(value, "parameter")


def _named(data: Any, key: str) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield every value that stands under a key, at any depth."""
    if isinstance(data, dict):
        yield from (value for name, value in data.items() if name == key)
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for each in inner:
        if isinstance(each, dict | list):
            yield from _named(each, key)


def _leaves(data: Any) -> Iterator[Any]:  # noqa: ANN401 - any YAML
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _leaves(each)
    else:
        yield data


def _of_topics(library: Library) -> Iterator[Flaw]:
    yield from _twice(library.topics, lambda each: str(each.id))
    documents = library.documents
    for topic in library.topics:
        for side in topic.sides:
            if side.document not in documents:
                yield _flaw(side.place, "policy.document_unknown", document=side.document)
                continue
            owner = library.jurisdictions[documents[side.document].jurisdiction]
            for ref in side.clauses:
                if document_of(ref) != side.document:
                    yield _flaw(side.place, "policy.clause_elsewhere", clause=ref)
                yield from _reference(ref, side.place, owner)
