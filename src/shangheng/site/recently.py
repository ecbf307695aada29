# SPDX-License-Identifier: Apache-2.0
"""The figures of a page as they were a moment ago, while new ones are computed.

Figures are kept by the version of the ledger, and a ledger of millions moves all day. Who asks
for a page is not made to wait for what takes seconds: the figures that this process computed last
are shown, said to be behind, and computed anew beside. What takes no time is computed at once, and
what is too old to be shown is waited for.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import connections

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.formulas.concept import Figure
from shangheng.kernel.formulas.figures import Remembered
from shangheng.site import clock

PATIENCE_S = 3.0
"""What took no longer, one of the last two times, is computed while the reader waits: the first
time, the queries are drawn up too."""
REST = 4
"""Between two computations that nobody waits for there is a rest, so many times as long."""
OLDEST_S = 900.0
PAGES_KEPT = 64

_log = structlog.get_logger("shangheng.site")


Parts = dict[str, list[Figure]]
"""The figures of a page by the names of its parts."""


@dataclass(frozen=True)
class Recent:
    """The figures of a page; ``is_behind`` if the ledger has moved on since ``at``."""

    figures: Parts
    at: datetime | None
    is_behind: bool = False


@dataclass
class _Page:
    """What was computed for a page last; one computes it at a time."""

    computing: threading.Lock = field(default_factory=threading.Lock)
    versions: Hashable = None
    figures: Parts | None = None
    took_s: deque[float] = field(default_factory=lambda: deque(maxlen=2))
    begun: float = 0.0
    ended: float = 0.0

    def compute(self, versions: Hashable, work: Callable[[], Parts]) -> Parts:
        """Compute and remember it; the caller holds ``computing``."""
        begun, at = time.monotonic(), clock.now()
        figures = work()
        self.versions, self.figures = versions, figures
        self.begun, self.ended = begun, time.monotonic()
        if any(each.computed_at and each.computed_at >= at for each in _all(figures)):
            # Not all of them were kept.
            self.took_s.append(self.ended - begun)
        return figures

    def may_be_shown(self) -> bool:
        """Return whether what is known of the page is worth showing instead of a wait."""
        takes_long = len(self.took_s) == self.took_s.maxlen and min(self.took_s) > PATIENCE_S
        return takes_long and time.monotonic() - self.ended <= OLDEST_S

    def has_rested(self) -> bool:
        """Return whether it may be computed again though nobody waits for it."""
        return time.monotonic() - self.ended >= REST * self.took_s[-1]


_pages = Remembered(PAGES_KEPT)


def figures(
    key: Hashable, versions: Hashable, work: Callable[[], Parts], *, waits: bool
) -> Recent:
    """Return the figures of a page, those of these ``versions`` or the ones before them.

    ``key`` is what the page is about, ``versions`` of what it is computed. ``work`` computes the
    figures, or finds what is kept; another thread may ask it, later. Who ``waits`` is given no
    others than those of these versions.
    """
    page: _Page = _pages.get(key, _Page)
    asked = time.monotonic()
    if page.versions != versions and not waits and page.may_be_shown():
        return _of_before(page, versions, work)
    if page.versions != versions:
        with page.computing:
            if page.figures is not None and page.begun >= asked:
                # Begun while this one waited for another, so of the ledger of now for both.
                return _told(page.figures)
            if page.versions != versions:
                return _told(page.compute(versions, work))
    return _told(work())


def _of_before(page: _Page, versions: Hashable, work: Callable[[], Parts]) -> Recent:
    if page.has_rested() and page.computing.acquire(blocking=False):
        threading.Thread(
            target=_beside, args=(page, versions, work), name="recently", daemon=True
        ).start()
    return _told(page.figures or {}, is_behind=True)


def _all(found: Parts) -> list[Figure]:
    return [figure for part in found.values() for figure in part]


def _told(found: Parts, *, is_behind: bool = False) -> Recent:
    moments = [each.computed_at for each in _all(found) if each.computed_at]
    return Recent(found, max(moments, default=None), is_behind)


def _beside(page: _Page, versions: Hashable, work: Callable[[], Parts]) -> None:
    try:
        page.compute(versions, work)
    except ShanghengError as error:  # the next reader asks again, and is told
        _log.warning("not_computed", code=error.code, why=str(error))
    finally:
        page.computing.release()
        connections.close_all()
