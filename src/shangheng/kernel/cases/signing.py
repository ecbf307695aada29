# SPDX-License-Identifier: Apache-2.0
"""Who signs what: a step that signs a letter is sealed with the digest of the text signed.

Whoever filed the case signs by typing its code again; the other side with a code for this one
text. Where the other side has an e-mail address the code goes there and nobody else is told it;
otherwise an officer hands it on by another way than the link to the room. Nobody can sign a text
that came before the one that stands now.
"""

import hmac
from typing import NamedTuple

from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import fits, letters_of, signing_code
from shangheng.kernel.cases.concept.telling import EMAIL
from shangheng.kernel.cases.models import CaseRow, LetterRow
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, NotPermitted
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices import queries as outbox
from shangheng.kernel.notices.concept import Notice
from shangheng.kernel.registers.concept.actors import APPLICANT

CODE_TOLD = """签署码 signing code: {}
只对这份文本有效：请打开办案机关交给您的链接，核对文本后输入。
It is good for this text only: open the link that you were given, read the text, type it there."""


def _text(row: CaseRow, name: str) -> LetterRow:
    """Return the text that stands to be signed: the last one made."""
    found = row.letters.filter(name=name).order_by("-pk").first()
    if found is None:
        raise Conflict("case.nothing_to_sign", number=row.number)
    return found


def signed(step: Step, row: CaseRow, hand: Hand, role: str) -> dict[str, str]:
    """Return what a step says of the text that it signs; refuse who cannot confirm it."""
    if not step.signs:
        return {}
    digest = _text(row, step.signs).digest
    if role == APPLICANT:
        confirmed = fits(row.number, hand.signature, row.code_digest)
    else:
        own = signing_code(hand.house.secret, row.number, digest)
        confirmed = hmac.compare_digest(letters_of(hand.signature), letters_of(own))
    if not confirmed:
        raise NotPermitted("case.signature_wrong", number=row.number, step=step.name)
    return {"signed": digest}


class ToSign(NamedTuple):
    """The code that the other side needs now, or that it was sent to them alone."""

    code: str = ""
    is_mailed: bool = False


def code_of_other_side(kind: CaseKind, row: CaseRow, secret: str) -> ToSign:
    """Return what an officer may hand on; nothing where nothing waits for the other side.

    What cannot be delivered by e-mail has to be handed on after all.
    """
    wanted = [s for s in kind.steps_from(row.state) if s.signs and kind.other_side in s.roles]
    if not wanted:
        return ToSign()
    text = _text(row, wanted[0].signs)
    if any(each.given_up_at is None for each in outbox.sent(_key(text), "email")):
        return ToSign(is_mailed=True)
    return ToSign(signing_code(secret, row.number, text.digest))


def _key(text: LetterRow) -> str:
    return f"{text.case.number}/{text.step.number}/sign"


def send_code(kind: CaseKind, text: LetterRow, address: str, hand: Hand) -> None:
    """Send the other side the code for a text that waits for them, in the caller's transaction."""
    wanted = any(s.signs == text.name and kind.other_side in s.roles for s in kind.steps)
    if not wanted or "email" not in hand.house.channels or not EMAIL.fullmatch(address):
        return
    number, letter = text.case.number, kind.letter(text.name)
    code = signing_code(hand.house.secret, number, text.digest)
    told = Notice(
        key=_key(text), channel="email", to=address, payload={"words": CODE_TOLD.format(code)},
        zh=f"{number}：请签署{letter.zh}", en=f"{number}: {letter.en}, to be signed",
    )  # fmt: skip
    notices.put([told], at=hand.at)
