# SPDX-License-Identifier: Apache-2.0
"""Which row of the index stands for which object; the words are in the database's own index."""

from typing import ClassVar

from django.db import models


class SearchRow(models.Model):
    """An object that can be found: its kind and its own number."""

    scope = models.CharField("范围", max_length=60)
    object_id = models.UUIDField("对象")

    class Meta:
        """The table of what can be found."""

        app_label = "kernel"
        db_table = "kernel_search"
        verbose_name = "检索"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("object_id", "scope"), name="kernel_search_once"),
        ]

    def __str__(self) -> str:
        """Return what it stands for."""
        return f"{self.scope} {self.object_id}"
