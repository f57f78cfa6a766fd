"""The register of land and buildings."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import rivulus.atlas.rules.land
import rivulus.kernel.clock
import rivulus.kernel.geometry
from django.conf import settings
from django.db import migrations, models

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    dependencies = [("atlas", "0005_planning"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="LandAsset",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="Code")),
                (
                    "kind",
                    models.CharField(
                        choices=[("land", "Land"), ("building", "Building"), ("brownfield", "Brownfield")],
                        max_length=12,
                        verbose_name="What it is",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("available", "Available"),
                            ("reserved", "Reserved"),
                            ("in_use", "In use again"),
                            ("not_offered", "Not on offer"),
                        ],
                        default=rivulus.atlas.rules.land.AssetState["AVAILABLE"],
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                ("title_ro", models.CharField(max_length=200, verbose_name="Title in Romanian")),
                ("title_en", models.CharField(blank=True, max_length=200, verbose_name="Title in English")),
                ("title_hu", models.CharField(blank=True, max_length=200, verbose_name="Title in Hungarian")),
                ("description_ro", models.TextField(blank=True, verbose_name="Description in Romanian")),
                ("description_en", models.TextField(blank=True, verbose_name="Description in English")),
                ("description_hu", models.TextField(blank=True, verbose_name="Description in Hungarian")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="Address")),
                ("cadastral_number", models.CharField(blank=True, max_length=40, verbose_name="Cadastral number")),
                ("geometry", models.BinaryField()),
                ("box", rivulus.kernel.geometry.BoxField()),
                ("area_m2", models.FloatField(blank=True, null=True, verbose_name="Area (m²)")),
                ("floor_area_m2", models.FloatField(blank=True, null=True, verbose_name="Floor area (m²)")),
                (
                    "condition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ready", "Ready for use"),
                            ("fair", "Needs some work"),
                            ("poor", "Needs much work"),
                            ("ruin", "Ruin, or full of rubble"),
                        ],
                        max_length=8,
                        verbose_name="Condition",
                    ),
                ),
                (
                    "owner_kind",
                    models.CharField(
                        choices=[
                            ("city", "City or commune"),
                            ("county", "County"),
                            ("state", "The state"),
                            ("company", "Company"),
                            ("church", "Church"),
                            ("person", "Private person"),
                            ("unknown", "Not known"),
                        ],
                        default="unknown",
                        max_length=8,
                        verbose_name="Owner",
                    ),
                ),
                (
                    "owner_name",
                    models.CharField(blank=True, max_length=200, verbose_name="Name of the owner (not of a person)"),
                ),
                (
                    "price_eur",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="Price (EUR)"
                    ),
                ),
                (
                    "rent_eur_month",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="Rent (EUR a month)"
                    ),
                ),
                (
                    "utilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list
                    ),
                ),
                (
                    "uses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list
                    ),
                ),
                (
                    "pollution",
                    models.CharField(
                        choices=[
                            ("none_known", "None known"),
                            ("suspected", "Suspected"),
                            ("confirmed", "Confirmed"),
                            ("heavy", "Confirmed, heavy"),
                            ("cleaned", "Cleaned, and tested since"),
                        ],
                        default=rivulus.atlas.rules.land.Pollution["NONE_KNOWN"],
                        max_length=12,
                        verbose_name="Pollution of the ground",
                    ),
                ),
                ("pollutants", models.JSONField(blank=True, default=list)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("none", "Not begun"),
                            ("studied", "Soil studied"),
                            ("designed", "Planting designed"),
                            ("planted", "Planted"),
                            ("growing", "Growing"),
                            ("harvested", "Harvested"),
                            ("verified", "Soil tested again"),
                        ],
                        default=rivulus.atlas.rules.land.Stage["NONE"],
                        max_length=10,
                    ),
                ),
                ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail for questions")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="Source")),
                ("is_public", models.BooleanField(default=False, verbose_name="Everybody sees it")),
                ("is_illustrative", models.BooleanField(default=False)),
                ("number", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
                    ),
                ),
            ],
            options={
                "verbose_name": "plot or building",
                "verbose_name_plural": "land and buildings",
            },
        ),
        migrations.CreateModel(
            name="LandPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(max_length=200)),
                ("caption", models.CharField(max_length=200)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="atlas.landasset"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LandStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("none", "Not begun"),
                            ("studied", "Soil studied"),
                            ("designed", "Planting designed"),
                            ("planted", "Planted"),
                            ("growing", "Growing"),
                            ("harvested", "Harvested"),
                            ("verified", "Soil tested again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("on", models.DateField(verbose_name="On")),
                ("note", models.TextField(blank=True, verbose_name="What was done, with which plants")),
                ("document_url", models.URLField(blank=True, max_length=500, verbose_name="Address of the report")),
                ("at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stages", to="atlas.landasset"
                    ),
                ),
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
        ),
        migrations.AddIndex(
            model_name="landasset",
            index=models.Index(fields=["kind", "state", "id"], name="land_by_kind"),
        ),
        migrations.AddIndex(
            model_name="landasset",
            index=django.contrib.postgres.indexes.GistIndex(fields=["box"], name="land_in_box"),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["land", "building", "brownfield"])), name="land_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["available", "reserved", "in_use", "not_offered"])),
                name="land_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("condition", ""), ("condition__in", ["ready", "fair", "poor", "ruin"]), _connector="OR"
                ),
                name="land_condition_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner_kind__in", ["city", "county", "state", "company", "church", "person", "unknown"])
                ),
                name="land_owner_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner_kind", "person"), _negated=True), ("owner_name", ""), _connector="OR"
                ),
                name="land_names_no_person",
                violation_error_message="A private person is never named in the register.",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("pollution__in", ["none_known", "suspected", "confirmed", "heavy", "cleaned"])),
                name="land_pollution_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["none", "studied", "designed", "planted", "growing", "harvested", "verified"])
                ),
                name="land_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_m2__isnull", True), ("area_m2__gt", 0), _connector="OR"),
                name="land_area_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_eur__isnull", True), ("price_eur__gte", 0), _connector="OR"),
                name="land_price_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="landasset",
            constraint=models.CheckConstraint(
                condition=models.Q(("title_ro", ""), _negated=True), name="land_has_title"
            ),
        ),
        migrations.AddIndex(
            model_name="landphoto",
            index=models.Index(fields=["asset", "id"], name="land_photo_in_order"),
        ),
        migrations.AddConstraint(
            model_name="landphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("caption", ""), _negated=True), name="land_photo_has_words"
            ),
        ),
        migrations.AddIndex(
            model_name="landstage",
            index=models.Index(fields=["asset", "-id"], name="land_stage_latest"),
        ),
        migrations.RunSQL(append_only_sql("atlas_landstage"), append_only_reverse_sql("atlas_landstage")),
    ]
