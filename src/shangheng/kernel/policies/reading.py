# SPDX-License-Identifier: Apache-2.0
"""Reads YAML from strangers: plain data only, and the line of everything.

A file is turned into tables, series, texts, numbers and ``true``, ``false``, ``null``; nothing
else exists. Refused are: tags (they make objects), anchors and aliases (a few lines of them unfold
to gigabytes), a key that stands twice (the second would silently win), keys that are not texts,
files that are too large, nested too deeply or hold endless lists. Words such as ``no`` and ``on``
stay words, dates stay texts, decimal numbers are exact.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from shangheng.kernel.errors import Invalid, NotFound

SIZE_MAX = 1_000_000
DEPTH_MAX = 24
ITEMS_MAX = 5_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,30}\.[0-9]{1,30}")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Table(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        """Begin an empty table that stands on a line."""
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Series(list[Any]):
    """A list that knows the line of each of its items."""

    def __init__(self, line: int) -> None:
        """Begin an empty list that stands on a line."""
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read_yaml(path: Path, name: str | None = None, *, size_max: int = SIZE_MAX) -> Any:  # noqa: ANN401 - any YAML
    """Return what a file says; ``name`` is what the file is called in a refusal."""
    told = name or path.name
    if not path.is_file():
        raise NotFound("policy.file_missing", file=told, line=1)
    if path.stat().st_size > size_max:
        raise Invalid("policy.file_too_large", file=told, line=1, limit=size_max)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("policy.not_utf8", file=told, line=1, byte=error.start) from error
    return parse_yaml(text, told)


def parse_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - any YAML
    """Return what a text in YAML says; refused with the file's name, the line and the reason."""
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER), name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = error.problem or error.context or ""
        raise Invalid("policy.not_yaml", file=name, line=line, reason=reason) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Invalid("policy.not_yaml", file=name, line=1, reason=str(error)) from error


class _Builder:
    """Builds data from the events of the parser, which never unfolds anything by itself."""

    def __init__(self, events: Iterator[yaml.Event], name: str) -> None:
        self._events = events
        self._name = name

    def document(self) -> Any:  # noqa: ANN401 - any YAML
        next(self._events)  # the stream begins
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            return None
        built = self._value(next(self._events), 1)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refusal("policy.yaml_several", after)
        return built

    def _refusal(self, code: str, event: yaml.Event, **facts: Any) -> Invalid:  # noqa: ANN401
        return Invalid(code, file=self._name, line=_line(event), **facts)

    def _value(self, event: yaml.Event, depth: int) -> Any:  # noqa: ANN401 - any YAML
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refusal("policy.yaml_alias", event)
        if tag := getattr(event, "tag", None):
            raise self._refusal("policy.yaml_tag", event, tag=tag)
        if depth > DEPTH_MAX:
            raise self._refusal("policy.yaml_too_deep", event, limit=DEPTH_MAX)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._series(event, depth)
        assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - no other event begins a value
        return _scalar(event.value, plain=not event.style)

    def _table(self, start: yaml.Event, depth: int) -> Table:
        table = Table(_line(start))
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            if isinstance(key, int | Decimal) and not isinstance(key, bool):
                key = str(key)  # a year as a key is a text
            if not isinstance(key, str):
                raise self._refusal("policy.yaml_key", event)
            if key in table:
                first = table.lines[key]
                raise self._refusal("policy.yaml_key_twice", event, key=key, first=first)
            table.lines[key] = _line(event)
            table[key] = self._value(next(self._events), depth + 1)
        return table

    def _series(self, start: yaml.Event, depth: int) -> Series:
        series = Series(_line(start))
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            if len(series) == ITEMS_MAX:
                raise self._refusal("policy.yaml_too_many", event, limit=ITEMS_MAX)
            series.lines.append(_line(event))
            series.append(self._value(event, depth + 1))
        return series


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(text: str, *, plain: bool) -> str | int | Decimal | bool | None:
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def line_of(data: Any, path: tuple[str | int, ...]) -> int:  # noqa: ANN401 - any YAML
    """Return the line on which a path into the data stands, or the nearest that is known."""
    line: int = getattr(data, "line", 1)
    for step in path:
        try:
            line, data = data.lines[step], data[step]
        except (AttributeError, LookupError):  # a scalar has no lines, a table not every key
            return line
    return line
