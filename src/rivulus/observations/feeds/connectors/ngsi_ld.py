"""NGSI-LD and NGSI-v2 entities of Smart Data Models: normalised, as key and value, and as GeoJSON features."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.connectors.taking import Answer, Taker, load_json, mapping, objects, text_of
from rivulus.observations.rules import units
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Gatherer, Mapped
from rivulus.observations.rules.connectors.smart_data_models import MODELS, TIMES
from rivulus.observations.rules.times import TimeReader, Twice

GEOMETRIES = frozenset({"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"})


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the entities; an attribute's own time counts before the entity's."""
    gatherer = Gatherer()
    for body in answer.bodies("entities"):
        for place, entity in enumerate(list_entities(load_json(body))):
            take_entity(gatherer, declaration, answer, entity, f"[{place}]")
    return gatherer.done()


def list_entities(document: Any) -> list[Mapping[str, Any]]:
    """Return the entities of a list, a feature collection, or one alone."""
    if isinstance(document, Mapping):
        listed = document.get("features") if document.get("type") == "FeatureCollection" else [document]
        return objects(listed)
    return objects(document)


def take_entity(
    gatherer: Gatherer, declaration: Declaration, answer: Answer, entity: Mapping[str, Any], where: str
) -> None:
    """Take one entity."""
    attributes = mapping(entity.get("properties")) if entity.get("type") == "Feature" else entity
    model = text_of(attributes.get("type"))
    identifier = text_of(entity.get("id"))
    taker = Taker(gatherer, declaration, identifier, f"{where} {identifier}"[:200], answer.received_us)
    if not identifier:
        taker.complain(Refused(N_("The entity has no id.")))
        return
    fields = _fields(declaration, model)
    if not fields:
        taker.complain(Refused(N_("Nothing is declared for entities of the type “%(type)s”."), type=model[:80]))
        return
    taker.name = text_of(value_of(attributes.get("name"))) or identifier
    taker.place = _place(attributes, entity)
    taker.properties = {"type": model}
    _take_attributes(taker, declaration, fields, attributes)
    taker.done()


def _take_attributes(
    taker: Taker, declaration: Declaration, fields: Mapping[str, Field], attributes: Mapping[str, Any]
) -> None:
    for name, attribute in attributes.items():
        field = fields.get(name.lower())
        if field is None:
            continue
        try:
            time_us = _time(attribute, attributes, declaration, taker.received_us)
            code = _metadata(attribute, "unitCode")
            unit = units.of_code(code) if code else ""
        except Refused as refused:
            taker.gatherer.complain(f"{taker.where} {name}", refused)
            continue
        own = replace(field, source_unit="") if unit and not _is_declared(declaration, name, field) else field
        taker.take(own, value_of(attribute), time_us, unit, what=name)


def _is_declared(declaration: Declaration, name: str, field: Field) -> bool:
    """Whether the unit is settled whatever the answer says: declared here, or a level with its weighting."""
    return name in declaration.fields or field.source_unit in units.LEVELS


def _fields(declaration: Declaration, model: str) -> dict[str, Field]:
    both = {**MODELS.get(model, {}), **declaration.fields}
    only = declaration.options.get("only")
    return {name.lower(): one for name, one in both.items() if not isinstance(only, list) or name in only}


def value_of(attribute: Any) -> Any:
    """Return the value of an attribute in any of the forms; of several at once, the first."""
    if isinstance(attribute, list) and attribute and isinstance(attribute[0], Mapping):
        attribute = next((one for one in attribute if "datasetId" not in one), attribute[0])
    if isinstance(attribute, Mapping):
        if "@value" in attribute:
            return attribute["@value"]
        if "value" in attribute:
            return value_of(attribute["value"]) if isinstance(attribute["value"], Mapping) else attribute["value"]
        if "languageMap" in attribute:
            languages = mapping(attribute["languageMap"])
            return languages.get("ro") or next(iter(languages.values()), "")
    return attribute


def _metadata(attribute: Any, name: str) -> str:
    """Return unitCode, or a time of measurement, of one attribute: beside the value, or in its metadata (NGSI-v2)."""
    if isinstance(attribute, list) and attribute:
        attribute = attribute[0]
    if not isinstance(attribute, Mapping):
        return ""
    found = attribute.get(name) or mapping(attribute.get("metadata")).get(name)
    return text_of(value_of(found))


def _time(attribute: Any, attributes: Mapping[str, Any], declaration: Declaration, received_us: int) -> int:
    reader = TimeReader(
        zone=str(declaration.options.get("zone", "")), twice=Twice(str(declaration.options.get("twice", "refuse")))
    )
    own = _metadata(attribute, "observedAt") or _metadata(attribute, "timestamp")
    if own:
        return reader.read(own)
    for name in TIMES:
        written = text_of(value_of(attributes.get(name)))
        if written:
            return reader.read(written.split("/")[0])  # of an interval its beginning
    if declaration.options.get("time") == "received":
        return received_us // 1000 * 1000
    raise Refused(N_("The entity does not say when it was observed."))


def _place(attributes: Mapping[str, Any], entity: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for candidate in (attributes.get("location"), entity.get("geometry")):
        found = mapping(candidate)
        if found.get("type") not in GEOMETRIES:
            found = mapping(value_of(candidate) if "value" not in found else found["value"])
        if found.get("type") in GEOMETRIES and isinstance(found.get("coordinates"), list):
            return {"type": found["type"], "coordinates": found["coordinates"]}
    return None
