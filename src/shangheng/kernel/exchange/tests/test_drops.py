# SPDX-License-Identifier: Apache-2.0
"""Files laid down at an SFTP server and in a bucket, both real and listening on this machine."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.exchange import actions
from shangheng.kernel.exchange.concept.parcels import parse_slip
from shangheng.kernel.exchange.models import SubscriptionRow
from shangheng.kernel.exchange.store import drops
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.exchange.tests.builders import (
    AT,
    SIGNER,
    Provider,
    agreed,
    partner,
    provider,
)

NO_BUCKETS = "needs moto, which wants an older dateutil than ibis: an environment of its own"
SECRET = "an example"  # noqa: S105


@contextmanager
def sftp_server(folder: Path) -> Iterator[dict[str, Any]]:
    """Serve a folder by SFTP; give what a partner's file would say of it."""
    ssh = pytest.importorskip("asyncssh", reason="asyncssh (dev group) is not installed")
    host, ours = ssh.generate_private_key("ssh-ed25519"), ssh.generate_private_key("ssh-ed25519")
    files = {name: folder / name for name in ("identity", "authorized", "known")}
    ours.write_private_key(str(files["identity"]))
    ours.write_public_key(str(files["authorized"]))
    (folder / "drop").mkdir()
    loop, begun, port = asyncio.new_event_loop(), threading.Event(), 0
    logging.getLogger("asyncssh").setLevel(logging.ERROR)

    async def serve() -> Any:
        def rooted(channel: Any) -> Any:
            return ssh.SFTPServer(channel, chroot=str(folder).encode())

        return await ssh.listen(
            "127.0.0.1", 0, server_host_keys=[host], sftp_factory=rooted,
            authorized_client_keys=str(files["authorized"]),
        )  # fmt: skip

    def run() -> None:
        nonlocal port
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(serve())
        port = server.sockets[0].getsockname()[1]
        begun.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    begun.wait(20)
    public = host.export_public_key().decode()
    files["known"].write_text(f"[127.0.0.1]:{port} {public}", encoding="ascii")
    try:
        yield {"way": "sftp", "address": f"sftp://127.0.0.1:{port}/drop", "user": "shangheng",
               "identity": str(files["identity"]), "authority": str(files["known"])}  # fmt: skip
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)


@pytest.fixture
def by_sftp(tmp_path: Path, db: None) -> Iterator[dict[str, Any]]:
    with sftp_server(tmp_path) as told:
        yield told


@pytest.fixture
def by_s3(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[tuple[dict[str, Any], Any]]:
    """Serve a bucket; give what a partner's file would say of it, and a look into the store."""
    moto = pytest.importorskip("moto.server", reason=NO_BUCKETS)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    look = fs.S3FileSystem(
        access_key="AK", secret_key=SECRET, region="us-east-1", scheme="http",
        endpoint_override=f"{host}:{port}", allow_bucket_creation=True,
    )  # fmt: skip
    look.create_dir("exchange")
    yield (
        {"way": "s3", "address": f"http://{host}:{port}/exchange/tax", "user": "AK",
         "token": SECRET, "timeout_s": 5},
        look,
    )  # fmt: skip
    server.stop()


def delivered(tmp_path: Path, told: dict[str, Any]) -> Provider:
    house = provider(tmp_path, partner(form="lines", **told))
    actions.adopt(agreed(), at=AT)
    for number in (1, 2):
        house.report(number)
        house.cut()
    assert house.deliver().delivered == 2
    return house


def checked(files: dict[str, bytes]) -> list[str]:
    """Check every file against its slip; return the numbers of the orders in them."""
    assert sorted(files) == [
        f"orders.1.{n:09}.ndjson{end}" for n in (1, 2) for end in ("", ".slip")
    ]
    found = []
    for name in sorted(files):
        if not name.endswith(".slip"):
            note = files[f"{name}.slip"].decode()
            slip = parse_slip(open_note(note, [SIGNER.verifier]).text)
            assert slip.body == sha256(files[name]).hexdigest()
            found += [each["order_no"] for each in records_of(files[name])]
    return found


def test_parcels_are_laid_down_whole_at_an_sftp_server(
    tmp_path: Path, by_sftp: dict[str, Any]
) -> None:
    delivered(tmp_path, by_sftp)
    files = {path.name: path.read_bytes() for path in (tmp_path / "drop").iterdir()}
    assert checked(files) == ["N000001", "N000002"]


def test_an_sftp_server_with_another_key_gets_nothing(
    tmp_path: Path, by_sftp: dict[str, Any]
) -> None:
    known = Path(by_sftp["authority"])
    ssh = pytest.importorskip("asyncssh", reason="asyncssh (dev group) is not installed")
    other = ssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    known.write_text(f"{known.read_text('ascii').split()[0]} {other}", encoding="ascii")
    house = provider(tmp_path, partner(**by_sftp))
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.cut()
    assert house.deliver().troubled == 1
    assert "HostKeyNotVerifiable" in SubscriptionRow.objects.get().trouble
    assert not [*(tmp_path / "drop").iterdir()]


def test_without_its_package_sftp_says_what_to_install(
    tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(drops, "import_module", absent)
    told = {"way": "sftp", "address": "sftp://127.0.0.1/drop", "user": "u", "token": SECRET,
            "authority": "known"}  # fmt: skip
    house = provider(tmp_path, partner(**told))
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.cut()
    house.deliver()
    assert "extra sftp" in SubscriptionRow.objects.get().trouble


def test_parcels_are_laid_down_in_a_bucket(tmp_path: Path, by_s3: tuple[Any, Any]) -> None:
    told, look = by_s3
    delivered(tmp_path, told)
    paths = look.get_file_info(fs.FileSelector("exchange/tax"))
    files = {each.base_name: look.open_input_stream(each.path).read() for each in paths}
    assert checked(files) == ["N000001", "N000002"]


def test_a_bucket_that_is_not_there_is_told_and_tried_again(
    tmp_path: Path, by_s3: tuple[Any, Any]
) -> None:
    told, look = by_s3
    house = provider(
        tmp_path, partner(**{**told, "address": told["address"].replace("exchange", "other")})
    )
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.cut()
    assert house.deliver().troubled == 1
    assert SubscriptionRow.objects.get().trouble.startswith(("OSError", "FileNotFoundError"))
    look.create_dir("other")
    house.later(seconds=5)
    assert house.deliver().delivered == 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"way": "sftp", "address": "sftp://h/d", "authority": "k", "token": "t"}, "user"),
        ({"way": "sftp", "address": "sftp://h/d", "user": "u", "token": "t"}, "authority"),
        ({"way": "sftp", "address": "sftp://h/d", "user": "u", "authority": "k"}, "identity"),
        (
            {"way": "sftp", "address": "h/d", "user": "u", "authority": "k", "token": "t"},
            "sftp://",
        ),
        ({"way": "s3", "address": "https://h", "user": "u", "token": "t"}, "bucket"),
        ({"way": "s3", "address": "s3://b", "user": "u", "token": "t"}, "https://"),
        ({"way": "s3", "address": "https://h/b", "user": "u"}, "token"),
    ],
)
def test_a_drop_that_cannot_be_reached_safely_is_refused_when_it_is_declared(
    told: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=r"partner\.wrong") as refusal:
        partner(**told)
    assert any(said in each for each in refusal.value.facts["wrong"])
