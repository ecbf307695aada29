# SPDX-License-Identifier: Apache-2.0
"""The code lists in memory, read once from the package's own data files."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shangheng.kernel.regions.concept import Span, Succession

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Atlas:
    """Every province, city and county code since 1980, and what became of it."""

    spans: dict[str, tuple[Span, ...]]
    successions: dict[str, Succession]
    predecessors: dict[str, tuple[str, ...]]
    children: dict[str, tuple[str, ...]]


def _lines(name: str) -> Iterator[list[str]]:
    text = gzip.decompress((_DATA / name).read_bytes()).decode()
    return (line.split(",") for line in text.splitlines()[1:])


def _table(name: str) -> dict[str, str]:
    text = gzip.decompress((_DATA / name).read_bytes()).decode()
    return dict(line.split(",", 1) for line in text.splitlines()[1:])


def _year(text: str) -> int | None:
    return int(text) if text else None


def _spans() -> dict[str, tuple[Span, ...]]:
    spans: dict[str, tuple[Span, ...]] = {}
    for code, name, since, until in _lines("regions.csv.gz"):
        spans[code] = (*spans.get(code, ()), Span(name, _year(since), _year(until)))
    return spans


def _successions() -> dict[str, Succession]:
    found = {}
    for code, year, _how, successors in _lines("successions.csv.gz"):
        codes = tuple(successors.removeprefix("?").split("|"))
        found[code] = Succession(
            int(year), None if successors.startswith("?") else codes[0], codes
        )
    return found


def parent_code(code: str, spans: dict[str, tuple[Span, ...]]) -> str | None:
    """Return the code above; a county without a city hangs on its province."""
    if len(code) == 12:  # noqa: PLR2004 - a village
        return code[:9]
    if len(code) == 9:  # noqa: PLR2004 - a township
        return code[:6]
    province = code[:2] + "0000"
    if code == province:
        return None
    city = code[:4] + "00"
    return city if city not in (code, province) and city in spans else province


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """Read the lists down to county; about 40 ms, once."""
    spans, successions = _spans(), _successions()
    below: dict[str, list[str]] = {}
    for code, known in spans.items():
        above = parent_code(code, spans)
        if above and known[-1].until is None:
            below.setdefault(above, []).append(code)
    before: dict[str, list[str]] = {}
    for code, succession in successions.items():
        for successor in succession.codes:
            before.setdefault(successor, []).append(code)
    return Atlas(
        spans,
        successions,
        {code: tuple(sorted(codes)) for code, codes in before.items()},
        {code: tuple(sorted(codes)) for code, codes in below.items()},
    )


@lru_cache(maxsize=1)
def townships() -> dict[str, str]:
    """Return the name of every township of 2023 by its nine digits."""
    return _table("townships.csv.gz")


@lru_cache(maxsize=1)
def villages() -> dict[str, str]:
    """Return the name of every village of the four provinces by its twelve digits."""
    return _table("villages.csv.gz")


def _grouped(codes: dict[str, str], digits: int) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for code in codes:
        groups.setdefault(code[:digits], []).append(code)
    return {above: tuple(sorted(found)) for above, found in groups.items()}


@lru_cache(maxsize=1)
def townships_by_county() -> dict[str, tuple[str, ...]]:
    """Return the township codes below each county (or undivided city)."""
    return _grouped(townships(), 6)


@lru_cache(maxsize=1)
def villages_by_township() -> dict[str, tuple[str, ...]]:
    """Return the village codes below each township of the four provinces."""
    return _grouped(villages(), 9)
