"""Who is looking: what they see and may do, read once for each request."""

from django.http import HttpRequest
from django.utils.translation import gettext

from rivulus.atlas.queries.visible import Viewer, viewer_of
from rivulus.atlas.rules import permissions

_KEPT = "_atlas_viewer"


def viewer(request: HttpRequest) -> Viewer:
    """Return what whoever asks may see."""
    kept: Viewer | None = request.__dict__.get(_KEPT)
    if kept is None:
        kept = request.__dict__[_KEPT] = viewer_of(request.user)
    return kept


def may(request: HttpRequest, verb: str, owner: int | None = None) -> bool:
    """Say whether whoever asks may do this, with what belongs to ``owner`` where one is given."""
    who = viewer(request)
    return permissions.can(verb, who.roles) and (owner is None or owner in who.organisations)


def refusal(request: HttpRequest, verb: str) -> str:
    """Return the sentence that stands beside a button that is shut, or nothing."""
    return "" if may(request, verb) else gettext(permissions.SENTENCES[verb])
