# SPDX-License-Identifier: Apache-2.0
"""Whatever comes to the API, it answers: no fault of ours, and every refusal says why.

Schemathesis reads the description of the API and makes requests that fit it and requests that do
not; half of them by somebody who may much, half by nobody.
"""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.result import Ok

from security.conftest import PASSWORD
from shangheng.kernel.access import actions as access
from shangheng.kernel.access.concept import SCOPES
from shangheng.kernel.records import reporters
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.concept.actors import Actor, Hand
from shangheng.site import accounts, clock
from shangheng.site.registry import REGISTRY
from shangheng.site.wsgi import application

EXAMPLES = 24
WRITES = 12  # a batch that is sent goes through the whole of intake
PROBLEM = "application/problem+json"


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """Return a body of lines: bytes as they were drawn, anything else as a line of JSON."""
    drawn = getattr(value, "data", value)
    return drawn if isinstance(drawn, bytes) else json.dumps(drawn).encode() + b"\n"


def tokens() -> tuple[str, ...]:
    """Return what opens most, what opens batches, what opens nothing, and nothing at all."""
    accounts.make_person(
        "all", PASSWORD, reporter="P01",
        roles=tuple(role for role in accounts.known_roles() if not role.startswith("records.")),
    )  # fmt: skip
    own = access.issue_token("fuzz", SCOPES, 7, Hand(Actor("all"), clock.now()))
    return own, reporters.issue_token("P01", at=clock.now()), "shp_nonsense", ""


def judged(case: Any, answer: Any) -> None:
    """Fail on a fault, on a refusal that does not say why, and on a page that leaks a trace."""
    asked = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"
    assert answer.status_code < 500, f"{answer.status_code} {asked}\n{answer.text[:500]}"
    assert b"Traceback" not in answer.content, asked
    if answer.status_code < 400:
        return
    kind = answer.headers["content-type"][0]
    assert kind.startswith(PROBLEM), f"{answer.status_code} {kind} {asked}"
    told = json.loads(answer.text)
    assert told["status"] == answer.status_code
    assert told["code"]
    assert told["title"]
    assert told["title_en"]


def made(api: Any, run: Callable[[Any], None], examples: int) -> None:
    """Make requests to one operation and run each."""
    strategy = api.as_strategy(generation_mode=GenerationMode.NEGATIVE) | api.as_strategy()

    @given(case=strategy)
    @settings(
        max_examples=examples, database=None, derandomize=True,
        phases=(Phase.generate,), verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def each(case: Any) -> None:
        run(case)

    each()


def operations() -> Any:
    generation = GenerationConfig(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=generation))
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def known(path: str, number: str) -> dict[str, str]:
    """Return parts of an address that exist, so that requests come past the first wrong name."""
    names = {"cases": "complaint", "registers": "rights_station", "kinds": "order"}
    noun = path.split("/")[3]
    name = names.get(noun) or next(iter(REGISTRY.indicators))
    return {"name": name, "number": number, "step": "accept"}


def opened() -> str:
    """Open a case and return its number."""
    given = {"seller": "甲店", "ground": "quality", "story": "坏的", "want": "refund"}
    answer = Client().post("/api/v1/cases/complaint", given, content_type="application/json")
    return str(answer.json()["number"])


@pytest.mark.django_db(transaction=True)  # as a server: each request ends its own
def test_no_request_breaks_the_api_and_every_refusal_is_a_problem(home: Ledger) -> None:
    callers, number = itertools.cycle(tokens()), opened()
    counted: dict[int, int] = {}
    seen = 0

    def run(case: Any) -> None:
        bearer = next(callers)
        case.headers = {**(case.headers or {})}
        case.headers.pop("Authorization", None)
        if bearer:
            case.headers["Authorization"] = f"Bearer {bearer}"
        if bearer or case.path_parameters == {}:
            there = known(case.path, number)
            case.path_parameters |= {n: v for n, v in there.items() if n in case.path_parameters}
        answer = case.call()
        counted[answer.status_code] = counted.get(answer.status_code, 0) + 1
        judged(case, answer)

    for operation in operations():
        seen += 1
        made(operation, run, WRITES if operation.method == "post" else EXAMPLES)
    assert seen >= 20, "the whole description was read"
    assert {200, 401, 404, 422} <= set(counted), counted
    assert sum(counted.values()) >= seen * 8, counted


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_a_method_that_is_not_there_is_a_problem_too(
    home: Ledger, client: Any, method: str
) -> None:
    answer = getattr(client, method)("/api/v1/kinds")
    assert answer.status_code == 405
    assert answer["Content-Type"] == PROBLEM
    assert answer["Allow"] == "GET"
    assert client.get("/api/v1/nothing")["Content-Type"] == PROBLEM
