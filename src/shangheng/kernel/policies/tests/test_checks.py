# SPDX-License-Identifier: Apache-2.0
"""What is wrong in a folder is found where it stands; a folder without a fault is clean."""

from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.messages import text
from shangheng.kernel.policies import queries
from shangheng.kernel.policies.concept import Flaw
from shangheng.kernel.policies.tests.folders import TEXT, written

DOCUMENT, PARAMETERS = "test/documents/test-2015.yaml", "test/parameters.yaml"
HEAD, TARGETS, QUOTAS = "test/jurisdiction.yaml", "test/targets.yaml", "test/quotas.yaml"
DEPARTMENTS, CODES = "test/departments.yaml", "test/codes.yaml"
PROVISION, COMPARISONS = "test/incentives/award-for-bases.yaml", "comparisons.yaml"
INDICATORS = {"volume"}

SPOILT = [
    # what the schemas see
    (DOCUMENT, "issuer:", "isuer:", "policy.field_unknown", 4),
    (DOCUMENT, "issuer: 测试省人民政府\n", "", "policy.field_missing", 1),
    (DOCUMENT, "dated: 2015-03-01", "dated: 2015-02-30", "policy.value_wrong", 6),
    (DOCUMENT, "kinds: [target, duty]", "kinds: [target, wish]", "policy.value_wrong", 19),
    (DOCUMENT, "label: 一", "label: 其一", "policy.value_wrong", 18),
    (DOCUMENT, "numbers: [2020年, 3亿元]", "numbers: [3亿元, 3亿元]", "policy.value_wrong", 22),
    (PARAMETERS, "value: 50000", "value: [1, 2]", "policy.value_wrong", 6),
    (TARGETS, 'operator: ">="', 'operator: "<"', "policy.value_wrong", 1),
    (HEAD, 'region: "320000"', "region: 320000", "policy.value_wrong", 4),
    # the folder
    (HEAD, "id: test", "id: elsewhere", "policy.wrong_folder", 1),
    (HEAD, "320000", "990000", "policy.region_unknown", 1),
    (HEAD, "[test-2015]", "[test-2015, test-2016]", "policy.document_missing", 1),
    (HEAD, "[test-2015]", "[test-2014]", "policy.document_not_listed", 1),
    # clauses
    (DOCUMENT, "label: 二2", "label: 二3", "policy.clause_gap", 35),
    (DOCUMENT, "label: 二2", "label: 二1", "policy.clause_twice", 35),
    (DOCUMENT, "label: 二2", "label: 前言", "policy.clause_misplaced", 35),
    (DOCUMENT, "label: 前言", "label: 结语", "policy.clause_misplaced", 17),
    (DOCUMENT, "part: 二", "part: 三", "policy.part_unknown", 26),
    (DOCUMENT, "clause: 前言}", "clause: 九}", "policy.clause_unknown", 11),
    (DOCUMENT, "lead_rule_clause: 二1", "lead_rule_clause: 九", "policy.clause_unknown", 1),
    (DOCUMENT, "target-scoreboard", "no-such-system", "policy.system_unknown", 18),
    (DOCUMENT, "id: a", "id: b", "policy.duty_letters", 26),
    (DOCUMENT, "[省统计局, 省商务厅]", "[省统计厅]", "policy.department_not_listed", 24),
    (DOCUMENT, "others: 等", "lead: 省统计局", "policy.lead_unlike", 33),
    (HEAD, "zh: 测试省", "zh: [测试省]", "policy.value_wrong", 2),
    (DOCUMENT, "departments: [各部门]", "departments: []", "policy.duty_of_nobody", 34),
    (DOCUMENT, "kinds: [incentive]", "kinds: [target]", "policy.kind_unlike", 35),
    (DOCUMENT, "kinds: [quota, duty]", "kinds: [duty]", "policy.kind_unlike", 26),
    # circles
    (DOCUMENT, "lead_rule:", "supersedes: [test-2015]\nlead_rule:", "policy.circle", 1),
    (DOCUMENT, "lead_rule:", "supersedes: [test-2010]\nlead_rule:", "policy.document_unknown", 1),
    (DOCUMENT, "number: 国发", "document: test-2015, number: 国发", "policy.circle", 1),
    # parameters
    (PARAMETERS, "from: 2017-01-01", "from: 2015-03-01", "policy.two_values", 1),
    (PARAMETERS, "clause: test-2015 二2", "clause: test-2015 二9", "policy.clause_unknown", 1),
    (PARAMETERS, "clause: test-2015 二2", "clause: test-2014 二2", "policy.clause_unknown", 1),
    (PARAMETERS, "clause: test-2015 二2", "clause: test-2015 二2#a", "policy.clause_unknown", 1),
    (PARAMETERS, "value: 50000", "value: null", "policy.question_missing", 1),
    (PARAMETERS, "unit: enum", "unit: text", "policy.choices_missing", 7),
    (PARAMETERS, "unit: CNY", "unit: enum", "policy.choices_missing", 1),
    (PARAMETERS, "id: test.reading", "id: test.award", "policy.twice", 7),
    (PARAMETERS, "{over: 3, award: 4}", "{over: 1, award: 4}", "policy.ladder", 15),
    (
        PARAMETERS, "values: []", "values: [{from: 2015-03-01, value: never}]",
        "policy.choice_unknown", 7,
    ),
    # targets and lists
    (TARGETS, "clause: test-2015 一", "clause: test-2015 八", "policy.clause_unknown", 1),
    (TARGETS, "indicator: volume", "indicator: sales", "policy.indicator_unknown", 1),
    (TARGETS, "indicator: volume", "indicator: null", "policy.indicator_missing", 1),
    (TARGETS, "amount: 300000000", "amount: 30000000", "policy.amount_wrong", 1),
    (
        TARGETS, "value: 3, unit: 亿元,\n   amount: 300000000",
        "value: null, unit: null, amount: null", "policy.amount_missing", 1,
    ),
    (QUOTAS, "clause: test-2015 二1", "clause: test-2015 一", "policy.kind_unlike", 18),
    (CODES, "clause: test-2015 一", "clause: test-2015 三", "policy.clause_unknown", 1),
    (DEPARTMENTS, "printed: 省统计局", "printed: 商务厅", "policy.twice", 2),
    (HEAD, "members: [省商务厅]", "members: [省财政厅]", "policy.department_not_listed", 6),
    (HEAD, "clause: test-2015 二1", "clause: test-2015 三", "policy.clause_unknown", 6),
    # provisions and comparisons
    (PROVISION, "clause: test-2015 二2", "clause: test-2015 二7", "policy.clause_unknown", 2),
    (
        PROVISION, "kind: money", "kind: money\nrequires: [{zh: x, en: x, clause: test-2015 九}]",
        "policy.clause_unknown", 6,
    ),
    (PROVISION, "kind: money", "stacks: test-2015 九\nkind: money", "policy.clause_unknown", 5),
    (
        PROVISION, "kind: money", "kind: money\nlevels: {x: {y: test.absent}}",
        "policy.parameter_unknown", 6,
    ),
    (PROVISION, "parameter: test.reading", "parameter: x.y", "policy.parameter_unknown", 7),
    (
        PROVISION, "kind: money", "kind: money\ncounts: {costs: {fair: share}}",
        "policy.term_unknown", 6,
    ),
    (PROVISION, "kind: money", "kind: money\nserves: [x]", "policy.system_unknown", 6),
    (PROVISION, "kind: money", "kind: money\nexamples: a.yaml", "policy.examples_missing", 6),
    (COMPARISONS, "document: test-2015", "document: test-1999", "policy.document_unknown", 5),
    (COMPARISONS, "[test-2015 一]", "[test-2014 一]", "policy.clause_elsewhere", 5),
    (COMPARISONS, "[test-2015 一]", "[test-2015 七]", "policy.clause_unknown", 5),
]  # fmt: skip


def told(flaw: Flaw) -> str:
    """Return what is said of a flaw in both languages; every blank is filled."""
    facts = {**flaw.facts, "file": flaw.place.file, "line": flaw.place.line}
    said = text(flaw.code, facts, "zh") + text(flaw.code, facts, "en")
    assert "{file}" not in said
    assert not [name for name in flaw.facts if "{" + name + "}" in said]
    return said


def test_a_folder_without_a_fault_is_clean(tmp_path: Path) -> None:
    assert queries.flaws(written(tmp_path), indicators=INDICATORS) == ()
    assert queries.flaws(tmp_path, ("test",), indicators=INDICATORS) == ()


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda each: f"{each[3]}:{each[2][:30]}")
def test_a_fault_is_told_with_its_file_line_and_reason(
    tmp_path: Path, spoilt: tuple[str, str, str, str, int]
) -> None:
    name, old, new, code, line = spoilt
    folder = written(tmp_path, {name: (old, new)})
    found = queries.flaws(folder, indicators=INDICATORS)
    assert code in {flaw.code for flaw in found}, [told(flaw) for flaw in found]
    first = next(flaw for flaw in found if flaw.code == code)
    assert first.place.line == line
    assert f"{first.place.file}, line {line}: " in told(first)
    with pytest.raises(Invalid) as refusal:
        queries.load(folder, indicators=INDICATORS)
    assert refusal.value.facts["file"] == found[0].place.file


@pytest.mark.parametrize("hostile", ["a: !!python/name:os.system\n", "a: &a [1]\nb: *a\n", "["])
def test_hostile_yaml_is_a_fault_like_any_other(tmp_path: Path, hostile: str) -> None:
    (written(tmp_path) / PARAMETERS).write_text(hostile, encoding="utf-8")
    found = queries.flaws(tmp_path)
    assert [flaw.place.file for flaw in found] == [PARAMETERS]
    assert "policy." in found[0].code
    told(found[0])


def test_three_documents_that_replace_each_other_in_a_circle_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path, {HEAD: ("[test-2015]", "[test-2015, test-2016, test-2017]")})
    original = (folder / DOCUMENT).read_text(encoding="utf-8")
    for year, replaced in (("2015", "2017"), ("2016", "2015"), ("2017", "2016")):
        content = original.replace("id: test-2015", f"id: test-{year}")
        content = content.replace("lead_rule:", f"supersedes: [test-{replaced}]\nlead_rule:")
        path = folder / DOCUMENT.replace("2015", year)
        path.write_text(content, encoding="utf-8")
    circles = [flaw for flaw in queries.flaws(folder) if flaw.code == "policy.circle"]
    assert circles[0].facts["documents"] == ["test-2015", "test-2017", "test-2016", "test-2015"]


def test_a_file_that_is_not_called_after_its_document_is_told(tmp_path: Path) -> None:
    path = written(tmp_path) / DOCUMENT
    path.rename(path.with_name("opinions.yaml"))
    assert [flaw.code for flaw in queries.flaws(tmp_path)] == ["policy.wrong_file"]


def test_worked_examples_are_checked_but_not_needed_to_load(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "test" / "examples").mkdir()
    (folder / "test/examples/a.yaml").write_text("- expect: {}\n", encoding="utf-8")
    assert [flaw.code for flaw in queries.flaws(folder)] == ["policy.field_missing"]
    assert queries.load(folder).jurisdictions["test"].zh == "测试省"


def test_one_jurisdiction_is_checked_without_the_others(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "broken").mkdir()
    assert queries.flaws(folder, ("test",)) == ()
    assert [flaw.code for flaw in queries.flaws(folder)] == ["policy.file_missing"]
    with pytest.raises(NotFound, match=r"policy\.jurisdiction_unknown"):
        queries.flaws(folder, ("absent",))
    with pytest.raises(NotFound, match=r"policy\.folder_missing"):
        queries.flaws(folder / "nowhere")


def test_data_that_leaves_nothing_of_the_text_out_is_told_complete(tmp_path: Path) -> None:
    library = queries.load(written(tmp_path))
    assert queries.against_text(library, "test-2015", TEXT) == ()
    with pytest.raises(NotFound, match=r"policy\.no_such_document"):
        queries.against_text(library, "test-2014", TEXT)


@pytest.mark.parametrize(
    ("old", "new", "code", "fact"),
    [
        ("3", "7", "policy.number_missing", ("number", "7号")),
        ("十八大", "十九大", "policy.number_missing", ("number", "十九大")),
        ("三年内", "四年内", "policy.number_missing", ("number", "四年")),
        ("10个", "若干", "policy.number_not_printed", ("number", "10个")),
        ("2．", "3．", "policy.clause_not_in_data", ("clause", "test-2015 二3")),
        ("2．", "", "policy.clause_not_in_text", ("clause", "test-2015 二2")),
    ],
)
def test_what_the_data_leaves_out_or_adds_is_told(
    tmp_path: Path, old: str, new: str, code: str, fact: tuple[str, str]
) -> None:
    library = queries.load(written(tmp_path))
    found = queries.against_text(library, "test-2015", TEXT.replace(old, new, 1))
    assert fact in [(fact[0], flaw.facts[fact[0]]) for flaw in found if flaw.code == code]
    assert all(told(flaw) for flaw in found)


def test_a_closing_paragraph_without_a_number_is_read_with_the_last_clause(
    tmp_path: Path,
) -> None:
    closing = "  - {label: 结语, kinds: [], zh: 督查, en: inspection, numbers: [7天]}\n"
    folder = written(tmp_path)
    path = folder / DOCUMENT
    path.write_text(path.read_text(encoding="utf-8") + closing, encoding="utf-8")
    library = queries.load(folder)
    text_with_closing = TEXT.replace("有效。\n", "有效。\n　　各地7天内报告。\n")
    assert queries.against_text(library, "test-2015", text_with_closing) == ()
    assert queries.against_text(library, "test-2015", TEXT)[0].code == "policy.number_not_printed"
