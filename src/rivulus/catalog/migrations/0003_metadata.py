"""Harvesting, requests of residents, reuse, quality, use; words that are searched."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import rivulus.kernel.clock


class Migration(migrations.Migration):
    """Harvesting, requests of residents, reuse, quality, use; words that are searched."""

    dependencies = [
        ("catalog", "0002_append_only"),
        ("identity", "0003_organisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "dataset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="assessment",
                        serialize=False,
                        to="catalog.dataset",
                    ),
                ),
                ("points", models.PositiveSmallIntegerField()),
                ("dimensions", models.JSONField(default=dict)),
                ("missing", models.JSONField(default=list)),
                ("revision", models.BigIntegerField()),
                ("made_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("title", models.CharField(max_length=200, verbose_name="What data do you need?")),
                ("text", models.TextField(blank=True, verbose_name="What for, and in what detail?")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("refused", "refused"),
                            ("open", "open"),
                            ("answered", "answered"),
                            ("declined", "declined"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("due_on", models.DateField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, verbose_name="Answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("is_demonstration", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "request for data",
                "verbose_name_plural": "requests for data",
            },
        ),
        migrations.CreateModel(
            name="HarvestRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("done", "done"), ("failed", "failed")], max_length=10
                    ),
                ),
                ("started_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("archived", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
                ("why", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="HarvestSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="Code")),
                ("title", models.CharField(max_length=200, verbose_name="Name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("dcat", "dcat"), ("ckan", "ckan")], max_length=10, verbose_name="Interface"
                    ),
                ),
                ("url", models.URLField(max_length=500, verbose_name="Address")),
                ("every_h", models.PositiveIntegerField(default=24, verbose_name="Hours between visits")),
                ("is_active", models.BooleanField(default=True)),
                ("next_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
            ],
            options={
                "verbose_name": "harvested catalog",
                "verbose_name_plural": "harvested catalogs",
            },
        ),
        migrations.CreateModel(
            name="LinkCheck",
            fields=[
                (
                    "distribution",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="link",
                        serialize=False,
                        to="catalog.distribution",
                    ),
                ),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("is_alive", models.BooleanField(default=False)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Reuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("application", "application"),
                            ("visualisation", "visualisation"),
                            ("article", "article"),
                            ("research", "research"),
                            ("teaching", "teaching"),
                        ],
                        max_length=15,
                        verbose_name="Kind",
                    ),
                ),
                ("url", models.URLField(max_length=500, verbose_name="Web address")),
                ("text", models.TextField(blank=True, verbose_name="What is it, and whom does it help?")),
                ("author", models.CharField(blank=True, max_length=200, verbose_name="Made by")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "proposed"), ("shown", "shown"), ("declined", "declined")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("is_demonstration", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "reuse",
                "verbose_name_plural": "reuses",
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("distribution", models.BigIntegerField(default=0)),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("count", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="dataset",
            name="formats",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), blank=True, default=list
            ),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["organisation", "id"],
                include=(
                    "theme",
                    "formats",
                    "licence",
                    "hvd_category",
                    "source",
                    "data_changed_at",
                    "issued_at",
                    "state",
                    "is_demonstration",
                ),
                name="dataset_facets",
            ),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(fields=["state", "-issued_at", "id"], name="dataset_latest_issued"),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="dataset_words", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["-points"], name="assessment_best"),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(condition=models.Q(("points__lte", 405)), name="assessment_at_most_405"),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="about",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.dataset",
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="dataset",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="catalog.dataset",
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
            ),
        ),
        migrations.AddField(
            model_name="harvestsource",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
            ),
        ),
        migrations.AddField(
            model_name="harvestrun",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="catalog.harvestsource"
            ),
        ),
        migrations.AddIndex(
            model_name="linkcheck",
            index=models.Index(fields=["next_at"], name="link_check_due"),
        ),
        migrations.AddField(
            model_name="reuse",
            name="datasets",
            field=models.ManyToManyField(related_name="reuses", to="catalog.dataset"),
        ),
        migrations.AddField(
            model_name="reuse",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reuse",
            name="proposed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="usage", to="catalog.dataset"
            ),
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(fields=["state", "-asked_at", "id"], name="data_request_newest"),
        ),
        migrations.AddConstraint(
            model_name="datarequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "refused", "open", "answered", "declined"])),
                name="data_request_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="datarequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["answered", "declined"]), _negated=True),
                    models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="data_request_answer_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="harvestsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["dcat", "ckan"])), name="harvest_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="harvestsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_h__gte", 1), ("every_h__lte", 8784)), name="harvest_every_h_possible"
            ),
        ),
        migrations.AddIndex(
            model_name="harvestrun",
            index=models.Index(fields=["source", "-id"], name="harvest_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="harvestrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["running", "done", "failed"])), name="harvest_run_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="harvestrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("source",), name="harvest_run_one_at_a_time"
            ),
        ),
        migrations.AddIndex(
            model_name="reuse",
            index=models.Index(fields=["state", "-proposed_at", "id"], name="reuse_newest"),
        ),
        migrations.AddConstraint(
            model_name="reuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "shown", "declined"])), name="reuse_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["application", "visualisation", "article", "research", "teaching"])),
                name="reuse_kind_known",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["day"], name="usage_of_day"),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(
                fields=("dataset", "distribution", "day", "kind"), name="usage_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["view", "download", "api"])), name="usage_kind_known"
            ),
        ),
    ]
