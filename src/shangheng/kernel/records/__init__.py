# SPDX-License-Identifier: Apache-2.0
"""Records 记录: what happened, reported through one door, checked, kept, never altered unseen.

A record kind is one declaration (``concept.kinds.RecordKind``). From it follow the checks, the
ledger table, the import template, the JSON schema, the API, the dictionary and the pages. A batch
goes through four files: ``actions`` (take it in) → ``store.landing`` (bytes, archived) →
``store.staging`` (read, cast, checked) → ``store.ledger`` (appended once, or corrected).

Basis: the transaction records that Qinghai (二十三) asks operators to keep at least six months;
the reports of Jiangsu 2015 (三十) and Qinghai (二十四).
"""
