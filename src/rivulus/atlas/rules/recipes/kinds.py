"""Kinds of recipes: what each asks for and answers with, and whether its parameters make sense. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class RecipeKind(StrEnum):
    """What is asked."""

    NEAREST = "nearest"
    WITHIN = "within"
    BUFFER = "buffer"
    INTERSECTION = "intersection"
    PER_INHABITANT = "per_inhabitant"
    INDICATORS = "indicators"
    ZONAL = "zonal"
    HOT_SPOTS = "hot_spots"


KIND_NAMES: Mapping[RecipeKind, str] = {
    RecipeKind.NEAREST: N_("How far is the nearest?"),
    RecipeKind.WITHIN: N_("How many are within a distance?"),
    RecipeKind.BUFFER: N_("What lies within a distance?"),
    RecipeKind.INTERSECTION: N_("What do two layers share?"),
    RecipeKind.PER_INHABITANT: N_("How much is there for each inhabitant?"),
    RecipeKind.INDICATORS: N_("How much is there in each area?"),
    RecipeKind.ZONAL: N_("What does a raster say of each area?"),
    RecipeKind.HOT_SPOTS: N_("Where are the hot and cold spots of a raster?"),
}


class RunState(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


RUN_STATE_NAMES: Mapping[RunState, str] = {
    RunState.QUEUED: N_("Waiting"),
    RunState.RUNNING: N_("Running"),
    RunState.DONE: N_("Done"),
    RunState.FAILED: N_("Failed"),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a kind asks for."""

    layer: str = ""  # a sentence for the first layer, empty where it needs none
    other: str = ""
    raster: bool = False
    distance: bool = False
    attribute: str = ""
    smallest: bool = False
    deviations: bool = False
    makes: str = "any"  # the geometry of what it makes


NEEDS: Mapping[RecipeKind, Needs] = {
    RecipeKind.NEAREST: Needs(N_("From the features of"), N_("to the nearest of"), distance=True, makes="line"),
    RecipeKind.WITHIN: Needs(N_("For each feature of"), N_("count those of"), distance=True),
    RecipeKind.BUFFER: Needs(N_("Around the features of"), distance=True, makes="polygon"),
    RecipeKind.INTERSECTION: Needs(N_("What the areas of"), N_("share with those of"), makes="polygon"),
    RecipeKind.PER_INHABITANT: Needs(
        N_("Homes, with the number of inhabitants"),
        N_("Green space, or places to go to"),
        distance=True,
        attribute=N_("Attribute with the number of inhabitants"),
        smallest=True,
    ),
    RecipeKind.INDICATORS: Needs(
        N_("For each area of"), N_("measure what there is of"), attribute=N_("Attribute to be summed"), makes="polygon"
    ),
    RecipeKind.ZONAL: Needs(N_("For each area of"), raster=True, makes="polygon"),
    RecipeKind.HOT_SPOTS: Needs(raster=True, smallest=True, deviations=True, makes="polygon"),
}

FURTHEST_M = 20_000.0


type Only = Mapping[str, tuple[str, ...]]
"""Attributes with the values that count."""

GROUPED = frozenset({RecipeKind.WITHIN, RecipeKind.PER_INHABITANT})  # kinds whose table may be summed up by areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The numbers of a recipe, and which features of its layers count.

    ``only`` and ``other_only`` keep of each layer the features whose attribute has one of the values; ``area`` (the code
    of a layer and the key of a feature) keeps of the first layer those that lie there. ``by`` is the code of a layer of
    areas by which the table is summed up. ``people``, where no attribute says how many live in a home, is how many live
    in all of them together.
    """

    within_m: float = 0.0
    attribute: str = ""
    smallest_m2: float = 0.0
    deviations: float = 2.0
    only: Only = field(default_factory=dict)
    other_only: Only = field(default_factory=dict)
    area: tuple[str, str] | None = None
    by: str = ""
    people: int = 0

    def as_json(self) -> dict[str, object]:
        """Return them as they are kept; what is not asked for is left out."""
        asked: dict[str, object] = {
            "only": {name: list(values) for name, values in self.only.items()},
            "other_only": {name: list(values) for name, values in self.other_only.items()},
            "area": list(self.area) if self.area else None,
            "by": self.by,
            "people": self.people,
        }
        return {
            "within_m": self.within_m,
            "attribute": self.attribute,
            "smallest_m2": self.smallest_m2,
            "deviations": self.deviations,
            **{name: value for name, value in asked.items() if value},
        }

    @property
    def layers(self) -> tuple[str, ...]:
        """Return the codes of the layers that are looked at besides those of the question."""
        return tuple(code for code in (self.area[0] if self.area else "", self.by) if code)


def read_parameters(given: Mapping[str, object]) -> Parameters:
    """Return the numbers that were kept; what is missing has its usual value."""
    usual = Parameters()
    return Parameters(
        within_m=_number(given.get("within_m"), usual.within_m),
        attribute=str(given.get("attribute") or ""),
        smallest_m2=_number(given.get("smallest_m2"), usual.smallest_m2),
        deviations=_number(given.get("deviations"), usual.deviations),
        only=_only(given.get("only")),
        other_only=_only(given.get("other_only")),
        area=_area(given.get("area")),
        by=str(given.get("by") or ""),
        people=int(_number(given.get("people"), usual.people)),
    )


def _only(given: object) -> Only:
    if not isinstance(given, Mapping):
        return {}
    return {str(name): tuple(map(str, values)) for name, values in given.items() if isinstance(values, list | tuple)}


def _area(given: object) -> tuple[str, str] | None:
    if not isinstance(given, list | tuple) or len(given) != 2:
        return None
    return str(given[0]), str(given[1])


def _number(value: object, usual: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else usual


def check(
    kind: RecipeKind, parameters: Parameters, *, layer: bool, other: bool, raster: bool, attributes: Mapping[str, str]
) -> None:
    """Raise Refused for a recipe that lacks something or whose numbers make no sense.

    ``attributes`` are the types of the attributes that the parameter ``attribute`` may name.
    """
    check_numbers(kind, parameters)
    needs = NEEDS[kind]
    if (needs.layer and not layer) or (needs.other and not other):
        raise Refused(N_("Choose the layers that this question is about."))
    if needs.raster and not raster:
        raise Refused(N_("Choose the raster that this question is about."))
    if parameters.attribute and needs.attribute and attributes.get(parameters.attribute) not in ("integer", "number"):
        raise Refused(N_("The layer has no attribute of numbers called %(name)s."), name=parameters.attribute[:60])


def check_numbers(kind: RecipeKind, parameters: Parameters) -> None:
    """Raise Refused where the numbers make no sense, whatever the layers are."""
    if NEEDS[kind].distance and not 0 <= parameters.within_m <= FURTHEST_M:
        raise Refused(N_("The distance lies between 0 and 20 km."))
    if kind in (RecipeKind.BUFFER, RecipeKind.PER_INHABITANT) and parameters.within_m <= 0:
        raise Refused(N_("Say a distance in metres."))
    if kind == RecipeKind.PER_INHABITANT and not parameters.attribute and not parameters.people:
        raise Refused(N_("Say which attribute holds the number of inhabitants."))
    if parameters.smallest_m2 < 0 or parameters.people < 0 or abs(parameters.deviations) > 10:
        raise Refused(N_("One of the numbers makes no sense."))
    if parameters.by and kind not in GROUPED:
        raise Refused(N_("The table of this question cannot be summed up by areas."))


def check_only(only: Only, attributes: Collection[str]) -> None:
    """Raise Refused where features are chosen by an attribute that the layer does not have."""
    for name in only:
        if name not in attributes:
            raise Refused(N_("The layer has no attribute called %(name)s."), name=name[:60])


# What columns and numbers of an answer are called, and their units; in the order in which they are shown.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "nearest": (N_("Nearest"), ""),
    "distance_m": (N_("Distance"), "m"),
    "inhabitants": (N_("Inhabitants"), ""),
    "count": (N_("Number"), ""),
    "area_m2": (N_("Area"), "m²"),
    "length_m": (N_("Length"), "m"),
    "share": (N_("Share"), "%"),
    "sum": (N_("Sum"), ""),
    "other": (N_("With"), ""),
    "inhabitants_served": (N_("Inhabitants who have some within the distance"), ""),
    "served_share": (N_("Share of the inhabitants who have some within the distance"), "%"),
    "m2_per_inhabitant": (N_("For each inhabitant"), "m²"),
    "features": (N_("Features looked at"), ""),
    "within_count": (N_("Within the distance"), ""),
    "within_share": (N_("Share within the distance"), "%"),
    "mean_m": (N_("Mean distance"), "m"),
    "median_m": (N_("Median distance"), "m"),
    "furthest_m": (N_("Furthest"), "m"),
    "with_some": (N_("With at least one"), ""),
    "with_some_share": (N_("Share with at least one"), "%"),
    "mean_count": (N_("Mean number"), ""),
    "parts": (N_("Separate parts"), ""),
    "pairs": (N_("Pairs"), ""),
    "areas": (N_("Areas"), ""),
    "cells": (N_("Cells"), ""),
    "cell_m2": (N_("Area of a cell"), "m²"),
    "mean": (N_("Mean"), "*"),
    "deviation": (N_("Standard deviation"), "*"),
    "lowest": (N_("Lowest"), "*"),
    "highest": (N_("Highest"), "*"),
    "limit": (N_("Limit of a spot"), "*"),
    "spots": (N_("Spots"), ""),
}
RASTER_UNIT = "*"  # stands for the unit of the raster


def in_order(names: Iterable[str]) -> list[str]:
    """Return known columns in the order in which they are shown, each once."""
    given = set(names)
    return [name for name in COLUMNS if name in given]
