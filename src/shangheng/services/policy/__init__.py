# SPDX-License-Identifier: Apache-2.0
"""Policies 政策库: what the documents say, who owes what, and how far the targets are reached.

Serves everybody who asks what a document says, departments that look for all they owe, and those
who prepare a meeting. Shows the documents of ``jurisdictions/`` clause by clause with search, the
targets beside the figures of the ledger, duties by department, and the documents side by side.
Provides no record kind of its own.

Delivers, of ``policy-plan-library``, documents, clauses, citations and search; of
``target-scoreboard`` targets with their indicators; of ``policy-implementation-tracker`` the duty
lists and the responsibility matrix.

Basis: Jiangsu 2015 (二) (二十九), Ganzhou 2015 二 五1, Hunan 2015 (三), Qinghai 2016 (三)
(二十六).
"""
