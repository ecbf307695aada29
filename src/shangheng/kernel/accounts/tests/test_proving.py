# SPDX-License-Identifier: Apache-2.0
"""Who may post is declared, what is posted is sealed, every balance is in the nightly total."""

import json
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.accounts import proving
from shangheng.kernel.accounts.concept.kinds import AccountKind, by_name
from shangheng.kernel.accounts.concept.transfers import Outcome, Transfer
from shangheng.kernel.accounts.models import PostingRow
from shangheng.kernel.accounts.tests.builders import AT, later, opened, posted, settled, transfer
from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import entries, integrating, log, queries
from shangheng.kernel.evidence.findings import explained
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.verifying import holds
from shangheng.kernel.periods import CHINA
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post

pytestmark = pytest.mark.django_db
KEY = bytes(range(32))
KINDS = by_name(
    (
        AccountKind(name="source", zh="来源", en="source", takes=("fund.lead",)),
        AccountKind(
            name="fund", zh="基金", en="fund", takes=("fund.clerk",), gives=("fund.lead",)
        ),
        AccountKind(name="paid", zh="已付", en="paid", takes=(), seals=False),
    )
)


@pytest.fixture
def books() -> None:
    owner = opened("world", kind="source")
    opened("fund", owner=owner, kind="fund")
    opened("paid", owner=owner, kind="paid")
    opened("odd", owner=owner, kind="nobody's")


def hand(*roles: str, region: str = "360700") -> Hand:
    return Hand(Actor("chen", tuple(Post(role, region) for role in roles)), AT)


def post(*transfers: Transfer, by: Hand) -> tuple[Outcome, ...]:
    return proving.post_as(transfers, by, KINDS, place="360700")


def test_who_posts_needs_the_roles_of_both_accounts(books: None) -> None:
    assert post(transfer("a"), by=hand("fund.lead"))[0].state == "booked"
    for roles in ((), ("fund.clerk",)):
        with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
            post(transfer("b"), by=hand(*roles))
    pay = transfer("c", "fund", "paid", amount=40)
    with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
        post(pay, by=hand("fund.lead"))
    with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
        post(pay, by=hand("fund.clerk", region="320000"))
    assert post(pay, by=hand("fund.clerk"))[0].state == "booked"


def test_nobody_posts_on_an_account_of_an_undeclared_kind(books: None) -> None:
    with pytest.raises(NotPermitted, match=r"account_kind\.unknown"):
        post(transfer("a", target="odd"), by=hand("fund.lead"))
    with pytest.raises(NotFound, match=r"account\.unknown"):
        post(transfer("a", target="nowhere"), by=hand("fund.lead"))
    with pytest.raises(Invalid, match="twice"):
        by_name((KINDS["fund"], KINDS["fund"]))


def test_a_hold_is_ended_by_whom_its_accounts_allow(books: None) -> None:
    post(transfer("h", phase="pending"), by=hand("fund.lead"))
    with pytest.raises(NotPermitted):
        post(settled("p", "h"), by=hand("fund.clerk"))
    with pytest.raises(NotFound, match="pending_unknown"):
        post(settled("p", "nothing"), by=hand("fund.lead"))
    assert post(settled("p", "h"), by=hand("fund.lead"))[0].state == "booked"


def test_what_is_posted_by_hand_is_sealed_once_with_its_entries(books: None) -> None:
    post(transfer("a"), transfer("b", amount=7), by=hand("fund.lead"))
    (leaf,) = queries.leaves_saying(proving.POSTED)
    columns = {"source__code": "world", "target__code": "fund", "kind": "", "phase": "posted",
               "pending": None, "facts": {}}  # fmt: skip
    content = {"by": "chen", "at": AT.astimezone(CHINA).isoformat(), "entries": [
        {"key": "a", **columns, "amount": 100}, {"key": "b", **columns, "amount": 7},
    ]}  # fmt: skip
    said = entries.parse(leaf.entry)
    assert said.commitment == entries.commitment(leaf.salt, entries.canonical(content))
    assert said.facts == {"entries": 2}
    # Keys can be guessed: the leaf is not named by them.
    assert leaf.object_id != sha256(b"a\nb").hexdigest()[: len(leaf.object_id)]
    # Sent again it books nothing, and refused it books nothing: neither is sealed.
    assert post(transfer("a"), by=hand("fund.lead"))[0].state == "known"
    refused = post(transfer("c", "fund", "paid", amount=10**6), by=hand("fund.clerk"))
    assert refused[0].state == "refused"
    assert len(queries.leaves_saying(proving.POSTED)) == 1


def proved(home: Path) -> tuple[Log, dict[str, Any]]:
    log.make(home, name="test.shangheng", at=AT)
    kept = log.opened(home, durable=False)
    evidence.begin(kept, at=AT)
    published = proving.prove("CNY", as_at=later(60), key=KEY, at=later(120))
    integrating.integrate(kept, now=lambda: later(130))
    return kept, published


def test_an_owner_checks_its_balance_within_the_published_sum_offline(
    books: None, tmp_path: Path
) -> None:
    posted(transfer("a", amount=250), transfer("b", "fund", "paid", amount=90))
    kept, published = proved(tmp_path)
    assert (published["plus"], published["minus"]) == ("250", "250")
    posted(transfer("later"), at=later(3600))
    told = proving.proof_of("fund", as_at=later(60), key=KEY, log=kept)
    assert told["balance"]["balance"] == "160"
    text = json.dumps(told)
    assert holds(proving.verify_balance(text, kept.public))
    # Nothing in it is anybody else's: no other account, no other balance.
    assert "world" not in text
    assert "paid" not in text


def test_every_unit_is_proved_once_for_every_night_when_the_night_is_over(books: None) -> None:
    posted(transfer("a", amount=250))
    midnight = (AT + timedelta(days=1)).astimezone(CHINA).replace(hour=0, minute=0, second=0)
    early, late = midnight + timedelta(minutes=5), midnight + timedelta(hours=2)
    assert [proving.prove_night(key=KEY, at=at) for at in (early, late, late)] == [0, 2, 0]
    facts = [entries.parse(leaf.entry).facts for leaf in queries.leaves_saying(proving.PROVED)]
    assert {(each["unit"], each["at"], each["plus"]) for each in facts} == {
        ("CNY", midnight.isoformat(), "250"), ("seat", midnight.isoformat(), "0"),
    }  # fmt: skip


def test_no_other_balance_and_no_other_total_is_accepted(books: None, tmp_path: Path) -> None:
    posted(transfer("a", amount=250))
    kept, _ = proved(tmp_path)
    told = proving.proof_of("fund", as_at=later(60), key=KEY, log=kept)

    def codes(**changes: Any) -> set[str]:
        found = proving.verify_balance(json.dumps({**told, **changes}), kept.public)
        return {each.code for each in found if not each.ok}

    assert codes() == set()
    assert codes(balance={**told["balance"], "balance": "251"}) == {"proof.balance_differs"}
    assert "proof.balance_differs" in codes(plus="251", minus="251")
    assert "proof.sums_differ" in codes(minus="249")
    assert codes(balance={}) == {"proof.malformed"}
    assert codes(root=None) == {"evidence.document_malformed"}


def test_posting_into_the_past_is_found_and_not_proved(books: None, tmp_path: Path) -> None:
    posted(transfer("a", amount=250), at=AT)
    kept, _ = proved(tmp_path)
    posted(transfer("back", "fund", "paid", amount=1), at=later(30))
    with pytest.raises(EvidenceBroken, match=r"proof\.root_differs"):
        proving.proof_of("fund", as_at=later(60), key=KEY, log=kept)


def test_a_moment_is_sealed_once_and_only_when_it_is_over(books: None, tmp_path: Path) -> None:
    kept, published = proved(tmp_path)
    again = proving.prove("CNY", as_at=later(60), key=KEY, at=later(500))
    assert again == published
    assert len(queries.leaves_saying(proving.PROVED)) == 1
    with pytest.raises(Invalid, match="not_over"):
        proving.prove("CNY", as_at=later(60), key=KEY, at=later(59))
    with pytest.raises(NotFound, match="not_sealed"):
        proving.proof_of("fund", as_at=later(60) + timedelta(1), key=KEY, log=kept)
    assert proving.units() == ["CNY", "seat"]


def test_by_whose_hand_was_posted_is_kept_unless_the_leaf_is_older_than_that(books: None) -> None:
    def codes() -> list[str]:
        since = partial(queries.began, proving.POSTINGS)
        rows = explained(proving.POSTED, proving.sealed_by_hand, since=since)
        return [each.code for each in rows]

    post(transfer("a"), by=hand("fund.lead"))
    assert codes() == []
    PostingRow.objects.all().delete()
    assert codes() == ["evidence.object_gone"]
    evidence.began(proving.POSTINGS, proving.seal_found, at=AT)
    assert codes() == []
    post(transfer("b"), transfer("c", amount=7), by=hand("fund.lead"))
    assert codes() == []
    PostingRow.objects.update(by="li")
    assert codes() == ["evidence.content_differs"]
    PostingRow.objects.all().delete()
    assert codes() == ["evidence.object_gone"]
