# SPDX-License-Identifier: Apache-2.0
"""What a step brings forth: a letter with a code, a record for the ledger, a posting."""

from dataclasses import replace
from uuid import UUID

import pytest

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts import queries as balances
from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.accounts.concept.transfers import Account, Transfer
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.cases.models import CaseRow, LetterRow, StepRow
from shangheng.kernel.cases.tests.builders import ANNA, AT, HOUSE, KIND, hand, story
from shangheng.kernel.errors import Conflict, Invalid, NotFound, ShanghengError
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.records.concept.fields import Day, Money, Text
from shangheng.kernel.records.concept.kinds import RecordKind

pytestmark = pytest.mark.django_db
OUTCOME = RecordKind(
    "tryout_outcome", "试办结果", "outcome of a tryout", key=("case_number",), day="case_on",
    retain="transaction",
    fields=(
        Text("case_number", zh="办件号"), Day("case_on", zh="日期"), Money("paid", zh="支付"),
        Text("told", zh="内容", optional=True),
    ),
)  # fmt: skip
DECISION = Letter(
    name="decision", zh="决定书", en="decision",
    text_zh="{case_number}：{story}。\n\n金额 {claim}。\n\n支付 {pays}，{case_on}，{case_region}。",
    text_en="{case_number}: {story}.\n\nClaim {claim}.\n\nPays {pays} on {case_on}.",
)  # fmt: skip
PAY = Posting(
    plan=GUARANTEE, movement="claim", account="deposit/{order_no}", amount="pays"
)
DONE = KIND.steps[4]


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


def deposited(amount: int) -> None:
    owner = parties.declare("platform", "P01", at=AT) if hasattr(parties, "declare") else UUID(int=1)
    del owner, amount
