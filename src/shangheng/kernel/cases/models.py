# SPDX-License-Identifier: Apache-2.0
"""The rows of cases: the case as it stands, and everything that was done with it, append-only."""

from typing import ClassVar

from django.db import models


class CaseRow(models.Model):
    """A case as it stands; ``version`` grows with everything that is done with it."""

    uuid = models.UUIDField("编号", primary_key=True)
    kind = models.CharField("办件种类", max_length=40)
    number = models.CharField("办件号", max_length=60, unique=True)
    state = models.CharField("状态", max_length=40)
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    holder = models.CharField("承办人", max_length=150, blank=True)
    title = models.CharField("名称", max_length=120, blank=True)
    outcome = models.CharField("结果", max_length=40, blank=True)
    values = models.JSONField("内容")
    typed = models.TextField("检索文本", blank=True)
    code_digest = models.CharField("查询码摘要", max_length=64)
    opened_by = models.CharField("提交人", max_length=150, blank=True)
    opened_at = models.DateTimeField("提交时间")
    changed_at = models.DateTimeField("变动时间")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本")
    seal = models.CharField("末步摘要", max_length=64)
    gathered_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gathered",
        verbose_name="并入",
    )

    class Meta:
        """The table of cases."""

        app_label = "kernel"
        db_table = "kernel_case"
        verbose_name = "办件"
        indexes: ClassVar = [
            models.Index(fields=("kind", "state", "region"), name="kernel_case_inbox"),
            models.Index(
                fields=("kind", "closed_at", "opened_at", "number"), name="kernel_case_opened"
            ),
            models.Index(fields=("holder", "closed_at"), name="kernel_case_holder"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return self.number


class StepRow(models.Model):
    """One thing that was done with a case, sealed by the digest over it and the one before."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="steps", verbose_name="办件")
    number = models.PositiveIntegerField("序号")
    act = models.CharField("动作", max_length=20)
    name = models.CharField("步骤", max_length=40, blank=True)
    source = models.CharField("原状态", max_length=40, blank=True)
    target = models.CharField("新状态", max_length=40, blank=True)
    by = models.CharField("经办人", max_length=150, blank=True)
    role = models.CharField("角色", max_length=80)
    at = models.DateTimeField("时间")
    values = models.JSONField("内容")
    seal = models.CharField("摘要", max_length=64)
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of steps; nothing in it is ever changed."""

        app_label = "kernel"
        db_table = "kernel_case_step"
        verbose_name = "办件步骤"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("case", "number"), name="kernel_case_step_once"),
        ]

    def __str__(self) -> str:
        """Return which step of which case it is."""
        return f"{self.case_id} {self.number} {self.act}"


class ClockRow(models.Model):
    """A clock that was started; its length stays what it was when it started."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="clocks", verbose_name="办件")
    name = models.CharField("时限", max_length=40)
    unit = models.CharField("单位", max_length=16)
    length = models.PositiveIntegerField("长度")
    source = models.CharField("出处", max_length=300, blank=True)
    events = models.JSONField("事件")
    due_at = models.DateTimeField("届满", null=True, blank=True)
    ended_at = models.DateTimeField("终止", null=True, blank=True)
    warn_at = models.DateTimeField("提醒时间", null=True, blank=True)
    warned_at = models.DateTimeField("已提醒", null=True, blank=True)
    escalated_at = models.DateTimeField("已督办", null=True, blank=True)

    class Meta:
        """The table of clocks."""

        app_label = "kernel"
        db_table = "kernel_case_clock"
        verbose_name = "办件时限"
        indexes: ClassVar = [
            models.Index(
                fields=("due_at",),
                condition=models.Q(ended_at__isnull=True),
                name="kernel_case_clock_due",
            ),
        ]

    def __str__(self) -> str:
        """Return which clock it is."""
        return f"{self.case_id} {self.name}"


class NoteRow(models.Model):
    """A note on a case: internal, or outward for whoever filed it to read."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="notes", verbose_name="办件")
    outward = models.BooleanField("对外")
    text = models.TextField("内容")
    by = models.CharField("作者", max_length=150, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        """The table of notes."""

        app_label = "kernel"
        db_table = "kernel_case_note"
        verbose_name = "办件备注"

    def __str__(self) -> str:
        """Return the beginning of the note."""
        return self.text[:40]


class LetterRow(models.Model):
    """A letter as it was put on paper: its words, the code on it, the step that sealed it."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="letters", verbose_name="办件")
    step = models.OneToOneField(
        StepRow, models.PROTECT, related_name="letter", verbose_name="出具步骤"
    )
    name = models.CharField("文书", max_length=40)
    code = models.CharField("核验码", max_length=24, unique=True)
    content = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)
    issued_at = models.DateTimeField("出具时间")
    leaf = models.BigIntegerField("存证序号")

    class Meta:
        """The table of letters; nothing in it is ever changed."""

        app_label = "kernel"
        db_table = "kernel_case_letter"
        verbose_name = "办件文书"

    def __str__(self) -> str:
        """Return which letter of which case it is."""
        return f"{self.case_id} {self.name}"


class TraitRow(models.Model):
    """A value by which similar cases are found, such as the number of an order."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="traits", verbose_name="办件")
    kind = models.CharField("办件种类", max_length=40)
    name = models.CharField("项目", max_length=40)
    value = models.CharField("值", max_length=200)

    class Meta:
        """The table of traits."""

        app_label = "kernel"
        db_table = "kernel_case_trait"
        verbose_name = "办件特征"
        indexes: ClassVar = [
            models.Index(fields=("kind", "name", "value"), name="kernel_case_trait_value"),
        ]

    def __str__(self) -> str:
        """Return name and value."""
        return f"{self.name} {self.value}"


class CaseNumberRow(models.Model):
    """The last number that was given out, by kind and year."""

    kind = models.CharField("办件种类", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("末号")

    class Meta:
        """The table of numbers."""

        app_label = "kernel"
        db_table = "kernel_case_number"
        verbose_name = "办件编号"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("kind", "year"), name="kernel_case_number_once"),
        ]

    def __str__(self) -> str:
        """Return the last number."""
        return f"{self.kind} {self.year} {self.last}"
