# SPDX-License-Identifier: Apache-2.0
"""The rows of every noun in one Django app, so that a noun can be moved without moving tables."""

from shangheng.kernel.access.models import LookRow, PersonActRow, PostActRow, PostRow, TokenRow
from shangheng.kernel.accounts.models import (
    AccountRow,
    HoldRow,
    PostingRow,
    TransferRow,
    UnitRow,
)
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
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow, WaitingRow
from shangheng.kernel.exchange.models import (
    AgreementRow,
    DeliveryRow,
    ParcelRow,
    ReceivedRow,
    SubscriptionRow,
)
from shangheng.kernel.formulas.models import ResultRow
from shangheng.kernel.notices.models import NoticeReadRow, NoticeRow
from shangheng.kernel.parties.models import PartyActRow, PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.records.models import (
    AnswerRow,
    BatchRow,
    CustodyRow,
    DisposalRow,
    LegalHoldRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
    WithdrawalRow,
)
from shangheng.kernel.registers.models import (
    EntryNumberRow,
    EntryRow,
    FacetRow,
    ReachRow,
    VersionRow,
)
from shangheng.kernel.search.models import SearchRow

__all__ = [
    "AccountRow",
    "AgreementRow",
    "AnswerRow",
    "BatchRow",
    "CaseNumberRow",
    "CaseRow",
    "CheckpointRow",
    "ClockRow",
    "CustodyRow",
    "DeliveryRow",
    "DisposalRow",
    "DisputeRow",
    "EntryNumberRow",
    "EntryRow",
    "FacetRow",
    "HoldRow",
    "JointRow",
    "LeafRow",
    "LegalHoldRow",
    "LetterRow",
    "LogRow",
    "LookRow",
    "NoteRow",
    "NoticeReadRow",
    "NoticeRow",
    "ParcelRow",
    "PartyActRow",
    "PartyCodeRow",
    "PartyLinkRow",
    "PartyRow",
    "PersonActRow",
    "PostActRow",
    "PostRow",
    "PostingRow",
    "ReachRow",
    "ReceivedRow",
    "ReporterHabitRow",
    "ReporterRow",
    "ReporterTokenRow",
    "ResultRow",
    "SearchRow",
    "StepRow",
    "SubscriptionRow",
    "TallyRow",
    "TokenRow",
    "TraitRow",
    "TransferRow",
    "UnitRow",
    "VersionRow",
    "WaitingRow",
    "WithdrawalRow",
]
