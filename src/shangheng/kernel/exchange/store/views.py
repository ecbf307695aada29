# SPDX-License-Identifier: Apache-2.0
"""An agreement compiled to a view: which records it covers, and what of each may leave, as SQL.

Every value leaves as text in one fixed form, so that the same parcel made again has the same
bytes. ``_record`` makes a record one for its receiver without telling the key where the key is not
shared: an HMAC under a key of this agreement, so that two receivers cannot put theirs together.
"""

import hmac
from collections.abc import Sequence

import duckdb

from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.masks import MASKS
from shangheng.kernel.exchange.concept.parcels import ACT, PUT, RECORD, SEQUENCE, WITHDRAW
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.store.reading import keyed, literal, pads, quoted
from shangheng.kernel.regions.concept import stem

PADS = "exchange_"


def prepare(connection: duckdb.DuckDBPyConnection, agreement: Agreement, *, key: bytes) -> None:
    """Give the connection the agreement's own key, made of the master key and its name."""
    own = hmac.digest(key, f"exchange:{agreement.name}".encode(), "sha256")
    for name, pad in pads(own).items():
        connection.execute(f"SET VARIABLE {PADS}{name} = ?::BLOB", [pad])


def _text(field: f.Field) -> str:
    """Return the text of a value as kept."""
    name = quoted(field.name)
    match field:
        case f.Time():
            return f"strftime({name}, '%Y-%m-%d %H:%M:%S')"
        case f.Lines():
            return f"to_json({name})::VARCHAR"
        case _:
            return f"{name}::VARCHAR"


def _shared(agreement: Agreement, name: str) -> str:
    text = _text(agreement.kind.field(name))
    masked = MASKS[agreement.fields[name]].sql.format(v=text, hmac=keyed(text, pads_of=PADS))
    return f"CASE WHEN {quoted(name)} IS NOT NULL THEN {masked} END"


def record_id(agreement: Agreement) -> str:
    """Return what makes a record one to the receivers of this agreement."""
    parts = ", chr(31), ".join(f"coalesce({_text(agreement.kind.field(n))}, '')"
                               for n in agreement.kind.key)  # fmt: skip
    return keyed(f"concat({parts})", pads_of=PADS)


def covered(agreement: Agreement) -> str:
    """Return the condition under which a record is covered."""
    day = f"{quoted(agreement.kind.day)}::DATE"
    told = [
        f"{day} {sign} DATE {literal(end.isoformat())}"
        for sign, end in ((">=", agreement.days.since), ("<=", agreement.days.until))
        if end is not None
    ]
    return f"coalesce({' AND '.join([*told, *meant(agreement)]) or 'true'}, false)"


def meant(agreement: Agreement) -> list[str]:
    """Return the conditions that a record's values must meet."""
    told = []
    for name, values in agreement.only.items():
        text = f"{quoted(name)}::VARCHAR"
        if isinstance(agreement.kind.field(name), f.Region):
            inside = " OR ".join(f"starts_with({text}, {literal(stem(v))})" for v in values)
            told.append(f"({inside})")
        else:
            told.append(f"{text} IN ({', '.join(map(literal, values))})")
    return told


def line(agreement: Agreement, *, act: str, sequence: str) -> str:
    """Return a shared record as one line of JSON; a withdrawn one tells only which it is."""
    names = [
        name
        for name in agreement.fields
        if act == PUT or (act == WITHDRAW and name in agreement.kind.key)
    ]
    told = {SEQUENCE: sequence, ACT: literal(act), RECORD: record_id(agreement)}
    told |= {name: _shared(agreement, name) for name in names}
    parts = ", ".join(f"{quoted(name)} := {sql}" for name, sql in told.items())
    return f"to_json(struct_pack({parts}))::VARCHAR"


def needed(agreement: Agreement, formerly: Sequence[Agreement] = ()) -> list[str]:
    """Return the columns that the view reads."""
    names = [agreement.kind.day, *agreement.kind.key, *agreement.fields, *agreement.asked_by]
    names += [name for each in (agreement, *formerly) for name in each.only]
    return list(dict.fromkeys(names))


def matching(asked: Sequence[str]) -> str:
    """Return the condition under which a record has the bound values."""
    return " AND ".join(f"{quoted(name)}::VARCHAR = ?" for name in asked)


def behind(agreement: Agreement, asked: Sequence[str]) -> str:
    """Return the condition under which a record lies behind a figure of the bound values.

    Of a time the value may be a day, a month or a year; a division stands for what lies in it.
    """
    told = []
    for name in asked:
        field = agreement.kind.field(name)
        loose = isinstance(field, f.Time | f.Day | f.Region)
        told.append(f"starts_with({_text(field)}, ?)" if loose else f"{_text(field)} = ?")
    return " AND ".join(told)
