"""Noting what is to be published over MQTT while a bridge wants it, and taking it off the list when it was."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection, transaction

from rivulus.kernel import clock
from rivulus.observations.models import Outgoing

if TYPE_CHECKING:
    from rivulus.identity.models import Person

PATIENCE = dt.timedelta(days=1)  # how long a bridge may be away before nothing more is noted for it
NAME = "observations_outgoing"
FUNCTIONS = {"observations_reading": "observations_note_readings", "observations_record": "observations_note_records"}
# Tables of entities and the sets that SensorThings has of them.
ENTITIES = {
    "thing": "Things",
    "location": "Locations",
    "historicallocation": "HistoricalLocations",
    "datastream": "Datastreams",
    "sensor": "Sensors",
    "observedproperty": "ObservedProperties",
    "featureofinterest": "FeaturesOfInterest",
    "actuator": "Actuators",
    "taskingcapability": "TaskingCapabilities",
}


@transaction.atomic
def start(*, by: "Person | None" = None) -> bool:
    """Have everything that is stored from now on noted; say whether it was not before."""
    wanted = dict(FUNCTIONS)
    wanted |= {f"observations_{table}": "observations_note_entities" for table in ENTITIES}
    missing = {table: function for table, function in sorted(wanted.items()) if not _is_noted(table)}
    with connection.cursor() as cursor:
        for table, function in missing.items():
            argument = f"'{ENTITIES.get(table.removeprefix('observations_'), '')}'"
            for event in ("insert", "update"):
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {NAME}_{event} AFTER {event} ON {table} "
                    f"REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {function}({argument})"
                )
    return bool(missing)


@transaction.atomic
def stop(*, by: "Person | None" = None) -> None:
    """Note nothing more, and forget what was noted."""
    with connection.cursor() as cursor:
        for table in [*FUNCTIONS, *(f"observations_{table}" for table in ENTITIES)]:
            for event in ("insert", "update"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_{event} ON {table}")
        cursor.execute("TRUNCATE observations_outgoing")


def stop_unheard(*, by: "Person | None" = None) -> bool:
    """Stop when nobody has come for a day for what was noted; say whether that was so."""
    if not Outgoing.objects.filter(created_at__lt=clock.now() - PATIENCE).exists():
        return False
    stop(by=by)
    return True


def forget(*, by: "Person | None" = None, ids: Collection[int]) -> None:
    """Take what the broker has confirmed off the list."""
    Outgoing.objects.filter(pk__in=ids).delete()


def _is_noted(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s", [table, f"{NAME}_%"]
        )
        return int(cursor.fetchone()[0]) == 2
