"""Catalogs elsewhere whose datasets are listed here, and what each visit brought."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.terms import HarvestKind, RunState
from rivulus.kernel import clock


class HarvestSource(models.Model):
    """A catalog elsewhere. Its datasets are shown in the name of ``organisation``."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    title = models.CharField(_("Name"), max_length=200)
    organisation = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("Interface"), max_length=10, choices=[(str(k), str(k)) for k in HarvestKind])
    url = models.URLField(_("Address"), max_length=500)
    every_h = models.PositiveIntegerField(_("Hours between visits"), default=24)
    is_active = models.BooleanField(default=True)
    next_at = models.DateTimeField(default=clock.now)
    failures = models.PositiveIntegerField(default=0)  # in a row
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("harvested catalog")
        verbose_name_plural = _("harvested catalogs")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[str(k) for k in HarvestKind]), name="harvest_kind_known"),
            models.CheckConstraint(condition=Q(every_h__gte=1) & Q(every_h__lte=8784), name="harvest_every_h_possible"),
        ]

    def __str__(self) -> str:
        return self.title


class HarvestRun(models.Model):
    """One visit to a catalog: what it had, and what changed here."""

    source = models.ForeignKey(HarvestSource, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=[(str(s), str(s)) for s in RunState])
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    archived = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)  # [which dataset, sentence], at most 100
    why = models.CharField(max_length=500, blank=True)  # it failed

    class Meta:
        indexes = [models.Index(fields=["source", "-id"], name="harvest_run_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in RunState]), name="harvest_run_state_known"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state=str(RunState.RUNNING)), name="harvest_run_one_at_a_time"
            ),
        ]
