"""Datasets and their distributions, in the words of DCAT-AP 3.0.1."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.terms import Format, Source, State
from rivulus.kernel import clock


class Dataset(models.Model):
    """What an organisation publishes: a live table of the platform, files, or addresses elsewhere.

    ``theme`` holds codes of the EU's data themes, ``hvd_category`` one of its high-value categories (both without
    their address); ``table`` names the live table (``kernel.publishing``) where ``source`` is live. ``version`` counts
    the published editions of the metadata; ``revision`` grows with every change, for caches.
    """

    code = models.SlugField(_("Code"), max_length=100, unique=True)
    organisation = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=[(str(s), str(s)) for s in Source])
    table = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, default=State.DRAFT, choices=[(str(s), str(s)) for s in State])
    title_ro = models.CharField(_("Title in Romanian"), max_length=300)
    title_en = models.CharField(_("Title in English"), max_length=300, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=300, blank=True)
    description_ro = models.TextField(_("Description in Romanian"), blank=True)
    description_en = models.TextField(_("Description in English"), blank=True)
    description_hu = models.TextField(_("Description in Hungarian"), blank=True)
    theme = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    licence = models.CharField(_("Licence"), max_length=40, default="CC-BY-4.0")
    hvd_category = models.CharField(_("High-value category"), max_length=40, blank=True)
    contact_name = models.CharField(_("Contact"), max_length=200, blank=True)
    contact_email = models.EmailField(_("E-mail of the contact"), blank=True)
    frequency = models.CharField(_("Update rhythm"), max_length=20, default="IRREG")
    spatial = models.JSONField(_("Area covered"), default=dict, blank=True)  # {"siruta": …} or {"bbox": [w, s, e, n]}
    temporal = DateRangeField(_("Time covered"), null=True, blank=True)
    formats = ArrayField(models.CharField(max_length=12), default=list, blank=True)  # what it comes in, for filters
    landing_page = models.URLField(_("Web address"), max_length=500, blank=True)
    harvested_from = models.CharField(max_length=200, blank=True)  # code of a harvest source; nobody edits these here
    foreign_id = models.CharField(max_length=500, blank=True)
    is_demonstration = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    revision = models.BigIntegerField(default=1)
    search_text = models.TextField(blank=True)  # folded words of everything that is searched
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    issued_at = models.DateTimeField(null=True, blank=True)  # first published
    changed_at = models.DateTimeField(default=clock.now)  # of the metadata
    data_changed_at = models.DateTimeField(null=True, blank=True)
    data_revision = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        indexes = [
            models.Index(fields=["state", "-data_changed_at", "id"], name="dataset_newest"),
            models.Index(fields=["organisation", "state", "id"], name="dataset_of_organisation"),
            models.Index(fields=["state", "-issued_at", "id"], name="dataset_latest_issued"),
            # For counting filters without reading the texts.
            models.Index(
                fields=["organisation", "id"],
                include=[
                    "theme",
                    "formats",
                    "licence",
                    "hvd_category",
                    "source",
                    "data_changed_at",
                    "issued_at",
                    "state",
                    "is_demonstration",
                ],
                condition=Q(state="published"),
                name="dataset_facets",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="dataset_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=[str(s) for s in Source]), name="dataset_source_known"),
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in State]), name="dataset_state_known"),
            models.CheckConstraint(condition=~Q(title_ro=""), name="dataset_has_title"),
            models.CheckConstraint(
                condition=Q(source=str(Source.LIVE), table__gt="") | (~Q(source=str(Source.LIVE)) & Q(table="")),
                name="dataset_live_names_its_table",
            ),
            models.UniqueConstraint(fields=["table"], condition=~Q(table=""), name="dataset_table_once"),
            models.UniqueConstraint(
                fields=["harvested_from", "foreign_id"], condition=~Q(harvested_from=""), name="dataset_harvested_once"
            ),
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


class Distribution(models.Model):
    """One way to get a dataset: an uploaded file, or an address elsewhere. Live tables need none: theirs follow."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="distributions")
    title = models.CharField(_("Title"), max_length=300, blank=True)
    format = models.CharField(max_length=12, choices=[(str(f), str(f)) for f in Format])
    url = models.URLField(_("Address"), max_length=1000, blank=True)  # elsewhere
    file = models.CharField(max_length=200, blank=True)  # in the media folder
    size = models.PositiveBigIntegerField(null=True, blank=True)
    checksum = models.CharField(max_length=64, blank=True)  # SHA-256
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    schema = models.JSONField(default=dict, blank=True)  # Frictionless Table Schema
    is_api = models.BooleanField(default=False)
    rank = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "rank", "id"], name="distribution_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="distribution_is_file_or_address",
            ),
        ]


class Event(models.Model):
    """What happened to a dataset: a move between states, a new edition of its metadata or data. Append-only."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=500, blank=True)
    metadata = models.JSONField(default=dict, blank=True)  # as it was then

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="dataset_event_latest")]
