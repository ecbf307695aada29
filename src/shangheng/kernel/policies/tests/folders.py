# SPDX-License-Identifier: Apache-2.0
"""A small jurisdiction that is complete, written to a folder; each test spoils one thing in it."""

from pathlib import Path

HEAD = """\
id: test
zh: 测试省
en: Test Province
region: "320000"
documents: [test-2015]
leading_group: {zh: 领导小组, clause: test-2015 二1, office: 省商务厅, members: [省商务厅]}
"""
DOCUMENT = """\
id: test-2015
zh: 关于测试的意见
en: Opinions on testing
issuer: 测试省人民政府
number: 测政发〔2015〕3号
dated: 2015-03-01
effective: 2015-03-01
lead_rule: first-listed
lead_rule_clause: 二1
cites:
  - {zh: 上位意见, number: 国发〔2013〕9号, clause: 前言}
not_normative:
  - {printed: 十八大, why: {zh: 会议, en: a congress}}
parts:
  - {label: 二, zh: 措施, en: Measures}
clauses:
  - {label: 前言, kinds: [], zh: 依据, en: basis}
  - label: 一
    kinds: [target, duty]
    zh: 交易额
    en: volume
    numbers: [2020年, 3亿元]
    duties:
      - {zh: 统计, en: count, departments: [省统计局, 省商务厅]}
    serves: [target-scoreboard]
  - label: 二1
    part: 二
    kinds: [quota, duty]
    zh: 基地
    en: bases
    numbers: [10个]
    duties:
      - {id: a, zh: 认定, en: recognise, departments: [省商务厅, 省统计局], others: 等}
      - {id: b, zh: 推广, en: spread, departments: [各部门]}
  - {label: 二2, part: 二, kinds: [incentive], zh: 奖励, en: award, numbers: [5万元, 三年]}
"""
PARAMETERS = """\
- id: test.award
  zh: 奖励
  en: award
  unit: CNY
  clause: test-2015 二2
  values: [{from: 2015-03-01, value: 50000}, {from: 2017-01-01, value: 60000.50}]
- id: test.reading
  zh: 口径
  en: reading
  unit: enum
  choose: [each, once]
  clause: test-2015 二2
  values: []
  question: {zh: 每年还是一次？, en: Each year or once?}
- id: test.ladder
  zh: 档次
  en: levels
  unit: ladder
  clause: test-2015 二2
  values: [{from: 2015-03-01, value: [{over: 1, award: 2}, {over: 3, award: 4}]}]
"""
TARGETS = """\
- {id: T-1, clause: test-2015 一, zh: 交易额, en: volume, operator: ">=", value: 3, unit: 亿元,
   amount: 300000000, base_unit: CNY, year: 2020, indicator: volume, judged_by: number}
"""
QUOTAS = """\
- {id: test.bases, clause: test-2015 二1, zh: 基地, en: bases, level: provincial, count: 10}
"""
DEPARTMENTS = """\
- {printed: 省商务厅, zh: 测试省商务厅, en: Commerce, kind: provincial, also: [商务厅]}
- {printed: 省统计局, zh: 测试省统计局, en: Statistics, kind: provincial}
- {printed: 各部门, zh: 各部门, en: all departments, kind: collective}
"""
CODES = """\
- id: test.modes
  zh: 模式
  en: modes
  clause: test-2015 一
  values: [{code: B2B, zh: 企业间, en: between firms}]
"""
PROVISION = """\
id: test.award-for-bases
clause: test-2015 二2
zh: 奖励
en: award
kind: money
computed: true
readings: {how_often: {parameter: test.reading, question: {zh: 每年？, en: Yearly?}}}
"""
COMPARISONS = """\
- id: measure
  zh: 衡量
  en: measure
  kind: difference
  sides: [{document: test-2015, clauses: [test-2015 一], zh: 交易额, en: volume}]
"""
TEXT = """\
测政发〔2015〕3号
根据《上位意见》（国发〔2013〕９号），深入贯彻十八大精神。
一、目标
　　到2020年，交易额不低于３亿元。
二、措施
　　1．认定示范基地10个。
　　2．给予5万元奖励，三年内有效。
2015年3月1日
"""
FILES = {
    "test/jurisdiction.yaml": HEAD,
    "test/documents/test-2015.yaml": DOCUMENT,
    "test/parameters.yaml": PARAMETERS,
    "test/targets.yaml": TARGETS,
    "test/quotas.yaml": QUOTAS,
    "test/departments.yaml": DEPARTMENTS,
    "test/codes.yaml": CODES,
    "test/incentives/award-for-bases.yaml": PROVISION,
    "comparisons.yaml": COMPARISONS,
}
"""Every file of the folder by its name."""


def written(folder: Path, spoilt: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the folder and return it; ``spoilt`` replaces one passage of a file by another."""
    for name, content in FILES.items():
        old, new = (spoilt or {}).get(name, ("", ""))
        assert content.count(old) >= 1, f"{name} does not hold {old!r}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace(old, new, 1) if old else content, encoding="utf-8")
    return folder
