# SPDX-License-Identifier: Apache-2.0
"""How fast the house is, and how much memory it takes, beside what others need for the same.

    python -m benchmarks [--only NAME…] [--rows N] [--home DIR] [--full]

Every part runs in a process of its own and prints one JSON object a line: ``name``, ``value``,
``unit``, ``against`` (what it is compared with, or how it was measured), ``limit``, ``must_be``
(``at most`` or ``at least`` the limit), ``ok`` and ``load`` (of the machine, one-minute mean, when
the line was printed; above the number of cores the figures are worse than they would be). Figures
depend on the machine, so none of them is a test; ``ok`` is for whoever decides about a release.

The bench data are a simulated month of Jiangsu, made once into ``bench-data/``.
"""
