# SPDX-License-Identifier: Apache-2.0
"""Several processes at once, killed at any moment: nothing is lost, doubled or below its floor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.accounts.tests import postgres, working

KILLS = 200
SECONDS = 12
LARGEST = 12
LARGE_KILLS, LARGE_SECONDS, LARGE = 20, 6, 400
"""Batches that PostgreSQL is given by copying, see ``store``."""

Settings = Mapping[str, str]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield {"SHANGHENG_HOME": str(tmp_path)}
    elif reason := postgres.lacking():
        pytest.skip(reason)
    else:
        with postgres.served() as settings:
            yield {"SHANGHENG_HOME": str(tmp_path), **settings}


def begun(settings: Settings, *what: object) -> "subprocess.Popen[bytes]":
    program = [sys.executable, "-m", working.__name__, *map(str, what)]
    environment = {**os.environ, **settings}  # noqa: TID251 - handed on
    return subprocess.Popen(
        program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def told(process: "subprocess.Popen[bytes]") -> Any:
    out, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong.decode()[-3_000:]
    return json.loads(out) if out else None


def test_killed_at_random_moments_the_books_balance(database: Settings, tmp_path: Path) -> None:
    told(begun(database, "setup"))
    assert told(begun(database, "herd", tmp_path, KILLS, SECONDS, LARGEST)) >= KILLS
    found = told(begun(database, "count"))
    lines = [line for path in tmp_path.glob("told-*") for line in path.read_text().splitlines()]
    calls = [json.loads(line) for line in lines if line.endswith("}")]
    acknowledged = [key for call in calls for key, _ in call["booked"]]
    assert len(acknowledged) > 100
    assert sum(call["asked"] for call in calls) > len(acknowledged)
    # What was acknowledged is there, once.
    assert set(acknowledged) <= set(found["keys"])
    assert len(set(found["keys"])) == len(found["keys"])
    assert (found["is_clean"], found["alike"], found["floors"]) == (True, True, True)
    assert (found["sum"], found["chains"], found["unreleased"]) == (0, [], 0)


def test_large_batches_killed_at_random_moments_balance_too(
    database: Settings, tmp_path: Path
) -> None:
    told(begun(database, "setup"))
    told(begun(database, "herd", tmp_path, LARGE_KILLS, LARGE_SECONDS, LARGE))
    found = told(begun(database, "count"))
    lines = [line for path in tmp_path.glob("told-*") for line in path.read_text().splitlines()]
    calls = [json.loads(line) for line in lines if line.endswith("}")]
    assert {key for call in calls for key, _ in call["booked"]} <= set(found["keys"])
    assert sum(call["asked"] for call in calls) > LARGE
    assert (found["is_clean"], found["alike"], found["floors"]) == (True, True, True)
    assert (found["sum"], found["chains"], found["unreleased"]) == (0, [], 0)


def test_processes_that_take_the_last_places_of_a_quota_get_no_more_than_there_are(
    database: Settings,
) -> None:
    told(begun(database, "setup"))
    takers = [begun(database, "quota", number) for number in range(3)]
    got = [told(taker) for taker in takers]
    assert sum(got) == working.PLACES
    found = told(begun(database, "count"))
    assert found["taken"] == working.PLACES
    assert found["is_clean"]


def test_threads_that_post_together_are_each_told_their_own(database: Settings) -> None:
    told(begun(database, "setup"))
    said = told(begun(database, "together"))
    first = said.pop("0")
    assert first == ["refused", "nonsense"] * (working.TURNS // 2)
    assert len(said) == working.THREADS - 1
    assert all(each == ["booked"] * working.TURNS for each in said.values())
    found = told(begun(database, "count"))
    assert len(found["keys"]) == (working.THREADS - 1) * working.TURNS
    assert found["is_clean"]
