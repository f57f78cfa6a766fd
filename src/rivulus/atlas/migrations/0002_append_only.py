"""Changes and past features are only ever added to."""

from django.db import migrations

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql

TABLES = ("atlas_change", "atlas_pastfeature")


class Migration(migrations.Migration):
    """Changes and past features are only ever added to."""

    dependencies = [("atlas", "0001_initial"), ("journal", "0002_append_only")]

    operations = [migrations.RunSQL(append_only_sql(table), append_only_reverse_sql(table)) for table in TABLES]
