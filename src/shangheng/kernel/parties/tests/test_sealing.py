# SPDX-License-Identifier: Apache-2.0
"""What is done with parties is sealed, and their rows are what comes of it."""

import zlib
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.apps import apps

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import queries as leaves
from shangheng.kernel.evidence.findings import explained
from shangheng.kernel.parties import actions, queries, sealing
from shangheng.kernel.parties.models import PartyActRow, PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.parties.tests.test_actions import AT, DAY, LATER, learn, merchant

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    """Return where the rows and the log do not fit."""
    evidence.sequence_waiting()
    told = [*explained("party.", sealing.sealed_acts), *sealing.unlike_their_acts()]
    return [finding.where for finding in told]


def grown() -> None:
    """Do everything that can be done with parties."""
    learn(*(merchant(shop=str(n), owner=n % 3, shop_url=f"x.cn/{n}") for n in range(9)))
    learn(merchant(shop="1", owner=2, shop_name="新名"), merchant(shop="77"), at=LATER)
    one = actions.register("enterprise", "甲", {"reporter": "A"}, region="320500", at=AT)
    two = actions.register("enterprise", "乙", {"reporter": "B"}, at=AT)
    actions.link(one, "operated_by", two, at=AT)
    actions.end_link(one, "operated_by", at=LATER)
    actions.end_code("reporter", "A", at=LATER)
    three = actions.register("enterprise", "丙", {"reporter": "A"}, at=LATER)
    actions.merge(two, three, at=LATER)
    actions.unmerge(two, at=LATER)
    actions.merge(two, one, at=LATER)


def test_whatever_is_done_the_rows_are_what_comes_of_the_sealed_acts() -> None:
    grown()
    assert found() == []
    whats = {what for _, what, _ in leaves.named("party.")}
    assert whats == {
        "party.learned", "party.registered", "party.linked", "party.link_ended",
        "party.code_ended", "party.merged", "party.unmerged",
    }  # fmt: skip


def test_a_roster_that_teaches_nothing_leaves_no_leaf() -> None:
    learn(merchant())
    learn(merchant(), at=LATER)
    assert PartyActRow.objects.count() == 1


def test_in_several_passes_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    grown()
    monkeypatch.setattr(sealing, "PARTIES_A_PASS", 5)
    assert found() == []
    PartyRow.objects.filter(name="甲").update(name="丁")
    (where,) = found()
    assert where.startswith("kernel_party/")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda: PartyRow.objects.filter(name="甲").update(region="110000"), "kernel_party/"),
        (lambda: PartyRow.objects.filter(name="乙").update(merged_into=None), "kernel_party/"),
        (lambda: PartyCodeRow.objects.filter(scheme="shop_url").delete(), "kernel_party_code/"),
        (
            lambda: PartyCodeRow.objects.filter(valid_until=None, scheme="reporter").update(
                valid_until=DAY
            ),
            "kernel_party_code/",
        ),
        (lambda: PartyLinkRow.objects.update(valid_from=date(2020, 1, 1)), "kernel_party_link/"),
        (lambda: PartyActRow.objects.filter(pk__gt=0).update(changes=b"x"), "kernel_party_act/"),
        (lambda: PartyActRow.objects.filter(what="party.unmerged").delete(), "kernel_leaf/"),
    ],
)
def test_a_hand_in_the_database_is_found_and_named(change: Any, where: str) -> None:
    grown()
    change()
    assert any(each.startswith(where) for each in found()), found()


def test_no_bit_of_an_act_says_nothing() -> None:
    grown()
    acts = {row.pk: bytes(row.changes) for row in PartyActRow.objects.all()}
    for at, bit in product(range(-24, 0), range(8)):
        for pk, good in acts.items():
            changed = bytearray(good)
            changed[at] ^= 1 << bit
            PartyActRow.objects.filter(pk=pk).update(changes=bytes(changed))
        named = {where.split()[0] for where in found()}
        assert named >= {f"kernel_party_act/{pk}" for pk in acts}, (at, bit)


def test_acts_of_a_house_that_packed_them_are_unpacked_and_fit_their_leaves() -> None:
    grown()
    migration = import_module("shangheng.kernel.migrations.0020_plain_acts")
    for row in PartyActRow.objects.all():
        PartyActRow.objects.filter(pk=row.pk).update(changes=zlib.compress(bytes(row.changes), 1))
    altered = PartyActRow.objects.order_by("pk").first()
    assert altered
    PartyActRow.objects.filter(pk=altered.pk).update(changes=b"no longer packed")
    migration.unpack(apps, None)
    named = [where.split()[0] for where in found() if "_act/" in where]
    assert named == [f"kernel_party_act/{altered.pk}"]


def test_a_party_put_in_behind_the_actions_is_found() -> None:
    grown()
    PartyRow.objects.create(
        uuid="0" * 31 + "1", kind="enterprise", name="戊", region="", first_seen=DAY
    )
    assert found() == ["kernel_party/" + "0" * 31 + "1"]


def test_parties_that_are_older_than_their_sealing_are_sealed_as_they_were_found() -> None:
    grown()
    PartyActRow.objects.all().delete()
    evidence.WaitingRow.objects.all().delete()
    assert found()
    evidence.began("parties", sealing.seal_found, at=LATER + timedelta(days=1))
    assert found() == []
    learn(merchant(shop="99", owner=7), at=datetime(2026, 7, 1, tzinfo=UTC))
    assert found() == []
    assert queries.find("platform_shop", "P1/99", on=date(2026, 7, 1)).name == "店铺99"
