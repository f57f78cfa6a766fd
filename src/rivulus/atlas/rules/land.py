"""The register of land and buildings: what may be said of them, stages of recovery, and a score with open weights. Pure."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class AssetKind(StrEnum):
    """What is on offer, or waits to be used again."""

    LAND = "land"
    BUILDING = "building"
    BROWNFIELD = "brownfield"


ASSET_KIND_NAMES: Mapping[AssetKind, str] = {
    AssetKind.LAND: N_("Land"),
    AssetKind.BUILDING: N_("Building"),
    AssetKind.BROWNFIELD: N_("Brownfield"),
}


class AssetState(StrEnum):
    """Whether somebody can have it."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    IN_USE = "in_use"
    NOT_OFFERED = "not_offered"


ASSET_STATE_NAMES: Mapping[AssetState, str] = {
    AssetState.AVAILABLE: N_("Available"),
    AssetState.RESERVED: N_("Reserved"),
    AssetState.IN_USE: N_("In use again"),
    AssetState.NOT_OFFERED: N_("Not on offer"),
}


class OwnerKind(StrEnum):
    """Whose it is; private persons are never named."""

    CITY = "city"
    COUNTY = "county"
    STATE = "state"
    COMPANY = "company"
    CHURCH = "church"
    PERSON = "person"
    UNKNOWN = "unknown"


OWNER_KIND_NAMES: Mapping[OwnerKind, str] = {
    OwnerKind.CITY: N_("City or commune"),
    OwnerKind.COUNTY: N_("County"),
    OwnerKind.STATE: N_("The state"),
    OwnerKind.COMPANY: N_("Company"),
    OwnerKind.CHURCH: N_("Church"),
    OwnerKind.PERSON: N_("Private person"),
    OwnerKind.UNKNOWN: N_("Not known"),
}


class Condition(StrEnum):
    """What shape it is in."""

    READY = "ready"
    FAIR = "fair"
    POOR = "poor"
    RUIN = "ruin"


CONDITION_NAMES: Mapping[Condition, str] = {
    Condition.READY: N_("Ready for use"),
    Condition.FAIR: N_("Needs some work"),
    Condition.POOR: N_("Needs much work"),
    Condition.RUIN: N_("Ruin, or full of rubble"),
}


class Pollution(StrEnum):
    """What is known of the ground."""

    NONE_KNOWN = "none_known"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    HEAVY = "heavy"
    CLEANED = "cleaned"


POLLUTION_NAMES: Mapping[Pollution, str] = {
    Pollution.NONE_KNOWN: N_("None known"),
    Pollution.SUSPECTED: N_("Suspected"),
    Pollution.CONFIRMED: N_("Confirmed"),
    Pollution.HEAVY: N_("Confirmed, heavy"),
    Pollution.CLEANED: N_("Cleaned, and tested since"),
}


class Stage(StrEnum):
    """How far the recovery of polluted ground with plants is."""

    NONE = "none"
    STUDIED = "studied"
    DESIGNED = "designed"
    PLANTED = "planted"
    GROWING = "growing"
    HARVESTED = "harvested"
    VERIFIED = "verified"


STAGE_NAMES: Mapping[Stage, str] = {
    Stage.NONE: N_("Not begun"),
    Stage.STUDIED: N_("Soil studied"),
    Stage.DESIGNED: N_("Planting designed"),
    Stage.PLANTED: N_("Planted"),
    Stage.GROWING: N_("Growing"),
    Stage.HARVESTED: N_("Harvested"),
    Stage.VERIFIED: N_("Soil tested again"),
}
# After a harvest the ground is planted anew until a test says that it is clean enough.
STAGE_MOVES: Mapping[Stage, frozenset[Stage]] = {
    Stage.NONE: frozenset({Stage.STUDIED}),
    Stage.STUDIED: frozenset({Stage.DESIGNED}),
    Stage.DESIGNED: frozenset({Stage.PLANTED, Stage.STUDIED}),
    Stage.PLANTED: frozenset({Stage.GROWING}),
    Stage.GROWING: frozenset({Stage.HARVESTED}),
    Stage.HARVESTED: frozenset({Stage.PLANTED, Stage.VERIFIED}),
    Stage.VERIFIED: frozenset({Stage.PLANTED}),
}


class Utility(StrEnum):
    """What is at hand."""

    WATER = "water"
    SEWER = "sewer"
    ELECTRICITY = "electricity"
    GAS = "gas"
    HEAT = "heat"
    BROADBAND = "broadband"
    ROAD = "road"
    RAIL = "rail"
    PUBLIC_TRANSPORT = "public_transport"


UTILITY_NAMES: Mapping[Utility, str] = {
    Utility.WATER: N_("Water"),
    Utility.SEWER: N_("Sewer"),
    Utility.ELECTRICITY: N_("Electricity"),
    Utility.GAS: N_("Gas"),
    Utility.HEAT: N_("District heating"),
    Utility.BROADBAND: N_("Broadband"),
    Utility.ROAD: N_("Paved road"),
    Utility.RAIL: N_("Railway siding"),
    Utility.PUBLIC_TRANSPORT: N_("Bus stop within 500 m"),
}


class Use(StrEnum):
    """What it could become."""

    INDUSTRY = "industry"
    LOGISTICS = "logistics"
    OFFICES = "offices"
    SHOPS = "shops"
    HOUSING = "housing"
    CULTURE = "culture"
    SPORT = "sport"
    PARK = "park"
    ENERGY_CROPS = "energy_crops"
    SOLAR = "solar"
    MARKET = "market"
    PARKING = "parking"


USE_NAMES: Mapping[Use, str] = {
    Use.INDUSTRY: N_("Industry and workshops"),
    Use.LOGISTICS: N_("Storage and logistics"),
    Use.OFFICES: N_("Offices, start-ups"),
    Use.SHOPS: N_("Shops and services"),
    Use.HOUSING: N_("Housing"),
    Use.CULTURE: N_("Culture"),
    Use.SPORT: N_("Sport and play"),
    Use.PARK: N_("Park"),
    Use.ENERGY_CROPS: N_("Plants for energy and recovery"),
    Use.SOLAR: N_("Solar power"),
    Use.MARKET: N_("Market, gardens"),
    Use.PARKING: N_("Parking"),
}
# On ground that is polluted nobody should live, play or grow food before it is clean (and tested).
NOT_ON_POLLUTED_GROUND = frozenset({Use.HOUSING, Use.SPORT, Use.MARKET, Use.PARK})
POLLUTED = frozenset({Pollution.CONFIRMED, Pollution.HEAVY})


def check_stage(now: Stage, then: Stage) -> None:
    """Raise Refused for a stage that cannot follow the present one."""
    if then not in STAGE_MOVES[now]:
        raise Refused(N_("This stage cannot follow the present one."))


def check_uses(uses: Collection[Use], pollution: Pollution) -> None:
    """Raise Refused for uses that put people in touch with polluted ground."""
    if pollution in POLLUTED and NOT_ON_POLLUTED_GROUND & set(uses):
        raise Refused(
            N_(
                "On ground that is polluted nobody should live, play or grow food: suggest this once it has been cleaned."
            )
        )


# --- the score -------------------------------------------------------------------------------------


class Part(StrEnum):
    """What the score weighs."""

    SIZE = "size"
    UTILITIES = "utilities"
    CONDITION = "condition"
    GROUND = "ground"
    PRICE = "price"
    OWNERSHIP = "ownership"
    PLAN = "plan"


PART_NAMES: Mapping[Part, str] = {
    Part.SIZE: N_("Size"),
    Part.UTILITIES: N_("What is at hand"),
    Part.CONDITION: N_("Condition"),
    Part.GROUND: N_("Clean ground"),
    Part.PRICE: N_("Price"),
    Part.OWNERSHIP: N_("Clear ownership"),
    Part.PLAN: N_("The plan allows building"),
}
PART_WORDS: Mapping[Part, str] = {
    Part.SIZE: N_("From nothing at 100 m² to everything at 5 ha, on a logarithmic scale."),
    Part.UTILITIES: N_("The share of the nine utilities and connections that are at hand."),
    Part.CONDITION: N_("Ready 100, some work 67, much work 33, ruin 0."),
    Part.GROUND: N_("None known 100, cleaned 90, suspected 50, confirmed 20, heavy 0."),
    Part.PRICE: N_("Cheaper per m² than others of its kind in the register is better."),
    Part.OWNERSHIP: N_("Public 100, company 70, church 60, private person 40, not known 0."),
    Part.PLAN: N_(
        "100 where the zoning plan gives a floor area (CUT), 50 where no plan covers it, 0 where it gives none."
    ),
}
DEFAULT_WEIGHTS: Mapping[Part, int] = {
    Part.SIZE: 2,
    Part.UTILITIES: 3,
    Part.CONDITION: 1,
    Part.GROUND: 3,
    Part.PRICE: 2,
    Part.OWNERSHIP: 2,
    Part.PLAN: 2,
}
HEAVIEST = 5
SMALLEST_M2, LARGEST_M2 = 100.0, 50_000.0
_CONDITION = {Condition.READY: 1.0, Condition.FAIR: 2 / 3, Condition.POOR: 1 / 3, Condition.RUIN: 0.0}
_GROUND = {
    Pollution.NONE_KNOWN: 1.0,
    Pollution.CLEANED: 0.9,
    Pollution.SUSPECTED: 0.5,
    Pollution.CONFIRMED: 0.2,
    Pollution.HEAVY: 0.0,
}
_OWNERSHIP = {
    OwnerKind.CITY: 1.0,
    OwnerKind.COUNTY: 1.0,
    OwnerKind.STATE: 1.0,
    OwnerKind.COMPANY: 0.7,
    OwnerKind.CHURCH: 0.6,
    OwnerKind.PERSON: 0.4,
    OwnerKind.UNKNOWN: 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the score looks at. ``cut`` is the plan's floor-area ratio there, ``is_planned`` whether a plan covers it."""

    area_m2: float | None
    utilities: frozenset[Utility]
    condition: Condition | None
    pollution: Pollution
    price_eur: float | None
    owner: OwnerKind
    cut: float | None = None
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """0..100, and each part 0..1 or None where nothing is known; what is not known does not count either way."""

    value: float | None
    parts: Mapping[Part, float | None] = field(default_factory=dict)
    known_share: float = 0.0  # of the weights


def read_weights(given: Mapping[str, str]) -> dict[Part, int]:
    """Return the weights of a query (``w_size=3``); what is missing or cannot be read keeps its default."""
    return {part: _weight(given.get(f"w_{part}"), DEFAULT_WEIGHTS[part]) for part in Part}


def _weight(text: str | None, default: int) -> int:
    return min(int(text), HEAVIEST) if text and text.isascii() and text.isdigit() and len(text) < 3 else default


def score(facts: Facts, weights: Mapping[Part, int], prices_per_m2: Collection[float] = ()) -> Score:
    """Return the weighted mean of the parts that are known; ``prices_per_m2`` are those of the others of its kind."""
    parts = {
        Part.SIZE: _size(facts.area_m2),
        Part.UTILITIES: len(facts.utilities) / len(Utility),
        Part.CONDITION: _CONDITION[facts.condition] if facts.condition else None,
        Part.GROUND: _GROUND[facts.pollution],
        Part.PRICE: _price(facts, prices_per_m2),
        Part.OWNERSHIP: _OWNERSHIP[facts.owner],
        Part.PLAN: (1.0 if facts.cut else 0.0) if facts.is_planned else 0.5,
    }
    whole = sum(weights.values())
    known = sum(weights[part] for part, value in parts.items() if value is not None)
    if not known:
        return Score(None, parts, 0.0)
    total = sum(weights[part] * value for part, value in parts.items() if value is not None)
    return Score(100 * total / known, parts, known / whole)


def _size(area_m2: float | None) -> float | None:
    if not area_m2 or area_m2 <= 0:
        return None
    within = min(max(area_m2, SMALLEST_M2), LARGEST_M2)
    return math.log(within / SMALLEST_M2) / math.log(LARGEST_M2 / SMALLEST_M2)


def _price(facts: Facts, others: Collection[float]) -> float | None:
    """Return the share of the others that cost at least as much per square metre."""
    if facts.price_eur is None or not facts.area_m2 or not others:
        return None
    own = facts.price_eur / facts.area_m2
    return sum(price >= own for price in others) / len(others)
