"""Groups of series can be forecast as one."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A forecaster is of a series or of a group."""

    dependencies = [("observations", "0006_publishing")]

    operations = [
        migrations.AlterField(
            model_name="forecaster",
            name="datastream",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="forecaster",
                to="observations.datastream",
            ),
        ),
        migrations.AddField(
            model_name="forecaster", name="code", field=models.SlugField(max_length=60, null=True, unique=True)
        ),
        migrations.AddField(model_name="forecaster", name="title", field=models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            model_name="forecaster",
            name="how",
            field=models.CharField(blank=True, default="", max_length=4),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="forecaster",
            name="members",
            field=models.ManyToManyField(blank=True, related_name="+", to="observations.datastream"),
        ),
        migrations.AddField(model_name="training", name="members", field=models.JSONField(default=list)),
        migrations.AddConstraint(
            model_name="forecaster",
            constraint=models.CheckConstraint(
                condition=Q(datastream__isnull=False, code__isnull=True, how="")
                | Q(datastream__isnull=True, code__isnull=False, how__in=("sum", "mean")),
                name="forecaster_is_of_a_series_or_a_group",
            ),
        ),
    ]
