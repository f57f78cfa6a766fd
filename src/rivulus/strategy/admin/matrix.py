"""The matrix in the staff admin."""

from django.contrib import admin

from rivulus.strategy import models
from rivulus.strategy.admin.base import ReadOnlyAdmin, search_in


@admin.register(models.Pillar)
class PillarAdmin(ReadOnlyAdmin):
    """The six sides of a smart city."""

    list_display = ("code", "name", "objective", "source_place")
    search_fields = search_in("name", "goal", plain=("code",))
    ordering = ("order",)
    page = "pillar"


@admin.register(models.Level)
class LevelAdmin(ReadOnlyAdmin):
    """The five levels of maturity."""

    list_display = ("number", "name", "source_place")
    ordering = ("number",)


@admin.register(models.Milestone)
class MilestoneAdmin(ReadOnlyAdmin):
    """Standards between levels."""

    list_display = ("code", "title", "after_level", "printed_as", "source_place")
    ordering = ("after_level", "code")


@admin.register(models.Ladder)
class LadderAdmin(ReadOnlyAdmin):
    """Steps of the same thing across levels."""

    list_display = ("code", "title", "unit")
    search_fields = search_in("title", plain=("code",))
    ordering = ("code",)


@admin.register(models.Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    """The 127 statements of Annex 1."""

    list_display = ("code", "text", "pillar", "level", "ladder", "step", "threshold", "expected")
    list_filter = ("pillar", "level", "expected", "ladder")
    list_select_related = ("pillar", "ladder")
    search_fields = search_in("text", plain=("code",))
    ordering = ("pillar__order", "level", "order", "id")
    page = "criterion"


@admin.register(models.PathStep)
class PathStepAdmin(ReadOnlyAdmin):
    """What each pillar was promised in a period."""

    list_display = ("pillar", "period", "level", "text", "source_place")
    list_filter = ("pillar", "period")
    list_select_related = ("pillar",)
    search_fields = search_in("text")
    ordering = ("pillar__order", "period", "order", "id")


@admin.register(models.CriterionProbe)
class CriterionProbeAdmin(ReadOnlyAdmin):
    """Which probe speaks for a criterion: an interpretation."""

    list_display = ("criterion", "probe", "comparator", "threshold", "mode", "origin", "withdrawn", "edited_at")
    list_filter = ("mode", "origin", "withdrawn", "criterion__pillar")
    list_select_related = ("criterion",)
    search_fields = search_in("reason", plain=("criterion__code", "probe"))
    ordering = ("criterion__pillar__order", "criterion__level", "criterion__order", "probe")
