"""Analyses that can be run again: what is asked, each run with its inputs and its answer, rasters they work on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.models.layers import Layer
from rivulus.atlas.rules.recipes.kinds import KIND_NAMES, RecipeKind, RunState
from rivulus.kernel import clock
from rivulus.kernel.geometry import BoxField


class RasterFile(models.Model):
    """A raster that somebody brought (GeoTIFF): where its file is, what it measures, on which day."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("Code"), max_length=60, unique=True)
    title_ro = models.CharField(_("Title in Romanian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=200, blank=True)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    taken_on = models.DateField(_("Taken on"), null=True, blank=True)
    source = models.CharField(_("Source"), max_length=300, blank=True)
    owner = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=200)  # in the media folder
    size = models.PositiveBigIntegerField()
    checksum = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    crs = models.PositiveIntegerField()
    box = BoxField()  # in longitude and latitude
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now)
    is_illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title_ro=""), name="raster_has_title")]

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return getattr(self, f"title_{(get_language() or 'ro')[:2]}", "") or self.title_ro


class Recipe(models.Model):
    """A question that can be asked again. ``parameters`` are those of its kind; layers and raster stand beside."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("Code"), max_length=50, unique=True)
    title_ro = models.CharField(_("Title in Romanian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=200, blank=True)
    kind = models.CharField(
        _("What is asked"), max_length=16, choices=[(str(kind), name) for kind, name in KIND_NAMES.items()]
    )
    owner = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other = models.ForeignKey(Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    raster = models.ForeignKey(RasterFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    parameters = models.JSONField(default=dict)
    note_ro = models.TextField(_("What it means, in Romanian"), blank=True, default="")
    note_en = models.TextField(_("What it means, in English"), blank=True, default="")
    note_hu = models.TextField(_("What it means, in Hungarian"), blank=True, default="")
    # Codes of what the pack wants it to rest on, by "layer", "other" and "raster"; some may not be there yet.
    wanted = models.JSONField(default=dict, blank=True)
    follows = models.BooleanField(default=False)  # asked by itself once its inputs are there, and when they change
    is_public = models.BooleanField(_("Everybody sees the answers"), default=False)
    output = models.OneToOneField(Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="recipe")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[str(kind) for kind in RecipeKind]), name="recipe_kind_known"),
            models.CheckConstraint(condition=~Q(title_ro=""), name="recipe_has_title"),
        ]

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return getattr(self, f"title_{(get_language() or 'ro')[:2]}", "") or self.title_ro

    @property
    def note(self) -> str:
        """Return what the answer means, in the language of the reader, or else in Romanian."""
        return getattr(self, f"note_{(get_language() or 'ro')[:2]}", "") or self.note_ro


class RecipeRun(models.Model):
    """One answer: what it rested on (layers with their revisions, the day), its numbers and its table."""

    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=8, default=RunState.QUEUED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    inputs = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    rows = models.JSONField(default=list)  # [[key, name, {column: number}], …]
    row_count = models.PositiveIntegerField(default=0)  # of the whole answer; ``rows`` holds the first ones
    sentence = models.TextField(blank=True)  # why it failed
    is_evidence = models.BooleanField(default=False)  # rests on nothing schematic or made up

    class Meta:
        indexes = [models.Index(fields=["recipe", "-id"], name="recipe_run_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in RunState]), name="recipe_run_state_known"),
            # Whoever asks twice while one is waiting gets that one.
            models.UniqueConstraint(
                fields=["recipe"], condition=Q(state__in=["queued", "running"]), name="recipe_run_one_at_a_time"
            ),
        ]
