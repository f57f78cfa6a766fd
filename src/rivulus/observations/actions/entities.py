"""Describing things by code, many at once: what is not there is added, what differs is changed, nothing is removed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import box_of, read_geojson, to_wkb
from rivulus.kernel.words import N_
from rivulus.observations.actions import places
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    Location,
    MultiDatastreamPart,
    ObservedProperty,
    Owner,
    Sensor,
    TaskingCapability,
    Thing,
)
from rivulus.observations.rules import entities as rules
from rivulus.observations.rules import permissions
from rivulus.observations.terms import ObservationType

if TYPE_CHECKING:
    from rivulus.identity.models import Person

REGISTER = "observations_register"  # what processes with a register of series listen to
BATCH = 500
MOST_CODES = 50  # named in one journal line
DERIVED = frozenset({"geometry", "box"})  # follow from the JSON beside them, and are not compared

type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upserted:
    """The numbers of what was described, by code, and how many rows were added and changed."""

    things: Mapping[str, int] = field(default_factory=dict)
    series: Mapping[str, int] = field(default_factory=dict)
    capabilities: Mapping[str, int] = field(default_factory=dict)
    added: int = 0
    changed: int = 0


def upsert_thing(*, by: "Person | None", spec: rules.ThingSpec) -> Thing:
    """Describe one thing with its place, series and capabilities, and return it."""
    done = upsert_things(by=by, specs=(spec,))
    return Thing.objects.get(pk=done.things[spec.code])


@transaction.atomic
def upsert_things(*, by: "Person | None", specs: Sequence[rules.ThingSpec]) -> Upserted:
    """Describe many things in a few queries for all; raises Refused, with nothing changed, where one is wrong.

    Two who describe the same thing at once wait for one another. ``by`` is None for the platform itself.
    """
    if by is not None:
        permissions.check_can("edit_thing", identity.roles_of(by))
    checked = [rules.check_thing(spec) for spec in specs]
    work = _Work()
    wanted = {spec.code: _thing_values(spec) for spec in checked}
    things = work.upsert(Thing, wanted, keep=("supplier_id",), check=_check_owner_stays)
    _place(work, checked, things, by)
    series = _upsert_series(work, checked, things)
    capabilities = _upsert_capabilities(work, checked, things)
    work.write(by, "observations.things.described")
    return Upserted(_numbers(things), _numbers(series), _numbers(capabilities), len(work.added), len(work.changed))


@transaction.atomic
def upsert_properties(*, by: "Person | None", specs: Sequence[rules.PropertySpec]) -> dict[str, int]:
    """Describe observed properties, and return their numbers by code."""
    if by is not None:
        permissions.check_can("edit_thing", identity.roles_of(by))
    work = _Work()
    wanted = {spec.code: _property_values(rules.check_property(spec)) for spec in specs}
    rows = work.upsert(ObservedProperty, wanted)
    work.write(by, "observations.properties.described")
    return _numbers(rows)


@dataclass(slots=True)
class _Work:
    """One round of describing: what it added and changed so far, as "Thing:code"."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def upsert[M: models.Model](
        self,
        model: type[M],
        wanted: Mapping[str, Values],
        *,
        keep: Sequence[str] = (),
        check: Callable[[M, Values], None] | None = None,
    ) -> dict[str, M]:
        """Add and change rows by code; columns in ``keep`` are not changed where the new value is None.

        Rows are looked for before they are inserted: an INSERT that meets a conflict still takes a number, and the
        numbers of series must fit into twenty bits.
        """
        manager = model._default_manager
        rows = {str(row.code): row for row in manager.filter(code__in=list(wanted))}  # type: ignore[attr-defined]
        missing = sorted(code for code in wanted if code not in rows)
        if missing:
            made = [model(code=code, **wanted[code]) for code in missing]
            manager.bulk_create(made, ignore_conflicts=True, batch_size=BATCH)
            rows |= {str(row.code): row for row in manager.filter(code__in=missing)}  # type: ignore[attr-defined]
            self.added += [f"{model.__name__}:{code}" for code in missing]
        differing = [code for code in sorted(rows) if _differs(rows[code], wanted[code], keep)]
        if differing:
            self._change(model, differing, wanted, rows, keep, check)
        return rows

    def _change[M: models.Model](
        self,
        model: type[M],
        codes: Sequence[str],
        wanted: Mapping[str, Values],
        rows: dict[str, M],
        keep: Sequence[str],
        check: Callable[[M, Values], None] | None,
    ) -> None:
        locked = model._default_manager.select_for_update(of=("self",), no_key=True).filter(code__in=codes)
        for row in locked.order_by("id"):
            code = str(row.code)  # type: ignore[attr-defined]
            if check is not None:
                check(row, wanted[code])
            for column, value in wanted[code].items():
                if value is not None or column not in keep:
                    setattr(row, column, value)
            rows[code] = row
        columns = [model._meta.get_field(column.removesuffix("_id")).name for column in next(iter(wanted.values()))]
        model._default_manager.bulk_update([rows[code] for code in codes], columns, batch_size=BATCH)
        self.changed += [f"{model.__name__}:{code}" for code in codes]

    def write(self, by: "Person | None", verb: str) -> None:
        """Write the line of the journal and wake whoever keeps a register, where anything is new."""
        if not self.added and not self.changed:
            return
        codes = (self.added + self.changed)[:MOST_CODES]
        content = {"added": len(self.added), "changed": len(self.changed), "codes": codes}
        subject_id = codes[0] if len(self.added) + len(self.changed) == 1 else "*"
        journal.write(by=by, verb=verb, subject="observations.entity", subject_id=subject_id, content=content)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [REGISTER])


def _differs(row: models.Model, values: Values, keep: Sequence[str]) -> bool:
    return any(
        getattr(row, column) != value
        for column, value in values.items()
        if column not in DERIVED and (value is not None or column not in keep)
    )


def _numbers(rows: Mapping[str, models.Model]) -> dict[str, int]:
    return {code: int(row.pk) for code, row in rows.items()}


def _described(spec: Any) -> Values:
    return {"name": spec.name, "description": spec.description, "properties": dict(spec.properties)}


def _thing_values(spec: rules.ThingSpec) -> Values:
    return _described(spec) | {
        "domain": str(spec.domain),
        "supplier_id": spec.supplier,
        "is_public": spec.is_public,
        "is_simulated": spec.is_simulated,
    }


def _property_values(spec: rules.PropertySpec) -> Values:
    return _described(spec) | {
        "definition": spec.definition,
        "limits": dict(spec.limits),
        "retention": dict(spec.retention),
    }


def _encoded_values(spec: rules.SensorSpec | rules.ActuatorSpec) -> Values:
    return _described(spec) | {"encoding_type": spec.encoding_type, "metadata": spec.metadata}


def _shape(value: Any, encoding_type: str) -> Values:
    if encoding_type not in rules.GEOJSON_TYPES:
        return {"geometry": None, "box": None}
    geometry = read_geojson(value)
    return {"geometry": to_wkb(geometry), "box": box_of(geometry)}


def _check_owner_stays(row: Thing, values: Values) -> None:
    if values["supplier_id"] not in (None, row.supplier_id):
        raise Refused(N_("The thing %(code)s belongs to another supplier."), code=str(row.code))


# Places.


def _place(work: _Work, specs: Sequence[rules.ThingSpec], things: Mapping[str, Thing], by: "Person | None") -> None:
    wanted: dict[str, Values] = {}
    where: dict[int, list[str]] = {}
    suppliers: dict[str, int] = {}
    for spec in specs:
        for index, location in enumerate(spec.locations):
            code = location.code or (f"{spec.code}:place" if index == 0 else f"{spec.code}:place:{index + 1}")
            wanted[code] = _location_values(location, spec.name)
            where.setdefault(things[spec.code].pk, []).append(code)
            if spec.supplier is not None:
                suppliers[code] = spec.supplier
    if not wanted:
        return
    before = len(work.changed)
    rows = work.upsert(Location, wanted)
    places.move_things(by=by, moves={thing: [rows[code].pk for code in codes] for thing, codes in where.items()})
    changed = [rows[name.partition(":")[2]].pk for name in work.changed[before:]]
    places.generate_features(by=by, locations=changed)
    owners = [Owner(kind="location", entity=rows[code].pk, supplier_id=owner) for code, owner in suppliers.items()]
    Owner.objects.bulk_create(owners, ignore_conflicts=True, batch_size=BATCH)


def _location_values(spec: rules.LocationSpec, name: str) -> Values:
    return {
        "name": spec.name or name,
        "description": spec.description,
        "properties": dict(spec.properties),
        "encoding_type": spec.encoding_type,
        "location": spec.location,
        **_shape(spec.location, spec.encoding_type),
    }


# Series.


def _upsert_series(work: _Work, specs: Sequence[rules.ThingSpec], things: Mapping[str, Thing]) -> dict[str, Datastream]:
    listed = [(spec, series) for spec in specs for series in spec.series]
    if len({series.code for _, series in listed}) < len(listed):
        raise Refused(N_("The same series is described twice."))
    sensors = _upsert_named(work, Sensor, [series.sensor for _, series in listed], _encoded_values)
    observed = [s.observed_property for _, s in listed if s.observed_property is not None]
    observed += [part.observed_property for _, s in listed for part in s.parts]
    properties = _upsert_named(work, ObservedProperty, observed, _property_values)
    features = _upsert_features(work, [s.default_feature for _, s in listed if s.default_feature is not None])
    wanted = {
        series.code: _series_values(series, spec, things, sensors, properties, features) for spec, series in listed
    }
    rows = work.upsert(Datastream, wanted, keep=("default_feature_id",), check=_check_series_stays)
    _upsert_parts([(rows[s.code], s) for _, s in listed if s.parts], properties)
    return rows


def _series_values(
    series: rules.SeriesSpec,
    spec: rules.ThingSpec,
    things: Mapping[str, Thing],
    sensors: Mapping[str, Any],
    properties: Mapping[str, Any],
    features: Mapping[str, Any],
) -> Values:
    is_multi = bool(series.parts)
    observed, feature = series.observed_property, series.default_feature
    return _described(series) | {
        "kind": str(rules.find_kind(series.observation_type, is_multi=is_multi)),
        "observation_type": str(ObservationType.COMPLEX if is_multi else series.observation_type),
        "thing_id": things[spec.code].pk,
        "sensor_id": sensors[_code_of(series.sensor)].pk,
        "observed_property_id": properties[_code_of(observed)].pk if observed is not None else None,
        "unit_of_measurement": rules.check_unit(dict(series.unit)),
        "observed_area": series.observed_area,
        "default_feature_id": features[str(feature.code)].pk if feature is not None else None,
        "period_s": series.period_s,
        "limits": dict(series.limits),
        "is_public": series.is_public,
        "is_simulated": series.is_simulated or spec.is_simulated,
    }


def _check_series_stays(row: Datastream, values: Values) -> None:
    """What was observed would be read wrongly if a series changed its thing or the kind of its results."""
    if row.thing_id != values["thing_id"]:
        raise Refused(N_("The series %(code)s belongs to another thing."), code=str(row.code))
    if row.kind != values["kind"]:
        raise Refused(N_("The series %(code)s has results of another kind."), code=str(row.code))


def _upsert_features(work: _Work, specs: Sequence[rules.FeatureSpec]) -> dict[str, FeatureOfInterest]:
    wanted: dict[str, Values] = {}
    for spec in specs:
        if spec.code is None:
            raise Refused(N_("The %(label)s may not be empty."), label="code")
        shape = _shape(spec.feature, spec.encoding_type)
        wanted[spec.code] = _described(spec) | {"encoding_type": spec.encoding_type, "feature": spec.feature} | shape
    return work.upsert(FeatureOfInterest, wanted) if wanted else {}


def _upsert_parts(series: Sequence[tuple[Datastream, rules.SeriesSpec]], properties: Mapping[str, Any]) -> None:
    parts = [
        MultiDatastreamPart(
            datastream=row,
            position=position,
            observed_property_id=properties[_code_of(part.observed_property)].pk,
            observation_type=str(part.observation_type),
            unit_of_measurement=rules.check_unit(dict(part.unit)),
        )
        for row, spec in series
        for position, part in enumerate(spec.parts)
    ]
    MultiDatastreamPart.objects.bulk_create(
        parts,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["datastream", "position"],
        update_fields=["observed_property", "observation_type", "unit_of_measurement"],
    )
    for row, spec in series:
        MultiDatastreamPart.objects.filter(datastream=row, position__gte=len(spec.parts)).delete()


# What can be told.


def _upsert_capabilities(
    work: _Work, specs: Sequence[rules.ThingSpec], things: Mapping[str, Thing]
) -> dict[str, TaskingCapability]:
    listed = [(spec, capability) for spec in specs for capability in spec.capabilities]
    actuators = _upsert_named(work, Actuator, [capability.actuator for _, capability in listed], _encoded_values)
    wanted = {
        capability.code: _described(capability)
        | {
            "thing_id": things[spec.code].pk,
            "actuator_id": actuators[_code_of(capability.actuator)].pk,
            "tasking_parameters": dict(capability.tasking_parameters),
        }
        for spec, capability in listed
    }
    return work.upsert(TaskingCapability, wanted)


def _code_of(named: Any) -> str:
    return named if isinstance(named, str) else str(named.code)


def _upsert_named[M: models.Model](
    work: _Work, model: type[M], given: Iterable[Any], values_of: Callable[[Any], Values]
) -> dict[str, M]:
    """Describe what is given whole, find what is given by its code alone, and return both by code."""
    listed = list(given)
    wanted = {item.code: values_of(item) for item in listed if not isinstance(item, str)}
    named = {item for item in listed if isinstance(item, str)} - set(wanted)
    rows = work.upsert(model, wanted) if wanted else {}
    rows |= {str(row.code): row for row in model._default_manager.filter(code__in=named)}  # type: ignore[attr-defined]
    for code in sorted(named):
        if code not in rows:
            raise Refused(N_("No %(kind)s has the code %(code)s."), kind=model.__name__, code=code[:200])
    return rows
