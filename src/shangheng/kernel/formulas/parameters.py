# SPDX-License-Identifier: Apache-2.0
"""Dated numbers that formulas need: what a document prints, or what an authority must decide."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shangheng.kernel.errors import Invalid

Configuration = Mapping[str, Any]
"""What an authority has decided: a value by the parameter's name, or values by first day.

A value may say where it is written: ``{value: 7, source: …}``. What a register decides is a
function of the day.
"""
Drawn = Callable[[Iterable[Mapping[str, Any]]], Any]
"""Makes a value of what the entries of a register say; empty where there is none."""


@dataclass(frozen=True)
class Dated:
    """A value, the day from which it holds and where that is written; ``None`` ends it."""

    since: date
    value: Any
    source: str


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number that a formula needs; ``values`` are those that a document prints.

    Where no document prints one, it is *required configuration*: ``question`` says what the
    authority has to decide, and nothing is computed before it has. Where ``register`` names one,
    the authority decides by what it enters there, and in no other way: ``drawn`` makes the value
    of the entries that hold on the day.
    """

    name: str
    zh: str
    en: str
    unit: str
    clause: str
    question_zh: str
    question_en: str
    values: tuple[Dated, ...] = ()
    register: str = ""
    drawn: Drawn = tuple

    def on(self, day: date, configuration: Configuration) -> Any:  # noqa: ANN401
        """Return the value that holds on that day, the authority's own decision first."""
        return self.sourced(day, configuration)[0]

    def sourced(self, day: date, configuration: Configuration) -> tuple[Any, str]:
        """Return the value that holds on that day, and where it is written."""
        if self.register:
            return self._entered(day, configuration), self.register
        found = decided(configuration, day, self.name)
        if isinstance(found, Mapping) and "value" in found:
            return found["value"], str(found.get("source", ""))
        if found is not None:
            return found, self.clause
        printed = _latest({each.since: each for each in self.values}, day)
        if printed is None or printed.value is None:
            raise Invalid("parameter.not_configured", **self._asks)
        return printed.value, printed.source

    def _entered(self, day: date, configuration: Configuration) -> Any:  # noqa: ANN401
        told = configuration.get(self.name)
        if told is not None and not callable(told):
            raise Invalid("parameter.decided_elsewhere", name=self.name, register=self.register)
        if told is None or not (value := told(day)):
            raise Invalid("parameter.not_entered", register=self.register, **self._asks)
        return value

    @property
    def _asks(self) -> dict[str, str]:
        names = ("name", "zh", "clause", "question_zh", "question_en")
        return {name: getattr(self, name) for name in names}


def decided(configuration: Configuration, day: date, *names: str) -> Any:  # noqa: ANN401
    """Return what the authority has decided under one of the names of a question, if it has.

    It is asked alike for periods of cases, parameters of indicators and readings of provisions.
    Two names of one question with different answers are refused: neither can be meant.
    """
    found = {name: _on(configuration[name], day) for name in names if name in configuration}
    answers = {name: value for name, value in found.items() if value is not None}
    if any(value != next(iter(answers.values())) for value in answers.values()):
        raise Invalid("parameter.decided_twice", names=sorted(answers), day=day.isoformat())
    return next(iter(answers.values()), None)


def readings_of(given: Iterable[str]) -> dict[str, str]:
    """Return readings by name from texts such as ``rent_cap=per_firm``; one name, one reading."""
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = (part.strip() for part in each.partition("="))
        if not equals or not name or not value:
            raise Invalid("reading.unreadable", text=each)
        if found.get(name, value) != value:
            raise Invalid("reading.twice", name=name)
        found[name] = value
    return found


def _on(value: Any, day: date) -> Any:  # noqa: ANN401
    """Return a decision as of a day: itself, or of values by first day the one that counts."""
    if isinstance(value, Mapping) and value and all(map(_is_day, value)):
        return _latest({_day(since): each for since, each in value.items()}, day)
    return value


def _is_day(text: Any) -> bool:  # noqa: ANN401
    return isinstance(text, date) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(text)) is not None


def _day(text: Any) -> date:  # noqa: ANN401 - a date, or its text
    return text if isinstance(text, date) else date.fromisoformat(str(text))


def _latest(values: Mapping[date, Any], day: date) -> Any:  # noqa: ANN401
    begun = [since for since in values if since <= day]
    return values[max(begun)] if begun else None
