# SPDX-License-Identifier: Apache-2.0
"""The rows of every noun in one Django app, so that a noun can be moved without moving tables."""

from shangheng.kernel.access.models import LookRow, PostActRow, PostRow, TokenRow
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
    BatchRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
)
from shangheng.kernel.registers.models import EntryNumberRow, EntryRow, VersionRow

__all__ = [
    "AccountRow",
    "BatchRow",
    "CaseNumberRow",
    "CaseRow",
    "CheckpointRow",
    "ClockRow",
    "EntryNumberRow",
    "EntryRow",
    "HoldRow",
    "LeafRow",
    "LogRow",
    "LookRow",
    "NoteRow",
    "PartyCodeRow",
    "PartyLinkRow",
    "PartyRow",
    "PostActRow",
    "PostRow",
    "ReporterHabitRow",
    "ReporterRow",
    "ReporterTokenRow",
    "ResultRow",
    "StepRow",
    "TokenRow",
    "TraitRow",
    "TransferRow",
    "UnitRow",
    "VersionRow",
]
