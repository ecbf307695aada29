# SPDX-License-Identifier: Apache-2.0
"""What a step brings forth besides a new state: postings, a letter, a record for the ledger.

Everything here runs inside the transaction of the step: a posting that is refused undoes it, a
letter is sealed with it, and a record waits in the outbox until the ledger's front door has taken
it. The batch of a record is named after case and entry, so that the ledger takes it once, however
often it is carried there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.cases import signing, store
from shangheng.kernel.cases.concept.facts import Fact
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import content_of, digest_of, sealed_content
from shangheng.kernel.cases.concept.seals import new_letter_code
from shangheng.kernel.cases.concept.standing import facts_of
from shangheng.kernel.cases.models import CaseRow, LetterRow
from shangheng.kernel.cases.store import Done
from shangheng.kernel.errors import Unavailable
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.regions import queries as regions

ISSUED = "letter.issued"
LAG = timedelta(minutes=5)
"""By how much the clocks of two servers may differ before a posting is refused."""


def bring_forth(kind: CaseKind, step: Step, row: CaseRow, done: Done) -> None:
    """Make what a step declares, once it has been taken as entry ``row.version``."""
    if not (step.posts or step.makes or step.records):
        return
    entry = row.version
    standing = store.standing_of(row, at=done.hand.at, said=True)
    facts = facts_of(kind, standing, regions.name_or_code)
    by_hand = replace(done, target="", values={}, changes={})
    _post(kind, step, row, by_hand, facts)
    if step.makes:
        _write(kind, step, row, by_hand, facts)
    if step.records:
        _report(step, row, done, facts, entry)


def _post(
    kind: CaseKind, step: Step, row: CaseRow, by_hand: Done, facts: Mapping[str, Fact]
) -> None:
    entry = row.version
    for place, posting in enumerate(step.posts):
        key = f"{row.number}/{entry}" + (f".{place}" if place else "")
        transfer = posting.transfer(facts, key=key)
        if transfer is None:
            continue
        accounts.post_one(
            replace(transfer, facts={"case": row.number, "step": step.name}),
            at=by_hand.hand.at, lag=LAG,
        )  # fmt: skip
        values = {
            "key": key, "source": transfer.source, "target": transfer.target,
            "amount": str(facts[posting.amount].value), "unit": posting.unit.code,
        }  # fmt: skip
        store.append(kind, row, replace(by_hand, act="post", name=posting.movement, values=values))


def _write(
    kind: CaseKind, step: Step, row: CaseRow, by_hand: Done, facts: Mapping[str, Fact]
) -> None:
    letter, code = kind.letter(step.makes), new_letter_code()
    content = content_of(letter, facts)
    digest = digest_of(code, content)
    values = {"digest": digest}
    entry = store.append(
        kind, row, replace(by_hand, act="letter", name=letter.name, values=values)
    )
    leaf = evidence.seal(
        ISSUED, f"{row.number}/{entry.number}", sealed_content(code, content),
        at=by_hand.hand.at, facts={"digest": digest},
    )  # fmt: skip
    text = LetterRow.objects.create(
        case=row, step=entry, name=letter.name, code=code, content=content, digest=digest,
        issued_at=by_hand.hand.at, leaf=leaf,
    )  # fmt: skip
    if (told := facts.get(kind.other_contact)) is not None:
        signing.send_code(kind, text, str(told.value), by_hand.hand)


def _report(step: Step, row: CaseRow, done: Done, facts: Mapping[str, Fact], entry: int) -> None:
    kind = done.hand.house.records.get(step.records)
    if kind is None:
        raise Unavailable("case.no_record_kind", kind=step.records, step=step.name)
    batch = f"{row.number}.{entry}"
    record = record_of(kind, step.tells, facts)
    notice = Notice(
        key=batch, channel="ledger", to=kind.name, zh=f"{row.number} {kind.zh}",
        en=f"{row.number} {kind.en}", payload={"batch": batch, "record": record},
    )  # fmt: skip
    notices.put([notice], at=done.hand.at)


def record_of(
    kind: RecordKind, tells: Mapping[str, str], facts: Mapping[str, Fact]
) -> dict[str, Any]:
    """Return the record that a step reports: for each field the fact that is told there."""
    named = {field.name: tells.get(field.name, field.name) for field in kind.fields}
    return {name: facts[fact].value for name, fact in named.items() if fact in facts}
