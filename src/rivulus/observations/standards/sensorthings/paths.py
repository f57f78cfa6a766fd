"""What a path such as ``Datastream/Thing/properties/kind`` leads to: links to follow, a property, a way into JSON."""

from dataclasses import dataclass

from rivulus.observations.rules.filters.kinds import Kind
from rivulus.observations.standards.sensorthings.entities import SETS, Entity, Field, Link

MAX_LINKS = 6
INTO = frozenset({Kind.ANY, Kind.GEOMETRY})


@dataclass(frozen=True, slots=True)
class Resolved:
    """``links`` lead to ``entity``; ``field`` is None for its number; ``inside`` is the way into the JSON."""

    links: tuple[Link, ...]
    entity: Entity
    field: Field | None
    inside: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of value that is found there."""
        if self.field is None:
            return Kind.NUMBER
        return Kind.ANY if self.inside else self.field.kind


def resolve(entity: Entity, parts: tuple[str, ...]) -> Resolved | None:
    """Return what a path leads to, or None when it leads nowhere."""
    links: list[Link] = []
    while parts and (link := entity.link_names.get(parts[0])):
        links.append(link)
        entity, parts = SETS[link.target], parts[1:]
    if not parts or len(links) > MAX_LINKS:
        return None
    if parts[0] in {"id", "@iot.id"}:
        return Resolved(tuple(links), entity, None) if len(parts) == 1 else None
    found = entity.field_names.get(parts[0])
    if found is None or (len(parts) > 1 and found.kind not in INTO):
        return None
    return Resolved(tuple(links), entity, found, parts[1:])
