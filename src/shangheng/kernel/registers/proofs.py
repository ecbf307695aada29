# SPDX-License-Identifier: Apache-2.0
"""What can be proved of registers: each version by its leaf, an entry by its versions."""

from collections.abc import Iterator
from hashlib import sha256

from django.db.models import F

from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.periods import CHINA
from shangheng.kernel.registers.models import EntryRow, VersionRow


def sealed_versions(number: str | None = None) -> Iterator[SealedRow]:
    """Give every version of every entry, or of one, with the leaf that seals it."""
    rows = VersionRow.objects.select_related("entry").order_by("entry", "number")
    if number is not None:
        rows = rows.filter(entry__number=number)
    before = ""
    for key, row in evidence.readable(rows):
        if row is None:
            yield SealedRow(f"kernel_register_version/{key}", -1, "register.?", "?", "")
            continue
        entry = row.entry
        before = "" if row.number == 1 else before
        content = {
            "entry": entry.number, "kind": entry.kind, "version": row.number, "act": row.act,
            "values": row.values, "effective_from": row.effective_from.isoformat(),
            "reason": row.reason, "by": row.recorded_by,
            "at": row.recorded_at.astimezone(CHINA).isoformat(), "before": before,
        }  # fmt: skip
        where = f"kernel_register_version/{row.pk} {entry.number} {row.number}"
        # A seal that is not its content's is named as what no leaf says.
        facts = {} if row.seal == sha256(canonical(content)).hexdigest() else {"seal": row.seal}
        what = f"register.{row.act}"
        yield SealedRow(where, row.leaf, what, entry.number, content, facts)
        before = row.seal


def unlike_their_versions() -> Iterator[Finding]:
    """Name the entries that do not stand where their sealed versions lead."""
    for key, row in evidence.readable(EntryRow.objects.order_by("number"), by="number"):
        where = f"kernel_register_entry/{key}"
        if row is None:
            yield Finding(where, "evidence.row_differs", {"column": "?"})
            continue
        found = list(row.versions.order_by("number").values_list("act", "seal", "confirmed_by"))
        holding = [act for act, _, by in found if by]
        state = "draft" if not holding else "ended" if holding[-1] == "end" else "current"
        said = {
            "version": (len(found), row.version),
            "seal": (found[-1][1] if found else "", row.seal),
            "state": (state, row.state),
        }
        if wrong := [name for name, (told, now) in said.items() if told != now]:
            yield Finding(where, "evidence.row_differs", {"column": ", ".join(wrong)})


def confirmed_by_another() -> Iterator[str]:
    """Give the number of each entry with a version that somebody else confirmed."""
    rows = VersionRow.objects.exclude(confirmed_at=None).exclude(confirmed_by=F("recorded_by"))
    yield from rows.values_list("entry__number", flat=True).distinct().iterator()


def confirmation(number: str, version: int) -> dict[str, str]:
    """Return what was sealed when a version was confirmed."""
    row = VersionRow.objects.filter(entry__number=number, number=version).first()
    if row is None:
        raise NotFound("register.unknown", number=number)
    return {"seal": row.seal, "by": row.confirmed_by}
