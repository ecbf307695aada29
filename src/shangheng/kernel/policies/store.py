# SPDX-License-Identifier: Apache-2.0
"""Makes a library of a folder of jurisdictions: every file read, compared with its schema, typed.

``gather`` reads all there is and lists every flaw that it meets; a thing with a flaw is left out,
so that the checks behind it can go on. ``queries.load`` refuses a folder with a flaw.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from shangheng.kernel.errors import Invalid, NotFound, Refusal
from shangheng.kernel.policies import building
from shangheng.kernel.policies.concept import (
    Document,
    Flaw,
    Jurisdiction,
    Library,
    Place,
    Provision,
    System,
    Topic,
)
from shangheng.kernel.policies.reading import Series, read_yaml
from shangheng.kernel.policies.shapes import flaws_of, shipped

Made = TypeVar("Made")
JURISDICTION = "jurisdiction.yaml"
NOT_JURISDICTIONS = {"schema"}


class Head(NamedTuple):
    """A jurisdiction before its documents are read: its id, its names, its division."""

    id: str
    zh: str
    en: str
    region: str


class Gathering:
    """Reads files below a folder and keeps the flaws that it meets on the way."""

    def __init__(self, folder: Path) -> None:
        """Begin to read in a folder of jurisdictions."""
        self.folder = folder
        self.flaws: list[Flaw] = []

    def read(self, path: Path, kind: str) -> Any:  # noqa: ANN401 - any YAML
        """Return what a file says, or ``None`` where it is not fit to be used."""
        name = path.relative_to(self.folder).as_posix()
        try:
            data = read_yaml(path, name)
        except Refusal as refusal:
            self.flaws.append(_flaw(refusal))
            return None
        found = list(flaws_of(data, kind, name))
        self.flaws.extend(found)
        return None if found else data

    def made(self, path: Path, kind: str, make: Callable[[Any, str], Made]) -> Made | None:
        """Return what a file of one thing describes."""
        data = self.read(path, kind)
        return None if data is None else make(data, path.relative_to(self.folder).as_posix())

    def each(self, path: Path, kind: str, make: Callable[[Any, Place], Made]) -> tuple[Made, ...]:
        """Return what a file with a list of things describes; a file may be absent."""
        if not path.is_file():
            return ()
        data = self.read(path, kind)
        name = path.relative_to(self.folder).as_posix()
        listed = data if isinstance(data, Series) else Series(1)
        return tuple(
            make(each, Place(name, line)) for each, line in zip(listed, listed.lines, strict=True)
        )


def _flaw(refusal: Refusal) -> Flaw:
    facts = {name: fact for name, fact in refusal.facts.items() if name not in {"file", "line"}}
    place = Place(refusal.facts["file"], refusal.facts["line"])
    return Flaw(place=place, code=refusal.code, facts=facts)


def names(folder: Path) -> tuple[str, ...]:
    """Return the jurisdictions of a folder: every folder in it but the schemas."""
    if not folder.is_dir():
        raise NotFound("policy.folder_missing", folder=str(folder))
    inside = (each for each in folder.iterdir() if each.is_dir())
    return tuple(sorted(each.name for each in inside if _counts(each.name)))


def heads(folder: Path) -> tuple[Head, ...]:
    """Return what each jurisdiction of a folder says of itself, from its first file alone.

    Quick enough for every page. One whose head has a flaw is left out here: ``gather`` tells it.
    """
    gathering = Gathering(folder)
    read = (gathering.read(folder / name / JURISDICTION, "jurisdiction") for name in names(folder))
    return tuple(Head(each["id"], each["zh"], each["en"], each["region"]) for each in read if each)


def _counts(name: str) -> bool:
    return name not in NOT_JURISDICTIONS and not name.startswith((".", "_"))


def gather(
    folder: Path, wanted: tuple[str, ...], *, topics: bool
) -> tuple[Library, tuple[Flaw, ...]]:
    """Return the library of the wanted jurisdictions and every flaw met while reading it.

    ``topics`` are comparisons between documents, which only the whole folder can hold.
    """
    gathering = Gathering(folder)
    known = names(folder)
    for name in wanted:
        if name not in known:
            raise NotFound("policy.jurisdiction_unknown", jurisdiction=name, known=list(known))
    found = {name: _jurisdiction(gathering, folder / name) for name in wanted}
    path = folder / "comparisons.yaml"
    compared: tuple[Topic, ...] = (
        gathering.each(path, "comparisons", building.topic) if topics else ()
    )
    library = Library(
        jurisdictions={name: each for name, each in found.items() if each},
        topics=compared,
        systems=systems(),
    )
    return library, tuple(gathering.flaws)


def systems() -> dict[str, System]:
    """Return the systems that policies call for, by their codes."""
    path = shipped() / "schema" / "systems.yaml"
    listed = read_yaml(path)
    made = (System(each["id"], each["zh"], each["en"], each["group"]) for each in listed)
    return {each.id: each for each in made}


def _jurisdiction(gathering: Gathering, folder: Path) -> Jurisdiction | None:
    head = gathering.read(folder / JURISDICTION, "jurisdiction")
    documents = {each.id: each for each in _documents(gathering, folder)}
    parameters = gathering.each(folder / "parameters.yaml", "parameters", building.parameter)
    targets = gathering.each(folder / "targets.yaml", "targets", building.target)
    quotas = gathering.each(folder / "quotas.yaml", "quotas", building.quota)
    departments = gathering.each(folder / "departments.yaml", "departments", building.department)
    codes = gathering.each(folder / "codes.yaml", "codes", building.code_list)
    provisions = tuple(_provisions(gathering, folder))
    if head is None:
        return None
    place = Place(f"{folder.name}/{JURISDICTION}", 1)
    order = [*head["documents"], *sorted(set(documents) - set(head["documents"]))]
    gathering.flaws.extend(_listed(head["documents"], documents, place))
    return Jurisdiction(
        id=head["id"],
        zh=head["zh"],
        en=head["en"],
        region=head["region"],
        documents=tuple(documents[name] for name in order if name in documents),
        parameters=parameters,
        targets=targets,
        quotas=quotas,
        departments=departments,
        codes=codes,
        provisions=provisions,
        leading_group=building.leading_group(head, place.file),
        place=place,
    )


def _listed(wanted: list[str], there: dict[str, Document], place: Place) -> Iterator[Flaw]:
    """Yield the documents that the head lists and the folder lacks, and the other way round."""
    for name in wanted:
        if name not in there:
            yield Flaw(place=place, code="policy.document_missing", facts={"document": name})
    for name in sorted(set(there) - set(wanted)):
        facts = {"document": name}
        yield Flaw(place=there[name].place, code="policy.document_not_listed", facts=facts)


def _documents(gathering: Gathering, folder: Path) -> Iterator[Document]:
    for path in sorted((folder / "documents").glob("*.yaml")):
        if made := gathering.made(path, "document", building.document):
            yield made


def _provisions(gathering: Gathering, folder: Path) -> Iterator[Provision]:
    for path in sorted((folder / "incentives").glob("*.yaml")):
        if made := gathering.made(path, "provision", building.provision):
            yield made


def flaws_of_examples(folder: Path, wanted: tuple[str, ...]) -> tuple[Flaw, ...]:
    """Return what is wrong in the worked examples, which nothing but their tests reads."""
    gathering = Gathering(folder)
    for name in wanted:
        for path in sorted((folder / name / "examples").glob("*.yaml")):
            gathering.read(path, "examples")
    return tuple(gathering.flaws)


def refuse_the_first(flaws: tuple[Flaw, ...]) -> None:
    """Refuse a folder that has a flaw: with the first, and how many there are."""
    if flaws:
        first = flaws[0]
        place = {"file": first.place.file, "line": first.place.line}
        raise Invalid(first.code, **place, **first.facts)
