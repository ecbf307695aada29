# SPDX-License-Identifier: Apache-2.0
"""From questions to figures over given sources, on any engine."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from shangheng.kernel.formulas.cells import Cell, Cells, Job, Results, combined, jobs_of
from shangheng.kernel.formulas.concept import (
    Count,
    Engine,
    Figure,
    Files,
    Given,
    Indicator,
    Measure,
    Question,
    Sources,
    Value,
)
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.formulas.plans import Borders, Query, queries_for, sql_text, table_of
from shangheng.kernel.regions.queries import LATEST, border_map

Asked = tuple[Indicator, Question]


class Remembered:
    """What was worked out before, the last ``size`` of it; safe between threads."""

    def __init__(self, size: int) -> None:
        """Begin with nothing."""
        self._size = size
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, work_out: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Return what is known under the key, working it out if it is not; one thing for all."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = work_out()
        with self._lock:
            found = self._known.setdefault(key, found)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return found


_plans = Remembered(2_000)
_codes = Remembered(500)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Over what, where and with which decisions figures are computed.

    ``on`` is the day whose parameters hold where the question names no last day; ``parties`` asks
    how many reporting parties stand behind each cell, which a publication needs.
    """

    engine: Engine
    sources: Sources
    on: date
    configuration: Configuration = field(default_factory=dict)
    computed_at: datetime | None = None
    parties: bool = False


@dataclass(frozen=True, eq=False)
class Plan:
    """The queries for some indicators, and the values that their rows come together to."""

    queries: tuple[Query, ...]
    values: tuple[Value, ...]
    parties: tuple[tuple[Job, Job], ...]
    kinds: tuple[Any, ...]
    """Held so that their identities, which are in the plan's key, stay theirs."""


def compute(asked: Sequence[Asked], setting: Setting) -> list[Figure]:
    """Return a figure for each indicator and question; shared rows are read once."""
    settled = [(indicator, question.settled(indicator)) for indicator, question in asked]
    given = [parameters_of(*each, setting) for each in settled]
    plan = _plan(settled, given, setting)
    results: dict[Job, Cells] = {}
    for query in plan.queries:
        sources = {name: setting.sources[name] for name in _names(settled)}
        rows = setting.engine.run(query.sql, sources).to_pylist()
        results |= query.cells(rows)
    for job, counting in plan.parties:
        results[job] = _with_parties(results[job], results[counting])
    return [
        _figure(each, value, parameters, plan, results, setting)
        for each, value, parameters in zip(settled, plan.values, given, strict=True)
    ]


def parameters_of(indicator: Indicator, question: Question, setting: Setting) -> dict[str, Any]:
    """Return the parameters' values on the last day asked for, or refuse where one is missing."""
    on = question.until or setting.on
    return {each.name: each.on(on, setting.configuration) for each in indicator.parameters}


def value_of(indicator: Indicator, sources: Sources, given: Mapping[str, Any]) -> Value:
    """Return what the formula makes of the tables of the kinds that it reads."""
    tables = {name: table_of(sources[name][0]) for name in indicator.reads}
    return indicator.formula(**tables, **({"given": given} if indicator.parameters else {}))


def _names(asked: Sequence[Asked]) -> list[str]:
    return sorted({name for indicator, _ in asked for name in indicator.reads})


def _plan(settled: Sequence[Asked], given: Sequence[Any], setting: Setting) -> Plan:
    borders = borders_for(settled, setting)
    kinds = tuple(setting.sources[name][0] for name in _names(settled))
    key = (
        tuple(settled),
        repr(given),
        tuple(borders.items()),
        tuple(map(id, kinds)),
        setting.engine.dialect,
        setting.parties,
    )

    def draw_up() -> Plan:
        values = [
            value_of(indicator, setting.sources, each)
            for (indicator, _), each in zip(settled, given, strict=True)
        ]
        jobs = [
            job
            for (indicator, question), value in zip(settled, values, strict=True)
            for job in jobs_of(value, indicator, question)
        ]
        pairs = tuple((job, _party_job(job)) for job in jobs) if setting.parties else ()
        every = [*jobs, *(counting for _, counting in pairs)]
        queries = queries_for(every, setting.engine.dialect, borders)
        return Plan(tuple(queries), tuple(values), pairs, kinds)

    plan: Plan = _plans.get(key, draw_up)
    return plan


def _party_job(job: Job) -> Job:
    """Return the job that counts the reporting parties of each cell."""
    measure = job.measure
    party = tuple(name for name in job.indicator.party if name in measure.rows.columns)
    counting = Measure(
        measure.rows, Count(), where=measure.where, kind=measure.kind, at=measure.at, per=party
    )
    return replace(job, measure=counting)


def _with_parties(cells: Cells, counted: Cells) -> Cells:
    nobody = Cell(Decimal(0), 0)
    return {
        key: cell._replace(parties=int(counted.get(key, nobody).value or 0))
        for key, cell in cells.items()
    }


def _figure(
    asked: Asked,
    value: Value,
    given: Mapping[str, Any],
    plan: Plan,
    results: Results,
    setting: Setting,
) -> Figure:
    indicator, question = asked
    cells = combined(value, indicator, question, results)
    if not cells and not question.by and indicator.additive and not indicator.per_currency:
        cells = {(): Cell(Decimal(0), 0, 0 if setting.parties else None)}
    names = (*question.by, *(["currency"] if indicator.per_currency else []))
    rows = [
        dict(zip(names, key, strict=True))
        | {"value": cell.value, "records": cell.records}
        | ({"parties": cell.parties} if setting.parties else {})
        for key, cell in sorted(cells.items(), key=lambda item: [part or "" for part in item[0]])
    ]
    wanted = set(jobs_of(value, indicator, question))
    return Figure(
        indicator=indicator,
        question=question,
        rows=tuple(rows),
        ledger={name: setting.sources[name][1].version for name in indicator.reads},
        parameters={name: str(each) for name, each in given.items()},
        sql=tuple(query.sql for query in plan.queries if wanted & set(query.jobs)),
        computed_at=setting.computed_at,
    )


def borders_for(asked: Sequence[Asked], setting: Setting) -> Borders:
    """Return where the ledger's county codes are counted by the borders that are asked for.

    Only codes that stand in the ledger and changed are named: mostly none, and the query is plain.
    """
    moved: dict[str, str] = {}
    for indicator, question in asked:
        used = {*question.by, *(name for name, _ in question.where)}
        for dimension in indicator.by:
            if dimension.form != "region" or dimension.name not in used:
                continue
            target = border_map(question.borders_year or LATEST)
            for kind in set(indicator.reads) & set(dimension.columns):
                codes = _codes_in(kind, dimension.columns[kind], setting)
                moved |= {code: target[code] for code in codes if target.get(code, code) != code}
    return dict(sorted(moved.items()))


def _codes_in(kind: str, column: str, setting: Setting) -> frozenset[str]:
    """Return the county codes that a column of the ledger has."""
    source: Files | Given = setting.sources[kind][1]
    where = id(source.table) if isinstance(source, Given) else source.paths

    def look() -> frozenset[str]:
        table = table_of(setting.sources[kind][0])
        codes = table.select(code=table[column].left(6)).distinct()
        sql = sql_text(codes, setting.engine.dialect)
        rows = setting.engine.run(sql, {kind: setting.sources[kind]}).to_pylist()
        return frozenset(row["code"] for row in rows if row["code"])

    found: frozenset[str] = _codes.get((kind, column, source.version, where), look)
    return found
