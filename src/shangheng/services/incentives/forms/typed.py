# SPDX-License-Identifier: Apache-2.0
"""The main facts as fields of a page: what is typed becomes the same text as a facts file."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shangheng.services.incentives.rules.decide import READING
from shangheng.services.incentives.rules.provisions import Provision

NUMBER = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{1,30})?")
SEPARATED = re.compile(r"¥?\s*[0-9]{1,3}([,，][0-9]{3})+(\.[0-9]+)?")
YES_NO = (("true", "是", "yes"), ("false", "否", "no"))
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


@dataclass(frozen=True)
class Group:
    """Fields that go together; ``rows`` of them if they are entries of a list."""

    name: str
    zh: str
    en: str
    fields: tuple[Typed, ...]
    rows: int = 0


GROUPS = (
    Group("party", "企业", "The firm", (
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


def composed(given: Mapping[str, str]) -> str:
    """Return what was typed as a facts file, one entry a line; what is blank is unknown."""
    lines = []
    for group in GROUPS:
        if not group.rows:
            if entry := _entry(group, group.name, given):
                lines.append(f"{group.name}: {entry}")
            continue
        entries = [_entry(group, f"{group.name}.{row}", given) for row in range(group.rows)]
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
    return {**asked, **questions, **dict(_labels())}


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
        prefixes = [f"{group.name}.{row}" for row in range(group.rows)] or [group.name]
        rows = [
            [
                (each, f"{prefix}.{each.name}", given.get(f"{prefix}.{each.name}", ""))
                for each in group.fields
            ]
            for prefix in prefixes
        ]
        found.append({"group": group, "rows": rows})
    return found
