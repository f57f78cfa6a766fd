"""What is said and measured, in the staff admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rivulus.strategy import models
from rivulus.strategy.admin.base import ReadOnlyAdmin, search_in


@admin.register(models.Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """What was said of criteria, the newest first."""

    list_display = (
        "criterion", "state", "basis", "valid_from", "needs_confirmation", "verdict", "declared_by", "is_demonstration",
    )  # fmt: skip
    list_filter = ("state", "basis", "needs_confirmation", "is_demonstration", "criterion__pillar")
    list_select_related = ("criterion", "declared_by", "decision")
    search_fields = search_in("reason", plain=("criterion__code", "document_title"))
    date_hierarchy = "valid_from"
    ordering = ("-valid_from", "-id")

    @admin.display(description=_("Second person"))
    def verdict(self, row: models.Assessment) -> str:
        """Show what the second person said."""
        decision = getattr(row, "decision", None)
        return str(decision.verdict) if decision else "–"


@admin.register(models.AssessmentDecision)
class AssessmentDecisionAdmin(ReadOnlyAdmin):
    """The second person's words."""

    list_display = ("criterion", "verdict", "decided_by", "decided_at", "reason")
    list_filter = ("verdict", "assessment__is_demonstration")
    list_select_related = ("assessment__criterion", "decided_by")
    search_fields = ("assessment__criterion__code", "reason")
    date_hierarchy = "decided_at"
    ordering = ("-decided_at", "-id")

    @admin.display(description=_("Criterion"), ordering="assessment__criterion__code")
    def criterion(self, row: models.AssessmentDecision) -> str:
        """Show what it is about."""
        return row.assessment.criterion.code


@admin.register(models.ProbeReading)
class ProbeReadingAdmin(ReadOnlyAdmin):
    """Evaluations of probes with their inputs."""

    list_display = ("probe", "at", "value", "unit", "simulated", "error")
    list_filter = ("probe", "simulated")
    search_fields = ("probe", "error")
    date_hierarchy = "at"
    ordering = ("-at", "-id")


@admin.register(models.Measurement)
class MeasurementAdmin(ReadOnlyAdmin):
    """When a probe's answer to a criterion changed."""

    list_display = ("criterion", "probe", "passed", "silent", "comparator", "threshold", "mode", "at")
    list_filter = ("passed", "silent", "mode")
    list_select_related = ("criterion", "link")
    search_fields = ("criterion__code", "link__probe")
    date_hierarchy = "at"
    ordering = ("-at", "-id")

    @admin.display(description=_("Probe"), ordering="link__probe")
    def probe(self, row: models.Measurement) -> str:
        """Show what was asked."""
        return row.link.probe


@admin.register(models.Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Frozen pictures of the city; their content is read on their page."""

    list_display = ("title", "kind", "at", "made_by", "made_at", "digest", "is_demonstration")
    list_filter = ("kind", "is_demonstration")
    list_select_related = ("made_by",)
    search_fields = ("title", "digest")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    exclude = ("content",)
    page = "evaluation"
    page_argument = "pk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Evaluation]:
        """Leave the content, which is large, in the database."""
        rows: QuerySet[models.Evaluation] = super().get_queryset(request)
        return rows.defer("content")


@admin.register(models.ReportFile)
class ReportFileAdmin(ReadOnlyAdmin):
    """Reports that were asked for; the files are fetched from the page of the evaluation."""

    list_display = ("evaluation_id", "language", "state", "pages", "asked_at", "made_at", "error")
    list_filter = ("state", "language")
    ordering = ("-asked_at", "-id")
    exclude = ("file", "evaluation")
