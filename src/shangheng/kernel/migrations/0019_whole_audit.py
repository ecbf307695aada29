"""What leaves commit to is kept: what was done to accounts of people, by whose hand was posted, why."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0018_past_values'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonActRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, verbose_name='编号')),
                ('act', models.CharField(max_length=12, verbose_name='动作')),
                ('person', models.CharField(db_index=True, max_length=150, verbose_name='人员')),
                ('by', models.CharField(max_length=150, verbose_name='办理人')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('reason', models.TextField(blank=True, verbose_name='理由')),
                ('leaf', models.BigIntegerField(verbose_name='存证序号')),
            ],
            options={
                'verbose_name': '账号变动',
                'db_table': 'kernel_access_person_act',
            },
        ),
        migrations.CreateModel(
            name='PostingRow',
            fields=[
                ('posting', models.UUIDField(primary_key=True, serialize=False, verbose_name='入账批次')),
                ('by', models.CharField(max_length=150, verbose_name='经办人')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('leaf', models.BigIntegerField(verbose_name='存证序号')),
            ],
            options={
                'verbose_name': '人工入账',
                'db_table': 'kernel_posting',
            },
        ),
        migrations.AddField(
            model_name='agreementrow',
            name='end_reason',
            field=models.TextField(blank=True, verbose_name='终止理由'),
        ),
    ]
