# SPDX-License-Identifier: Apache-2.0
"""What a step brings forth: a letter with a code, a record for the ledger, a posting."""

from dataclasses import replace

import pytest

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts import queries as balances
from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.cases import actions, papers, proofs, queries
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.cases.models import CaseRow, LetterRow, StepRow
from shangheng.kernel.cases.tests.builders import ANNA, AT, HOUSE, KIND, hand, story
from shangheng.kernel.errors import Invalid, NotFound, ShanghengError
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.records.concept.fields import Day, Money, Text
from shangheng.kernel.records.concept.kinds import RecordKind

pytestmark = pytest.mark.django_db
OUTCOME = RecordKind(
    name="tryout_outcome", zh="试办结果", en="outcome", key=("case_number",), day="case_on",
    retain="transaction",
    fields=(
        Text("case_number", zh="办件号"), Day("case_on", zh="日期"), Money("paid", zh="支付"),
        Text("told", zh="内容", optional=True),
    ),
)  # fmt: skip
DECISION = Letter(
    name="decision", zh="决定书", en="decision",
    text_zh="{case_number}：{story}。\n\n金额 {claim}。\n\n支付 {pays}，{case_on}，{case_region}",
    text_en="{case_number}: {story}.\n\nClaim {claim}.\n\nPays {pays} on {case_on}.",
)  # fmt: skip
PAY = Posting(plan=GUARANTEE, movement="claim", account="deposit/{order_no}", amount="pays")


def kind(**more: object) -> CaseKind:
    """Return the kind of case in which one step pays, writes and reports at once."""
    pay = Step(
        "pay", "received", "closed", by="tryout.officer", zh="支付", en="pay",
        needs=(Money("pays", zh="支付", en="pays", optional=True),), outcome="granted",
        **{
            "makes": "decision", "records": "tryout_outcome", "posts": (PAY,),
            "tells": {"paid": "pays", "told": "story"}, **more,
        },  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(KIND, steps=(*KIND.steps, pay), letters=(DECISION,))


OPENED = {name: f"deposit/X1/{name}" for name in ("deposited", "claimed", "paid_out")}
HERE = replace(HOUSE, records={"tryout_outcome": OUTCOME})


def deposited(amount: int) -> None:
    owner = parties.register("department", "部门", {"reporter": "SWT"}, at=AT)
    accounts.declare(CNY, at=AT)
    world = Account(code="world", owner=owner, unit="CNY", kind="test", floor=None)
    accounts.open_account(world, at=AT)
    line = Account(code="deposit/X1", kind="guarantee", owner=owner, unit="CNY")
    accounts.open_plan(GUARANTEE, line, at=AT)
    accounts.post_one(
        GUARANTEE.move("deposit", "deposit/X1", amount, key="d", outside="world"), at=AT
    )


def paid(pays: str = "12.50", of: CaseKind | None = None) -> str:
    """Return the number of a case in which the step was taken."""
    of = of or kind()
    case = actions.open_case(of, story(order_no="X1", claim="99"), hand(house=HERE))
    actions.take_step(of, case.number, "pay", {"pays": pays}, hand(ANNA, house=HERE))
    return case.number


def test_a_step_posts_writes_and_reports_in_one_transaction() -> None:
    deposited(5_000)
    number = paid()
    assert balances.balance(OPENED["claimed"]).posted == 1_250
    letter = LetterRow.objects.get()
    assert letter.content["zh"][0] == f"{number}：手机壳熔化。"
    assert letter.content["zh"][2].startswith("支付 12.50 元，2026年3月2日，江苏省苏州市")
    assert letter.content["en"][-1] == "Pays CNY 12.50 on 2 March 2026."
    (report,) = notices.sent(f"{number}.2", "ledger")
    assert report.notice.payload == {
        "batch": f"{number}.2",
        "record": {"case_number": number, "case_on": "2026-03-02", "paid": "12.50",
                   "told": "手机壳熔化"},
    }  # fmt: skip
    assert [step.act for step in StepRow.objects.order_by("number")] == [
        "open", "step", "post", "letter"
    ]  # fmt: skip
    assert proofs.intact(number)


def test_an_account_that_lacks_the_amount_refuses_the_whole_step() -> None:
    deposited(1_000)
    with pytest.raises(ShanghengError, match=r"transfer\."):
        paid()
    case = CaseRow.objects.get()
    assert (case.state, case.version) == ("received", 1)
    assert not LetterRow.objects.exists()
    assert not notices.sent(f"{case.number}.2", "ledger")


def test_nothing_is_posted_where_no_amount_was_said_and_its_paragraph_is_left_out() -> None:
    deposited(5_000)
    number = paid("", kind(records="", tells={}))
    assert balances.balance(OPENED["claimed"]).posted == 0
    told = LetterRow.objects.get().content
    assert told["zh"] == [f"{number}：手机壳熔化。", "金额 99.00 元。"]


def test_a_letter_is_genuine_by_its_code_however_it_is_typed_and_not_once_altered() -> None:
    deposited(5_000)
    number = paid()
    row = LetterRow.objects.get()
    seen = papers.letter(f" {row.code.lower().replace('-', ' ')} ")
    assert (seen.case, seen.is_genuine) == (number, True)
    LetterRow.objects.update(content={**row.content, "zh": ["支付 1,200.00 元"]})
    assert not papers.letter(row.code).is_genuine
    with pytest.raises(NotFound, match=r"letter\.unknown"):
        papers.letter("AAAA-AAAA-AAAA-AAAA")


def test_whoever_filed_the_case_sees_its_letters() -> None:
    deposited(5_000)
    of = kind()
    case = actions.open_case(of, story(order_no="X1"), hand(house=HERE))
    actions.take_step(of, case.number, "pay", {"pays": "1"}, hand(ANNA, house=HERE))
    for shown, letters in ((True, 1), (False, 0)):
        now = replace(of, letters=(replace(DECISION, shown=shown),))
        _, seen = queries.followed({of.name: now}, case.number, case.code, at=AT, house=HERE)
        assert len(seen.letters) == letters
        assert ("letter" in {step.act for step in seen.steps}) == shown


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"makes": "poem"}, "unknown letter poem"),
        ({"tells": {"paid": "wage"}}, "unknown facts"),
        ({"posts": (replace(PAY, movement="steal"),)}, "unknown movement steal"),
        ({"posts": (replace(PAY, amount="wage"),)}, "unknown facts"),
    ],
)
def test_a_step_that_brings_forth_what_nobody_knows_is_refused_at_import(
    more: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        kind(**more)


def test_a_letter_that_names_unknown_facts_is_refused_at_import() -> None:
    with pytest.raises(Invalid, match="unknown facts"):
        replace(KIND, letters=(replace(DECISION, text_en="Dear {name}"),))
