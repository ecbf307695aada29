# SPDX-License-Identifier: Apache-2.0
"""The index of clauses, with the full-text search that the database brings."""

from typing import Any

from django.db import migrations, models

WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE policy_clause_words USING fts5("
        "ref UNINDEXED, said, beside, tokenize=\"unicode61 remove_diacritics 0 tokenchars '.'\")",
    ),
    "postgresql": (
        "CREATE TABLE policy_clause_words (ref text PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX policy_clause_words_found ON policy_clause_words USING gin (words)",
    ),
}


def make_words(apps: Any, editor: Any) -> None:
    for statement in WORDS[editor.connection.vendor]:
        editor.execute(statement)


def drop_words(apps: Any, editor: Any) -> None:
    editor.execute("DROP TABLE policy_clause_words")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="ClauseIndexRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="文件摘要")),
            ],
            options={"verbose_name": "条款检索", "db_table": "policy_clause_index"},
        ),
        migrations.RunPython(make_words, drop_words),
    ]
