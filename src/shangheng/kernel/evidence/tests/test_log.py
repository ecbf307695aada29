# SPDX-License-Identifier: Apache-2.0
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound, Unavailable
from shangheng.kernel.evidence import actions, entries, log, merkle, queries
from shangheng.kernel.evidence.integrating import integrate, stamp_path
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow
from shangheng.kernel.evidence.public_keys import encode_keys, parse_keys
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tests.logs import AT, now, opened, seal
from shangheng.kernel.evidence.tiled_tree import TiledTree
from shangheng.kernel.evidence.timestamp_checks import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_log(tmp_path: Path) -> Log:
    return opened(tmp_path)


def grown(a_log: Log, count: int) -> None:
    for number in range(count):
        seal(number)
    integrate(a_log, now=now)


def test_leaves_are_numbered_without_gaps_even_where_an_action_fails() -> None:
    assert [seal(0), seal(1)] == [0, 1]

    def fails() -> None:
        with transaction.atomic():
            seal(2)
            raise IntegrityError

    with pytest.raises(IntegrityError):
        fails()
    assert seal(3) == 2
    assert queries.size() == 3
    assert [leaf.index for leaf in queries.leaves()] == [0, 1, 2]


def test_a_leaf_shows_nothing_of_its_content() -> None:
    seal(7, kind="order")
    (leaf,) = queries.leaves_of("thing-7")
    entry = entries.parse(leaf.entry)
    content = entries.canonical({"number": 7, "secret": "value 7"})
    assert b"value" not in leaf.entry
    assert (entry.what, entry.object_id, entry.facts) == (
        "thing.done",
        "thing-7",
        {"kind": "order"},
    )
    assert entries.commitment(leaf.salt, content) == entry.commitment
    assert leaf.hash == merkle.leaf_hash(leaf.entry)
    seal(7)
    assert len({leaf.entry for leaf in queries.leaves_of("thing-7")}) == 2


def test_what_is_sequenced_is_published_once_integrated(a_log: Log) -> None:
    assert integrate(a_log, now=now) is None
    grown(a_log, 300)
    published = a_log.published()
    assert published is not None
    note, signed = published
    leaves = [leaf.hash for leaf in queries.leaves()]
    assert (signed.checkpoint.size, signed.checkpoint.root) == (300, merkle.root(leaves))
    assert TiledTree(a_log.store, 300).entry(299) == queries.leaf(299).entry
    stamp = a_log.store.read(stamp_path(300))
    stamped = check(stamp, sha256(note.encode()).digest(), a_log.stamp_trust)
    assert stamped.at == now()
    assert integrate(a_log, now=now) == signed.checkpoint
    assert CheckpointRow.objects.count() == 1


def test_whoever_finds_its_leaf_published_does_nothing(a_log: Log) -> None:
    grown(a_log, 3)
    seal(3)
    seen = integrate(a_log, now=now, until=2)
    assert seen is not None
    assert seen.size == 3
    later = integrate(a_log, now=now, until=3)
    assert later is not None
    assert later.size == 4


def test_what_another_published_while_one_waited_for_the_pen_is_found(
    a_log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(a_log, 2)
    seal(2)
    answers = [None]
    real = Log.published
    with monkeypatch.context() as patched:
        patched.setattr(Log, "published", lambda log_: answers.pop() if answers else real(log_))
        seen = integrate(a_log, now=now, until=1)
    assert seen is not None
    assert seen.size == 2


def test_an_empty_checkpoint_can_be_grown_from(a_log: Log) -> None:
    empty = merkle.root([])
    note = a_log.sign(0, empty)
    CheckpointRow.objects.create(size=0, root=empty, note=note, stamp=b"", at=AT)
    a_log.store.replace("checkpoint", note.encode())
    grown(a_log, 1)
    published = a_log.published()
    assert published is not None
    assert published[1].checkpoint.size == 1


def test_growing_in_rounds_makes_the_same_tree(
    a_log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangheng.kernel.evidence.integrating.ROUND_LEAVES", 256)
    grown(a_log, 700)
    store = TileStore(tmp_path / "other", durable=False)
    TiledTree(store).append([leaf.entry for leaf in queries.leaves()])
    for path in (each for each in store.folder.rglob("*") if each.is_file()):
        assert a_log.store.read(str(path.relative_to(store.folder))) == path.read_bytes()


@pytest.mark.parametrize("step", ["tiles", "row", "stamp", "checkpoint"])
def test_crashes_between_two_steps_are_mended_by_going_on(
    a_log: Log, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    grown(a_log, 3)
    for number in range(3, 258):
        seal(number)

    class KilledError(Exception):
        pass

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as broken:
        if step == "tiles":
            broken.setattr("shangheng.kernel.evidence.log.Log.sign", killed)
        elif step == "row":
            broken.setattr(CheckpointRow.objects, "create", killed)
        elif step == "checkpoint":
            broken.setattr(TileStore, "replace", killed)
        else:
            integrating = "shangheng.kernel.evidence.integrating.stamp_path"
            broken.setattr(integrating, killed)
        for number in (258, 259):  # the next one is killed there, too, with a larger tree
            with pytest.raises(KilledError):
                integrate(a_log, now=now)
            seal(number)
    seen = a_log.published()
    assert seen is not None
    assert seen[1].checkpoint.size == 3
    seal(260)
    later = integrate(a_log, now=now)
    assert later is not None
    assert later.size == 261
    assert later.root == merkle.root([leaf.hash for leaf in queries.leaves()])
    for row in CheckpointRow.objects.all():
        assert TiledTree(a_log.store, row.size).root() == bytes(row.root)
    assert CheckpointRow.objects.count() == (2 if step in ("tiles", "row") else 3)


def broken_by(a_log: Log, code: str) -> EvidenceBroken:
    with pytest.raises(EvidenceBroken) as fault:
        integrate(a_log, now=now)
    assert fault.value.code == code
    return fault.value


def test_an_old_copy_of_the_database_is_noticed(a_log: Log) -> None:
    grown(a_log, 5)
    LeafRow.objects.filter(index__gte=3).delete()
    CheckpointRow.objects.all().delete()
    LogRow.objects.update(size=3)
    fault = broken_by(a_log, "evidence.database_behind")
    assert (fault.facts["sequenced"], fault.facts["published"]) == (3, 5)
    assert fault.facts["checkpoint"].startswith(a_log.origin)


def test_an_old_copy_that_has_grown_again_is_noticed(a_log: Log) -> None:
    grown(a_log, 5)
    LeafRow.objects.filter(index__gte=3).delete()
    CheckpointRow.objects.all().delete()
    LogRow.objects.update(size=3)
    for number in range(10, 14):
        seal(number)
    broken_by(a_log, "evidence.forked")
    published = a_log.published()
    assert published is not None
    note, tree = published[0], published[1].checkpoint
    CheckpointRow.objects.create(size=5, root=tree.root, note=note, stamp=b"", at=AT)
    broken_by(a_log, "evidence.rows_differ")


def test_two_roots_for_one_size_are_a_fork_and_both_are_told(a_log: Log) -> None:
    grown(a_log, 5)
    row = CheckpointRow.objects.get(size=5)
    row.note, row.root = a_log.sign(5, bytes(32)), bytes(32)
    row.save()
    seal(5)
    fault = broken_by(a_log, "evidence.forked")
    assert fault.facts["checkpoint"] != fault.facts["other"]


def test_another_root_that_was_signed_but_not_published_is_a_fork(a_log: Log) -> None:
    grown(a_log, 5)
    note = a_log.sign(6, bytes(32))
    CheckpointRow.objects.create(size=6, root=bytes(32), note=note, stamp=b"", at=AT)
    seal(5)
    fault = broken_by(a_log, "evidence.forked")
    assert fault.facts["checkpoint"] == note
    assert fault.facts["other"] != note


def test_a_checkpoint_that_was_put_back_is_noticed(a_log: Log) -> None:
    grown(a_log, 2)
    old = a_log.store.read("checkpoint")
    for size in (3, 4):
        seal(size)
        integrate(a_log, now=now)
    a_log.store.replace("checkpoint", old)
    broken_by(a_log, "evidence.checkpoint_behind")


def test_altered_tiles_and_rows_stop_the_integrator(a_log: Log) -> None:
    grown(a_log, 5)
    seal(5)
    tile = a_log.store.folder / "tile/0/000.p/5"
    good = tile.read_bytes()
    tile.write_bytes(bytes(32) + good[32:])
    broken_by(a_log, "evidence.tiles_differ")
    tile.write_bytes(good)
    LeafRow.objects.filter(index=5).update(entry=b"{}")
    broken_by(a_log, "evidence.leaf_altered")
    LeafRow.objects.filter(index=5).delete()
    broken_by(a_log, "evidence.leaf_missing")
    seal(6)
    assert broken_by(a_log, "evidence.leaf_missing").facts["index"] == 5


def test_keys_can_be_read_by_their_owner_only_and_are_made_once(tmp_path: Path) -> None:
    first, again = opened(tmp_path), opened(tmp_path)
    assert first.signers == again.signers
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for name in ("log.key", "stamp.pem", "stamp-root.pem"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    public = first.store.read("keys").decode()
    assert "PRIVATE" not in public
    assert public == encode_keys(first.public)
    assert parse_keys(public) == first.public
    assert opened(tmp_path / "other").origin != first.origin


def test_a_key_may_be_kept_elsewhere(tmp_path: Path) -> None:
    secret = log.new_key("elsewhere/log").text
    made = log.make(tmp_path, name="x", at=AT, given=secret)
    assert made.origin == "elsewhere/log"
    assert not (tmp_path / "keys" / "log.key").exists()
    with pytest.raises(Unavailable):
        log.opened(tmp_path)
    mixed = f"{secret}\n{log.new_key('other/log').text}\n"
    (tmp_path / "keys" / "log.key").write_text(mixed)
    with pytest.raises(Invalid, match=r"evidence\.keys_of_several_logs"):
        log.opened(tmp_path)


def test_keys_overlap_in_a_rotation_and_the_log_says_so(a_log: Log, tmp_path: Path) -> None:
    actions.begin(a_log, at=AT)
    actions.begin(a_log, at=AT)
    assert queries.size() == 1
    integrate(a_log, now=now)
    old = a_log.signers[0].verifier
    new = actions.rotate(a_log, at=AT)
    both = log.opened(tmp_path, durable=False)
    tree = integrate(both, now=now)
    published = both.published()
    assert tree is not None
    assert published is not None
    assert len(published[1].by_log) == 2
    with pytest.raises(Invalid, match=r"evidence\.key_not_retired"):
        actions.retire(both, "00000000", at=AT)
    actions.retire(both, old.key_id.hex(), at=AT)
    one = log.opened(tmp_path, durable=False)
    integrate(one, now=now)
    published = one.published()
    assert published is not None
    assert [str(each.verifier) for each in one.signers] == [new]
    assert len(published[1].by_log) == 1
    assert old in one.public.verifiers
    assert [leaf.what for leaf in queries.leaves()] == ["key.added", "key.added", "key.retired"]


def test_the_time_stamp_authority_goes_on_with_a_new_key(a_log: Log, tmp_path: Path) -> None:
    grown(a_log, 1)
    actions.renew_stamp(a_log, at=AT)
    renewed = log.opened(tmp_path, durable=False)
    assert renewed.authority.certificate != a_log.authority.certificate
    integrate(renewed, now=now)
    for size in (1, 2):
        note = next(queries.signed(size)).note
        stamp = renewed.store.read(stamp_path(size))
        assert check(stamp, sha256(note.encode()).digest(), renewed.stamp_trust).at == now()


def test_growth_is_shown_from_any_older_checkpoint(a_log: Log) -> None:
    grown(a_log, 3)
    published = a_log.published()
    assert published is not None
    old = published[0]
    for number in range(3, 9):
        seal(number)
    integrate(a_log, now=now)
    growth = queries.growth_since(a_log, old)
    assert (growth.older.size, growth.newer.size) == (3, 9)
    assert merkle.verify_consistency(3, 9, growth.proof, growth.older.root, growth.newer.root)
    with pytest.raises(EvidenceBroken, match=r"evidence\.forked"):
        queries.growth_since(a_log, a_log.sign(3, bytes(32)))
    with pytest.raises(EvidenceBroken, match=r"evidence\.checkpoint_ahead"):
        queries.growth_since(a_log, a_log.sign(10, bytes(32)))
    with pytest.raises(Invalid, match=r"evidence\.checkpoint_empty"):
        queries.growth_since(a_log, a_log.sign(0, merkle.root([])))
    with pytest.raises(Invalid, match=r"evidence\.note_untrusted"):
        queries.growth_since(a_log, old.replace(f"— {a_log.origin} ", "— other "))


def test_rows_tell_of_growth_and_of_unknown_leaves(a_log: Log) -> None:
    grown(a_log, 3)
    assert [(what, count) for _, what, count in queries.counts_by_day()] == [("thing.done", 3)]
    assert [each.size for each in queries.signed()] == [3]
    last = queries.latest()
    assert last is not None
    assert last.size == queries.size() == 3
    assert [leaf.index for leaf in queries.leaves(1, 3)] == [1, 2]
    with pytest.raises(NotFound):
        queries.leaf(3)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"nonsense", b"\xff",
        b'{"at":"2026-11-22","commitment":"","facts":{},"object":"x","what":"a.b"}',
    ],
)  # fmt: skip
def test_a_malformed_entry_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"evidence\.entry_malformed"):
        entries.parse(data)


def test_rows_say_what_they_are(a_log: Log) -> None:
    grown(a_log, 1)
    rows = (LogRow.objects.get(), LeafRow.objects.get(), CheckpointRow.objects.get())
    assert [str(row) for row in rows] == ["1", "0 thing.done", "1"]


def test_keys_that_cannot_be_read_are_refused() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with pytest.raises(Invalid, match=r"evidence\.keys_certificate"):
        parse_keys(broken)
    with pytest.raises(Invalid, match=r"evidence\.key_malformed"):
        parse_keys("no key")
    assert parse_keys("# said\r\n\r\n").verifiers == ()


def test_numbers_with_a_fraction_are_not_sealed() -> None:
    with pytest.raises(Invalid, match=r"evidence\.content_fraction"):
        actions.seal("a.b", "x", {"deep": [{"amount": 1.5}]}, at=AT)
    with pytest.raises(Invalid, match=r"evidence\.entry_length"):
        actions.seal("a.b", "x", b"", at=AT, facts={"long": "x" * 70_000})
    with pytest.raises(Invalid, match=r"evidence\.entry_malformed"):
        actions.seal("not a name", "x", b"", at=AT)
    with pytest.raises(Invalid, match=r"evidence\.entry_malformed"):
        actions.seal("a.b", "\ud800", b"", at=AT)


def test_openssl_verifies_a_published_time_stamp_by_the_published_keys(a_log: Log) -> None:
    grown(a_log, 1)
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", a_log.store.folder / stamp_path(1),
         "-data", a_log.store.folder / "checkpoint", "-CAfile", a_log.store.folder / "keys"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout + done.stderr
