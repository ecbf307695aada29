# SPDX-License-Identifier: Apache-2.0
"""An agreement (数据共享协议): what leaves, from whom to whom, why, how long and in which form.

It is read from a file that both sides can read aloud:

    agreement: kunshan-orders
    edition: 1
    zh: 昆山市网络交易订单上报
    en: Online orders of Kunshan, reported to Suzhou
    from: kunshan
    to: [suzhou]
    basis: [jiangsu-2015 (三十)]
    in_force: {from: 2026-01-01, until: 2028-12-31}
    shares: order
    days: {from: 2025-01-01}
    only: {seller_region: ["320583"]}
    fields: {platform: plain, order_no: plain, buyer: pseudonym, paid: plain, ordered_at: plain}
    after_end: delete

What is not written does not leave. Where a yes or no is enough, ``discloses: match`` takes the
place of delivery: the receiver asks by the fields ``asked_by`` and learns whether there is such a
record, at most ``asks_a_day_max`` times. With ``discloses: asked`` it gets the agreed fields of
the records behind what it asks for: so a figure is followed down to them where that is allowed.
``shares`` may name a register; with ``source: received`` it is not our own register that is passed
on but what others have shared of theirs, as a city tells its province of its counties.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.exchange.concept.masks import MASKS, PSEUDONYM
from shangheng.kernel.exchange.concept.registered import Registered
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
Discloses = Literal["records", "match", "asked"]
Source = Literal["own", "received"]
AfterEnd = Literal["delete", "keep"]
SHAPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("agreement", "zh", "en", "from", "shares", "after_end", "discloses",
                     "source"),
                    (str, "须为文字 must be a text")),
    **dict.fromkeys(("to", "basis", "asked_by"), (list, "须为列表 must be a list")),
    **dict.fromkeys(("in_force", "days", "only", "fields"), (Mapping, "须为键值 must be a table")),
    **dict.fromkeys(("edition", "asks_a_day_max"), (int, "须为整数 must be a whole number")),
}  # fmt: skip
CHOICES = {"after_end": ("delete", "keep"), "discloses": ("records", "match", "asked"),
           "source": ("own", "received")}  # fmt: skip
NEEDED = ("agreement", "edition", "zh", "en", "from", "to", "basis", "in_force", "shares",
          "after_end")  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Days from one to another, both included; an open end is ``None``."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether a day lies in it."""
        return (self.since is None or self.since <= on) and (
            self.until is None or on <= self.until
        )


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A data-sharing agreement as declared; ``fields`` maps each shared field to its mask.

    ``in_force`` is when it may be used at all, ``days`` which days' records it covers, ``only``
    which values a record must have (a division stands for all that lies in it).
    """

    name: str
    edition: int
    zh: str
    en: str
    provider: str
    receivers: tuple[str, ...]
    basis: tuple[str, ...]
    in_force: Period
    kind: RecordKind
    days: Period
    only: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, str]
    after_end: AfterEnd
    discloses: Discloses = "records"
    source: Source = "own"
    asked_by: tuple[str, ...] = ()
    asks_a_day_max: int = 0
    text: str = ""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was declared."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def until(self) -> date:
        """Return the last day on which it holds."""
        assert self.in_force.until is not None  # noqa: S101 - refused otherwise when it was read
        return self.in_force.until

    @property
    def title(self) -> str:
        """Return name and edition, as parcels and the log cite it."""
        return f"{self.name}.{self.edition}"


def parse(plain: Mapping[str, Any], kinds: Mapping[str, RecordKind]) -> Agreement:
    """Return what was declared.

    Raises:
        Invalid: it cannot be an agreement (``agreement.wrong``), with every reason.
    """
    told = str(plain.get("agreement", "?"))
    wrong = list(wrong_shapes(plain, SHAPES, NEEDED)) or list(_form(plain, kinds))
    if wrong:
        raise Invalid("agreement.wrong", agreement=told, wrong=wrong)
    made = _made(plain, kinds[str(plain["shares"])])
    if wrong := list(_problems(made)):
        raise Invalid("agreement.wrong", agreement=told, wrong=wrong)
    return made


def _form(plain: Mapping[str, Any], kinds: Mapping[str, RecordKind]) -> Iterator[str]:
    if plain.get("shares") and str(plain["shares"]) not in kinds:
        yield f"shares: {plain['shares']} 无此种类或名录 no such kind or register; {sorted(kinds)}"
    for name, choices in CHOICES.items():
        if plain.get(name, choices[0]) not in choices:
            yield f"{name}: {' | '.join(choices)}"
    for name in ("in_force", "days"):
        yield from _wrong_days(name, plain.get(name) or {})


def wrong_shapes(
    plain: Mapping[str, Any], shapes: Mapping[str, tuple[type, str]], needed: Iterable[str]
) -> Iterator[str]:
    """Yield which entries of a declaration are unknown, missing or of the wrong shape."""
    for name in sorted(set(plain) - set(shapes)):
        yield f"{name}: 没有这一项 no such entry"
    for name in needed:
        if plain.get(name) in (None, "", [], {}):
            yield f"{name}: 缺少 missing"
    for name, (type_, told) in shapes.items():
        if plain.get(name) is not None and not isinstance(plain[name], type_):
            yield f"{name}: {told}"


def _wrong_days(name: str, given: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML
    for end, day in given.items() if isinstance(given, Mapping) else ():
        try:
            date.fromisoformat(str(day))
        except ValueError:
            yield f"{name}.{end}: {day} 不是日期 is no day"
        if end not in ("from", "until"):
            yield f"{name}.{end}: 只有 from 与 until there is only from and until"


def _made(plain: Mapping[str, Any], kind: RecordKind) -> Agreement:
    only = {
        str(name): tuple(map(_word, values if isinstance(values, list) else [values]))
        for name, values in (plain.get("only") or {}).items()
    }
    named = {str(name): str(mask) for name, mask in (plain.get("fields") or {}).items()}
    # In the order of the kind: a database may keep a table's entries in another than the file's.
    ordered = [each.name for each in kind.fields if each.name in named]
    return Agreement(
        name=str(plain["agreement"]), edition=plain["edition"],
        zh=str(plain["zh"]), en=str(plain["en"]), provider=str(plain["from"]),
        receivers=tuple(map(str, plain["to"])), basis=tuple(map(str, plain["basis"])),
        in_force=_period(plain["in_force"]), kind=kind, days=_period(plain.get("days") or {}),
        only=only, fields={name: named[name] for name in dict.fromkeys((*ordered, *named))},
        after_end=plain["after_end"], discloses=plain.get("discloses", "records"),
        source=plain.get("source", "own"),
        asked_by=tuple(map(str, plain.get("asked_by", []))),
        asks_a_day_max=plain.get("asks_a_day_max", 0),
        text=json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str),
    )  # fmt: skip


def _word(value: Any) -> str:  # noqa: ANN401 - any YAML
    return str(value).lower() if isinstance(value, bool) else str(value)


def _period(plain: Mapping[str, Any]) -> Period:
    ends = [plain.get(end) for end in ("from", "until")]
    return Period(*(date.fromisoformat(str(end)) if end else None for end in ends))


def _problems(made: Agreement) -> Iterator[str]:
    for name in (made.name, made.provider, *made.receivers):
        if not NAME.fullmatch(name):
            yield f"{name}: 须为小写字母、数字、连字符 must be lower-case letters, digits, hyphens"
    if made.provider in made.receivers:
        yield f"to: {made.provider} 不能是提供方自己 cannot be the provider itself"
    if made.in_force.since is None or made.in_force.until is None:
        yield "in_force: 须写明起止 needs both from and until"
    if made.edition < 1:
        yield "edition: 从 1 起 begins with 1"
    yield from _wrong_fields(made)
    yield from _disclosure(made)


def _wrong_fields(made: Agreement) -> Iterator[str]:
    known = {each.name: each for each in made.kind.fields}
    for name in dict.fromkeys((*made.only, *made.fields, *made.asked_by)):
        if name not in known:
            yield f"{name}: {made.kind.name} 没有该字段 has no such field"
    for name in made.only:
        if isinstance(known.get(name), f.Lines):
            yield f"only.{name}: 明细不能作条件 a list cannot be a condition"
    for name, mask in made.fields.items():
        yield from _wrong_mask(known.get(name), mask)


def _wrong_mask(field: f.Field | None, mask: str) -> Iterator[str]:
    if field is None:
        return
    if mask not in MASKS:
        yield f"fields.{field.name}: {mask} 不是脱敏方式 is no mask; {sorted(MASKS)}"
    elif not isinstance(field, MASKS[mask].fits):
        yield f"fields.{field.name}: {mask} 不适用于该字段 does not fit this field"
    elif field.sensitivity == "personal" and mask != PSEUDONYM:
        yield f"fields.{field.name}: 个人信息只能以化名共享 personal data leaves as pseudonym only"


def _disclosure(made: Agreement) -> Iterator[str]:
    if made.source == "received" and not isinstance(made.kind, Registered):
        yield "source: 只用于名录 is for registers; a ledger holds every source's word"
    questions = bool(made.asked_by) and made.asks_a_day_max > 0
    match made.discloses:
        case "records":
            if not made.fields or made.asked_by or made.asks_a_day_max:
                yield "fields: 共享记录须列出字段，不设查询 records need fields and no questions"
        case "match":
            if made.fields or not questions:
                yield (
                    "asked_by: 只答有无须写明 asked_by 与 asks_a_day_max，不列 fields "
                    "match needs asked_by and asks_a_day_max, and no fields"
                )
        case "asked":
            if not made.fields or not questions:
                yield (
                    "asked_by: 按问提供须写明 fields、asked_by 与 asks_a_day_max "
                    "asked needs fields, asked_by and asks_a_day_max"
                )
