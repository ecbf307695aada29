# SPDX-License-Identifier: Apache-2.0
"""Computed figures, kept by indicator, version, parameters, question and ledger version."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from shangheng.kernel.formulas.concept import Figure, Indicator, Question
from shangheng.kernel.formulas.models import ResultRow

ROWS_KEPT_MAX = 20_000
"""A larger table is computed again rather than kept."""


def digest(
    indicator: Indicator,
    question: Question,
    ledger: Mapping[str, int],
    parameters: Mapping[str, str],
    *,
    parties: bool,
) -> str:
    """Return the key under which the answer to a question is kept."""
    parts = {
        "indicator": indicator.name,
        "version": indicator.version,
        "source": indicator.source,
        "question": question.to_dict(),
        "ledger": dict(ledger),
        "parameters": dict(parameters),
        "parties": parties,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def kept(keys: Mapping[str, tuple[Indicator, Question]]) -> dict[str, Figure]:
    """Return the figures that are kept, by their keys."""
    rows = ResultRow.objects.filter(digest__in=list(keys))
    return {row.digest: _figure(row, *keys[row.digest]) for row in rows}


def keep(figures: Sequence[tuple[str, Figure]]) -> None:
    """Keep figures under their keys; one that is kept already stays as it is."""
    rows = [
        _row(key, figure, figure.computed_at)
        for key, figure in figures
        if len(figure.rows) <= ROWS_KEPT_MAX and figure.computed_at
    ]
    ResultRow.objects.bulk_create(rows, ignore_conflicts=True)


def _row(key: str, figure: Figure, computed_at: datetime) -> ResultRow:
    plain = [
        {**row, "value": None if row["value"] is None else format(row["value"], "f")}
        for row in figure.rows
    ]
    return ResultRow(
        digest=key,
        indicator=figure.indicator.name,
        version=figure.indicator.version,
        question=figure.question.to_dict(),
        ledger=dict(figure.ledger),
        parameters=dict(figure.parameters),
        payload={"rows": plain, "sql": list(figure.sql)},
        computed_at=computed_at,
    )


def _figure(row: ResultRow, indicator: Indicator, question: Question) -> Figure:
    payload: dict[str, Any] = row.payload
    rows = [
        {**each, "value": None if each["value"] is None else Decimal(each["value"])}
        for each in payload["rows"]
    ]
    return Figure(
        indicator=indicator,
        question=question,
        rows=tuple(rows),
        ledger=row.ledger,
        parameters=row.parameters,
        sql=tuple(payload["sql"]),
        computed_at=row.computed_at,
    )
