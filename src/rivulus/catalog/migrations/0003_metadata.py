"""Harvesting, requests of residents, reuse, quality, use."""

from django.db import migrations


class Migration(migrations.Migration):
    """Harvesting, requests of residents, reuse, quality, use."""

    dependencies = [("catalog", "0002_append_only")]

    operations = []
