# SPDX-License-Identifier: Apache-2.0
"""Which disputes go the fast track, and who must not mediate them.

Jiangsu 2015 (十)3 asks for a fast way to deal with online disputes and prints no limit, so what is
small and simple enough is the authority's decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.registers.concept.kinds import alike

FAST_AMOUNT = Parameter(
    name="consumer.fast_track_amount",
    zh="快速处理的金额上限",
    en="largest amount on the fast track",
    unit="CNY",
    clause="jiangsu-2015 (十)3",
    question_zh="涉及金额不超过多少元的纠纷可以快速处理？请连同文件依据一并填写",
    question_en="Up to which amount may a dispute go the fast track? By which rule?",
)
FAST_GROUNDS = Parameter(
    name="consumer.fast_track_grounds",
    zh="可以快速处理的问题",
    en="grounds on the fast track",
    unit="codes",
    clause="jiangsu-2015 (十)3",
    question_zh="哪些问题的纠纷可以快速处理（填写代码，如 quality、not_delivered）？",
    question_en="Disputes on which grounds may go the fast track (codes)?",
)


@dataclass(frozen=True)
class Condition:
    """One condition of the fast track: whether it holds, and by which value."""

    zh: str
    en: str
    holds: bool
    by: str


def fast_track(
    form: Mapping[str, Any], *, on: date, configuration: Configuration
) -> tuple[Condition, ...]:
    """Return the conditions under which a complaint goes the fast track, each judged."""
    most, amount_source = FAST_AMOUNT.sourced(on, configuration)
    grounds, ground_source = FAST_GROUNDS.sourced(on, configuration)
    claim = form.get("claim")
    small = claim is not None and Decimal(str(claim)) <= Decimal(str(most))
    return (
        Condition(
            f"写明金额且不超过 {most} 元", f"an amount is named, at most CNY {most}", small,
            amount_source,
        ),
        Condition(
            f"问题属于 {'、'.join(grounds)}", f"the ground is one of {', '.join(grounds)}",
            form.get("ground") in grounds, ground_source,
        ),
        Condition("写明订单编号", "the order is named", bool(form.get("order_no")), ""),
    )  # fmt: skip


def conflicts(mediator: Mapping[str, Any], sides: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each tie of a mediator that meets a side of the dispute: which side, which tie.

    ``sides`` are the seller, the platform and whoever answers for it, by what they are in the
    dispute. Names are compared without legal forms, so that a firm is not missed for its suffix.
    """
    ties = [str(mediator.get("employer", "")), *str(mediator.get("ties", "")).splitlines()]
    for side, name in sides.items():
        for tie in (each.strip() for each in ties):
            if tie and name and (tie.casefold() == name.casefold() or alike(tie, name)):
                yield side, tie
