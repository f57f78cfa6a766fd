"""Guarding a view by roles, without knowing who gives them.

    @requires("strategy_unit", "administrator")
    def declare(request): ...

A guest is sent to sign in; somebody signed in without the role is told so. The person of a request answers for
themselves through ``find_refusal``: the kernel knows neither people nor roles.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Protocol, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext


class Visitor(Protocol):
    """Whoever makes a request."""

    is_authenticated: bool

    def find_refusal(self, roles: tuple[str, ...]) -> str | None:
        """Return the sentence that keeps them from what one of the roles may do, or None."""
        ...


def requires[**P, R: HttpResponseBase](
    *roles: str,
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Let only people with one of the roles in; with no role named, everybody who is signed in."""

    def guard(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            visitor = cast("Visitor", request.user)
            if not visitor.is_authenticated:
                return redirect_to_login(request.get_full_path())
            sentence = visitor.find_refusal(roles) if roles else None
            if sentence:
                raise PermissionDenied(gettext(sentence))
            return view(request, *args, **kwargs)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return guard
