# SPDX-License-Identifier: Apache-2.0
"""Who signs what: a step that signs a letter is sealed with the digest of the text signed.

Whoever filed the case signs by typing its code again; the other side with a code for this one
text, which an officer hands on by another way than the link to the room. Nobody can sign a text
that came before the one that stands now.
"""

import hmac

from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import fits, letters_of, signing_code
from shangheng.kernel.cases.models import CaseRow, LetterRow
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, NotPermitted
from shangheng.kernel.registers.concept.actors import APPLICANT


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


def code_of_other_side(kind: CaseKind, row: CaseRow, secret: str) -> str:
    """Return the code that the other side needs now; nothing where nothing waits for them."""
    wanted = [s for s in kind.steps_from(row.state) if s.signs and kind.other_side in s.roles]
    if not wanted:
        return ""
    return signing_code(secret, row.number, _text(row, wanted[0].signs).digest)
