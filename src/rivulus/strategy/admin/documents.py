"""Documents, the faults found in their text, and what the strategy says of itself, in the staff admin."""

from django.contrib import admin

from rivulus.strategy import models
from rivulus.strategy.admin.base import ReadOnlyAdmin, search_in


@admin.register(models.Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Documents that the strategy relates to."""

    list_display = ("code", "title", "kind", "period", "source_place")
    list_filter = ("kind",)
    search_fields = search_in("title", plain=("code",))
    ordering = ("kind", "code")


@admin.register(models.DocumentObjective)
class DocumentObjectiveAdmin(ReadOnlyAdmin):
    """Objectives of documents."""

    list_display = ("document", "code", "title", "origin", "source_place")
    list_filter = ("origin", "document")
    list_select_related = ("document",)
    search_fields = search_in("title", plain=("code",))
    ordering = ("document__code", "order", "id")


@admin.register(models.UmbrellaLink)
class UmbrellaLinkAdmin(ReadOnlyAdmin):
    """Which document a direction answers to: an interpretation."""

    list_display = ("direction", "document", "objective", "origin", "withdrawn", "edited_at")
    list_filter = ("origin", "withdrawn", "document")
    list_select_related = ("direction", "document", "objective")
    search_fields = search_in("reason", plain=("direction__code",))
    ordering = ("direction__code", "document__code", "id")


@admin.register(models.Anomaly)
class AnomalyAdmin(ReadOnlyAdmin):
    """Faults found in the text of the source."""

    list_display = ("code", "about", "subject", "title", "source_place")
    list_filter = ("about",)
    search_fields = search_in("title", "description", plain=("code", "subject"))
    ordering = ("about", "code")


@admin.register(models.StructurePart)
class StructurePartAdmin(ReadOnlyAdmin):
    """Parts of the unit that implements the strategy."""

    list_display = ("code", "name", "parent", "source_place")
    list_select_related = ("parent",)
    ordering = ("order", "id")


@admin.register(models.HelixGroup)
class HelixGroupAdmin(ReadOnlyAdmin):
    """Groups of actors."""

    list_display = ("code", "name", "source_place")
    ordering = ("order", "id")


@admin.register(models.ConsultationResult)
class ConsultationResultAdmin(ReadOnlyAdmin):
    """Answers of the questionnaire of 2022."""

    list_display = ("code", "question", "answer", "share_percent", "source_place")
    search_fields = search_in("question", "answer", plain=("code",))
    ordering = ("order", "id")


@admin.register(models.Vision)
class VisionAdmin(ReadOnlyAdmin):
    """The vision for 2030 and its faces."""

    list_display = ("code", "title", "source_place")
    ordering = ("order", "id")


@admin.register(models.PackLoad)
class PackLoadAdmin(ReadOnlyAdmin):
    """Loadings of the pack of facts."""

    list_display = ("pack", "loaded_at", "digest")
    list_filter = ("pack",)
    date_hierarchy = "loaded_at"
    ordering = ("-loaded_at", "-id")
