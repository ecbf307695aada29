# SPDX-License-Identifier: Apache-2.0
"""An account's statement for a period: opening, every entry, closing; as CSV with a code.

The verification code is made of all that the statement says. The platform recomputes the statement
from its book and compares, so that a paper or file with an altered figure is found out by anyone
who types the code in; entries are never changed, so that a code stays good for ever. It stands for
the past only: a statement is not made beyond the moment at which it is asked for.
"""

import csv
import io
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shangheng.kernel.accounts.concept.transfers import PHASES, Phase
from shangheng.kernel.accounts.concept.units import Unit, written
from shangheng.kernel.periods import CHINA

BOM = "\ufeff"
"""Without it Excel reads UTF-8 Chinese as the system's old encoding."""
_CODE_GROUPS, _GROUP = 4, 5
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry as its account sees it: what it brought (negative: took), and the balance after.

    Lines of holds bring nothing; ``amount`` is then what was held or released.
    """

    at: datetime
    key: str
    phase: Phase
    kind: str
    other: str
    amount: int
    change: int
    after: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What happened on an account from `since` until before `until`, in smallest pieces."""

    account: str
    unit: Unit
    since: datetime
    until: datetime
    opening: int
    closing: int
    lines: tuple[StatementLine, ...]

    @property
    def code(self) -> str:
        """Return the verification code: a hundred bits of the SHA-256 of all that is said."""
        told = "\n".join("\x1f".join(row) for row in _rows(self))
        spelled = b32encode(sha256(told.encode()).digest()).decode("ascii")
        groups = (spelled[at * _GROUP : (at + 1) * _GROUP] for at in range(_CODE_GROUPS))
        return "-".join(groups)


def _time(at: datetime) -> str:
    return at.astimezone(CHINA).isoformat(sep=" ", timespec="microseconds")


def _rows(statement: Statement) -> Iterator[tuple[str, ...]]:
    unit = statement.unit
    yield ("账户 account", statement.account)
    yield ("单位 unit", unit.code, unit.zh, unit.en)
    yield ("期间 period", _time(statement.since), _time(statement.until))
    yield ("期初余额 opening", written(statement.opening, unit))
    yield (
        "时间 time", "编号 key", "状态 state", "事由 kind", "对方账户 other account",
        "金额 amount", "收支 change", "余额 balance",
    )  # fmt: skip
    for line in statement.lines:
        yield (
            _time(line.at), line.key, " ".join(PHASES[line.phase]), line.kind, line.other,
            written(line.amount, unit), written(line.change, unit), written(line.after, unit),
        )  # fmt: skip
    yield ("期末余额 closing", written(statement.closing, unit))


def to_csv(statement: Statement) -> bytes:
    """Return the statement as a file for Excel, with its code in the last row.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    for row in _rows(statement):
        writer.writerow([_shown(cell) for cell in row])
    writer.writerow(["验证码 verification code", statement.code])
    return out.getvalue().encode()


def _shown(cell: str) -> str:
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell
