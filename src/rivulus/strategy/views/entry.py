"""The way into pages that only some may use: sign in first, then the table of permissions."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from rivulus.strategy.presenters.viewer import roles_of
from rivulus.strategy.rules import permissions


def turn_away(request: HttpRequest, verb: str) -> HttpResponse | None:
    """Return a redirect to the sign-in page for visitors, or None; raise 403 for those who may not ``verb``."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if not permissions.can(verb, roles_of(request)):
        raise PermissionDenied(gettext(permissions.SENTENCES[verb]))
    return None
