"""What people look for on a map: kinds of places, by the tags of OpenStreetMap, and what each weighs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rivulus.atlas.rules.base.words import fold_number
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

Tags = Mapping[str, str]


class PlaceKind(StrEnum):
    """What a place is."""

    ADDRESS = "address"
    STREET = "street"
    SQUARE = "square"
    SETTLEMENT = "settlement"
    NEIGHBOURHOOD = "neighbourhood"
    UNIT = "unit"
    OFFICE = "office"
    SCHOOL = "school"
    HEALTH = "health"
    CULTURE = "culture"
    WORSHIP = "worship"
    PARK = "park"
    SPORT = "sport"
    WATER = "water"
    PEAK = "peak"
    TRANSPORT = "transport"
    SHOP = "shop"
    FOOD = "food"
    LODGING = "lodging"
    BUILDING = "building"
    FEATURE = "feature"
    OTHER = "other"


KIND_NAMES: Mapping[PlaceKind, str] = {
    PlaceKind.ADDRESS: N_("Address"),
    PlaceKind.STREET: N_("Street"),
    PlaceKind.SQUARE: N_("Square"),
    PlaceKind.SETTLEMENT: N_("Town or village"),
    PlaceKind.NEIGHBOURHOOD: N_("Neighbourhood"),
    PlaceKind.UNIT: N_("Administrative unit"),
    PlaceKind.OFFICE: N_("Public office"),
    PlaceKind.SCHOOL: N_("School"),
    PlaceKind.HEALTH: N_("Health"),
    PlaceKind.CULTURE: N_("Culture"),
    PlaceKind.WORSHIP: N_("Place of worship"),
    PlaceKind.PARK: N_("Park or garden"),
    PlaceKind.SPORT: N_("Sport"),
    PlaceKind.WATER: N_("Water"),
    PlaceKind.PEAK: N_("Peak"),
    PlaceKind.TRANSPORT: N_("Stop or station"),
    PlaceKind.SHOP: N_("Shop"),
    PlaceKind.FOOD: N_("Food and drink"),
    PlaceKind.LODGING: N_("Lodging"),
    PlaceKind.BUILDING: N_("Building"),
    PlaceKind.FEATURE: N_("On a layer"),
    PlaceKind.OTHER: N_("Place"),
}

# What comes first of equal matches.
WEIGHTS: Mapping[PlaceKind, int] = {
    PlaceKind.UNIT: 70,
    PlaceKind.NEIGHBOURHOOD: 60,
    PlaceKind.SQUARE: 55,
    PlaceKind.STREET: 50,
    PlaceKind.OFFICE: 45,
    PlaceKind.HEALTH: 40,
    PlaceKind.SCHOOL: 40,
    PlaceKind.CULTURE: 40,
    PlaceKind.PARK: 40,
    PlaceKind.WATER: 30,
    PlaceKind.PEAK: 30,
    PlaceKind.SPORT: 30,
    PlaceKind.WORSHIP: 30,
    PlaceKind.TRANSPORT: 25,
    PlaceKind.FEATURE: 20,
    PlaceKind.SHOP: 15,
    PlaceKind.LODGING: 15,
    PlaceKind.FOOD: 10,
    PlaceKind.BUILDING: 5,
}
SETTLEMENT_WEIGHTS = {"city": 100, "town": 90, "village": 75, "hamlet": 65, "isolated_dwelling": 55}


def _table(rows: Mapping[PlaceKind, str]) -> Mapping[tuple[str, str], PlaceKind]:
    return {(key, value): kind for kind, pairs in rows.items() for key, value in (p.split("=") for p in pairs.split())}


KINDS: Mapping[tuple[str, str], PlaceKind] = _table(
    {
        PlaceKind.SETTLEMENT: "place=city place=town place=village place=hamlet place=isolated_dwelling",
        PlaceKind.NEIGHBOURHOOD: "place=suburb place=quarter place=neighbourhood",
        PlaceKind.SQUARE: "place=square",
        PlaceKind.OFFICE: "amenity=townhall amenity=police amenity=fire_station amenity=courthouse amenity=post_office"
        " amenity=prison amenity=embassy office=government amenity=community_centre amenity=social_facility",
        PlaceKind.SCHOOL: "amenity=school amenity=kindergarten amenity=university amenity=college amenity=music_school"
        " amenity=childcare amenity=research_institute",
        PlaceKind.HEALTH: "amenity=hospital amenity=clinic amenity=doctors amenity=pharmacy amenity=dentist"
        " healthcare=hospital healthcare=clinic amenity=veterinary",
        PlaceKind.CULTURE: "amenity=theatre amenity=library amenity=cinema amenity=arts_centre tourism=museum"
        " tourism=gallery tourism=attraction tourism=artwork historic=monument historic=memorial historic=castle"
        " historic=ruins historic=fort historic=archaeological_site historic=city_gate historic=tower",
        PlaceKind.WORSHIP: "amenity=place_of_worship amenity=monastery",
        PlaceKind.PARK: "leisure=park leisure=garden leisure=nature_reserve leisure=playground tourism=zoo"
        " landuse=cemetery amenity=grave_yard landuse=recreation_ground",
        PlaceKind.SPORT: "leisure=stadium leisure=sports_centre leisure=swimming_pool leisure=pitch leisure=ice_rink"
        " leisure=golf_course leisure=fitness_centre leisure=water_park",
        PlaceKind.WATER: "natural=water waterway=river waterway=canal waterway=stream natural=spring landuse=reservoir",
        PlaceKind.PEAK: "natural=peak natural=saddle natural=cave_entrance natural=cliff",
        PlaceKind.TRANSPORT: "railway=station railway=halt amenity=bus_station highway=bus_stop aeroway=aerodrome"
        " railway=tram_stop amenity=parking amenity=fuel amenity=charging_station amenity=taxi aerialway=station",
        PlaceKind.SHOP: "amenity=marketplace amenity=bank shop=mall shop=supermarket shop=department_store",
        PlaceKind.FOOD: "amenity=restaurant amenity=cafe amenity=fast_food amenity=pub amenity=bar amenity=nightclub",
        PlaceKind.LODGING: "tourism=hotel tourism=guest_house tourism=hostel tourism=motel tourism=apartment"
        " tourism=chalet tourism=camp_site tourism=alpine_hut",
    }
)
OTHERWISE: Mapping[str, PlaceKind] = {
    "amenity": PlaceKind.OTHER,
    "tourism": PlaceKind.OTHER,
    "historic": PlaceKind.CULTURE,
    "leisure": PlaceKind.PARK,
    "shop": PlaceKind.SHOP,
    "office": PlaceKind.OTHER,
    "healthcare": PlaceKind.HEALTH,
    "railway": PlaceKind.OTHER,
    "man_made": PlaceKind.OTHER,
    "craft": PlaceKind.OTHER,
    "landuse": PlaceKind.OTHER,
    "building": PlaceKind.BUILDING,
}
ORDER = (
    "place", "amenity", "healthcare", "tourism", "leisure", "historic", "railway", "aeroway", "aerialway", "natural",
    "waterway", "highway", "shop", "office", "landuse", "man_made", "craft", "building",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name: what it is, how it is called, how else, and what it weighs."""

    kind: PlaceKind
    name: str
    others: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class House:
    """The address of a house as its tags have it; ``street`` is a street, or else the village itself."""

    number: str
    street: str
    locality: str
    postcode: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as it is kept; ``key`` names it among those of its source, for ever."""

    key: str
    kind: str
    name: str
    words: str
    longitude: float
    latitude: float
    box: Box
    number: str = ""
    detail: str = ""
    postcode: str = ""
    weight: int = 0
    is_exact: bool = True


def named_by(tags: Tags) -> Named | None:
    """Return what a point or area is to somebody who looks for it by name; None where it has none, or is a street."""
    name = tags.get("name", "").strip()
    kind = kind_of(tags) if name else None
    if kind is None:
        return None
    weight = SETTLEMENT_WEIGHTS.get(tags.get("place", ""), WEIGHTS.get(kind, 0))
    return Named(kind, name[:200], other_names(tags), weight)


def kind_of(tags: Tags) -> PlaceKind | None:
    """Return the kind of place that tags mean; None where they mean none."""
    for key in ORDER:
        found = KINDS.get((key, tags.get(key, "")))
        if found is not None:
            return found
    return next((kind for key, kind in OTHERWISE.items() if tags.get(key, "no") != "no"), None)


def other_names(tags: Tags) -> tuple[str, ...]:
    """Return the names by which something is known besides, each once."""
    keys = ("name:ro", "name:hu", "name:en", "alt_name", "old_name", "short_name", "official_name", "loc_name", "ref")
    name = tags.get("name", "")
    found = [part.strip() for key in keys for part in tags.get(key, "").split(";")]
    return tuple(dict.fromkeys(other[:200] for other in found if other and other != name))


def house_of(tags: Tags) -> House | None:
    """Return the address that tags give; None where they give none."""
    number = fold_number(tags.get("addr:housenumber", ""))
    street = tags.get("addr:street", "").strip() or tags.get("addr:place", "").strip()
    locality = tags.get("addr:city", "").strip() or tags.get("addr:village", "").strip()
    if not number or not (street or locality):
        return None
    return House(number[:20], (street or locality)[:200], locality[:100], tags.get("addr:postcode", "").strip()[:10])
