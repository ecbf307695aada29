# SPDX-License-Identifier: Apache-2.0
"""Rows about batches and those who report them; the records themselves lie in the ledger."""

from typing import ClassVar

from django.db import models


class ReporterRow(models.Model):
    """Someone who reports; ``id`` is the reporter's number in the key index."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_reporter"

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class ReporterTokenRow(models.Model):
    """A bearer token of a reporter; only its SHA-256 is kept."""

    reporter = models.ForeignKey("kernel.ReporterRow", on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_reporter_token"

    def __str__(self) -> str:
        """Return enough of the digest to tell it apart."""
        return self.digest[:8]


class BatchRow(models.Model):
    """A batch that was taken, with its receipt."""

    reporter = models.ForeignKey("kernel.ReporterRow", on_delete=models.PROTECT)
    number = models.CharField(max_length=100)
    kind = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    folder = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(db_index=True)
    rows_read = models.BigIntegerField()
    accepted = models.BigIntegerField()
    corrected = models.BigIntegerField()
    unchanged = models.BigIntegerField()
    rejected = models.BigIntegerField()
    ledger_version = models.BigIntegerField()
    receipt = models.JSONField()

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_batch"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("reporter", "number"), name="kernel_batch_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("kind", "received_at"), name="kernel_batch_kind"),
            models.Index(fields=("reporter", "kind", "bytes"), name="kernel_batch_same"),
        ]

    def __str__(self) -> str:
        """Return the batch's number."""
        return self.number


class ReporterHabitRow(models.Model):
    """What a reporter usually sends: the 99th percentile of an amount, weighted over batches."""

    reporter = models.ForeignKey("kernel.ReporterRow", on_delete=models.CASCADE)
    kind = models.CharField(max_length=32)
    field = models.CharField(max_length=64)
    p99 = models.FloatField()
    rows = models.BigIntegerField()

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_reporter_habit"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("reporter", "kind", "field"), name="kernel_habit_once"
            ),
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.kind}.{self.field}"


class WithdrawalRow(models.Model):
    """Records that their reporter has taken back."""

    reporter = models.ForeignKey("kernel.ReporterRow", on_delete=models.PROTECT)
    number = models.CharField(max_length=100)
    kind = models.CharField(max_length=32)
    reason = models.CharField(max_length=500)
    digest = models.CharField(max_length=64)
    records = models.BigIntegerField()
    ledger_version = models.BigIntegerField()
    withdrawn_at = models.DateTimeField()

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_withdrawal"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("reporter", "number"), name="kernel_withdrawal_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("kind", "ledger_version"), name="kernel_withdrawal_kind"),
        ]

    def __str__(self) -> str:
        """Return the withdrawal's number."""
        return self.number
