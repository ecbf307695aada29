# SPDX-License-Identifier: Apache-2.0
"""The audit of exchange: agreements and parcels against what was sealed of them."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.findings import Finding, SealedRow, committed
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.exchange import queries as exchange

ADOPTED, CUT, REDUCED = "exchange.adopted", "exchange.cut", "exchange.reduced"


def sealed_agreements() -> Iterator[SealedRow]:
    """Give every edition that was adopted with what its leaf must commit to."""
    for row in _editions():
        facts = {"declared": row.digest, "provider": row.provider, "kind": row.kind}
        yield SealedRow(f"kernel_agreement/{row}", None, ADOPTED, str(row), row.declared, facts)


def _editions() -> Iterator[Any]:
    for newest in exchange.agreements_adopted():
        for edition in range(1, newest.edition):
            found = None
            with suppress(NotFound):  # editions may be numbered with gaps
                found = exchange.adopted(newest.name, edition)
            if found is not None:
                yield found
        yield newest


def parcels_unlike_their_leaves() -> Iterator[Finding]:
    """Compare every parcel with the leaf of its cut and with each that reduced it since."""
    cuts = {leaf.index: leaf for leaf in queries.leaves_saying(CUT)}
    reduced: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in queries.leaves_saying(REDUCED):
        reduced[leaf.object_id].append(leaf)
    for row in _editions():
        for parcel in row.parcels.order_by("number"):
            name = f"{row}#{parcel.number}"
            cut = cuts.pop(parcel.leaf, None)
            if cut is None or cut.object_id != name:
                facts = {"what": CUT, "object": name}
                yield Finding(f"kernel_parcel/{name}", "evidence.object_unsealed", facts)
            else:
                yield from _unlike(parcel, f"kernel_parcel/{name}", cut, reduced[name])
    for leaf in cuts.values():
        gone = {"index": leaf.index, "what": CUT, "object": leaf.object_id}
        yield Finding(f"kernel_leaf/{leaf.index}", "evidence.object_gone", gone)


def _unlike(parcel: Any, where: str, cut: Leaf, reduced: list[Leaf]) -> Iterator[Finding]:  # noqa: ANN401 - a row
    """Compare what a parcel held, one content after the other; the first was of all its records.

    How many those were is public, and kept nowhere else once a disposal has made them fewer.
    """
    held, facts = [*parcel.formerly, parcel.content], entries.parse(cut.entry).facts
    told = {**facts, "span": parcel.span, "content": held[0]}
    yield from committed(cut, entries.canonical(told), where)
    now = {"records": parcel.records, "withdrawn": parcel.withdrawn, "closing": parcel.closing}
    if len(reduced) != len(parcel.formerly):
        yield Finding(where, "evidence.row_differs", {"column": "formerly"})
    elif not reduced and now != {name: facts.get(name, "") for name in now}:
        yield Finding(where, "evidence.row_differs", {"column": ", ".join(now)})
    for (before, after), leaf in zip(pairwise(held), reduced, strict=False):
        why = entries.parse(leaf.entry).facts["why"]
        content = {"before": before, "content": after, "why": why}
        yield from committed(leaf, entries.canonical(content), where)
