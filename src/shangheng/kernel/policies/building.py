# SPDX-License-Identifier: Apache-2.0
"""Turns the data of a file that fits its schema into the types of ``concept``."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import PurePosixPath
from typing import Any, TypeVar, cast

from shangheng.kernel.policies.concept import (
    Citation,
    Clause,
    Code,
    CodeList,
    Dated,
    Department,
    Document,
    Duty,
    LeadingGroup,
    NotNormative,
    Parameter,
    Part,
    Place,
    Provision,
    Quota,
    Side,
    Step,
    Target,
    Topic,
    Value,
    Words,
)
from shangheng.kernel.policies.reading import Series, line_of

Data = Mapping[str, Any]
Made = TypeVar("Made")


def _made(kind: type[Made], data: Data, place: Place, /, **special: Any) -> Made:  # noqa: ANN401
    """Return a thing whose fields are called as in the file; absent ones are empty or ``None``.

    Lists become tuples of texts, a pair of ``zh`` and ``en`` becomes words; what is neither is
    given as ``special``.
    """
    values: dict[str, Any] = {"place": place, **special}
    for field in fields(cast("Any", kind)):  # every type of concept is a dataclass
        if field.name not in values:
            is_tuple = str(field.type).startswith("tuple")
            values[field.name] = _plain(data.get(field.name, () if is_tuple else None))
    return kind(**values)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, list):
        return tuple(map(str, value))
    return Words(value["zh"], value["en"]) if isinstance(value, dict) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _each(data: Data, name: str, file: str) -> list[tuple[Any, Place]]:
    listed = data.get(name) or Series(1)
    return [(each, Place(file, line)) for each, line in zip(listed, listed.lines, strict=True)]


def document(data: Data, file: str) -> Document:
    """Return a document; its jurisdiction is the folder that it lies in."""
    bare = [
        NotNormative(str(each["printed"]), Words(**each["why"]), each.get("clause"))
        for each in data.get("not_normative", ())
    ]
    return _made(
        Document,
        data,
        Place(file, 1),
        jurisdiction=PurePosixPath(file).parts[0],
        dated=_day(data["dated"]),
        effective=date.fromisoformat(data["effective"]),
        cites=tuple(_made(Citation, *each) for each in _each(data, "cites", file)),
        not_normative=tuple(bare),
        parts=tuple(Part(**each) for each in data.get("parts", ())),
        clauses=tuple(_clause(data["id"], *each) for each in _each(data, "clauses", file)),
        notes={name: Words(**each) for name, each in data.items() if name.endswith("_note")},
    )


def _clause(owner: str, data: Data, place: Place) -> Clause:
    duties = tuple(_made(Duty, *each) for each in _each(data, "duties", place.file))
    return _made(Clause, data, place, document=owner, duties=duties)


def _value(data: Any) -> Value:  # noqa: ANN401 - any value that the schema allows
    if isinstance(data, list):
        return tuple(Step(each["over"], each["award"]) for each in data)
    value: Value = data
    return value


def parameter(data: Data, place: Place) -> Parameter:
    """Return a parameter with its values in the order of the file."""
    values = tuple(
        Dated(date.fromisoformat(each["from"]), _value(each["value"])) for each in data["values"]
    )
    return _made(Parameter, data, place, values=values)


def target(data: Data, place: Place) -> Target:
    """Return a target."""
    return _made(Target, data, place)


def quota(data: Data, place: Place) -> Quota:
    """Return a quota."""
    return _made(Quota, data, place)


def department(data: Data, place: Place) -> Department:
    """Return a department with its printed forms."""
    return _made(Department, data, place)


def code_list(data: Data, place: Place) -> CodeList:
    """Return a list of codes."""
    return _made(CodeList, data, place, values=tuple(Code(**each) for each in data["values"]))


def provision(data: Data, file: str) -> Provision:
    """Return a provision with the whole of its file."""
    cited = [data["clause"]] if "clause" in data else []
    clauses = tuple(dict.fromkeys((*cited, *data.get("clauses", ()))))
    begins, ends = (_day(data.get(name)) for name in ("from", "until"))
    return _made(
        Provision, data, Place(file, 1), clauses=clauses, begins=begins, ends=ends, data=data
    )


def leading_group(head: Data, file: str) -> LeadingGroup | None:
    """Return the leading group of a jurisdiction, if its document sets one up."""
    if "leading_group" not in head:
        return None
    place = Place(file, line_of(head, ("leading_group",)))
    return _made(LeadingGroup, head["leading_group"], place)


def topic(data: Data, place: Place) -> Topic:
    """Return a topic of comparison with what each document says on it."""
    sides = tuple(_made(Side, *each) for each in _each(data, "sides", place.file))
    return _made(Topic, data, place, sides=sides)
