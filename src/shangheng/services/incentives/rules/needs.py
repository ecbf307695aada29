# SPDX-License-Identifier: Apache-2.0
"""What each formula takes from the file of a provision; without it nothing can be computed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shangheng.services.incentives.rules.facts import HONOURS, MODES

PRICES = ("average", "peak", "flat", "valley")


@dataclass(frozen=True, kw_only=True)
class Needs:
    """The parts of a provision's file that a formula reads.

    ``printed`` are terms that need a value, ``terms`` may be left to the authority; ``levels``
    are the names that levels may have, their parameters of the unit ``levels_in``.
    """

    printed: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    levels: Collection[str] = ()
    levels_in: str = "CNY"


NEEDS = {
    "first-crossing": Needs(
        levels=MODES, levels_in="ladder", readings=("several_levels_in_one_year",)
    ),
    "recognition": Needs(levels=HONOURS),
    "rent": Needs(
        printed=("rate_max", "years_max", "cap"), readings=("rent_rate_per_m2", "rent_cap")
    ),
    "fibre": Needs(printed=("percent", "cap")),
    "training": Needs(
        printed=("contract_months_min", "training_months_max"),
        readings=("training_subsidy_per_person",),
    ),
    "reduced-rate": Needs(terms=("percent",)),
    "research": Needs(printed=("expensed_percent", "capitalised_percent")),
    "talent-tax": Needs(printed=("years",), terms=("local_share", "reward_percent")),
    "costs": Needs(counts=("costs", "take")),
    "fixed": Needs(terms=("amount",)),
    "voucher": Needs(terms=("value",)),
    "price-parity": Needs(counts=("bills",)),
    "tariff-choice": Needs(terms=PRICES),
    "land-clock": Needs(printed=("years",), readings=("start",), counts=("starts",)),
}
"""By the name of the formula: every one that there is."""


def lacking(
    data: Mapping[str, Any], units: Mapping[str, str], open_terms: Collection[str]
) -> Iterator[str]:
    """Yield which parts the file of a provision lacks for its formula.

    ``units`` are those of the parameters by id, ``open_terms`` the terms without a printed value.
    """
    needs = NEEDS[data["formula"]]
    terms = {**data.get("parameters", {}), **data.get("rates", {}), **data.get("caps", {})}
    for name in needs.printed:
        if name not in terms or name in open_terms:
            yield f"parameters.{name}"
    yield from (f"parameters.{name}" for name in needs.terms if name not in terms)
    yield from (f"readings.{name}" for name in needs.readings if name not in _named(data))
    counts = data.get("counts", {})
    yield from (f"counts.{name}" for name in needs.counts if name not in counts)
    if counts.get("take") == "monthly" and "months" not in counts:
        yield "counts.months"
    if needs.levels:
        yield from _of_levels(data.get("levels"), needs, units)


def _named(data: Mapping[str, Any]) -> Collection[str]:
    named: Mapping[str, Any] = data.get("readings", {})
    return named.keys()


def _of_levels(levels: Any, needs: Needs, units: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield levels of a name that does not exist, or that are no parameter of the unit wanted."""
    if not isinstance(levels, dict) or not levels.keys() <= {*needs.levels}:
        yield f"levels: {{{', '.join(f'{name}: …' for name in needs.levels)}}}"
        return
    for name, each in levels.items():
        for level in each.values() if isinstance(each, dict) else (each,):
            if units.get(level) != needs.levels_in:
                yield f"levels.{name} (unit: {needs.levels_in})"
