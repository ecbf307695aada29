# SPDX-License-Identifier: Apache-2.0
"""Two statements are matched as far as it is certain; each line left over is explained."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.accounts.concept import matching
from shangheng.kernel.accounts.concept.matching import Line, Reconciliation
from shangheng.kernel.accounts.concept.units import CNY

DAY = date(2026, 5, 1)
RULES = matching.usual_rules(days=3)


def lines(*told: tuple[str, int, int]) -> list[Line]:
    """Return lines of reference, day of the month's beginning, amount."""
    return [
        Line(number, reference, DAY + timedelta(days=day), amount)
        for number, (reference, day, amount) in enumerate(told, start=1)
    ]


def matched(result: Reconciliation) -> list[tuple[str, list[int], list[int]]]:
    return [
        (each.rule, [o.number for o in each.ours], [t.number for t in each.theirs])
        for each in result.matches
    ]


def why(result: Reconciliation) -> list[tuple[str, int, str]]:
    return [(each.side, each.line.number, each.why) for each in result.unmatched]


def test_lines_are_matched_by_the_surest_rule_that_fits() -> None:
    ours = lines(("A", 0, 100), ("B", 0, 200), ("C", 0, 30), ("C", 1, 70), ("D", 0, 55))
    theirs = lines(("C", 1, 100), ("B", 2, 200), ("A", 0, 100), ("BANK-9", 1, 55))
    result = matching.reconcile(ours, theirs, RULES)
    assert matched(result) == [
        ("exact", [1], [3]), ("days", [2], [2]), ("sum", [3, 4], [1]), ("amount", [5], [4])
    ]  # fmt: skip
    assert why(result) == []
    assert result.difference == 0


def test_each_line_left_over_says_what_is_nearest() -> None:
    ours = lines(("A", 0, 100), ("B", 0, 200), ("C", 0, 5), ("D", 0, 7), ("E", 0, 7), ("F", 0, 1))
    theirs = lines(("A", 0, 90), ("B", 9, 200), ("C", 0, 5), ("C", 0, 5), ("x", 0, 7), ("y", 1, 7))
    result = matching.reconcile(ours, theirs, RULES)
    told = why(result)
    assert ("ours", 1, "amount_differs") in told
    assert ("ours", 2, "day_differs") in told
    assert ("theirs", 4, "twice") in told
    assert ("ours", 4, "several") in told
    assert ("ours", 6, "absent") in told
    first = result.unmatched[0]
    assert (first.numbers, first.difference) == ((1,), 10)
    assert first.told(CNY) == (
        "对方第 1 行编号相同，金额相差 0.10",
        "Line 1 of the other side has the same reference; amounts differ by 0.10",
    )


def test_a_line_that_stands_twice_is_told_from_its_twin() -> None:
    result = matching.reconcile(lines(("C", 0, 5)), lines(("C", 0, 5), ("C", 2, 5)), RULES)
    assert matched(result) == [("exact", [1], [1])]
    assert why(result) == [("theirs", 2, "twice")]


def test_equal_lines_pair_off_in_order_of_time() -> None:
    result = matching.reconcile(
        lines(("C", 0, 5), ("C", 1, 5)), lines(("C", 2, 5), ("C", 1, 5)), RULES[1:2]
    )
    assert matched(result) == [("days", [1], [2]), ("days", [2], [1])]


def test_without_a_reference_only_the_amount_can_match() -> None:
    result = matching.reconcile(lines(("", 0, 5)), lines(("", 0, 5)), RULES)
    assert matched(result) == [("amount", [1], [1])]


told_lines = st.lists(
    st.tuples(st.sampled_from(["", "A", "B", "C"]), st.integers(0, 6), st.integers(-3, 3)),
    max_size=8,
).map(lambda told: lines(*told))


@given(told_lines, told_lines)
def test_no_line_is_matched_twice_and_the_sums_prove_it(
    ours: list[Line], theirs: list[Line]
) -> None:
    result = matching.reconcile(ours, theirs, RULES)
    left = {
        side: [each.line for each in result.unmatched if each.side == side]
        for side in ("ours", "theirs")
    }
    for side, given_lines in (("ours", ours), ("theirs", theirs)):
        used = [line for match in result.matches for line in getattr(match, side)] + left[side]
        assert sorted(line.number for line in used) == [line.number for line in given_lines]
    assert all(
        sum(line.amount for line in match.ours) == sum(line.amount for line in match.theirs)
        for match in result.matches
    )
    assert result.difference == sum(o.amount for o in left["ours"]) - sum(
        t.amount for t in left["theirs"]
    )
    assert all(all(each.told(CNY)) for each in result.unmatched)
