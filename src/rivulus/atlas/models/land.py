"""The register of land and buildings that may be used, or used again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.rules.land import (
    ASSET_KIND_NAMES,
    ASSET_STATE_NAMES,
    CONDITION_NAMES,
    OWNER_KIND_NAMES,
    POLLUTION_NAMES,
    STAGE_NAMES,
    AssetKind,
    AssetState,
    Condition,
    OwnerKind,
    Pollution,
    Stage,
)
from rivulus.kernel import clock
from rivulus.kernel.geometry import BoxField


class LandAsset(models.Model):
    """A plot or a building: where, how large, in what shape, whose, for how much, polluted with what.

    ``keeper`` is the organisation that keeps the entry. ``owner_name`` is only given for what is no private person.
    ``pollutants`` is a list of ``{"name", "amount", "unit", "year", "source"}``. The public ones are features of the
    layer ``land`` besides, with the same code as key.
    """

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("Code"), max_length=60, unique=True)
    keeper = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        _("What it is"), max_length=12, choices=[(str(code), name) for code, name in ASSET_KIND_NAMES.items()]
    )
    state = models.CharField(
        _("State"),
        max_length=12,
        choices=[(str(code), name) for code, name in ASSET_STATE_NAMES.items()],
        default=AssetState.AVAILABLE,
    )
    title_ro = models.CharField(_("Title in Romanian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=200, blank=True)
    description_ro = models.TextField(_("Description in Romanian"), blank=True)
    description_en = models.TextField(_("Description in English"), blank=True)
    description_hu = models.TextField(_("Description in Hungarian"), blank=True)
    address = models.CharField(_("Address"), max_length=300, blank=True)
    cadastral_number = models.CharField(_("Cadastral number"), max_length=40, blank=True)
    geometry = models.BinaryField()  # WKB, longitude and latitude
    box = BoxField()
    area_m2 = models.FloatField(_("Area (m²)"), null=True, blank=True)
    floor_area_m2 = models.FloatField(_("Floor area (m²)"), null=True, blank=True)
    condition = models.CharField(
        _("Condition"), max_length=8, choices=[(str(code), name) for code, name in CONDITION_NAMES.items()], blank=True
    )
    owner_kind = models.CharField(
        _("Owner"),
        max_length=8,
        choices=[(str(code), name) for code, name in OWNER_KIND_NAMES.items()],
        default="unknown",
    )
    owner_name = models.CharField(_("Name of the owner (not of a person)"), max_length=200, blank=True)
    price_eur = models.DecimalField(_("Price (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    rent_eur_month = models.DecimalField(
        _("Rent (EUR a month)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    utilities = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    uses = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    pollution = models.CharField(
        _("Pollution of the ground"),
        max_length=12,
        choices=[(str(code), name) for code, name in POLLUTION_NAMES.items()],
        default=Pollution.NONE_KNOWN,
    )
    pollutants = models.JSONField(default=list, blank=True)
    stage = models.CharField(
        max_length=10, choices=[(str(code), name) for code, name in STAGE_NAMES.items()], default=Stage.NONE
    )
    contact_email = models.EmailField(_("E-mail for questions"), blank=True)
    source = models.CharField(_("Source"), max_length=300, blank=True)
    is_public = models.BooleanField(_("Everybody sees it"), default=False)
    is_illustrative = models.BooleanField(default=False)
    number = models.PositiveIntegerField(default=1)  # grows with every change: whoever edits says which one they saw
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("plot or building")
        verbose_name_plural = _("land and buildings")
        indexes = [
            models.Index(fields=["kind", "state", "id"], name="land_by_kind"),
            GistIndex(fields=["box"], name="land_in_box"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[str(k) for k in AssetKind]), name="land_kind_known"),
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in AssetState]), name="land_state_known"),
            models.CheckConstraint(
                condition=Q(condition="") | Q(condition__in=[str(c) for c in Condition]), name="land_condition_known"
            ),
            models.CheckConstraint(condition=Q(owner_kind__in=[str(o) for o in OwnerKind]), name="land_owner_known"),
            models.CheckConstraint(
                condition=~Q(owner_kind=str(OwnerKind.PERSON)) | Q(owner_name=""),
                name="land_names_no_person",
                violation_error_message=_("A private person is never named in the register."),
            ),
            models.CheckConstraint(condition=Q(pollution__in=[str(p) for p in Pollution]), name="land_pollution_known"),
            models.CheckConstraint(condition=Q(stage__in=[str(s) for s in Stage]), name="land_stage_known"),
            models.CheckConstraint(condition=Q(area_m2__isnull=True) | Q(area_m2__gt=0), name="land_area_positive"),
            models.CheckConstraint(
                condition=Q(price_eur__isnull=True) | Q(price_eur__gte=0), name="land_price_not_negative"
            ),
            models.CheckConstraint(condition=~Q(title_ro=""), name="land_has_title"),
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


class LandStage(models.Model):
    """A step of the recovery of polluted ground: when, with what, who says so. Append-only."""

    asset = models.ForeignKey(LandAsset, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(max_length=10, choices=[(str(code), name) for code, name in STAGE_NAMES.items()])
    on = models.DateField(_("On"))
    note = models.TextField(_("What was done, with which plants"), blank=True)
    document_url = models.URLField(_("Address of the report"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["asset", "-id"], name="land_stage_latest")]


class LandPhoto(models.Model):
    """A photo, encoded anew, with the words for those who do not see it."""

    asset = models.ForeignKey(LandAsset, on_delete=models.PROTECT, related_name="photos")
    file = models.CharField(max_length=200)
    caption = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asset", "id"], name="land_photo_in_order")]
        constraints = [models.CheckConstraint(condition=~Q(caption=""), name="land_photo_has_words")]
