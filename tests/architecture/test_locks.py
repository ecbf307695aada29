# SPDX-License-Identifier: Apache-2.0
"""The lock files are in step with ``pyproject.toml``: pinned, hashed, naming no index host."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from architecture.tree import ROOT

GROUPS = {
    "requirements.lock": ("build",),
    "requirements-dev.lock": ("build", "dev"),
    "requirements-bench.lock": ("build", "bench"),
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
every_lock = pytest.mark.parametrize("lock", GROUPS)


def entries(lock: str) -> list[str]:
    """Return a lock file's entries, each on one line."""
    return (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", "").splitlines()


def pinned(lock: str, python: str = "3.11") -> dict[str, str]:
    """Return the version of each package that a Linux machine with that Python gets."""
    here = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    found = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split("--hash")[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(here):
            found[canonicalize_name(requirement.name)] = str(requirement.specifier)
    return found


def declared(lock: str) -> list[Requirement]:
    """Return what ``pyproject.toml`` asks for in that lock file."""
    groups = PROJECT["dependency-groups"]
    wanted = [*PROJECT["project"]["dependencies"]]
    for group in GROUPS[lock]:
        wanted += groups[group]
    return [Requirement(each) for each in wanted]


@every_lock
@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_pinned_to_a_version_that_it_allows(lock: str, python: str) -> None:
    versions = pinned(lock, python)
    for requirement in declared(lock):
        version = versions[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version, prereleases=True), requirement


@every_lock
def test_every_pin_is_exact_and_hashed(lock: str) -> None:
    for entry in entries(lock):
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@every_lock
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|@ |--index|--find-links|--extra|^#", text, re.MULTILINE)


@pytest.mark.parametrize("lock", [name for name in GROUPS if name != "requirements.lock"])
def test_tests_and_measurements_run_on_the_versions_that_are_shipped(lock: str) -> None:
    assert pinned("requirements.lock").items() <= pinned(lock).items()
