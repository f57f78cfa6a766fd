"""Indicators of chapter 6.4, and their values by place and year."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.models.matrix import Pillar
from rivulus.strategy.terms import Origin


class Place(models.Model):
    """What a value is about: the city, its region, a peer."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """A row of the tables of chapter 6.4."""

    code = models.CharField(max_length=8, unique=True)
    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="indicators")
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8)  # number | text | yes_no
    direction = models.CharField(max_length=8)  # higher | lower | neutral
    target_value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    target_comparator = models.CharField(max_length=2, blank=True)
    target_year = models.PositiveSmallIntegerField(null=True, blank=True)
    target_text = models.CharField(max_length=300, blank=True)
    target_source = models.CharField(max_length=200, blank=True)
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_by")
    note = models.TextField(blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class IndicatorValue(models.Model):
    """A value of an indicator for a place and a year. Append-only: the latest row of a year is the one in force."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="values")
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # None: the source does not state it
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    text = models.CharField(max_length=200, blank=True)
    printed = models.CharField(max_length=200, blank=True)
    source_place = models.CharField(max_length=300)
    origin = models.CharField(max_length=10, default=Origin.PACK, choices=[(o.value, o.value) for o in Origin])
    is_demonstration = models.BooleanField(default=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("value of an indicator")
        verbose_name_plural = _("values of indicators")
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="pack") | Q(entered_by__isnull=False), name="indicator_value_entered_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(origin="pack") | Q(year__isnull=False), name="indicator_value_entered_has_year"
            ),
        ]
        indexes = [models.Index(fields=["indicator", "place", "-year", "-id"], name="indicator_value_latest")]
