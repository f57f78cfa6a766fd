"""Who reads, and what they see: guests what is public, a supplier's key its own things too, people on duty all.

What is simulated is there only where a demonstration runs.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from rivulus.identity.queries import roles_of
from rivulus.observations.queries.suppliers import find_key
from rivulus.observations.queries.visible import shows_simulated
from rivulus.observations.rules import keys, permissions
from rivulus.observations.standards.sensorthings.entities import Entity
from rivulus.observations.standards.sensorthings.rendering import ServiceError
from rivulus.observations.terms import Scope


@dataclass(frozen=True, slots=True)
class Reader:
    """``supplier`` is whose things are seen besides the public ones; ``tasks`` whose tasks."""

    sees_all: bool = False
    supplier: int | None = None
    sees_tasks: bool = False

    @property
    def parameters(self) -> dict[str, object]:
        """What the conditions below refer to."""
        return {"supplier": self.supplier}

    def condition(self, entity: Entity, alias: str) -> str:
        """Return SQL that is true of the rows of a set that this reader sees ("" when that is all of them)."""
        if self.sees_all and shows_simulated():
            return ""
        template = self._templates().get(entity.set_name, "")
        return template.format(t=alias, thing=self._thing("h"))

    def _thing(self, alias: str) -> str:
        own = f" OR {alias}.supplier_id = %(supplier)s" if self.supplier is not None else ""
        seen = "true" if self.sees_all else f"({alias}.is_public{own})"
        return seen if shows_simulated() else f"({seen} AND NOT {alias}.is_simulated)"

    def _stream(self, alias: str) -> str:
        own = " OR h.supplier_id = %(supplier)s" if self.supplier is not None else ""
        seen = "true" if self.sees_all else f"(h.is_public AND {alias}.is_public{own})"
        real = "" if shows_simulated() else f" AND NOT h.is_simulated AND NOT {alias}.is_simulated"
        return f"EXISTS (SELECT 1 FROM observations_thing h WHERE h.id = {alias}.thing_id AND {seen}{real})"  # noqa: S608

    def _own(self, kind: str) -> str:
        """A supplier sees what it described itself, though nothing uses it yet."""
        if self.supplier is None:
            return ""
        return (
            f" OR EXISTS (SELECT 1 FROM observations_owner w WHERE w.kind = '{kind}' AND w.entity = {{t}}.id"  # noqa: S608
            " AND w.supplier_id = %(supplier)s)"
        )

    def _templates(self) -> dict[str, str]:
        """What is shared is seen through what uses it."""
        by_thing = "EXISTS (SELECT 1 FROM observations_thing h WHERE h.id = {t}.thing_id AND {thing})"
        sensors = (
            f"(EXISTS (SELECT 1 FROM observations_datastream d WHERE d.sensor_id = {{t}}.id AND {self._stream('d')})"  # noqa: S608
            f" OR NOT EXISTS (SELECT 1 FROM observations_datastream d WHERE d.sensor_id = {{t}}.id){self._own('sensor')})"
        )
        properties = (
            f"(EXISTS (SELECT 1 FROM observations_datastream d WHERE d.observed_property_id = {{t}}.id AND {self._stream('d')})"  # noqa: S608
            f" OR EXISTS (SELECT 1 FROM {PARTS} WHERE p.observed_property_id = {{t}}.id AND {self._stream('d')})"
            " OR NOT (EXISTS (SELECT 1 FROM observations_datastream d WHERE d.observed_property_id = {t}.id)"
            " OR EXISTS (SELECT 1 FROM observations_multidatastreampart p WHERE p.observed_property_id = {t}.id))"
            f"{self._own('property')})"
        )
        actuators = (
            f"(EXISTS (SELECT 1 FROM observations_taskingcapability c JOIN observations_thing h ON h.id = c.thing_id"  # noqa: S608
            f" WHERE c.actuator_id = {{t}}.id AND {self._thing('h')})"
            " OR NOT EXISTS (SELECT 1 FROM observations_taskingcapability c WHERE c.actuator_id = {t}.id)"
            f"{self._own('actuator')})"
        )
        tasks = (
            "EXISTS (SELECT 1 FROM observations_taskingcapability c JOIN observations_thing h ON h.id = c.thing_id"
            " WHERE c.id = {t}.tasking_capability_id AND h.supplier_id = %(supplier)s)"
        )
        return {
            "Things": self._thing("{t}"),
            "HistoricalLocations": by_thing,
            "TaskingCapabilities": by_thing,
            "Datastreams": self._stream("{t}"),
            "MultiDatastreams": self._stream("{t}"),
            "Sensors": sensors,
            "ObservedProperties": properties,
            "Actuators": actuators,
            "Locations": f"({LOCATION}{self._own('location')})",
            "FeaturesOfInterest": self._feature(),
            "Tasks": "true" if self.sees_all else tasks if self.sees_tasks else "false",
        }

    def _feature(self) -> str:
        """A feature is seen through the place it was made of, or through the observations about it."""
        place = LOCATION.replace("{t}", "l")
        return (
            f"(EXISTS (SELECT 1 FROM observations_location l WHERE l.id = {{t}}.location_id AND ({place}))"  # noqa: S608
            f" OR EXISTS (SELECT 1 FROM observations_datastream d WHERE d.default_feature_id = {{t}}.id"
            f" AND {self._stream('d')})"
            f" OR EXISTS (SELECT 1 FROM observations_annotation a JOIN observations_datastream d ON d.id = a.datastream"
            f" WHERE a.feature = {{t}}.id AND {self._stream('d')}){self._own('feature')})"
        )


PARTS = "observations_multidatastreampart p JOIN observations_datastream d ON d.id = p.datastream_id"
LOCATION = """EXISTS (SELECT 1 FROM observations_thing_locations x JOIN observations_thing h ON h.id = x.thing_id
 WHERE x.location_id = {t}.id AND {thing})
 OR EXISTS (SELECT 1 FROM observations_historicallocation_locations x
 JOIN observations_historicallocation y ON y.id = x.historicallocation_id
 JOIN observations_thing h ON h.id = y.thing_id WHERE x.location_id = {t}.id AND {thing})"""
GUEST = Reader()


def reader_of(request: HttpRequest) -> Reader:
    """Return who reads; raises ServiceError 401 for a key that nobody has."""
    secret = keys.find_secret({name.lower(): value for name, value in request.headers.items()})
    if secret is None:
        roles = roles_of(request.user)
        return Reader(sees_all=True, sees_tasks=True) if permissions.can("see_duty", roles) else GUEST
    holder = find_key(secret)
    if holder is None:
        raise ServiceError(401, "This key is not known, or no longer valid.")
    if not {Scope.READ, Scope.DESCRIBE} & holder.scopes or holder.is_sandbox:  # who may change it may see it
        return GUEST
    return Reader(sees_all=holder.is_city, supplier=holder.supplier_id, sees_tasks=Scope.TASK in holder.scopes)
