# SPDX-License-Identifier: Apache-2.0
"""How long a reader waits for a page of the site over a full ledger.

    python -m benchmarks.pages HOME

Each page is asked for by an officer, one after the other: first once each, as after a start, then
again and again. The page of every indicator is among them, in both languages. At last the overview
is asked for while a reporter's program sends a hundred orders a second.
"""

import http.client
import json
import sys
import threading
import time
from pathlib import Path

from benchmarks import data
from benchmarks.api import Client, clients, percentile
from benchmarks.measuring import report, shangheng, told_by
from benchmarks.serving import Server, served

OK, UNDECIDED = 200, 422
"""The second where the authority has first to decide a number; a page says so."""
ROUNDS = 30
INDICATOR_ROUNDS = 3
P95_MS_MAX = 300
QUIET_S = 12
"""Long enough for the server to have asked its own overview after the start."""
MOVING_ROUNDS, MOVING_EVERY_S = 120, 1.0


def wait_for(server: Server, page: str, cookie: str, **more: str) -> float:
    """Return the seconds until the last byte of a page; each comes over a new connection."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
    begun = time.perf_counter()
    connection.request("GET", page, headers={"Cookie": cookie, **more})
    answer = connection.getresponse()
    answer.read()
    seconds = time.perf_counter() - begun
    connection.close()
    if answer.status not in {OK, UNDECIDED}:
        raise SystemExit(f"{page} answered {answer.status}")
    return seconds


def tell(name: str, waits: list[float], *, limited: bool = True) -> None:
    """Print the 95th percentile and the median of some waits."""
    ms = sorted(wait * 1000 for wait in waits)
    against = f"{len(ms)} answers, median {percentile(ms, 50):.0f} ms, longest {ms[-1]:.0f} ms"
    limit = P95_MS_MAX if limited else None
    report(f"pages/{name}-p95", percentile(ms, 95), "ms", against=against, at_most=limit)


def while_moving(server: Server, client: Client, cookie: str) -> None:
    """Print how long one waits for the overview while a program sends batch after batch."""
    bodies, ends = client.bodies(), threading.Event()

    def send() -> None:
        number = 1
        while not ends.wait(MOVING_EVERY_S):
            client.send(server, f"moving-{number}", next(bodies))
            number += 1

    client.send(server, "moving-0", next(bodies))
    first = wait_for(server, "/", cookie, **{"Cache-Control": "no-cache"})
    tell("overview-of-now", [first], limited=False)
    sending = threading.Thread(target=send)
    sending.start()
    waits = []
    for _ in range(MOVING_ROUNDS):
        time.sleep(MOVING_EVERY_S / 2)
        waits.append(wait_for(server, "/", cookie))
    ends.set()
    sending.join()
    tell("overview-while-moving", waits)


def main() -> None:
    """Measure the pages of the home named on the command line; the home is not changed."""
    home = data.copied_home(Path(sys.argv[1]), "pages")
    cookie = str(told_by("benchmarks.once", "sign-in", "reader", home=home).answer["cookie"])
    dictionary = json.loads(shangheng("formulas", "--json", home=home))
    names = [each["indicator"] for each in dictionary]
    indicators = [f"/indicators/{name}/" for name in names]
    with served(home) as server:
        time.sleep(QUIET_S)
        firsts = {
            page: wait_for(server, page, cookie) for page in ("/", "/reporters/", *indicators)
        }
        tell("overview-first", [firsts["/"]], limited=False)
        tell("indicator-first", [firsts[page] for page in indicators], limited=False)
        for name, page in (("overview", "/"), ("reporters", "/reporters/")):
            tell(name, [wait_for(server, page, cookie) for _ in range(ROUNDS)])
        again = [
            wait_for(server, page + language, cookie)
            for language in ("", "?lang=en") * INDICATOR_ROUNDS
            for page in indicators
        ]
        tell("indicator", again)
        while_moving(server, clients(home)[0], cookie)
    report("pages/server-peak", server.peak_mb, "MB", against="resident, whole run")


if __name__ == "__main__":
    main()
