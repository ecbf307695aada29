# SPDX-License-Identifier: Apache-2.0
"""A provision without what its formula takes is refused, with its place, before it is asked."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.rules.decide import FORMULAS
from shangheng.services.incentives.rules.needs import NEEDS
from shangheng.services.incentives.tests.places import FOLDER


def spoilt(folder: Path, file: str, old: str, new: str) -> Any:
    shutil.copytree(FOLDER / "ganzhou", folder / "ganzhou")
    path = folder / "ganzhou/incentives" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return policies.load(folder, ("ganzhou",))


def test_every_formula_says_what_it_needs() -> None:
    assert NEEDS.keys() == FORMULAS.keys()


def test_what_ships_lacks_nothing() -> None:
    assert queries.flaws(policies.load(FOLDER)) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "missing"),
    [
        ("rent-subsidy.yaml", "  cap: ganzhou.rent-cap\n", "", "parameters.cap"),
        ("rent-subsidy.yaml", "  cap: ganzhou.rent-cap\n", "  cap: ganzhou.rent-rate\n",
         "parameters.cap"),
        ("rent-subsidy.yaml", "  rent_cap:", "  rent_limit:", "readings.rent_cap"),
        ("income-tax-rate.yaml", "  percent:", "  rate:", "parameters.percent"),
        ("sales-award.yaml", "  C2C: ganzhou", "  P2C: ganzhou",
         "levels: {B2B: …, B2C: …, C2C: …}"),
        ("sales-award.yaml", "ganzhou.sales-award-c2c", "ganzhou.fibre-cap",
         "levels.C2C (unit: ladder)"),
        ("brand-award.yaml", "ganzhou.brand-award-national", "ganzhou.sales-award-c2c",
         "levels.brand (unit: CNY)"),
        ("brand-award.yaml", "formula: recognition", "formula: costs", "counts.costs"),
    ],
)  # fmt: skip
def test_what_a_formula_lacks_is_said(
    tmp_path: Path, file: str, old: str, new: str, missing: str
) -> None:
    library = spoilt(tmp_path, file, old, new)
    (flaw,) = queries.flaws(library)
    assert (flaw.code, flaw.place.file) == (
        "provision.formula_lacks",
        f"ganzhou/incentives/{file}",
    )
    assert missing in flaw.facts["missing"]
    with pytest.raises(Invalid, match="formula_lacks"):
        entitlements(
            library.jurisdictions["ganzhou"], placed_text("{}", "facts"),
            on=date(2016, 1, 1), readings={},
        )  # fmt: skip


def test_a_formula_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    (flaw,) = queries.flaws(spoilt(tmp_path, "fibre-subsidy.yaml", "formula: fibre", "formula: f"))
    assert flaw.code == "provision.formula_unknown"
    assert flaw.facts["known"] == [*NEEDS]
