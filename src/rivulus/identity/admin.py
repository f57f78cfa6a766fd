"""People in the staff admin, to look up only: roles change on the pages, where a reason is asked for."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from rivulus.identity.models import Membership, Person
from rivulus.identity.queries import list_reached

# The admin has no form of its own for passwords: signing in goes one way, with its limits and its second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """No row is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People join; roles are granted by actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Actions change, and write a line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Only the person can leave."""
        return False


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """People, newest first."""

    list_display = ("email", "full_name", "is_active", "is_demonstration", "created_at")
    list_filter = ("is_active", "is_demonstration")
    search_fields = ("email", "full_name")
    ordering = ("-created_at",)
    exclude = ("password",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Show an administrator of the demonstration nobody real."""
        found: QuerySet[Person] = super().get_queryset(request)
        return found.filter(pk__in=list_reached(request.user))  # type: ignore[arg-type]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Roles and their history."""

    list_display = ("person", "role", "granted_at", "granted_by", "ended_at")
    list_filter = ("role",)
    list_select_related = ("person", "granted_by")
    ordering = ("-granted_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Show an administrator of the demonstration nobody real."""
        found: QuerySet[Membership] = super().get_queryset(request)
        return found.filter(person__in=list_reached(request.user))  # type: ignore[arg-type]
