# SPDX-License-Identifier: Apache-2.0
"""Jurisdictions and answers for tests."""

from datetime import date
from functools import cache
from typing import Any

from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives.forms.places import Place, placed_text
from shangheng.services.incentives.jobs.asking import entitlements

FOLDER = policies.shipped()
HERE = '{registered_region: "360702", above_scale: true, key_industry: true, agricultural: false}'


@cache
def jurisdiction(name: str) -> Jurisdiction:
    return policies.jurisdiction(policies.load(FOLDER, (name,)), name)


def ask(
    text: str,
    *,
    on: str = "2016-03-01",
    place: str = "ganzhou",
    small: bool = False,
    **readings: Any,
) -> dict[str, Any]:
    """Return the answer to the facts of a text."""
    return ask_place(placed_text(text, "facts.yaml"), on, readings, place=place, small=small)


def ask_place(
    file: Place, on: str, readings: dict[str, Any], *, place: str = "ganzhou", small: bool = False
) -> dict[str, Any]:
    return entitlements(
        jurisdiction(place),
        file,
        on=date.fromisoformat(on),
        readings={name: str(value) for name, value in readings.items()},
        confirm_small=small,
    )


def provision(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in answer["provisions"] if each["id"] == name)
