"""What the pictures ask for while somebody looks at them, and series as files."""

import datetime as dt
import math
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.limits import Limit, address_of, count
from rivulus.observations.models import Datastream
from rivulus.observations.presenters.values import present_value, unit_words
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries import export
from rivulus.observations.queries.latest import latest_of
from rivulus.observations.queries.series_charts import MOST_POINTS, get_envelope
from rivulus.observations.queries.things import get_series, list_series_by_id
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import ResultKind

DEFAULT_REACH = dt.timedelta(days=7)
FILES = Limit(name="series_file", most=30)
MOST_SERIES = 200


@require_safe
def chart(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a stretch of a numeric series thinned to ``points``: seconds, means, lowest, highest; null is a gap."""
    series = _series(request, pk)
    if series.kind != ResultKind.NUMBER:
        raise Http404
    start, end = _span(request)
    points = request.GET.get("points", "")
    found = get_envelope(series, start, end, int(points) if points.isdecimal() and 0 < len(points) < 6 else 800)
    answer = {
        "unit": unit_words(series),
        "step": found.step_us / 1e6,
        "most_points": MOST_POINTS,
        "simulated": series.is_simulated,
        "time": (found.time / 1e6).tolist(),
        "mean": _numbers(found.mean.tolist()),
        "low": _numbers(found.low.tolist()),
        "high": _numbers(found.high.tolist()),
    }
    return _kept(request, JsonResponse(answer))


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """Return the newest values of up to 200 series (``series=1,2,3``), in words and as numbers."""
    wanted = [int(word) for word in request.GET.get("series", "").split(",")[:MOST_SERIES] if word.isdecimal()]
    listed = list(list_series_by_id(wanted, with_private=sees_private(request)))
    found = latest_of(listed)
    values = {one.pk: present_value(one, found.get(one.pk)) for one in listed}
    answer = {
        str(pk): {
            "text": value.text,
            "unit": value.unit,
            "when": value.when,
            "time": value.iso,
            "number": value.number,
            "silent": value.is_silent,
            "simulated": value.series.is_simulated,
        }
        for pk, value in values.items()
    }
    return _kept(request, JsonResponse({"series": answer, "gate": _gate(request)}))


def _gate(request: HttpRequest) -> dict[str, str | int] | None:
    """Return where the live stream is, where the content security policy lets a page listen to it; None otherwise."""
    host = request.get_host().partition(":")[0]
    if settings.RIVULUS_GATE_URL or (settings.RIVULUS_GATE_PORT and host in {"127.0.0.1", "localhost"}):
        return {"url": settings.RIVULUS_GATE_URL, "port": settings.RIVULUS_GATE_PORT}
    return None


@require_safe
def as_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Stream a series as a table: time, result, flags."""
    return _file(request, pk, "csv", "text/csv; charset=utf-8", export.stream_csv)


@require_safe
def as_parquet(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Stream a series as Parquet, with its unit and source among the file's own words."""
    return _file(request, pk, "parquet", "application/vnd.apache.parquet", export.stream_parquet)


def _file(
    request: HttpRequest, pk: int, ending: str, kind: str, write: Callable[[Datastream, int, int], Iterator[bytes]]
) -> StreamingHttpResponse:
    series = _series(request, pk)
    count(FILES, address_of(request))
    start, end = _span(request)
    response = StreamingHttpResponse(write(series, start, end), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="series-{pk}.{ending}"'
    return response


def _series(request: HttpRequest, pk: int) -> Datastream:
    try:
        return get_series(pk, with_private=sees_private(request))
    except NotFound:
        raise Http404 from None


def _span(request: HttpRequest) -> tuple[int, int]:
    """Return the asked stretch (``start`` and ``end`` in milliseconds since 1970); a week when nothing is said."""
    now = clock.now()
    words = request.GET.get("start", ""), request.GET.get("end", "")
    try:
        start, end = (int(word) * 1000 for word in words)
    except ValueError:
        return microseconds(now - DEFAULT_REACH), microseconds(now) + 1000
    start, end = max(start, EARLIEST_US), min(end, LATEST_US)
    return start, max(end, start + 1000)


def _numbers(values: list[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.6g}") for value in values]


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store" if request.user.is_authenticated else "public, max-age=10"
    return response
