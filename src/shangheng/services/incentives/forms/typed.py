# SPDX-License-Identifier: Apache-2.0
"""The main facts as fields of a page: what is typed becomes the same text as a facts file.

What is on file of a firm fills the fields as far as they go.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shangheng.services.incentives.rules.conditions import OFFICER
from shangheng.services.incentives.rules.decide import READING
from shangheng.services.incentives.rules.provisions import Provision

NUMBER = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{1,30})?")
SEPARATED = re.compile(r"¥?\s*[0-9]{1,3}([,，][0-9]{3})+(\.[0-9]+)?")
YES_NO = (("true", "是", "yes"), ("false", "否", "no"))
KINDS = (
    ("enterprise", "企业", "enterprise"), ("sole_trader", "个体工商户", "sole trader"),
    ("cooperative", "合作社", "cooperative"), ("person", "个人", "person"),
)  # fmt: skip
ROWS_MAX = 60
OTHERS = {
    "hires": ("新录用的毕业生和岗前培训", "graduates hired and their training"),
    "costs": ("发生的费用", "the costs"), "bills": ("水电气账单", "utility bills"),
    "income_tax": ("缴纳的个人所得税", "personal income tax paid"),
    "amount": ("金额（须由主管部门确定）", "the amount, which the authority decides"),
    "party.headquarters_region": ("总部所在地", "where the head office is"),
    "party.operations_region": ("运营中心所在地", "where the operations centre is"),
    "party.settlement_region": ("结算中心所在地", "where the settlement centre is"),
    "talent.since": ("引进人才的日期", "the day on which the talent came"),
    "talent.contract_date": ("签约日期", "the day of the contract"),
    "talent.first_tax_date": ("首次缴税日期", "the day of the first tax"),
    "talent.recognition_date": ("认定日期", "the day of the recognition"),
    "premises.filing_date": ("备案日期", "the day of the filing"),
    "premises.business_start": ("开业日期", "the day on which business began"),
}  # fmt: skip
"""What may be missing and has no field on the page."""
JUDGED = f"{OFFICER}: "
ENTRY = re.compile(r"(?P<group>\w+)\[(?P<place>[^\]]*)\](\.(?P<field>\w+))?")
MODES = (("B2B", "B2B", "B2B"), ("B2C", "B2C", "B2C"), ("C2C", "C2C", "C2C"))
LEVELS = (
    ("national", "国家级", "national"), ("provincial", "省级", "provincial"),
    ("city", "市级", "city"), ("county", "县级", "county"),
)  # fmt: skip
HONOURS = (
    ("brand", "品牌", "brand"), ("demonstration-base", "示范基地", "demonstration base"),
    ("demonstration-enterprise", "示范企业", "demonstration enterprise"),
)  # fmt: skip
FINDINGS = (
    ("infringement", "侵权", "infringement"), ("fraud", "欺诈", "fraud"),
    ("bribery", "行贿", "bribery"), ("safety-accident", "安全事故", "safety accident"),
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """A field: where its fact stands in a file, its words, how it is typed or chosen."""

    name: str
    zh: str
    en: str
    form: str = "text"
    choices: tuple[tuple[str, str, str], ...] = ()

    def can_say(self, value: object) -> bool:
        """Return whether a value of a facts file can stand in the field."""
        return not self.choices or _plain(value) in {code for code, _, _ in self.choices}


@dataclass(frozen=True)
class Group:
    """Fields that go together; at least ``rows`` of them if they are entries of a list."""

    name: str
    zh: str
    en: str
    fields: tuple[Typed, ...]
    rows: int = 0

    def prefixes(self, given: Mapping[str, str]) -> list[str]:
        """Return how the names of each row begin; there are as many as were filled in."""
        if not self.rows:
            return [self.name]
        filled = (row for row in range(self.rows, ROWS_MAX) if self.is_filled(row, given))
        return [f"{self.name}.{row}" for row in range(max([self.rows - 1, *filled]) + 1)]

    def is_filled(self, row: int, given: Mapping[str, str]) -> bool:
        """Return whether something was typed in a row."""
        return any(given.get(f"{self.name}.{row}.{each.name}") for each in self.fields)

    def holds(self, entry: object) -> bool:
        """Return whether the fields of a row can say all that an entry of a facts file says."""
        by_name = {each.name: each for each in self.fields}
        return isinstance(entry, Mapping) and all(
            name in by_name and by_name[name].can_say(value) for name, value in entry.items()
        )


GROUPS = (
    Group("party", "企业", "The firm", (
        Typed("kind", "主体", "kind of party", "choice", KINDS),
        Typed("registered_region", "注册地（区划代码）", "registered in (code of the division)"),
        Typed("ecommerce", "电子商务企业", "an e-commerce firm", "choice", YES_NO),
        Typed("above_scale", "规模以上", "above scale", "choice", YES_NO),
        Typed("key_industry", "重点产业", "of a key industry", "choice", YES_NO),
        Typed("agricultural", "农产品电商", "sells agricultural products", "choice", YES_NO),
    )),
    Group("sales", "网上销售额（元）", "Online sales (yuan)", (
        Typed("year", "年", "year", "number"),
        Typed("mode", "模式", "mode", "choice", MODES),
        Typed("amount", "金额", "amount", "number"),
    ), 4),
    Group("leases", "租用的场地", "Leased premises", (
        Typed("area_m2", "面积（平方米）", "area (m²)", "number"),
        Typed("annual_rent", "年租金（元）", "rent a year (yuan)", "number"),
        Typed("from", "起", "from", "date"),
        Typed("to", "止", "to", "date"),
        Typed("use", "用途", "use", "choice", (("office", "办公", "office"),
                                             ("warehouse", "仓储", "warehouse"))),
    ), 1),
    Group("fibre", "光纤专线", "Private fibre line", (
        Typed("from", "开通日期", "from", "date"),
        Typed("first_year_rent", "首年租费（元）", "rent of the first year (yuan)", "number"),
        Typed("new", "新开通", "newly opened", "choice", YES_NO),
    ), 1),
    Group("honours", "荣誉", "Recognition", (
        Typed("kind", "种类", "kind", "choice", HONOURS),
        Typed("level", "级别", "level", "choice", LEVELS),
        Typed("date", "日期", "date", "date"),
    ), 2),
    Group("findings", "违法记录", "Findings against the firm", (
        Typed("kind", "种类", "kind", "choice", FINDINGS),
        Typed("year", "年", "year", "number"),
    ), 1),
    Group("rnd", "研发费用（元）", "Cost of research (yuan)", (
        Typed("year", "年", "year", "number"),
        Typed("expensed", "计入当期损益", "expensed", "number"),
        Typed("capitalised", "形成无形资产", "capitalised", "number"),
    ), 1),
)  # fmt: skip


def filled(facts: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what is on file as typed fields, and the sections that the fields cannot say."""
    given: dict[str, str] = {}
    rest = dict(facts)
    for group in GROUPS:
        section = facts.get(group.name)
        entries = section if isinstance(section, list) else [section]
        if not section or len(entries) > ROWS_MAX or not all(map(group.holds, entries)):
            continue
        del rest[group.name]
        prefixes = [f"{group.name}.{row}" for row in range(len(entries))]
        for prefix, entry in zip(prefixes if group.rows else [group.name], entries, strict=True):
            given |= {f"{prefix}.{name}": _plain(value) for name, value in entry.items()}
    return given, rest


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def composed(given: Mapping[str, str]) -> str:
    """Return what was typed as a facts file, one entry a line; what is blank is unknown."""
    lines = []
    for group in GROUPS:
        if not group.rows:
            if entry := _entry(group, group.name, given):
                lines.append(f"{group.name}: {entry}")
            continue
        entries = [_entry(group, prefix, given) for prefix in group.prefixes(given)]
        if any(entries):
            lines.append(f"{group.name}:")
            lines += [f"  - {entry}" for entry in entries if entry]
    return "\n".join(lines)


def _entry(group: Group, prefix: str, given: Mapping[str, str]) -> str:
    written = [
        f"{each.name}: {_scalar(text)}"
        for each in group.fields
        if (text := given.get(f"{prefix}.{each.name}", "").strip())
    ]
    return "{" + ", ".join(written) + "}" if written else ""


def _scalar(text: str) -> str:
    """Return a value as YAML: numbers and yes or no as they are, anything else as a text."""
    if SEPARATED.fullmatch(text):
        text = re.sub(r"[¥\s,，]", "", text)
    if NUMBER.fullmatch(text) or text in {"true", "false"}:
        return text
    return json.dumps(text, ensure_ascii=False)


def words_of(provisions: Iterable[Provision]) -> dict[str, tuple[str, str]]:
    """Return the words of all that may be missing under provisions.

    Those of facts are the form's, else the condition's that asks; of a reading its question.
    """
    provisions = tuple(provisions)
    asked = {
        name: (each.zh, each.en)
        for provision in provisions
        for each in provision.requires
        for name in each.facts
    }
    questions = {
        f"{READING}{each.name}": (each.zh, each.en)
        for provision in provisions
        for each in provision.readings
    }
    return {**asked, **questions, **OTHERS, **dict(_labels())}


def told_in_words(names: Iterable[str], provisions: Iterable[Provision]) -> list[dict[str, str]]:
    """Return what is missing under provisions: by name, and in Chinese and English."""
    words = words_of(provisions)
    told = ((name, in_words(name, words)) for name in names)
    return [{"name": name, "zh": zh, "en": en} for name, (zh, en) in told]


def in_words(name: str, words: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return what is missing in words: a fact, a field of an entry, what an officer judges."""
    if name in words:
        return words[name]
    if name.startswith(JUDGED):
        condition = name.removeprefix(JUDGED)
        return f"须由主管部门认定：{condition}", f"for an officer to judge: {condition}"
    entry = ENTRY.fullmatch(name)
    if entry is None:
        return name, name
    place = entry["place"]
    row = str(int(place) + 1) if place.isdecimal() else place
    group = words.get(entry["group"], (entry["group"],) * 2)
    zh, en = words.get(f"{entry['group']}.{entry['field']}", group)
    return f"{zh}（第 {row} 项）" if place.isdecimal() else f"{zh}（{row}）", f"{en} ({row})"


def _labels() -> Iterator[tuple[str, tuple[str, str]]]:
    for group in GROUPS:
        yield group.name, (group.zh, group.en)
        for each in group.fields:
            yield (
                f"{group.name}.{each.name}",
                (f"{group.zh}：{each.zh}", f"{group.en}: {each.en}"),
            )


def shown(given: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the groups with each field's full name and what was typed, row by row."""
    found: list[dict[str, object]] = []
    for group in GROUPS:
        rows = [
            [
                (each, f"{prefix}.{each.name}", given.get(f"{prefix}.{each.name}", ""))
                for each in group.fields
            ]
            for prefix in group.prefixes(given)
        ]
        found.append({"group": group, "rows": rows})
    return found
