# SPDX-License-Identifier: Apache-2.0
"""What is known of a firm already, as the beginning of its facts file."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from shangheng.kernel.formulas.queries import House
from shangheng.kernel.parties import queries as parties
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.facts_file import json_schema
from shangheng.services.incentives.jobs.asking import known_to
from shangheng.services.incentives.jobs.deciding import awards_of, findings_of
from shangheng.services.incentives.jobs.everybody import sales_of
from shangheng.services.incentives.rules.entitlements import plain

SCHEME = "uscc"


def schema(place: Jurisdiction, on: date) -> dict[str, Any]:
    """Return the JSON Schema of a facts file of a jurisdiction, as of a day."""
    return json_schema(known_to(queries.provisions(place, on)))


def facts_of(code: str, on: date, house: Callable[[], House], *, whole: bool) -> dict[str, Any]:
    """Return what is on file of a firm in the shape of a facts file.

    Kind and place of registration are public. Its sales, findings and payments are shown only to
    the firm itself and to officers (``whole``).
    """
    party = parties.find(SCHEME, code.strip(), on=on)
    found: dict[str, Any] = {"party": {"kind": party.kind}}
    if party.region:
        found["party"]["registered_region"] = party.region
    if not whole:
        return found
    sales = sales_of(code, on, house())
    found["sales"] = [
        {"year": each["year"], "mode": each["mode"], "amount": plain(each["amount"])}
        for each in sales
    ]
    found["findings"] = [
        {"kind": each.kind, "year": each.year} for each in findings_of(on).get(code, ())
    ]
    found["awards"] = [
        {"provision": each.provision, "date": each.day.isoformat(), "amount": plain(each.amount)}
        for each in awards_of().get(code, ())
    ]
    return found


def as_text(facts: Mapping[str, Any]) -> str:
    """Return facts as a file that people can read and go on with."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, list):
            yield f"{name}:" if value else f"{name}: []"
            yield from (f"  - {_flow(each)}" for each in value)
        else:
            yield f"{name}: {_flow(value)}"


def _flow(entry: Mapping[str, Any]) -> str:
    told = [
        f'{key}: "{value}"' if key.endswith("region") else f"{key}: {value}"
        for key, value in entry.items()
    ]
    return "{" + ", ".join(told) + "}"
