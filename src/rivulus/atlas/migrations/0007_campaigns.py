"""Community digitising."""

import django.db.models.deletion
import rivulus.atlas.rules.campaigns.moves
import rivulus.kernel.clock
from django.conf import settings
from django.db import migrations, models

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    dependencies = [("atlas", "0006_land"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="Code")),
                ("title_ro", models.CharField(max_length=200, verbose_name="Title in Romanian")),
                ("title_en", models.CharField(blank=True, max_length=200, verbose_name="Title in English")),
                ("title_hu", models.CharField(blank=True, max_length=200, verbose_name="Title in Hungarian")),
                ("instructions_ro", models.TextField(blank=True, verbose_name="Instructions in Romanian")),
                ("instructions_en", models.TextField(blank=True, verbose_name="Instructions in English")),
                ("instructions_hu", models.TextField(blank=True, verbose_name="Instructions in Hungarian")),
                ("area", models.BinaryField()),
                ("side_m", models.FloatField()),
                ("tags", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(default=rivulus.atlas.rules.campaigns.moves.CampaignState["DRAFT"], max_length=8),
                ),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="campaigns", to="atlas.layer"
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
            name="CampaignMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.CharField(default=rivulus.atlas.rules.campaigns.moves.Level["STUDENT"], max_length=8)),
                ("shown_name", models.CharField(blank=True, max_length=60, verbose_name="Name on the leaderboard")),
                ("joined_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("certificate", models.CharField(blank=True, max_length=32)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="atlas.campaign"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("area", models.BinaryField()),
                (
                    "state",
                    models.CharField(default=rivulus.atlas.rules.campaigns.moves.TaskState["READY"], max_length=10),
                ),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="atlas.campaign"
                    ),
                ),
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
                    "locked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mapped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "validated_by",
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
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=6)),
                ("key", models.CharField(max_length=80)),
                ("seen", models.PositiveIntegerField(blank=True, null=True)),
                ("properties", models.JSONField(blank=True, default=dict)),
                ("geometry", models.BinaryField(blank=True, null=True)),
                ("number", models.PositiveIntegerField(default=1)),
                ("drawn_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="atlas.campaigntask",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=12)),
                ("at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("comment", models.TextField(blank=True)),
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="atlas.campaigntask"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "open", "closed"])), name="campaign_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("title_ro", ""), _negated=True), name="campaign_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignmember",
            constraint=models.UniqueConstraint(fields=("campaign", "person"), name="campaign_member_once"),
        ),
        migrations.AddConstraint(
            model_name="campaignmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("certificate", ""), _negated=True),
                fields=("certificate",),
                name="campaign_certificate_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["student", "teacher", "city"])), name="campaign_member_level_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntask",
            constraint=models.UniqueConstraint(fields=("campaign", "number"), name="campaign_task_number_once"),
        ),
        migrations.AddConstraint(
            model_name="campaigntask",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ready", "locked", "mapped", "validated", "approved"])),
                name="campaign_task_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("validated_by__isnull", True),
                    models.Q(("validated_by", models.F("mapped_by")), _negated=True),
                    _connector="OR",
                ),
                name="campaign_task_validated_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(
                        models.Q(("approved_by", models.F("mapped_by")), _negated=True),
                        models.Q(("approved_by", models.F("validated_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campaign_task_approved_by_a_third",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "locked"), _negated=True),
                    models.Q(("locked_by__isnull", False), ("locked_until__isnull", False)),
                    _connector="OR",
                ),
                name="campaign_task_lock_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.UniqueConstraint(fields=("task", "key"), name="contribution_once"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "add"), ("geometry__isnull", False), ("seen__isnull", True)),
                    models.Q(("action", "change"), ("geometry__isnull", False), ("seen__isnull", False)),
                    models.Q(("action", "remove"), ("seen__isnull", False)),
                    _connector="OR",
                ),
                name="contribution_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="taskevent",
            index=models.Index(fields=["task", "-id"], name="task_event_latest"),
        ),
        migrations.RunSQL(append_only_sql("atlas_taskevent"), append_only_reverse_sql("atlas_taskevent")),
    ]
