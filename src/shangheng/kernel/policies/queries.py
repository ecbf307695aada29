# SPDX-License-Identifier: Apache-2.0
"""What can be asked of the policies: the law as at a day, parameters, targets, duties.

``load`` reads a folder once and refuses it whole where anything in it is wrong; everything else
asks what was loaded. ``flaws`` is for those who write a folder: it lists all that is wrong.
"""

import atexit
import gc
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas.parameters import Configuration, decided
from shangheng.kernel.policies import checks, comparing, printed, reading, shapes, store
from shangheng.kernel.policies.concept import (
    COLLECTIVE,
    FIRST_LISTED,
    Answer,
    Clause,
    Department,
    Document,
    Duty,
    Flaw,
    Jurisdiction,
    Library,
    Parameter,
    Provision,
    System,
    Topic,
    Value,
    document_of,
    label_of,
)

_NEAR_COUNT = 5


def shipped() -> Path:
    """Return the folder of jurisdictions that came with the program."""
    return shapes.shipped()


def read_yaml(path: Path, name: str | None = None) -> Any:  # noqa: ANN401 - any YAML
    """Return what a YAML file of a stranger says: plain data, decimals exact, dates as texts."""
    return reading.read_yaml(path, name)


def load(
    folder: Path, wanted: tuple[str, ...] = (), *, indicators: Collection[str] | None = None
) -> Library:
    """Return the library of a folder (or of some of its jurisdictions), refused if it has a flaw.

    ``indicators`` are the names that targets may name; without them they are not compared.
    """
    library, found = _gathered(folder, wanted, indicators, examples=False)
    store.refuse_the_first(found)
    return library


def load_to_stay(folder: Path) -> Library:
    """Return the library of a folder for as long as the process lives.

    The collector of garbage is told to leave alone what stays: to go through it all stops every
    answer for fifty milliseconds.
    """
    library = load(folder)
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # so that libraries in C find everything freed at the end
    return library


def together(*libraries: Library) -> Library:
    """Return one library of several; where two hold a jurisdiction or topic, the first counts."""
    placed: dict[str, Jurisdiction] = {}
    topics: dict[str, Topic] = {}
    systems: dict[str, System] = {}
    for each in libraries:
        for name, place in each.jurisdictions.items():
            placed.setdefault(name, place)
        for topic in each.topics:
            topics.setdefault(topic.id, topic)
        systems = {**each.systems, **systems}
    return Library(jurisdictions=placed, topics=tuple(topics.values()), systems=systems)


def flaws(
    folder: Path, wanted: tuple[str, ...] = (), *, indicators: Collection[str] | None = None
) -> tuple[Flaw, ...]:
    """Return everything that is wrong in a folder, file by file."""
    return _gathered(folder, wanted, indicators, examples=True)[1]


def _gathered(
    folder: Path,
    wanted: tuple[str, ...],
    indicators: Collection[str] | None,
    *,
    examples: bool,
) -> tuple[Library, tuple[Flaw, ...]]:
    every = wanted or store.names(folder)
    if not every:
        raise NotFound("policy.folder_empty", folder=str(folder))
    library, met = store.gather(folder, every, topics=not wanted)
    if met:  # what was left out would make every reference to it look wrong
        return library, met
    known = checks.Known(folder=folder, indicators=indicators)
    beside = store.flaws_of_examples(folder, every) if examples else ()
    return library, (*beside, *checks.check(library, known))


def names(folder: Path) -> tuple[str, ...]:
    """Return the jurisdictions of a folder."""
    return store.names(folder)


def heads(folder: Path) -> tuple[store.Head, ...]:
    """Return id, names and division of every jurisdiction of a folder, without its documents."""
    return store.heads(folder)


def jurisdiction(library: Library, name: str) -> Jurisdiction:
    """Return a jurisdiction, or say which there are."""
    if name not in library.jurisdictions:
        raise NotFound(
            "policy.jurisdiction_unknown", jurisdiction=name, known=sorted(library.jurisdictions)
        )
    return library.jurisdictions[name]


def documents_on(place: Jurisdiction, day: date) -> tuple[Document, ...]:
    """Return the law as at a day: documents in force and not yet replaced by another."""
    begun = [each for each in place.documents if each.effective <= day]
    replaced = {name for each in begun for name in each.supersedes}
    return tuple(each for each in begun if each.id not in replaced)


def clauses_on(place: Jurisdiction, day: date) -> tuple[Clause, ...]:
    """Return every clause that counts on a day."""
    return tuple(clause for each in documents_on(place, day) for clause in each.clauses)


def provisions_on(place: Jurisdiction, day: date) -> tuple[Provision, ...]:
    """Return the provisions that count on a day, each in the version of that day.

    A provision begins with its ``from`` (else with its document), ends after its ``until``, and
    falls with the document that all its clauses belong to.
    """
    law = {each.id: each for each in documents_on(place, day)}
    found: dict[str, tuple[date, Provision]] = {}
    for each in place.provisions:
        behind = [law[name].effective for ref in each.clauses if (name := document_of(ref)) in law]
        begins = each.begins or min(behind, default=date.max)
        if behind and begins <= day and begins >= found.get(each.id, (begins,))[0]:
            found[each.id] = (begins, each)
    latest = (provision for _, provision in found.values())
    return tuple(each for each in latest if each.ends is None or day <= each.ends)


def clause(library: Library, ref: str) -> Clause:
    """Return the clause of a reference such as ``ganzhou-2015 四(二)1``."""
    owner = library.documents.get(document_of(ref))
    found = owner.clause(label_of(ref)) if owner else None
    if found is None:
        raise NotFound("policy.no_such_clause", clause=ref)
    return found


def parameter(place: Jurisdiction, name: str) -> Parameter:
    """Return a parameter, or say which come near its name."""
    known = {each.id: each for each in place.parameters}
    if name not in known:
        near = get_close_matches(name, known, n=_NEAR_COUNT)
        raise NotFound("policy.no_such_parameter", parameter=name, near=near)
    return known[name]


def parameter_on(
    place: Jurisdiction, name: str, day: date, chosen: Configuration | None = None
) -> Answer:
    """Return a parameter as of a day; one that no document prints only as the authority chose.

    ``chosen`` holds the authority's answers by parameter, as ``decisions.yaml`` does. What a
    document prints cannot be answered otherwise, and what it leaves open is never guessed.
    """
    asked = parameter(place, name)
    dated = asked.on(day)
    answer: Value = decided(chosen or {}, day, name)
    if dated is not None and dated.value is not None:
        if answer is not None and answer != dated.value:
            raise Invalid(
                "policy.parameter_printed", parameter=name, value=dated.value, clause=asked.clause
            )
        return Answer(asked, dated.value, dated.since, configured=False)
    if asked.question is None:
        raise NotFound(
            "policy.parameter_not_yet", parameter=name, day=day.isoformat(), clause=asked.clause
        )
    if answer is None:
        raise Invalid(
            "policy.parameter_open", parameter=name, clause=asked.clause,
            question_zh=asked.question.zh, question_en=asked.question.en,
            choose=list(asked.choose),
        )  # fmt: skip
    if asked.choose and answer not in asked.choose:
        raise Invalid(
            "policy.answer_unknown", parameter=name, value=answer, choose=list(asked.choose)
        )
    return Answer(asked, answer, None, configured=True)


@dataclass(frozen=True)
class Owed:
    """A duty with its clause and who leads: as printed for it, or by the document's own rule."""

    clause: Clause
    duty: Duty
    lead: str | None

    @property
    def ref(self) -> str:
        """Return how the duty is cited: its clause, and its letter where there are several."""
        return self.clause.ref + (f"#{self.duty.id}" if self.duty.id else "")


def duties(
    place: Jurisdiction, *, department: str | None = None, day: date | None = None
) -> tuple[Owed, ...]:
    """Return who owes what, in the order of the documents; of one department if it is named.

    A department owes what it is listed for or leads. Any of its printed forms may be given.
    """
    wanted = set(find_department(place, department).forms) if department else None
    documents = place.documents if day is None else documents_on(place, day)
    return tuple(
        owed
        for document in documents
        for owed in _owed(place, document)
        if wanted is None or wanted & {*owed.duty.departments, owed.lead}
    )


def _owed(place: Jurisdiction, document: Document) -> Iterator[Owed]:
    has_rule = document.lead_rule == FIRST_LISTED
    for each in document.clauses:
        ruled = has_rule and printed.is_at_or_after(each.label, document.lead_rule_clause)
        for duty in each.duties:
            yield Owed(each, duty, duty.lead or (_first(place, duty) if ruled else None))


def _first(place: Jurisdiction, duty: Duty) -> str | None:
    """Return the first listed body, unless all are addressed at once."""
    found = place.department(duty.first_listed) if duty.first_listed else None
    return None if found is None or found.kind == COLLECTIVE else duty.first_listed


def find_department(place: Jurisdiction, form: str) -> Department:
    """Return the department that is printed like this, or say which come near."""
    found = place.department(form.strip())
    if found is None:
        raise NotFound(
            "policy.department_unknown", department=form, near=_near(place, form.strip())
        )
    return found


def _near(place: Jurisdiction, form: str) -> list[str]:
    forms = [each for department in place.departments for each in department.forms]
    holding = sorted((each for each in forms if form in each or each in form), key=len)
    close = get_close_matches(form, forms, n=_NEAR_COUNT, cutoff=0.4)
    return list(dict.fromkeys((*holding, *close)))[:_NEAR_COUNT]


def against_text(library: Library, document: str, text: str) -> tuple[Flaw, ...]:
    """Return where a document's data and its printed text differ: clauses and numbers."""
    if document not in library.documents:
        raise NotFound("policy.no_such_document", document=document)
    return comparing.against_text(library.documents[document], text)
