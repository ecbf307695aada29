# SPDX-License-Identifier: Apache-2.0
"""Who reports: known by a code from the first report on, let in by tokens; each act is sealed."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import transaction

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import queries
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import SealedRow
from shangheng.kernel.records.models import ReporterRow, ReporterTokenRow

NAME = re.compile(r"[\w.:@+-]{1,100}")
KNOWN, ISSUED, REVOKED = "reporter.known", "reporter.token_issued", "reporter.token_revoked"


def register(code: str, *, at: datetime, name: str = "") -> ReporterRow:
    """Return the reporter of this code, known from now on if it was not."""
    row = known(code)
    # Every batch asks; only what is new may wait for the one writer.
    return row if row.pk else _made_known(code, name, at)


def known(code: str) -> ReporterRow:
    """Return the reporter of this code, unsaved if it has never reported."""
    if not NAME.fullmatch(code):
        raise Invalid("reporter.bad_code", reporter=code[:100])
    return ReporterRow.objects.filter(code=code).first() or ReporterRow(code=code)


@transaction.atomic
def _made_known(code: str, name: str, at: datetime) -> ReporterRow:
    row, is_new = ReporterRow.objects.get_or_create(
        code=code, defaults={"first_seen_at": at, "name": name}
    )
    if is_new:
        _seal(_known(row), at)
    return row


def issue_token(reporter: str, *, at: datetime) -> str:
    """Give a reporter a bearer token; it is shown once, and only its digest is kept."""
    token = f"sh_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    with transaction.atomic():
        row = ReporterTokenRow.objects.create(
            reporter=register(reporter, at=at), digest=digest, issued_at=at
        )
        _seal(_issued(row), at)
    return token


def revoke_tokens(reporter: str, *, at: datetime) -> int:
    """Take back every token of a reporter; return how many."""
    tokens = ReporterTokenRow.objects.filter(reporter__code=reporter, revoked_at=None)
    with transaction.atomic():
        rows = list(tokens.select_for_update())
        for row in rows:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            _seal(_revoked(row), at)
    return len(rows)


def seal_found(at: datetime) -> dict[str, Fact]:
    """Seal the reporters and tokens of a house that is older than the sealing of reporters."""
    found = list(sealed())
    for row in found:
        _seal(row, at)
    return {"rows": len(found)}


def sealed() -> Iterator[SealedRow]:
    """Give every reporter and token with what their leaves must commit to."""
    for code, reporter in queries.readable(ReporterRow.objects.order_by("pk"), by="code"):
        lost = SealedRow(f"kernel_reporter/{code}", None, KNOWN, "?", "")
        yield _known(reporter) if reporter else lost
    tokens = ReporterTokenRow.objects.select_related("reporter").order_by("pk")
    for key, token in queries.readable(tokens):
        lost = SealedRow(f"kernel_reporter_token/{key}", None, ISSUED, "?", "")
        yield _issued(token) if token else lost
        if token and token.revoked_at is not None:
            yield _revoked(token)


def _known(row: ReporterRow) -> SealedRow:
    told = {"reporter": row.code, "name": row.name, "at": _told(row.first_seen_at)}
    return SealedRow(f"kernel_reporter/{row.code}", None, KNOWN, str(row.pk), told)


def _issued(row: ReporterTokenRow) -> SealedRow:
    told = {"reporter": row.reporter.code, "digest": row.digest, "at": _told(row.issued_at)}
    return SealedRow(f"kernel_reporter_token/{row.pk}", None, ISSUED, str(row.pk), told)


def _revoked(row: ReporterTokenRow) -> SealedRow:
    told = {"digest": row.digest, "at": _told(row.revoked_at)}
    return SealedRow(f"kernel_reporter_token/{row.pk}", None, REVOKED, str(row.pk), told)


def _told(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _seal(row: SealedRow, at: datetime) -> None:
    evidence.seal_soon(row.what, row.object_id, row.content, at=at)
