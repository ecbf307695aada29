# SPDX-License-Identifier: Apache-2.0
"""A thousand bytes changed in a whole house, one by one in places of every kind."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.evidence import entries, standalone
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.bundles import packed, read, verify_bundle
from shangheng.kernel.evidence.findings import Objects, Workers, equip
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.verifying import holds
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.registers.concept.forms import Upload
from shangheng.site import auditing, ledger_rows, proving, sealing
from shangheng.site.tests.audited import cases_hand, declared, found, house
from shangheng.site.tests.conftest import orders
from shangheng.site.tests.declared_case import STALL
from shangheng.site.tests.test_declared import STALL_GIVEN

pytestmark = pytest.mark.django_db
__all__ = ["declared", "house"]  # fixtures

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND\xaeB`\x82"
FLIPS, A_ROUND = 1_000, 25
MOMENTS = {"since", "until", "until_before"}
COUNTERPARTS = (
    "kernel_account/", "kernel_transfer/", "kernel_access_post", "kernel_access_person_act/",
    "auth_user/",
)  # fmt: skip
"""Rows that fit each other again if changed alike, as a balance and its transfer: what of
them an audit did not name among other changes, it must name alone. All else it names at once."""
SEPARATORS = {10, 19}  # before hours and parts of seconds several signs say the same
COLUMNS = {
    "kernel_leaf": ("index", "entry hash salt what object_id at"),
    "kernel_checkpoint": ("size", "root note stamp at"),
    "kernel_batch": (
        "folder",
        "number kind digest bytes received_at rows_read accepted corrected unchanged rejected "  # noqa: ISC004
        "ledger_version receipt",
    ),
    "kernel_case": ("number", 'state region holder "values" version seal'),
    "kernel_case_step": ("id", 'act name source target by role at "values" seal leaf'),
    "kernel_register_entry": ("number", "state version seal"),
    "kernel_register_version": (
        "id", 'act "values" effective_from reason recorded_by recorded_at seal leaf'
    ),
    "kernel_reporter": ("code", "first_seen_at"),
    "kernel_reporter_token": ("id", "digest issued_at"),
    "kernel_party": ("uuid", "kind name region first_seen"),
    "kernel_party_code": ("party_id", "scheme value valid_from"),
    "kernel_party_link": ("source_id", "relation target_id valid_from"),
    "kernel_party_act": ("id", "what changes"),
    "kernel_legal_hold": ("number", '"case" reason by leaf'),
    "kernel_answer": ("number", '"case" purpose kind rows digest ledger_version by'),
    "kernel_access_look": ("leaf", "by role noun kind number purpose"),
    "kernel_access_post": (
        "uuid", "person role region party since until void second_factor given_by reason"
    ),
    "kernel_access_post_act": ("id", "act by at reason until_before leaf"),
    "kernel_access_token": (
        "uuid", "person name scopes digest issued_at expires_at revoked_at"
    ),
    "kernel_access_person_act": ("id", "number act person by at reason leaf"),
    "auth_user": ("username", "is_active"),
    "kernel_withdrawal": (
        "id", "number kind reason digest records ledger_version withdrawn_at"
    ),
    "kernel_agreement": (
        "id", "name edition provider kind declared digest until adopted_at ended_at end_reason "  # noqa: ISC004
        "last"
    ),
    "kernel_parcel": ("id", "number first records withdrawn span content made_at leaf"),
    "kernel_delivery": (
        "id", "agreement partner number outcome records delay_ms answer at leaf"
    ),
    "kernel_received": (
        "id", "agreement edition provider number content kind records withdrawn rejected batch "  # noqa: ISC004
        "received_at leaf"
    ),
    "kernel_posting": ("posting", "by at leaf"),
    "kernel_unit": ("code", "zh en decimals"),
    "kernel_account": ("code", "kind owner_id unit_id opened_at posted"),
    "kernel_transfer": (
        "posting", "key source_id target_id amount kind phase at facts source_after target_after"
    ),
}  # fmt: skip
"""What is sealed of each table, by the column that names its rows."""


@dataclass(frozen=True)
class Place:
    """Somewhere a byte can be changed: what an audit calls it, its length, how it is changed."""

    name: str
    length: int
    flip: Callable[[int, int], Callable[[], None]]
    alone: bool = False


Change = tuple[Place, int, int]
"""A place, which of its bytes, which bit of that."""


def of_file(path: Path, name: str, *, alone: bool = False) -> Place:
    def flip(at: int, bit: int) -> Callable[[], None]:
        good = path.read_bytes()
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
        return lambda: path.write_bytes(good) and None

    return Place(name, path.stat().st_size, flip, alone)


def of_row(table: str, key: str, value: Any, column: str) -> Place:
    where = f"FROM {table} WHERE {key} = %s"
    (kind,) = asked(f"SELECT typeof({column}) {where}", value)
    if kind == "null":
        return Place(f"{table}/{value}", 0, lambda _at, _bit: lambda: None)
    told = f"{column} || ''" if kind == "text" else column  # as it lies there, not as a date
    (data,) = asked(f"SELECT {told} {where}", value)

    def flip(at: int, bit: int) -> Callable[[], None]:
        changed: Any = data ^ 1 << bit if kind == "integer" else None
        if changed is None:
            raw = bytearray(data.encode() if kind == "text" else bytes(data))
            is_time = column.endswith("at") or column in MOMENTS
            at -= is_time and at in SEPARATORS
            # In an escaped letter case says nothing, nor does a time's last nought that becomes a
            # space.
            caseless = b"\\u" in raw
            most = 5 if caseless else 4 if is_time and at + 1 == len(raw) else 7
            raw[at] ^= 1 << bit % most
            changed = bytes(raw) if kind == "blob" else raw.decode("utf-8", "replace")
        try:
            with transaction.atomic():
                write(changed)
        except IntegrityError:  # another row has that key: the database lets nobody do this
            return flip(at, bit + 1)
        return lambda: write(data)

    def write(content: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [content, value])

    size = 1 if kind == "integer" else len(data.encode() if kind == "text" else data)
    return Place(f"{table}/{value}", size, flip)


def asked(sql: str, *given: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()


def rows() -> Iterator[list[Place]]:
    for table, (key, columns) in COLUMNS.items():
        quoted = f'"{key}"'
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {quoted} FROM {table}")
            values = [value for (value,) in cursor.fetchall()]
        pairs = product(values, columns.split())
        places = [of_row(table, quoted, value, column) for value, column in pairs]
        yield [place for place in places if place.length]


def places(home: Ledger) -> list[list[Place]]:
    """Return every place in which a byte can be changed, kind by kind."""
    log, ledger = sealing.folder(), home.root
    of_log = [path for path in log.rglob("*") if path.is_file() and ".pending" not in str(path)]
    named = ((path, str(path.relative_to(log))) for path in of_log)
    found = [[of_file(path, name, alone=path.name in {"keys", "checkpoint"})
              for path, name in named]]  # fmt: skip
    for folder in ("tables", "claims", "history"):
        files = [path for path in (ledger / folder).rglob("*") if path.is_file()]
        assert files, folder
        found.append([
            of_file(path, str(path.relative_to(ledger)), alone="_delta_log" in str(path))
            for path in files if not path.name.startswith(".")
        ])  # fmt: skip
    names = {"receipt.json", "hashes.bin", "rejects.sealed"}
    batches = [path for path in (ledger / "batches").rglob("*") if path.name in names]
    found.append([
        of_file(path, str(path.relative_to(ledger))) for path in batches if path.stat().st_size
    ])  # fmt: skip
    archive, answers = (ledger / "archive").rglob("*.sealed"), (ledger / "answers").iterdir()
    found.append([of_file(path, f"archive/{path.name}") for path in archive])
    found.append([of_file(path, f"answers/{path.stem}") for path in answers])
    return [*found, *rows()]


def test_a_thousand_changed_bytes_are_all_found_and_each_place_is_named(house: Ledger) -> None:
    assert found(house) == []
    chance = random.Random(9)  # noqa: S311 - places, not secrets
    kinds = places(house)
    with connection.cursor() as cursor:  # whoever changes the file asks no constraint
        cursor.execute("PRAGMA ignore_check_constraints = ON")
    done = 0
    while done < FLIPS:
        chosen = {each.name: each for each in drawn(kinds, chance)}
        some = [each for each in chosen.values() if not each.alone] or list(chosen.values())[:1]
        changed = [(each, chance.randrange(each.length), chance.randrange(8)) for each in some]
        done += len(changed)
        for place, at, bit in unnamed(house, changed):
            assert place.name.startswith(COUNTERPARTS), (place.name, at, bit)
            assert not unnamed(house, [(place, at, bit)]), (place.name, at, bit)
    assert found(house) == []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def unnamed(house: Ledger, changes: list[Change]) -> list[Change]:
    """Change all these places, put them right again; return those that the audit did not name."""
    restore = [place.flip(at, bit) for place, at, bit in changes]
    where = {word for finding in found(house) for word in finding.where.split()}
    for each in restore:
        each()
    return [change for change in changes if change[0].name not in where]


def drawn(kinds: list[list[Place]], chance: random.Random) -> Iterator[Place]:
    """Draw places for a round: of leaves, or of all else, since an object is found by its leaf."""
    leaves = chance.random() * len(kinds) < 1
    some = [kind for kind in kinds if kind[0].name.startswith("kernel_leaf/") == leaves]
    for _ in range(A_ROUND):
        yield chance.choice(chance.choice(some))


def test_a_case_is_proved_with_every_step_and_all_that_was_attached(
    home: Ledger, declared: None, tmp_path: Path
) -> None:
    photo = Upload("摊.png", PICTURE)
    hand = replace(cases_hand(), house=cases.store.House(files=tmp_path / "files"))
    opened = cases.open_case(STALL, {**STALL_GIVEN, "photo": [photo]}, hand)
    cases.assign(STALL, opened.number, "clerk", hand)
    cases.take_step(STALL, opened.number, "grant", {"place": "A1"}, hand)
    sealing.publish()
    data = proving.bundle(home, opened.number)
    assert holds(verify_bundle(data, sealing.the_log().public))
    files, _ = read(data)
    (name,) = [name for name in files if name.startswith("attached-")]
    assert files[name] == PICTURE
    assert files["cover.pdf"].startswith(b"%PDF")
    assert all(ok for _, ok, _ in standalone.verdicts(files))
    told = json.loads(files["chain.json"])
    told["steps"][1]["by"] = "somebody else"
    wrong = [
        {"chain.json": entries.canonical(told)},
        {"chain.json": entries.canonical({**told, "steps": told["steps"][1:]})},
        {name: PICTURE + b"x"},
    ]
    for change in wrong:
        forged = {**files, **change}
        assert not {step: ok for step, ok, _ in standalone.verdicts(forged)}["chain"]
        assert {each.item for each in verify_bundle(packed(forged)) if not each.ok} >= {"chain"}


class Later(Future[Any]):
    """Work that is done by whoever asks for its result: the rows are in one thread's database."""

    def __init__(self, work: Callable[[Any], Any], given: Any) -> None:
        super().__init__()
        self._work = partial(work, given)

    def result(self, timeout: float | None = None) -> Any:
        self.set_result(self._work())
        return super().result(timeout)


def test_processes_share_the_checks_and_find_the_same(house: Ledger, tmp_path: Path) -> None:
    class Inline:
        """Runs what is handed to it, as a process that was equipped would."""

        def map(self, work: Callable[[Any], Any], parts: list[Any]) -> Iterator[Any]:
            self.parts = len(parts)
            return map(work, parts)

        def submit(self, work: Callable[[Any], Any], given: Any) -> Later:
            return Later(work, given)

    inline: Any = Inline()
    equip(auditing.objects(house, tmp_path))
    assert found(house, Workers(inline, 2)) == []
    assert inline.parts > 2
    for path in (house.root / "archive").rglob("*.sealed"):
        path.write_bytes(spoilt(path.read_bytes()))
    alone = [(each.where, each.code) for each in found(house)]
    assert [(each.where, each.code) for each in found(house, Workers(inline, 2))] == alone
    assert len(alone) >= 6


IN_A_PROCESS_OF_ITS_OWN = """
import sys
from pathlib import Path

import django

django.setup()
from shangheng.kernel.records.reports import Report
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.site import reception, wiring
from shangheng.site.registry import REGISTRY

wiring.prepare("jiangsu")
for path in sorted(Path().glob("*.csv")):
    reception.receive(Report(source=path, kind=REGISTRY.kind("order"), reporter="P01"))
(archived, *_) = wiring.ledger().root.glob("archive/*/*.sealed")
archived.write_bytes(spoilt(archived.read_bytes()))
print(archived.name)
"""
AUDITED = "from shangheng.cli.main import main; main()"


def test_a_killed_audit_does_not_read_the_ledger_again(
    house: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(step: str, done: int, total: int) -> None:
        if step == "parts" and done == total:
            raise KeyboardInterrupt

    def objects() -> Objects:
        return auditing.objects(house, tmp_path)

    with pytest.raises(KeyboardInterrupt):
        audit(sealing.the_log(), objects(), tell=killed)
    read: list[Path] = []

    def digested(path: Path) -> str:
        read.append(path)
        return digest_of(path)

    monkeypatch.setattr(ledger_rows, "digest_of", digested)
    assert audit(sealing.the_log(), objects()) == []
    assert read == []
    (*_, told) = sorted(tmp_path.glob("*.json"))
    told.unlink()  # as if it had been killed before the end of this share
    assert audit(sealing.the_log(), objects()) == []
    assert len(read) == 1
    (*_, hashes) = sorted(tmp_path.glob("*.bin"), key=lambda path: path.stat().st_size)
    hashes.write_bytes(bytes(32) + hashes.read_bytes()[32:])
    codes = {each.code for each in audit(sealing.the_log(), objects())}
    assert codes == {"evidence.rows_not_sealed", "evidence.rows_gone"}


def test_the_command_shares_the_work_between_processes_of_its_own(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.csv").write_bytes(orders(5, first=5 * number))
    own = {
        "SHANGHENG_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "shangheng.site.settings",
    }
    name, told = (
        subprocess.run(
            [sys.executable, "-c", *command],
            capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, **own},  # noqa: TID251
        ).stdout.strip()
        for command in (
            [IN_A_PROCESS_OF_ITS_OWN],
            [AUDITED, "evidence", "audit", "--processes", "2", "--json"],
        )
    )  # fmt: skip
    assert [each["where"] for each in json.loads(told)["findings"]] == [f"archive/{name}"]
