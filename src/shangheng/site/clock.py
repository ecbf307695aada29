# SPDX-License-Identifier: Apache-2.0
"""The only reader of the clock; everything else is told the time."""

from datetime import datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment in Beijing time."""
    return datetime.now(BEIJING)  # noqa: TID251 - this module is the one reader
