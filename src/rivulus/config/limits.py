"""What the door turns away before anything is done: bodies too large to read, and questions asked too often."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from rivulus.kernel.limits import TooOften

MACHINES = (
    "/sensorthings/",
    "/sandbox/",
    "/devices/",
    "/ogc/",
)  # whoever asks there reads JSON, and sends more at once
LARGEST_MESSAGE_BYTES = 10 * 1024 * 1024
LARGEST_TABLE_BYTES = 5 * 1024 * 1024 * 1024 + 64 * 1024  # the view looks at who sends it before it reads it
TABLES = re.compile(r"(?:/(?:en|hu))?/catalog/uploads/")
LARGEST_UPLOAD_BYTES = 64 * 1024 * 1024  # six photos of 8 MiB, and room


class BodySize:
    """Middleware: refuse a body by its length, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 411 to a body that does not say its length, 413 to one that is too long."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and "Transfer-Encoding" in request.headers:
            return _refuse(request, 411, gettext("What was sent does not say how long it is. Nothing was changed."))
        if length.isdecimal() and int(length) > _largest(request):
            return _refuse(request, 413, gettext("What was sent is too large. Nothing was changed."))
        return self.get_response(request)


class AskedTooOften:
    """Middleware: the page for whoever asked too often, which says when to ask again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 429 where a view counted one too many."""
        if not isinstance(exception, TooOften):
            return None
        wait_s = exception.retry_after_s
        response = render(request, "429.html", {"retry_after_s": wait_s}, status=429)
        response["Retry-After"] = str(wait_s)
        response["Cache-Control"] = "no-store"
        return response


def _largest(request: HttpRequest) -> int:
    if request.path_info.startswith(MACHINES):
        return LARGEST_MESSAGE_BYTES
    is_upload = request.content_type == "multipart/form-data"
    if is_upload and TABLES.fullmatch(request.path_info):
        return LARGEST_TABLE_BYTES
    return LARGEST_UPLOAD_BYTES if is_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A plain page: the frame of others asks who is signed in, which is not known here yet."""
    if request.path_info.startswith(MACHINES):
        return JsonResponse(
            {"code": status, "type": "error", "message": sentence, "description": sentence}, status=status
        )
    return render(request, "config/refused.html", {"status": status, "sentence": sentence}, status=status)
