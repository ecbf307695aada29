# SPDX-License-Identifier: Apache-2.0
"""What a shell or a page asks of the service: the entitlements of one firm."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack

from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.facts_file import Known, facts_from
from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.forms.typed import told_in_words
from shangheng.services.incentives.rules.close import close_to
from shangheng.services.incentives.rules.entitlements import answer, close_plain, to_plain
from shangheng.services.incentives.rules.provisions import Provision


class Asked(TypedDict):
    """How a firm's facts are judged: as of which day, by which readings.

    ``readings`` are asked for this once and go before ``configuration``, what the house decided.
    ``confirm_small`` says that amounts which look as if their unit were forgotten are meant;
    ``close`` asks as well what the firm is close to, and what it would take.
    """

    on: date
    readings: Mapping[str, str]
    configuration: NotRequired[Configuration]
    confirm_small: NotRequired[bool]
    close: NotRequired[bool]


def entitlements(place: Jurisdiction, file: Place, **asked: Unpack[Asked]) -> dict[str, Any]:
    """Return what the firm of a facts file may receive, ready for JSON."""
    on, configuration = asked["on"], asked.get("configuration", {})
    found = queries.provisions(place, on, configuration)
    chosen = queries.chosen_readings(found, asked["readings"], configuration, on)
    facts = facts_from(file, known_to(found), confirm_small=asked.get("confirm_small", False))
    judged = answer(place.id, found, facts, on=on, readings=chosen.values)
    told = to_plain(judged, chosen.origins)
    for each in told["provisions"]:
        each["missing_in_words"] = told_in_words(each["missing"], found)
    if asked.get("close"):
        told["close"] = close_plain(close_to(found, facts, on, chosen.values))
    return told


def known_to(found: tuple[Provision, ...]) -> Known:
    """Return what a facts file may name under these provisions."""
    return Known(
        provisions=frozenset(each.id for each in found), facts=queries.condition_facts(found)
    )
