# SPDX-License-Identifier: Apache-2.0
"""How a text becomes a value, and what may be wrong with it: SQL per type of field.

For each field type two things are told, once: the expression that reads the raw text column into a
value, and the conditions under which a row is rejected. ``raw`` and ``value`` below are the names
of the two columns. All of it runs in DuckDB, a vector of rows at a time.

No expression may become a join, as a long ``IN`` list, ``list_contains`` and a subquery do: rows
would leave the pass in another order than they stand in the file, under wrong line numbers.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shangheng.kernel import codes
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept import kinds

DECIMALS_KEPT = 4
PSEUDONYM_DIGITS = 32
HMAC_BLOCK_BYTES = 64
REGION_BITS = 1_000_000
COUNTY_DIGITS = 6
CONTROL = r"\x00-\x1f\x7f"
UNSEEN = r"\x{a0}\x{ad}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{3000}\x{feff}"
"""Blanks other than the usual one, and marks that have no width."""


@dataclass(frozen=True)
class Fault:
    """A condition that, when true, makes a row bad (or questionable) by a rule at a field."""

    rule: kinds.Rule
    field: f.Field
    when: str


def quoted(name: str) -> str:
    """Return a column name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def raw(field: f.Field) -> str:
    """Return the column that carries a field's text as it came."""
    return quoted(f"raw_{field.name}")


def _text(column: str) -> str:
    """Read a text without the blanks around it; ``trim``, which is slow, only where there are any.

    Blanks other than the usual one are not ASCII, and what comes before ``!`` is blank or control.
    """
    blank = f"{column} < '!' OR suffix({column}, ' ') OR strlen({column}) <> length({column})"
    return _empty(f"CASE WHEN {blank} THEN trim({column}) ELSE {column} END")


def _empty(column: str) -> str:
    return f"nullif({column}, '')"


def _time(column: str) -> str:
    """Read the usual form, which ends in ``:MM:SS``, first; an offset or a zone told counts."""
    usual = f"{column} LIKE '%:__:__'"
    has_zone = f"regexp_matches({column}, ':.*([Zz]|[+-]\\d\\d(:?\\d\\d)?| [A-Za-z][A-Za-z/_]+)$')"
    zoned = f"try_cast({column} AS TIMESTAMPTZ) AT TIME ZONE 'Asia/Shanghai'"
    return (
        f"CASE WHEN {usual} OR NOT {has_zone} THEN try_cast({column} AS TIMESTAMP) "
        f"ELSE {zoned} END"
    )


def pads(key: bytes) -> dict[str, bytes]:
    """Return the pads of HMAC-SHA256 (RFC 2104) under a key, with which ``keyed`` finishes it."""
    padded = key.ljust(HMAC_BLOCK_BYTES, b"\0")
    return {
        name: bytes(byte ^ pad for byte in padded)
        for name, pad in (("inner_pad", 0x36), ("outer_pad", 0x5C))
    }


def keyed(text: str, *, pads_of: str = "") -> str:
    """Return the SQL of the first digits of a text's HMAC; the pads are the connection's."""
    inner = f"unhex(sha256(getvariable('{pads_of}inner_pad') || encode({text})))"
    return f"left(sha256(getvariable('{pads_of}outer_pad') || {inner}), {PSEUDONYM_DIGITS})"


def _person(column: str) -> str:
    return keyed(_text(column))


def _lines_type(field: f.Field) -> str:
    assert isinstance(field, f.Lines)  # noqa: S101 - the table below maps types to readers
    inner = ", ".join(f"{quoted(each.name)} {each.sql_type}" for each in field.fields)
    return f"STRUCT({inner})[]"


def sql_type(field: f.Field) -> str:
    """Return the type under which a field is kept."""
    return _lines_type(field) if isinstance(field, f.Lines) else field.sql_type


def value(field: f.Field) -> str:
    """Return the expression that reads a field's raw text; NULL where it is empty or unfit."""
    column = raw(field)
    match field:
        case f.Person():
            return _person(column)
        case f.Time():
            return _time(column)
        case f.Lines():
            kept = f"try_cast({column}::JSON AS {_lines_type(field)})"
            return f"CASE WHEN json_valid({column}) THEN {kept} END"
        case f.Number() | f.Whole() | f.Day() | f.Flag():
            return f"try_cast({column} AS {field.sql_type})"
        case f.Text():
            return _text(column)
        case _:
            return _empty(column)


def faults(field: f.Field, *, now: str, is_code: bool = False) -> Iterator[Fault]:
    """Give every condition under which this field makes a row bad.

    Of codes two that look alike must be alike: they hold no characters that are not seen.
    """
    name, column = quoted(field.name), raw(field)
    if not field.optional:
        told = name if isinstance(field, f.Text | f.Person) else _empty(column)
        yield Fault(kinds.MISSING, field, f"{told} IS NULL")
    if field.sql_type != "VARCHAR" or isinstance(field, f.Lines):
        yield Fault(kinds.UNREADABLE, field, f"{name} IS NULL AND {column} <> ''")
    match field:
        case f.Whole() | f.Number():
            yield from _number_faults(field)
        case f.Time() | f.Day():
            if not (isinstance(field, f.Day) and field.ahead):
                yield Fault(kinds.IN_THE_FUTURE, field, f"{name} > {now}")
            yield Fault(kinds.OUT_OF_RANGE, field, f"{name} < DATE '1990-01-01'")
        case f.Text():
            yield from _text_faults(field, name, unfit=CONTROL + UNSEEN * is_code)
        case f.Lines():
            yield from _line_faults(field)
        case _:
            yield from _code_faults(field, name)


def _line_faults(lines: f.Lines) -> Iterator[Fault]:
    """Give the conditions under which a value inside any of a record's lines makes it bad.

    Most records have no lines: nothing is worked out for them, which without CASE would take as
    long as a third of all checks.
    """
    for fault in _inner_faults(lines):
        when = f"CASE WHEN {raw(lines)} IS NOT NULL THEN {fault.when} ELSE false END"
        yield replace(fault, when=when)


def _inner_faults(lines: f.Lines) -> Iterator[Fault]:
    kept, text = quoted(lines.name), raw(lines)
    for field in lines.fields:
        name = f"x.{quoted(field.name)}"
        told = replace(field, name=f"{lines.name}.{field.name}")
        values = f"json_extract_string({text}, '$[*].\"{field.name}\"')"
        given = (
            f"CASE WHEN json_valid({text}) THEN len(list_filter({values}, lambda x: x <> '')) END"
        )
        if not field.optional:
            yield Fault(kinds.MISSING, told, f"{given} < len({kept})")
        if field.sql_type != "VARCHAR":
            read = f"len(list_filter({kept}, lambda x: {name} IS NOT NULL))"
            yield Fault(kinds.UNREADABLE, told, f"{given} > {read}")
        for fault in _value_faults(field, name):
            yield Fault(fault.rule, told, f"len(list_filter({kept}, lambda x: {fault.when})) > 0")


def _value_faults(field: f.Field, name: str) -> Iterator[Fault]:
    match field:
        case f.Whole() | f.Number():
            yield from _outside(field, name)
        case f.Text():
            yield from _text_faults(field, name)
        case _:
            yield from _code_faults(field, name)


def _code_faults(field: f.Field, name: str) -> Iterator[Fault]:
    match field:
        case f.OneOf():
            listed = " ".join(f"WHEN {literal(code)} THEN false" for code in field.values)
            unlisted = f"CASE {name} {listed} ELSE {name} IS NOT NULL END"
            yield Fault(kinds.NOT_LISTED, field, unlisted)
        case f.Identifier():
            valid = codes.BY_SCHEME[field.scheme][1](name)
            yield Fault(kinds.WRONG_CODE, field, f"{name} IS NOT NULL AND NOT {valid}")
        case f.Region():
            yield Fault(kinds.NO_SUCH_REGION, field, _no_region(name))
        case _:
            pass


def _number_faults(field: f.Whole | f.Number) -> Iterator[Fault]:
    name, column = quoted(field.name), raw(field)
    is_whole = isinstance(field, f.Whole)
    unusual = f"regexp_matches({column}, '[_a-zA-Z]')" if is_whole else f"contains({column}, '_')"
    yield Fault(kinds.OUT_OF_RANGE, field, unusual)
    yield from _outside(field, name)
    kept = 0 if is_whole else DECIMALS_KEPT
    exact = f"{name} <> try_cast({column} AS DECIMAL(38,16))"
    long = f"strlen({column}) > {kept + 1} AND {column} LIKE '%.{'_' * (kept + 1)}%'"
    yield Fault(kinds.OUT_OF_RANGE, field, _where(long, exact))


def _where(few: str, condition: str) -> str:
    """Return a condition that is asked of few rows only: AND would ask it of all."""
    return f"CASE WHEN {few} THEN {condition} ELSE false END"


def _outside(field: f.Whole | f.Number, name: str) -> Iterator[Fault]:
    bounds = [("<", field.min), (">", field.max)]
    outside = [f"{name} {sign} {bound}" for sign, bound in bounds if bound is not None]
    if outside:
        yield Fault(kinds.OUT_OF_RANGE, field, " OR ".join(outside))


def _text_faults(field: f.Text, name: str, unfit: str = CONTROL) -> Iterator[Fault]:
    long = f"(strlen({name}) > {field.max} AND length({name}) > {field.max})"
    unfit = _where(_is_unusual(name), f"regexp_matches({name}, '[{unfit}]')")
    yield Fault(kinds.UNFIT_TEXT, field, f"{long} OR {unfit}")
    risky = f"ascii({name}) IN ({', '.join(str(ord(sign)) for sign in '=@+-')})"
    formula = f"regexp_matches({name}, '^([=@]|[+-].*[|!(])')"
    yield Fault(kinds.FORMULA_TEXT, field, _where(risky, formula))
    if field.pattern:
        wrong = f"NOT regexp_full_match({name}, {literal(field.pattern)})"
        most = f"{name} <> {literal(field.mostly)}"
        yield Fault(kinds.WRONG_CODE, field, _where(most, wrong) if field.mostly else wrong)


def _is_unusual(name: str) -> str:
    """Return whether a text has more than ASCII's signs, quotation marks and backslash left out.

    All else DuckDB writes as an escape where it tells bytes: seen in half the time in which a
    regular expression goes over a text.
    """
    return f"strlen(encode({name})::VARCHAR) <> strlen({name})"


def _no_region(column: str) -> str:
    """Return whether a column is no division code: by a bitmap of all six-digit codes.

    Of a longer code the county is looked up here; ``receiving`` asks for the few distinct longer
    codes of a batch whether they exist. A join would cost a small batch more than all the rest.
    """
    return (
        f"CASE WHEN strlen({column}) = 6 THEN {_no_county(column)} "
        f"WHEN strlen({column}) IN (9, 12) THEN {_no_county(f'left({column}, 6)')} "
        f"ELSE {column} IS NOT NULL END"
    )


def _no_county(text: str) -> str:
    """DuckDB reads ``3205e2`` as a number, too: it is no code unless written as it stands here."""
    number = f"try_cast({text} AS UINTEGER)"
    bit = f"get_bit(getvariable('region_bits'), {number}::INTEGER) = 0"
    return f"CASE WHEN {number}::VARCHAR = {text} THEN {bit} ELSE true END"


def person_key(master_key: bytes) -> bytes:
    """Return the key under which persons are hidden."""
    return hmac.digest(master_key, b"pseudonym:person", "sha256")


def pseudonym(person: str, master_key: bytes) -> str:
    """Return under which name a person stands in the ledger, as ``_person`` does in bulk."""
    digest = hmac.digest(person_key(master_key), person.strip(" ").encode(), "sha256")
    return digest.hex()[:PSEUDONYM_DIGITS]


def canonical(kind: kinds.RecordKind) -> str:
    """Return the text whose SHA-256 is the record's hash.

    Every field in its declared order, as kept (amounts with four decimals, times as
    ``YYYY-MM-DD HH:MM:SS``, persons as pseudonyms), an empty one as nothing, each followed by
    U+001F, which no value may contain.
    """
    parts = []
    for field in kind.fields:
        name = quoted(field.name)
        parts.append(f"to_json({name})" if isinstance(field, f.Lines) else name)
        parts.append("chr(31)")
    return f"concat({', '.join(parts)})"


def key_number(names: tuple[str, ...]) -> str:
    """Return the 128-bit number by which a record's key is found again."""
    parts = ", chr(31), ".join(quoted(name) for name in names)
    return f"md5_number(concat({parts}))"
