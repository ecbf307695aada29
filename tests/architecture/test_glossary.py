# SPDX-License-Identifier: Apache-2.0
"""One term, one word, everywhere: GLOSSARY.md has a row for every name that is declared."""

from collections import defaultdict

import pytest

from architecture.glossary import Term, missing, needed, stale, written
from architecture.tree import ROOT, SOURCE

TEXT = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
NOT_NOUNS = {"__init__", "errors", "messages", "models", "texts", "migrations", "tests"}


def told(terms: tuple[Term, ...]) -> str:
    """Return the rows ready to be pasted, section by section."""
    by_section = defaultdict(list)
    for term in terms:
        by_section[term.section].append(term.row)
    return "\n".join(f"\n## {name}\n" + "\n".join(rows) for name, rows in by_section.items())


def test_every_declared_name_has_its_row() -> None:
    if absent := missing(TEXT):
        pytest.fail("GLOSSARY.md lacks these rows:\n" + told(absent))


def test_no_row_outlives_its_declaration() -> None:
    if old := stale(TEXT):
        pytest.fail("GLOSSARY.md has rows that nothing declares any more:\n" + told(old))


def test_every_noun_and_every_service_has_its_row() -> None:
    names = {term.name for term in written(TEXT)}
    nouns = {path.stem for path in (SOURCE / "kernel").iterdir()} - NOT_NOUNS
    services = {path.parent.name for path in (SOURCE / "services").glob("*/manifest.py")}
    there = {name for name in nouns | services if not name.startswith("__")}
    assert not there - names


def test_no_chinese_term_of_the_nouns_has_two_identifiers() -> None:
    identifiers = defaultdict(set)
    for term in written(TEXT):
        if term.section in {"Nouns", "Words of the flow", "Record kinds", "Indicators"}:
            identifiers[term.zh].add(term.name)
    assert not {zh: names for zh, names in identifiers.items() if len(names) > 1}


def test_the_check_finds_a_name_without_a_row() -> None:
    first = needed()[0]
    good = f"## 记录 · {first.section}\n\n| 中文 | identifier | English |\n{first.row}\n"
    assert first not in missing(good)
    assert first in missing(good.replace(first.name, "something_else"))
