# SPDX-License-Identifier: Apache-2.0
"""The rows of notices: what is to be told, and who has read it."""

from typing import ClassVar

from django.db import models


class NoticeRow(models.Model):
    """One thing for one receiver; ``delivered_at`` once it was told, ``given_up_at`` if never."""

    key = models.CharField("标识", max_length=160)
    channel = models.CharField("渠道", max_length=10)
    to = models.CharField("收件人", max_length=300, blank=True)
    role = models.CharField("角色", max_length=80, blank=True)
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    zh = models.CharField("内容", max_length=300)
    en = models.CharField("英文内容", max_length=300)
    link = models.CharField("链接", max_length=300, blank=True)
    payload = models.JSONField("数据")
    at = models.DateTimeField("时间")
    due_at = models.DateTimeField("下次投递")
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    given_up_at = models.DateTimeField("放弃时间", null=True, blank=True)
    why = models.CharField("未送达原因", max_length=300, blank=True)

    class Meta:
        """The table of notices; one key is told once to each receiver."""

        app_label = "kernel"
        db_table = "kernel_notice"
        verbose_name = "通知"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("key", "channel", "to", "role"), name="kernel_notice_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("due_at",),
                condition=models.Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="kernel_notice_due",
            ),
            models.Index(fields=("channel", "to", "at"), name="kernel_notice_person"),
            models.Index(fields=("role", "region", "at"), name="kernel_notice_post"),
            models.Index(
                fields=("link",), condition=models.Q(channel="email"), name="kernel_notice_mailed"
            ),
        ]

    def __str__(self) -> str:
        """Return what is told."""
        return self.zh


class NoticeReadRow(models.Model):
    """That a person has read a notice."""

    notice = models.ForeignKey(
        NoticeRow, models.CASCADE, related_name="readers", verbose_name="通知"
    )
    person = models.CharField("阅读人", max_length=150)
    at = models.DateTimeField("时间")

    class Meta:
        """The table of readings."""

        app_label = "kernel"
        db_table = "kernel_notice_read"
        verbose_name = "通知已读"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("notice", "person"), name="kernel_notice_read_once"),
        ]

    def __str__(self) -> str:
        """Return who read what."""
        return f"{self.person} {self.notice_id}"
