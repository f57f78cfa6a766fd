"""Events of datasets are only ever added to."""

from django.db import migrations

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql

TABLES = ("catalog_event",)


class Migration(migrations.Migration):
    """Events of datasets are only ever added to."""

    dependencies = [("catalog", "0001_initial"), ("journal", "0002_append_only")]

    operations = [migrations.RunSQL(append_only_sql(table), append_only_reverse_sql(table)) for table in TABLES]
