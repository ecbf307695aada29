"""Cases of a place or a state, and entries with a value in a place, are read in their order."""

from django.db import migrations, models

from shangheng.kernel.registers.models import City, County


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0013_lists'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='caserow',
            name='kernel_case_inbox',
        ),
        migrations.RemoveIndex(
            model_name='facetrow',
            name='kernel_facet_listed',
        ),
        migrations.AddIndex(
            model_name='caserow',
            index=models.Index(fields=['kind', 'state', 'closed_at', 'opened_at', 'number'], name='kernel_case_state'),
        ),
        migrations.AddIndex(
            model_name='caserow',
            index=models.Index(models.F('kind'), County('region'), models.F('closed_at'), models.F('opened_at'), models.F('number'), name='kernel_case_county'),
        ),
        migrations.AddIndex(
            model_name='caserow',
            index=models.Index(models.F('kind'), City('region'), models.F('closed_at'), models.F('opened_at'), models.F('number'), name='kernel_case_city'),
        ),
        migrations.AddIndex(
            model_name='facetrow',
            index=models.Index(fields=['kind', 'mark', 'title', 'number', 'state', 'entry'], name='kernel_facet_listed'),
        ),
        migrations.AddIndex(
            model_name='facetrow',
            index=models.Index(models.F('kind'), models.F('mark'), County('region'), models.F('title'), models.F('number'), models.F('state'), models.F('entry'), name='kernel_facet_county'),
        ),
        migrations.AddIndex(
            model_name='facetrow',
            index=models.Index(models.F('kind'), models.F('mark'), City('region'), models.F('title'), models.F('number'), models.F('state'), models.F('entry'), name='kernel_facet_city'),
        ),
    ]
