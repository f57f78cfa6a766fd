"""Uploads, kept tables, snapshots."""

import django.db.models.deletion
import rivulus.kernel.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_metadata"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="KeptTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("slug", models.SlugField(blank=True, max_length=120)),
                ("revision", models.CharField(blank=True, max_length=300)),
                ("version", models.CharField(blank=True, max_length=32)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("columns", models.JSONField(default=list)),
                ("key", models.JSONField(blank=True, default=list)),
                ("box", models.JSONField(blank=True, null=True)),
                ("is_simulated", models.BooleanField(default=False)),
                ("seconds", models.FloatField(default=0.0)),
                ("failure", models.TextField(blank=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "distribution",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_table",
                        to="catalog.distribution",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("version", models.CharField(max_length=32)),
                ("rows", models.PositiveBigIntegerField()),
                ("size", models.PositiveBigIntegerField()),
                ("columns", models.JSONField(default=list)),
                ("made_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="snapshots", to="catalog.kepttable"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("file", models.CharField(blank=True, max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("checksum", models.CharField(max_length=64)),
                ("state", models.CharField(default="received", max_length=12)),
                ("reading", models.JSONField(default=dict)),
                ("schema", models.JSONField(default=dict)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("rows", models.PositiveBigIntegerField(blank=True, null=True)),
                ("fault_count", models.PositiveBigIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("findings", models.JSONField(default=list)),
                ("answers", models.JSONField(default=dict)),
                ("seconds", models.FloatField(default=0.0)),
                ("sentence", models.TextField(blank=True)),
                ("values", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="catalog.dataset"
                    ),
                ),
                (
                    "distribution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploads",
                        to="catalog.distribution",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="kepttable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("distribution__isnull", True), ("slug", "")),
                    models.Q(("distribution__isnull", False), ("slug__gt", "")),
                    _connector="OR",
                ),
                name="kept_table_uploaded_has_file_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(fields=("table", "day"), name="snapshot_day_once"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["dataset", "-created_at", "-id"], name="upload_latest"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "received",
                            "described",
                            "checking",
                            "checked",
                            "publishing",
                            "published",
                            "failed",
                            "withdrawn",
                        ],
                    )
                ),
                name="upload_state_known",
            ),
        ),
    ]
