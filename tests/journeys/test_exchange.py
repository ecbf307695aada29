# SPDX-License-Identifier: Apache-2.0
"""A county reports to its city: two installations, cut off from each other, equal in the end."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from journeys.browser import REPOSITORY, environment, free_port, served

AGREEMENT = (REPOSITORY / "examples/exchange/agreements/orders-to-city.yaml").read_text("utf-8")
HEADER = (
    "platform,order_no,shop,mode,nature,channel,category,currency,gross,paid,ordered_at,"
    "seller_region,buyer_region"
)
DESK = """
import contextlib, io, json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shangheng.site.settings"
from shangheng.cli.main import house

def total():
    import duckdb
    from shangheng.kernel.records import queries
    from shangheng.site import wiring
    paths = list(queries.ledger_files(wiring.ledger(), "order").paths)
    rows = f"SELECT count(*), sum(paid)::VARCHAR FROM read_parquet({paths!r})"
    return json.dumps(duckdb.sql(rows).fetchall()[0])

for line in sys.stdin:
    words, told = json.loads(line), io.StringIO()
    with contextlib.redirect_stdout(told):
        if words == ["total"]:
            print(total())
        else:
            house.main(words, standalone_mode=False)
    print(json.dumps(told.getvalue()), flush=True)
"""


class Installation:
    """A home of its own, and a process in which the commands of its desk are typed.

    One process for all of them: each start of the command takes seconds on a busy machine.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self.home = home
        self.desk = subprocess.Popen(
            [sys.executable, "-c", DESK],
            env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *words: str) -> str:
        """Type a command and return what it printed."""
        assert self.desk.stdin is not None
        assert self.desk.stdout is not None
        self.desk.stdin.write(json.dumps(words) + "\n")
        self.desk.stdin.flush()
        answer = self.desk.stdout.readline()
        assert answer, f"{words} failed"
        return str(json.loads(answer))

    def leave(self) -> None:
        """Close the desk."""
        assert self.desk.stdin is not None
        self.desk.stdin.close()
        self.desk.wait(timeout=60)

    def write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def report(
        self, paid: dict[int, str], *, region: str = "320583", reporter: str = "P01"
    ) -> None:
        rows = [
            f"P01,N{number},S1,B2C,goods,platform,food,CNY,500,{amount},2025-11-11 10:00:00,"
            f"{region},310101"
            for number, amount in paid.items()
        ]
        self.write("sent.csv", "\n".join([HEADER, *rows, ""]))
        told = self.run("report", str(self.home / "sent.csv"), "--kind", "order",
                        "--reporter", reporter, "--json")  # fmt: skip
        assert json.loads(told)["rejected"] == 0, told

    def deliver(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("exchange", "deliver", "--json"))
        return told

    def total(self) -> list[Any]:
        told: list[Any] = json.loads(self.run("total"))
        return told


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Installation, Installation, int]]:
    """Give a county and its city that have agreed, and the port at which the city is reached."""
    county, city = (Installation(tmp_path / name) for name in ("kunshan", "suzhou"))
    yield county, city, agreed(county, city)
    county.leave()
    city.leave()


def agreed(county: Installation, city: Installation) -> int:
    """Let both adopt the agreement, and introduce them to each other."""
    for each in (county, city):
        each.run("init")
        each.write("agreements/orders-to-city.yaml", AGREEMENT)
        each.run("exchange", "adopt")
    port = free_port()
    token = json.loads(city.run("token", "kunshan", "--json"))["token"]
    county.write(
        "partners/suzhou.yaml",
        "partner: suzhou\nzh: 苏州\nen: Suzhou\nway: push\nform: lines\ntimeout_s: 30\n"
        f"address: http://127.0.0.1:{port}/api/v1/exchange/parcels\ntoken: {token}\n",
    )
    keys = (county.home / "log" / "keys").read_text(encoding="utf-8")
    told = "".join(f"  {line}\n" for line in keys.splitlines())
    city.write(
        "partners/kunshan.yaml", f"partner: kunshan\nzh: 昆山\nen: Kunshan\nkeys: |\n{told}"
    )
    return port


def test_a_county_that_was_cut_off_catches_up_with_equal_totals(
    sides: tuple[Installation, Installation, int],
) -> None:
    county, city, port = sides
    with ExitStack() as stack:
        stack.enter_context(served(city.home, port=port))
        county.report(dict.fromkeys(range(1, 41), "100"))
        assert county.deliver()["records"] == 40
        assert city.total() == county.total() == [40, "4000.0000"]
    # The city is not there: the county goes on, nothing is lost.
    county.report(dict.fromkeys(range(1, 6), "90"))
    assert county.deliver()["troubled"] == 1
    county.report(dict.fromkeys(range(41, 61), "50"))
    county.report({7: "100"}, region="320506")
    county.deliver()
    assert city.total() == [40, "4000.0000"]
    with served(city.home, port=port):
        # An order that the city knows from elsewhere too is counted once.
        city.report({1: "90", 2: "90"}, reporter="shop-1")
        waited = _until_delivered(county)
        assert waited["acknowledged"] == waited["last"]
        (count, paid) = county.total()
        # One order went to another county: it left the agreement, so the city gave it back.
        assert city.total() == [count - 1, f"{float(paid) - 100:.4f}"]
        before = city.total()
        county.run("exchange", "replay", "orders-to-city", "suzhou", "--since", "1")
        assert county.deliver()["delivered"] == waited["last"]
        assert city.total() == before
    (report,) = json.loads(county.run("exchange", "report", "--json"))
    assert report["failed"] >= 1
    assert report["rejected"] == 0


def _until_delivered(county: Installation) -> dict[str, Any]:
    """Deliver in rounds, as a watch does, until the waiting after the trouble is over."""
    deadline = time.monotonic() + 60
    while not county.deliver()["delivered"]:
        assert time.monotonic() < deadline, county.run("exchange", "status")
        time.sleep(0.2)
    (standing,) = json.loads(county.run("exchange", "status", "--json"))
    return dict(standing)


def test_a_receiver_behind_a_wall_fetches_instead(
    sides: tuple[Installation, Installation, int],
) -> None:
    county, city, port = sides
    token = json.loads(county.run("token", "suzhou", "--json"))["token"]
    county.write("partners/suzhou.yaml", "partner: suzhou\nzh: 苏州\nen: Suzhou\n")
    path = city.home / "partners/kunshan.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + f"address: http://127.0.0.1:{port}/api/v1/exchange\ntoken: {token}\n",
        encoding="utf-8",
    )
    with served(county.home, port=port):
        county.report(dict.fromkeys(range(1, 11), "100"))
        county.deliver()
        county.report({1: "80"})
        county.deliver()
        assert "taken: 2" in city.run("exchange", "fetch", "kunshan", "orders-to-city")
        assert "taken: 0" in city.run("exchange", "fetch", "kunshan", "orders-to-city")
    assert city.total() == county.total() == [10, "980.0000"]
