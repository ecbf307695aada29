# SPDX-License-Identifier: Apache-2.0
"""The one tree of errors.

- ``ShanghengError``: a dotted code and the facts; never a text, never an HTTP status
    - ``Refusal``: the caller can act
        - ``Invalid``: the input is wrong
        - ``NotPermitted``: the caller may not
        - ``NotFound``: there is no such thing
        - ``Conflict``: it clashes with what is already there
    - ``Fault``: only we can act
        - ``Unavailable``: a part that is needed does not answer (disk, database, engine)
        - ``EvidenceBroken``: what was sealed no longer fits; carries the evidence

The texts stand in ``messages``, one per code, in Chinese and English.
"""

from typing import Any


class ShanghengError(Exception):
    """What cannot go on, told as a code and facts."""

    def __init__(self, code: str, /, **facts: Any) -> None:  # noqa: ANN401 - facts are of any type
        """Keep the code (``region.ambiguous``) and the facts that its text needs."""
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Return the code with its facts, for logs."""
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({facts})"


class Refusal(ShanghengError):
    """The caller can act on it."""


class Invalid(Refusal):
    """The input is wrong; the facts say where."""


class NotPermitted(Refusal):
    """The caller may not do this."""


class NotFound(Refusal):
    """There is no such thing."""


class Conflict(Refusal):
    """It clashes with what is already there."""


class Fault(ShanghengError):
    """Only those who run the platform can act on it."""


class Unavailable(Fault):
    """A part that is needed does not answer."""


class EvidenceBroken(Fault):
    """What was sealed no longer fits; the facts carry the proof of it."""
