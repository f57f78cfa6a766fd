"""Analyses that the pack declares, and what an answer means."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("atlas", "0008_recipes")]

    operations = [
        migrations.AddField(
            "recipe", "note_ro", models.TextField("What it means, in Romanian", blank=True, default="")
        ),
        migrations.AddField("recipe", "note_en", models.TextField("What it means, in English", blank=True, default="")),
        migrations.AddField(
            "recipe", "note_hu", models.TextField("What it means, in Hungarian", blank=True, default="")
        ),
        migrations.AddField("recipe", "wanted", models.JSONField(blank=True, default=dict)),
        migrations.AddField("recipe", "follows", models.BooleanField(default=False)),
    ]
