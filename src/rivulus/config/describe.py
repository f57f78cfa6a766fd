"""The API explained to people: a page made from its own OpenAPI description."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.config.api import api


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that may be asked for."""

    name: str
    place: str
    kind: str
    default: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the API, with its twin for spreadsheets if it has one."""

    anchor: str
    method: str
    path: str
    title: str
    parameters: tuple[Parameter, ...]
    csv: str
    can_be_opened: bool


@require_safe
def show_api(request: HttpRequest) -> HttpResponse:
    """Show every address, what may be asked of it, and how errors look."""
    host = request.get_host().partition(":")[0]
    gate = settings.RIVULUS_GATE_URL or f"{request.scheme}://{host}:{settings.RIVULUS_GATE_PORT}"
    context = {
        "endpoints": list(list_endpoints()),
        "description": api.description,
        "stream_url": f"{gate}/live/stream?domain=air",
    }
    return render(request, "config/api.html", context)


def list_endpoints() -> Iterator[Endpoint]:
    """Return the addresses by path; a ``.csv`` twin stands with its list."""
    paths: dict[str, dict[str, Any]] = api.get_openapi_schema()["paths"]
    for path in sorted(paths):
        if path.endswith(".csv") and path.removesuffix(".csv") in paths:
            continue
        for method, operation in paths[path].items():
            twin = f"{path}.csv"
            yield Endpoint(
                anchor=operation["operationId"],
                method=method.upper(),
                path=path,
                title=operation.get("summary", ""),
                parameters=tuple(_parameter(found) for found in operation.get("parameters", ())),
                csv=twin if twin in paths else "",
                can_be_opened="{" not in path,
            )


def _parameter(found: dict[str, Any]) -> Parameter:
    schema = found.get("schema", {})
    default = schema.get("default")
    return Parameter(
        name=found["name"],
        place=found["in"],
        kind=_kind(schema),
        default="" if default in (None, "") else str(default),
        explanation=schema.get("description") or found.get("description", ""),
    )


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return _kind(_resolve(schema["$ref"]))
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            kinds = [_kind(part) for part in schema[several] if part.get("type") != "null"]
            return " | ".join(kind for kind in kinds if kind)
    return str(schema.get("format") or schema.get("type", ""))


def _resolve(reference: str) -> dict[str, Any]:
    schemas: dict[str, Any] = api.get_openapi_schema()["components"]["schemas"]
    found: dict[str, Any] = schemas[reference.rsplit("/", 1)[-1]]
    return found
