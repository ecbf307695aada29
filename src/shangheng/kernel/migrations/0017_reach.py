"""How many were told of entries; lists of PostgreSQL are read from its indexes, too."""

from django.db import migrations, models


ORDERED = ("kernel_case_state", "kernel_case_county", "kernel_case_city", "kernel_case_opened")


def open_first(apps, editor):
    """Let the indexes of PostgreSQL have what is not closed first, as SQLite has it by itself."""
    if editor.connection.vendor != "postgresql":
        return
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname = ANY(%s)", [list(ORDERED)],
        )
        for name, said in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            cursor.execute(said.replace("closed_at,", "closed_at NULLS FIRST,"))


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0014_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReachRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='名录')),
                ('number', models.CharField(max_length=60, verbose_name='登记号')),
                ('version', models.PositiveIntegerField(verbose_name='版本号')),
                ('way', models.CharField(max_length=12, verbose_name='途径')),
                ('day', models.DateField(verbose_name='日期')),
                ('region', models.CharField(blank=True, max_length=12, verbose_name='地区')),
                ('topic', models.CharField(blank=True, max_length=40, verbose_name='类别')),
                ('times', models.PositiveIntegerField(verbose_name='次数')),
            ],
            options={
                'verbose_name': '名录传播',
                'db_table': 'kernel_register_reach',
            },
        ),
        migrations.AddIndex(
            model_name='versionrow',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', False), ('superseded_at__isnull', True)), fields=['entry', 'effective_from'], name='kernel_version_holds'),
        ),
        migrations.AddIndex(
            model_name='noticerow',
            index=models.Index(condition=models.Q(('channel', 'email')), fields=['link'], name='kernel_notice_mailed'),
        ),
        migrations.RunPython(open_first, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='reachrow',
            constraint=models.UniqueConstraint(fields=('kind', 'number', 'version', 'way', 'day', 'region', 'topic'), name='kernel_reach_once'),
        ),
    ]
