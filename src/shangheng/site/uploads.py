# SPDX-License-Identifier: Apache-2.0
"""Uploads from the browser: a file waits in a folder of its own while it is being checked.

The folder holds the bytes and what is known of them, so that the progress can be left and found
again, a worker that dies loses nothing, and the next start goes on where it stopped: intake takes
the same batch again without counting it twice.
"""

import json
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import structlog

from shangheng.kernel.errors import Fault, NotFound, ShanghengError

State = Literal["waiting", "checking", "done", "refused", "failed"]
Progress = Callable[[str, int, int], None]
Take = Callable[["Upload", Path, Progress], str]
"""Takes a file in, telling how far it is; returns the number of its batch, "" of a mere check."""

TRIALS_KEPT = timedelta(days=1)
"""How long the outcome of a check stays: its rows hold persons, as the file that was sent did."""
ENDED: tuple[State, ...] = ("done", "refused", "failed")
_LETTERS = frozenset("0123456789abcdef")
_log = structlog.get_logger("shangheng.site")
_one_at_a_time = threading.Semaphore(2)


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent from a browser, and how far its check has come."""

    id: str
    file: str
    kind: str
    reporter: str
    batch: str
    mapping: str
    sender: str
    received_at: str
    bytes: int
    state: State = "waiting"
    step: str = ""
    done: int = 0
    total: int = 0
    code: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    is_trial: bool = False

    @property
    def at(self) -> datetime:
        """Return when it arrived."""
        return datetime.fromisoformat(self.received_at)

    @property
    def ended(self) -> bool:
        """Return whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True)
class Desk:
    """The folder of the uploads."""

    root: Path

    def folder(self, upload: str) -> Path:
        """Return the folder of one upload; the id comes from an address, so it is checked."""
        if not upload or not set(upload) <= _LETTERS:
            raise NotFound("upload.unknown", upload=upload)
        return self.root / upload

    def data(self, upload: Upload) -> Path:
        """Return the file with its bytes; the ending of its name tells the format."""
        ending = "".join(Path(upload.file).suffixes[-2:])
        return self.folder(upload.id) / f"data{ending}"

    def save(self, upload: Upload) -> None:
        """Write what is known; a reader sees the old or the new, never a half."""
        path = self.folder(upload.id) / "upload.json"
        scratch = path.with_suffix(".new")
        scratch.write_text(json.dumps(asdict(upload), ensure_ascii=False), encoding="utf-8")
        scratch.replace(path)

    def find(self, upload: str) -> Upload:
        """Return an upload."""
        path = self.folder(upload) / "upload.json"
        if not path.is_file():
            raise NotFound("upload.unknown", upload=upload)
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Upload(**{**plain, "facts": tuple(tuple(pair) for pair in plain["facts"])})

    def all(self) -> tuple[Upload, ...]:
        """Return all uploads, latest first."""
        found = (path.parent.name for path in self.root.glob("*/upload.json"))
        uploads = [each for name in found if (each := self._held(name)) is not None]
        return tuple(sorted(uploads, key=lambda each: each.received_at, reverse=True))

    def _held(self, name: str) -> Upload | None:
        try:
            return self.find(name)
        except (NotFound, FileNotFoundError):  # cleared since the folder was listed
            return None

    def keep(self, upload: Upload, scratch: Path) -> Upload:
        """Move a received file into a folder of its own."""
        named = replace(upload, id=secrets.token_hex(8), bytes=scratch.stat().st_size)
        named = replace(named, total=named.bytes)
        self.folder(named.id).mkdir(parents=True, mode=0o700)
        shutil.move(scratch, self.data(named))
        self.save(named)
        return named

    def clear(self, now: datetime) -> int:
        """Remove the checks whose outcome was kept for its time; return how many."""
        old = [each for each in self.all() if each.is_trial and each.at < now - TRIALS_KEPT]
        for each in old:
            shutil.rmtree(self.folder(each.id), ignore_errors=True)  # another may be at it
        return len(old)

    def start(self, upload: Upload, take: Take) -> threading.Thread:
        """Check an upload beside the requests; the page asks how far it is."""
        thread = threading.Thread(target=self._run, args=(upload, take), daemon=True)
        thread.start()
        return thread

    def resume(self, take: Take) -> None:
        """Go on with what a stopped server left."""
        for upload in self.all():
            if not upload.ended:
                self.start(upload, take)

    def _run(self, upload: Upload, take: Take) -> None:
        def progress(step: str, done: int, total: int) -> None:
            self.save(replace(upload, state="checking", step=step, done=done, total=total))

        with _one_at_a_time:
            progress("reading", 0, upload.bytes)
            data = self.data(upload)
            try:
                batch = take(upload, data, progress)
            except ShanghengError as error:
                state: State = "failed" if isinstance(error, Fault) else "refused"
                facts = tuple((name, str(value)) for name, value in error.facts.items())
                self.save(replace(upload, state=state, code=error.code, facts=facts))
                _log.warning("upload_ended", upload=upload.id, code=error.code)
            except Exception:  # noqa: BLE001
                # The outermost loop of a job: what is not foreseen must reach the sender too.
                self.save(replace(upload, state="failed", code="upload.failed"))
                _log.exception("upload_failed", upload=upload.id)
            else:
                self.save(replace(upload, state="done", batch=batch, done=upload.bytes))
            data.unlink(missing_ok=True)
