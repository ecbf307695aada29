# SPDX-License-Identifier: Apache-2.0
"""Rows of the log: what is sequenced, and which checkpoints were signed."""

from django.db import models


class LogRow(models.Model):
    """How many leaves are sequenced: one row, whose lock makes one sequence of all processes."""

    size = models.BigIntegerField(default=0)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_log"

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)


class LeafRow(models.Model):
    """A leaf as it was sequenced, with the salt that opens its commitment."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BinaryField()
    hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16)
    what = models.CharField(max_length=64)
    object_id = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """The table; an object's leaves are found by its id."""

        app_label = "kernel"
        db_table = "kernel_leaf"
        indexes = [models.Index(fields=("object_id", "what"), name="kernel_leaf_object")]

    def __str__(self) -> str:
        """Return where the leaf stands and what it says."""
        return f"{self.index} {self.what}"


class WaitingRow(models.Model):
    """A leaf that was sealed in its action's transaction and waits for its index in the log.

    The row goes when its leaf is sequenced, in one transaction.
    """

    entry = models.BinaryField()
    hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16)
    what = models.CharField(max_length=64)
    object_id = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        """The table; as narrow as it can be, for it is written with every posting."""

        app_label = "kernel"
        db_table = "kernel_waiting_leaf"

    def __str__(self) -> str:
        """Return what it says."""
        return f"{self.what} {self.object_id}"


class CheckpointRow(models.Model):
    """A signed checkpoint with its time stamp: one for each size, so that no size has two."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    stamp = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_checkpoint"

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)
