"""Plans, their zones and amendments."""

import django.db.models.deletion
import rivulus.atlas.rules.plans
import rivulus.kernel.clock
from django.conf import settings
from django.db import migrations, models

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    dependencies = [("atlas", "0004_imports"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pug", "General urban plan (PUG)"),
                            ("puz", "Zonal urban plan (PUZ)"),
                            ("pud", "Detailed urban plan (PUD)"),
                        ],
                        max_length=4,
                    ),
                ),
                ("title_ro", models.CharField(max_length=300)),
                ("title_en", models.CharField(blank=True, max_length=300)),
                ("title_hu", models.CharField(blank=True, max_length=300)),
                ("decision", models.CharField(blank=True, max_length=200)),
                ("adopted_on", models.DateField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                (
                    "layer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plan", to="atlas.layer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                ("reason", models.TextField(blank=True, verbose_name="Why the plan should change")),
                (
                    "document_url",
                    models.URLField(blank=True, max_length=500, verbose_name="Address of the decision or study"),
                ),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="Holds from")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("review", "Waiting for review"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default=rivulus.atlas.rules.plans.AmendmentState["DRAFT"],
                        max_length=10,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("proposed_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.CharField(blank=True, max_length=500)),
                (
                    "change",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="atlas.change",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="amendments", to="atlas.plan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=300, verbose_name="Title")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="Address")),
                ("file", models.CharField(blank=True, max_length=200)),
                ("size", models.PositiveIntegerField(blank=True, null=True)),
                ("added_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="atlas.plan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ZoneRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30)),
                ("valid_from", models.DateField()),
                ("title_ro", models.CharField(max_length=300)),
                ("title_en", models.CharField(blank=True, max_length=300)),
                ("title_hu", models.CharField(blank=True, max_length=300)),
                ("permitted_ro", models.TextField(blank=True)),
                ("permitted_en", models.TextField(blank=True)),
                ("permitted_hu", models.TextField(blank=True)),
                ("forbidden_ro", models.TextField(blank=True)),
                ("forbidden_en", models.TextField(blank=True)),
                ("forbidden_hu", models.TextField(blank=True)),
                ("pot_max", models.FloatField(blank=True, null=True)),
                ("cut_max", models.FloatField(blank=True, null=True)),
                ("height_max_m", models.FloatField(blank=True, null=True)),
                ("storeys", models.CharField(blank=True, max_length=60)),
                ("recorded_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rules", to="atlas.plan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AmendmentItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "add"), ("change", "change"), ("remove", "remove")], max_length=6
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("seen", models.PositiveIntegerField(blank=True, null=True)),
                ("properties", models.JSONField(blank=True, default=dict)),
                ("geometry", models.BinaryField(blank=True, null=True)),
                (
                    "amendment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="atlas.amendment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("amendment", "key"), name="amendment_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", "add"), ("geometry__isnull", False), ("seen__isnull", True)),
                            models.Q(("action", "change"), ("geometry__isnull", False), ("seen__isnull", False)),
                            models.Q(("action", "remove"), ("seen__isnull", False)),
                            _connector="OR",
                        ),
                        name="amendment_item_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Constraint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flood", "Flood"),
                            ("landslide", "Landslide"),
                            ("protection", "Nature protection"),
                            ("utility", "Utility network"),
                            ("heritage", "Heritage"),
                            ("sanitary", "Sanitary protection"),
                            ("pollution", "Polluted ground"),
                            ("other", "Other limit"),
                        ],
                        max_length=12,
                    ),
                ),
                ("effect_ro", models.TextField()),
                ("effect_en", models.TextField(blank=True)),
                ("effect_hu", models.TextField(blank=True)),
                ("authority", models.CharField(blank=True, max_length=200)),
                ("buffer_m", models.FloatField(default=0)),
                (
                    "layer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="constraint", to="atlas.layer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "flood",
                                    "landslide",
                                    "protection",
                                    "utility",
                                    "heritage",
                                    "sanitary",
                                    "pollution",
                                    "other",
                                ],
                            )
                        ),
                        name="constraint_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("buffer_m__gte", 0), ("buffer_m__lte", 5000)),
                        name="constraint_buffer_sensible",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pug", "puz", "pud"])), name="plan_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("adopted_on__isnull", True),
                    ("expires_on__isnull", True),
                    ("expires_on__gt", models.F("adopted_on")),
                    _connector="OR",
                ),
                name="plan_expires_after_adoption",
            ),
        ),
        migrations.AddIndex(
            model_name="amendment",
            index=models.Index(fields=["plan", "-id"], name="amendment_latest"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="amendment_number_once"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "review", "approved", "refused", "withdrawn"])),
                name="amendment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="amendment_decided_by_another",
                violation_error_message="A second person decides on an amendment.",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("change__isnull", False), ("decided_by__isnull", False), ("effective_on__isnull", False)),
                    _connector="OR",
                ),
                name="amendment_approved_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="plandocument",
            index=models.Index(fields=["plan", "id"], name="plan_document_in_order"),
        ),
        migrations.AddConstraint(
            model_name="plandocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("url", ""), models.Q(("file", ""), _negated=True)),
                    models.Q(models.Q(("url", ""), _negated=True), ("file", "")),
                    _connector="OR",
                ),
                name="plan_document_is_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="zonerule",
            constraint=models.UniqueConstraint(fields=("plan", "code", "valid_from"), name="zone_rule_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="zonerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pot_max__isnull", True), models.Q(("pot_max__gte", 0), ("pot_max__lte", 100)), _connector="OR"
                ),
                name="zone_rule_pot_is_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="zonerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("cut_max__isnull", True), ("cut_max__gte", 0), _connector="OR"),
                name="zone_rule_cut_positive",
            ),
        ),
        migrations.RunSQL(append_only_sql("atlas_zonerule"), append_only_reverse_sql("atlas_zonerule")),
        # Parcels are looked for by the beginning of their number.
        migrations.RunSQL(
            "CREATE INDEX atlas_parcel_by_number ON atlas_feature "
            "(layer_id, lower(properties->>'cadastral_number') text_pattern_ops) "
            "WHERE properties->>'cadastral_number' IS NOT NULL",
            "DROP INDEX IF EXISTS atlas_parcel_by_number",
        ),
    ]
