"""A supplier may be made up, so that its space can be tried out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("observations", "0007_forecast_groups")]

    operations = [
        migrations.AddField(
            model_name="supplier",
            name="is_demonstration",
            field=models.BooleanField(default=False),
        ),
    ]
