# SPDX-License-Identifier: Apache-2.0
"""What GLOSSARY.md has to hold: one row for each name that a declaration introduces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from architecture.tree import INDICATORS, KINDS, SERVICES

ROW = re.compile(r"^\| (?P<zh>[^|]+?) \| `(?P<name>[^`]+)` \| (?P<en>[^|]*?) \|", re.MULTILINE)
DECLARED = ("Record kinds", "Fields", "Code lists", "Indicators", "Dimensions")


@dataclass(frozen=True, order=True)
class Term:
    """A Chinese term, the one identifier that it has in the program, and its English."""

    section: str
    name: str
    zh: str
    en: str

    @property
    def row(self) -> str:
        """Return the term as a row of the table."""
        return f"| {self.zh} | `{self.name}` | {self.en} |"


def needed() -> tuple[Term, ...]:
    """Return every term that the declarations need, each once, in the order of declaration."""
    return tuple(dict.fromkeys((*_of_kinds(), *_of_code_lists(), *_of_indicators())))


def _of_kinds() -> Iterator[Term]:
    for kind in KINDS:
        yield Term("Record kinds", kind.name, kind.zh, kind.en)
        for field in kind.fields:
            yield Term("Fields", field.name, field.zh, field.en)
            for inner in getattr(field, "fields", ()):
                yield Term("Fields", inner.name, inner.zh, inner.en)


def _of_code_lists() -> Iterator[Term]:
    """Return the constants of each service's ``records`` that map codes to two labels."""
    for service in SERVICES:
        module = f"shangheng.services.{service.name}.records"
        if find_spec(module) is None:
            continue
        declared = vars(import_module(module))
        for name, values in declared.items():
            if name.isupper() and isinstance(values, dict):
                listed = "、".join(zh for zh, _ in values.values())
                yield Term("Code lists", name, listed, ", ".join(en for _, en in values.values()))


def _of_indicators() -> Iterator[Term]:
    for indicator in INDICATORS:
        yield Term("Indicators", indicator.name, indicator.zh, indicator.en)
        for dimension in indicator.by:
            yield Term("Dimensions", dimension.name, dimension.zh, dimension.en)


def written(text: str) -> tuple[Term, ...]:
    """Return the terms of a glossary's tables, section by section."""
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        section = part.split("\n", 1)[0].split(" · ")[-1].strip()
        found += [Term(section, row["name"], row["zh"], row["en"]) for row in ROW.finditer(part)]
    return tuple(found)


def missing(text: str) -> tuple[Term, ...]:
    """Return the terms that are needed and not written."""
    there = set(written(text))
    return tuple(term for term in needed() if term not in there)


def stale(text: str) -> tuple[Term, ...]:
    """Return the rows of the declared sections that nothing needs any more."""
    wanted = set(needed())
    return tuple(t for t in written(text) if t.section in DECLARED and t not in wanted)
