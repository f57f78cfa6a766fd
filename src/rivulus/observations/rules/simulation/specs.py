"""The invented devices in the words of SensorThings, so that they are described like any other."""

from collections.abc import Mapping
from typing import Any

from rivulus.observations.rules.domains.declared import PropertyDeclaration, unit_of
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    LocationSpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.rules.simulation.city import PREFIX, SimulatedSeries, SimulatedThing
from rivulus.observations.terms import ObservationType

DESCRIPTION = "Dispozitiv simulat: nu există în oraș, iar valorile lui sunt inventate."
FRACTIONS = {
    "residual": "rezidual", "paper": "hârtie", "plastic_metal": "plastic și metal", "glass": "sticlă", "bio": "biodeșeuri",
}  # fmt: skip
DIMMER = ActuatorSpec(code=f"{PREFIX}:dimmer", name="Regulator de lumină simulat", description=DESCRIPTION)
LIGHT = {
    "type": "DataRecord",
    "field": [
        {
            "name": "light", "type": "Quantity", "label": "Nivelul de lumină", "uom": {"code": "%"},
            "constraint": {"interval": [[0, 100]]},
        }
    ],
}  # fmt: skip


def describe(thing: SimulatedThing, declared: Mapping[str, PropertyDeclaration]) -> ThingSpec:
    """Return the specification of a device; every property it observes must be declared."""
    place = {"type": "Point", "coordinates": [thing.longitude, thing.latitude]}
    return ThingSpec(
        code=thing.code,
        name=thing.name,
        domain=thing.domain,
        description=DESCRIPTION,
        properties=_properties(thing),
        locations=(LocationSpec(location=place, name=thing.place.name),),
        series=tuple(_series(thing, each, declared[each.observed_property]) for each in thing.series),
        capabilities=(_capability(thing),) if thing.is_taskable else (),
        is_simulated=True,
    )


def _properties(thing: SimulatedThing) -> dict[str, Any]:
    hidden = {"fill_h", "daily", "kwh_m2_k", "base_cm", "mean_m3_h", "kwh_k_day"}  # of the model, not of the device
    return {"kind": thing.kind} | {name: value for name, value in thing.numbers.items() if name not in hidden}


def _series(thing: SimulatedThing, series: SimulatedSeries, declared: PropertyDeclaration) -> SeriesSpec:
    label = FRACTIONS.get(series.label, series.label)
    name = f"{declared.name.ro}{f' ({label})' if label else ''}, {thing.name}"
    return SeriesSpec(
        code=series.code,
        name=name,
        sensor=SensorSpec(
            code=f"{PREFIX}:sensor-{thing.kind}", name=f"Senzor simulat ({thing.kind})", description=DESCRIPTION
        ),
        observed_property=declared.spec.code,
        observation_type=_type(declared),
        unit=unit_of(declared.symbol, declared.shown or declared.name.ro),
        properties={"fraction": series.label} if series.label else {},
        period_s=series.period_s,
        is_simulated=True,
    )


def _type(declared: PropertyDeclaration) -> str:
    if declared.kind == "text":
        return ObservationType.CATEGORY
    return ObservationType.COUNT if declared.is_counted and declared.symbol == "1" else ObservationType.MEASUREMENT


def _capability(thing: SimulatedThing) -> CapabilitySpec:
    return CapabilitySpec(
        code=f"{thing.code}:light", name=f"Reglarea luminii, {thing.name}", actuator=DIMMER, tasking_parameters=LIGHT,
        description=DESCRIPTION,
    )  # fmt: skip
