# SPDX-License-Identifier: Apache-2.0
"""Tables on the command line: whole in a file, folded on a terminal."""

import sys

import pytest

from shangheng.cli.tables import show

LONG = "《青海省人民政府办公厅关于促进农村电子商务加快发展的实施意见》二十三" * 4


def test_a_table_that_goes_to_a_file_says_everything_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(("class", "sources", "open"), [("transaction", LONG, LONG), ("log", "", LONG)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].split() == ["transaction", LONG, LONG]
    assert lines[2].split() == ["log", LONG]


def test_a_table_on_a_narrow_terminal_is_folded_and_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    show(("sources",), [(LONG,)])
    _, *said = capsys.readouterr().out.split("\n")
    assert len(said) > 3
    assert "".join(each.strip() for each in said) == LONG
