# SPDX-License-Identifier: Apache-2.0
"""The answer to a question put to retained records under a case, and its chain of custody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Act = Literal["made", "given", "destroyed"]
ACTS: Mapping[Act, tuple[str, str]] = {
    "made": ("调取", "made"),
    "given": ("移交", "handed over"),
    "destroyed": ("销毁", "destroyed"),
}
PLACES = {"current": ("现行", "current"), "claim": ("另有来源", "second source"),
          "replaced": ("已被更正", "replaced")}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link of a chain: who did what with an answer, for whom and why, under which seal."""

    number: int
    act: str
    by: str
    to: str
    why: str
    at: datetime
    seal: str
    leaf: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered: how many rows, with which digest, from which version of the ledger."""

    number: str
    case: str
    purpose: str
    kind: str
    asked: Mapping[str, Any]
    by: str
    at: datetime
    rows: int
    digest: str
    ledger_version: int
    chain: tuple[Link, ...]

    @property
    def is_destroyed(self) -> bool:
        """Tell whether the answer can still be read."""
        return bool(self.chain) and self.chain[-1].act == "destroyed"
