"""The API: one door, one router per context, one shape of error."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.throttling import AnonRateThrottle

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import say
from rivulus.observations.api import router as observations
from rivulus.strategy.api import router as strategy


class _Api(NinjaAPI):
    """The description is made once for each address of the platform: it is long, and the same for everybody."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description of every address, for programs."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._described:
            self._described[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._described[prefix]


api = _Api(
    title="Rivulus",
    version="1",
    urls_namespace="api",
    docs_url=None,  # our own page tells people; see config/describe.py
    description=(
        "Everything that the public pages show, as data. Every list has a twin for spreadsheets: the same address "
        "with `.csv`, the same query string. Texts come in the language of `lang` (ro, en, hu). "
        "Data: figures of the Smart City Strategy Baia Mare 2030, what the city has declared since, and what it measures. "
        "Observations themselves are served by SensorThings 1.1 at `/sensorthings/v1.1`."
    ),
    throttle=[AnonRateThrottle("1200/m")],
)
api.add_router("/strategy", strategy, tags=["strategy"])
api.add_router("/observations", observations, tags=["observations"])

# One table from error to status; every answer has the same shape.
STATUS: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not_found"),
    NotFound: (404, "not_found"),
    Refused: (409, "refused"),
    PermissionDenied: (403, "forbidden"),
    Throttled: (429, "too_many_requests"),
    ValidationError: (400, "bad_request"),
    HttpError: (400, "bad_request"),
}


def _answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    status, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    details: list[object] = []
    message = say(error) if isinstance(error, Refused) else str(error)
    if isinstance(error, ValidationError):
        message = "Some parameters are not as they should be."
        details = [{"parameter": ".".join(map(str, e["loc"][1:])), "problem": e["msg"]} for e in error.errors]
    elif isinstance(error, HttpError) and not isinstance(error, Throttled):
        status = error.status_code
    body = {"error": {"code": code, "message": message or code, "details": details}}
    return api.create_response(request, body, status=status)


for _kind in STATUS:
    api.add_exception_handler(_kind, _answer)
