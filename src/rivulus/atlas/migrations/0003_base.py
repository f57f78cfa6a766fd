"""The base map, places and their search."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import rivulus.kernel.clock
import rivulus.kernel.geometry
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("atlas", "0002_append_only"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="SearchedLayer",
            fields=[
                (
                    "layer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="atlas.layer",
                    ),
                ),
                ("revision", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="StreetNode",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("longitude", models.FloatField()),
                ("latitude", models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                ("number", models.CharField(blank=True, max_length=20)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                ("words", models.CharField(max_length=420)),
                ("weight", models.SmallIntegerField(default=0)),
                ("is_exact", models.BooleanField(default=True)),
                ("longitude", models.FloatField()),
                ("latitude", models.FloatField()),
                ("box", rivulus.kernel.geometry.BoxField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("number", "")),
                        fields=["words"],
                        name="place_words",
                        opclasses=["gin_trgm_ops"],
                    ),
                    models.Index(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=["words", "number"],
                        name="place_house",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["box"], name="place_box"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "key"), name="place_once"),
                    models.CheckConstraint(condition=models.Q(("words", ""), _negated=True), name="place_has_words"),
                    models.CheckConstraint(
                        condition=models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                        name="place_in_the_world",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BaseImport",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("checksum", models.CharField(max_length=64)),
                ("file", models.CharField(max_length=200)),
                ("box", rivulus.kernel.geometry.BoxField()),
                ("data_until", models.DateTimeField(blank=True, null=True)),
                ("report", models.JSONField(default=dict)),
                ("is_current", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=rivulus.kernel.clock.now)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("is_current",), name="base_one_is_current"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StreetEdge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("length_m", models.FloatField()),
                ("speed_kmh", models.PositiveSmallIntegerField()),
                ("is_walkable", models.BooleanField()),
                ("is_cyclable_on", models.BooleanField()),
                ("is_cyclable_back", models.BooleanField()),
                ("is_drivable_on", models.BooleanField()),
                ("is_drivable_back", models.BooleanField()),
                ("geometry", models.BinaryField()),
                ("box", rivulus.kernel.geometry.BoxField()),
                (
                    "end",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="atlas.streetnode"
                    ),
                ),
                (
                    "start",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="atlas.streetnode"
                    ),
                ),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GistIndex(fields=["box"], name="street_edge_box")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("length_m__gte", 0)), name="street_edge_has_length"),
                    models.CheckConstraint(
                        condition=models.Q(("speed_kmh__range", (1, 200))), name="street_edge_has_speed"
                    ),
                ],
            },
        ),
    ]
