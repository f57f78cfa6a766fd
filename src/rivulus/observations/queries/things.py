"""Things and series for pages: what there is, where it is, whose it is."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from rivulus.kernel.errors import NotFound
from rivulus.kernel.geometry import from_wkb
from rivulus.observations.models import Datastream, MultiDatastreamPart, Thing
from rivulus.observations.queries.visible import visible_series, visible_things


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingFilter:
    """What is asked of the list of things."""

    domain: str = ""
    search: str = ""
    with_private: bool = False


def list_things(wanted: ThingFilter) -> QuerySet[Thing]:
    """Return things by name, with their locations; two queries when read, whatever their number."""
    found = Thing.objects.select_related("supplier").prefetch_related("locations")
    found = visible_things(found, with_private=wanted.with_private)
    if wanted.domain:
        found = found.filter(domain=wanted.domain)
    if wanted.search:
        found = found.filter(Q(name__icontains=wanted.search) | Q(locations__name__icontains=wanted.search)).distinct()
    return found.order_by("name", "id")


def get_thing(thing_id: int, *, with_private: bool = False) -> Thing:
    """Return a thing with its locations and supplier; raises NotFound, also for a private one that may not be seen."""
    try:
        return list_things(ThingFilter(with_private=with_private)).get(pk=thing_id)
    except Thing.DoesNotExist:
        raise NotFound from None


def list_series(thing_ids: Collection[int], *, with_private: bool = False) -> QuerySet[Datastream]:
    """Return the series of things, thing by thing, with what they observe; two queries when read."""
    parts = Prefetch("parts", MultiDatastreamPart.objects.select_related("observed_property").order_by("position"))
    found = Datastream.objects.filter(thing_id__in=thing_ids).select_related("observed_property", "sensor", "thing")
    found = visible_series(found, with_private=with_private)
    return found.prefetch_related(parts).order_by("thing_id", "id")


def get_series(series_id: int, *, with_private: bool = False) -> Datastream:
    """Return a series with its thing, sensor and property; raises NotFound, also for one that may not be seen."""
    found = Datastream.objects.select_related("observed_property", "sensor", "thing__supplier")
    found = visible_series(found, with_private=with_private)
    try:
        return found.prefetch_related("thing__locations").get(pk=series_id)
    except Datastream.DoesNotExist:
        raise NotFound from None


def list_series_by_id(series_ids: Collection[int], *, with_private: bool = False) -> QuerySet[Datastream]:
    """Return those of the named series that may be seen, by number."""
    found = Datastream.objects.filter(pk__in=series_ids).select_related("observed_property", "thing")
    found = visible_series(found, with_private=with_private)
    return found.order_by("pk")


def find_public_series(
    *, numbers: Collection[int] = (), thing: int | None = None, domain: str = "", most: int = 500
) -> list[Datastream]:
    """Return at most ``most`` public series: those of the numbers, else of the thing, else of the domain."""
    if not numbers and thing is None and not domain:
        return []
    found = list_series_by_id(numbers) if numbers else visible_series(Datastream.objects.all(), with_private=False)
    if not numbers:
        found = found.filter(thing_id=thing) if thing is not None else found.filter(thing__domain=domain)
    return list(found.order_by("pk")[:most])


def position_of(thing: Thing) -> tuple[float, float] | None:
    """Return (longitude, latitude) of the middle of a thing's first known place."""
    for location in thing.locations.all():
        if location.geometry is not None:
            middle = from_wkb(location.geometry).centroid
            return middle.x, middle.y
    return None


@dataclass(frozen=True, slots=True)
class DomainCount:
    """How many things of a domain there are, and how many of them are simulated."""

    things: int
    simulated: int


def count_by_domain(*, with_private: bool = False) -> dict[str, DomainCount]:
    """Return the number of things of each domain that has any; one query."""
    found = visible_things(Thing.objects.all(), with_private=with_private)
    rows = found.values_list("domain").annotate(
        number=Count("id"), simulated=Count("id", filter=Q(is_simulated=True))
    )  # fmt: skip
    return {domain: DomainCount(number, simulated) for domain, number, simulated in rows.order_by("domain")}
