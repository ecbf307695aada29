# SPDX-License-Identifier: Apache-2.0
"""The only reader of the clock; everything else is told the time."""

from datetime import datetime

from shangheng.kernel.periods import CHINA


def now() -> datetime:
    """Return the present moment in Beijing time."""
    return datetime.now(CHINA)  # noqa: TID251 - this module is the one reader
