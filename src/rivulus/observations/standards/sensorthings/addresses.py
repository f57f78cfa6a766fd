"""Addresses of resources: ``Things(1)/Datastreams(2)/Observations``, ``Things(1)/name/$value``, ``…/$ref``."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from rivulus.observations.standards.sensorthings.entities import SETS, Entity, Link

MAX_STEPS = 8
MAX_ID = 2**63 - 1
STEP = re.compile(r"([A-Za-z]+)(?:\(\s*('?)(-?\d{1,20})\2\s*\))?\Z")


class AddressError(LookupError):
    """No resource can have this address (404)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of an address: a set, or one entity; how it was reached is ``link`` (None at the start)."""

    entity: Entity
    id: int | None
    link: Link | None
    is_collection: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody wants to go. No steps: the service itself.

    ``property_path`` names a property and a path into it; ``suffix`` is ``$value``, ``$ref`` or nothing.
    """

    steps: tuple[Step, ...] = ()
    property_path: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def is_root(self) -> bool:
        """Whether this is the address of the service."""
        return not self.steps

    @property
    def target(self) -> Entity:
        """The set that the address ends in."""
        return self.steps[-1].entity

    @property
    def is_collection(self) -> bool:
        """Whether it names many."""
        return self.steps[-1].is_collection

    @property
    def id(self) -> int | None:
        """The number of the entity named last, where the address says it."""
        return self.steps[-1].id

    @property
    def parent(self) -> Step | None:
        """The step before the last."""
        return self.steps[-2] if len(self.steps) > 1 else None


def parse_address(path: str) -> Address:
    """Return the address of a path below the service (``""`` and ``"/"`` are the service); raises AddressError."""
    parts = [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []
    if len(parts) > MAX_STEPS + 8:
        raise AddressError("The address has too many parts.")
    suffix = parts.pop() if parts and parts[-1] in {"$value", "$ref"} else ""
    steps: list[Step] = []
    while parts and (step := _step(steps, parts[0])) is not None:
        steps.append(step)
        parts.pop(0)
    return _checked(Address(tuple(steps), tuple(parts), suffix))


def _step(before: list[Step], part: str) -> Step | None:
    """Return the step a part names, or None when it names a property of the entity before it."""
    found = STEP.match(part)
    last = before[-1] if before else None
    if last is not None and last.is_collection:
        raise AddressError(f"There is nothing at {part}: name one of {last.entity.set_name} first, by its number.")
    if last is not None and found and found[1] in last.entity.field_names and found[3] is None:
        return None
    if not found:
        raise AddressError(f"There is nothing at {part}.")
    link = last.entity.link_names.get(found[1]) if last else None
    entity = SETS.get(link.target) if link else (SETS.get(found[1]) if last is None else None)
    if entity is None or len(before) >= MAX_STEPS or (found[3] and link and not link.is_many):
        raise AddressError(f"There is nothing at {part}.")
    number = _number(found[3], is_quoted=bool(found[2]))
    return Step(entity, number, link, number is None and (link is None or link.is_many))


def _number(text: str | None, *, is_quoted: bool) -> int | None:
    if text is None:
        return None
    number = int(text)
    if is_quoted or not 0 < number <= MAX_ID:
        raise AddressError("Identifiers are positive whole numbers.")
    return number


def _checked(address: Address) -> Address:
    """Refuse a property of nothing, and suffixes that do not fit."""
    if address.property_path and (address.is_root or address.property_path[0] not in address.target.field_names):
        raise AddressError(f"There is nothing at {address.property_path[0]}.")
    if address.suffix == "$value" and not address.property_path:
        raise AddressError("$value follows the name of a property.")
    if address.suffix == "$ref" and (address.property_path or address.is_root):
        raise AddressError("$ref follows a set or an entity.")
    return address
