# SPDX-License-Identifier: Apache-2.0
"""What retention plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.retention import actions, forms, queries
from shangheng.services.retention.cases import CASES
from shangheng.services.retention.records import KINDS

SERVICE = Service(
    name="retention",
    zh="留存管理",
    en="Retention",
    systems=("record-retention-ledger",),
    kinds=KINDS,
    cases=CASES,
    urls="shangheng.services.retention.urls",
    jobs={
        "setting": queries.Setting,
        "selection": forms.selection,
        "periods": queries.periods,
        "period-of": queries.period_of,
        "last-day-over": queries.last_day_over,
        "gaps": queries.gaps,
        "gap-question": queries.gap_question,
        "desk": actions.Desk,
        "hold": actions.hold,
        "release": actions.release,
        "dispose": actions.dispose,
        "ask": actions.ask,
        "give": actions.give,
        "destroy": actions.destroy,
    },
)
