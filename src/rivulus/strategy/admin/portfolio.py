"""The portfolio in the staff admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from rivulus.strategy import models
from rivulus.strategy.admin.base import ReadOnlyAdmin, search_in


@admin.register(models.Direction)
class DirectionAdmin(ReadOnlyAdmin):
    """Directions of action as printed in chapter 5."""

    list_display = ("code", "title", "pillar", "source_place")
    list_filter = ("pillar",)
    list_select_related = ("pillar",)
    search_fields = search_in("title", plain=("code",))
    ordering = ("pillar__order", "order", "id")


@admin.register(models.FundingSource)
class FundingSourceAdmin(ReadOnlyAdmin):
    """Possible sources of money."""

    list_display = ("code", "name")
    search_fields = search_in("name", plain=("code",))
    ordering = ("code",)


@admin.register(models.Project)
class ProjectAdmin(ReadOnlyAdmin):
    """The portfolio, with what chapter 5 prints beside what it is taken to mean."""

    list_display = (
        "code", "title", "direction_code", "maturity", "value_eur", "value_rhythm", "horizon_year", "priority",
    )  # fmt: skip
    list_filter = ("direction__pillar", "maturity", "priority", "funding", "horizon_year")
    list_select_related = ("direction",)
    search_fields = search_in("title", plain=("code", "responsible"))
    ordering = ("direction__pillar__order", "direction__order", "number")
    page = "project"

    @admin.display(description=_("Direction"), ordering="direction__code")
    def direction_code(self, row: models.Project) -> str:
        """Show the direction in one word."""
        return row.direction.code


@admin.register(models.ProjectCriterion)
class ProjectCriterionAdmin(ReadOnlyAdmin):
    """Which criterion a project would move: an interpretation."""

    list_display = ("project", "criterion", "effect", "origin", "withdrawn", "edited_by", "edited_at")
    list_filter = ("effect", "origin", "withdrawn", "criterion__pillar")
    list_select_related = ("project", "criterion", "edited_by")
    search_fields = search_in("reason", plain=("project__code", "criterion__code"))
    ordering = ("project__direction__code", "project__number", "criterion__code")


@admin.register(models.ProjectMember)
class ProjectMemberAdmin(ReadOnlyAdmin):
    """Who reports for which project, and since when."""

    list_display = ("project", "person", "since", "until")
    list_filter = ("person__is_demonstration",)
    list_select_related = ("project", "person")
    search_fields = ("project__code", "person__full_name")
    ordering = ("project__direction__code", "project__number", "since", "id")


@admin.register(models.ProgressReport)
class ProgressReportAdmin(ReadOnlyAdmin):
    """Half-yearly reports, the newest first."""

    list_display = (
        "project", "year", "half", "status", "percent", "spent_eur", "reported_by", "reported_at", "is_demonstration",
    )  # fmt: skip
    list_filter = ("year", "half", "status", "is_demonstration", "project__direction__pillar")
    list_select_related = ("project", "reported_by")
    search_fields = ("project__code", "summary", "risks")
    date_hierarchy = "reported_at"
    ordering = ("-reported_at", "-id")


@admin.register(models.ReportPhoto)
class ReportPhotoAdmin(ReadOnlyAdmin):
    """Photos of reports; they are seen on the page of the project."""

    list_display = ("id", "project", "caption", "width", "height")
    list_select_related = ("report__project",)
    search_fields = ("caption", "report__project__code")
    ordering = ("-id",)
    exclude = ("file", "report")
    page = "photo"
    page_argument = "pk"

    @admin.display(description=_("Project"))
    def project(self, row: models.ReportPhoto) -> str:
        """Show what it is of."""
        return row.report.project.code


@admin.register(models.Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Letters sent about reports."""

    list_display = ("project", "year", "half", "kind", "sent_at", "recipients")
    list_filter = ("kind", "year", "half")
    list_select_related = ("project",)
    search_fields = ("project__code",)
    date_hierarchy = "sent_at"
    ordering = ("-sent_at", "-id")
