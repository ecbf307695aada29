# SPDX-License-Identifier: Apache-2.0
"""A server of the site, started for a measurement and stopped after it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import KIB, SHANGHENG, environment

HOST = "127.0.0.1"
START_S_MAX = 60


@dataclass
class Server:
    """Where it listens; once it has stopped, the most memory that it held."""

    host: str
    port: int
    pid: int = 0
    peak_mb: float = 0.0

    def cpu_s(self) -> float:
        """Return the seconds that it has used of all cores so far (Linux tells it)."""
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_up(server: Server) -> bool:
    try:
        address = f"http://{server.host}:{server.port}/healthz"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def served(home: Path) -> Iterator[Server]:
    """Serve a home until the block ends."""
    server = Server(HOST, free_port())
    log = home.with_name(f"{home.name}.log")
    with log.open("wb") as out:
        command = [str(SHANGHENG), "serve", "--port", str(server.port)]
        child = subprocess.Popen(command, stdout=out, stderr=out, env=environment(home=home))
        server.pid = child.pid
        try:
            begun = time.perf_counter()
            while not _is_up(server):
                if child.poll() is not None or time.perf_counter() - begun > START_S_MAX:
                    raise SystemExit(f"the server did not start; see {log}")
                time.sleep(0.2)
            yield server
        finally:
            child.send_signal(signal.SIGTERM)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            server.peak_mb = used.ru_maxrss / KIB
