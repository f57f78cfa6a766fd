"""Analyses that can be run again."""

from django.db import migrations


class Migration(migrations.Migration):
    """Analyses that can be run again."""

    dependencies = [("atlas", "0007_campaigns")]

    operations = []
