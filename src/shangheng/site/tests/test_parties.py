# SPDX-License-Identifier: Apache-2.0
"""Officers find parties and put right what rosters got wrong, with a reason that is sealed."""

from http import HTTPStatus
from uuid import UUID

import pytest
from django.test import Client

from shangheng.kernel.parties import actions, queries, sealing
from shangheng.kernel.parties.concept import Merchant, Party
from shangheng.site import clock

SAID, R1 = {"reason": "x"}, {"scheme": "reporter", "value": "R1"}


def shop() -> Party:
    (found,) = queries.search("水韵小店", on=clock.now().date())
    return found


@pytest.fixture
def firms(db: None) -> tuple[UUID, UUID]:
    """Put one firm on file twice, with a shop under the second."""
    at = clock.now()
    first = actions.register("enterprise", "江苏水韵商贸", {"reporter": "R1"}, at=at)
    second = actions.register("enterprise", "水韵商贸", {"reporter": "R2"}, at=at)
    roster = [Merchant(platform="P01", shop="S1", shop_name="水韵小店")]
    actions.learn(roster, reporter="P01", at=at)
    actions.link(shop().uuid, "operated_by", second, at=at)
    return first, second


def test_parties_are_found_by_name_or_code_and_taken_home(
    firms: tuple[UUID, UUID], officer: Client, sender: Client
) -> None:
    assert "写下代码或名称" in officer.get("/parties/").content.decode()
    assert "没有这样的主体" in officer.get("/parties/?text=nobody").content.decode()
    page = officer.get("/parties/?text=水韵商贸").content.decode()
    assert all(str(each) in page for each in firms)
    lines = officer.get("/parties/?text=R2&format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert sender.get("/parties/").status_code == HTTPStatus.FORBIDDEN


def test_a_duplicate_is_merged_with_a_reason_and_the_merge_taken_back(
    firms: tuple[UUID, UUID], officer: Client
) -> None:
    first, second = firms
    told = {"do": "merge", "into": str(first), "reason": "同一企业报了两次"}
    assert officer.post(f"/parties/{second}/", told).status_code == HTTPStatus.FOUND
    assert officer.get(f"/parties/{second}/").headers["Location"] == f"/parties/{first}/"
    page = officer.get(f"/parties/{first}/").content.decode()
    assert "水韵小店" in page
    assert "R2" in page
    sealed = [str(each.content) for each in sealing.sealed_acts()]
    assert any("officer" in each for each in sealed)
    back = {"do": "unmerge", "duplicate": str(second), "reason": "是两家"}
    officer.post(f"/parties/{first}/", back)
    assert queries.get(second, on=clock.now().date()).uuid == second


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"do": "merge", **SAID}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"do": "end_code", **R1}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"do": "end_code", **R1, "value": "R9", **SAID}, HTTPStatus.NOT_FOUND),
        ({"do": "nothing", **SAID}, HTTPStatus.NOT_FOUND),
        ({"do": "end_code", **R1, **SAID}, HTTPStatus.FOUND),
    ],
)
def test_nothing_is_changed_without_a_reason_or_of_what_is_not_there(
    firms: tuple[UUID, UUID], officer: Client, told: dict[str, str], status: HTTPStatus
) -> None:
    assert officer.post(f"/parties/{firms[0]}/", told).status_code == status


def test_a_shop_is_let_go_of_by_whom_it_no_longer_belongs_to(
    firms: tuple[UUID, UUID], officer: Client
) -> None:
    told = {"do": "end_link", "relation": "operated_by", "reason": "已转让"}
    officer.post(f"/parties/{shop().uuid}/", told)
    assert queries.linked(shop().uuid, "operated_by", on=clock.now().date()) is None
