# SPDX-License-Identifier: Apache-2.0
"""The repository as these tests read it: its files, its Python, its declarations."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shangheng.site.registry import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shangheng"
PARTS = ("src", "tests", "benchmarks")
NOT_OURS = {".git", ".venv", "var", "site-packages", "__pycache__", "dist", "bench-data"}
MADE = {
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".grimp_cache",
    ".hypothesis",
}  # fmt: skip
SERVICES = REGISTRY.services
KINDS = tuple(REGISTRY.kinds.values())
INDICATORS = tuple(REGISTRY.indicators.values())


def name_of(path: Path) -> str:
    """Return a file's name as seen from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is ours, made ones and other people's left out."""
    skipped = NOT_OURS | MADE
    return tuple(sorted(path for path in _walk(ROOT, skipped) if path.is_file()))


def _walk(folder: Path, skipped: set[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in skipped or path == ROOT / "site":
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, skipped)


@cache
def texts() -> dict[str, str]:
    """Return the content of every file that is text, by its name."""
    found = {}
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found[name_of(path)] = content.decode("utf-8")
    return found


@cache
def modules(*, with_tests: bool = True) -> dict[str, ast.Module]:
    """Return each Python file's syntax tree by its name; migrations are made, not written."""
    return {
        name: ast.parse(text)
        for name, text in texts().items()
        if name.endswith(".py") and name.startswith(PARTS) and "/migrations/" not in name
        if with_tests or (name.startswith("src/") and "/tests/" not in name)
    }
