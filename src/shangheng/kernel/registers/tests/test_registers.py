# SPDX-License-Identifier: Apache-2.0
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import xlsxwriter

from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.records.concept.fields import Text
from shangheng.kernel.registers import actions, likeness, queries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post, covers
from shangheng.kernel.registers.concept.kinds import alike, metres_between
from shangheng.kernel.registers.models import EntryRow, VersionRow
from shangheng.kernel.registers.queries import Sought
from shangheng.kernel.registers.tests.builders import (
    AT,
    CHIEF,
    CLERK,
    FILING,
    KIND,
    READER,
    STRANGER,
    hand,
    outlet,
)

TODAY = date(2026, 3, 2)
WRONG = [
    ({"key": ()}, "key"),
    ({"key": ("owner",)}, "filled in"),
    ({"title": "nothing"}, "nothing is not a field"),
    ({"place": "name"}, "not a region"),
    ({"expires": "name"}, "not a day"),
    ({"point": ("longitude",)}, "longitude and latitude"),
    ({"public": ("phone",)}, "cannot be public"),
    ({"enter": ("Clerk",)}, "role Clerk"),
    ({"number": "N-{year}"}, "no pattern"),
]


def entered(number: int = 1, **more: str) -> str:
    done = actions.enter(KIND, outlet(number, **more), hand(), FILING)
    actions.confirm(KIND, done.number, hand(CHIEF))
    return done.number


def on(number: str, day: date, actor: Actor = CLERK, **more: object) -> queries.EntryView:
    return queries.as_at(KIND, number, on=day, actor=actor, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_a_register_that_cannot_work_is_refused_at_import(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=r"register_kind\.wrong") as refusal:
        replace(KIND, **change)  # type: ignore[arg-type]
    assert any(said in each for each in refusal.value.facts["wrong"])


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(Invalid, match=r"kind\.field_twice"):
        replace(KIND, fields=(*KIND.fields, Text("name", zh="又名")))


@pytest.mark.parametrize(
    ("region", "place", "is_in"),
    [
        ("", "320583", True), ("320000", "320583", True), ("320500", "320583", True),
        ("320583", "320583", True), ("320583", "320583100", True), ("320500", "320500", True),
        ("320500", "320102", False), ("320583", "320500", False), ("320000", "330100", False),
        ("320000", "", False),
    ],
)  # fmt: skip
def test_a_region_covers_what_lies_below_it(region: str, place: str, is_in: bool) -> None:  # noqa: FBT001
    assert covers(region, place) is is_in


def test_names_are_alike_without_what_every_name_has() -> None:
    assert alike("昆山好货 有限公司", "昆山好货有限责任公司")
    assert not alike("昆山好货有限公司", "太仓远航物流有限公司")
    assert not alike("公司", "公司")


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert round(metres_between((120, 31), (120, 32)) / 1000) == 111


@pytest.mark.django_db
class TestEntries:
    def test_an_entry_holds_once_another_has_confirmed_it(self) -> None:
        done = actions.enter(KIND, outlet(), hand(), FILING)
        assert (done.number, done.state) == ("OUTLET-2026-000001", "draft")
        with pytest.raises(NotFound, match=r"register\.not_in_force"):
            on(done.number, TODAY)
        with pytest.raises(NotPermitted):
            actions.confirm(KIND, done.number, hand(CLERK))
        assert actions.confirm(KIND, done.number, hand(CHIEF)).state == "current"
        assert on(done.number, TODAY).title == "第1号网点\u62d1"
        with pytest.raises(Conflict, match=r"register\.confirmed"):
            actions.confirm(KIND, done.number, hand(CHIEF))

    def test_nobody_confirms_what_they_entered_themselves(self) -> None:
        done = actions.enter(KIND, outlet(), hand(CHIEF), FILING)
        with pytest.raises(NotPermitted, match=r"register\.four_eyes"):
            actions.confirm(KIND, done.number, hand(CHIEF))

    def test_only_who_is_named_enters_and_only_in_their_region(self) -> None:
        for actor in (STRANGER, READER, NOBODY):
            with pytest.raises(NotPermitted):
                actions.enter(KIND, outlet(), hand(actor), FILING)

    def test_an_amendment_holds_from_its_day_and_not_before(self) -> None:
        number = entered()
        later = Filing(since=date(2026, 5, 1), reason="停业")
        actions.amend(KIND, number, outlet(state="off"), hand(), later)
        actions.confirm(KIND, number, hand(CHIEF))
        assert on(number, date(2026, 4, 30)).values["state"] == "on"
        assert on(number, date(2026, 5, 1)).values["state"] == "off"

    def test_what_is_in_force_on_a_day_is_confirmed_has_begun_and_has_not_ended(self) -> None:
        number = entered()
        actions.enter(KIND, outlet(2), hand(), Filing(home="320000", since=AT.date()))
        later = Filing(since=date(2026, 5, 1), reason="停业")
        actions.end(KIND, number, hand(at=AT + timedelta(days=9)), later)
        assert set(queries.confirmed_on("outlet", date(2026, 5, 1))) == {number}, (
            "nobody confirmed"
        )
        actions.confirm(KIND, number, hand(CHIEF, AT + timedelta(days=9)))
        found = queries.confirmed_on("outlet", date(2026, 4, 30))
        assert {each: values["code"] for each, values in found.items()} == {number: "C1"}
        assert queries.confirmed_on("outlet", date(2026, 5, 1)) == {}
        before = AT + timedelta(days=8)
        assert set(queries.confirmed_on("outlet", date(2026, 5, 1), known_at=before)) == {number}
        assert queries.confirmed_on("outlet", AT.date() - timedelta(days=1)) == {}
        assert queries.confirmed_on("other", date(2026, 4, 30)) == {}

    def test_a_correction_counts_from_the_beginning_and_destroys_nothing(self) -> None:
        number = entered()
        at = AT + timedelta(days=9)
        why = Filing(reason="笔误")
        actions.correct(KIND, number, outlet(state="off"), hand(at=at), why)
        actions.confirm(KIND, number, hand(CHIEF, at))
        assert on(number, TODAY).values["state"] == "off"
        known = datetime(2026, 3, 5, tzinfo=UTC)
        assert on(number, TODAY, known_at=known).values["state"] == "on"
        versions = queries.history(KIND, number, actor=CLERK)
        assert [each.act for each in versions] == ["enter", "correct"]
        assert versions[0].superseded_by == 2
        assert [each.field.name for each in versions[1].changed] == ["state"]
        assert VersionRow.objects.count() == 2

    def test_what_is_corrected_holds_until_the_correction_is_confirmed(self) -> None:
        number = entered()
        actions.correct(KIND, number, outlet(state="off"), hand(), Filing(reason="笔误"))
        assert on(number, TODAY).values["state"] == "on"
        actions.confirm(KIND, number, hand(CHIEF))
        assert on(number, TODAY).values["state"] == "off"
        assert queries.history(KIND, number, actor=CLERK)[0].superseded_by == 2

    def test_a_register_without_confirmation_is_corrected_at_once(self) -> None:
        plain = replace(KIND, confirm=())
        number = actions.enter(plain, outlet(), hand(), FILING).number
        actions.correct(plain, number, outlet(state="off"), hand(), Filing(reason="笔误"))
        versions = queries.history(plain, number, actor=CLERK)
        assert [each.superseded_by for each in versions] == [2, None]

    def test_a_correction_and_an_end_need_a_reason(self) -> None:
        number = entered()
        for act in (actions.correct, lambda k, n, _, h: actions.end(k, n, h, Filing())):
            with pytest.raises(Invalid, match=r"register\.reason_missing"):
                act(KIND, number, outlet(), hand())

    def test_an_entry_that_ended_frees_its_key_and_stays_readable(self) -> None:
        number = entered()
        actions.end(KIND, number, hand(), Filing(since=date(2026, 4, 1), reason="注销"))
        actions.confirm(KIND, number, hand(CHIEF))
        assert on(number, date(2026, 3, 31)).values["code"] == "C1"
        with pytest.raises(NotFound, match=r"register\.not_in_force"):
            on(number, date(2026, 4, 1))
        with pytest.raises(Conflict, match=r"register\.ended"):
            actions.amend(KIND, number, outlet(), hand())
        assert entered() != number

    def test_the_same_key_is_refused_with_the_entry_that_has_it(self) -> None:
        number = entered()
        with pytest.raises(Conflict, match=r"register\.key_taken") as refusal:
            actions.enter(KIND, outlet(name="别的名字"), hand(), FILING)
        assert refusal.value.facts["number"] == number

    def test_names_that_are_alike_are_shown_before_a_second_entry_is_made(self) -> None:
        entered(name="好货网点 有限公司")
        again = outlet(2, name="好货网点")
        with pytest.raises(Conflict, match=r"register\.similar"):
            actions.enter(KIND, again, hand(), FILING)
        assert actions.enter(KIND, again, hand(), replace(FILING, sure=True)).number

    def test_places_within_metres_are_shown(self) -> None:
        number = entered(longitude="120.98", latitude="31.38")
        near = outlet(2, longitude="120.9805", latitude="31.3803")
        far = outlet(3, longitude="120.99", latitude="31.39")
        found = likeness.similar(KIND, near, "320583")
        assert [(each.number, each.why) for each in found] == [(number, "distance")]
        assert found[0].metres is not None
        assert 0 < found[0].metres < 100
        assert not likeness.similar(KIND, far, "320583")

    def test_two_who_change_an_entry_are_not_both_right(self) -> None:
        number = entered()
        actions.amend(KIND, number, outlet(state="off"), hand(version=1), FILING)
        with pytest.raises(Conflict, match=r"register\.moved"):
            actions.amend(KIND, number, outlet(), hand(CHIEF, version=1), FILING)

    def test_nothing_is_changed_while_a_version_waits_to_be_confirmed(self) -> None:
        number = actions.enter(KIND, outlet(), hand(), FILING).number
        with pytest.raises(Conflict, match=r"register\.unconfirmed"):
            actions.amend(KIND, number, outlet(), hand())

    def test_everybody_sees_what_is_public_and_nothing_else(self) -> None:
        number = entered()
        draft = actions.enter(KIND, outlet(2), hand(), FILING).number
        for actor in (NOBODY, STRANGER):
            seen = queries.entry(KIND, number, actor=actor, today=TODAY)
            assert set(seen.values) == {"name", "region"}
            assert not seen.is_whole
            with pytest.raises(NotFound):
                queries.entry(KIND, draft, actor=actor, today=TODAY)
            assert "13800000000" not in str(queries.history(KIND, number, actor=actor))
        assert "phone" in queries.entry(KIND, number, actor=READER, today=TODAY).values

    def test_lists_are_searched_filtered_and_as_at_a_day(self) -> None:
        entered(1)
        entered(2, state="off")
        entered(3, region="320582")

        def listed(**more: object) -> list[str]:
            sought = Sought(**more)  # type: ignore[arg-type]
            found = queries.listed(KIND, sought, actor=CLERK, today=TODAY)
            return sorted(each.number[-1] for each in found)

        assert listed() == ["1", "2", "3"]
        assert listed(text="c2") == ["2"]
        assert listed(region="320582") == ["3"]
        assert listed(where=(("state", "off"),)) == ["2"]
        assert listed(on=date(2026, 3, 1)) == []
        assert queries.count(KIND, Sought(), actor=CLERK) == 3

    def test_a_search_finds_only_what_the_reader_may_read(self) -> None:
        number = entered()

        def found(text: str, actor: Actor) -> list[str]:
            sought = Sought(text=text)
            listed = queries.listed(KIND, sought, actor=actor, today=TODAY)
            return [each.number for each in listed]

        assert found("网点", NOBODY) == [number]
        assert found("c1", NOBODY) == found("c1", STRANGER) == []
        assert found("c1", READER) == [number]
        assert found("13800000000", READER) == []

    def test_an_entry_whose_day_has_passed_is_said_to_be_expired(self) -> None:
        number = entered(until="2026-06-30")
        assert not on(number, date(2026, 6, 30)).expired
        assert on(number, date(2026, 7, 1)).expired

    def test_every_version_is_a_leaf_of_the_log(self) -> None:
        number = entered()
        whats = set(LeafRow.objects.filter(object_id=number).values_list("what", flat=True))
        assert whats == {"register.enter", "register.confirm"}

    def test_a_dry_run_says_what_an_import_does_and_writes_nothing(self) -> None:
        head, good = "编号,name,region,state", "C1,甲网点,320583,on"
        lines = [head, good, "C2,乙网点,西湖,on", ",丙,320583,x"]
        content = "\n".join(lines).encode()
        tried = actions.load(KIND, content, hand(), FILING, dry_run=True)
        assert (tried.rows, tried.taken, [each.line for each in tried.wrong]) == (3, 1, [3, 4])
        assert set(tried.wrong[1].facts["wrong"]) == {"code", "state"}
        assert not EntryRow.objects.exists()
        assert not LeafRow.objects.exists()
        done = actions.load(KIND, content, hand(), FILING, dry_run=False)
        assert replace(done, dry_run=True) == tried
        assert EntryRow.objects.count() == 1

    def test_a_file_in_another_encoding_or_with_other_columns_is_refused(self) -> None:
        with pytest.raises(Invalid, match=r"register\.not_utf8"):
            actions.load(KIND, "编号".encode("gb18030"), hand(), FILING, dry_run=True)
        with pytest.raises(Invalid, match=r"register\.columns"):
            actions.load(KIND, b"what\n1\n", hand(), FILING, dry_run=True)

    def test_a_workbook_is_read_like_a_csv_file(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "name", "region", "state", "有效期至"])
        sheet.write_row(1, 0, ["C1", "甲网点", 320583, "on"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(1, 4, date(2030, 1, 31), day)
        sheet.write_row(2, 0, ["C2", "乙网点", "西湖", "on"])
        book.close()
        done = actions.load(KIND, out.getvalue(), hand(), FILING, dry_run=False)
        assert (done.taken, [each.line for each in done.wrong]) == (1, [3])
        assert VersionRow.objects.get().values["until"] == "2030-01-31"

    def test_a_zip_that_is_no_workbook_is_refused(self) -> None:
        with pytest.raises(Invalid, match=r"file\."):
            actions.load(KIND, b"PK\x03\x04 not a workbook", hand(), FILING, dry_run=True)

    @pytest.mark.parametrize("role", [*KIND.roles, "other.clerk"])
    @pytest.mark.parametrize("region", ["320583", "320000", "430000"])
    def test_entering_is_allowed_where_it_is_declared(self, role: str, region: str) -> None:
        actor = Actor("x", (Post(role, region),))
        if role in KIND.enter and region != "430000":
            assert actions.enter(KIND, outlet(), hand(actor), FILING).number
        else:
            with pytest.raises(NotPermitted):
                actions.enter(KIND, outlet(), hand(actor), FILING)
