"""Telling the rules that something has happened."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from rivulus.kernel import clock
from rivulus.observations import events
from rivulus.observations.models import Datastream, Occurrence

if TYPE_CHECKING:
    from rivulus.identity.models import Person

CHANNEL = "observations_events"


@transaction.atomic
def tell(
    *,
    by: "Person | None",
    name: str,
    subject: str = "",
    content: Mapping[str, Any] | None = None,
    datastream: Datastream | None = None,
    is_simulated: bool = False,
) -> Occurrence:
    """Keep an event, in the transaction of what caused it, for rules to see; returns it. ``content`` is plain JSON.

    ``by`` says whose doing it was to whoever reads the code; rules do not ask who. Raises ValueError for a name that
    nobody has registered.
    """
    if events.find_event(name) is None:
        raise ValueError(f"No event is called {name}.")
    row = Occurrence.objects.create(
        name=name,
        subject=subject[:100],
        content=dict(content or {}),
        datastream=datastream,
        is_simulated=is_simulated,
        occurred_at=clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])
    return row
