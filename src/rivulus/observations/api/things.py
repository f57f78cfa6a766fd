"""Things and their newest values as lists, beside SensorThings: for spreadsheets and maps."""

import datetime as dt
from collections import Counter

from django.http import HttpRequest, JsonResponse
from ninja import Query, Router, Schema
from pydantic import Field

from rivulus.kernel.listing import ListQuery, add_listing, check_parameters
from rivulus.observations.api.bundles import Rows
from rivulus.observations.models import Datastream, Thing
from rivulus.observations.presenters.values import flag_words, name_of, series_name, unit_words
from rivulus.observations.queries.latest import Latest, latest_of
from rivulus.observations.queries.things import ThingFilter, list_series, list_things, position_of
from rivulus.observations.queries.visible import visible_series
from rivulus.observations.terms import Domain

router = Router()


class ThingsQuery(ListQuery):
    """Which things."""

    domain: Domain | None = Field(None, description="What the thing measures for.")
    search: str = Field("", max_length=80, description="Words in the name of the thing or of its place.")


class ThingOut(Schema):
    """A thing of the city."""

    id: int
    name: str
    domain: str
    place: str
    longitude: float | None
    latitude: float | None
    series: int
    simulated: bool


class LatestOut(Schema):
    """The newest value of a series."""

    series: int
    thing: int
    thing_name: str
    property: str
    name: str
    unit: str
    time: dt.datetime | None
    result: str | None
    value: float | None
    flags: list[str]
    longitude: float | None
    latitude: float | None
    simulated: bool


def find_things(wanted: ThingsQuery) -> Rows[ThingOut]:
    """Return public things by name."""
    return Rows(list_things(_filter(wanted)), _things)


def find_latest(wanted: ThingsQuery) -> Rows[LatestOut]:
    """Return the newest value of every public series, thing by thing."""
    things = list_things(_filter(wanted)).order_by().values("pk")
    found = visible_series(Datastream.objects.filter(thing__in=things), with_private=False)
    found = found.select_related("observed_property", "thing").prefetch_related("thing__locations")
    return Rows(found.order_by("thing_id", "id"), _latest)


def _filter(wanted: ThingsQuery) -> ThingFilter:
    return ThingFilter(domain=str(wanted.domain or ""), search=wanted.search.strip())


def _things(things: list[Thing]) -> list[ThingOut]:
    counts = Counter(list_series([thing.pk for thing in things]).values_list("thing_id", flat=True))
    return [_thing(thing, counts[thing.pk]) for thing in things]


def _thing(thing: Thing, series: int) -> ThingOut:
    position = position_of(thing) or (None, None)
    return ThingOut(
        id=thing.pk,
        name=name_of(thing),
        domain=thing.domain,
        place=", ".join(name_of(location) for location in thing.locations.all()),
        longitude=position[0],
        latitude=position[1],
        series=series,
        simulated=thing.is_simulated,
    )


def _latest(series: list[Datastream]) -> list[LatestOut]:
    found = latest_of(series)
    return [_newest(one, found.get(one.pk)) for one in series]


def _newest(one: Datastream, newest: Latest | None) -> LatestOut:
    position = position_of(one.thing) or (None, None)
    is_number = newest is not None and isinstance(newest.result, int | float) and not isinstance(newest.result, bool)
    return LatestOut(
        series=one.pk,
        thing=one.thing_id,
        thing_name=name_of(one.thing),
        property=(one.observed_property.code or "") if one.observed_property else "",
        name=series_name(one),
        unit=unit_words(one),
        time=dt.datetime.fromtimestamp(newest.time / 1e6, dt.UTC) if newest else None,
        result=None if newest is None or is_number else str(newest.result),
        value=float(newest.result) if newest is not None and is_number else None,
        flags=list(flag_words(newest.quality)) if newest else [],
        longitude=position[0],
        latitude=position[1],
        simulated=one.is_simulated,
    )


@router.get(
    "/latest.geojson",
    summary="Newest values on the map (GeoJSON)",
    url_name="observations-latest-geojson",
    operation_id="list_latest_geojson",
    openapi_extra={"responses": {200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}}}},
)
def latest_geojson(request: HttpRequest, wanted: Query[ThingsQuery]) -> JsonResponse:
    """Return the newest values as points (RFC 7946); what has no place is left out."""
    check_parameters(request, ThingsQuery)
    rows = find_latest(wanted)[wanted.offset : wanted.offset + wanted.limit]
    features = [
        {
            "type": "Feature",
            "id": row.series,
            "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": row.model_dump(mode="json", exclude={"longitude", "latitude"}),
        }
        for row in rows
        if row.longitude is not None
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, content_type="application/geo+json"
    )  # fmt: skip


add_listing(
    router,
    "/things",
    context="observations",
    title="Things that measure",
    query=ThingsQuery,
    out=ThingOut,
    find=find_things,
)
add_listing(
    router,
    "/latest",
    context="observations",
    title="Newest values of all series",
    query=ThingsQuery,
    out=LatestOut,
    find=find_latest,
)
