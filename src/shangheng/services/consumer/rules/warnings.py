# SPDX-License-Identifier: Apache-2.0
"""Where complaints stand out, so that a warning may be due; every number of it is shown.

A window of days is compared with equal windows before it. If complaints came at the same rate all
the time, then of the ``now + before`` complaints of a cell each would fall into the present window
with the probability ``share``; how likely ``now`` or more of them are is the binomial tail (the
conditional test of two Poisson rates, Przyborowski and Wilenski 1940). ``share`` is told by days
alone, or by how many complaints of all kinds came in each window, so that a busy season by itself
is no reason to warn: which of the two, how unlikely and how many, the authority decides.

A sample that failed is a finding by itself, so that samples are not compared with earlier ones: a
warning is proposed where enough of those tested in a window failed, and enough in a hundred.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import exp, lgamma, log, log1p
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter

Key = tuple[str, ...]
EXPOSURES = {
    "days": ("按天数", "by days"),
    "complaints": ("按同期全部投诉", "by all complaints of the time"),
}
NEGLIGIBLE = 1e-18


def _asked(name: str, zh: str, en: str, unit: str, *, how: tuple[str, str]) -> Parameter:
    return Parameter(
        name=f"consumer.warning_{name}", zh=zh, en=en, unit=unit, clause="hunan-2015 (十一)",
        question_zh=how[0], question_en=how[1],
    )  # fmt: skip


WINDOW_DAYS = _asked(
    "days", "警示的观察天数", "days of the window that is watched", "calendar days",
    how=("以最近多少天的投诉判断是否需要警示？", "Over how many days are complaints watched?"),
)  # fmt: skip
EARLIER_WINDOWS = _asked(
    "periods", "用来比较的以前期数", "earlier windows to compare with", "windows",
    how=("与以前多少个同样长的时期比较？", "With how many earlier windows is it compared?"),
)  # fmt: skip
TAIL = _asked(
    "tail", "偶然出现的概率上限", "largest probability of chance", "probability",
    how=("偶然出现的概率低于多少才提出警示？", "Below which probability of chance is it told?"),
)  # fmt: skip
LEAST = _asked(
    "least", "提出警示的最少投诉数", "fewest complaints to warn", "complaints",
    how=("至少多少件投诉才提出警示？", "From how many complaints on is it told?"),
)  # fmt: skip
EXPOSURE = _asked(
    "exposure", "比较的基数", "what rates are measured by", "reading",
    how=("按 days（天数）还是 complaints（同期全部投诉）比较？", "By days, or by complaints?"),
)  # fmt: skip
SAMPLING_DAYS = _asked(
    "sampling_days", "抽检的观察天数", "days of the window of samples", "calendar days",
    how=("以最近多少天的抽检结果判断是否需要警示？", "Over how many days are samples watched?"),
)  # fmt: skip
SAMPLES_FAILED = _asked(
    "samples_failed", "提出警示的最少不合格批次", "fewest failed samples to warn", "samples",
    how=("至少多少批次不合格才提出警示？", "From how many failed samples on is it told?"),
)  # fmt: skip
SAMPLES_PERCENT = _asked(
    "samples_percent", "提出警示的不合格率", "share of failed samples to warn", "percent",
    how=("不合格率达到百分之多少才提出警示？", "From which share of failures on is it told?"),
)  # fmt: skip
PARAMETERS = (WINDOW_DAYS, EARLIER_WINDOWS, TAIL, LEAST, EXPOSURE)
SAMPLING_PARAMETERS = (SAMPLING_DAYS, SAMPLES_FAILED, SAMPLES_PERCENT)


@dataclass(frozen=True)
class Terms:
    """What the authority has decided about warnings, with where it is written."""

    days: int
    windows: int
    tail: float
    least: int
    exposure: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Outlier:
    """A cell in which more complaints came than chance would bring, with the whole computation."""

    key: Key
    now: int
    before: int
    share: float
    expected: float
    chance: float


@dataclass(frozen=True)
class SamplingTerms:
    """From how many failed samples, and how many in a hundred, a warning is proposed."""

    days: int
    failed: int
    percent: Decimal
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Failing:
    """Goods of a region of which too many samples failed, and which products those were."""

    region: str
    goods: str
    failed: int
    tested: int
    products: tuple[str, ...]

    @property
    def percent(self) -> Decimal:
        """Return how many of a hundred samples failed."""
        return Decimal(100 * self.failed) / self.tested


def _decided(
    asked: Iterable[Parameter], configuration: Configuration, on: date
) -> tuple[list[Any], tuple[str, ...]]:
    """Return what was decided, and by what; refuse with the question what is not."""
    told = [each.sourced(on, configuration) for each in asked]
    return [value for value, _ in told], tuple(dict.fromkeys(source for _, source in told))


def terms(configuration: Configuration, on: date) -> Terms:
    """Return what is decided; refuse with the question what is not."""
    (days, windows, tail, least, exposure), sources = _decided(PARAMETERS, configuration, on)
    if exposure not in EXPOSURES:
        raise Invalid(
            "consumer.no_such_reading", name=EXPOSURE.name, value=exposure, known=list(EXPOSURES)
        )
    return Terms(int(days), int(windows), float(tail), int(least), exposure, sources)


def sampling_terms(configuration: Configuration, on: date) -> SamplingTerms:
    """Return what is decided about samples; refuse with the question what is not."""
    (days, failed, percent), sources = _decided(SAMPLING_PARAMETERS, configuration, on)
    return SamplingTerms(int(days), int(failed), Decimal(str(percent)), sources)


def failing(
    samples: Iterable[tuple[str, str, str, str, int]], decided: SamplingTerms
) -> tuple[Failing, ...]:
    """Return where too many samples failed, the largest share first.

    ``samples`` are region, goods, product, result and how many of these were tested.
    """
    tested: Counter[tuple[str, str]] = Counter()
    failed: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for region, goods, product, result, count in samples:
        tested[region, goods] += count
        if result == "failed":
            failed[region, goods][product] += count
    found = (
        Failing(*key, of.total(), tested[key], tuple(name for name, _ in of.most_common()))
        for key, of in failed.items()
    )
    enough = (e for e in found if e.failed >= decided.failed and e.percent >= decided.percent)
    return tuple(sorted(enough, key=lambda each: (-each.percent, each.region, each.goods)))


def tail_probability(successes: int, trials: int, share: float) -> float:
    """Return how likely that many successes or more are, each of the trials having this share."""
    if successes <= 0 or share >= 1:
        return 1.0
    if share <= 0 or successes > trials:
        return 0.0
    total, fullest = 0.0, 0.0
    for k in range(successes, trials + 1):
        ways = lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1)
        term = exp(ways + k * log(share) + (trials - k) * log1p(-share))
        total, fullest = total + term, max(fullest, term)
        if term < fullest * NEGLIGIBLE:
            break
    return min(1.0, total)


def outliers(
    now: Mapping[Key, int], before: Mapping[Key, int], decided: Terms
) -> tuple[Outlier, ...]:
    """Return the cells in which complaints stand out, the least likely first."""
    found = []
    for key, count in now.items():
        if count < decided.least:
            continue
        earlier = before.get(key, 0)
        share = _share(now, before, key, decided)
        chance = tail_probability(count, count + earlier, share)
        if chance < decided.tail:
            expected = (count + earlier) * share
            found.append(Outlier(key, count, earlier, share, expected, chance))
    return tuple(sorted(found, key=lambda each: (each.chance, each.key)))


def _share(now: Mapping[Key, int], before: Mapping[Key, int], key: Key, decided: Terms) -> float:
    """Return the share of a cell's complaints that would fall into the window by chance."""
    if decided.exposure == "days":
        return 1 / (decided.windows + 1)
    others_now = sum(now.values()) - now.get(key, 0)
    others = others_now + sum(before.values()) - before.get(key, 0)
    return others_now / others if others else 1 / (decided.windows + 1)
