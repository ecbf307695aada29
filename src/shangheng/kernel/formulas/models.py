# SPDX-License-Identifier: Apache-2.0
"""Rows in which computed figures are kept."""

from django.db import models


class ResultRow(models.Model):
    """A figure as it was computed from one version of the ledger."""

    digest = models.CharField(max_length=64, unique=True)
    indicator = models.CharField(max_length=64, db_index=True)
    version = models.PositiveIntegerField()
    question = models.JSONField()
    ledger = models.JSONField()
    parameters = models.JSONField()
    payload = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        """Kept in the kernel's one migration history."""

        app_label = "kernel"
        verbose_name = "result"

    def __str__(self) -> str:
        """Return the indicator and the first digits of the key."""
        return f"{self.indicator} {self.digest[:12]}"
