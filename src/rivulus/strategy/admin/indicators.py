"""Indicators and their values in the staff admin."""

from django.contrib import admin

from rivulus.strategy import models
from rivulus.strategy.admin.base import ReadOnlyAdmin, search_in


@admin.register(models.Place)
class PlaceAdmin(ReadOnlyAdmin):
    """What values are about."""

    list_display = ("code", "name", "kind")
    list_filter = ("kind",)
    ordering = ("kind", "code")


@admin.register(models.Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    """Rows of the tables of chapter 6.4."""

    list_display = ("code", "title", "pillar", "unit", "kind", "direction", "target_value", "target_year", "repeats")
    list_filter = ("pillar", "kind", "direction")
    list_select_related = ("pillar", "repeats")
    search_fields = search_in("title", plain=("code",))
    ordering = ("pillar__order", "order", "id")
    page = "indicator"


@admin.register(models.IndicatorValue)
class IndicatorValueAdmin(ReadOnlyAdmin):
    """Values of indicators, the newest first."""

    list_display = (
        "indicator", "place", "year", "value", "text", "origin", "entered_by", "entered_at", "is_demonstration",
    )  # fmt: skip
    list_filter = ("place", "year", "origin", "is_demonstration", "indicator__pillar")
    list_select_related = ("indicator", "place", "entered_by")
    search_fields = ("indicator__code", "source_place", "printed")
    date_hierarchy = "entered_at"
    ordering = ("-entered_at", "-id")
