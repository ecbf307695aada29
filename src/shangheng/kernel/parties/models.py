# SPDX-License-Identifier: Apache-2.0
"""The rows of parties, their codes and their links."""

from typing import ClassVar

from django.db import models


class PartyRow(models.Model):
    """A party; ``merged_into`` is set where it proved to be a duplicate of another."""

    uuid = models.UUIDField("编号", primary_key=True)
    kind = models.CharField("类别", max_length=16)
    name = models.CharField("名称", max_length=200)
    region = models.CharField("所在地", max_length=12, blank=True)
    first_seen = models.DateField("首次出现")
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name="并入",
    )

    class Meta:
        """The table of parties."""

        app_label = "kernel"
        db_table = "kernel_party"
        verbose_name = "主体"
        indexes: ClassVar = [
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="kernel_party_merged",
            )
        ]

    def __str__(self) -> str:
        """Return the name, for logs."""
        return self.name


class PartyCodeRow(models.Model):
    """A dated code; at any time a value belongs to one party only."""

    party = models.ForeignKey(PartyRow, models.PROTECT, related_name="codes", verbose_name="主体")
    scheme = models.CharField("代码种类", max_length=16)
    value = models.CharField("代码", max_length=300)
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止", null=True, blank=True)

    class Meta:
        """The table of codes; a current value is unique."""

        app_label = "kernel"
        db_table = "kernel_party_code"
        verbose_name = "主体代码"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=models.Q(valid_until__isnull=True),
                name="kernel_party_code_current",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["scheme", "value"],
                condition=models.Q(valid_until__isnull=False),
                name="kernel_party_code_past",
            )
        ]

    def __str__(self) -> str:
        """Return scheme and value, for logs."""
        return f"{self.scheme}:{self.value}"


class PartyLinkRow(models.Model):
    """A dated link between two parties; at any time a party has one link of a relation."""

    source = models.ForeignKey(
        PartyRow, models.PROTECT, db_index=False, related_name="links", verbose_name="主体"
    )
    relation = models.CharField("关系", max_length=16)
    target = models.ForeignKey(
        PartyRow, models.PROTECT, related_name="linked_from", verbose_name="对方"
    )
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止", null=True, blank=True)

    class Meta:
        """The table of links; a current relation is unique."""

        app_label = "kernel"
        db_table = "kernel_party_link"
        verbose_name = "主体关系"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "relation"],
                condition=models.Q(valid_until__isnull=True),
                name="kernel_party_link_current",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["source", "relation"],
                condition=models.Q(valid_until__isnull=False),
                name="kernel_party_link_past",
            )
        ]

    def __str__(self) -> str:
        """Return the relation, for logs."""
        return f"{self.source_id} {self.relation} {self.target_id}"


class PartyActRow(models.Model):
    """What an action changed, as it was sealed; rows are only ever added.

    They are numbered last in their transactions, when all that they change is locked: so acts that
    touch the same rows have their numbers in the order in which they were done.
    """

    what = models.CharField("事项", max_length=64)
    changes = models.BinaryField("变更")

    class Meta:
        """The table of acts."""

        app_label = "kernel"
        db_table = "kernel_party_act"
        verbose_name = "主体变更"

    def __str__(self) -> str:
        """Return the number, for logs."""
        return str(self.pk)
