# SPDX-License-Identifier: Apache-2.0
"""A list is the same whichever index it is read from, and the indexes follow what is entered."""

import itertools
import random
from dataclasses import replace
from datetime import date

import pytest

from shangheng.kernel.errors import NotFound
from shangheng.kernel.registers import actions, queries, store
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.models import FacetRow
from shangheng.kernel.registers.queries import Sought
from shangheng.kernel.registers.tests.builders import AT, CHIEF, CLERK, FILING, KIND, hand, outlet

TODAY = AT.date()
COPIED = ("entry", "mark", *store.COPIED)
COUNTIES = ("320583", "320582", "320281", "320583100000")
BEGUN = replace(FILING, sure=True, since=date(2026, 2, 1))
DAYS = (date(2026, 1, 10), date(2026, 2, 10), TODAY)
PLACES = ("", "320000", "320500", "320200", "320583", "320583100000", "320100")
pytestmark = pytest.mark.django_db


def fill(many: int = 24) -> list[str]:
    """Enter outlets, amend and end some a month later, at random; return their numbers."""
    dice, numbers = random.Random(20261122), []  # noqa: S311 - no secret
    for number in range(1, many + 1):
        given = outlet(number, region=dice.choice(COUNTIES), state=dice.choice(("on", "off")))
        numbers.append(actions.enter(KIND, given, hand(CHIEF), BEGUN).number)
        if dice.random() < 0.8:
            actions.confirm(KIND, numbers[-1], hand(replace(CHIEF, name="other")))
            turn = dice.random()
            if turn < 0.2:
                actions.end(KIND, numbers[-1], hand(CHIEF), Filing(reason="停办", since=TODAY))
                actions.confirm(KIND, numbers[-1], hand(replace(CHIEF, name="other")))
            elif turn < 0.5:
                given["state"] = dice.choice(("on", "off"))
                actions.amend(KIND, numbers[-1], given, hand(CHIEF), Filing(since=TODAY))
                actions.confirm(KIND, numbers[-1], hand(replace(CHIEF, name="other")))
    return numbers


def lists() -> dict[tuple[str, ...], list[str]]:
    found = {}
    for region in PLACES:
        for state in ("", "current", "draft", "ended"):
            for text, where in itertools.product(("", "网点"), ((), (("state", "on"),))):
                sought = Sought(text=text, region=region, state=state, where=where, limit=None)
                listed = queries.listed(KIND, sought, actor=CHIEF, today=TODAY)
                assert queries.count(KIND, sought, actor=CHIEF) == len(listed)
                found[region, state, text + str(where)] = [each.number for each in listed]
    return found


def test_a_list_is_the_same_from_every_index(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = fill()
    by_search = lists()
    monkeypatch.setattr(queries, "FOUND_MAX", 0)
    by_value = lists()
    assert by_search == by_value
    assert sorted(by_value["", "", "()"]) == numbers
    assert 0 < len(by_value["320583", "current", "(('state', 'on'),)"]) < len(numbers)
    assert set(by_value["320583100000", "", "()"]) < set(by_value["320583", "", "()"])


def test_the_values_that_are_kept_are_those_of_a_recount() -> None:
    fill()
    kept = sorted(FacetRow.objects.values_list(*COPIED))
    assert store.recount_facets() == len(kept)
    assert sorted(FacetRow.objects.values_list(*COPIED)) == kept


def test_the_next_part_of_a_list_begins_after_the_last_entry() -> None:
    fill()
    whole = queries.listed(KIND, Sought(limit=None), actor=CLERK, today=TODAY)
    first = queries.listed(KIND, Sought(limit=5), actor=CLERK, today=TODAY)
    rest = Sought(limit=None, after=first[-1].number)
    assert [*first, *queries.listed(KIND, rest, actor=CLERK, today=TODAY)] == whole
    past = queries.listed(KIND, replace(rest, on=date(2026, 1, 1)), actor=CLERK, today=TODAY)
    assert past == []


def as_at_lists() -> dict[tuple[str, str, str], list[str]]:
    """Return what every list of a day says; each is what its entries said on that day."""
    found = {}
    for region in PLACES:
        for day in DAYS:
            for value in ("on", "off"):
                sought = Sought(region=region, on=day, where=(("state", value),), limit=None)
                listed = queries.listed(KIND, sought, actor=CHIEF, today=TODAY)
                assert queries.count(KIND, sought, actor=CHIEF) == len(listed)
                found[region, str(day), value] = [each.number for each in listed]
    return found


@pytest.mark.parametrize("most", [0, 10_000])
def test_a_list_as_at_a_day_finds_what_entries_said_then_and_no_longer_say(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = fill()
    monkeypatch.setattr(queries, "FOUND_MAX", most)
    by_value = as_at_lists()
    whole = {day: [number for value in ("on", "off") for number in by_value["", str(day), value]]
             for day in DAYS}  # fmt: skip
    for day in DAYS:
        said = {}
        for number in numbers:
            try:
                view = queries.as_at(KIND, number, on=day, actor=CHIEF)
            except NotFound:
                continue
            said[number] = view.values["state"]
        assert sorted(whole[day]) == sorted(said)
        assert all(number in by_value["", str(day), value] for number, value in said.items())
    assert whole[DAYS[0]] == []
    assert by_value["", str(DAYS[1]), "on"] != by_value["", str(DAYS[-1]), "on"]


def test_a_page_as_at_a_day_is_full_though_others_had_ended() -> None:
    fill()
    whole = queries.listed(KIND, Sought(on=DAYS[-1], limit=None), actor=CHIEF, today=TODAY)
    part = Sought(on=DAYS[-1], limit=3)
    pages = [queries.listed(KIND, replace(part, offset=at), actor=CHIEF, today=TODAY)
             for at in range(0, len(whole), 3)]  # fmt: skip
    assert all(len(page) == 3 for page in pages[:-1])
    assert [each for page in pages for each in page] == whole
