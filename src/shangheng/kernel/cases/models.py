# SPDX-License-Identifier: Apache-2.0
"""The rows of cases: the case as it stands, and everything that was done with it, append-only."""

from typing import ClassVar

from django.db import models

from shangheng.kernel.registers.models import City, County


class CaseRow(models.Model):
    """A case as it stands; ``version`` grows with everything that is done with it.

    ``due_at`` is when the first of its running clocks runs out.
    """

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
    due_at = models.DateTimeField("最近届满", null=True, blank=True)
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
            models.Index(
                fields=("kind", "state", "closed_at", "opened_at", "number"),
                name="kernel_case_state",
            ),
            models.Index(
                "kind",
                County("region"),
                "closed_at",
                "opened_at",
                "number",
                name="kernel_case_county",
            ),
            models.Index(
                "kind", City("region"), "closed_at", "opened_at", "number", name="kernel_case_city"
            ),
            models.Index(
                fields=("kind", "closed_at", "opened_at", "number"), name="kernel_case_opened"
            ),
            models.Index(fields=("kind", "opened_at"), name="kernel_case_came"),
            models.Index(fields=("holder", "closed_at"), name="kernel_case_holder"),
            models.Index(
                fields=("kind", "region", "department", "holder", "state", "due_at"),
                condition=models.Q(closed_at__isnull=True),
                name="kernel_case_open",
            ),
            models.Index(
                fields=("kind", "due_at", "region", "department", "opened_at", "number"),
                condition=models.Q(due_at__isnull=False),
                name="kernel_case_due",
            ),
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
        indexes: ClassVar = [
            models.Index(
                fields=("name", "at"),
                condition=models.Q(act="step"),
                name="kernel_case_step_taken",
            ),
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
                fields=("warn_at",),
                condition=models.Q(ended_at__isnull=True, warned_at__isnull=True),
                name="kernel_case_clock_warn",
            ),
            models.Index(
                fields=("due_at", "case"),
                condition=models.Q(ended_at__isnull=True, escalated_at__isnull=True),
                name="kernel_case_clock_escalate",
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


class JointRow(models.Model):
    """A department that takes part in a case that another one leads, and what it answered."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="joint", verbose_name="办件")
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    task = models.TextField("协办事项")
    asked_by = models.CharField("发起人", max_length=150)
    asked_at = models.DateTimeField("发起时间")
    answer = models.TextField("协办意见", blank=True)
    answered_by = models.CharField("答复人", max_length=150, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        """The table of departments that take part; each is asked once at a time."""

        app_label = "kernel"
        db_table = "kernel_case_joint"
        verbose_name = "办件协办"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("case", "region", "department"),
                condition=models.Q(answered_at__isnull=True),
                name="kernel_case_joint_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("department", "region"), name="kernel_case_joint_whose"),
        ]

    def __str__(self) -> str:
        """Return who takes part in what."""
        return f"{self.case_id} {self.region} {self.department}"


class DisputeRow(models.Model):
    """That a department holds a case not to be its own; their common superior decides."""

    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="disputes", verbose_name="办件")
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    other_region = models.CharField("对方辖区", max_length=12, blank=True)
    other_department = models.CharField("对方部门", max_length=40, blank=True)
    reason = models.TextField("理由")
    by = models.CharField("提出人", max_length=150)
    at = models.DateTimeField("提出时间")
    settled_by = models.CharField("裁定人", max_length=150, blank=True)
    settled_at = models.DateTimeField("裁定时间", null=True, blank=True)

    class Meta:
        """The table of disputes; a case has one open dispute at most."""

        app_label = "kernel"
        db_table = "kernel_case_dispute"
        verbose_name = "管辖争议"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("case",),
                condition=models.Q(settled_at__isnull=True),
                name="kernel_case_dispute_once",
            ),
        ]

    def __str__(self) -> str:
        """Return which case is disputed."""
        return f"{self.case_id} {self.region}"


class TallyRow(models.Model):
    """How many cases of a month, place and department are so: kept with each act.

    ``what`` is ``state``, ``outcome``, ``days`` (it took from opening to closing), ``kept`` or
    ``late`` (a clock that ended); ``name`` says which.
    """

    kind = models.CharField("办件种类", max_length=40)
    month = models.CharField("提交月份", max_length=7)
    region = models.CharField("辖区", max_length=12, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    what = models.CharField("项目", max_length=10)
    name = models.CharField("值", max_length=40, blank=True)
    cases = models.IntegerField("件数")

    class Meta:
        """The table of counts."""

        app_label = "kernel"
        db_table = "kernel_case_tally"
        verbose_name = "办件计数"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("kind", "month", "region", "department", "what", "name"),
                name="kernel_case_tally_once",
            ),
        ]

    def __str__(self) -> str:
        """Return what is counted."""
        return f"{self.kind} {self.month} {self.what} {self.name}: {self.cases}"


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
