# SPDX-License-Identifier: Apache-2.0
"""The rows of every noun in one Django app, so that a noun can be moved without moving tables."""

from shangheng.kernel.formulas.models import ResultRow
from shangheng.kernel.parties.models import PartyCodeRow, PartyLinkRow, PartyRow
from shangheng.kernel.records.models import (
    BatchRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
)

__all__ = [
    "BatchRow",
    "PartyCodeRow",
    "PartyLinkRow",
    "PartyRow",
    "ReporterHabitRow",
    "ReporterRow",
    "ReporterTokenRow",
    "ResultRow",
]
