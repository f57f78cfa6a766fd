"""Analyses that can be run again."""

import django.db.models.deletion
import rivulus.atlas.rules.recipes.kinds
import rivulus.kernel.clock
import rivulus.kernel.geometry
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("atlas", "0007_campaigns"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RasterFile",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="Code")),
                ("title_ro", models.CharField(max_length=200, verbose_name="Title in Romanian")),
                ("title_en", models.CharField(blank=True, max_length=200, verbose_name="Title in English")),
                ("title_hu", models.CharField(blank=True, max_length=200, verbose_name="Title in Hungarian")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="Unit")),
                ("taken_on", models.DateField(blank=True, null=True, verbose_name="Taken on")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="Source")),
                ("file", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("checksum", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("crs", models.PositiveIntegerField()),
                ("box", rivulus.kernel.geometry.BoxField()),
                ("added_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("is_illustrative", models.BooleanField(default=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recipe",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(unique=True, verbose_name="Code")),
                ("title_ro", models.CharField(max_length=200, verbose_name="Title in Romanian")),
                ("title_en", models.CharField(blank=True, max_length=200, verbose_name="Title in English")),
                ("title_hu", models.CharField(blank=True, max_length=200, verbose_name="Title in Hungarian")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("nearest", "How far is the nearest?"),
                            ("within", "How many are within a distance?"),
                            ("buffer", "What lies within a distance?"),
                            ("intersection", "What do two layers share?"),
                            ("per_inhabitant", "How much is there for each inhabitant?"),
                            ("indicators", "How much is there in each area?"),
                            ("zonal", "What does a raster say of each area?"),
                            ("hot_spots", "Where are the hot and cold spots of a raster?"),
                        ],
                        max_length=16,
                        verbose_name="What is asked",
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("is_public", models.BooleanField(default=False, verbose_name="Everybody sees the answers")),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "layer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="atlas.layer",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="atlas.layer",
                    ),
                ),
                (
                    "output",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipe",
                        to="atlas.layer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
                    ),
                ),
                (
                    "raster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="atlas.rasterfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecipeRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default=rivulus.atlas.rules.recipes.kinds.RunState["QUEUED"], max_length=8)),
                ("asked_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("inputs", models.JSONField(default=dict)),
                ("parameters", models.JSONField(default=dict)),
                ("summary", models.JSONField(default=dict)),
                ("rows", models.JSONField(default=list)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("sentence", models.TextField(blank=True)),
                ("is_evidence", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="atlas.recipe"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="rasterfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("title_ro", ""), _negated=True), name="raster_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="recipe",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "nearest",
                            "within",
                            "buffer",
                            "intersection",
                            "per_inhabitant",
                            "indicators",
                            "zonal",
                            "hot_spots",
                        ],
                    )
                ),
                name="recipe_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipe",
            constraint=models.CheckConstraint(
                condition=models.Q(("title_ro", ""), _negated=True), name="recipe_has_title"
            ),
        ),
        migrations.AddIndex(
            model_name="reciperun",
            index=models.Index(fields=["recipe", "-id"], name="recipe_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="reciperun",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                name="recipe_run_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reciperun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("recipe",),
                name="recipe_run_one_at_a_time",
            ),
        ),
    ]
