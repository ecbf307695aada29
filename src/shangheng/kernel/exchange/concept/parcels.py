# SPDX-License-Identifier: Apache-2.0
"""Parcels (交换包) and their slips (交接单): what is handed over, what to make of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shangheng.kernel.errors import Invalid

SEQUENCE, ACT, RECORD = "_sequence", "_act", "_record"
"""Columns of every shared record: its number, what happened to it, what makes it one."""
PUT, WITHDRAW = "put", "withdraw"
WAIT_FIRST_S, WAIT_MAX_S = 1, 3_600
Verdict = Literal["apply", "again", "gap", "other"]


@dataclass(frozen=True)
class Step:
    """One commit of the ledger: what it wrote, for which batches; none where it only withdrew."""

    version: int
    tag: str
    files: tuple[str, ...]
    batches: tuple[tuple[str, str], ...]
    """Reporter and number of each batch."""


@dataclass(frozen=True)
class Span:
    """What a parcel covers: commits in their order, or some lines of the one batch of a commit.

    Of a register it is what came to hold by the leaves of the log from the first of ``leaves`` to
    before the last.
    """

    steps: tuple[Step, ...]
    lines: tuple[int, int] | None = None
    leaves: tuple[int, int] | None = None

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Span":
        """Return the span that ``to_plain`` made plain."""
        steps = tuple(
            Step(
                each["version"], each["tag"], tuple(each["files"]),
                tuple((reporter, number) for reporter, number in each["batches"]),
            )
            for each in plain["steps"]
        )  # fmt: skip
        lines, leaves = plain["lines"], plain.get("leaves")
        return cls(
            steps,
            (lines[0], lines[1]) if lines else None,
            (leaves[0], leaves[1]) if leaves else None,
        )

    @property
    def ends(self) -> tuple[int, int]:
        """Return the first and last version of the ledger, or leaf of the log; 0 of nothing."""
        if self.leaves:
            return self.leaves[0], self.leaves[1] - 1
        return (self.steps[0].version, self.steps[-1].version) if self.steps else (0, 0)


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What goes with a parcel, signed by the provider.

    ``number`` counts the parcels of an edition from 1 without gaps; ``first`` is the sequence of
    its first record, of ``records`` in all, ``withdrawn`` of which are withdrawn. ``content`` is
    the SHA-256 of the records as JSON lines, ``body`` that of the bytes in which they came.
    ``closing`` says that the agreement is over and what happens to what was received. Where
    records of a parcel were disposed of since, ``formerly`` are the contents that it had before;
    ``disposal`` is the number of the disposal that a parcel lets receivers forget after.
    """

    agreement: str
    edition: int
    declared: str
    provider: str
    receiver: str
    kind: str
    number: int
    first: int
    records: int
    withdrawn: int
    ledger_from: int
    ledger_until: int
    content: str
    form: str
    body: str
    made_at: str
    closing: str = ""
    formerly: tuple[str, ...] = ()
    disposal: str = ""

    def text(self) -> str:
        """Return the one line of JSON that is signed."""
        plain = asdict(self)
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def parse_slip(text: str) -> Slip:
    """Read what was signed; what `Slip.text` would not write is refused."""
    try:
        plain = json.loads(text)
        slip = Slip(**{**plain, "formerly": tuple(plain["formerly"])})
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("parcel.slip_unreadable", text=text[:100]) from error
    numbers = (slip.edition, slip.number, slip.first, slip.records, slip.withdrawn)
    if slip.text() != text or not all(type(each) is int for each in numbers):
        raise Invalid("parcel.slip_unreadable", text=text[:100])
    return slip


def judge(slip: Slip, *, last: int, known: str | None) -> Verdict:
    """Tell what to do with a parcel that arrived, where ``last`` is the number taken last.

    ``known`` is the content of the parcel of this number, if it was taken. The next one is
    applied, one that was taken is acknowledged again, one beyond the next shows a gap; another
    content under a number that was taken is told, never applied.
    """
    if slip.number > last + 1:
        return "gap"
    if slip.number == last + 1:
        return "apply"
    return "again" if known in (slip.content, *slip.formerly) else "other"


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts in vain: twice as long each time."""
    return timedelta(seconds=min(WAIT_FIRST_S * 2 ** min(attempts - 1, 20), WAIT_MAX_S))


def is_due(at: datetime, *, last_try_at: datetime | None, attempts: int) -> bool:
    """Tell whether it is time to try again.

    A clock that was put back must not let anybody wait for the lost hours: a last attempt that
    lies in the future counts as long ago.
    """
    if last_try_at is None or attempts == 0:
        return True
    return at >= last_try_at + wait_after(attempts) or at < last_try_at
