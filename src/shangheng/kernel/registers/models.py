# SPDX-License-Identifier: Apache-2.0
"""The rows of registers: entries, and their versions, which are only ever added."""

from typing import Any, ClassVar

from django.db import models

PAST = "past"  # the state of a value that an entry no longer has


class City(models.Func):
    """The city in which a region lies: the first four digits, written so that an index fits."""

    template = "SUBSTR(%(expressions)s, 1, 4)"
    output_field = models.CharField()


class County(models.Func):
    """The county in which a region lies, or is."""

    template = "SUBSTR(%(expressions)s, 1, 6)"
    output_field = models.CharField()


class NotByIndex(models.Func):
    """A column, written for SQLite so that none of its indexes is taken to answer for it.

    SQLite counts no values: it takes an index of places though nearly all rows lie there, and
    sorts them all. PostgreSQL knows how many rows a value has, and chooses by itself.
    """

    template = "%(expressions)s"
    output_field = models.CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401
        """Write it with a sign before it, which changes no text."""
        return super().as_sql(compiler, connection, template="+%(expressions)s", **more)


class EntryRow(models.Model):
    """An entry as it stands; what it said on which day stands in its versions."""

    uuid = models.UUIDField("编号", primary_key=True)
    kind = models.CharField("名录", max_length=40)
    number = models.CharField("登记号", max_length=60, unique=True)
    key = models.CharField("主键", max_length=300)
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=12)
    region = models.CharField("所在地", max_length=12, blank=True)
    typed = models.TextField("检索文本", blank=True)
    version = models.PositiveIntegerField("版本")
    seal = models.CharField("末版摘要", max_length=64)
    entered_at = models.DateTimeField("登记时间")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="below", verbose_name="上级"
    )

    class Meta:
        """The table of entries; a key that is in use is unique."""

        app_label = "kernel"
        db_table = "kernel_register_entry"
        verbose_name = "名录条目"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("kind", "key"),
                condition=~models.Q(state="ended"),
                name="kernel_entry_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "kind", County("region"), "title", "number", "state", name="kernel_entry_county"
            ),
            models.Index(
                "kind", City("region"), "title", "number", "state", name="kernel_entry_city"
            ),
            models.Index(
                fields=("kind", "state", "title", "number", "region"), name="kernel_entry_listed"
            ),
            models.Index(fields=("kind", "title", "number"), name="kernel_entry_titled"),
        ]

    def __str__(self) -> str:
        """Return number and title."""
        return f"{self.number} {self.title}"


class FacetRow(models.Model):
    """A value of a code list that an entry has, as its ``mark``: in the order of lists.

    What many entries have in common is found in their order here; what few have, by the search.
    A value that it had once stays, with the state ``PAST``: what was so on a day is found as well.
    """

    entry = models.ForeignKey(EntryRow, models.CASCADE, related_name="facets", verbose_name="条目")
    mark = models.CharField("标记", max_length=13)
    kind = models.CharField("名录", max_length=40)
    title = models.CharField("名称", max_length=200)
    number = models.CharField("登记号", max_length=60)
    state = models.CharField("状态", max_length=12)
    region = models.CharField("所在地", max_length=12, blank=True)

    class Meta:
        """The table of values; all of it follows from the entries."""

        app_label = "kernel"
        db_table = "kernel_register_facet"
        verbose_name = "名录条目代码"
        indexes: ClassVar = [
            models.Index(
                fields=("kind", "mark", "title", "number", "state", "entry"),
                name="kernel_facet_listed",
            ),
            models.Index(
                "kind",
                "mark",
                County("region"),
                "title",
                "number",
                "state",
                "entry",
                name="kernel_facet_county",
            ),
            models.Index(
                "kind",
                "mark",
                City("region"),
                "title",
                "number",
                "state",
                "entry",
                name="kernel_facet_city",
            ),
        ]

    def __str__(self) -> str:
        """Return which entry has which mark."""
        return f"{self.number} {self.mark}"


class VersionRow(models.Model):
    """What an entry says from a day on; a correction supersedes it and leaves it here.

    ``held`` is the leaf of the act by which the version came to hold, its own or its confirmation:
    leaves follow the order of commits, so that whoever reads on from one misses nothing.
    """

    entry = models.ForeignKey(
        EntryRow, models.PROTECT, related_name="versions", verbose_name="条目"
    )
    number = models.PositiveIntegerField("版本号")
    act = models.CharField("动作", max_length=12)
    values = models.JSONField("内容")
    effective_from = models.DateField("生效日")
    reason = models.CharField("理由", max_length=500, blank=True)
    recorded_by = models.CharField("登记人", max_length=150, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    confirmed_by = models.CharField("确认人", max_length=150, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    superseded_at = models.DateTimeField("被更正时间", null=True, blank=True)
    superseded_by = models.PositiveIntegerField("更正版本", null=True, blank=True)
    seal = models.CharField("摘要", max_length=64)
    leaf = models.BigIntegerField("存证序号")
    held = models.BigIntegerField("生效的存证序号", null=True, blank=True, db_index=True)

    class Meta:
        """The table of versions."""

        app_label = "kernel"
        db_table = "kernel_register_version"
        verbose_name = "名录版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("entry", "number"), name="kernel_version_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("entry", "effective_from"),
                condition=models.Q(superseded_at__isnull=True, confirmed_at__isnull=False),
                name="kernel_version_holds",
            ),
            models.Index(
                fields=("effective_from", "entry"),
                condition=models.Q(superseded_at__isnull=True, confirmed_at__isnull=False),
                name="kernel_version_since",
            ),
        ]

    def __str__(self) -> str:
        """Return which version of which entry it is."""
        return f"{self.entry_id} {self.number}"


class ReachRow(models.Model):
    """How many were told of a version of an entry on a day, by one way; nothing of who."""

    kind = models.CharField("名录", max_length=40)
    number = models.CharField("登记号", max_length=60)
    version = models.PositiveIntegerField("版本号")
    way = models.CharField("途径", max_length=12)
    day = models.DateField("日期")
    region = models.CharField("地区", max_length=12, blank=True)
    topic = models.CharField("类别", max_length=40, blank=True)
    times = models.PositiveIntegerField("次数")

    class Meta:
        """The table of reach; a day, a way, a region and a category are counted in one row."""

        app_label = "kernel"
        db_table = "kernel_register_reach"
        verbose_name = "名录传播"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("kind", "number", "version", "way", "day", "region", "topic"),
                name="kernel_reach_once",
            ),
        ]

    def __str__(self) -> str:
        """Return how many were told of what."""
        return f"{self.number} {self.way} {self.times}"


class EntryNumberRow(models.Model):
    """The last number that was given out, by register and year."""

    kind = models.CharField("名录", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("末号")

    class Meta:
        """The table of numbers."""

        app_label = "kernel"
        db_table = "kernel_register_number"
        verbose_name = "名录编号"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("kind", "year"), name="kernel_entry_number_once"),
        ]

    def __str__(self) -> str:
        """Return the last number."""
        return f"{self.kind} {self.year} {self.last}"
