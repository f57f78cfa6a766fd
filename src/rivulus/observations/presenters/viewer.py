"""Who is looking: what they may do, and whether they see what is not public."""

from django.http import HttpRequest
from django.utils.translation import gettext

from rivulus.observations.rules import permissions


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the codes of the roles of whoever asks; visitors have none."""
    user = request.user
    return frozenset(map(str, user.active_roles())) if user.is_authenticated else frozenset()


def may(request: HttpRequest, verb: str) -> bool:
    """Say whether whoever asks may do this."""
    return permissions.can(verb, roles_of(request))


def refusal(request: HttpRequest, verb: str) -> str:
    """Return the sentence that stands beside a button that is shut, or nothing."""
    return "" if may(request, verb) else gettext(permissions.SENTENCES[verb])


def sees_private(request: HttpRequest) -> bool:
    """Tell whether whoever asks sees things that are not public."""
    return may(request, "see_duty")
