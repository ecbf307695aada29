# SPDX-License-Identifier: Apache-2.0
"""A province in a box: reporters, shops, orders and flows with planted irregularities.

It is the project's ground truth. ``province.simulate`` writes one file per record kind and
reporter, as real reporters would send them, and beside them ``truth/``: what was planted, which
rows hold an honest mistake, and the exact totals that a faultless ledger must show. The same seed
gives the same bytes, whatever the number of threads; memory does not grow with the size.

    simulate(Path("box"), orders=200_000, days=30, seed=1)

Reads nothing but its own ``facts/`` (division codes, rounded public figures).
"""
