# SPDX-License-Identifier: Apache-2.0
"""What every service, record kind and error code keeps to, whoever wrote it."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import ibis
import pytest
from django.urls import get_resolver

from architecture.tree import KINDS, SERVICES, SOURCE, modules
from shangheng.kernel import errors, messages
from shangheng.kernel.records.concept.fields import Field, Lines, OneOf
from shangheng.kernel.records.concept.kinds import STANDARD, RecordKind
from shangheng.kernel.records.concept.retention import CLASSES
from shangheng.kernel.service import Service

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The short names of the policy documents in ``basis``, and what a clause looks like.
CLAUSE = re.compile(r"(jiangsu|ganzhou|hunan|qinghai)-20\d\d \S+")
LEGAL_BASIS = re.compile(r"Basis: .*20\d\d", re.DOTALL)
IBIS_TYPES = {
    "VARCHAR": "string", "BIGINT": "int64", "DECIMAL(18,4)": "decimal(18,4)",
    "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "boolean",
}  # fmt: skip
CODE_LENGTH_MAX = 60
ERRORS = {
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.ShanghengError)
}

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)


class Row:
    """A table's columns as attributes, as checks expect them."""

    def __init__(self, table: Any, prefix: str = "") -> None:
        self._table = table
        self._prefix = prefix

    @property
    def usual(self) -> "Row":
        return Row(self._table, "usual_")

    def __getattr__(self, name: str) -> Any:
        return self._table[self._prefix + name]


def fields_of(kind: RecordKind) -> Iterator[Field]:
    """Return a kind's fields, those inside lines too."""
    for field in kind.fields:
        yield field
        if isinstance(field, Lines):
            yield from field.fields


@every_service
def test_a_service_is_the_folder_that_its_manifest_names(service: Service) -> None:
    folder = SOURCE / "services" / service.name
    assert (folder / "manifest.py").is_file()
    assert CHINESE.search(service.zh)
    assert service.en
    assert service.systems


@every_service
def test_a_service_says_what_it_is_for_and_on_which_legal_basis(service: Service) -> None:
    said = import_module(f"shangheng.services.{service.name}").__doc__ or ""
    assert service.zh in said
    assert LEGAL_BASIS.search(said), "say `Basis:` with the documents and clauses"
    assert not [system for system in service.systems if system not in said]


@every_service
def test_templates_and_addresses_of_a_service_carry_its_name(service: Service) -> None:
    folder = SOURCE / "services" / service.name
    for kind in ("templates", "static"):
        inside = folder / kind
        assert not inside.is_dir() or {each.name for each in inside.iterdir()} == {service.name}
    assert not service.urls or service.name in get_resolver().namespace_dict


# Those of django-allauth that this site shows in its own way keep the names by which it asks.
OVERRIDDEN = {"429.html", "account", "allauth", "mfa", "socialaccount", "usersessions"}


def test_templates_of_the_site_carry_its_name() -> None:
    named = {each.name for each in (SOURCE / "site" / "templates").iterdir() if _filled(each)}
    assert named - OVERRIDDEN == {"site"}


def _filled(path: Path) -> bool:
    return path.is_file() or any(each.is_file() for each in path.rglob("*"))


@every_kind
def test_a_kind_says_what_it_is_in_two_languages_and_cites_a_clause(kind: RecordKind) -> None:
    assert re.fullmatch(r"[a-z][a-z_]*", kind.name)
    assert CHINESE.search(kind.zh)
    assert kind.en
    assert kind.basis
    assert all(CLAUSE.fullmatch(clause) for clause in kind.basis)


@every_kind
def test_every_field_has_labels_a_sensitivity_and_a_retention(kind: RecordKind) -> None:
    assert kind.retain in CLASSES
    for field in fields_of(kind):
        assert field.retain in {"", *CLASSES}, field.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name), field.name
        assert field.zh, field.name
        assert field.en, field.name
        assert field.sensitivity in {"public", "business", "personal"}, field.name
        if isinstance(field, OneOf):
            assert field.values, field.name
            assert all(CHINESE.search(zh) and en for zh, en in field.values.values()), field.name


@every_kind
def test_rules_of_a_kind_are_numbered_once_and_beside_the_standard_ones(kind: RecordKind) -> None:
    numbers = [each.number for each in (*kind.checks, *kind.refers)]
    assert len(set(numbers)) == len(numbers)
    assert not {rule.number for rule in STANDARD} & set(numbers)
    assert all(re.fullmatch(r"[EW]0\d\d", number) for number in numbers)
    assert all(CHINESE.search(each.zh) and each.en for each in (*kind.checks, *kind.refers))
    assert {refers.to for refers in kind.refers} <= {each.name for each in KINDS}


@every_kind
@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "postgres"])
def test_checks_of_a_kind_compile_for_every_engine(kind: RecordKind, dialect: str) -> None:
    plain = [field for field in kind.fields if not isinstance(field, Lines)]
    columns = {field.name: IBIS_TYPES[field.sql_type] for field in plain}
    columns |= {f"usual_{name}": "decimal(18,4)" for name in kind.money}
    table = ibis.table(columns, name=kind.name)
    for check in kind.checks:
        condition = check.holds(Row(table))
        assert condition.type().is_boolean(), check.number
        assert "SELECT" in ibis.to_sql(table.filter(condition), dialect=dialect)


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """Return where each code is raised and with which facts; none where they are passed on."""
    for name, tree in modules(with_tests=False).items():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and call.args):
                continue
            called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            called = call.func.id if isinstance(call.func, ast.Name) else called
            code = call.args[0]
            if called in ERRORS and isinstance(code, ast.Constant):
                facts = {keyword.arg for keyword in call.keywords}
                known = None if None in facts else {fact for fact in facts if fact}
                yield str(code.value), f"{name}:{call.lineno}", known


def written() -> Iterator[str]:
    """Return a pattern for every text in the program outside the catalogue, f-strings too.

    Codes that are passed on to where they are raised are among them.
    """
    for name, tree in modules(with_tests=False).items():
        if "/kernel/texts/" in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            begins = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
            if isinstance(begins, ast.Constant) and "." in str(begins.value):
                assert isinstance(node, ast.JoinedStr)
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
                    for part in node.values
                )


def blanks(text: str) -> set[str]:
    """Return the facts that a text needs."""
    return {re.split(r"[.\[]", blank)[0] for _, blank, _, _ in Formatter().parse(text) if blank}


def test_every_code_that_is_raised_has_its_texts() -> None:
    missing = {code: place for code, place, _ in raised() if code not in messages.MESSAGES}
    assert not missing


def test_every_text_belongs_to_a_code_that_is_raised() -> None:
    known = re.compile("|".join(each for each in set(written()) if len(each) < CODE_LENGTH_MAX))
    assert not [code for code in messages.MESSAGES if not known.fullmatch(code)]


def test_every_text_is_in_two_languages() -> None:
    for code, (zh, en) in messages.MESSAGES.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", code), code
        assert CHINESE.search(zh), code
        assert en, code
        assert not CHINESE.search(en.replace("万亿", "").replace("万", "").replace("亿", "")), code


def test_every_fact_that_a_text_names_is_given_where_the_code_is_raised() -> None:
    absent = {
        f"{place} {code}": needed
        for code, place, facts in raised()
        if facts is not None and code in messages.MESSAGES
        if (needed := set().union(*map(blanks, messages.MESSAGES[code])) - facts)
    }
    assert not absent
