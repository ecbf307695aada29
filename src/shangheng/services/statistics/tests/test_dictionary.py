# SPDX-License-Identifier: Apache-2.0
"""What every indicator of the dictionary keeps to."""

import re
from datetime import date
from types import ModuleType

import pytest

from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.cells import jobs_of
from shangheng.kernel.formulas.concept import Indicator, Question
from shangheng.kernel.formulas.figures import Setting, compute, value_of
from shangheng.kernel.formulas.plans import column_name, queries_for
from shangheng.services.statistics.formulas import derived, fulfilment, orders, reporting, shops
from shangheng.services.statistics.manifest import INDICATORS
from shangheng.services.statistics.tests.ledgers import DECIDED, KIND, Parquet

ENGINE = DuckDBEngine(memory="500MB", threads=1)
EMPTY = {name: (kind, Parquet()) for name, kind in KIND.items()}
SETTING = Setting(engine=ENGINE, sources=EMPTY, on=date(2026, 6, 30), configuration=DECIDED)
SPAN = {"since": date(2026, 1, 1), "until": date(2026, 3, 31)}
every = pytest.mark.parametrize("indicator", INDICATORS, ids=lambda each: each.name)


def test_the_dictionary_has_at_least_forty_indicators_and_no_name_twice() -> None:
    names = [each.name for each in INDICATORS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    assert len({each.zh for each in INDICATORS}) == len(names)


@pytest.mark.parametrize("module", [orders, shops, derived, fulfilment, reporting])
def test_what_is_declared_is_in_the_dictionary(module: ModuleType) -> None:
    declared = {each.name for each in vars(module).values() if isinstance(each, Indicator)}
    assert declared <= {each.name for each in INDICATORS}


@every
def test_it_says_what_it_is_in_two_languages_and_cites_a_clause(indicator: Indicator) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", indicator.name)
    for text in (indicator.zh, indicator.en, indicator.definition_zh, indicator.definition_en):
        assert text.strip() == text != ""
    assert indicator.basis
    assert indicator.source
    assert set(indicator.reads) <= set(KIND)
    assert indicator.unit.form != "money" or indicator.per_currency


@every
def test_over_an_empty_ledger_it_is_nought_or_nothing(indicator: Indicator) -> None:
    figure = compute([(indicator, _question(indicator))], SETTING)[0]
    assert all(not row["value"] for row in figure.rows)
    assert figure.records == 0


@every
def test_each_of_its_dimensions_is_on_every_kind_that_it_measures(indicator: Indicator) -> None:
    value = value_of(indicator, EMPTY, DECIDED)
    for dimension in indicator.by:
        if dimension.form != "time":
            for job in jobs_of(value, indicator, Question(**SPAN)):
                name = column_name(job, dimension)
                assert name in job.measure.rows.columns


@every
def test_it_compiles_for_spark_without_spark(indicator: Indicator) -> None:
    question = _question(indicator).settled(indicator)
    value = value_of(indicator, EMPTY, DECIDED)
    queries = queries_for(jobs_of(value, indicator, question), "pyspark", {"320584": "320509"})
    assert all("SELECT" in query.sql for query in queries)


@every
def test_it_can_be_split_by_its_dimensions(indicator: Indicator) -> None:
    first, last = indicator.by[0].name, indicator.by[-1].name
    for names in ((first,), (first, last)):
        wanted = tuple(dict.fromkeys((*names, *indicator.needs)))
        if len([name for name in wanted if indicator.dimension(name).form == "time"]) > 1:
            continue
        figure = compute([(indicator, Question(by=wanted, **SPAN))], SETTING)[0]
        assert figure.question.by == wanted


@pytest.mark.parametrize(
    "name", ["reporting-coverage", "reporting-timeliness", "above-scale-application-rate"]
)
def test_what_no_document_prints_must_be_decided_first(name: str) -> None:
    indicator = next(each for each in INDICATORS if each.name == name)
    bare = Setting(engine=ENGINE, sources=EMPTY, on=date(2026, 6, 30))
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        compute([(indicator, Question())], bare)
    assert refusal.value.facts["name"] == indicator.parameters[0].name
    assert refusal.value.facts["question_zh"]


def _question(indicator: Indicator) -> Question:
    return Question(by=indicator.needs, level=indicator.level, **SPAN)
