# SPDX-License-Identifier: Apache-2.0
"""Policies (政策): what the documents say, as dated data of a jurisdiction.

A jurisdiction is a folder of ``jurisdictions/``: its documents clause by clause in our own words,
with the numbers and departments as printed; dated parameters, targets, quotas, code lists and
incentives. There is no Python in it, and adding one is adding a folder (docs/guides). What a
document does not print is required configuration without a default: asking for it is refused
with the clause and the question to answer.

``concept`` holds the types, ``printed`` reads numbers and clause numbers as they are printed,
``reading`` takes in YAML that may be hostile, ``shapes`` compares it with the JSON Schemas,
``store`` makes a library of a folder, ``checks`` and ``comparing`` prove it complete (the latter
against the printed text), ``queries`` asks it.

``queries.parameter_on(ganzhou, "ganzhou.rent-cap", date(2015, 6, 1)).value`` is 100000.
"""
