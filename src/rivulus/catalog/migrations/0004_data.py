"""Uploads, kept tables, snapshots."""

from django.db import migrations


class Migration(migrations.Migration):
    """Uploads, kept tables, snapshots."""

    dependencies = [("catalog", "0003_metadata")]

    operations = []
