# SPDX-License-Identifier: Apache-2.0
"""An account's statement on paper, with the code by which anybody can check it."""

from datetime import datetime

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.concept.plans import BUDGET, GUARANTEE
from shangheng.kernel.accounts.concept.statements import Statement
from shangheng.kernel.accounts.concept.transfers import PHASES
from shangheng.kernel.accounts.concept.units import written
from shangheng.kernel.periods import CHINA
from shangheng.site import paper, wiring

HEADINGS = (
    "时间 time", "编号 key", "状态 state", "事由 for", "对方 other", "收支 change", "余额 balance",
)  # fmt: skip
WIDTHS = (5, 5, 3, 3, 4, 4, 4)
NUMBERS = (5, 6)


def reasons(account: str) -> dict[str, tuple[str, str]]:
    """Return what movements are called, by their names; those of an account's own plan first."""
    own = queries.account(account).kind.partition(".")[0]
    plans = sorted((BUDGET, GUARANTEE), key=lambda plan: plan.name == own)
    return {each.name: (each.zh, each.en) for plan in plans for each in plan.movements}


def moment(at: datetime) -> str:
    """Write a moment as a statement does."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def to_pdf(told: Statement, *, at: datetime) -> bytes:
    """Return a statement as PDF; ``at`` is when it is made."""
    unit, called = told.unit, reasons(told.account)
    lines = tuple(
        (
            moment(line.at), line.key, PHASES[line.phase][0],
            called.get(line.kind, (line.kind,))[0], line.other,
            written(line.change, unit), written(line.after, unit),
        )
        for line in told.lines
    )  # fmt: skip
    facts = paper.Facts(
        (
            ("账户 account", told.account),
            ("单位 unit", f"{unit.zh} {unit.en}"),
            ("期间 period", f"{moment(told.since)} – {moment(told.until)}"),
            ("期初余额 opening", written(told.opening, unit)),
            ("期末余额 closing", written(told.closing, unit)),
            ("笔数 entries", str(len(lines))),
        )
    )
    entries = (
        paper.Table(HEADINGS, lines, numbers=NUMBERS, widths=WIDTHS)
        if lines
        else paper.Text("本期没有收支 no entry in this period")
    )
    how = paper.Text(
        "凭验证码、账号和期间可在本平台“核对对账单”页查验。\n"
        "Check it on the page “Check a statement” with code, account and period.",
        soft=True,
    )
    return paper.sheet(
        paper.Sheet(
            title="对账单", english="Statement of account", issuer=wiring.place().zh,
            number=told.account, at=at, parts=(facts, entries, how), code=told.code,
        )
    )  # fmt: skip
