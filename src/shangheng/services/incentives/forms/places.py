# SPDX-License-Identifier: Apache-2.0
"""A facts file with the place of everything in it, so that a refusal can say where."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.policies.reading import Series, Table, parse_yaml, read_yaml


@dataclass(frozen=True)
class Place:
    """A value with where it stands: its path (``sales[1].amount``) and its line."""

    value: Any
    path: str
    line: int

    def refused(self, code: str, **facts: Any) -> Invalid:  # noqa: ANN401 - facts are of any type
        """Return a refusal that says where."""
        return Invalid(code, place=self.path or "/", line=self.line, **facts)

    def fields(self) -> dict[str, "Place"]:
        """Return the values of a mapping by key."""
        if not isinstance(self.value, Table):
            raise self.refused("facts.not_fields")
        return {
            key: Place(each, f"{self.path}.{key}".lstrip("."), self.value.lines[key])
            for key, each in self.value.items()
        }

    def entries(self) -> list["Place"]:
        """Return the values of a list."""
        if not isinstance(self.value, Series):
            raise self.refused("facts.not_a_list")
        listed = zip(self.value, self.value.lines, strict=True)
        return [Place(each, f"{self.path}[{i}]", line) for i, (each, line) in enumerate(listed)]


def placed(path: Path) -> Place:
    """Return what a file says; an empty one says nothing."""
    return _root(read_yaml(path, path.name))


def placed_text(text: str, name: str) -> Place:
    """Return what a text in YAML (or JSON) says; ``name`` is what a refusal calls it."""
    return _root(parse_yaml(text, name))


def _root(data: Any) -> Place:  # noqa: ANN401 - any YAML
    return Place(Table(1) if data is None else data, "", 1)
