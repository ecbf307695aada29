# SPDX-License-Identifier: Apache-2.0
"""The full-text index over clauses: made of the documents, and made again when they change.

Its words stand in ``policy_clause_words``, which is a table of FTS5 in SQLite and one with a
``tsvector`` in PostgreSQL; the migration makes the one that fits. Nothing in it is original.
"""

from django.db import models


class ClauseIndexRow(models.Model):
    """Of which documents the index was made: one row, also the lock of whoever makes it anew."""

    digest = models.CharField("文件摘要", max_length=64, blank=True)

    class Meta:
        """The table of the one row."""

        app_label = "policy"
        db_table = "policy_clause_index"
        verbose_name = "条款检索"

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
