# SPDX-License-Identifier: Apache-2.0
"""The audit of exchange: agreements and parcels against what was sealed of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.findings import Finding, SealedRow, broken, committed
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.exchange import sealing
from shangheng.kernel.exchange.sealing import ADOPTED

CUT, REDUCED = "exchange.cut", "exchange.reduced"


def sealed_agreements() -> Iterator[SealedRow]:
    """Give every edition that was adopted with what its leaf must commit to.

    One that nobody ended is over since the next was adopted, or the closing parcel was made.
    """
    ended = {leaf.object_id for leaf in queries.leaves_saying(sealing.ENDED)}
    over = defaultdict[str, list[datetime]](list)
    last: Counter[str] = Counter()
    for _, parcel in sealing.parcels():
        if parcel is not None:
            last[str(parcel.agreement)] += 1
            over[str(parcel.agreement)] += [parcel.made_at] if parcel.closing else []
    rows = list(sealing.agreements())
    for (_, row), (_, after) in pairwise(rows):
        if row is not None and after is not None and row.name == after.name:
            over[str(row)].append(after.adopted_at)
    for key, row in rows:
        if row is None:
            yield broken(f"kernel_agreement/{key}", ADOPTED)
            continue
        ends = {row.ended_at} if str(row) in ended else {min(over[str(row)], default=None)}
        fits = {
            "until": row.until.isoformat() == _until(row.declared),
            "ended_at": row.ended_at in ends,
            "last": row.last == last[str(row)],
        }
        facts = {"declared": row.digest, "provider": row.provider, "kind": row.kind}
        yield SealedRow(
            f"kernel_agreement/{row} kernel_agreement/{row.pk}", None, ADOPTED, str(row),
            row.declared, facts, at=row.adopted_at, fits=fits,
        )  # fmt: skip


def _until(declared: object) -> object:
    period = declared.get("in_force") if isinstance(declared, dict) else None
    return period.get("until") if isinstance(period, dict) else None


def parcels_unlike_their_leaves() -> Iterator[Finding]:
    """Compare every parcel with the leaf of its cut and with each that reduced it since."""
    cuts = {leaf.index: leaf for leaf in queries.leaves_saying(CUT)}
    reduced: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in queries.leaves_saying(REDUCED):
        reduced[leaf.object_id].append(leaf)
    first: Counter[str] = Counter()
    for key, parcel in sealing.parcels():
        if parcel is None:
            yield Finding(f"kernel_parcel/{key}", "evidence.row_differs", {"column": "?"})
            continue
        name, edition = str(parcel), str(parcel.agreement)
        where = f"kernel_parcel/{name} kernel_parcel/{key}"
        cut = cuts.pop(parcel.leaf, None)
        if cut is None or cut.object_id != name:
            facts = {"what": CUT, "object": name}
            yield Finding(where, "evidence.object_unsealed", facts)
            continue
        if (parcel.first, parcel.made_at) != (first[edition] + 1, cut.at):
            yield Finding(where, "evidence.row_differs", {"column": "first, made_at"})
        first[edition] += int(entries.parse(cut.entry).facts.get("records", 0))
        yield from _unlike(parcel, where, cut, reduced[name])
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
