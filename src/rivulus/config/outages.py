"""When the database does not answer: 503, and when to ask again. That is no fault in the platform, and it passes."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext

from rivulus.config.limits import MACHINES
from rivulus.portal import views

RETRY_AFTER_S = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for whatever nobody caught: 503 where the database is busy, full or starting again, else 500."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return views.server_error(request)
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        response = _say(request, gettext("The platform is busy, or starting again. Nothing is lost."))
    response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response


def _say(request: HttpRequest, sentence: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": {"code": "unavailable", "message": sentence, "details": []}}, status=503)
    if request.path_info.startswith(MACHINES):
        return JsonResponse({"code": 503, "type": "error", "message": sentence}, status=503)
    return render(request, "503.html", {"sentence": sentence, "retry_after_s": RETRY_AFTER_S}, status=503)
