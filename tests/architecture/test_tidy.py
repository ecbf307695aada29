# SPDX-License-Identifier: Apache-2.0
"""Sizes and names. Limits are ratchets: what is beyond one may shrink, never grow.

Good: a new module of 120 lines named after what it answers. Bad: ``helpers.py``; one more function
in a file of 400 lines. Small functions are universal in code that lasts; large files are where it
rots (``style.md`` of the design, and docs/decisions/0001).
"""

import ast
import re
from collections.abc import Iterator

import pytest

from architecture.tree import SOURCE, files, modules, name_of, texts

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
ARGUMENTS_MAX = 5
KERNEL_LINES_MAX = 35_300  # whole ledgers: exchange, retention, the audit, trials, a leaf each
SERVICE_LINES_MAX = 1_500

# What stood beyond a limit when the limit was set, or is one table that is best read whole.
LONGER_FILES = {
    "src/shangheng/services/statistics/records.py": 434,  # seven kinds: a table, not a program
}
LARGER_SERVICES = {
    "statistics": 4_300,  # sixty indicators, see docs/decisions/0004; frame, survey, releases
    "policy": 3_500,  # four systems: library, tracker, scoreboard, evaluation index
    "consumer": 3_050,  # six systems: a life cycle, eight registers, eight indicators, pages
    # Four jurisdictions' provisions, judged one by one and all at once, and under other numbers;
    # applications and funds; what each formula takes, and the examples of any folder; vouchers,
    # parcels and their clock, what is given once for a person and course or for an asset.
    "incentives": 6_950,
}
# Functions with more arguments than that: ruff stops each at seven, this stops their number.
MORE_ARGUMENTS_COUNT = 16

BANNED_MODULES = {
    "utils", "util", "helpers", "helper", "common", "core", "base", "misc", "manager", "managers",
    "handler", "handlers", "service", "api",
}  # fmt: skip
ALLOWED_MODULES = {
    "src/shangheng/kernel/service.py",  # declares what a service plugs in
    "benchmarks/api.py",  # measures the API
}
SPDX = "SPDX-License-Identifier: Apache-2.0"
SPDX_WITHIN = 200

# Brackets keep these patterns from finding themselves.
BANNED_TEXT = {
    "a task that nobody owns": r"\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b",
    "a path of somebody's machine": r"(?<![\w.<])/([w]ork|[r]oot|[h]ome|[U]sers|[o]pt)/\w",
    "the host of a package index": r"[p]ypi\.(org|python)|python[h]osted|[n]pmjs\.|[a]rtifactory",
    "a tool that wrote it": r"\b([C]laude|[C]hatGPT|[L]LM|[C]opilot|language [m]odel)\b",
}
TEXT_NOT_OURS = {"LICENSE"}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Return every function with the name of its file."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring."""
    first = function.body[0]
    said = ast.get_docstring(function) is not None
    told = (first.end_lineno or 0) - first.lineno + 1 if said else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


def arguments_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many arguments a caller can give."""
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether Click or a fixture fills the arguments: their number is not our choice."""
    told = " ".join(ast.unparse(each) for each in function.decorator_list)
    return "click." in told or "fixture" in told


def test_no_file_is_longer_than_its_limit() -> None:
    long = {
        name: lines
        for name, text in texts().items()
        if name.endswith((".py", ".html", ".css", ".js")) and "/migrations/" not in name
        if (lines := len(text.splitlines())) > LONGER_FILES.get(name, FILE_LINES_MAX)
    }
    assert not long


def test_no_function_is_longer_than_its_limit() -> None:
    long = {
        f"{name}:{function.name}": lines
        for name, function in functions()
        if (lines := lines_of(function)) > FUNCTION_LINES_MAX
    }
    assert not long


def test_functions_that_take_many_arguments_do_not_become_more() -> None:
    many = [
        f"{name}:{function.name}"
        for name, function in functions()
        if arguments_of(function) > ARGUMENTS_MAX and not is_command(function)
    ]
    assert len(many) <= MORE_ARGUMENTS_COUNT, many


def test_the_kernel_and_the_services_stay_within_their_budgets() -> None:
    def lines(folder: str) -> int:
        return sum(
            len(text.splitlines())
            for name, text in texts().items()
            if name.startswith(folder) and name.endswith(".py")
            if "/tests/" not in name and "/migrations/" not in name and "/texts/" not in name
        )

    assert lines("src/shangheng/kernel/") <= KERNEL_LINES_MAX
    for service in (SOURCE / "services").iterdir():
        if (service / "manifest.py").is_file():
            limit = LARGER_SERVICES.get(service.name, SERVICE_LINES_MAX)
            assert lines(f"src/shangheng/services/{service.name}/") <= limit, service.name


def test_an_exception_that_is_no_longer_needed_is_taken_out() -> None:
    there = {name: len(text.splitlines()) for name, text in texts().items()}
    assert all(there.get(name, 0) > FILE_LINES_MAX for name in LONGER_FILES)


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {
        name
        for name in modules()
        if (name.rpartition("/")[2].removesuffix(".py")) in BANNED_MODULES
    }
    assert named <= ALLOWED_MODULES


def test_every_package_holds_a_docstring_and_no_code() -> None:
    with_code = [
        name
        for name, tree in modules().items()
        if name.endswith("/__init__.py") and name.startswith("src/")
        if len(tree.body) != 1 or ast.get_docstring(tree) is None
    ]
    assert not with_code


def test_every_source_file_names_its_licence() -> None:
    without = [
        name
        for name, text in texts().items()
        if name.endswith((".py", "Makefile", ".ci/run")) and "/migrations/" not in name
        if SPDX not in text[:SPDX_WITHIN]
    ]
    assert not without


@pytest.mark.parametrize("what", BANNED_TEXT)
def test_no_text_holds(what: str) -> None:
    banned = re.compile(BANNED_TEXT[what])
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts().items()
        if name not in TEXT_NOT_OURS
        for number, line in enumerate(text.splitlines(), start=1)
        if banned.search(line)
    ]
    assert not found


def test_every_text_is_utf8_and_ends_in_a_newline() -> None:
    ragged = [
        name
        for name, text in texts().items()
        if text and name.endswith((".py", ".md", ".html", ".toml", ".yaml", ".yml", ".css", ".js"))
        if not text.endswith("\n") or text.endswith("\n\n") or "\r" in text
    ]
    assert not ragged


def test_nothing_large_is_kept_in_the_repository() -> None:
    large = {name_of(path) for path in files() if path.stat().st_size > 3_000_000}
    assert not large
