"""Layers, their features in force, what the features were before, and the changes between."""

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.terms import (
    GEOMETRY_TYPE_NAMES,
    ORIGIN_NAMES,
    VISIBILITY_NAMES,
    WGS84,
    ChangeKind,
    GeometryType,
    Origin,
    Theme,
    Visibility,
)
from rivulus.kernel import clock
from rivulus.kernel.geometry import BoxField


class Layer(models.Model):
    """Features of one kind: what they are called, which attributes they have, whose they are, who may see them.

    ``schema`` is a list of attributes as ``rules.schemas`` reads it; ``style`` what ``rules.styles`` reads.
    ``revision`` grows by one with every change of the layer or of its features: tiles, pages and exports are kept
    under it. Geometry is always kept in longitude and latitude; ``crs`` is the one the owner works in.
    """

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("Code"), max_length=60, unique=True)
    theme = models.CharField(_("Theme"), max_length=20, choices=[(str(t), str(t)) for t in Theme])
    title_ro = models.CharField(_("Title in Romanian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=200, blank=True)
    description_ro = models.TextField(_("Description in Romanian"), blank=True)
    description_en = models.TextField(_("Description in English"), blank=True)
    description_hu = models.TextField(_("Description in Hungarian"), blank=True)
    geometry_type = models.CharField(
        _("Shape"), max_length=10, choices=[(str(kind), name) for kind, name in GEOMETRY_TYPE_NAMES.items()]
    )
    crs = models.PositiveIntegerField(_("Coordinate system (EPSG)"), default=WGS84)
    schema = models.JSONField(default=list, blank=True)
    style = models.JSONField(default=dict, blank=True)
    licence = models.CharField(_("Licence"), max_length=60, default="CC-BY-4.0")
    attribution = models.CharField(_("Source to be named"), max_length=300, blank=True)
    owner = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    visibility = models.CharField(
        _("Who sees it"),
        max_length=10,
        default=Visibility.STAFF,
        choices=[(str(kind), name) for kind, name in VISIBILITY_NAMES.items()],
    )
    origin = models.CharField(
        _("How reliable it is"),
        max_length=12,
        default=Origin.OFFICIAL,
        choices=[(str(kind), name) for kind, name in ORIGIN_NAMES.items()],
    )
    update_rhythm = models.CharField(_("Update rhythm"), max_length=20, default="IRREG")  # EU frequency codes
    rank = models.IntegerField(default=0)  # drawn from low to high
    is_shown_at_first = models.BooleanField(default=False)
    is_kept_by_machine = models.BooleanField(default=False)  # an import or a recipe writes it; people do not edit it
    is_described_by_hand = models.BooleanField(default=False)  # the pack leaves the description alone
    revision = models.BigIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        indexes = [models.Index(fields=["theme", "rank", "id"], name="layer_by_theme")]
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=[str(t) for t in Theme]), name="layer_theme_known"),
            models.CheckConstraint(
                condition=Q(geometry_type__in=[str(t) for t in GeometryType]), name="layer_geometry_type_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=[str(v) for v in Visibility]), name="layer_visibility_known"
            ),
            models.CheckConstraint(condition=Q(origin__in=[str(o) for o in Origin]), name="layer_origin_known"),
            models.CheckConstraint(condition=~Q(title_ro=""), name="layer_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return getattr(self, f"title_{(get_language() or 'ro')[:2]}", "") or self.title_ro

    @property
    def description(self) -> str:
        """Return the description in the language of the reader, or else in Romanian."""
        return getattr(self, f"description_{(get_language() or 'ro')[:2]}", "") or self.description_ro


class Change(models.Model):
    """A set of changes of one layer that came together: who, when, why, how many. Append-only."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=500, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["layer", "-id"], name="change_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[str(kind) for kind in ChangeKind]), name="change_kind_known")
        ]


class Version(models.Model):
    """What a feature is during a time. ``key`` names the feature within its layer, for ever; ``number`` counts up.

    ``valid`` is the time in the world for which it holds (a plan from its date on); open at both ends where nobody
    said. ``geometry`` is WKB in longitude and latitude, ``box`` its bounds.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=1)
    valid = DateRangeField()
    properties = models.JSONField(default=dict)
    geometry = models.BinaryField()
    box = BoxField()

    class Meta:
        abstract = True


class Feature(Version):
    """A version of a feature in force by what is known now; of one feature no two hold for the same day.

    That is kept by a trigger, ``feature_once_at_a_time``: an exclusion constraint would say the same at ten times the
    cost of the whole row, and a city has a million features to load.
    """

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="features", db_index=False)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            GistIndex(fields=["layer", "box"], name="feature_in_box"),
            models.Index(fields=["layer", "id"], name="feature_in_order"),
            models.Index(fields=["layer", "key"], name="feature_by_key"),
            models.Index(fields=["change"], name="feature_by_change"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid__isempty=False),
                name="feature_valid_some_day",
            ),
        ]


class PastFeature(Version):
    """A version that is no longer what is known: it was changed or removed by ``superseded_by``. Append-only."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="past_features", db_index=False)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(default=clock.now)
    superseded_by = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["layer", "key", "-id"], name="past_feature_latest"),
            models.Index(fields=["superseded_by", "id"], name="past_feature_by_change"),
            models.Index(fields=["change"], name="past_feature_brought_by"),
            GistIndex(fields=["layer", "box"], name="past_feature_in_box"),
        ]
