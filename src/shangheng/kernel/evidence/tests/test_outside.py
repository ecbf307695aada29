# SPDX-License-Identifier: Apache-2.0
"""An authority and witnesses elsewhere: real ones on this machine, openssl's among them."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from shangheng.kernel.errors import (
    Conflict,
    EvidenceBroken,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
)
from shangheng.kernel.evidence import actions, log, notes, queries, timestamps, witnessing
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.findings import Objects
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.evidence.log import Log, Outside
from shangheng.kernel.evidence.tests.logs import opened, seal
from shangheng.kernel.evidence.timestamps import Issuer
from shangheng.kernel.evidence.witnessing import Post, Witness, add_checkpoint, request

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
YEAR = timedelta(days=365)
Answer = Callable[[bytes], tuple[int, bytes]]


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - openssl looks at the clock as well


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve one thing on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def authority() -> tuple[Issuer, Issuer]:
    """Return a root and an authority under it that are not those of the log."""
    begin = clock().replace(microsecond=0) - timedelta(minutes=5)
    root = timestamps.make_root("elsewhere", valid_from=begin, valid_until=begin + YEAR)
    issuer = timestamps.make_authority(
        "tsa elsewhere", root, valid_from=begin, valid_until=begin + YEAR
    )
    return root, issuer


def by_openssl(folder: Path, issuer: Issuer) -> Answer:
    """Answer as `openssl ts -reply` does."""
    key = issuer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(key)
    (folder / "tsa.pem").write_bytes(issuer.certificate.public_bytes(Encoding.PEM))
    (folder / "serial").write_text("01\n", encoding="ascii")
    (folder / "conf").write_text(
        f"[tsa]\nserial={folder}/serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\n"
        "signer_digest=sha256\ness_cert_id_alg=sha256\naccuracy=secs:1\nordering=no\n",
        encoding="ascii",
    )

    def answer(body: bytes) -> tuple[int, bytes]:
        (folder / "query").write_bytes(body)
        command = "openssl ts -reply -config conf -section tsa -queryfile query -signer tsa.pem "
        subprocess.run(
            [*command.split(), "-inkey", "key.pem", "-out", "reply"],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        return 200, (folder / "reply").read_bytes()

    return answer


def with_outside(a_log: Log, outside: Outside) -> Log:
    return log.opened(a_log.keys_folder.parent, durable=False, outside=outside)


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
def test_an_authority_elsewhere_stamps_the_checkpoints(
    tmp_path: Path, authority: tuple[Issuer, Issuer]
) -> None:
    root, issuer = authority
    plain = opened(tmp_path)
    with served(by_openssl(tmp_path, issuer)) as url:
        a_log = with_outside(plain, Outside(tsa=url, roots=(root.certificate,)))
        actions.begin(a_log, at=clock())
        assert [each.where for each in audit(a_log, Objects())] == []
        actions.trust_outside(a_log, at=clock())
        actions.trust_outside(a_log, at=clock())
        integrate(a_log, now=clock)
    (signed,) = queries.signed()
    assert a_log.stamped_at(signed.stamp, signed.note) == signed.at
    assert [leaf.what for leaf in queries.leaves()] == ["key.added", "stamp.trusted"]
    assert audit(a_log, Objects()) == []
    assert audit(opened(tmp_path), Objects()) == []  # its root is published, for good
    stamp, note, roots = (tmp_path / name for name in ("stamp", "note", "roots.pem"))
    stamp.write_bytes(signed.stamp)
    note.write_text(signed.note, encoding="utf-8")
    roots.write_bytes(root.certificate.public_bytes(Encoding.PEM))
    told = subprocess.run(
        ["openssl", "ts", "-verify", "-in", stamp, "-data", note, "-CAfile", roots],
        capture_output=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


def test_an_authority_that_is_silent_wrong_or_late_stamps_nothing(
    tmp_path: Path, authority: tuple[Issuer, Issuer]
) -> None:
    root, issuer = authority
    plain = opened(tmp_path)
    seal(1)

    def late(body: bytes) -> tuple[int, bytes]:
        return 200, timestamps.respond(body, issuer, at=clock() - timedelta(minutes=3), serial=1)

    def replayed(_: bytes) -> tuple[int, bytes]:
        other = timestamps.request(bytes(32), nonce=1)
        return 200, timestamps.respond(other, issuer, at=clock(), serial=1)

    def ours(body: bytes) -> tuple[int, bytes]:
        return 200, timestamps.respond(body, plain.authority, at=clock(), serial=1)

    cases: list[tuple[Answer, str]] = [
        (late, "evidence.tsa_clock"), (replayed, "evidence.stamp_other_digest"),
        (ours, "evidence.stamp_chain"), (lambda _: (500, b"no"), "evidence.stamp_malformed"),
    ]  # fmt: skip
    for answer, code in cases:
        with served(answer) as url:
            a_log = with_outside(plain, Outside(tsa=url, roots=(root.certificate,)))
            with pytest.raises((Invalid, Unavailable), match=code.replace(".", r"\.")):
                integrate(a_log, now=clock)
        assert a_log.published() is None
    with pytest.raises(Unavailable, match=r"evidence\.outside_silent"):
        integrate(a_log, now=clock)
    assert list(queries.signed()) == []
    with pytest.raises(Invalid, match=r"evidence\.outside_address"):
        integrate(with_outside(plain, Outside(tsa="file:///etc/passwd")), now=clock)
    assert integrate(plain, now=clock) is not None  # nothing was lost meanwhile


def post_of(folder: Path, *logs: Log) -> Post:
    signer = SignerKey("elsewhere/witness", Kind.COSIGNATURE, bytes(range(32)))
    keys = tuple(key for each in logs for key in each.public.verifiers)
    return Post(folder / "witness", signer, keys)


def witnessed_by(post: Post) -> Answer:
    def answer(body: bytes) -> tuple[int, bytes]:
        try:
            return 200, add_checkpoint(post, body, at=clock()).encode()
        except Conflict as stands:
            return 409, f"{stands.facts['size']}\n".encode()
        except (Invalid, NotFound, NotPermitted) as refusal:
            return 422, str(refusal).encode()

    return answer


def test_witnesses_cosign_what_grew_and_the_log_goes_on_without_silent_ones(
    tmp_path: Path,
) -> None:
    plain = opened(tmp_path)
    post = post_of(tmp_path, plain)
    with served(witnessed_by(post)) as url:
        silent = Witness(
            SignerKey("s/w", Kind.COSIGNATURE, bytes(32)).verifier, "http://127.0.0.1:9"
        )
        here = Witness(post.signer.verifier, url)
        a_log = with_outside(plain, Outside(witnesses=(silent, here)))
        for number in range(5):
            seal(number)
            if number == 2:
                integrate(plain, now=clock)  # one that the witness never saw
            else:
                integrate(a_log, now=clock)
    published = a_log.published()
    assert published is not None
    assert [each.name for each in published[1].by_witnesses] == ["elsewhere/witness"]
    assert abs(int(published[1].by_witnesses[0].at or 0) - clock().timestamp()) < 60
    cosigned = ["elsewhere/witness" in each.note for each in queries.signed()]
    assert cosigned == [True, True, False, True, True]
    assert audit(a_log, Objects()) == []


def test_a_witness_signs_no_fork_and_answers_each_refusal_with_its_reason(
    tmp_path: Path,
) -> None:
    a_log = opened(tmp_path)
    post = post_of(tmp_path, a_log)
    for number in range(3):
        seal(number)
    integrate(a_log, now=clock)
    published = a_log.published()
    assert published is not None
    note = published[0]
    lines = add_checkpoint(post, request(0, [], note), at=clock())
    assert notes.open_note(note + lines, [post.signer.verifier]).signatures
    assert add_checkpoint(post, request(3, [], note), at=clock())
    forked, larger = a_log.sign(3, bytes(32)), a_log.sign(5, bytes(32))
    unknown = notes.sign("stranger/log\n1\nAAAA\n", log.new_key("stranger/log"))
    unsigned = notes.sign(note.partition("\n\n")[0] + "\n", log.new_key(a_log.origin))
    cases: list[tuple[bytes, type[Exception], str]] = [
        (request(0, [], note), Conflict, "witness_size"),
        (request(3, [], forked), Invalid, "witness_fork"),
        (request(3, [bytes(32)], larger), Invalid, "witness_fork"),
        (request(3, [bytes(32)], note), Invalid, "witness_fork"),
        (request(4, [], note), Invalid, "witness_malformed"),
        (request(0, [], unknown), NotFound, "witness_origin"),
        (request(3, [], unsigned), NotPermitted, "witness_unsigned"),
        (request(3, [], note.replace("3\n", "4\n", 1)), NotPermitted, "witness_unsigned"),
        (request(3, [bytes(32)] * 64, note), Invalid, "witness_malformed"),
        (b"old 3\n", Invalid, "witness_malformed"),
        (b"\xff", Invalid, "witness_malformed"),
    ]  # fmt: skip
    for body, kind, code in cases:
        with pytest.raises(kind, match=code):
            add_checkpoint(post, body, at=clock())


def test_witnesses_are_read_from_lines() -> None:
    key = SignerKey("w/w", Kind.COSIGNATURE, bytes(32)).verifier
    told = witnessing.parse_witnesses(f"# ours\n\n{key} https://w.example/x/\n")
    assert told == (Witness(key, "https://w.example/x"),)
    with pytest.raises(Invalid, match="witness_line"):
        witnessing.parse_witnesses(f"{key}\n")


def test_a_fork_raises_the_alarm_with_both_checkpoints(
    tmp_path: Path,
) -> None:
    a_log = opened(tmp_path)
    for number in range(3):
        seal(number)
        integrate(a_log, now=clock)
    published = a_log.published()
    assert published is not None
    forked = a_log.sign(2, bytes(32))
    with pytest.raises(EvidenceBroken) as alarm:
        queries.growth_since(a_log, forked)
    assert alarm.value.code == "evidence.forked"
    assert {alarm.value.facts["checkpoint"], alarm.value.facts["other"]} == {forked, published[0]}
