# SPDX-License-Identifier: Apache-2.0
"""The rows of units, accounts, transfers and open holds.

Constraints repeat what the book decides, so that not even a mistake in it breaks a floor.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shangheng.kernel.accounts.concept.book import EXPIRED, KEY_MAX, KIND_MAX
from shangheng.kernel.parties.models import PartyRow

CODE_MAX = 100
_ENTRY_KEY_MAX = KEY_MAX + len(EXPIRED)


class UnitRow(models.Model):
    """What is counted; its decimals never change, since every amount is told in them."""

    code = models.CharField("代码", max_length=32, primary_key=True)
    zh = models.CharField("名称", max_length=64)
    en = models.CharField("英文名称", max_length=64)
    decimals = models.PositiveSmallIntegerField("小数位数")

    class Meta:
        """The table of units."""

        app_label = "kernel"
        db_table = "kernel_unit"
        verbose_name = "计量单位"

    def __str__(self) -> str:
        """Return the code, for logs."""
        return self.code


class AccountRow(models.Model):
    """An account and how it stands now; amounts in smallest pieces of its unit.

    ``next_expiry`` is not later than the earliest end of time of its open holds.
    """

    code = models.CharField("账号", max_length=CODE_MAX)
    kind = models.CharField("类别", max_length=KIND_MAX)
    owner = models.ForeignKey(PartyRow, models.PROTECT, related_name="+", verbose_name="户主")
    unit = models.ForeignKey(UnitRow, models.PROTECT, related_name="+", verbose_name="单位")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name="上级账户",
    )
    floor = models.BigIntegerField("下限", null=True, blank=True)
    ceiling = models.BigIntegerField("上限", null=True, blank=True)
    opened_at = models.DateTimeField("开户时间")
    closed_at = models.DateTimeField("销户时间", null=True, blank=True)
    posted = models.BigIntegerField("余额", default=0)
    held_out = models.BigIntegerField("待付冻结", default=0)
    held_in = models.BigIntegerField("待收冻结", default=0)
    last_at = models.DateTimeField("最后入账时间")
    next_expiry = models.DateTimeField("最早到期", null=True, blank=True)

    class Meta:
        """The table of accounts; with its holds, none is ever beyond its floor or ceiling."""

        app_label = "kernel"
        db_table = "kernel_account"
        verbose_name = "账户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="kernel_account_code"),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(posted__gte=F("floor") + F("held_out")),
                name="kernel_account_floor",
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(posted__lte=F("ceiling") - F("held_in")),
                name="kernel_account_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(held_out__gte=0) & Q(held_in__gte=0), name="kernel_account_holds"
            ),
        ]

    def __str__(self) -> str:
        """Return the code, for logs."""
        return self.code


class TransferRow(models.Model):
    """A transfer as it was booked; rows are only ever added.

    ``pending`` is the key of the hold that this entry ends; each hold is ended once. ``posting``
    is the number of what was booked at once: its leaf in the log commits to this row. The database
    does not check that both accounts exist: they were locked in the same transaction, and accounts
    are never deleted; checking again for each row would take as long as all the rest.
    """

    key = models.CharField("编号", max_length=_ENTRY_KEY_MAX)
    source = models.ForeignKey(
        AccountRow, models.PROTECT, db_index=False, db_constraint=False, related_name="given",
        verbose_name="付方",
    )  # fmt: skip
    target = models.ForeignKey(
        AccountRow, models.PROTECT, db_index=False, db_constraint=False, related_name="got",
        verbose_name="收方",
    )  # fmt: skip
    amount = models.BigIntegerField("金额")
    kind = models.CharField("事由", max_length=KIND_MAX, blank=True)
    phase = models.CharField("状态", max_length=8)
    pending = models.CharField(  # noqa: DJ001 - NULL, since only it may stand twice
        "冻结编号", max_length=KEY_MAX, null=True, blank=True
    )
    at = models.DateTimeField("入账时间")
    expires_at = models.DateTimeField("冻结至", null=True, blank=True)
    chain = models.CharField("关联编号", max_length=KEY_MAX, blank=True)
    facts = models.JSONField("说明", default=dict)
    source_after = models.BigIntegerField("付方余额")
    target_after = models.BigIntegerField("收方余额")
    posting = models.UUIDField("入账批次", null=True)

    class Meta:
        """The table of transfers; each account reads its own in order of time."""

        app_label = "kernel"
        db_table = "kernel_transfer"
        verbose_name = "转账"
        # As constraints, since PostgreSQL would get a second index for each unique text field.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="kernel_transfer_once"),
            models.UniqueConstraint(
                fields=["pending"],
                condition=Q(pending__isnull=False),
                name="kernel_transfer_ended_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="kernel_transfer_amount"),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="kernel_transfer_not_to_itself"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "at", "id"], name="kernel_transfer_given"),
            models.Index(fields=["target", "at", "id"], name="kernel_transfer_got"),
        ]

    def __str__(self) -> str:
        """Return the key, for logs."""
        return self.key


class PostingRow(models.Model):
    """By whose hand a posting was booked, of those that a leaf tells of; never changed."""

    posting = models.UUIDField("入账批次", primary_key=True)
    by = models.CharField("经办人", max_length=150)
    at = models.DateTimeField("时间")
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of postings by hand."""

        app_label = "kernel"
        db_table = "kernel_posting"
        verbose_name = "人工入账"

    def __str__(self) -> str:
        """Return the number, for logs."""
        return self.posting.hex


class HoldRow(models.Model):
    """A hold that is still open; goes when it ends, the transfer that made it stays."""

    transfer = models.OneToOneField(
        TransferRow, models.PROTECT, to_field="key", primary_key=True, related_name="hold",
        verbose_name="冻结",
    )  # fmt: skip
    source = models.ForeignKey(
        AccountRow, models.PROTECT, db_constraint=False, related_name="+", verbose_name="付方"
    )
    target = models.ForeignKey(
        AccountRow, models.PROTECT, db_constraint=False, related_name="+", verbose_name="收方"
    )
    expires_at = models.DateTimeField("冻结至", null=True, blank=True, db_index=True)

    class Meta:
        """The table of open holds."""

        app_label = "kernel"
        db_table = "kernel_hold"
        verbose_name = "冻结"

    def __str__(self) -> str:
        """Return the key of the hold, for logs."""
        return str(self.transfer_id)
