# SPDX-License-Identifier: Apache-2.0
"""A log in a temporary home, and things that are sealed in it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any

from shangheng.kernel import messages
from shangheng.kernel.evidence import actions, log, sealing
from shangheng.kernel.evidence.cover import Cover
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.tiles import LEVEL_MAX, TILE_HEIGHT, Tile, tiles_added
from shangheng.kernel.evidence.verifying import Verdict, holds

AT = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
SECRET = bytes(range(32))
COVER = Cover("批次存证", "Evidence of a batch", (("报送单位", "Reporter", "P01 <b>"),))


def now() -> datetime:
    return AT + timedelta(seconds=5)


def tiles_of(size: int) -> Iterator[Tile]:
    """Return every tile and bundle of a log of `size` leaves, bundles first, then by level."""
    yield from tiles_added(None, 0, size)
    for level in takewhile(lambda level: size >> (TILE_HEIGHT * level), range(LEVEL_MAX + 1)):
        yield from tiles_added(level, 0, size)


def opened(home: Path) -> Log:
    log.make(home, name="test.shangheng", at=AT)
    return log.opened(home, durable=False)


def seal(number: int = 0, **facts: str | int) -> int:
    content = {"number": number, "secret": f"value {number}"}
    return actions.seal("thing.done", f"thing-{number}", content, at=AT, facts=facts)


def receipt(**changes: Any) -> dict[str, Any]:
    return {
        "batch": "B1", "reporter": "P01", "kind": "order", "bytes": 1234,
        "digest": "sha256:" + "ab" * 32, "rows_read": 5, "accepted": 5, "corrected": 0,
        "unchanged": 0, "rejected": 0, "file": "订单 \U0001f600.csv",
        "totals": {"CNY": {"paid": "12.5000"}}, **changes,
    }  # fmt: skip


def hashes(folder: Path, count: int = 5) -> Path:
    path = folder / "hashes.bin"
    path.write_bytes(b"".join(sha256(b"record %d" % n).digest() for n in range(count)))
    return path


def seal_batch(folder: Path, count: int = 5) -> dict[str, Any]:
    """Seal a batch of some records and return its receipt."""
    sealed = sealing.seal_records(hashes(folder, count), SECRET)
    told = receipt(
        records_root="sha256:" + sealed.root.hex(), records=sealed.records,
        recorded_at=AT.isoformat(),
    )  # fmt: skip
    actions.seal_batches({"b1": told})
    return told


def text(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False)


def failed(verdicts: list[Verdict]) -> dict[str, str]:
    for verdict in verdicts:
        zh, en = messages.MESSAGES[verdict.code]
        assert messages.text(verdict.code, verdict.facts, "zh") != zh or "{" not in zh
        said = messages.text(verdict.code, verdict.facts, "en")
        assert not re.search(r"\{[a-z_]+\}", said), en  # a fact that was not given
    assert holds(verdicts) == all(verdict.ok for verdict in verdicts)
    return {verdict.item: verdict.code for verdict in verdicts if not verdict.ok}
