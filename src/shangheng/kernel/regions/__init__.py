# SPDX-License-Identifier: Apache-2.0
"""Regions (行政区划): where something is, with dates of validity.

The tree of GB/T 2260 and of the statistical division codes: provinces, cities, counties and
townships of the whole country, villages of Jiangsu, Jiangxi, Hunan and Qinghai. A code of
1980-2023 that was renamed, merged or moved resolves to its successor, and a figure can be
asked for by the borders of a year. Regions are facts that ship with the program
(``data/SOURCES.md`` names where they come from), not rows of the database.

``queries.find("3205").name`` is 苏州市; ``queries.successor("320586")`` is 320506.
"""
