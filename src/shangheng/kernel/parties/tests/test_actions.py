# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shangheng.kernel import codes
from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.parties import actions, queries
from shangheng.kernel.parties.concept import Learned, Merchant
from shangheng.kernel.parties.models import PartyCodeRow, PartyLinkRow, PartyRow

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY, LATER_DAY = date(2026, 5, 1), date(2026, 6, 1)


def credit_code(number: int) -> str:
    body = f"{number:08d}"
    body = "91320583" + body + codes.organisation_check_character(body)
    return body + codes.uscc_check_character(body)


def registration(number: int) -> str:
    body = f"3205{number:010d}"
    return body + codes.registration_check_digit(body)


def merchant(
    platform: str = "P1", shop: str = "1", owner: int | None = 1, **more: str
) -> Merchant:
    told = {"uscc": credit_code(owner)} if owner is not None else {}
    named = {"shop_name": f"店铺{shop}", "owner_name": f"公司{owner}", **told, **more}
    return Merchant(platform=platform, shop=shop, **named)  # type: ignore[arg-type]


def learn(*merchants: Merchant, at: datetime = AT) -> Learned:
    return actions.learn(merchants, reporter="P1", at=at)


def owner_of(shop: str, platform: str = "P1", on: date = DAY) -> UUID:
    place = queries.find("platform_shop", f"{platform}/{shop}", on=on)
    run_by = queries.linked(place.uuid, "operated_by", on=on)
    assert run_by is not None
    return run_by.uuid


@pytest.mark.django_db
def test_a_company_on_five_platforms_is_one_party_with_five_shops() -> None:
    learned = learn(*(merchant(platform=f"P{n}") for n in range(5)))
    assert (learned.owners_new, learned.shops_new, learned.platforms_new) == (1, 5, 5)
    company = queries.find("uscc", credit_code(1), on=DAY)
    assert len(queries.shops_of(company.uuid, on=DAY)) == 5


@pytest.mark.django_db
def test_the_same_roster_again_teaches_nothing() -> None:
    roster = [merchant(shop=str(n), owner=n % 3, shop_url=f"x.cn/{n}") for n in range(30)]
    learn(*roster)
    assert learn(*roster, at=LATER) == Learned(merchants=30)


@pytest.mark.django_db
def test_a_company_is_recognised_by_the_organisation_code_in_its_credit_code() -> None:
    learn(merchant(owner=None, org=credit_code(1)[8:17]))
    assert learn(merchant(platform="P2", owner=1)).owners_new == 0
    assert owner_of("1") == owner_of("1", "P2")


@pytest.mark.django_db
def test_a_company_is_recognised_by_its_registration_number() -> None:
    learn(merchant(owner=None, regno=registration(7)))
    assert learn(merchant(platform="P2", regno=registration(7))).owners_new == 0


@pytest.mark.django_db
def test_companies_are_never_one_by_their_name_alone() -> None:
    learned = learn(
        merchant(shop="1", owner=1, owner_name="同名"),
        merchant(shop="2", owner=2, owner_name="同名"),
    )
    assert learned.owners_new == 2
    nameless = learn(merchant(shop="3", owner=None, owner_name="同名"))
    assert (nameless.unidentified, nameless.owners_new) == (1, 0)


@pytest.mark.django_db
def test_codes_that_point_to_two_parties_are_doubtful_and_not_merged() -> None:
    learn(merchant(shop="1", owner=1), merchant(shop="2", owner=None, regno=registration(2)))
    learned = learn(merchant(shop="3", owner=1, regno=registration(2)))
    assert learned.doubtful == 1
    assert owner_of("3") == owner_of("1") != owner_of("2")


@pytest.mark.django_db
def test_a_shop_that_changes_hands_keeps_both_links_with_dates() -> None:
    learn(merchant(owner=1))
    learned = learn(merchant(owner=2), at=LATER)
    assert (learned.links_ended, learned.links_new) == (1, 1)
    assert owner_of("1", on=DAY) == queries.find("uscc", credit_code(1), on=DAY).uuid
    assert owner_of("1", on=LATER_DAY) == queries.find("uscc", credit_code(2), on=LATER_DAY).uuid
    shop = queries.find("platform_shop", "P1/1", on=LATER_DAY)
    past = [(event.on, event.what) for event in queries.history(shop.uuid)]
    assert (LATER_DAY, "link_ended") in past


@pytest.mark.django_db
def test_a_shop_bears_the_name_its_platform_last_told() -> None:
    learn(merchant(shop_name="旧名"))
    assert learn(merchant(shop_name="新名"), at=LATER).renamed == 1
    assert queries.search("新名", on=LATER_DAY)[0].kind == "shop"


@pytest.mark.django_db
def test_a_party_is_found_by_part_of_its_name_or_any_of_its_codes() -> None:
    learn(merchant(owner=1, owner_name="昆山某某电子商务有限公司"))
    for text in ("某某电子", credit_code(1), credit_code(1)[8:17]):
        assert [p.name for p in queries.search(text, on=DAY)] == ["昆山某某电子商务有限公司"]
    assert queries.search("无此公司", on=DAY) == ()


@pytest.mark.django_db
def test_a_registered_party_is_refused_under_a_code_already_borne() -> None:
    party = actions.register("department", "商务厅", {"reporter": "JS-SWT"}, region="32", at=AT)
    assert queries.get(party, on=DAY).region == "320000"
    with pytest.raises(Conflict, match=r"party\.code_taken"):
        actions.register("department", "别的厅", {"reporter": "JS-SWT"}, at=AT)
    with pytest.raises(Invalid, match=r"party\.kind_unknown"):
        actions.register("robot", "机器", {}, at=AT)


@pytest.mark.django_db
def test_a_withdrawn_code_may_be_borne_by_another_while_the_past_stays() -> None:
    first = actions.register("platform", "甲", {"platform": "A"}, at=AT)
    actions.end_code("platform", "A", at=LATER)
    second = actions.register("platform", "乙", {"platform": "A"}, at=LATER)
    assert queries.find("platform", "A", on=DAY).uuid == first
    assert queries.find("platform", "A", on=LATER_DAY).uuid == second


@pytest.mark.django_db
def test_a_merged_duplicate_answers_as_the_other_until_it_is_taken_back() -> None:
    learn(merchant(shop="1", owner=1), merchant(shop="2", owner=None, regno=registration(2)))
    right, wrong = owner_of("1"), owner_of("2")
    actions.merge(wrong, right, at=AT)
    assert queries.find("regno", registration(2), on=DAY).uuid == right
    assert len(queries.shops_of(right, on=DAY)) == 2
    assert learn(merchant(shop="3", owner=None, regno=registration(2))).owners_new == 0
    with pytest.raises(Conflict, match=r"party\.cannot_merge"):
        actions.merge(right, wrong, at=AT)
    actions.unmerge(wrong, at=AT)
    assert queries.find("regno", registration(2), on=DAY).uuid == wrong
    with pytest.raises(Conflict, match=r"party\.not_merged"):
        actions.unmerge(wrong, at=AT)


@pytest.mark.django_db
def test_links_begin_and_end_with_dates() -> None:
    company = actions.register("enterprise", "甲", {}, at=AT)
    owner = actions.register("person", "乙", {}, at=AT)
    actions.link(company, "owned_by", owner, at=AT)
    actions.link(company, "owned_by", owner, at=AT)
    assert PartyLinkRow.objects.count() == 1
    actions.end_link(company, "owned_by", at=LATER)
    assert queries.linked(company, "owned_by", on=DAY) is not None
    assert queries.linked(company, "owned_by", on=LATER_DAY) is None
    with pytest.raises(NotFound, match=r"party\.link_unknown"):
        actions.end_link(company, "owned_by", at=LATER)
    with pytest.raises(Invalid, match=r"party\.relation_unknown"):
        actions.link(company, "likes", owner, at=AT)
    with pytest.raises(NotFound, match=r"party\.unknown_id"):
        queries.get(uuid4(), on=DAY)


@pytest.mark.django_db
def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(NotFound, match=r"party\.unknown"):
        queries.find("uscc", credit_code(9), on=DAY)


rosters = st.lists(
    st.builds(
        merchant,
        platform=st.sampled_from(["P1", "P2", "P3"]),
        shop=st.sampled_from("12345"),
        owner=st.one_of(st.none(), st.integers(0, 4)),
        regno=st.one_of(st.just(""), st.integers(0, 4).map(registration)),
        shop_url=st.sampled_from(["", "a.cn/1", "a.cn/2"]),
    ),
    max_size=12,
)


class AnyRoster(TestCase):
    """Whatever is reported, in whatever order, the promises of the rows hold."""

    @given(st.lists(rosters, max_size=3))
    @settings(max_examples=60)
    def test_each_current_code_and_link_stays_single_and_a_repeat_adds_nothing(
        self, told: list[list[Merchant]]
    ) -> None:
        for roster in told:
            learn(*roster)
        before = (PartyRow.objects.count(), PartyCodeRow.objects.count())
        for roster in told:
            learn(*roster, at=LATER)
        assert (PartyRow.objects.count(), PartyCodeRow.objects.count()) == before
        for row in PartyLinkRow.objects.select_related("source"):
            assert row.source.kind == "shop"
