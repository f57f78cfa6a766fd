"""Directions of action, the projects of chapter 5, and what their teams report."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.models.interpretation import Interpretation
from rivulus.strategy.models.matrix import Criterion, Pillar
from rivulus.strategy.terms import Effect, Status

STATUS_CHOICES = [(s.value, s.value) for s in Status]


class Direction(models.Model):
    """A direction of action, as printed in chapter 5; the note tells where chapter 4.2 differs."""

    code = models.CharField(max_length=5, unique=True)
    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="directions")
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("direction of action")
        verbose_name_plural = _("directions of action")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FundingSource(models.Model):
    """A possible source of money, named once however chapter 5 spells it."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)

    class Meta:
        verbose_name = _("source of money")
        verbose_name_plural = _("sources of money")

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A project or action of the portfolio, with what chapter 5 prints kept beside what it is taken to mean."""

    code = models.CharField(max_length=10, unique=True)
    direction = models.ForeignKey(Direction, on_delete=models.PROTECT, related_name="projects")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    responsible = models.CharField(max_length=300, blank=True)
    maturity = models.CharField(max_length=12)
    maturity_printed = models.CharField(max_length=120, blank=True)
    value_eur = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    value_rhythm = models.CharField(max_length=10, blank=True)
    value_printed = models.CharField(max_length=120, blank=True)
    horizon_year = models.PositiveSmallIntegerField(null=True, blank=True)
    horizon_rhythm = models.CharField(max_length=12, blank=True)
    horizon_printed = models.CharField(max_length=60, blank=True)
    funding = models.ManyToManyField(FundingSource, related_name="projects", blank=True)
    funding_printed = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=10)
    priority_printed = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.UniqueConstraint(fields=["direction", "number"], name="project_number_once_in_direction"),
            models.CheckConstraint(
                condition=Q(value_eur__isnull=True) | Q(value_eur__gte=0), name="project_value_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ProjectCriterion(Interpretation):
    """Which criterion a project would move: an interpretation, with its reason, editable by the strategy unit."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="criterion_links")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="project_links")
    effect = models.CharField(max_length=12, choices=[(e.value, e.value) for e in Effect])

    class Meta:
        verbose_name = _("criterion helped by a project")
        verbose_name_plural = _("criteria helped by projects")
        constraints = [
            models.UniqueConstraint(fields=["project", "criterion"], name="project_criterion_once"),
        ]


class ProjectMember(models.Model):
    """A person who reports for a project, from one day until another."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"], condition=Q(until__isnull=True), name="project_member_once_at_a_time"
            ),
        ]


class ProgressReport(models.Model):
    """What a project team says of a half-year. Append-only: a correction is a later report of the same period."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField()
    half = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=STATUS_CHOICES)
    percent = models.PositiveSmallIntegerField()
    spent_eur = models.DecimalField(max_digits=14, decimal_places=2)
    expected_end = models.DateField(null=True, blank=True)
    summary = models.TextField()
    risks = models.TextField(blank=True)
    is_demonstration = models.BooleanField(default=False)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    # Made of the form's token and what was typed: the same form sent twice is one report.
    submission = models.UUIDField(unique=True, default=uuid.uuid4)

    class Meta:
        verbose_name = _("half-yearly report")
        verbose_name_plural = _("half-yearly reports")
        constraints = [
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="report_half_one_or_two"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="report_percent_at_most_100"),
            models.CheckConstraint(condition=Q(spent_eur__gte=0), name="report_spent_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(percent=100), name="report_done_means_hundred_percent"
            ),
        ]
        indexes = [models.Index(fields=["project", "-year", "-half", "-id"], name="report_latest")]


class ReportPhoto(models.Model):
    """A photo of a report, re-encoded on arrival (no location or camera data is kept)."""

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(upload_to="reports/%Y/")
    caption = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("photo of a report")
        verbose_name_plural = _("photos of reports")


class Reminder(models.Model):
    """A letter sent to a project team about a report: one per project, half-year and kind, whatever is retried."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reminders")
    year = models.PositiveSmallIntegerField()
    half = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)  # due | overdue
    sent_at = models.DateTimeField()
    recipients = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["project", "year", "half", "kind"], name="reminder_once"),
        ]
