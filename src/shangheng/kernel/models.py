# SPDX-License-Identifier: Apache-2.0
"""The rows of every noun in one Django app, so that a noun can be moved without moving tables."""

from shangheng.kernel.accounts.models import AccountRow, HoldRow, TransferRow, UnitRow
from shangheng.kernel.cases.models import (
    CaseNumberRow,
    CaseRow,
    ClockRow,
    DisputeRow,
    JointRow,
    LetterRow,
    NoteRow,
    StepRow,
    TallyRow,
    TraitRow,
)
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow
from shangheng.kernel.formulas.models import ResultRow
from shangheng.kernel.notices.models import NoticeReadRow, NoticeRow
from shangheng.kernel.parties.models import PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.records.models import (
    BatchRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
)
from shangheng.kernel.registers.models import EntryNumberRow, EntryRow, VersionRow
from shangheng.kernel.search.models import SearchRow

__all__ = [
    "AccountRow",
    "BatchRow",
    "CaseNumberRow",
    "CaseRow",
    "CheckpointRow",
    "ClockRow",
    "DisputeRow",
    "EntryNumberRow",
    "EntryRow",
    "HoldRow",
    "JointRow",
    "LeafRow",
    "LetterRow",
    "LogRow",
    "NoteRow",
    "NoticeReadRow",
    "NoticeRow",
    "PartyCodeRow",
    "PartyLinkRow",
    "PartyRow",
    "ReporterHabitRow",
    "ReporterRow",
    "ReporterTokenRow",
    "ResultRow",
    "SearchRow",
    "StepRow",
    "TallyRow",
    "TraitRow",
    "TransferRow",
    "UnitRow",
    "VersionRow",
]
