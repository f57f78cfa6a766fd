"""Community digitising."""

from django.db import migrations


class Migration(migrations.Migration):
    """Community digitising."""

    dependencies = [("atlas", "0006_land")]

    operations = []
