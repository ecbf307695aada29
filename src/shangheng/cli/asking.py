# SPDX-License-Identifier: Apache-2.0
"""What a figure is asked for by, as it is typed: the indicator's name and the options."""

from difflib import get_close_matches
from typing import Any, cast

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Indicator, Level, Question
from shangheng.site.registry import REGISTRY


def found(name: str) -> Indicator:
    """Return the indicator of that name or Chinese title, or say which come near it."""
    every = REGISTRY.indicators
    for each in every.values():
        if name in (each.name, each.zh):
            return each
    near = get_close_matches(name, [*every, *(each.zh for each in every.values())], n=3)
    raise Invalid("indicator.unknown", indicator=name, suggestions=near, known=sorted(every))


def question_of(indicator: Indicator, asked: dict[str, Any]) -> Question:
    """Return the question that the options ask."""
    by = [part.strip() for text in asked["by"] for part in text.split(",") if part.strip()]
    return Question(
        by=tuple(by),
        level=cast("Level", asked["level"] or indicator.level),
        where=tuple(_condition(text) for text in asked["where"]),
        since=asked["since"].date() if asked["since"] else None,
        until=asked["until"].date() if asked["until"] else None,
        borders_year=asked["borders"],
    )


def _condition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise Invalid("question.where_unreadable", text=text)
    return name.strip(), value.strip()
