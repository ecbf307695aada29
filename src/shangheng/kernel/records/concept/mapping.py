# SPDX-License-Identifier: Apache-2.0
"""A mapping: how a reporter's own export becomes records of a kind, without code.

A mapping is a small YAML file. ``fields`` says for each field where it comes from::

    kind: order
    fields:
      platform: {constant: tmall}
      order_no: 订单编号                                # the column of that name
      gross: {from: 总金额, times: 0.01}                # 分 to 元
      ordered_at: {from: 创建时间, time: "%d/%m/%Y %H:%M", zone: Europe/London}
      buyer_region: 收货地址                            # of a region, a name becomes its code
      discount: {from: Rabatt, strip: "€ ", decimal: ","} # 1.234,50 €
      mode: {from: 类型, values: {"1": B2C, "2": B2B}, otherwise: C2C}
      product: {join: [品牌, 品名], with: " "}
      shop: {from: 店铺-商品, split: "-", part: 1}
      unit_price: {multiply: [数量, 单价]}
    skip:                                               # rows that are something else
      - {column: Invoice, starts_with: [C, A]}

Where a row of the export is a line of an order, ``group`` gathers rows into records: ``by`` names
the columns that make a record one, ``sum``, ``min`` and ``max`` list fields that are gathered that
way (others take their first value), and ``lines`` gives the fields of each line. ``files`` joins
further exports: ``{details: {pattern: "*明细*", on: {订单号: 订单编号}}}`` makes their columns
known as ``details.列名``. ``header: 4`` says that the names of the columns stand in the fourth
line (in ``files`` each export says its own); what stands above is not read.
"""

import hashlib
import json
import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind

SOURCE_WORDS = frozenset(
    {"from", "constant", "times", "round", "strip", "decimal", "time", "zone", "region", "values",
     "otherwise", "join", "with", "split", "part", "multiply"}
)  # fmt: skip
SKIP_WORDS = frozenset({"column", "starts_with", "equals", "empty", "below"})
NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
WHOLE_MAX = 1_000
NAME = re.compile(r"\w{1,40}")


@dataclass(frozen=True)
class Source:
    """Where one field comes from; see the module for the words."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    times: str | None = None
    round: int | None = None
    strip: str = ""
    decimal: str | None = None
    time: str | None = None
    zone: str | None = None
    region: bool = False
    values: Map[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    glue: str | None = None
    split: str | None = None
    part: int = 1
    multiply: bool = False


@dataclass(frozen=True)
class Skip:
    """Rows that are left out, and counted as skipped: all that is said of ``column`` holds."""

    column: str
    starts_with: tuple[str, ...] = ()
    equals: tuple[str, ...] = ()
    empty: bool = False
    below: str | None = None


@dataclass(frozen=True)
class Group:
    """How rows that are lines are gathered into records."""

    by: tuple[str, ...]
    lines: Map[str, Source]
    how: Map[str, str]


@dataclass(frozen=True)
class Joined:
    """A further export whose columns are known as ``name.column``."""

    name: str
    pattern: str
    on: Map[str, str]
    header: int = 1


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file, checked against its kind."""

    kind: str
    fields: Map[str, Source]
    skip: tuple[Skip, ...] = ()
    group: Group | None = None
    files: tuple[Joined, ...] = ()
    sheet: str | None = None
    header: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column of the exports that the mapping needs, each once."""
        sources = [*self.fields.values(), *(self.group.lines.values() if self.group else ())]
        needed = [name for source in sources for name in source.columns]
        needed += [skip.column for skip in self.skip]
        needed += self.group.by if self.group else ()
        needed += [ours for joined in self.files for ours in joined.on]
        return tuple(dict.fromkeys(needed))

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Return the needed columns of the main export, without those of files beside it."""
        others = tuple(f"{joined.name}." for joined in self.files)
        return tuple(name for name in self.columns if not name.startswith(others))

    def columns_of(self, joined: Joined) -> tuple[str, ...]:
        """Return the needed columns of a file beside the main export, under their own names."""
        prefix = f"{joined.name}."
        told = [name.removeprefix(prefix) for name in self.columns if name.startswith(prefix)]
        return tuple(dict.fromkeys([*joined.on.values(), *told]))


def _refuse_unknown(words: Map[str, Any], known: frozenset[str], *, where: str) -> None:
    for word in words:
        if word not in known:
            close = get_close_matches(str(word), sorted(known), n=1)
            raise Invalid(
                "mapping.unknown_word",
                word=word,
                where=where,
                known=sorted(known),
                did_you_mean=close[0] if close else "—",
            )


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),)


def _table(given: object, *, where: str) -> dict[str, Any]:
    """Return a table of the file, whose words may have been read as numbers or truths."""
    if not isinstance(given, dict):
        raise Invalid("mapping.field_not_told", where=where, given=str(given))
    return {str(name): value for name, value in given.items()}


def _list(given: object, *, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise Invalid("mapping.field_not_told", where=where, given=str(given))
    return given


def _number(given: object, *, where: str) -> str:
    """Return a plain decimal number as text: it goes into a query as it stands."""
    if isinstance(given, bool) or not NUMBER.fullmatch(str(given)):
        raise Invalid("mapping.not_a_number", where=where, given=str(given))
    return str(given)


def _whole(given: object, *, where: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= WHOLE_MAX:
        raise Invalid("mapping.not_a_number", where=where, given=str(given))
    return given


def _zone(given: object, *, where: str) -> str:
    if given not in available_timezones():
        raise Invalid("mapping.unknown_zone", where=where, zone=str(given))
    return str(given)


def _decimal_sign(given: object, *, where: str) -> str:
    if given not in (",", "."):
        raise Invalid("mapping.field_not_told", where=f"{where}.decimal", given=str(given))
    return str(given)


def _flag(given: object, *, where: str) -> bool:
    if not isinstance(given, bool):
        raise Invalid("mapping.not_a_flag", where=where, given=str(given))
    return given


def _source(given: object, *, where: str, region: bool = False) -> Source:
    """Read what stands beside a field; a plain text names the column."""
    if isinstance(given, str):
        return Source(columns=(given,), region=region)
    told = _table(given, where=where)
    _refuse_unknown(told, SOURCE_WORDS, where=where)
    ways = [word for word in ("from", "constant", "join", "multiply") if word in told]
    if len(ways) != 1:
        raise Invalid("mapping.one_origin", where=where, found=ways)
    columns = () if ways[0] == "constant" else _texts(told[ways[0]])
    if ways[0] == "from" and len(columns) != 1:
        raise Invalid("mapping.field_not_told", where=where, given=str(given))
    values = _table(told.get("values", {}), where=f"{where}.values")
    return Source(
        columns=columns,
        constant=_text(told.get("constant")),
        times=_number(told["times"], where=f"{where}.times") if "times" in told else None,
        round=_whole(told["round"], where=f"{where}.round") if "round" in told else None,
        strip=str(told.get("strip", "")),
        decimal=_decimal_sign(told["decimal"], where=where) if "decimal" in told else None,
        time=_text(told.get("time")),
        zone=_zone(told["zone"], where=f"{where}.zone") if "zone" in told else None,
        region=_flag(told.get("region", region), where=where),
        values={code: str(to) for code, to in values.items()},
        otherwise=_text(told.get("otherwise")),
        glue=str(told.get("with", " ")) if "join" in told else None,
        split=_text(told.get("split")),
        part=_whole(told.get("part", 1), where=f"{where}.part"),
        multiply="multiply" in told,
    )


def _text(given: object) -> str | None:
    return None if given is None else str(given)


def _skip(given: object) -> Skip:
    if not isinstance(given, dict) or "column" not in given:
        raise Invalid("mapping.field_not_told", where="skip", given=str(given))
    _refuse_unknown(given, SKIP_WORDS, where="skip")
    return Skip(
        column=str(given["column"]),
        starts_with=_texts(given["starts_with"]) if "starts_with" in given else (),
        equals=_texts(given["equals"]) if "equals" in given else (),
        empty=_flag(given.get("empty", False), where="skip"),
        below=_number(given["below"], where="skip.below") if "below" in given else None,
    )


def _group(asked: object, kind: RecordKind) -> Group:
    given = _table(asked, where="group")
    _refuse_unknown(given, frozenset({"by", "lines", "sum", "min", "max"}), where="group")
    how = {str(name): way for way in ("sum", "min", "max") for name in _texts(given.get(way, []))}
    lines_of = kind.of_type(f.Lines)
    known = frozenset(
        each.name for field_ in lines_of if isinstance(field_, f.Lines) for each in field_.fields
    )
    lines = _table(given.get("lines", {}), where="group.lines")
    if not given.get("by"):
        raise Invalid("mapping.group_by_nothing", where="group.by")
    _refuse_unknown(how, frozenset(each.name for each in kind.fields), where="group")
    _refuse_unknown(lines, known, where="group.lines")
    return Group(
        by=_texts(given["by"]),
        lines={name: _source(each, where=f"lines.{name}") for name, each in lines.items()},
        how=how,
    )


def _joined(name: str, given: object) -> Joined:
    where = f"files.{name}"
    told = _table(given, where=where)
    _refuse_unknown(told, frozenset({"pattern", "on", "header"}), where=where)
    pattern = str(told.get("pattern", ""))
    if not NAME.fullmatch(name) or not pattern or "/" in pattern or not told.get("on"):
        raise Invalid("mapping.field_not_told", where=where, given=str(given))
    on = _table(told["on"], where=f"{where}.on")
    named = {ours: str(theirs) for ours, theirs in on.items()}
    return Joined(name, pattern, named, _header(told, where=f"{where}.header"))


def _header(given: Map[str, Any], *, where: str) -> int:
    """Return the line in which the names of the columns stand."""
    line = _whole(given.get("header", 1), where=where)
    if not line:
        raise Invalid("mapping.not_a_number", where=where, given="0")
    return line


def parse(given: object, kind: RecordKind) -> Mapping:
    """Check what a YAML file says against its kind; refuse what cannot work, with the place."""
    if not isinstance(given, dict) or not isinstance(given.get("fields"), dict):
        raise Invalid("mapping.no_fields", kind=kind.name)
    words = frozenset({"kind", "fields", "skip", "group", "files", "sheet", "header", "note"})
    _refuse_unknown(given, words, where="mapping")
    if given.get("kind", kind.name) != kind.name:
        raise Invalid("mapping.other_kind", mapping=given["kind"], asked=kind.name)
    names = frozenset(field_.name for field_ in kind.fields)
    _refuse_unknown(given["fields"], names, where="fields")
    gathered = frozenset(each.name for each in kind.of_type(f.Lines)) if "group" in given else ()
    told = {*given["fields"], *gathered}
    missing = [each.name for each in kind.fields if not each.optional and each.name not in told]
    if missing:
        raise Invalid("mapping.required_untold", kind=kind.name, fields=missing)
    regions = {each.name for each in kind.of_type(f.Region)}
    return Mapping(
        kind=kind.name,
        fields={
            name: _source(each, where=name, region=name in regions)
            for name, each in given["fields"].items()
        },
        skip=tuple(_skip(each) for each in _list(given.get("skip", []), where="skip")),
        group=_group(given["group"], kind) if "group" in given else None,
        files=tuple(
            _joined(name, each)
            for name, each in _table(given.get("files", {}), where="files").items()
        ),
        sheet=_text(given.get("sheet")),
        header=_header(given, where="header"),
    )


def plain(kind: RecordKind) -> Mapping:
    """Return the mapping of a file that already uses the kind's own column names."""
    return Mapping(
        kind.name,
        {
            each.name: Source(columns=(each.name,), region=isinstance(each, f.Region))
            for each in kind.fields
        },
    )


def digest_of(mapping: object) -> str:
    """Return the SHA-256 of a mapping's content; nothing where none was given."""
    if mapping is None:
        return ""
    told = json.dumps(mapping, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
