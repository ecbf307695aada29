# SPDX-License-Identifier: Apache-2.0
"""What must hold, or be booked, before a step is written down.

A service declares guards in its manifest under ``kind.step`` (``kind.open`` for the opening of a
case). A guard runs in the transaction of the step, before it is written down: what it returns is
sealed with the step, and if it refuses, the step is not taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.policies.concept import Library

OPENING = "open"


@dataclass(frozen=True, kw_only=True)
class Taking:
    """A step about to be taken.

    ``values`` are those of the form, ``given`` what is said with this step, ``said`` what was said
    with each earlier one (the latest of a name), ``by_step`` who took it. ``due_at`` is when each
    clock that runs is over.
    """

    kind: str
    number: str
    step: str
    region: str
    values: Mapping[str, Any]
    given: Mapping[str, Any]
    by: str
    at: datetime
    home: str
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_step: Mapping[str, str] = field(default_factory=dict)
    due_at: Mapping[str, datetime | None] = field(default_factory=dict)
    configuration: Configuration = field(default_factory=dict)
    library: Callable[[], Library] | None = None


Guard = Callable[[Taking], Mapping[str, Any]]
Guards = Mapping[str, Sequence[Guard]]
