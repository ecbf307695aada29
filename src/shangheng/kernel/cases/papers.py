# SPDX-License-Identifier: Apache-2.0
"""Letters as they are told: whether each is as it was sealed, and who signed it."""

from shangheng.kernel.cases import proofs
from shangheng.kernel.cases.concept.letters import digest_of
from shangheng.kernel.cases.concept.seals import in_fours, letters_of
from shangheng.kernel.cases.concept.views import LetterView, Signature
from shangheng.kernel.cases.models import LetterRow
from shangheng.kernel.errors import NotFound


def letter(code: str) -> LetterView:
    """Return the letter that bears a code, and whether it is as it was sealed."""
    shown = in_fours(letters_of(code))
    row = LetterRow.objects.filter(code=shown).select_related("case", "step").first()
    if row is None:
        raise NotFound("letter.unknown", code=code[:40])
    return view(row)


def view(row: LetterRow) -> LetterView:
    """Return a letter as it is told."""
    genuine = row.digest == digest_of(row.code, row.content) == row.step.values.get("digest")
    return LetterView(
        row.case.number, row.case.kind, row.name, row.code, row.content, row.digest,
        row.issued_at, row.step.number, row.step.seal, row.leaf,
        genuine and proofs.intact(row.case.number), _signatures(row),
    )  # fmt: skip


def _signatures(row: LetterRow) -> tuple[Signature, ...]:
    """Return who signed a letter: its steps are sealed with the digest of the text."""
    steps = row.case.steps.filter(act="step", values__signed=row.digest).order_by("number")
    return tuple(
        Signature(
            next((str(said) for name, said in step.values.items() if name != "signed"), ""),
            step.role, step.at, row.digest, step.number, step.leaf,
        )
        for step in steps
    )  # fmt: skip
