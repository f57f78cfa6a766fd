"""Which of OpenStreetMap's ways and areas become features of the atlas's own layers, with which attributes. Pure."""

from collections.abc import Mapping
from typing import Any

from rivulus.atlas.rules.base import everyday
from rivulus.atlas.rules.base.access import access_of
from rivulus.atlas.rules.base.classes import NO_BUILDINGS
from rivulus.atlas.rules.base.describing import NAME, attribute, codes, open_layer
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.terms import GeometryType, Theme

Tags = Mapping[str, str]
Properties = dict[str, Any]

BUILDINGS, GREEN, CYCLEWAYS, STREETS = "buildings", "green-space", "cycle-ways", "streets"

GREEN_KINDS: Mapping[tuple[str, str], str] = {
    ("leisure", "park"): "park",
    ("leisure", "garden"): "garden",
    ("leisure", "playground"): "playground",
    ("leisure", "nature_reserve"): "reserve",
    ("leisure", "dog_park"): "park",
    ("landuse", "forest"): "forest",
    ("natural", "wood"): "forest",
    ("landuse", "grass"): "grass",
    ("landuse", "village_green"): "park",
    ("landuse", "recreation_ground"): "park",
    ("landuse", "meadow"): "grass",
    ("natural", "grassland"): "grass",
    ("natural", "scrub"): "scrub",
    ("landuse", "cemetery"): "cemetery",
    ("amenity", "grave_yard"): "cemetery",
    ("landuse", "allotments"): "allotments",
}
BUILDING_USES: Mapping[str, str] = {
    **dict.fromkeys(
        ["house", "detached", "semidetached_house", "bungalow", "terrace", "villa", "farm", "cabin", "hut"], "house"
    ),
    **dict.fromkeys(["apartments", "residential", "dormitory"], "flats"),
    **dict.fromkeys(["commercial", "retail", "office", "supermarket", "kiosk", "hotel", "shop"], "trade"),
    **dict.fromkeys(["industrial", "warehouse", "manufacture", "factory", "hangar"], "industry"),
    **dict.fromkeys(["school", "kindergarten", "university", "college"], "school"),
    **dict.fromkeys(["hospital", "clinic"], "health"),
    **dict.fromkeys(["church", "cathedral", "chapel", "monastery", "mosque", "synagogue", "temple"], "worship"),
    **dict.fromkeys(
        ["public", "civic", "government", "train_station", "fire_station", "sports_hall", "stadium", "museum"], "public"
    ),
    **dict.fromkeys(
        ["garage", "garages", "shed", "barn", "greenhouse", "roof", "carport", "service", "farm_auxiliary", "stable"],
        "outbuilding",
    ),
}


_BUILDING_CODES = {
    "house": ("Casă", "House", "Ház"),
    "flats": ("Bloc de locuințe", "Block of flats", "Tömbház"),
    "trade": ("Comerț și servicii", "Trade and services", "Kereskedelem és szolgáltatás"),
    "industry": ("Industrie și depozitare", "Industry and storage", "Ipar és raktározás"),
    "school": ("Învățământ", "Education", "Oktatás"),
    "health": ("Sănătate", "Health", "Egészségügy"),
    "worship": ("Lăcaș de cult", "Place of worship", "Istentiszteleti hely"),
    "public": ("Clădire publică", "Public building", "Középület"),
    "outbuilding": ("Anexă", "Outbuilding", "Melléképület"),
    "other": ("Clădire fără destinație precizată", "Building of unstated use", "Meghatározatlan rendeltetésű épület"),
}
_GREEN_CODES = {
    "park": ("Parc", "Park", "Park"),
    "garden": ("Grădină", "Garden", "Kert"),
    "playground": ("Loc de joacă", "Playground", "Játszótér"),
    "reserve": ("Arie naturală", "Nature reserve", "Természetvédelmi terület"),
    "forest": ("Pădure", "Forest", "Erdő"),
    "grass": ("Pajiște sau gazon", "Grass", "Gyep"),
    "scrub": ("Tufăriș", "Scrub", "Bozót"),
    "cemetery": ("Cimitir", "Cemetery", "Temető"),
    "allotments": ("Grădini de folosință individuală", "Allotments", "Zártkert"),
}
_CYCLE_CODES = {
    "track": ("Pistă separată", "Separate track", "Elválasztott kerékpárút"),
    "lane": ("Bandă pe carosabil", "Lane on the road", "Kerékpársáv"),
    "shared": ("Comun cu pietonii", "Shared with pedestrians", "Gyalog- és kerékpárút"),
}
_STREET_CODES = {
    "motorway": ("Autostradă", "Motorway", "Autópálya"),
    "trunk": ("Drum expres sau național principal", "Trunk road", "Főút (elsőrendű)"),
    "primary": ("Drum național", "Primary road", "Főút"),
    "secondary": ("Drum județean", "Secondary road", "Megyei út"),
    "tertiary": ("Drum comunal sau stradă colectoare", "Tertiary road", "Községi út vagy gyűjtőút"),
    "unclassified": ("Drum local", "Local road", "Helyi út"),
    "residential": ("Stradă", "Residential street", "Lakóutca"),
    "living_street": ("Stradă cu prioritate pentru pietoni", "Living street", "Lakó-pihenő övezet"),
    "pedestrian": ("Stradă pietonală", "Pedestrian street", "Gyalogos utca"),
    "road": ("Drum", "Road", "Út"),
}


SPECS: Mapping[str, LayerSpec] = {
    **everyday.SPECS,
    BUILDINGS: open_layer(
        BUILDINGS,
        Theme.BASE,
        ("Clădiri", "Buildings", "Épületek"),
        20,
        geometry_type=GeometryType.POLYGON,
        description={
            "ro": "Clădirile așa cum sunt desenate în OpenStreetMap.",
            "en": "Buildings as they are drawn in OpenStreetMap.",
            "hu": "Az épületek, ahogyan az OpenStreetMap rajzolja őket.",
        },
        schema=[
            NAME,
            attribute("use", "string", "Destinație", "Use", "Rendeltetés", codes=codes(_BUILDING_CODES)),
            attribute("levels", "integer", "Niveluri", "Levels", "Szintek", minimum=1, maximum=200),
            attribute("street", "string", "Stradă", "Street", "Utca"),
            attribute("house_number", "string", "Număr", "House number", "Házszám"),
        ],
        style={"colour": "#8a6d4f", "opacity": 0.45, "width": 0.6, "min_zoom": 13},
    ),
    GREEN: open_layer(
        GREEN,
        Theme.GREEN,
        ("Spații verzi", "Green space", "Zöldterületek"),
        10,
        geometry_type=GeometryType.POLYGON,
        description={
            "ro": "Parcuri, grădini, păduri, pajiști și cimitire din OpenStreetMap.",
            "en": "Parks, gardens, forests, grass and cemeteries from OpenStreetMap.",
            "hu": "Parkok, kertek, erdők, gyepek és temetők az OpenStreetMapből.",
        },
        schema=[
            NAME,
            attribute("kind", "string", "Fel", "Kind", "Fajta", codes=codes(_GREEN_CODES), is_required=True),
            attribute("is_open", "boolean", "Deschis publicului", "Open to everybody", "Mindenki számára nyitott"),
        ],
        style={
            "colour": "#2f7d4f",
            "opacity": 0.4,
            "width": 0.8,
            "label": "name",
            "by": {
                "attribute": "kind",
                "classes": [
                    {"value": "park", "colour": "#2f9d57"},
                    {"value": "garden", "colour": "#5fae4b"},
                    {"value": "playground", "colour": "#c58a1b"},
                    {"value": "reserve", "colour": "#1d6a5a"},
                    {"value": "forest", "colour": "#2b6b3a"},
                    {"value": "grass", "colour": "#86b04c"},
                    {"value": "scrub", "colour": "#7a9150"},
                    {"value": "cemetery", "colour": "#6f7f78"},
                    {"value": "allotments", "colour": "#a88b3c"},
                ],
            },
        },
    ),
    CYCLEWAYS: open_layer(
        CYCLEWAYS,
        Theme.MOBILITY,
        ("Piste de biciclete", "Cycle ways", "Kerékpárutak"),
        40,
        geometry_type=GeometryType.LINE,
        description={
            "ro": "Piste, benzi și trasee comune cu pietonii, din OpenStreetMap.",
            "en": "Tracks, lanes and ways shared with pedestrians, from OpenStreetMap.",
            "hu": "Kerékpárutak, kerékpársávok és közös gyalogutak az OpenStreetMapből.",
        },
        schema=[
            NAME,
            attribute("kind", "string", "Fel", "Kind", "Fajta", codes=codes(_CYCLE_CODES), is_required=True),
            attribute("is_one_way", "boolean", "Sens unic", "One way", "Egyirányú"),
        ],
        style={
            "colour": "#7a3fa0",
            "width": 2.5,
            "by": {
                "attribute": "kind",
                "classes": [
                    {"value": "track", "colour": "#7a3fa0"},
                    {"value": "lane", "colour": "#b3541e"},
                    {"value": "shared", "colour": "#1f7a8c"},
                ],
            },
        },
    ),
    STREETS: open_layer(
        STREETS,
        Theme.BASE,
        ("Străzi", "Streets", "Utcák"),
        30,
        geometry_type=GeometryType.LINE,
        description={
            "ro": "Străzile și drumurile din OpenStreetMap, cu limita de viteză și sensul unic.",
            "en": "Streets and roads from OpenStreetMap, with speed limits and one-way traffic.",
            "hu": "Utcák és utak az OpenStreetMapből, sebességkorláttal és egyirányú forgalommal.",
        },
        schema=[
            NAME,
            attribute("kind", "string", "Categorie", "Kind", "Fajta", codes=codes(_STREET_CODES), is_required=True),
            attribute("ref", "string", "Indicativ", "Number", "Útszám"),
            attribute("is_one_way", "boolean", "Sens unic", "One way", "Egyirányú"),
            attribute("speed_limit", "integer", "Limită de viteză", "Speed limit", "Sebességkorlát", unit="km/h"),
            attribute("surface", "string", "Îmbrăcăminte", "Surface", "Burkolat"),
        ],
        style={"colour": "#6b6259", "width": 1.6, "min_zoom": 12},
    ),
}


def building(tags: Tags) -> Properties | None:
    """Return the attributes of a building; None where the tags are of none."""
    use = tags.get("building", "no")
    if use in NO_BUILDINGS:
        return None
    return _filled(
        name=tags.get("name"),
        use=BUILDING_USES.get(use, "other"),
        levels=_whole(tags.get("building:levels"), 1, 200),
        street=tags.get("addr:street"),
        house_number=tags.get("addr:housenumber"),
    )


def green_space(tags: Tags) -> Properties | None:
    """Return the attributes of a green space; None where the tags are of none."""
    kind = next((GREEN_KINDS[pair] for pair in tags.items() if pair in GREEN_KINDS), None)
    if kind is None or "building" in tags:
        return None
    return _filled(name=tags.get("name"), kind=kind, is_open=tags.get("access", "yes") not in ("no", "private"))


def cycle_way(tags: Tags) -> Properties | None:
    """Return the attributes of a way with something made for bicycles; None where there is nothing."""
    highway = tags.get("highway", "")
    if not highway or tags.get("area") == "yes":
        return None
    sides = {tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")}
    if highway == "cycleway":
        kind = "shared" if tags.get("foot") == "designated" and tags.get("segregated") != "yes" else "track"
    elif highway in ("path", "footway", "pedestrian") and tags.get("bicycle") == "designated":
        kind = "track" if tags.get("segregated") == "yes" else "shared"
    elif sides & {"track", "opposite_track"}:
        kind = "track"
    elif sides & {"lane", "opposite_lane"}:
        kind = "lane"
    else:
        return None
    return _filled(name=tags.get("name"), kind=kind, is_one_way=tags.get("oneway") == "yes")


def street(tags: Tags) -> Properties | None:
    """Return the attributes of a street; None where the tags are of a path or a driveway, or of none."""
    access = access_of(tags)
    if access is None or access.kind not in _STREET_CODES:
        return None
    signed = "maxspeed" in tags
    return _filled(
        name=tags.get("name"),
        kind=access.kind,
        ref=tags.get("ref"),
        is_one_way=tags.get("oneway") in ("yes", "1", "-1", "true"),
        speed_limit=access.speed_kmh if signed else None,
        surface=tags.get("surface"),
    )


def _whole(text: str | None, least: int, most: int) -> int | None:
    try:
        number = int(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= most else None


def _filled(**values: Any) -> Properties:
    return {
        name: value[:200] if isinstance(value, str) else value
        for name, value in values.items()
        if value not in (None, "")
    }
