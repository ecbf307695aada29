# SPDX-License-Identifier: Apache-2.0
"""``simulate``: a province in a box, written as its reporters would send it."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

from shangheng.kernel.errors import Conflict, Invalid
from shangheng.simulate import chunk, folder, planted
from shangheng.simulate.chunk import Chunk
from shangheng.simulate.dialects import DIALECTS
from shangheng.simulate.folder import Summary
from shangheng.simulate.world import Wish, World, found
from shangheng.simulate.writing import FORMATS, Format

DEFAULT_START = date(2026, 10, 20)
"""The first of thirty days that hold the pre-sale and the festival of 11·11."""

DEFAULT_MISTAKES = Decimal("0.015")
"""Share of reported orders that hold, or are beside, an honest mistake."""

WORKERS = 2
ORDERS_MAX = 2_000_000_000
DAYS_MAX = 3_660
MISTAKES_MAX = 0.2


def simulate(  # noqa: PLR0913 - each is a plain choice of the caller
    directory: Path,
    *,
    jurisdiction: str = "jiangsu",
    orders: int,
    days: int,
    seed: int,
    start: date | None = None,
    fmt: Format = "csv",
    progress: Callable[[int, int], None] | None = None,
    strength: planted.Strength = "medium",
    mistakes: Decimal | float = DEFAULT_MISTAKES,
    dialects: bool = False,
    workers: int = WORKERS,
) -> Summary:
    """Write a province's reports and their truth into the directory.

    ``orders`` is the number of distinct orders that the platforms report; all of them are in the
    ledger once every file was reported. ``progress`` is told the orders written and their number.
    With ``dialects`` some reporters use columns, units, times and bytes of their own, and the
    mapping of each lies beside its files.
    """
    _check(orders, days, mistakes, fmt)
    planted.strength_of(strength)
    wish = Wish(
        jurisdiction, orders, days, seed, start or DEFAULT_START, strength, float(mistakes)
    )
    world = found(wish)
    _prepare(directory)
    tally = folder.Tally(directory, fmt, DIALECTS if dialects else {})
    inner: Format = "parquet" if dialects else fmt
    with tally:
        for part in folder.roster_parts(world, inner):
            tally.take(part)
        done = 0
        for made in _chunks(world, inner, workers):
            for part in made.parts:
                tally.take(part)
            tally.sums.add(made.sums)
            done = min(orders, done + chunk.SIZE)
            if progress is not None:
                progress(done, orders)
    return folder.finish(world, tally, directory)


def _check(orders: int, days: int, mistakes: Decimal | float, fmt: str) -> None:
    if not 1 <= orders <= ORDERS_MAX:
        raise Invalid("simulate.orders_out_of_range", value=orders, most=ORDERS_MAX)
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("simulate.days_out_of_range", value=days, most=DAYS_MAX)
    if not 0 <= mistakes <= MISTAKES_MAX:
        raise Invalid("simulate.mistakes_out_of_range", value=mistakes, most=MISTAKES_MAX)
    if fmt not in FORMATS:
        raise Invalid("simulate.format_unknown", name=fmt, known=FORMATS)


def _prepare(directory: Path) -> None:
    """Make the folder; an earlier simulation in it is replaced, anything else is left alone."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / "manifest.json").exists():
            raise Conflict("simulate.directory_in_use", directory=str(directory))
        for path in (*directory.glob("*-*.*"), *directory.glob("truth/*")):
            path.unlink()
        (directory / "manifest.json").unlink()
    (directory / "truth").mkdir(parents=True, exist_ok=True)


def _chunks(world: World, fmt: Format, workers: int) -> Iterator[Chunk]:
    """Yield the chunks in their order; a few are made at a time, by threads."""
    orders = world.wish.orders
    pieces = [(first, min(chunk.SIZE, orders - first)) for first in range(0, orders, chunk.SIZE)]
    if workers == 1 or len(pieces) == 1:
        for first, n in pieces:
            yield chunk.make(world, first, n, fmt)
        return
    waiting: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for first, n in pieces:
            waiting.append(pool.submit(chunk.make, world, first, n, fmt))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
