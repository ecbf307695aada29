# SPDX-License-Identifier: Apache-2.0
"""Whatever is tried in whatever order, a case is where the table says and its seals hold."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shangheng.kernel.cases import actions, proofs, tallies
from shangheng.kernel.cases.models import CaseRow, StepRow, TallyRow
from shangheng.kernel.cases.tests.builders import ANNA, AT, BERT, KIND, LEAD, hand, story
from shangheng.kernel.errors import Refusal
from shangheng.kernel.registers.concept.actors import NOBODY

COUNTED = ("kind", "month", "region", "department", "what", "name", "cases")
PEOPLE = {"anna": ANNA, "bert": BERT, "lead": LEAD, "": NOBODY}


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.at = AT
        self.case = actions.open_case(KIND, story(), hand())
        self.state, self.acts = KIND.initial, 1
        self.proposer = ""

    @rule(
        name=st.sampled_from([step.name for step in KIND.steps]),
        who=st.sampled_from(list(PEOPLE)),
        hours=st.integers(0, 200),
    )
    def try_step(self, name: str, who: str, hours: int) -> None:
        self.at += timedelta(hours=hours)
        step = KIND.step(name)
        mine = hand(PEOPLE[who], self.at, code=self.case.code if who == "" else "")
        roles = {post.role for post in PEOPLE[who].posts} or {"applicant"}
        may = bool(roles & set(step.roles)) and self.state in step.sources
        may = may and not (step.unlike and self.proposer == who)
        try:
            actions.take_step(KIND, self.case.number, name, {"reason": "因"}, mine)
        except Refusal:
            assert not may
            return
        assert may
        self.state, self.acts = step.target, self.acts + 1
        self.proposer = who if name == "propose" else self.proposer

    @invariant()
    def the_row_says_what_the_table_says(self) -> None:
        if not hasattr(self, "case"):
            return
        row = CaseRow.objects.get(number=self.case.number)
        assert (row.state, row.version) == (self.state, self.acts)
        assert StepRow.objects.filter(case=row).count() == self.acts
        assert (row.closed_at is not None) == (self.state in KIND.ends)
        running = {clock.name for clock in row.clocks.filter(ended_at=None)}
        wanted = {c.name for c in KIND.clocks if self.state in (*c.runs, *c.pauses)}
        assert running == wanted
        due = (
            row.clocks.filter(ended_at=None).exclude(due_at=None).values_list("due_at", flat=True)
        )
        assert row.due_at == min(due, default=None)
        assert proofs.intact(row.number)

    @invariant()
    def the_counts_that_are_kept_are_those_of_a_recount(self) -> None:
        kept = sorted(TallyRow.objects.exclude(cases=0).values_list(*COUNTED))
        tallies.recount()
        assert kept == sorted(TallyRow.objects.values_list(*COUNTED))


Life.TestCase.settings = settings(max_examples=15, stateful_step_count=12)


class LifeTest(Life.TestCase, TestCase):
    pass
