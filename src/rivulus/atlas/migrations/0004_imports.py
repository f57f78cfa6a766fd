"""Files that people import into layers."""

from django.db import migrations


class Migration(migrations.Migration):
    """Files that people import into layers."""

    dependencies = [("atlas", "0003_base")]

    operations = []
