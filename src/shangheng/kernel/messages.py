# SPDX-License-Identifier: Apache-2.0
"""What is said for each error code, in Chinese and English: one catalogue, one line each.

A text says what is wrong and what to do; facts stand in braces. ``tests`` prove that every code
that is raised anywhere has its texts.
"""

from collections.abc import Mapping
from typing import Any, Literal

from shangheng.kernel.texts import (
    accounts,
    cases,
    consumer,
    evidence,
    express,
    filing,
    formulas,
    incentives,
    parties,
    policies,
    proving,
    records,
    regions,
    registers,
    site,
    statistics,
)

Language = Literal["zh", "en"]

MESSAGES: dict[str, tuple[str, str]] = {
    **records.TEXTS,
    **registers.TEXTS,
    **cases.TEXTS,
    **consumer.TEXTS,
    **filing.TEXTS,
    **express.TEXTS,
    **regions.TEXTS,
    **parties.TEXTS,
    **formulas.TEXTS,
    **policies.TEXTS,
    **accounts.TEXTS,
    **evidence.TEXTS,
    **proving.TEXTS,
    **site.TEXTS,
    **statistics.TEXTS,
    **incentives.TEXTS,
}


def text(code: str, facts: Mapping[str, Any], language: Language = "zh") -> str:
    """Return what is said for an error code with its facts."""
    zh, en = MESSAGES.get(code, (code, code))
    template = zh if language == "zh" else en
    told = {
        name: "、".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in facts.items()
    }
    return template.format_map(_Known(told))


class _Known(dict[str, Any]):
    """Leaves a fact that was not given as its name: no error is ever hidden by another."""

    def __missing__(self, key: str) -> str:
        """Return the name in braces."""
        return "{" + key + "}"
