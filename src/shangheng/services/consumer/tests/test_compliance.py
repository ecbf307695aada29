# SPDX-License-Identifier: Apache-2.0
"""Promotions judged by what was disclosed and seen; test returns counted from records."""

from datetime import date

import pytest

from shangheng.services.consumer.queries import promotions
from shangheng.services.consumer.registers import PROMOTION
from shangheng.services.consumer.rules.compliance import judged
from shangheng.services.consumer.tests.houses import on_file

RULES = "满三百减五十。优惠可以叠加。"
SALE = {
    "platform": "P01", "title": "双十一", "starts_on": "2026-11-01", "ends_on": "2026-11-11",
    "disclosed_on": "2026-10-20", "text": RULES,
}  # fmt: skip
TODAY = date(2026, 11, 5)


def seen(on: str, text: str) -> dict[str, str]:
    return {"platform": "P01", "title": "双十一", "captured_on": on, "text": text}


@pytest.mark.parametrize(
    ("day", "state"), [("2026-10-31", "coming"), ("2026-11-11", "running"), ("2026-11-12", "over")]
)
def test_a_promotion_is_to_come_running_or_over(day: str, state: str) -> None:
    found = judged("C1", SALE, [], date.fromisoformat(day))
    assert (found.state, found.findings) == (state, ())


def test_rules_that_were_not_disclosed_or_too_late_are_found() -> None:
    untold = {name: SALE[name] for name in ("platform", "title", "starts_on", "ends_on")}
    assert judged("C1", untold, [], TODAY).findings == ("undisclosed",)
    assert judged("C1", untold, [], date(2026, 10, 1)).findings == ()
    assert judged("C1", {**SALE, "disclosed_on": "2026-11-02"}, [], TODAY).findings == ("late",)


def test_the_newest_capture_within_the_promotion_is_what_counts() -> None:
    before, wrong = seen("2026-10-31", "别的"), seen("2026-11-02", "满三百减五十。不能叠加。")
    found = judged("C1", SALE, [before, wrong], TODAY)
    assert found.findings == ("departs",)
    assert [each.after for each in found.passages] == ["不能叠加。"]
    mended = seen("2026-11-03", RULES)
    assert judged("C1", SALE, [before, mended, wrong], TODAY).findings == ()
    other = {**wrong, "title": "双十二"}
    assert judged("C1", SALE, [other], TODAY).findings == ()


@pytest.mark.django_db
def test_promotions_are_listed_by_their_day_and_platform() -> None:
    on_file(PROMOTION, SALE)
    on_file(PROMOTION, {**SALE, "platform": "P02", "starts_on": "2026-10-25"})
    assert [each.values["platform"] for each in promotions(None, TODAY)] == ["P02", "P01"]
    (found,) = promotions(None, TODAY, platform="P01")
    assert found.values["text"] == RULES
