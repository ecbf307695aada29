# SPDX-License-Identifier: Apache-2.0
"""What the documents say is what the program does: settings, commands, links, decisions."""

import ast
import re

import pytest

from architecture.tree import ROOT, modules, texts
from shangheng.cli.main import COMMANDS
from shangheng.site import settings

VARIABLE = re.compile(r"SHANGHENG_[A-Z][A-Z_]*")
SETTING_ROW = re.compile(r"^\| *`+(SHANGHENG_[A-Z_]+)`+ *\|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"^\s*\$?\s*make ((?:[a-z]+ ?)+)", re.MULTILINE)
COMMAND = re.compile(r"^\s*\$?\s*(?:\.venv/bin/)?shangheng ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z]+):(.*)$", re.MULTILINE)
TARGETS_MAX = 12
ADR_PARTS = ("Context", "Decision", "Rejected alternatives")

DOCUMENTS = {name: text for name, text in texts().items() if name.endswith(".md")}
MAKEFILE = texts()["Makefile"]
DECISIONS = {name: text for name, text in DOCUMENTS.items() if name.startswith("docs/decisions/")}


def read_variables() -> set[str]:
    """Return every variable whose name stands in the program outside prose."""
    return {
        node.value
        for tree in modules(with_tests=False).values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if VARIABLE.fullmatch(node.value)
    }


def commands(pattern: re.Pattern[str], text: str) -> set[str]:
    """Return what a document's shell examples call."""
    return {
        word
        for block in BLOCK.findall(text)
        for found in pattern.findall(block)
        for word in found.split()
    }


def test_the_settings_say_which_variables_are_read() -> None:
    assert set(SETTING_ROW.findall(settings.__doc__ or "")) == read_variables()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_with_a_table_of_settings_has_all_of_them(name: str) -> None:
    listed = set(SETTING_ROW.findall(DOCUMENTS[name]))
    assert not listed or listed == read_variables()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_names_no_variable_that_is_not_read(name: str) -> None:
    assert set(VARIABLE.findall(DOCUMENTS[name])) <= read_variables()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_links_of_a_document_lead_to_files(name: str) -> None:
    folder = (ROOT / name).parent
    assert not [link for link in LINK.findall(DOCUMENTS[name]) if not (folder / link).exists()]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_commands_of_a_document_exist(name: str) -> None:
    assert commands(MAKE, DOCUMENTS[name]) <= dict(TARGET.findall(MAKEFILE)).keys()
    assert commands(COMMAND, DOCUMENTS[name]) <= COMMANDS.keys()


def test_make_has_few_targets_and_says_what_each_does() -> None:
    targets = dict(TARGET.findall(MAKEFILE))
    assert len(targets) <= TARGETS_MAX
    assert not [name for name, rest in targets.items() if "## " not in rest]


@pytest.mark.parametrize("name", sorted(DECISIONS))
def test_a_decision_says_why_and_what_was_rejected(name: str) -> None:
    assert re.fullmatch(r"docs/decisions/\d{4}-[a-z0-9-]+\.md", name)
    headings = re.findall(r"^## (.+)$", DECISIONS[name], re.MULTILINE)
    assert tuple(headings) == ADR_PARTS


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(name.split("/")[2][:4]) for name in DECISIONS)
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_that_the_walls_cite_is_there() -> None:
    cited = set(re.findall(r"ADR (\d{4})", texts()[".importlinter"]))
    assert cited <= {name.split("/")[2][:4] for name in DECISIONS}


def test_the_manual_lists_every_decision() -> None:
    linked = set(LINK.findall(DOCUMENTS["docs/index.md"]))
    assert linked >= {name.removeprefix("docs/") for name in DECISIONS}
