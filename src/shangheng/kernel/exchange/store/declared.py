# SPDX-License-Identifier: Apache-2.0
"""Agreements and partners read from the folders of an installation."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.exchange.concept import agreements, partners
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.policies.reading import read_yaml
from shangheng.kernel.records.concept.kinds import RecordKind


def read_agreement(path: Path, kinds: Mapping[str, RecordKind]) -> Agreement:
    """Return the agreement that a file declares."""
    return agreements.parse(_table(path), kinds)


def read_agreements(
    folders: Iterable[Path], kinds: Mapping[str, RecordKind]
) -> dict[str, Agreement]:
    """Return every agreement of some folders by its name; one name stands once."""
    found: dict[str, Agreement] = {}
    for path in _files(folders):
        agreement = read_agreement(path, kinds)
        if agreement.name in found:
            raise Conflict("agreement.declared_twice", agreement=agreement.name, file=path.name)
        found[agreement.name] = agreement
    return found


def read_partners(folders: Iterable[Path]) -> dict[str, Partner]:
    """Return every partner of some folders by its name; one name stands once."""
    found: dict[str, Partner] = {}
    for path in _files(folders):
        partner = partners.parse(_table(path))
        if partner.name in found:
            raise Conflict("partner.declared_twice", partner=partner.name, file=path.name)
        found[partner.name] = partner
    return found


def _files(folders: Iterable[Path]) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _table(path: Path) -> Mapping[str, object]:
    plain = read_yaml(path)
    if not isinstance(plain, Mapping):
        raise Invalid("exchange.no_table", file=path.name)
    return plain
