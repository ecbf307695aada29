# SPDX-License-Identifier: Apache-2.0
"""The folder of a simulation: report files, manifest, README and the truth beside them."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import yaml

from shangheng.simulate import dialects, people, rosters, rows, truth, writing
from shangheng.simulate.chance import Ints
from shangheng.simulate.chunk import Part, label_of_rings
from shangheng.simulate.dialects import Dialect
from shangheng.simulate.truth import Counts, Label, Sums
from shangheng.simulate.world import World
from shangheng.simulate.writing import Format, Reports, Style

STATISTICS = "STAT"
Spoken = tuple[str, str]
"""A kind and a reporter."""
LABELS_TOGETHER = 200
SECOND = ".second"
"""What the name of a second file has behind the reporter; it sorts behind the first file."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A file for the front door; ``mapping`` names the mapping that it needs, if any."""

    file: str
    kind: str
    reporter: str
    rows: int
    mapping: str = ""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What was written: files in the order in which to report them, and the totals."""

    directory: Path
    files: tuple[Reported, ...]
    totals: dict[str, Any] = field(repr=False)


class Tally:
    """Writes parts to their files, labels to ``truth/planted.csv``, and keeps count."""

    def __init__(self, directory: Path, fmt: Format, spoken: Mapping[Spoken, Dialect]) -> None:
        """Write into the directory, which must be there and empty, in the dialects given."""
        self.spoken = spoken
        self.reports = Reports(directory, fmt)
        self.sums = Sums()
        self.counts: dict[str, Counts] = {}
        self.files: dict[str, tuple[str, str, bool]] = {}
        self._waiting: list[pa.Table] = []
        self._stack = ExitStack()
        self._labels = (directory / "truth" / "planted.csv").open("wb")

    def __enter__(self) -> Self:
        """Open the files."""
        self._stack.enter_context(self.reports)
        self._stack.enter_context(self._labels)
        self._labels.write((",".join(truth.LABELS) + "\n").encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the labels that still wait and close the files."""
        with self._stack:
            self._write_labels()

    def take(self, part: Part) -> None:
        """Write a part, its labels and its counts."""
        name = f"{part.kind}-{part.reporter}{SECOND if part.second else ''}"
        first = self._append(name, part)
        file = f"{name}.{self.reports.fmt}"
        self.files[file] = (part.kind, part.reporter, part.second)
        counts = self.counts.setdefault(part.kind, Counts())
        for expected, amount in part.fate:
            counts.add(expected, amount)
        names = (part.kind, part.reporter, file)
        self._waiting += [truth.label_table(names, first, label) for label in part.labels]
        if len(self._waiting) > LABELS_TOGETHER:
            self._write_labels()

    def _append(self, name: str, part: Part) -> int:
        dialect = self.spoken.get((part.kind, part.reporter))
        if not self.spoken:
            return self.reports.append(name, rows.COLUMNS[part.kind], part.rows)
        table, style = part.rows.table, writing.STANDARD
        if dialect is not None:
            table = dialects.spoken(dialect, table)
            style = Style(dialect.delimiter, dialect.encoding)
        block = writing.styled(self.reports.fmt, table, style)
        return self.reports.append(name, tuple(table.column_names), block, style)

    def mapping_of(self, kind: str, reporter: str) -> str:
        """Return the name of the mapping file that a reporter's files of a kind need."""
        return f"mapping-{kind}-{reporter}.yaml" if (kind, reporter) in self.spoken else ""

    def _write_labels(self) -> None:
        if self._waiting:
            self._labels.write(writing.csv_bytes(pa.concat_tables(self._waiting)))
        self._waiting = []

    def in_order(self) -> tuple[Reported, ...]:
        """Return the files in reporting order: by kind, first files before second ones."""
        ordered = sorted(self.files.items(), key=lambda item: (item[1][0], item[1][2], item[0]))
        return tuple(
            Reported(
                file=file,
                kind=kind,
                reporter=reporter,
                rows=self.reports.rows[file],
                mapping=self.mapping_of(kind, reporter),
            )
            for file, (kind, reporter, _) in ordered
        )


def roster_parts(world: World, fmt: Format) -> Iterator[Part]:
    """Yield the rosters, the snapshots of offers and the statistic."""
    roster, members = rosters.merchants(world)
    for platform, first, end in _by_platform(world.shops.platform[members]):
        labels = _ring_labels(
            world,
            world.plots.merchant,
            world.plots.merchant_rings,
            members[first:end],
            roster,
            first,
        )
        yield _part(
            "merchant", platform, writing.block(fmt, roster.slice(first, end - first)), labels
        )
    for product, _day, offers in rosters.listings(world):
        owner = world.shops.platform[world.stock.shop[product]]
        for platform, first, end in _by_platform(owner):
            labels = _ring_labels(
                world,
                world.plots.listing,
                world.plots.listing_rings,
                product[first:end],
                offers,
                first,
            )
            yield _part(
                "listing", platform, writing.block(fmt, offers.slice(first, end - first)), labels
            )
    statistic = rosters.series(world)
    yield Part(
        kind="series",
        reporter=STATISTICS,
        rows=writing.block(fmt, statistic),
        fate=(("accepted", len(statistic)),),
    )


def _part(kind: str, platform: int, block: writing.Block, labels: tuple[Label, ...]) -> Part:
    code = people.PLATFORMS[platform].code
    return Part(
        kind=kind, reporter=code, rows=block, labels=labels, fate=(("accepted", len(block)),)
    )


def _by_platform(platform: Ints) -> Iterator[tuple[int, int, int]]:
    bounds = np.searchsorted(platform, np.arange(len(people.PLATFORMS) + 1)).tolist()
    for number in range(len(people.PLATFORMS)):
        if bounds[number] < bounds[number + 1]:
            yield number, bounds[number], bounds[number + 1]


def _ring_labels(
    world: World,
    planted: dict[str, Ints],
    rings: dict[str, Ints],
    subject: Ints,
    table: pa.Table,
    first: int,
) -> tuple[Label, ...]:
    """Label the rows whose subject (shop or product) belongs to a ring."""
    labels = []
    key_columns = ("platform", "shop") if "shop_name" in table.column_names else (
        "platform", "item", "as_of",
    )  # fmt: skip
    for what, members in planted.items():
        lookup = dict(zip(members.tolist(), rings[what].tolist(), strict=True))
        found = np.array([i for i, one in enumerate(subject.tolist()) if one in lookup], np.int64)
        if len(found):
            ring = np.array([lookup[one] for one in subject[found].tolist()], dtype=np.int64)
            picked = table.take(pa.array(found + first)).combine_chunks()
            key = writing.keys(*(picked[name].combine_chunks() for name in key_columns))
            labels.append(label_of_rings(world, found, key, what, ring))
    return tuple(labels)


def finish(world: World, tally: Tally, directory: Path) -> Summary:
    """Write what stands beside the reports: totals, rings, manifest, README."""
    files = tally.in_order()
    totals = _totals(world, tally)
    _write_json(directory / "truth" / "totals.json", totals)
    _write_rings(world, directory / "truth" / "rings.csv")
    manifest = {
        "simulation": totals["simulation"],
        "files": [{k: v for k, v in asdict(each).items() if v != ""} for each in files],
    }
    for kind, reporter in tally.spoken:
        mapping = dialects.mapping(tally.spoken[kind, reporter], kind)
        text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
        (directory / tally.mapping_of(kind, reporter)).write_text(text, encoding="utf-8")
    _write_json(directory / "manifest.json", manifest)
    readme = README.format(**totals["simulation"])
    (directory / "README.md").write_text(readme, encoding="utf-8")
    return Summary(directory=directory, files=files, totals=totals)


def _totals(world: World, tally: Tally) -> dict[str, Any]:
    wish, sums = world.wish, tally.sums
    events = ("count", "amount")
    parcels = truth.named(world, sums.parcels, ("count", "weight_kg"), "count")
    return {
        "simulation": {
            "jurisdiction": wish.jurisdiction,
            "orders": wish.orders,
            "days": wish.days,
            "seed": wish.seed,
            "start": wish.start.isoformat(),
            "end": world.calendar.on(wish.days - 1).isoformat(),
            "strength": wish.strength,
            "mistakes": wish.mistakes,
            "format": tally.reports.fmt,
        },
        "rows": {
            kind: {
                "rows": counts.rows,
                "accepted": counts.accepted,
                "warned": counts.warned,
                "corrected": counts.corrected,
                "unchanged": counts.unchanged,
                "rejected": counts.rejected,
            }
            for kind, counts in sorted(tally.counts.items())
        },
        "order": truth.named(world, sums.orders, truth.MEASURES, "orders"),
        "payment": truth.named(world, sums.payments, events, "count"),
        "refund": truth.named(world, sums.refunds, events, "count"),
        "shipment": parcels,
        "unreported": truth.named(world, sums.unreported, ("orders", "paid"), "orders"),
        "shock": {
            "province": world.shock.province,
            "from": world.calendar.on(world.shock.first_day).isoformat(),
            "to": world.calendar.on(world.shock.last_day).isoformat(),
            "hours": world.shock.hours,
        },
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _write_rings(world: World, path: Path) -> None:
    stock, shops = world.stock, world.shops
    items = rosters.item_numbers(np.arange(len(stock.shop), dtype=np.int64))
    with path.open("w", encoding="utf-8", newline="") as target:
        table = csv.writer(target, lineterminator="\n")
        table.writerow(
            ("ring", "what", "honest", "strength", "platform", "shop", "item", "accounts")
        )
        for ring in world.plots.rings:
            platform = people.PLATFORMS[ring.platform].code
            item = int(items[ring.product]) if ring.product >= 0 else ""
            honest = "true" if ring.honest else "false"
            shop = int(shops.number[ring.shop])
            head = (ring.code, ring.what, honest, ring.strength)
            table.writerow((*head, platform, shop, item, ring.accounts))


README = """\
# 模拟的省 · A province in a box

{jurisdiction}, {start} – {end} ({days} days), {orders} orders, seed {seed}, format {format}.
Everything here is invented; no row tells of a real person, shop or firm.

模拟数据，与真实的人、店铺、企业无关。

- `<kind>-<reporter>.{format}`: what a reporter sends; columns are the standard ones of the kind,
  times are Beijing time, amounts are in yuan, an empty cell means "not known (yet)". What happens
  after the last day is not known yet.
- `order-<platform>.second.{format}`: what the platform sends later: rejected orders put right,
  corrections, and some orders once more.
- `manifest.json`: the files in reporting order, each with kind and reporter:
  `shangheng report FILE --kind KIND --reporter REPORTER`; with `--mapping MAPPING` where one is
  named, because the reporter has columns, units, times or bytes of its own (dialects).
- `truth/planted.csv`: one line for each row with something to know: `file` and `line` (the row in
  a spreadsheet: the header is row 1, in every format), `key`, `what` (a mistake, or a planted
  scheme), `ring`, `strength`, and what a faultless intake does: `reject`, `warning`,
  `correction`, `unchanged`, `accepted`.
- `truth/rings.csv`: the planted schemes and their honest look-alikes (`honest` = true), with shop,
  product and the number of accounts.
- `truth/totals.json`: `rows` by kind and fate when all files are reported in the manifest's order
  (`warned` is the part of `accepted` whose order no platform reported); then the sums over the
  ledger after that. `order` holds the latest version of every order: `paid` as charged,
  `refunded` so far, `retail` = paid for B2C and C2C orders not given back in full; by day of
  order, seller's city, platform, mode and category. `payment` counts successful payments,
  `refund` by day of request, `shipment` by day of dispatch. `unreported` are orders which a
  platform keeps to itself; payments and parcels tell of them. `shock` says on which days the
  roads into which province were closed: its parcels arrive so many hours later.
- Of two rows with one order number in one file, the first counts; a later one with other amounts
  is to be rejected (`same_number_other_amount`), a like one changes nothing (`duplicate_row`).
"""
