# SPDX-License-Identifier: Apache-2.0
"""YAML from strangers: plain data comes in, everything else is refused where it stands."""

from decimal import Decimal
from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.policies import reading
from shangheng.kernel.policies.reading import line_of, parse_yaml, read_yaml

BOMB = "a0: &a0 [x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
HOSTILE = {
    "a bomb of aliases": (BOMB, "policy.yaml_alias", 1),
    "an alias to nothing": ("a: 1\nb: *x\n", "policy.yaml_alias", 2),
    "a merge key": ("a: {x: 1}\nb:\n  <<: *a\n", "policy.yaml_alias", 3),
    "a tag that runs a command": (
        "a: 1\nb: !!python/object/apply:os.system ['ls']\n", "policy.yaml_tag", 2,
    ),
    "a tag of YAML itself": ("a: !!binary aGk=\n", "policy.yaml_tag", 1),
    "a tag of one's own": ("a: !secret x\n", "policy.yaml_tag", 1),
    "a key that stands twice": ("a: 1\nb: 2\na: 3\n", "policy.yaml_key_twice", 3),
    "a key twice inside": ("x:\n  - {a: 1, a: 2}\n", "policy.yaml_key_twice", 2),
    "a list as a key": ("? [1, 2]\n: x\n", "policy.yaml_key", 1),
    "no key": ("null: x\n", "policy.yaml_key", 1),
    "very deep lists": ("[" * 5_000 + "]" * 5_000, "policy.yaml_too_deep", 1),
    "an endless list": ("- x\n" * 5_001, "policy.yaml_too_many", 5_001),
    "two documents": ("a: 1\n---\nb: 2\n", "policy.yaml_several", 2),
    "a colon too many": ("a: b: c\n", "policy.not_yaml", 1),
    "a bracket that stays open": ("a: [1, 2\nb: 3\n", "policy.not_yaml", 2),
    "a control character": ("a: \x07\n", "policy.not_yaml", 1),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_refuses(what: str) -> None:
    text, code, line = HOSTILE[what]
    with pytest.raises(Invalid) as refusal:
        parse_yaml(text, "given.yaml")
    assert refusal.value.code == code
    assert refusal.value.facts["file"] == "given.yaml"
    assert refusal.value.facts["line"] == line


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("x" * 2_000, encoding="utf-8")
    with pytest.raises(Invalid, match=r"policy\.file_too_large"):
        read_yaml(path, size_max=1_000)
    assert read_yaml(path) == "x" * 2_000


def test_a_file_that_is_not_utf8_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("标题: 测试".encode("gbk"))
    with pytest.raises(Invalid, match=r"policy\.not_utf8"):
        read_yaml(path)
    with pytest.raises(NotFound, match=r"policy\.file_missing"):
        read_yaml(tmp_path / "absent.yaml")


def test_plain_data_comes_in_as_it_is_written() -> None:
    data = parse_yaml(
        "yes: no\nday: 2015-02-04\nrate: 1.50\ncount: 3\ncode: 012\nregion: '320000'\n"
        "none: null\nempty:\nholds: true\n2014: 1\nhour: 10:30\n",
        "given.yaml",
    )
    assert data == {
        "yes": "no", "day": "2015-02-04", "rate": Decimal("1.50"), "count": 3, "code": "012",
        "region": "320000", "none": None, "empty": None, "holds": True, "2014": 1,
        "hour": "10:30",
    }  # fmt: skip
    assert str(data["rate"]) == "1.50"


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n", "---\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert parse_yaml(text, "given.yaml") is None


def test_the_slower_parser_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LOADER", reading.yaml.SafeLoader)
    for text, code, _ in HOSTILE.values():
        with pytest.raises(Invalid) as refusal:
            parse_yaml(text, "given.yaml")
        assert refusal.value.code == code


def test_everything_knows_its_line() -> None:
    data = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n", "given.yaml")
    assert line_of(data, ("b",)) == 2
    assert line_of(data, ("b", 1, "d")) == 5
    assert line_of(data, ("b", 1, "absent")) == 4
    assert line_of(data, ("b", 7)) == 2
    assert line_of(data, ()) == 1
