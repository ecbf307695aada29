# SPDX-License-Identifier: Apache-2.0
"""Kinds of account: who may take from them, who may give to them, whether that is sealed.

An account whose kind nobody declared is nobody's to post on by hand; only the house itself does,
through the actions of a service.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shangheng.kernel.errors import Invalid

ANYBODY = "*"
"""Whoever may take from the other end may also give to an account that says so."""


@dataclass(frozen=True, kw_only=True)
class AccountKind:
    """A kind of account: roles that may take from it (``takes``) and give to it (``gives``).

    With ``seals`` every posting on it is a leaf of the log, in the transaction that books it.
    ``name`` is the ``kind`` with which accounts are opened, a plan's pots as ``plan.pot``.
    """

    name: str
    zh: str
    en: str
    takes: tuple[str, ...]
    gives: tuple[str, ...] = (ANYBODY,)
    seals: bool = True
    basis: tuple[str, ...] = ()


def by_name(kinds: tuple[AccountKind, ...]) -> Mapping[str, AccountKind]:
    """Return kinds by their names; two of one name are refused."""
    found = {kind.name: kind for kind in kinds}
    if len(found) < len(kinds):
        raise Invalid("account_kind.twice", kinds=sorted(kind.name for kind in kinds))
    return found
