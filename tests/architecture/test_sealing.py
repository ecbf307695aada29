# SPDX-License-Identifier: Apache-2.0
"""Whoever writes seals: from every action a way leads to the log, or a line here says why not.

The calls are read from the syntax of the program: from a public function of an ``actions.py``, or
of any other module that opens a transaction, to those that write a leaf. That the leaf says what
was written is for the audit, which goes from every row to its leaf and back.

Good: ``adopt`` calls ``_adopted``, which calls ``evidence.seal``. Bad: a new action that saves a
row and returns.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from architecture.tree import modules

SEALS = {f"shangheng.kernel.evidence.actions.{name}" for name in ("sequence", "seal_soon")}

GUARDS = "it looks and refuses; the step that it guards is sealed with its case"
READS = "it writes nothing"
TOLD = "what is told was sealed by who tells it; that it was carried and read decides nothing"
UNSEALED = {
    "kernel.cases.acts.sealed": "the transaction of acts, each of which is walked by itself",
    "kernel.evidence.actions.sequence_waiting": "it gives leaves that are written their indexes",
    "kernel.exchange.actions.content_of": READS,
    "kernel.notices.actions.deliver": TOLD,
    "kernel.notices.actions.put": TOLD,
    "kernel.notices.actions.read": TOLD,
    "kernel.notices.actions.read_all": TOLD,
    "kernel.notices.actions.retry": TOLD,
    "kernel.notices.actions.tell_once": TOLD,
    "kernel.registers.actions.region_code": READS,
    "services.consumer.actions.appoint": GUARDS,
    "services.consumer.actions.attach": GUARDS,
    "services.consumer.actions.fast_track": GUARDS,
    "services.consumer.actions.first_asked": GUARDS,
    "services.consumer.actions.refund": GUARDS,
    "services.consumer.jobs.tell_warnings": TOLD,
    "services.express.actions.competent": GUARDS,
    "services.statistics.actions.check_release": GUARDS,
    "services.statistics.actions.check_withdrawal": GUARDS,
    "services.statistics.actions.compute": "what it computes is sealed with the step of its case",
    "services.policy.actions.keep_index": "an index of files, made again from them at any time",
}
"""Actions that leave no leaf, each with the reason."""


@dataclass
class Module:
    """What a module defines and calls, by full names."""

    name: str
    top: list[ast.stmt]
    defined: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)


@cache
def program() -> dict[str, Module]:
    """Return every module of the program by its full name."""
    return {
        each.name: each
        for each in (
            module_of(name.removeprefix("src/").removesuffix(".py").replace("/", "."), tree)
            for name, tree in modules(with_tests=False).items()
        )
    }


def module_of(name: str, tree: ast.Module) -> Module:
    """Read what a module defines and imports."""
    made = Module(name, tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.defined.setdefault(node.name, node)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                made.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return made


def calls_of(module: Module, node: ast.AST) -> Iterator[str]:
    """Give the full names of all that a function or class uses, called or handed on."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            if each.id in module.defined:
                yield f"{module.name}.{each.id}"
            elif each.id in module.imported:
                yield module.imported[each.id]
        elif isinstance(each, ast.Attribute):
            if isinstance(each.value, ast.Name) and each.value.id in module.imported:
                yield f"{module.imported[each.value.id]}.{each.attr}"
            elif each.attr in module.defined:
                yield f"{module.name}.{each.attr}"


def seals(name: str, among: dict[str, Module] | None = None) -> bool:
    """Tell whether a way leads from a function to the log."""
    known = among or program()
    seen, waiting = set[str](), [name]
    while waiting:
        each = waiting.pop()
        if each in SEALS:
            return True
        if each not in seen:
            seen.add(each)
            module, _, own = each.rpartition(".")
            if module in known and own in known[module].defined:
                waiting += calls_of(known[module], known[module].defined[own])
    return False


def actions() -> set[str]:
    """Return the full name of every action: public, in `actions.py` or opening a transaction."""
    return {
        f"{name}.{node.name}"
        for name, module in program().items()
        if name.startswith(("shangheng.kernel.", "shangheng.services."))
        for node in module.defined.values()
        if isinstance(node, ast.FunctionDef) and node in module.top and node.name[0] != "_"
        if name.endswith(".actions") or "transaction.atomic" in ast.unparse(node)
    }


def test_from_every_action_a_way_leads_to_the_log() -> None:
    silent = {name.removeprefix("shangheng.") for name in actions() if not seals(name)}
    assert silent - UNSEALED.keys() == set()


def test_no_exception_outlives_its_reason() -> None:
    silent = {name.removeprefix("shangheng.") for name in actions() if not seals(name)}
    assert UNSEALED.keys() - silent == set()


def test_every_noun_and_service_that_acts_is_walked() -> None:
    files = {name for name in modules(with_tests=False) if name.endswith("/actions.py")}
    walked = {name.rpartition(".")[0] for name in actions()}
    assert len(files) > 10
    assert {f.removeprefix("src/").removesuffix(".py").replace("/", ".") for f in files} <= walked


@pytest.mark.parametrize(
    ("text", "is_sealed"),
    [
        ("def give(row):\n    row.save()\n", False),
        ("def give(row):\n    row.save()\n    _keep(row)\ndef _keep(row):\n    pass\n", False),
        ("def give(row):\n    _keep(row)\ndef _keep(row):\n    evidence.seal(row)\n", True),
        ("def give(row):\n    again(lambda: evidence.seal_soon(row))\n", True),
    ],
)
def test_the_walk_sees_who_seals(text: str, *, is_sealed: bool) -> None:
    head = "from shangheng.kernel.evidence import actions as evidence\n"
    own = module_of("shangheng.made_up", ast.parse(head + text))
    assert seals("shangheng.made_up.give", {**program(), own.name: own}) is is_sealed
