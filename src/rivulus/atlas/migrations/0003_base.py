"""The base map, places and their search."""

from django.db import migrations


class Migration(migrations.Migration):
    """The base map, places and their search."""

    dependencies = [("atlas", "0002_append_only")]

    operations = []
