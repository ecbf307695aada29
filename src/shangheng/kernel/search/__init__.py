# SPDX-License-Identifier: Apache-2.0
"""Search (检索): which rows say a text, found by the database's own full-text index.

SQLite's FTS5 and PostgreSQL's tsvector get the same tokens, so both give the same answer; see
``concept`` for how Chinese is cut. An index is asked first and the row itself is compared
afterwards, so that whoever may not read a field cannot find by it either.

``store.put("entry.well", row.uuid, "甜水井 昆山市")`` in the transaction that writes the row;
``store.found("entry.well", "甜水", most=900)`` asks for the rows, or nothing where there are more:
then the text is common, and going through the rows in their order finds a page of them sooner.
"""
