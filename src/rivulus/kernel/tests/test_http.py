"""A guarded view opens by role, and says why it stays closed."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from rivulus.kernel.http import requires


@dataclass
class Visitor:
    roles: frozenset[str] = frozenset()
    is_authenticated: bool = True

    def find_refusal(self, roles: Sequence[str]) -> str | None:
        return None if self.roles & set(roles) else "Not for you."


@requires("strategy_unit", "administrator")
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """Declare something."""
    return HttpResponse(code)


@requires()
def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


def ask(visitor: Visitor, path: str = "/declare/?x=1") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = visitor  # type: ignore[assignment]
    return request


def test_one_of_the_roles_is_enough() -> None:
    for role in ("strategy_unit", "administrator"):
        assert declare(ask(Visitor(frozenset({role}))), code="E1.1").content == b"E1.1"


def test_somebody_without_the_role_is_told_so() -> None:
    with pytest.raises(PermissionDenied, match="Not for you"):
        declare(ask(Visitor(frozenset({"resident"}))), code="E1.1")


def test_a_guest_is_sent_to_sign_in_and_back(settings: object) -> None:
    settings.LOGIN_URL = "/sign-in/"  # type: ignore[attr-defined]
    for view, arguments in ((declare, {"code": "E1.1"}), (look, {})):
        answer = view(ask(Visitor(is_authenticated=False)), **arguments)  # type: ignore[operator]
        assert answer["Location"] == "/sign-in/?next=/declare/%3Fx%3D1"


def test_with_no_role_named_everybody_signed_in_may() -> None:
    assert look(ask(Visitor())).content == b"seen"


def test_a_guarded_view_keeps_its_name_and_words() -> None:
    assert (declare.__name__, declare.__doc__) == ("declare", "Declare something.")
