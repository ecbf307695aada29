# SPDX-License-Identifier: Apache-2.0
"""Where files are laid down for a partner: a folder, an SFTP server, a bucket.

Each is one function that puts named files there in their order, whole or not at all, and over
what was there before: a parcel that is sent again is the same file. Whatever stands in the way is
an ``OSError``.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyarrow import fs

from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.records.store.home import write_durably

Files = Sequence[tuple[str, bytes]]
SSH_PORT = 22
PART = ".part"
NO_SSH = "asyncssh is not installed; install shangheng with the extra sftp"


def _folder(partner: Partner, files: Files) -> None:
    for name, content in files:
        write_durably(Path(partner.address) / name, content)


def _sftp(partner: Partner, files: Files) -> None:
    try:
        ssh = import_module("asyncssh")
    except ImportError as error:
        raise OSError(NO_SSH) from error
    try:
        asyncio.run(_uploaded(ssh, partner, files))
    except ssh.Error as error:
        told = f"{type(error).__name__}: {error.reason}"
        raise OSError(told) from error


async def _uploaded(ssh: Any, partner: Partner, files: Files) -> None:  # noqa: ANN401 - optional
    """Write each file beside its name and move it there once it is whole."""
    address = urlsplit(partner.address)
    async with asyncio.timeout(partner.timeout_s):
        connection = await ssh.connect(
            address.hostname, address.port or SSH_PORT, username=partner.user, config=None,
            known_hosts=partner.authority, client_keys=[partner.identity] * bool(partner.identity),
            password=partner.token or None, agent_path=None,
        )  # fmt: skip
        async with connection, connection.start_sftp_client() as there:
            for name, content in files:
                path = f"{address.path.rstrip('/')}/{name}"
                async with there.open(path + PART, "wb") as file:
                    await file.write(content)
                    await file.fsync()
                await there.posix_rename(path + PART, path)


def _s3(partner: Partner, files: Files) -> None:
    """Put objects; one that is not written to its end is none."""
    address = urlsplit(partner.address)
    store = fs.S3FileSystem(
        access_key=partner.user, secret_key=partner.token, region=partner.region,
        scheme=address.scheme, endpoint_override=address.netloc, background_writes=False,
        tls_ca_file_path=partner.authority or None, connect_timeout=partner.timeout_s,
        request_timeout=partner.timeout_s,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
    )  # fmt: skip
    for name, content in files:
        with store.open_output_stream(f"{address.path.strip('/')}/{name}") as stream:
            stream.write(content)


DROPS: Mapping[str, Callable[[Partner, Files], None]] = {
    "folder": _folder, "sftp": _sftp, "s3": _s3,
}  # fmt: skip
