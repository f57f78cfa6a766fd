"""The register of land and buildings."""

from django.db import migrations


class Migration(migrations.Migration):
    """The register of land and buildings."""

    dependencies = [("atlas", "0005_planning")]

    operations = []
