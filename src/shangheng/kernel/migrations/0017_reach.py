"""How many were told of entries that are meant to be known."""

from django.db import migrations, models


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
        migrations.AddConstraint(
            model_name='reachrow',
            constraint=models.UniqueConstraint(fields=('kind', 'number', 'version', 'way', 'day', 'region', 'topic'), name='kernel_reach_once'),
        ),
    ]
