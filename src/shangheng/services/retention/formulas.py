# SPDX-License-Identifier: Apache-2.0
"""What shows whether a reporter keeps what it must: records by day, numbers that are missing.

qinghai-2016 (二十三) asks for logs of at least six months; a log with holes is not kept.
"""

from typing import Any

import ibis

from shangheng.kernel.records.concept.kinds import RecordKind

Table = Any
"""An Ibis table; Ibis publishes no types."""


def by_day(rows: Table) -> Table:
    """Return how many records each reporter has of each day."""
    return rows.group_by("reporter", "day").aggregate(records=rows.count())


def missing_numbers(rows: Table, kind: RecordKind) -> Table:
    """Return the holes in the numbers of each stream: after which number, from when to when."""
    stream = ["reporter", *kind.stream]
    window = ibis.window(group_by=stream, order_by=kind.sequence)
    number, moment = rows[kind.sequence], rows[kind.day]
    beside = rows.select(
        *stream,
        number=number,
        following=number.lead().over(window),
        since=moment,
        until=moment.lead().over(window),
    )
    holes = beside.filter(beside.following - beside.number > 1)
    return holes.mutate(missing=holes.following - holes.number - 1)
