# SPDX-License-Identifier: Apache-2.0
"""A mapping as SQL: from the columns of an export to one raw text column per field."""

from collections.abc import Mapping as Map
from dataclasses import dataclass

from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.mapping import Group, Mapping, Skip, Source
from shangheng.kernel.records.store.reading import literal, quoted


@dataclass(frozen=True)
class Columns:
    """The columns of a source: the name that people know → the name in SQL."""

    names: Map[str, str]

    def sql(self, name: str) -> str:
        """Return a column in SQL; one that the file does not have is empty."""
        return self.names.get(name, "NULL::VARCHAR")


def _cleaned(text: str, source: Source) -> str:
    """Take out signs that belong to no number; with ``decimal`` the other sign parts thousands."""
    for character in source.strip:
        text = f"replace({text}, {literal(character)}, '')"
    if source.decimal is not None:
        thousands = "." if source.decimal == "," else ","
        text = f"replace(replace({text}, '{thousands}', ''), '{source.decimal}', '.')"
    return text


def _unread(text: str) -> str:
    return f"({text} <> '' AND try_cast({text} AS DECIMAL(18,6)) IS NULL)"


def _reformed(text: str, source: Source) -> str:
    """Apply a source's words to a text expression, in the order in which they are documented."""
    text = text if source.multiply else _cleaned(text, source)
    if source.split is not None:
        text = f"nullif(split_part({text}, {literal(source.split)}, {source.part}), '')"
    if source.times is not None or source.round is not None:
        number = f"try_cast({text} AS DECIMAL(18,6)) * {source.times or '1'}::DECIMAL(18,6)"
        rounded = f"round({number}, {source.round if source.round is not None else 4})"
        text = f"coalesce({rounded}::DECIMAL(38,4)::VARCHAR, {text})"
    if source.time is not None:
        text = f"coalesce(try_strptime({text}, {literal(source.time)})::VARCHAR, {text})"
    if source.zone is not None:
        there = f"try_cast({text} AS TIMESTAMP) AT TIME ZONE {literal(source.zone)}"
        text = f"coalesce(({there} AT TIME ZONE 'Asia/Shanghai')::VARCHAR, {text})"
    if source.region:
        is_code = f"{text} IS NULL OR ascii({text}) <= ascii('9') AND ascii({text}) <> ascii(' ')"
        text = f"CASE WHEN {is_code} THEN {text} ELSE region_code({text}) END"
    return _recoded(text, source)


def _recoded(text: str, source: Source) -> str:
    if not source.values:
        return (
            text if source.otherwise is None else f"coalesce({text}, {literal(source.otherwise)})"
        )
    cases = " ".join(
        f"WHEN {literal(code)} THEN {literal(to)}" for code, to in source.values.items()
    )
    otherwise = text if source.otherwise is None else literal(source.otherwise)
    return f"CASE trim({text}) {cases} ELSE {otherwise} END"


def _expression(source: Source, columns: Columns) -> str:
    if source.constant is not None:
        return literal(source.constant)
    given = [columns.sql(name) for name in source.columns]
    if source.glue is not None:
        text = f"nullif(concat_ws({literal(source.glue)}, {', '.join(given)}), '')"
    elif source.multiply:
        given = [_cleaned(each, source) for each in given]
        product = " * ".join(f"try_cast({each} AS DECIMAL(18,6))" for each in given)
        unread = " OR ".join(_unread(each) for each in given)
        text = f"({product})::DECIMAL(38,6)::VARCHAR"
        text = f"CASE WHEN {unread} THEN concat_ws(' × ', {', '.join(given)}) ELSE {text} END"
    else:
        text = given[0]
    return _reformed(text, source)


def _skipped(skip: Skip, columns: Columns) -> str:
    column = columns.sql(skip.column)
    said = []
    if skip.starts_with:
        starts = (f"starts_with({column}, {literal(each)})" for each in skip.starts_with)
        said.append(f"({' OR '.join(starts)})")
    if skip.equals:
        equal = (f"{column} = {literal(each)}" for each in skip.equals)
        said.append(f"({' OR '.join(equal)})")
    if skip.empty:
        said.append(f"nullif(trim({column}), '') IS NULL")
    if skip.below is not None:
        said.append(f"try_cast({column} AS DECIMAL(18,4)) < {skip.below}::DECIMAL(18,4)")
    return f"coalesce({' AND '.join(said)}, false)"


def skip_condition(mapping: Mapping, columns: Columns) -> str:
    """Return the condition under which a row of the source is left out."""
    return " OR ".join(_skipped(skip, columns) for skip in mapping.skip) or "false"


def raw_columns(kind: RecordKind, mapping: Mapping, columns: Columns) -> str:
    """Return the select list that gives every field's raw text (``raw_<field>``)."""
    told = []
    for field in kind.fields:
        source = mapping.fields.get(field.name)
        text = _expression(source, columns) if source else "NULL::VARCHAR"
        told.append(f"{text} AS {quoted('raw_' + field.name)}")
    return ", ".join(told)


def _gathered(field: f.Field, source: Source, group: Group, columns: Columns) -> str:
    text = _expression(source, columns)
    way = group.how.get(field.name)
    if way is None:
        return f"arg_min({text}, n)"
    if way == "sum" or isinstance(field, f.Number | f.Whole):
        # One amount that cannot be read sends the record back: without it the sum would be wrong.
        unread = f"any_value({text}) FILTER (WHERE {_unread(text)})"
        number = f"{way}(try_cast({text} AS DECIMAL(18,6)))"
        return f"coalesce({unread}, {number}::DECIMAL(38,6)::VARCHAR)"
    if isinstance(field, f.Time):
        return f"coalesce(arg_{way}({text}, try_cast({text} AS TIMESTAMPTZ)), {way}({text}))"
    return f"{way}({text})"


def _gathered_lines(group: Group, columns: Columns) -> str:
    """Return the aggregate that makes lines of a group's rows; a row without any part is none."""
    parts = {part: _expression(source, columns) for part, source in group.lines.items()}
    members = ", ".join(f"{quoted(part)} := {text}" for part, text in parts.items())
    anything = ", ".join(f"nullif({text}, '')" for text in parts.values()) or "NULL"
    gathered = f"list(struct_pack({members}) ORDER BY n)"
    return f"to_json({gathered} FILTER (WHERE coalesce({anything}) IS NOT NULL))::VARCHAR"


def gathered_columns(kind: RecordKind, mapping: Mapping, group: Group, columns: Columns) -> str:
    """Return the aggregates that make one record of the rows of a group."""
    told = []
    for field in kind.fields:
        name = quoted("raw_" + field.name)
        if isinstance(field, f.Lines):
            told.append(f"{_gathered_lines(group, columns)} AS {name}")
            continue
        source = mapping.fields.get(field.name)
        text = _gathered(field, source, group, columns) if source else "NULL::VARCHAR"
        told.append(f"{text} AS {name}")
    return ", ".join(told)
