"""Lists of entries are read from an index alone, whether by state or not."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0007_case_work'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='entryrow', name='kernel_entry_listed'),
        migrations.AddIndex(
            model_name='entryrow',
            index=models.Index(fields=['kind', 'state', 'title', 'number', 'region'], name='kernel_entry_listed'),
        ),
        migrations.AddIndex(
            model_name='entryrow',
            index=models.Index(fields=['kind', 'title', 'number'], name='kernel_entry_titled'),
        ),
    ]
