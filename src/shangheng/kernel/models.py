# SPDX-License-Identifier: Apache-2.0
"""The rows of every noun in one Django app, so that a noun can be moved without moving tables."""

from shangheng.kernel.accounts.models import AccountRow, HoldRow, TransferRow, UnitRow
from shangheng.kernel.cases.models import (
    CaseNumberRow,
    CaseRow,
    ClockRow,
    NoteRow,
    StepRow,
    TraitRow,
)
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow
from shangheng.kernel.formulas.models import ResultRow
from shangheng.kernel.parties.models import PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.records.models import (
    AnswerRow,
    BatchRow,
    CustodyRow,
    DisposalRow,
    LegalHoldRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
)
from shangheng.kernel.registers.models import EntryNumberRow, EntryRow, VersionRow

__all__ = [
    "AccountRow",
    "AnswerRow",
    "BatchRow",
    "CaseNumberRow",
    "CaseRow",
    "CheckpointRow",
    "ClockRow",
    "CustodyRow",
    "DisposalRow",
    "EntryNumberRow",
    "EntryRow",
    "HoldRow",
    "LeafRow",
    "LegalHoldRow",
    "LogRow",
    "NoteRow",
    "PartyCodeRow",
    "PartyLinkRow",
    "PartyRow",
    "ReporterHabitRow",
    "ReporterRow",
    "ReporterTokenRow",
    "ResultRow",
    "StepRow",
    "TraitRow",
    "TransferRow",
    "UnitRow",
    "VersionRow",
]
