# SPDX-License-Identifier: Apache-2.0
import ast
import random
import subprocess
import sys
from pathlib import Path

import pytest

from shangheng.kernel.evidence import (
    bundles,
    standalone,
)
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.tests.logs import (
    opened,
)

pytestmark = pytest.mark.django_db


def test_the_verifier_that_travels_refuses_paths_of_a_wrong_length(bundle: bytes) -> None:
    files, _ = bundles.read(bundle)
    lines = files["proof.tlog-proof"].decode().split("\n")
    longer = "\n".join([*lines[:2], *[lines[2]] * 60, *lines[2:]]).encode()
    shorter = "\n".join([*lines[:2], *lines[3:]]).encode()
    for forged in (longer, shorter, files["proof.tlog-proof"].replace(b"v1", b"v2", 1)):
        verdicts = {
            name: ok for name, ok, _ in standalone.verdicts({**files, "proof.tlog-proof": forged})
        }
        assert not verdicts["inclusion"]
    files.pop("manifest.json")
    verdicts = {name: ok for name, ok, _ in standalone.verdicts(files)}
    assert [name for name, ok in verdicts.items() if not ok] == ["digests"]


def run(folder: Path, data: bytes, *keys: Path) -> subprocess.CompletedProcess[str]:
    (folder / "verify.py").write_bytes(bundles.verifier())
    (folder / "given").write_bytes(data)
    command = [sys.executable, "-I", "-O", "verify.py", "given", *map(str, keys)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_verifier_that_travels_needs_nothing_of_this_program(
    a_log: Log, tmp_path: Path, bundle: bytes
) -> None:
    done = run(tmp_path, bundle, a_log.store.folder / "keys")
    assert (done.returncode, done.stdout.count("ok ")) == (0, 6), done.stdout + done.stderr
    assert run(tmp_path, bundle).returncode == 0
    other = opened(tmp_path / "other")
    assert run(tmp_path, bundle, other.store.folder / "keys").returncode == 1
    source = bundles.verifier().decode()
    assert "shangheng." not in source
    stamp = lines_of_code(source, only=("der", "timestamp"))
    assert lines_of_code(source) - stamp <= 100  # and RFC 3161, which no library at hand checks
    assert stamp <= 25


def lines_of_code(source: str, only: tuple[str, ...] = ()) -> int:
    """Count the lines on which code stands: nothing empty, no comments, no docstrings."""
    tree = ast.parse(source)
    told = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef)]
    texts = {id(node.body[0]) for node in told if ast.get_docstring(node)}
    chosen = [node for node in tree.body if not only or getattr(node, "name", "") in only]
    lines: set[int] = set()
    for node in (each for part in chosen for each in ast.walk(part)):
        if isinstance(node, ast.stmt) and id(node) not in texts:
            end = node.body[0].lineno - 1 if hasattr(node, "body") else node.end_lineno
            lines.update(range(node.lineno, (end or node.lineno) + 1))
    return len(lines)


def test_the_verifier_that_travels_finds_what_ours_finds(
    bundle: bytes,
) -> None:
    files, _ = bundles.read(bundle)
    assert all(ok for _, ok, _ in standalone.verdicts(files))
    cases = {
        "digests": {"cover.html": b"x"},
        "content": {"content.json": files["content.json"] + b" "},
        "record": {"record.txt": b"x"},
        "inclusion": {"entry.json": files["entry.json"].replace(b"P01", b"P02")},
        "signature": {"keys": b""},
        "timestamp": {"checkpoint.tsr": spoilt(files["checkpoint.tsr"])},
    }
    for step, change in cases.items():
        verdicts = {name: ok for name, ok, _ in standalone.verdicts({**files, **change})}
        assert not verdicts[step], step
    chance = random.Random(8)  # noqa: S311
    for name in ("content.json", "entry.json", "proof.tlog-proof", "checkpoint.tsr", "record.txt"):
        for _ in range(20):
            data = bytearray(files[name])
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            changed_ = {**files, name: bytes(data)}
            assert not all(ok for _, ok, _ in standalone.verdicts(changed_)), name
