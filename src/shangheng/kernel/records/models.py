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
    disposal = models.ForeignKey("kernel.DisposalRow", null=True, on_delete=models.PROTECT)

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


class DisposalRow(models.Model):
    """A disposal that was ordered; what it is about goes from the ledger, this stays."""

    number = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=32)
    on = models.DateField()
    months = models.PositiveIntegerField()
    sources = models.JSONField()
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    batches = models.BigIntegerField()
    records = models.BigIntegerField()
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    leaf = models.BigIntegerField()
    is_finished = models.BooleanField(default=False)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_disposal"
        indexes: ClassVar = [models.Index(fields=("kind", "at"), name="kernel_disposal_kind")]

    def __str__(self) -> str:
        """Return its number."""
        return self.number


class LegalHoldRow(models.Model):
    """What must not go while a case needs it."""

    number = models.CharField(max_length=32, unique=True)
    case = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    kind = models.CharField(max_length=32, blank=True)
    reporter = models.CharField(max_length=64, blank=True)
    batch = models.CharField(max_length=100, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    where = models.JSONField(default=dict)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    leaf = models.BigIntegerField()
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """The table; holds of a case are listed together."""

        app_label = "kernel"
        db_table = "kernel_legal_hold"
        indexes: ClassVar = [models.Index(fields=("case",), name="kernel_legal_hold_case")]

    def __str__(self) -> str:
        """Return its number."""
        return self.number


class AnswerRow(models.Model):
    """A question that was put to retained records under a case, and what was answered."""

    number = models.CharField(max_length=32, unique=True)
    case = models.CharField(max_length=64)
    purpose = models.CharField(max_length=500)
    kind = models.CharField(max_length=32)
    asked = models.JSONField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    ledger_version = models.BigIntegerField()

    class Meta:
        """The table; the questions of a case are listed together."""

        app_label = "kernel"
        db_table = "kernel_answer"
        indexes: ClassVar = [models.Index(fields=("case",), name="kernel_answer_case")]

    def __str__(self) -> str:
        """Return its number."""
        return self.number


class CustodyRow(models.Model):
    """A link of an answer's chain of custody: who had it, for what, from when."""

    answer = models.ForeignKey("kernel.AnswerRow", on_delete=models.PROTECT, related_name="chain")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=16)
    by = models.CharField(max_length=150)
    to = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    seal = models.CharField(max_length=64)
    leaf = models.BigIntegerField()

    class Meta:
        """The table; an answer's links are numbered without gaps."""

        app_label = "kernel"
        db_table = "kernel_custody"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("answer", "number"), name="kernel_custody_once"),
        ]

    def __str__(self) -> str:
        """Return what was done."""
        return f"{self.answer_id} {self.number} {self.act}"
