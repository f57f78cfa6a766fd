"""Plans, their zones and amendments."""

from django.db import migrations


class Migration(migrations.Migration):
    """Plans, their zones and amendments."""

    dependencies = [("atlas", "0004_imports")]

    operations = []
