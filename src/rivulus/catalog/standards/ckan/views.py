"""The one door of CKAN's Action API: ``/api/3/action/{name}``, by GET or by POST with JSON."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rivulus.catalog.standards.ckan.actions import ACTIONS, Call
from rivulus.kernel import limits
from rivulus.kernel.errors import NotFound, Refused

LIMIT = limits.Limit(name="ckan", most=600)
LARGEST_BODY = 100_000


@csrf_exempt  # nothing is changed here, and nobody is signed in by a cookie
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one action."""
    base = request.build_absolute_uri("/").rstrip("/")
    help_url = f"{base}/api/3/action/help_show?name={name}"
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204))
    try:
        limits.count(LIMIT, limits.address_of(request))
    except limits.TooOften as too_often:
        response = _fail(help_url, 429, "Too Many Requests", "Asked too often.")
        response["Retry-After"] = str(too_often.retry_after_s)
        return response
    if name not in ACTIONS:
        return _fail(help_url, 400, "Bad request", f"Action name not known: {name[:80]}")
    try:
        with translation.override("ro"):
            result = ACTIONS[name](Call(_parameters(request), base))
    except NotFound as missing:
        return _fail(help_url, 404, "Not Found Error", str(missing) or "Not found")
    except Refused as refused:
        return _fail(help_url, 409, "Validation Error", str(refused))
    return _open(JsonResponse({"help": help_url, "success": True, "result": result}))


def _parameters(request: HttpRequest) -> dict[str, Any]:
    if request.method != "POST":
        return {name: _read(name, request.GET.getlist(name)) for name in request.GET}
    if len(request.body) > LARGEST_BODY:
        raise Refused("The request is too large.")
    if request.content_type == "application/json" or request.body[:1] in {b"{", b""}:
        try:
            found = json.loads(request.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise Refused("The request is not JSON.") from error
        if not isinstance(found, dict):
            raise Refused("The request is not a JSON object.")
        return _clean(found)
    return {name: _read(name, request.POST.getlist(name)) for name in request.POST}


def _clean(found: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL keeps no null characters; nothing that has one can be found."""
    return {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in found.items()}


def _read(name: str, values: list[str]) -> Any:
    """Return a parameter of an address: some of CKAN's are JSON inside."""
    if name in {"filters", "facet.field", "fq_list"}:
        try:
            return json.loads(values[-1])
        except (ValueError, RecursionError):
            return values[-1].replace("\x00", "") if name != "filters" else "unreadable"
    return values[-1].replace("\x00", "")


def _fail(help_url: str, status: int, kind: str, message: str) -> HttpResponse:
    error = {"__type": kind, "message": message}
    return _open(JsonResponse({"help": help_url, "success": False, "error": error}, status=status))


def _open(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    return response
