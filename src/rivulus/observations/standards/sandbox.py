"""SensorThings in the sandbox: the same service over the sandbox's tables, in one transaction for each request."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from rivulus.observations.actions import sandbox
from rivulus.observations.standards.sensorthings import views

PREFIX = "/sandbox"


@csrf_exempt
def serve(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """Answer a request to SensorThings as the city's service would, from the sandbox."""
    _lead_back_here(request)
    with sandbox.inside():
        response = views.serve(request, path)
        # A stream would be read after the transaction, and so from the city's tables.
        return _whole(response) if isinstance(response, StreamingHttpResponse) else response


def _lead_back_here(request: HttpRequest) -> None:
    """Have links in the answer lead to the sandbox."""
    build = request.build_absolute_uri

    def build_here(location: str | None = None) -> str:
        is_service = location is not None and location.startswith("/sensorthings")
        return build(PREFIX + location if is_service and location else location)

    request.__dict__["build_absolute_uri"] = build_here


def _whole(response: StreamingHttpResponse) -> HttpResponse:
    content = b"".join(_bytes(part) for part in response.streaming_content)  # type: ignore[union-attr]
    headers = {name: value for name, value in response.items() if name.lower() != "content-length"}
    return HttpResponse(content, status=response.status_code, headers=headers)


def _bytes(part: Any) -> bytes:
    return part if isinstance(part, bytes) else str(part).encode()
