# SPDX-License-Identifier: Apache-2.0
"""The rows of access: posts with what was done to them, looks at personal data, tokens, people."""

from typing import ClassVar

from django.db import models


class PostRow(models.Model):
    """A post as it stands; a person is told by the name with which it signs in."""

    uuid = models.UUIDField("编号", primary_key=True)
    person = models.CharField("人员", max_length=150)
    role = models.CharField("角色", max_length=80)
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=120, blank=True)
    party = models.CharField("报送单位", max_length=64, blank=True)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止", null=True, blank=True)
    void = models.BooleanField("已撤回", default=False)
    second_factor = models.BooleanField("须双重验证", default=False)
    given_by = models.CharField("授予人", max_length=150)
    reason = models.CharField("依据", max_length=500)

    class Meta:
        """The table of posts."""

        app_label = "kernel"
        db_table = "kernel_access_post"
        verbose_name = "岗位"
        indexes: ClassVar = [
            models.Index(fields=("person", "role"), name="kernel_post_person"),
            models.Index(fields=("region", "role"), name="kernel_post_region"),
        ]

    def __str__(self) -> str:
        """Return who holds what where."""
        return f"{self.person} {self.role}@{self.region}"


class PostActRow(models.Model):
    """What was done to a post; rows are only ever added."""

    post = models.ForeignKey(PostRow, models.PROTECT, related_name="acts", verbose_name="岗位")
    number = models.PositiveIntegerField("序号")
    act = models.CharField("动作", max_length=12)
    by = models.CharField("办理人", max_length=150)
    at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=500)
    until_before = models.DateTimeField("原止日", null=True, blank=True)
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of acts."""

        app_label = "kernel"
        db_table = "kernel_access_post_act"
        verbose_name = "岗位变动"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("post", "number"), name="kernel_post_act_once"),
        ]

    def __str__(self) -> str:
        """Return which act it is."""
        return f"{self.post_id} {self.number} {self.act}"


class LookRow(models.Model):
    """One look at personal data; the seal holds the same."""

    at = models.DateTimeField("时间", db_index=True)
    by = models.CharField("查看人", max_length=150, db_index=True)
    role = models.CharField("角色", max_length=80)
    noun = models.CharField("类别", max_length=12)
    kind = models.CharField("种类", max_length=40)
    number = models.CharField("编号", max_length=60, db_index=True)
    region = models.CharField("辖区", max_length=12, blank=True, db_index=True)
    fields = models.JSONField("字段")
    purpose = models.CharField("目的", max_length=500)
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of looks."""

        app_label = "kernel"
        db_table = "kernel_access_look"
        verbose_name = "个人信息查看"

    def __str__(self) -> str:
        """Return who looked at what."""
        return f"{self.by} {self.number}"


class TokenRow(models.Model):
    """A token of a person; only the digest of its secret is kept."""

    uuid = models.UUIDField("编号", primary_key=True)
    person = models.CharField("人员", max_length=150, db_index=True)
    name = models.CharField("用途", max_length=80)
    scopes = models.JSONField("范围")
    digest = models.CharField("摘要", max_length=64, unique=True)
    issued_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        """The table of tokens."""

        app_label = "kernel"
        db_table = "kernel_access_token"
        verbose_name = "令牌"

    def __str__(self) -> str:
        """Return whose token it is and what for."""
        return f"{self.person} {self.name}"


class PersonActRow(models.Model):
    """What was done to somebody's account; rows are only ever added.

    ``number`` is under what the log knows it, which does not tell the person.
    """

    number = models.CharField("编号", max_length=16, unique=True)
    act = models.CharField("动作", max_length=12)
    person = models.CharField("人员", max_length=150, db_index=True)
    by = models.CharField("办理人", max_length=150)
    at = models.DateTimeField("时间")
    reason = models.TextField("理由", blank=True)
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of what was done to accounts."""

        app_label = "kernel"
        db_table = "kernel_access_person_act"
        verbose_name = "账号变动"

    def __str__(self) -> str:
        """Return what was done to whom."""
        return f"{self.person} {self.act}"
