# SPDX-License-Identifier: Apache-2.0
"""What each role may, read from the declarations of registers and kinds of cases."""

from collections.abc import Iterator
from typing import NamedTuple

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.service import Registry


class Permission(NamedTuple):
    """That a role may do something with a kind: names in Chinese and English."""

    role: str
    kind_name: tuple[str, str]
    act_name: tuple[str, str]


def permissions(registry: Registry) -> Iterator[Permission]:
    """Return every permission that is declared, kind by kind."""
    for register in registry.registers.values():
        yield from _of_register(register)
    for kind in registry.cases.values():
        yield from _of_cases(kind)


def _of_register(kind: RegisterKind) -> Iterator[Permission]:
    acts = (
        (kind.enter, ("登记、变更、更正、终止", "enter, amend, correct, end")),
        (kind.confirm, ("确认", "confirm")),
        (kind.roles, ("查看全部内容；说明目的后查看个人信息",
                      "see all; personal data for a stated purpose")),
    )  # fmt: skip
    for told, name in acts:
        for role in told:
            yield Permission(role, (kind.zh, kind.en), name)


def _of_cases(kind: CaseKind) -> Iterator[Permission]:
    acts = [
        (kind.opens, ("提交", "open")),
        *((step.roles, (step.zh or step.name, step.en or step.name)) for step in kind.steps),
        *((clock.may_stop, (f"停止和恢复计时：{clock.zh}", f"stop and resume: {clock.en}"))
          for clock in kind.clocks),
        *((clock.may_extend, (f"延长：{clock.zh}", f"prolong: {clock.en}"))
          for clock in kind.clocks),
        (kind.leads, ("分派、移送", "assign, transfer")),
        (kind.roles, ("查看办件", "see cases")),
    ]  # fmt: skip
    for told, name in acts:
        for role in told:
            yield Permission(role, (kind.zh, kind.en), name)
