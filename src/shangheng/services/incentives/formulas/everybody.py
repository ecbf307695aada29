# SPDX-License-Identifier: Apache-2.0
"""All firms under several variants of a provision in one query: readings, findings, parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import ibis

from shangheng.services.incentives.formulas.entitled import Asked, entitlements
from shangheng.services.incentives.rules.provisions import Provision

Table = Any


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to answer: a provision, maybe with other numbers, under readings.

    ``forgiving`` leaves findings out: what a firm would have been due without them.
    """

    name: str
    provision: Provision
    readings: Mapping[str, Any]
    forgiving: bool = False


def under(variants: tuple[Variant, ...], facts: Mapping[str, Table], on: date) -> Table:
    """Return a row for each variant and firm: ``variant, firm, amount, paid, missing``."""
    return reduce(lambda one, two: one.union(two), (_under(each, facts, on) for each in variants))


def _under(variant: Variant, facts: Mapping[str, Table], on: date) -> Table:
    tables = dict(facts)
    if variant.forgiving:
        tables["findings"] = facts["findings"].filter(ibis.literal(False))  # noqa: FBT003
    asked = Asked(tables=tables, on=on, readings=variant.readings)
    found = entitlements({variant.provision.id: variant.provision}, asked)
    return found.select("firm", "amount", "paid", "missing", variant=ibis.literal(variant.name))


def due(variants: tuple[Variant, ...], facts: Mapping[str, Table], on: date) -> Table:
    """Return the rows in which something is to be paid."""
    rows = under(variants, facts, on)
    return rows.filter(rows.amount > 0).order_by("firm", "variant")


def sums(variants: tuple[Variant, ...], facts: Mapping[str, Table], on: date) -> Table:
    """Return for each variant how many firms are due something, the sum, and who is unclear."""
    rows = under(variants, facts, on)
    return (
        rows.group_by("variant")
        .aggregate(
            firms=(rows.amount > 0).sum(),
            amount=rows.amount.sum(where=rows.amount > 0),
            unclear=rows.missing.sum(),
        )
        .order_by("variant")
    )
