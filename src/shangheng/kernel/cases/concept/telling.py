# SPDX-License-Identifier: Apache-2.0
"""Who is told what when something is done with a case, by which way; no personal data is told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.standing import Standing
from shangheng.kernel.notices.concept import Channel, Notice
from shangheng.kernel.registers.concept.actors import APPLICANT, PUBLIC, SYSTEM

PROVINCE_DIGITS = 2
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")


TOLD: dict[str, tuple[tuple[str, str, str], ...]] = {
    "open": (("新办件，待承办", "new case, to be taken on", "first"),),
    "assign": (("已分派给您", "assigned to you", "person"),),
    "hand_back": (("已退回收件箱", "handed back to the inbox", "leads"),),
    "transfer": (("已移送至您处", "transferred to you", "leads"),),
    "ask_joint": (("请贵部门协办", "your department is asked to take part", "there"),),
    "answer_joint": (("协办单位已答复", "a department that takes part answered", "holder"),),
    "dispute": (("管辖有争议，请裁定", "it is disputed whose case it is: decide", "above"),),
    "settle_dispute": (("管辖争议已裁定，由您处办理", "decided: the case is yours", "leads"),),
    "reply": (("当事人有补充", "the party added something", "holder"),),
    "warned": (("时限将届满", "a clock runs out soon", "person"),),
    "escalated": (
        ("时限已届满，请督办", "a clock has run out, see to it", "role"),
        ("时限已届满", "a clock has run out", "holder"),
    ),
}
"""What officers are told of each act, and who: those of the first steps (``first``), who leads,
who holds the case, the person or the role that the act names, who leads where the act points
(``there``), and who leads in the province, above both sides of a dispute (``above``)."""


@dataclass(frozen=True)
class Hook:
    """A program outside that is told of what is done: where, of which kinds, of which acts.

    Empty is all.
    """

    url: str
    kinds: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that was done with a case: which entry, what, by whom, with what said."""

    number: int
    act: str
    name: str
    by: str
    holder: str
    values: Mapping[str, Any]
    seal: str
    title: str = ""

    @property
    def to(self) -> str:
        """Return to whom the act itself is directed."""
        return str(self.values.get("to") or self.values.get("holder") or "")


def notices_of(
    kind: CaseKind, case: Standing, act: Act, *, channels: Sequence[Channel], hooks: Sequence[Hook]
) -> tuple[Notice, ...]:
    """Return everything that is to be told of an act, once to each receiver."""
    found = [*_officers(kind, case, act)]
    if "email" in channels:
        found += [replace(each, channel="email") for each in found if each.to]
        found += _applicant(kind, case, act)
    if "webhook" in channels:
        found += _programs(kind, case, act, hooks)
    return tuple(found)


def _notice(case: Standing, act: Act, zh: str, en: str) -> Notice:
    about = f"{case.number} {act.title}".strip()
    return Notice(
        key=f"{case.number}/{act.number}",
        channel="inbox",
        zh=f"{about}：{zh}",
        en=f"{about}: {en}",
    )


def _officers(kind: CaseKind, case: Standing, act: Act) -> Iterator[Notice]:
    """Yield what officers are told: whom it concerns, never who did it."""
    link = f"/inbox/{kind.name}/{case.number}/"
    for zh, en, receiver, person, roles in _told(kind, act):
        notice = replace(_notice(case, act, zh, en), link=link)
        region, department = _place(case, act, receiver)
        bodies = None if receiver == "there" else kind.bodies_of(case.values)
        payload = {} if bodies is None else {"bodies": "、".join(bodies)}
        if person and person != act.by:
            yield replace(notice, to=person)
        elif not person:
            for role in roles:
                yield replace(
                    notice, role=role, region=region, department=department, payload=payload
                )


def _place(case: Standing, act: Act, receiver: str) -> tuple[str, str]:
    """Return where those are who are told."""
    if receiver == "there":
        return str(act.values["region"]), str(act.values["department"])
    if receiver == "above":
        return case.region[:PROVINCE_DIGITS].ljust(len(case.region), "0"), ""
    return case.region, case.department


def _told(kind: CaseKind, act: Act) -> Iterator[tuple[str, str, str, str, tuple[str, ...]]]:
    """Yield the words, and the person or else the roles, for each receiver of an act."""
    for zh, en, receiver in TOLD.get(act.act, ()):
        yield (zh, en, receiver, *_receivers(kind, act, receiver))
    if act.act == "step" and not act.by:
        step = kind.step(act.name)
        words = (f"当事人{step.zh}", f"the party: {step.en or step.zh}")
        yield (*words, "holder", act.holder, kind.leads)


def _receivers(kind: CaseKind, act: Act, receiver: str) -> tuple[str, tuple[str, ...]]:
    match receiver:
        case "first":
            roles = [role for step in kind.steps_from(kind.initial) for role in step.roles]
            officers = [role for role in roles if role not in (APPLICANT, SYSTEM, PUBLIC)]
            return "", tuple(dict.fromkeys(officers))
        case "role":
            return "", (act.to,) if act.to in kind.roles else kind.leads
        case "holder":
            return act.holder, ()
        case _:
            return (act.to if receiver == "person" else ""), kind.leads


def _applicant(kind: CaseKind, case: Standing, act: Act) -> Iterator[Notice]:
    """Yield what whoever filed the case is told by e-mail, if they gave an address."""
    address = str(case.values.get(kind.contact, "")) if kind.contact else ""
    if not EMAIL.fullmatch(address) or not act.by:
        return
    seen = (
        (act.act == "step" and kind.step(act.name).shown)
        or (act.act == "note" and act.values.get("outward"))
        or act.act in ("transfer", "extended", "stopped", "resumed")
        or (act.act == "letter" and kind.letter(act.name).shown)
    )
    if seen:
        zh, en = kind.states[case.state]
        told = replace(act, title="")
        notice = _notice(case, told, f"{kind.zh}有进展（{zh}）", f"{kind.en}: news ({en})")
        yield replace(notice, channel="email", to=address, link="/follow/")


def _programs(kind: CaseKind, case: Standing, act: Act, hooks: Sequence[Hook]) -> Iterator[Notice]:
    for hook in hooks:
        if (hook.kinds and kind.name not in hook.kinds) or (
            hook.acts and act.act not in hook.acts
        ):
            continue
        payload = {
            "number": case.number, "kind": kind.name, "entry": act.number, "act": act.act,
            "name": act.name, "state": case.state, "outcome": case.outcome,
            "region": case.region, "at": case.at.isoformat(), "seal": act.seal,
        }  # fmt: skip
        notice = replace(_notice(case, replace(act, title=""), act.act, act.act), payload=payload)
        yield replace(notice, channel="webhook", to=hook.url)
