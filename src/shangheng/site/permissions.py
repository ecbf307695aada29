# SPDX-License-Identifier: Apache-2.0
"""What each role may, read from the declarations of registers and kinds of cases."""

from collections.abc import Iterator
from typing import NamedTuple

from shangheng.kernel.access.concept import HOUSE_ROLES
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.service import Registry

ROLE_WORDS = {
    "officer": ("经办", "officer"),
    "lead": ("负责人", "lead"),
    "mediator": ("调解员", "mediator"),
    "clerk": ("登记员", "clerk"),
    "reviewer": ("审核", "reviewer"),
    "decider": ("决定", "decider"),
    "treasurer": ("拨付", "treasurer"),
    "finance": ("财务", "finance"),
    "inspector": ("监督", "inspector"),
    "station": ("维权站", "station"),
    "reader": ("查阅", "reader"),
}
"""What the last part of a declared role is called; ``consumer.officer`` is 消费维权 · 经办."""


def role_name(role: str, registry: Registry) -> tuple[str, str]:
    """Return what a role is called in Chinese and English: the service's name, and as what."""
    if role in HOUSE_ROLES:
        return HOUSE_ROLES[role]
    service, _, last = role.partition(".")
    known = next((each for each in registry.services if each.name == service), None)
    zh, en = ROLE_WORDS.get(last, (last, last))
    return (f"{known.zh} · {zh}", f"{known.en} · {en}") if known else (role, role)


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
