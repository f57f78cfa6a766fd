"""The maturity matrix: pillars, levels, criteria, ladders, and the path that each pillar was promised."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.models.interpretation import Interpretation
from rivulus.strategy.terms import Mode


class Pillar(models.Model):
    """One of the six sides of a smart city."""

    code = models.CharField(max_length=2, unique=True)
    objective = models.CharField(max_length=2, unique=True)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    goal = models.CharField(max_length=400)
    summary = models.TextField()
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("pillar")
        verbose_name_plural = _("pillars")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Level(models.Model):
    """One of the five levels of maturity."""

    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=400)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("level of maturity")
        verbose_name_plural = _("levels of maturity")
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=5), name="level_number_one_to_five")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Milestone(models.Model):
    """A standard whose certification stands between two levels."""

    code = models.CharField(max_length=20, unique=True)
    after_level = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    printed_as = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self) -> str:
        return self.code


class Ladder(models.Model):
    """Steps of the same thing across levels: a higher step that is met implies the lower ones."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    unit = models.CharField(max_length=20, blank=True)
    reason = models.TextField()

    class Meta:
        verbose_name = _("ladder of criteria")
        verbose_name_plural = _("ladders of criteria")

    def __str__(self) -> str:
        return self.title


class Criterion(models.Model):
    """One statement of Annex 1 about the city, restated in short words."""

    code = models.CharField(max_length=6, unique=True)
    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="criteria")
    level = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, null=True, blank=True, related_name="criteria")
    step = models.PositiveSmallIntegerField(null=True, blank=True)
    threshold = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    printed_code = models.CharField(max_length=20, blank=True)
    expected = models.CharField(max_length=5, blank=True)  # the year the vision of chapter 4.2 names, if it does
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="criterion_level_one_to_five"),
            models.CheckConstraint(
                condition=Q(ladder__isnull=True, step__isnull=True) | Q(ladder__isnull=False, step__isnull=False),
                name="criterion_step_goes_with_ladder",
            ),
            models.UniqueConstraint(fields=["ladder", "step"], name="criterion_one_per_ladder_step"),
        ]

    def __str__(self) -> str:
        return self.code


class PathStep(models.Model):
    """What a pillar has, or was promised, in a period (chapter 4.2 and the strategy's web page)."""

    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="path")
    period = models.CharField(max_length=5)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("step of a path")
        verbose_name_plural = _("steps of paths")
        constraints = [
            models.UniqueConstraint(fields=["pillar", "period", "order"], name="path_step_once"),
        ]


class CriterionProbe(Interpretation):
    """Which probe speaks for a criterion: an interpretation that the strategy unit may edit."""

    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="probe_links")
    probe = models.CharField(max_length=80)
    comparator = models.CharField(max_length=2, choices=[(">=", "≥"), ("<=", "≤")])
    threshold = models.DecimalField(max_digits=12, decimal_places=2)
    mode = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Mode])

    class Meta:
        verbose_name = _("probe of a criterion")
        verbose_name_plural = _("probes of criteria")
        constraints = [
            models.UniqueConstraint(fields=["criterion", "probe"], name="criterion_probe_once"),
        ]
