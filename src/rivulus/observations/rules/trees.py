"""What somebody wants to have described at once: an entity, what it hangs on, what hangs on it. Pure.

Words of OGC 18-088: a deep insert is a tree of new entities and of references to those that exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reference:
    """An entity that exists."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Child:
    """What hangs on an entity through a column of its own that names it."""

    column: str
    target: "Node | Reference"


@dataclass(frozen=True, slots=True)
class Node:
    """A new entity: its columns as given, what it names (by column), what it is joined with, and what hangs on it.

    ``joined`` holds sets that are joined without either naming the other, by the name of the link. ``observations``
    are as they came: what a result must be is known when the series is.
    """

    name: str
    values: Mapping[str, Any]
    ones: Mapping[str, "Node | Reference"] = field(default_factory=dict)
    joined: Mapping[str, tuple["Node | Reference", ...]] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    observations: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Observations of a new series (``link`` is Datastream), or about a new feature, that wait to be stored."""

    name: str
    number: int
    observations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Described:
    """What became of a tree: the number of its root, how many entities were made, and what waits to be stored."""

    name: str
    number: int
    made: Mapping[str, int]
    waiting: tuple[Waiting, ...] = ()


def word_of(name: str) -> str:
    """Return the word of the journal for a kind of entity."""
    return {"FeatureOfInterest": "feature", "ObservedProperty": "property"}.get(name, name.lower())
