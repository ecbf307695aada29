# SPDX-License-Identifier: Apache-2.0
"""What can be asked of formulas: figures, where they come from, the records behind them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas import store
from shangheng.kernel.formulas.cells import jobs_of
from shangheng.kernel.formulas.concept import (
    Engine,
    Figure,
    Given,
    Indicator,
    Question,
    Sources,
    columns_of,
)
from shangheng.kernel.formulas.figures import (
    Asked,
    Setting,
    borders_for,
    compute,
    parameters_of,
    value_of,
)
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.formulas.plans import asked_rows, queries_for, sql_text, table_of
from shangheng.kernel.formulas.receipts import RECEIPT, receipt_rows
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.regions import queries as regions

STANDARD_SPLITS: tuple[tuple[str, ...], ...] = (
    (),
    ("day",),
    ("month",),
    ("seller_region",),
    ("platform",),
    ("category",),
)
"""By what the pages show every indicator; an indicator that cannot be split so is left out."""

CLAIMS = "_claims"


@dataclass(frozen=True, kw_only=True)
class House:
    """Where figures come from: the engine, the ledger, the kinds and the authority's decisions.

    ``versions`` are those of the ledger that are asked, by name; what is not named is asked as it
    stands now.
    """

    engine: Engine
    ledger: Ledger
    kinds: Mapping[str, RecordKind]
    configuration: Configuration = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def sources(self, names: Iterable[str]) -> Sources:
        """Return the files of these kinds."""
        found: dict[str, Any] = {}
        for name in sorted(set(names)):
            version = self.versions.get(name)
            if name == RECEIPT.name:
                found[name] = (RECEIPT, receipts_given(version))
            elif name in self.kinds:
                found[name] = (self.kinds[name], records.ledger_files(self.ledger, name, version))
            elif (kind := name.removesuffix(CLAIMS)) in self.kinds:
                found[name] = (self.kinds[kind], records.claims_files(self.ledger, kind, version))
            else:
                raise Invalid("kind.unknown", kind=name, known=sorted(self.kinds))
        return found


def receipts_given(version: int | None = None) -> Given:
    """Return all receipts, or those up to a version, as rows of the kind ``receipt``."""
    every = [
        each
        for each in records.receipts(limit=1_000_000)
        if version is None or _milliseconds(each.recorded_at) <= version
    ]
    latest = max((_milliseconds(each.recorded_at) for each in every), default=0)
    return Given(latest, pa.table(receipt_rows(every)))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def answer(
    indicator: Indicator, question: Question, *, house: House, at: datetime, parties: bool = False
) -> Figure:
    """Return the figure, from what is kept for this version of the ledger or computed now."""
    return answers([(indicator, question)], house=house, at=at, parties=parties)[0]


def computed_again(
    indicator: Indicator, question: Question, *, house: House, at: datetime, parties: bool = False
) -> Figure:
    """Return the figure computed from the ledger's files, whatever is kept of it."""
    settled = (indicator, placed(question, indicator))
    setting = Setting(
        engine=house.engine, sources=house.sources(indicator.reads), on=at.date(),
        configuration=house.configuration, computed_at=at, parties=parties,
    )  # fmt: skip
    return compute([settled], setting)[0]


def answers(
    asked: Iterable[Asked], *, house: House, at: datetime, parties: bool = False
) -> list[Figure]:
    """Return a figure for each question; those not kept yet are computed together."""
    settled = [(indicator, placed(question, indicator)) for indicator, question in asked]
    sources = house.sources(name for indicator, _ in settled for name in indicator.reads)
    setting = Setting(
        engine=house.engine,
        sources=sources,
        on=at.date(),
        configuration=house.configuration,
        computed_at=at,
        parties=parties,
    )
    keys = [_key(each, setting) for each in settled]
    found = store.kept(dict(zip(keys, settled, strict=True)))
    missing = {key: each for key, each in zip(keys, settled, strict=True) if key not in found}
    fresh = list(zip(missing, compute(list(missing.values()), setting), strict=True))
    store.keep(fresh)
    found |= dict(fresh)
    return [found[key] for key in keys]


def _key(asked: Asked, setting: Setting) -> str:
    indicator, question = asked
    parameters = {name: str(v) for name, v in parameters_of(*asked, setting).items()}
    ledger = {name: setting.sources[name][1].version for name in indicator.reads}
    return store.digest(indicator, question, ledger, parameters, parties=setting.parties)


def compute_all(
    indicators: Iterable[Indicator],
    *,
    house: House,
    at: datetime,
    splits: Iterable[tuple[str, ...]] = STANDARD_SPLITS,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Compute and keep the dictionary as the pages show it; return how many figures there are.

    ``progress`` is told how many of how many splits are done.
    """
    wanted, splits, figures = list(indicators), list(splits), 0
    for done, split in enumerate(splits):
        if progress:
            progress(done, len(splits))
        asked = list(_answerable(wanted, split, house, at))
        figures += len(answers(asked, house=house, at=at))
    if progress:
        progress(len(splits), len(splits))
    return figures


def _answerable(
    indicators: Iterable[Indicator], split: tuple[str, ...], house: House, at: datetime
) -> Iterator[Asked]:
    """Go through the questions that can be asked: split allowed, parameters decided."""
    question = Question(by=split)
    for indicator in indicators:
        try:
            settled = question.settled(indicator)
            setting = Setting(
                engine=house.engine, sources={}, on=at.date(), configuration=house.configuration
            )
            given = parameters_of(indicator, settled, setting)
            sources: Sources = {
                name: (house.kinds.get(name, RECEIPT), Given(0, None)) for name in indicator.reads
            }
            list(jobs_of(value_of(indicator, sources, given), indicator, settled))
        except Invalid:
            continue
        yield indicator, settled


def explain(figure: Figure) -> dict[str, Any]:
    """Return where a figure comes from: clauses, definition, formula, parameters, versions."""
    indicator = figure.indicator
    return {
        "indicator": indicator.name,
        "zh": indicator.zh,
        "en": indicator.en,
        "definition_zh": indicator.definition_zh,
        "definition_en": indicator.definition_en,
        "unit": indicator.unit.name,
        "basis": list(indicator.basis),
        "owner": indicator.owner,
        "version": indicator.version,
        "formula": indicator.source,
        "parameters": dict(figure.parameters),
        "question": figure.question.to_dict(),
        "ledger": dict(figure.ledger),
        "records": figure.records,
        "sql": list(figure.sql),
        "computed_at": figure.computed_at.isoformat() if figure.computed_at else None,
    }


def rows_of(
    build: Callable[..., Any],
    *,
    house: House,
    reads: Iterable[str],
    given: Mapping[str, pa.Table] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of an expression that ``build`` makes of the tables named in ``reads``.

    ``order_claims`` are the second reporters' words about orders, and so for every kind.
    ``given`` are small tables from elsewhere, by the names under which ``build`` takes them.
    """
    sources = house.sources(reads)
    tables = {name: table_of(kind, name) for name, (kind, _) in sources.items()}
    beside: dict[str, Any] = {}
    for name, rows in (given or {}).items():
        beside[name] = (RECEIPT, Given(0, rows))
        tables[name] = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=name)
    sql = sql_text(build(**tables), house.engine.dialect)
    found: list[dict[str, Any]] = house.engine.run(sql, {**sources, **beside}).to_pylist()
    return found


def sql_of(indicator: Indicator, *, house: House, at: datetime) -> list[str]:
    """Return the queries that the indicator needs as a total; none where it cannot be one."""
    sources = house.sources(indicator.reads)
    setting = Setting(
        engine=house.engine, sources=sources, on=at.date(), configuration=house.configuration
    )
    begin = at.date().replace(month=1, day=1)
    question = Question(by=indicator.needs, since=begin, until=at.date(), level=indicator.level)
    settled = question.settled(indicator)
    try:
        given = parameters_of(indicator, settled, setting)
    except Invalid:  # a decision is still to be made: nothing can be computed, nor shown
        return []
    jobs = jobs_of(value_of(indicator, sources, given), indicator, settled)
    return [query.sql for query in queries_for(jobs, house.engine.dialect, {})]


def placed(question: Question, indicator: Indicator) -> Question:
    """Return the question with the codes of regions that were given by name."""
    where = tuple(
        (name, regions.lookup(value).code)
        if indicator.dimension(name).form == "region" and not value.isdigit()
        else (name, value)
        for name, value in question.where
    )
    return replace(question, where=where).settled(indicator)


@dataclass(frozen=True)
class Behind:
    """The ledger's rows from which a figure is computed: of which kind, and where they are read.

    Where a figure has a dividend and a divisor, these are the rows of the dividend.
    """

    kind: RecordKind
    rows: ibis.Table
    sources: Sources
    engine: Engine

    def read(self, asked: ibis.Table) -> list[dict[str, Any]]:
        """Return what is asked of the rows."""
        sql = sql_text(asked, self.engine.dialect)
        return self.engine.run(sql, self.sources).to_pylist()  # type: ignore[no-any-return]


def behind(
    indicator: Indicator, question: Question, *, house: House, at: datetime
) -> Behind | None:
    """Return the rows from which a figure is computed; none where it is computed of no records."""
    settled = placed(question, indicator)
    sources = house.sources(indicator.reads)
    setting = Setting(
        engine=house.engine, sources=sources, on=at.date(), configuration=house.configuration
    )
    value = value_of(indicator, sources, parameters_of(indicator, settled, setting))
    job = next(jobs_of(value, indicator, settled), None)
    if job is None:
        return None
    rows = asked_rows(job, borders_for([(indicator, settled)], setting))
    if job.measure.where:
        rows = rows.filter(job.measure.where(rows))
    return Behind(sources[job.measure.kind][0], rows, sources, house.engine)


def records_behind(
    indicator: Indicator,
    question: Question,
    *,
    house: House,
    at: datetime,
    limit: int = 50,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Return the rows that a figure was computed from, with batch and line of each."""
    found = behind(indicator, question, house=house, at=at)
    if found is None:
        return []
    columns = [name for name in columns_of(found.kind) if name in found.rows.columns]
    page = found.rows.select(*columns).order_by("day", "batch", "line")
    return found.read(page.limit(limit, offset=offset))


def batches_behind(
    indicator: Indicator, question: Question, *, house: House, at: datetime, limit: int
) -> tuple[str, list[dict[str, Any]]]:
    """Return the kind of a figure's rows, and how many of them each batch brought, most first."""
    found = behind(indicator, question, house=house, at=at)
    if found is None:
        return "", []
    counted = found.rows.group_by("reporter", "batch").aggregate(records=ibis._.count())
    most = counted.order_by(ibis.desc("records"), "reporter", "batch").limit(limit)
    return found.kind.name, found.read(most)


@dataclass(frozen=True)
class Record:
    """A record of the ledger: its kind, and the values that make it one."""

    kind: str
    key: Mapping[str, str]

    def among(self, rows: ibis.Table) -> ibis.Table:
        """Return what of some rows is this record."""
        return rows.filter(*(rows[name].cast("string") == told for name, told in self.key.items()))


def day_of_record(record: Record, *, house: House) -> date | None:
    """Return on which day of the ledger a record stands, if it does."""

    def build(**tables: ibis.Table) -> ibis.Table:
        return record.among(tables[record.kind]).select("day").limit(1)

    return next((row["day"] for row in rows_of(build, house=house, reads=[record.kind])), None)


def is_counted(
    indicator: Indicator, question: Question, record: Record, *, house: House, at: datetime
) -> bool | None:
    """Tell whether a record is one of those that a figure counts; none where it counts others.

    Raises:
        Invalid: a decision that the figure needs is still to be made.
    """
    found = behind(indicator, question, house=house, at=at)
    if found is None or found.kind.name != record.kind:
        return None
    counted = record.among(found.rows).aggregate(n=ibis._.count())
    return bool(found.read(counted)[0]["n"])
