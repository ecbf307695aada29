# SPDX-License-Identifier: Apache-2.0
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel import messages
from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import actions, auditing, entries, log, queries
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.findings import Finding, Objects, committed
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.merkle import leaf_hash
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.evidence.tests.logs import AT, now, opened, seal

pytestmark = pytest.mark.django_db

LEAVES = 520


def content_of(leaf: Leaf) -> bytes:
    number = int(leaf.object_id.removeprefix("thing-"))
    return entries.canonical({"number": number, "secret": f"value {number}"})


def thing(leaf: Leaf) -> Iterator[Finding]:
    if leaf.object_id.removeprefix("thing-").isdigit():
        yield from committed(leaf, content_of(leaf), f"kernel_leaf/{leaf.index} thing")
    else:
        yield Finding(leaf.object_id, "evidence.object_unsealed", {"what": "", "object": ""})


OBJECTS = Objects(
    {"thing.done": thing}, lambda: [("thing.done", f"thing-{n}") for n in range(LEAVES)]
)


@pytest.fixture
def a_log(tmp_path: Path) -> Log:
    a_log = opened(tmp_path)
    actions.begin(a_log, at=AT)
    integrate(a_log, now=now)
    for number in range(LEAVES):
        seal(number)
        if number in (3, 260):
            integrate(a_log, now=now)
    integrate(a_log, now=now)
    return a_log


def found(a_log: Log, **more: Any) -> list[Finding]:
    fresh = log.opened(a_log.keys_folder.parent, durable=False)  # as another process would
    findings = audit(fresh, OBJECTS, **more)
    for finding in findings:
        told = messages.text(finding.code, finding.facts, "en")
        assert not re.search(r"\{\w+\}", told), finding
    return findings


def test_a_whole_log_has_no_findings_and_tells_how_far_it_is(a_log: Log) -> None:
    told: list[tuple[str, int, int]] = []
    assert found(a_log, tell=lambda *step: told.append(step)) == []
    assert {step for step, _, _ in told} == {"checkpoints", "leaves", "objects"}
    seal(LEAVES)
    assert found(a_log) == []


def test_every_changed_byte_of_a_file_is_found_and_its_file_is_named(a_log: Log) -> None:
    files = sorted(
        each
        for each in a_log.store.folder.rglob("*")
        if each.is_file() and ".pending" not in str(each)
    )
    chance = random.Random(3)  # noqa: S311 - places, not secrets
    for _ in range(80):
        path = chance.choice(files)
        good = path.read_bytes()
        at = chance.randrange(len(good))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1 :])
        name = str(path.relative_to(a_log.store.folder))
        where = [word for finding in found(a_log) for word in finding.where.split()]
        assert name in where, (name, at, where)
        path.write_bytes(good)
    assert found(a_log) == []


def flipped(value: Any, chance: random.Random) -> Any:
    """Return a value of a row with one byte, digit or second changed."""
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(8)
    if isinstance(value, str | bytes | memoryview):
        data = bytearray(value.encode() if isinstance(value, str) else bytes(value))
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
        return data.decode("utf-8", "replace") if isinstance(value, str) else bytes(data)
    return value + timedelta(seconds=2 ** chance.randrange(20))


def test_every_changed_row_is_found_and_named(a_log: Log) -> None:
    chance = random.Random(4)  # noqa: S311
    tables: list[tuple[Any, list[str]]] = [
        (LeafRow, ["entry", "hash", "salt", "what", "object_id", "at", "index"]),
        (CheckpointRow, ["root", "note", "stamp", "at", "size"]),
        (LogRow, ["size"]),
    ]
    tables_named = {LeafRow: "kernel_leaf", CheckpointRow: "kernel_checkpoint"}
    for turn in range(45):
        model, columns = tables[turn % 3]
        column = columns[turn // 3 % len(columns)]
        row = chance.choice(list(model.objects.all()))
        good = getattr(row, column)
        key = {"pk": row.pk} if column in ("index", "size") and model is not LogRow else {}
        value = flipped(good, chance)
        if key and model.objects.filter(pk=value).exists():
            continue
        rows = model.objects.filter(pk=row.pk)
        rows.update(**{column: value})
        where = " ".join(finding.where for finding in found(a_log))
        assert where, (model, column)
        if model is not LogRow:
            assert f"{tables_named[model]}/{row.pk}" in where or (key and "stamps/" in where), (
                where
            )
        pk = value if key else row.pk
        model.objects.filter(pk=pk).update(**{column: good})
    assert found(a_log) == []


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_what_is_missing_or_has_no_business_there_is_found(a_log: Log) -> None:
    folder = a_log.store.folder
    (folder / "tile/0/999").write_bytes(b"x")
    (folder / "tile/notes.txt").write_bytes(b"x")
    (folder / "stamps/9.tsr").write_bytes(b"x")
    strangers = ["stamps/9.tsr", "tile/0/999", "tile/notes.txt"]
    assert [finding.where for finding in found(a_log)] == strangers
    (folder / "stamps/9.tsr").unlink()
    (folder / "tile/0/999").unlink()
    (folder / "tile/notes.txt").unlink()
    LeafRow.objects.create(index=900, entry=b"", hash=b"", salt=b"", what="", object_id="", at=AT)
    assert codes(found(a_log)) == {"evidence.leaf_unknown"}
    LeafRow.objects.filter(index=900).delete()
    (folder / "tile/0/001").unlink()
    assert "evidence.file_missing" in codes(found(a_log))


def test_a_key_that_the_log_does_not_tell_of_is_found(a_log: Log, tmp_path: Path) -> None:
    keys, good = a_log.store.folder / "keys", a_log.store.read("keys")
    foreign = log.new_key(a_log.origin).verifier
    for forged in (f"{foreign}\n".encode() + good, good + b"# x\n", b"\xff" + good, b""):
        keys.write_bytes(forged)
        assert "keys" in [finding.where for finding in found(a_log)], forged
    keys.unlink()
    assert "keys" in [finding.where for finding in found(a_log)]


def test_a_row_that_was_changed_with_its_hash_is_found(a_log: Log) -> None:
    LeafRow.objects.filter(index=9).update(entry=b"{}", hash=leaf_hash(b"{}"))
    findings = found(a_log)
    assert {"kernel_leaf/9", "tile/entries/000", "tile/0/000"} <= {f.where for f in findings}
    LeafRow.objects.filter(index=0).update(salt=bytes(16))
    assert "kernel_leaf/0" in [finding.where for finding in found(a_log)]


def test_a_check_that_refuses_is_a_finding(a_log: Log) -> None:
    def refuses(leaf: Leaf) -> Iterator[Finding]:
        raise NotFound("evidence.leaf_unknown", index=leaf.index)
        yield

    findings = audit(a_log, Objects({"thing.done": refuses}))
    assert len(findings) == LEAVES
    assert findings[0].where == "kernel_leaf/1 thing.done thing-0"


def test_an_object_without_a_leaf_is_found(a_log: Log) -> None:
    objects = Objects(
        expected=lambda: [("thing.done", "thing-1"), ("thing.done", "never sealed")],
        wholes=(lambda: [Finding("ledger", "evidence.leaf_missing", {"index": 1})],),
    )
    findings = audit(a_log, objects)
    assert [finding.where for finding in findings] == ["thing.done never sealed", "ledger"]


def test_old_copies_are_found(a_log: Log) -> None:
    old = a_log.store.read("checkpoint")
    for _ in range(2):
        seal(0)
        integrate(a_log, now=now)
    a_log.store.replace("checkpoint", old)
    assert "evidence.checkpoint_behind" in codes(found(a_log))
    a_log.store.replace("checkpoint", CheckpointRow.objects.latest("size").note.encode())
    LeafRow.objects.filter(index__gte=100).delete()
    LogRow.objects.update(size=100)
    assert {"evidence.database_behind", "evidence.leaf_missing"} <= codes(found(a_log))
    (a_log.store.folder / "checkpoint").unlink()
    assert "evidence.file_missing" in codes(found(a_log))


def test_a_killed_audit_is_gone_on_with(
    a_log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "KEPT_EVERY_S", 0)
    state = tmp_path / "audit.json"
    LeafRow.objects.filter(index=7).update(object_id="changed")
    told: list[int] = []

    def killed(step: str, done: int, total: int) -> None:
        if step == "leaves":
            told.append(done)
            if done == 512:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(a_log, OBJECTS, state=state, tell=killed)
    assert state.exists()
    again: list[int] = []
    findings = audit(
        a_log,
        OBJECTS,
        state=state,
        tell=lambda s, n, _: again.append(n) if s == "leaves" else None,
    )
    assert (told, again) == ([0, 256, 512], [512])
    assert [finding.where for finding in findings][:1] == ["kernel_leaf/7"]
    assert findings == [
        Finding(each.where, each.code, dict(each.facts)) for each in audit(a_log, OBJECTS)
    ]
    assert not state.exists()


def test_an_empty_log_has_no_findings(tmp_path: Path) -> None:
    assert audit(opened(tmp_path), Objects()) == []
    assert list(queries.leaves()) == []
