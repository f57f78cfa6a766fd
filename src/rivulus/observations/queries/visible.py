"""Who sees which things and series: everybody what is public, and nobody what is simulated where no demonstration runs."""

from django.conf import settings
from django.db.models import QuerySet

from rivulus.observations.models import Datastream, Thing


def shows_simulated() -> bool:
    """Tell whether this installation shows what is simulated."""
    return bool(settings.RIVULUS_DEMO)


def visible_things(found: QuerySet[Thing], *, with_private: bool) -> QuerySet[Thing]:
    """Return those of the things that may be seen."""
    if not with_private:
        found = found.filter(is_public=True)
    return found if shows_simulated() else found.filter(is_simulated=False)


def visible_series(found: QuerySet[Datastream], *, with_private: bool) -> QuerySet[Datastream]:
    """Return those of the series that may be seen."""
    if not with_private:
        found = found.filter(is_public=True, thing__is_public=True)
    return found if shows_simulated() else found.filter(is_simulated=False, thing__is_simulated=False)
