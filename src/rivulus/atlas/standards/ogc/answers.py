"""Answers in one shape: JSON or a page, one form of error, who may keep them."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.limits import TooOften
from rivulus.kernel.words import N_, say

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI, SCHEMA_JSON = "application/vnd.oai.openapi+json;version=3.0", "application/schema+json"
STYLE_JSON, TILEJSON = "application/vnd.mapbox.style+json", "application/json"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Expose-Headers": "Content-Crs, ETag, Link",
}
NOT_HERE = N_("There is nothing at this address, or it is not for you to see.")


class Problem(Exception):
    """A request that cannot be answered: status, and a sentence for whoever asked."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, dict(headers or {})


def as_json(content: Any, media_type: str = JSON, status: int = 200) -> HttpResponse:
    """Return an answer in JSON."""
    response = HttpResponse(msgspec.json.encode(content), content_type=media_type, status=status)
    response["Content-Language"] = get_language() or "ro"
    return response


def as_page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return an answer for people."""
    response = render(request, f"atlas/ogc/{template}.html", dict(context), status=status)
    response["Cache-Control"] = "no-cache"  # at the same address programs read JSON, and others another language
    patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
    return response


def refuse(request: HttpRequest, problem: Problem, *, is_page: bool = False) -> HttpResponse:
    """Return the one form of error: ``code`` and ``description``, as the standard has it."""
    if is_page:
        context = {"status": problem.status, "sentence": problem.sentence}
        response = as_page(request, "problem", context, problem.status)
    else:
        response = as_json({"code": str(problem.status), "description": problem.sentence}, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def not_allowed(request: HttpRequest, methods: Collection[str]) -> Problem:
    """Return the refusal of a method that a resource does not have."""
    sentence = gettext("%(method)s is not possible here.") % {"method": request.method}
    return Problem(405, sentence, {"Allow": ", ".join(methods)})


def problem_of(error: Exception) -> Problem:
    """Return what an error of the platform means for a program."""
    match error:
        case Problem():
            return error
        case NotFound():
            return Problem(404, gettext(NOT_HERE))
        case TooOften():
            return Problem(429, gettext("You asked too often."), {"Retry-After": str(error.retry_after_s)})
        case Refused():
            return Problem(400, say(error))
        case _:
            raise error


def kept(response: HttpResponse, *, is_public: bool, max_age_s: int = 60) -> HttpResponse:
    """Say who may keep an answer: what depends on who asks stays with them."""
    if is_public:
        response["Cache-Control"] = f"public, max-age={max_age_s}"
        for name, value in CORS.items():
            response[name] = value
    else:
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Cookie"])
    patch_vary_headers(response, ["Accept", "Accept-Language"])
    return response
