# SPDX-License-Identifier: Apache-2.0
"""The rows of exchange: who shares what, how far it has been cut, who has got how far."""

from typing import ClassVar

from django.db import models


class AgreementRow(models.Model):
    """An edition of an agreement as it was adopted, and how far its feed has been cut."""

    name = models.CharField("协议", max_length=40)
    edition = models.PositiveIntegerField("版次")
    provider = models.CharField("提供方", max_length=40)
    kind = models.CharField("记录种类", max_length=40)
    declared = models.JSONField("声明")
    digest = models.CharField("摘要", max_length=64)
    until = models.DateField("有效期止")
    adopted_at = models.DateTimeField("启用时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    end_reason = models.TextField("终止理由", blank=True)
    last = models.BigIntegerField("末包号", default=0)
    sequence = models.BigIntegerField("末条序号", default=0)
    version = models.BigIntegerField("账本版本", default=0)
    part = models.BigIntegerField("版本内部分", default=0)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_agreement"
        verbose_name = "共享协议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("name", "edition"), name="kernel_agreement_once"),
        ]

    def __str__(self) -> str:
        """Return name and edition."""
        return f"{self.name}.{self.edition}"


class ParcelRow(models.Model):
    """A parcel: which commits of the ledger it covers, and the digest of what it holds.

    Where records of it were disposed of, ``formerly`` are the digests of what it held before;
    ``kept`` is what cannot be read from the ledger: who must forget what was disposed of.
    """

    agreement = models.ForeignKey(AgreementRow, models.PROTECT, related_name="parcels")
    number = models.BigIntegerField("包号")
    first = models.BigIntegerField("首条序号")
    records = models.BigIntegerField("条数")
    withdrawn = models.BigIntegerField("撤回条数")
    span = models.JSONField("范围")
    content = models.CharField("内容摘要", max_length=64)
    formerly = models.JSONField("曾用内容摘要", default=list)
    kept = models.TextField("暂存内容", blank=True)
    closing = models.CharField("终止处置", max_length=12, blank=True)
    reported_at = models.DateTimeField("最早入账时间")
    made_at = models.DateTimeField("成包时间")
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_parcel"
        verbose_name = "交换包"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("agreement", "number"), name="kernel_parcel_once"),
        ]

    def __str__(self) -> str:
        """Return agreement and number."""
        return f"{self.agreement}#{self.number}"


class SubscriptionRow(models.Model):
    """A receiver's place in the parcels of an agreement."""

    agreement = models.ForeignKey(AgreementRow, models.PROTECT, related_name="subscriptions")
    receiver = models.CharField("接收方", max_length=40)
    acknowledged = models.BigIntegerField("已确认包号", default=0)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    attempts = models.PositiveIntegerField("连续失败次数", default=0)
    last_try_at = models.DateTimeField("上次尝试", null=True, blank=True)
    trouble = models.CharField("上次失败原因", max_length=300, blank=True)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_subscription"
        verbose_name = "订阅"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("agreement", "receiver"), name="kernel_subscription_once"
            ),
        ]

    def __str__(self) -> str:
        """Return whose place it is."""
        return f"{self.agreement_id} {self.receiver}"


class DeliveryRow(models.Model):
    """What happened when something was handed over, asked for, or refused."""

    agreement = models.CharField("协议", max_length=60)
    partner = models.CharField("对方", max_length=64)
    number = models.BigIntegerField("包号")
    outcome = models.CharField("结果", max_length=12)
    reason = models.CharField("原因", max_length=300, blank=True)
    records = models.BigIntegerField("条数", default=0)
    delay_ms = models.BigIntegerField("时延毫秒", null=True, blank=True)
    answer = models.JSONField("答复", default=dict)
    at = models.DateTimeField("时间")
    leaf = models.BigIntegerField("存证序号", null=True, blank=True)

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_delivery"
        verbose_name = "交付记录"
        indexes: ClassVar = [
            models.Index(fields=("agreement", "partner", "number"), name="kernel_delivery_of"),
            models.Index(fields=("at",), name="kernel_delivery_at"),
        ]

    def __str__(self) -> str:
        """Return what happened to which parcel."""
        return f"{self.agreement}#{self.number} {self.outcome}"


class ReceivedRow(models.Model):
    """A parcel that came from a partner and was taken."""

    agreement = models.CharField("协议", max_length=40)
    edition = models.PositiveIntegerField("版次")
    provider = models.CharField("提供方", max_length=40)
    number = models.BigIntegerField("包号")
    content = models.CharField("内容摘要", max_length=64)
    kind = models.CharField("记录种类", max_length=40)
    records = models.BigIntegerField("条数")
    withdrawn = models.BigIntegerField("撤回条数")
    rejected = models.BigIntegerField("退回条数", default=0)
    closing = models.CharField("终止处置", max_length=12, blank=True)
    batch = models.CharField("批次", max_length=100, blank=True)
    received_at = models.DateTimeField("接收时间")
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table."""

        app_label = "kernel"
        db_table = "kernel_received"
        verbose_name = "接收的交换包"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("agreement", "edition", "provider", "number"), name="kernel_received_once"
            ),
        ]

    def __str__(self) -> str:
        """Return which parcel of whom it is."""
        return f"{self.provider} {self.agreement}.{self.edition}#{self.number}"
