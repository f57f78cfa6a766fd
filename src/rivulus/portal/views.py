"""The home page, the health check and the pages of errors."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rivulus.kernel.http import requires
from rivulus.portal.presenters import crystal_of
from rivulus.portal.queries import get_desk, get_front


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say in one screen where the city stands."""
    front = get_front()
    return render(request, "portal/home.html", {"front": front, "crystal": crystal_of(front)})


@requires()
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show a signed-in person what waits for them."""
    return render(request, "portal/desk.html", {"desk": get_desk(request.user)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how the pages can be used by everybody, and what to do when they cannot."""
    return render(request, "portal/accessibility.html")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the platform and its database answer, for supervisors and load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request could not be understood."""
    return defaults.bad_request(request, exception, template_name="400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this is not for the reader."""
    return defaults.permission_denied(request, exception, template_name="403.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here."""
    return defaults.page_not_found(request, exception, template_name="404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours."""
    return defaults.server_error(request, template_name="500.html")
