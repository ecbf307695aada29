# SPDX-License-Identifier: Apache-2.0
"""Policies 政策库: what the documents say, who owes what, and how far the targets are reached.

Serves everybody who asks what a document says or what in it concerns them, departments that look
for all they owe, and those who prepare a meeting. Reads the documents of ``jurisdictions/`` and
the record kind ``series``; provides the indicator ``reported-series`` and the kinds of case
``policy_task`` and ``target_judgement``.

Delivers ``policy-plan-library`` (documents, clauses, citations drawn, full-text search, the law as
at a day, what concerns whom), ``policy-implementation-tracker`` (duties, matrix, tasks with
alarms, a department's page), ``target-scoreboard`` (values, growth that it takes, projection,
cities, judgement by evidence, one page before a meeting) and ``development-evaluation-index``
(ranking of regions by a dated scheme, how firm it is, what holds a region back).

Basis: Jiangsu 2015 (二) (二十九), Ganzhou 2015 二 五1, Hunan 2015 (三), Qinghai 2016 (三)
(二十六).
"""
