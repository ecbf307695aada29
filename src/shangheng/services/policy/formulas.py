# SPDX-License-Identifier: Apache-2.0
"""What statisticians report of a year, as an indicator: beside the ledger's own figures."""

from typing import Any

import ibis

from shangheng.kernel.formulas.concept import YEAR, Dimension, Measure, Total, Unit, indicator
from shangheng.kernel.money import YUAN_BY_UNIT

Table = Any
"""An Ibis table; Ibis publishes no types."""
SERIES = Dimension("series", "序列", "series", columns={"series": "series"})
PLACE = Dimension("series_region", "序列地区", "place of a series", columns={"series": "region"})
"""The very region that a value was reported for: a province's is not the sum of its cities'."""


@indicator(
    "reported-series",
    zh="统计部门发布的年度数值",
    en="yearly value as published by statisticians",
    definition_zh="外部统计序列中已发布的年度值；金额换算成元，其余照报",
    definition_en="Published yearly values of outside statistics; amounts in yuan",
    unit=Unit("reported", "", "", "number"),
    reads=("series",),
    by=(YEAR, SERIES, PLACE),
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (三)"),
    party=("publisher",),
    needs=("series", "series_region"),
    owner="statistics",
)
def reported_series(series: Table) -> Measure:
    """Take the yearly values that have been released; what has no day of release is not out."""
    told = series.filter((series.frequency == "year") & series.released_on.notnull())
    units = ((told.unit == unit, yuan) for unit, yuan in YUAN_BY_UNIT.items())
    scale = ibis.cases(*units, else_=1)
    return Measure(told.mutate(amount=told.value * scale), Total("amount"), kind="series")
