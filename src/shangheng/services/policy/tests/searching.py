# SPDX-License-Identifier: Apache-2.0
"""Searches in a process of its own, with the database that the environment names.

    python -m shangheng.services.policy.tests.searching WORDS [ROUNDS]

Prints as JSON the clauses found for each line of words, and the seconds of every search after the
first round, in which the index was made.
"""

import json
import sys
import time

import django

TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def main() -> None:
    """Make the rows and the index, search, and tell."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after ``setup``

    from shangheng.services.policy import actions  # noqa: PLC0415
    from shangheng.services.policy.queries import finding  # noqa: PLC0415
    from shangheng.services.policy.tests.libraries import library  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    known = library()
    asked = sys.argv[1].split("|")
    actions.keep_index(known)
    found = {text: finding.refs(text) for text in asked}
    spent = []
    for _ in range(TIMES):
        for text in asked:
            begun = time.perf_counter()
            actions.keep_index(known)
            finding.refs(text)
            spent.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"found": found, "seconds": spent}) + "\n")


if __name__ == "__main__":
    main()
