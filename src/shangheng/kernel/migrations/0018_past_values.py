"""Lists as at a day find in order what entries said once; PostgreSQL searches one scope only."""

from django.db import migrations, models

from shangheng.kernel.registers import store

SCOPED = (
    "UPDATE kernel_search AS kept SET words = (SELECT string_agg('\'\'' || "
    "left(encode(sha256(convert_to(kept.scope, 'UTF8')), 'hex'), 6) || said.lexeme || '\'\':' || "
    "array_to_string(said.positions, ','), ' ')::tsvector FROM unnest(kept.words) AS said "
    "WHERE left(said.lexeme, 1) <> '@')",
    "CREATE INDEX kernel_search_scope ON kernel_search (scope, id)",
)
"""The letters before each token are those of ``search.concept.own``."""


def recount(apps, editor):
    """Keep anew the values that every entry has and has had."""
    store.recount_facets(apps.get_model("kernel", "EntryRow"), apps.get_model("kernel", "FacetRow"))


def scope(apps, editor):
    """Let every token of PostgreSQL's index say to which scope it belongs."""
    if editor.connection.vendor == "postgresql":
        with editor.connection.cursor() as cursor:
            for said in SCOPED:
                cursor.execute(said)


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0017_reach'),
    ]

    operations = [
        migrations.RunPython(recount, migrations.RunPython.noop),
        migrations.RunPython(scope, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='versionrow',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', False), ('superseded_at__isnull', True)), fields=['effective_from', 'entry'], name='kernel_version_since'),
        ),
    ]
