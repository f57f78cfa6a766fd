"""The journal in the staff admin: everything can be read, nothing can be touched."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from rivulus.journal.models import Line, Verification


class ReadOnlyAdmin[M: Model](ModelAdmin):  # type: ignore[misc]
    """No row is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lines are written by actions only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Nothing is ever changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Nothing is ever removed."""
        return False


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin[Line]):
    """Lines, newest first; what is private stays closed."""

    list_display = ("sequence", "recorded_at", "verb", "subject", "subject_id", "actor_id")
    list_filter = ("subject",)
    search_fields = ("subject_id", "verb", "hash")
    ordering = ("-sequence",)
    exclude = ("private",)
    show_full_result_count = False


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin[Verification]):
    """Results of verifications."""

    list_display = ("finished_at", "lines", "facts", "fault_count", "head_sequence")
    ordering = ("-finished_at",)
