# SPDX-License-Identifier: Apache-2.0
"""The shapes of answers, for the OpenAPI description."""

from typing import Any

from ninja import Schema


class Problem(Schema):
    """Why something was refused: RFC 9457, with a dotted code and its facts."""

    type: str
    title: str
    title_en: str
    status: int
    code: str
    facts: dict[str, Any]


class Count(Schema):
    """How many rows one rule touched."""

    rule: str
    field: str
    rows: int
    zh: str
    en: str


class ReceiptOut(Schema):
    """What was taken of a batch, what was not, and why; amounts are exact texts."""

    batch: str
    reporter: str
    kind: str
    file: str
    bytes: int
    digest: str
    received_at: str
    recorded_at: str
    rows_read: int
    accepted: int
    corrected: int
    unchanged: int
    rejected: int
    skipped: int
    second_source: int
    rejected_by_rule: list[Count]
    warnings_by_rule: list[Count]
    totals: dict[str, dict[str, str]]
    ledger_version: int
    records_root: str
    unread: tuple[str, ...] = ()


class TrialOut(Schema):
    """What a report of a file would be told, of which nothing was taken."""

    reporter: str
    kind: str
    file: str
    bytes: int
    digest: str
    checked_at: str
    rows_read: int
    good: int
    repeated: int
    rejected: int
    skipped: int
    rejected_by_rule: list[Count]
    warnings_by_rule: list[Count]
    totals: dict[str, dict[str, str]]
    mapping: str
    unread: tuple[str, ...] = ()


class DimensionOut(Schema):
    """Something by which an indicator can be split."""

    name: str
    zh: str
    en: str
    form: str


class IndicatorOut(Schema):
    """An entry of the dictionary of indicators."""

    name: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    unit: str
    reads: list[str]
    by: list[DimensionOut]
    needs: list[str]
    basis: list[str]
    owner: str
    version: int
    additive: bool
    formula: str


class FigureOut(Schema):
    """A figure with its question, the versions of the ledger, the parameters and the rows."""

    indicator: str
    zh: str
    en: str
    unit: dict[str, str]
    version: int
    question: dict[str, Any]
    ledger: dict[str, int]
    parameters: dict[str, str]
    computed_at: str | None
    records: int
    rows: list[dict[str, Any]]


class KindOut(Schema):
    """A kind of record that can be reported."""

    name: str
    zh: str
    en: str
    key: list[str]
    day: str
    basis: list[str]
    fields: list[str]
    required: list[str]
    rules: list[dict[str, str]]
