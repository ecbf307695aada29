# SPDX-License-Identifier: Apache-2.0
"""The exchange of this installation: its agreements and partners, rounds, what arrives.

``agreements/`` and ``partners/`` of the home hold one file each; agreements may also stand beside
the jurisdiction, in ``<jurisdictions>/<jurisdiction>/agreements/``.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.exchange import actions, delivering, queries, receiving, tracing
from shangheng.kernel.exchange.actions import Busy, Contents, Office
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.exchange.delivering import Round
from shangheng.kernel.exchange.receiving import Arrival, Desk
from shangheng.kernel.exchange.store.declared import read_agreements, read_partners
from shangheng.kernel.exchange.tracing import Trace
from shangheng.kernel.records.reports import Report
from shangheng.site import clock, mappings, reception, sealing, wiring
from shangheng.site.registry import REGISTRY

NUMBERED = re.compile(r"(\d+)\D*$")
_contents, _busy = Contents(), Busy()


def agreement_folders() -> list[Path]:
    """Return the folders in which agreements are declared."""
    own = [Path(settings.HOME) / "agreements"]
    if settings.JURISDICTIONS:
        own.append(Path(settings.JURISDICTIONS) / settings.JURISDICTION / "agreements")
    return own


def declared() -> dict[str, Agreement]:
    """Return every declared agreement by its name."""
    return read_agreements(agreement_folders(), REGISTRY.held)


def partners() -> dict[str, Partner]:
    """Return every partner by its name; read again when a file has changed."""
    folder = Path(settings.HOME) / "partners"
    changed = tuple((each.name, os.stat(each).st_mtime_ns) for each in folder.glob("*.yaml"))  # noqa: PTH116 - asked on every call
    return _partners(folder, tuple(sorted(changed)))


@lru_cache(maxsize=4)
def _partners(folder: Path, changed: tuple[tuple[str, int], ...]) -> dict[str, Partner]:  # noqa: ARG001 - part of the key
    return read_partners([folder])


def office() -> Office:
    """Return where the exchange of this installation happens."""
    signer = sealing.the_log().signers[0]
    return Office(wiring.ledger(), REGISTRY.held, partners(), signer, _contents, _busy)


def desk() -> Desk:
    """Return where parcels are taken in."""
    return Desk(office(), reception.receive)


def adopt(names: tuple[str, ...] = ()) -> list[str]:
    """Put declared agreements into force: those named, or all; return their titles."""
    known = declared()
    if unknown := sorted(set(names) - set(known)):
        raise Invalid("agreement.undeclared", agreements=unknown, known=sorted(known))
    adopted = [str(actions.adopt(known[name], at=clock.now())) for name in names or sorted(known)]
    sealing.publish()
    return adopted


@dataclass(frozen=True)
class Turn:
    """What cutting and delivering once came to."""

    cut: int
    round: Round


def turn(*, workers: int = delivering.WORKERS, patience_s: float | None = None) -> Turn:
    """Cut what has changed, push it to everybody whose turn it is, and publish the seals."""
    here = office()
    cut = sum(actions.cut(here, row.name, at=clock.now()) for row in queries.agreements_adopted())
    done = delivering.deliver(here, now=clock.now, workers=workers, patience_s=patience_s)
    if cut or done.delivered:
        sealing.publish()
    return Turn(cut, done)


def receive(arrival: Arrival) -> dict[str, Any]:
    """Take in a parcel that a partner has brought."""
    return receiving.receive(desk(), arrival, at=clock.now())


def fetch(partner: str, agreement: str, *, tell: Callable[[int], None]) -> int:
    """Fetch what waits for us at a partner that is Shangheng; return how many parcels came."""
    return receiving.fetch(desk(), partner, agreement, now=clock.now, tell=tell)


def trace(kind: str, key: dict[str, str]) -> Trace:
    """Return where a record came from and where it went."""
    if kind not in REGISTRY.held:
        raise NotFound("kind.unknown", kind=kind, known=sorted(REGISTRY.held))
    return tracing.trace(office(), REGISTRY.held[kind], key)


def ask(agreement: str, where: dict[str, str]) -> tuple[list[dict[str, Any]], bool]:
    """Ask the provider of an agreement for the records behind its figure."""
    row = queries.adopted(agreement)
    return receiving.ask(office(), row.provider, agreement, where, at=clock.now())


def take_files(partner: str, kind: str, folder: Path) -> list[dict[str, Any]]:
    """Take the message files of a partner that is not Shangheng, in the order of their numbers.

    The last number in a file's name is its own; the partner's mapping for this kind reads it.
    """
    here = desk()
    given = here.office.partners.get(partner)
    mapping = given.mappings.get(kind) if given else None
    numbered = []
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        found = NUMBERED.search(path.stem)
        if found is None:
            raise Invalid("parcel.file_unnumbered", file=path.name)
        numbered.append((int(found[1]), path))
    told = []
    for number, path in sorted(numbered):
        report = Report(
            source=path, kind=REGISTRY.kind(kind),
            reporter=(given.reporter if given else "") or partner,
            batch=f"{partner}.{kind}.{number}",
            mapping=mappings.find(mapping) if mapping else None, name=path.name,
        )  # fmt: skip
        answer = receiving.take_file(here, partner, report, number, at=clock.now())
        told.append({"file": path.name, **answer})
    return told
