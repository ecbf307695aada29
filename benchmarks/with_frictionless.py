# SPDX-License-Identifier: Apache-2.0
"""The checks of the order kind by Frictionless, which reads row by row.

It takes full-width digits and thousands separators for numbers, and of a key that comes twice it
names the second row only; neither is held against it.

    python -m benchmarks.with_frictionless FILE
"""

import json
import sys
import time
from collections.abc import Iterable

import attrs
from frictionless import Check, Checklist, Error, Resource, Row, Schema, errors, system

from benchmarks import orders_rules as rules

FORMULA_FREE = r"(?![=@])(?![+-].*[|!(])[^\x00-\x1f\x7f]*"


def field(name: str) -> dict[str, object]:
    """Return what a column has to be, as a Table Schema says it."""
    limits: dict[str, object] = {"required": name in rules.REQUIRED}
    if name in rules.NUMBERS:
        return {"name": name, "type": "number", "constraints": {**limits, "minimum": "0"}}
    if name in rules.TIMES:
        limits |= {
            "minimum": f"{rules.EARLIEST}",
            "maximum": rules.latest().strftime(rules.TIME_FORM),
        }
        return {
            "name": name, "type": "datetime", "format": rules.TIME_FORM, "constraints": limits
        }  # fmt: skip
    if name in rules.CODES:
        limits["enum"] = rules.CODES[name]
    elif name in rules.TEXTS:
        text = rules.TEXTS[name]
        limits |= {"maxLength": text.max, "pattern": text.pattern or FORMULA_FREE}
    return {"name": name, "type": "string", "constraints": limits}


@attrs.define(kw_only=True, repr=False)
class Whole(Check):
    """What is checked of a whole row: divisions, amounts, the order of times."""

    type = "whole-row"
    Errors = [errors.RowConstraintError]  # noqa: RUF012 - as Frictionless asks

    divisions: frozenset[str] = frozenset()

    def validate_row(self, row: Row) -> Iterable[Error]:
        """Give an error for each rule that the row breaks."""
        broken = [name for name in rules.REGIONS if row[name] and row[name] not in self.divisions]
        if _more(row["paid"], row["gross"], row["freight"], row["tax"]):
            broken.append("paid")
        broken += [
            later
            for later, earlier in (("paid_at", "ordered_at"), ("received_at", "shipped_at"))
            if row[later] and row[earlier] and row[later] < row[earlier]
        ]
        if row["paid"] and row["paid_at"] is None:
            broken.append("paid_at")
        for name in broken:
            yield errors.RowConstraintError.from_row(row, note=name)


def _more(paid: object, gross: object, freight: object, tax: object) -> bool:
    """Return whether more was paid than goods, freight and tax come to."""
    known = paid is not None and gross is not None
    return known and paid > gross + (freight or 0) + (tax or 0)  # type: ignore[operator]


def main() -> None:
    """Read, check and find the rows that fail; print how long that was."""
    begun = time.perf_counter()
    schema = Schema.from_descriptor(
        {"fields": [field(each.name) for each in rules.FIELDS], "primaryKey": rules.KEY}
    )
    check = Whole(divisions=frozenset(rules.divisions()))
    with system.use_context(trusted=True):
        source = Resource(path=sys.argv[1], schema=schema)
        told = source.validate(Checklist(checks=[check]), limit_errors=10**9).tasks[0]
    bad = {error.row_number for error in told.errors if hasattr(error, "row_number")}
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "rows": told.stats.get("rows"), "bad": len(bad)}))


if __name__ == "__main__":
    main()
