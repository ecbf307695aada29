# SPDX-License-Identifier: Apache-2.0
"""A bank's file of movements as lines to reconcile, and the outcome as rows of a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from shangheng.kernel.accounts.concept.matching import Line, Match, Reconciliation, Rule
from shangheng.kernel.accounts.concept.units import Unit, pieces_of, written
from shangheng.kernel.errors import Invalid

COLUMNS = {
    "reference": ("编号", "流水号", "交易流水号", "凭证号"),
    "date": ("日期", "交易日期", "记账日期"),
    "amount": ("金额", "交易金额", "发生额"),
}
"""What a file needs, and what banks call it; what is paid out stands below zero."""
HEADER = ("state", "rule", "side", "line", "reference", "date", "amount", "zh", "en")
SIDES = {"ours": ("账簿", "the book"), "theirs": ("银行", "the bank")}
_MADE_OF = {name: column for column, others in COLUMNS.items() for name in (column, *others)}


def text_of(content: bytes) -> str:
    """Return a file as text: banks write UTF-8 or the national code."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def lines_in(text: str, unit: Unit) -> tuple[Line, ...]:
    """Return the movements of a file with commas, or with tabs as a spreadsheet copies it."""
    between = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    header = [_MADE_OF.get(name.strip(), name) for name in next(rows, [])]
    if missing := sorted({*COLUMNS} - {*header}):
        raise Invalid("statement.columns_missing", missing=missing, needed=[*COLUMNS])
    filled = (row for row in rows if any(map(str.strip, row)))
    return tuple(
        _line(number, dict(zip(header, (*row, *[""] * len(header)), strict=False)), unit)
        for number, row in enumerate(filled, start=1)
    )


def _line(number: int, row: dict[str, str], unit: Unit) -> Line:
    told = row["date"].strip()
    try:
        on = date.fromisoformat(told.replace("/", "-"))
    except ValueError as error:
        raise Invalid("statement.date_malformed", line=number, date=told) from error
    amount = pieces_of(row["amount"].strip().replace(",", ""), unit)
    return Line(number, row["reference"].strip(), on, amount)


def to_rows(result: Reconciliation, rules: Sequence[Rule], unit: Unit) -> Iterator[dict[str, Any]]:
    """Yield every line of both sides: those that were matched, then the others with the reason."""
    words = {rule.name: (rule.zh, rule.en) for rule in rules}
    for each in result.matches:
        yield from _matched(each, words[each.rule], unit)
    for left in result.unmatched:
        state = {"state": "unmatched", "rule": left.why, "side": left.side}
        yield {**state, **_plain(left.line, unit), **_words(left.told(unit))}


def _matched(match: Match, words: tuple[str, str], unit: Unit) -> Iterator[dict[str, Any]]:
    for side, lines in (("ours", match.ours), ("theirs", match.theirs)):
        for line in lines:
            state = {"state": "matched", "rule": match.rule, "side": side}
            yield {**state, **_plain(line, unit), **_words(words)}


def _plain(line: Line, unit: Unit) -> dict[str, Any]:
    return {
        "line": line.number, "reference": line.reference, "date": line.on.isoformat(),
        "amount": written(line.amount, unit),
    }  # fmt: skip


def _words(told: tuple[str, str]) -> dict[str, str]:
    return {"zh": told[0], "en": told[1]}
