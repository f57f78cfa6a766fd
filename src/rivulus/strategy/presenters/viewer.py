"""Who is looking: what they may do, and whose names they may read."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext

from rivulus.identity.terms import Role
from rivulus.strategy.rules import permissions


@dataclass(frozen=True, slots=True)
class Door:
    """A button: hidden from visitors, open, or shown shut with the sentence that says why."""

    is_shown: bool
    refusal: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether the person may go through."""
        return self.is_shown and not self.refusal


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """Return the roles of whoever asks; visitors have none."""
    user = request.user
    return user.active_roles() if user.is_authenticated else frozenset()


def door(request: HttpRequest, verb: str) -> Door:
    """Return how the button for ``verb`` looks to whoever asks."""
    if not request.user.is_authenticated:
        return Door(is_shown=False)
    allowed = permissions.can(verb, roles_of(request))
    return Door(is_shown=True, refusal="" if allowed else gettext(permissions.SENTENCES[verb]))


def sees_names(request: HttpRequest) -> bool:
    """Tell whether whoever asks may read the names of colleagues."""
    return permissions.can("see_names", roles_of(request))


def name_of(person: object | None, *, with_name: bool) -> str:
    """Return the name of a member of the strategy unit, or only the role to the public."""
    if person is None:
        return gettext("the platform itself")
    return str(person) if with_name else gettext("a member of the strategy unit")
