"""The series and things that the panels of a dashboard show."""

from collections.abc import Sequence

from django.db.models import QuerySet

from rivulus.observations.models import Datastream, Thing
from rivulus.observations.queries.things import ThingFilter, list_things
from rivulus.observations.queries.visible import visible_series
from rivulus.observations.terms import ResultKind

MOST_THINGS = 200
MOST_OF_PROPERTY = 2_000


def list_series_of_property(property_code: str, *, with_private: bool = False) -> QuerySet[Datastream]:
    """Return the numeric series of a property (by its code), station by station."""
    return _visible(with_private).filter(observed_property__code=property_code)[:MOST_OF_PROPERTY]


def list_series_by_code(codes: Sequence[str], *, with_private: bool = False) -> QuerySet[Datastream]:
    """Return the numeric series of these codes."""
    return _visible(with_private).filter(code__in=codes)


def list_things_of_domain(domain: str, *, with_private: bool = False) -> list[Thing]:
    """Return at most 200 things of a domain by name."""
    return list(list_things(ThingFilter(domain=domain, with_private=with_private))[:MOST_THINGS])


def _visible(with_private: bool) -> QuerySet[Datastream]:
    found = Datastream.objects.filter(kind=ResultKind.NUMBER).select_related("observed_property", "thing", "sensor")
    return visible_series(found, with_private=with_private).order_by("thing__name", "id")
