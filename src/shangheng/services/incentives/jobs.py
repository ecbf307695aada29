# SPDX-License-Identifier: Apache-2.0
"""What a shell or a page asks of the service: the entitlements of one firm."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NotRequired, TypedDict, Unpack

from shangheng.kernel.errors import Invalid
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.facts_file import Known, facts_from
from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.rules.close import close_to
from shangheng.services.incentives.rules.entitlements import answer, close_plain, to_plain
from shangheng.services.incentives.rules.provisions import Provision, Reading


class Asked(TypedDict):
    """How a firm's facts are judged: as of which day, by which readings.

    ``confirm_small`` says that amounts which look as if their unit were forgotten are meant;
    ``close`` asks as well what the firm is close to, and what it would take.
    """

    on: date
    readings: Mapping[str, str]
    confirm_small: NotRequired[bool]
    close: NotRequired[bool]


def entitlements(place: Jurisdiction, file: Place, **asked: Unpack[Asked]) -> dict[str, Any]:
    """Return what the firm of a facts file may receive, ready for JSON."""
    on = asked["on"]
    found = queries.provisions(place, on)
    chosen = chosen_readings(found, asked["readings"])
    facts = facts_from(file, known_to(found), confirm_small=asked.get("confirm_small", False))
    told = to_plain(answer(place.id, found, facts, on=on, readings=chosen))
    if asked.get("close"):
        told["close"] = close_plain(close_to(found, facts, on, chosen))
    return told


def known_to(found: tuple[Provision, ...]) -> Known:
    """Return what a facts file may name under these provisions."""
    return Known(
        provisions=frozenset(each.id for each in found), facts=queries.condition_facts(found)
    )


def chosen_readings(found: tuple[Provision, ...], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the readings that were chosen, each one that exists and a choice that it has."""
    known = queries.reading_names(found)
    for name in given:
        if name not in known:
            raise Invalid("reading.unknown", name=name, known=sorted(known))
    return {name: _chosen(known[name], value) for name, value in given.items()}


def _chosen(reading: Reading, value: str) -> str | Decimal:
    if reading.choose:
        if value not in reading.choose:
            raise Invalid(
                "reading.not_a_choice", name=reading.name, value=value,
                known=list(reading.choose), clause=reading.clause,
            )  # fmt: skip
        return value
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _no_number(reading, value) from error
    if not number.is_finite() or number < 0:
        raise _no_number(reading, value)
    return number


def _no_number(reading: Reading, value: str) -> Invalid:
    return Invalid("reading.not_a_number", name=reading.name, value=value, clause=reading.clause)
