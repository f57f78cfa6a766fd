"""Files that people import into layers."""

import django.db.models.deletion
import rivulus.atlas.rules.imports.states
import rivulus.kernel.clock
from django.conf import settings
from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations, models


# Of one feature no two versions hold for the same day. The layer is locked, so that two who write at once are seen by
# one another; the rows of a statement are looked at together, so that a million of them cost a join.
ONCE_AT_A_TIME = """
CREATE FUNCTION atlas_feature_once_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE twice text;
BEGIN
    PERFORM 1 FROM atlas_layer WHERE id IN (SELECT DISTINCT layer_id FROM put) ORDER BY id FOR NO KEY UPDATE;
    SELECT p.key INTO twice FROM put p JOIN atlas_feature f ON f.layer_id = p.layer_id AND f.key = p.key
        WHERE f.id <> p.id AND f.valid && p.valid LIMIT 1;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION 'feature % would hold twice on a day', twice
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'feature_once_at_a_time', TABLE = 'atlas_feature';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER feature_once_at_a_time_insert AFTER INSERT ON atlas_feature
    REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION atlas_feature_once_at_a_time();
CREATE TRIGGER feature_once_at_a_time_update AFTER UPDATE ON atlas_feature
    REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION atlas_feature_once_at_a_time();
"""
ANY_TIMES = """
DROP TRIGGER feature_once_at_a_time_update ON atlas_feature;
DROP TRIGGER feature_once_at_a_time_insert ON atlas_feature;
DROP FUNCTION atlas_feature_once_at_a_time();
"""


class Migration(migrations.Migration):
    dependencies = [("atlas", "0003_base"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        UnaccentExtension(),
        migrations.RemoveConstraint(model_name="feature", name="feature_once_at_a_time"),
        migrations.AddIndex(model_name="feature", index=models.Index(fields=["layer", "key"], name="feature_by_key")),
        migrations.AddIndex(model_name="feature", index=models.Index(fields=["change"], name="feature_by_change")),
        migrations.AddIndex(
            model_name="pastfeature", index=models.Index(fields=["change"], name="past_feature_brought_by")
        ),
        migrations.RunSQL(ONCE_AT_A_TIME, ANY_TIMES),
        migrations.AddField(
            model_name="layer",
            name="is_described_by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="LayerImport",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("url", models.URLField(blank=True, max_length=1000)),
                ("file", models.CharField(blank=True, max_length=200)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("state", models.CharField(default=rivulus.atlas.rules.imports.states.State["READING"], max_length=10)),
                ("found", models.JSONField(default=dict)),
                ("choices", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("sentence", models.TextField(blank=True)),
                ("values", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=rivulus.kernel.clock.now)),
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
                    "layer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="atlas.layer"),
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
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("ordinal", models.PositiveIntegerField()),
                ("key", models.CharField(blank=True, max_length=80)),
                ("attribute", models.CharField(blank=True, max_length=100)),
                ("sentence", models.TextField()),
                ("values", models.JSONField(blank=True, default=dict)),
                ("x", models.FloatField(blank=True, null=True)),
                ("y", models.FloatField(blank=True, null=True)),
                ("can_be_repaired", models.BooleanField(default=False)),
                (
                    "layer_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="atlas.layerimport"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="layerimport",
            index=models.Index(fields=["layer", "-id"], name="layer_import_latest"),
        ),
        migrations.AddConstraint(
            model_name="layerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["reading", "described", "checking", "checked", "importing", "done", "failed", "withdrawn"],
                    )
                ),
                name="layer_import_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="layerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("change__isnull", True),
                    ("state", rivulus.atlas.rules.imports.states.State["DONE"]),
                    _connector="OR",
                ),
                name="layer_import_done_has_change",
            ),
        ),
        migrations.AddIndex(
            model_name="importproblem",
            index=models.Index(fields=["layer_import", "id"], name="import_problem_in_order"),
        ),
    ]
