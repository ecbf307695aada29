"""Registers as a source of exchange, and parcels whose records were disposed of."""

from django.db import migrations, models

from shangheng.kernel.evidence.entries import parse

CONFIRM = "register.confirm"


def tell_when_versions_held(apps, _editor):
    """Say of each version which act it holds by: its own, or the confirmation by another."""
    versions = apps.get_model("kernel", "VersionRow").objects
    leaves = apps.get_model("kernel", "LeafRow").objects
    versions.filter(confirmed_by=models.F("recorded_by")).update(held=models.F("leaf"))
    for leaf in leaves.filter(what=CONFIRM).order_by("index").iterator():
        number = parse(bytes(leaf.entry)).facts["version"]
        versions.filter(entry__number=leaf.object_id, number=number).update(held=leaf.index)


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_exchange"),
    ]

    operations = [
        migrations.AddField(
            model_name="versionrow",
            name="held",
            field=models.BigIntegerField(
                blank=True, db_index=True, null=True, verbose_name="生效的存证序号"
            ),
        ),
        migrations.AddField(
            model_name="parcelrow",
            name="kept",
            field=models.TextField(blank=True, verbose_name="暂存内容"),
        ),
        migrations.AddField(
            model_name="parcelrow",
            name="formerly",
            field=models.JSONField(default=list, verbose_name="曾用内容摘要"),
        ),
        migrations.RunPython(tell_when_versions_held, migrations.RunPython.noop),
    ]
