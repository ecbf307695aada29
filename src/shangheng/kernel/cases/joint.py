# SPDX-License-Identifier: Apache-2.0
"""What several departments do with one case: take part in it, dispute whose it is.

Whoever leads a case may ask another department to take part; its officers see the case from then
on, and it cannot be closed before they have answered. A department that holds a case not to be its
own disputes it; then nobody transfers it any more, until the lead of a region above both decides.
"""

from collections.abc import Mapping

from shangheng.kernel.cases import store
from shangheng.kernel.cases.acts import (
    Moved,
    moved,
    officers,
    region_code,
    role_of,
    said_of,
    sealed,
)
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.models import CaseRow, DisputeRow, JointRow
from shangheng.kernel.cases.store import Done, Hand
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.registers.concept.actors import covers


def _place(kind: CaseKind, row: CaseRow, to: Mapping[str, str]) -> tuple[str, str]:
    """Return the region and department that are named, else those of the case."""
    region = region_code(to["region"])[:6] if to.get("region") else row.region
    department = to.get("department") or row.department
    if department and department not in kind.departments:
        raise Invalid("case.no_such_department", department=department)
    return region, department


def refuse_unanswered(row: CaseRow) -> None:
    """Refuse to close a case of which a department that takes part has not answered."""
    waiting = row.joint.filter(answered_at=None).order_by("pk")
    if names := [each.department or each.region for each in waiting]:
        raise Conflict("case.joint_unanswered", number=row.number, departments=names)


def refuse_disputed(row: CaseRow) -> None:
    """Refuse to send a case on while it is disputed whose it is."""
    if row.disputes.filter(settled_at=None).exists():
        raise Conflict("case.disputed", number=row.number)


@sealed
def ask(kind: CaseKind, number: str, to: Mapping[str, str], hand: Hand) -> Moved:
    """Ask another ``department`` or ``region`` to take part in a case; ``reason`` says in what."""
    row = store.locked(kind, number)
    role = role_of(kind, hand, kind.leads, row, "ask_joint")
    if row.closed_at is not None:
        raise Conflict("case.closed", number=number)
    region, department = _place(kind, row, to)
    task = said_of(to.get("reason", ""))
    asked = row.joint.filter(region=region, department=department, answered_at=None)
    if (region, department) == (row.region, row.department) or asked.exists():
        raise Conflict("case.joint_already", number=number, department=department, region=region)
    values = {"region": region, "department": department, "reason": task}
    store.append(kind, row, Done("ask_joint", hand, role, values=values))
    JointRow.objects.create(
        case=row, region=region, department=department, task=task, asked_by=hand.actor.name,
        asked_at=hand.at,
    )  # fmt: skip
    return moved(row)


@sealed
def answer(kind: CaseKind, number: str, text: str, hand: Hand) -> Moved:
    """Answer for a department that was asked to take part."""
    row, said = store.locked(kind, number), said_of(text)
    for asked in row.joint.filter(answered_at=None).order_by("pk"):
        role = hand.actor.role_for(officers(kind), asked.region, asked.department)
        if role is None:
            continue
        store.refuse_stale(row, hand.version)
        values = {"region": asked.region, "department": asked.department, "text": said}
        store.append(kind, row, Done("answer_joint", hand, role, values=values))
        asked.answer, asked.answered_by, asked.answered_at = said, hand.actor.name, hand.at
        asked.save(update_fields=["answer", "answered_by", "answered_at"])
        return moved(row)
    raise NotFound("case.joint_not_asked", number=number)


@sealed
def dispute(kind: CaseKind, number: str, reason: str, hand: Hand) -> Moved:
    """Say that a case which was sent here belongs to whoever sent it; their superior decides."""
    row = store.locked(kind, number)
    role = role_of(kind, hand, kind.leads, row, "dispute")
    refuse_disputed(row)
    sent = row.steps.filter(act__in=("transfer", "settle_dispute")).order_by("-number").first()
    if sent is None or row.closed_at is not None:
        raise Conflict("case.not_sent", number=number)
    came = sent.values
    values = {"region": came["from_region"], "department": came["from_department"]}
    store.append(
        kind, row, Done("dispute", hand, role, values={**values, "reason": said_of(reason)})
    )
    DisputeRow.objects.create(
        case=row, region=row.region, department=row.department, other_region=values["region"],
        other_department=values["department"], reason=said_of(reason), by=hand.actor.name,
        at=hand.at,
    )  # fmt: skip
    return moved(row)


@sealed
def settle(kind: CaseKind, number: str, to: Mapping[str, str], hand: Hand) -> Moved:
    """Decide whose a disputed case is: ``region``, ``department`` and the ``reason``.

    Only a lead of a region that covers both sides decides; between departments of one region, a
    lead there who is bound to neither.
    """
    row = store.locked(kind, number)
    open_ = row.disputes.filter(settled_at=None).first()
    if open_ is None:
        raise Conflict("case.not_disputed", number=number)
    role = _superior(kind, open_, hand)
    store.refuse_stale(row, hand.version)
    region, department = _place(kind, row, to)
    values = {
        "from_region": row.region, "from_department": row.department, "region": region,
        "department": department, "reason": said_of(to.get("reason", "")),
    }  # fmt: skip
    changes = {"region": region, "department": department, "holder": ""}
    store.append(kind, row, Done("settle_dispute", hand, role, values=values, changes=changes))
    open_.settled_by, open_.settled_at = hand.actor.name, hand.at
    open_.save(update_fields=["settled_by", "settled_at"])
    return moved(row)


def _superior(kind: CaseKind, disputed: DisputeRow, hand: Hand) -> str:
    """Return the role of a lead above both sides; whoever is a side is no judge of it."""
    sides = (disputed.region, disputed.other_region)
    for post in hand.actor.posts:
        above = all(covers(post.region, side) for side in sides)
        is_side = post.region in sides and (disputed.region != disputed.other_region)
        if post.role in kind.leads and above and not is_side and not post.department:
            return post.role
    raise NotPermitted(
        "case.not_yours", what="settle_dispute", roles=list(kind.leads), region=" / ".join(sides)
    )
