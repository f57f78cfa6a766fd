"""What people go to every day (schools, pharmacies, stops, shops) and the waters of the city, as layers. Pure."""

from collections.abc import Mapping

from rivulus.atlas.rules.base.describing import NAME, Texts, attribute, codes, in_languages, open_layer
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.terms import GeometryType, Theme

Tags = Mapping[str, str]

SERVICES, WATERS = "everyday-services", "waters"

SERVICE_KINDS: Mapping[tuple[str, str], str] = {
    ("amenity", "school"): "school",
    ("amenity", "kindergarten"): "kindergarten",
    ("amenity", "childcare"): "kindergarten",
    ("amenity", "pharmacy"): "pharmacy",
    ("amenity", "doctors"): "doctor",
    ("amenity", "clinic"): "doctor",
    ("healthcare", "clinic"): "doctor",
    ("amenity", "hospital"): "hospital",
    ("amenity", "library"): "library",
    ("amenity", "post_office"): "post",
    ("amenity", "marketplace"): "food",
    ("shop", "supermarket"): "food",
    ("shop", "convenience"): "food",
    ("highway", "bus_stop"): "stop",
    ("railway", "tram_stop"): "stop",
    ("railway", "station"): "station",
    ("railway", "halt"): "station",
    ("amenity", "bus_station"): "station",
}
_SERVICE_CODES: Mapping[str, Texts] = {
    "school": ("Școală", "School", "Iskola"),
    "kindergarten": ("Grădiniță sau creșă", "Kindergarten or nursery", "Óvoda vagy bölcsőde"),
    "pharmacy": ("Farmacie", "Pharmacy", "Gyógyszertár"),
    "doctor": ("Medic sau policlinică", "Doctor or clinic", "Orvos vagy rendelő"),
    "hospital": ("Spital", "Hospital", "Kórház"),
    "library": ("Bibliotecă", "Library", "Könyvtár"),
    "post": ("Poștă", "Post office", "Posta"),
    "food": ("Magazin alimentar sau piață", "Food shop or market", "Élelmiszerbolt vagy piac"),
    "stop": ("Stație de transport public", "Public transport stop", "Tömegközlekedési megálló"),
    "station": ("Gară sau autogară", "Railway or bus station", "Vasútállomás vagy autóbusz-pályaudvar"),
}
_WATER_CODES: Mapping[str, Texts] = {
    "river": ("Râu", "River", "Folyó"),
    "stream": ("Pârâu", "Stream", "Patak"),
    "canal": ("Canal", "Canal", "Csatorna"),
}

SPECS: Mapping[str, LayerSpec] = {
    SERVICES: open_layer(
        SERVICES,
        Theme.SERVICES,
        ("Servicii de zi cu zi", "Everyday services", "Mindennapi szolgáltatások"),
        30,
        geometry_type=GeometryType.POINT,
        description=in_languages((
            "Școli, grădinițe, farmacii, medici, magazine alimentare și stații, din OpenStreetMap; o clădire sau o curte"
            " este arătată printr-un punct al ei.",
            "Schools, kindergartens, pharmacies, doctors, food shops and stops, from OpenStreetMap; a building or a yard"
            " is shown by a point of it.",
            "Iskolák, óvodák, gyógyszertárak, orvosok, élelmiszerboltok és megállók az OpenStreetMapből; egy épületet vagy"
            " udvart egy pontja jelöl.",
        )),
        schema=[
            NAME,
            attribute("kind", "string", "Fel", "Kind", "Fajta", codes=codes(_SERVICE_CODES), is_required=True),
        ],
        style={
            "colour": "#2a78b8",
            "min_zoom": 12,
            "by": {
                "attribute": "kind",
                "classes": [
                    {"value": "school", "colour": "#b3541e"},
                    {"value": "kindergarten", "colour": "#c58a1b"},
                    {"value": "pharmacy", "colour": "#2f8f57"},
                    {"value": "doctor", "colour": "#1f7a8c"},
                    {"value": "hospital", "colour": "#b8382a"},
                    {"value": "library", "colour": "#7a3fa0"},
                    {"value": "post", "colour": "#8a6d4f"},
                    {"value": "food", "colour": "#a1478a"},
                    {"value": "stop", "colour": "#2a78b8"},
                    {"value": "station", "colour": "#3a5fa3"},
                ],
            },
        },
    ),
    WATERS: open_layer(
        WATERS,
        Theme.ENVIRONMENT,
        ("Ape curgătoare", "Rivers and streams", "Folyóvizek"),
        30,
        geometry_type=GeometryType.LINE,
        description=in_languages((
            "Râuri, pâraie și canale din OpenStreetMap, desenate pe mijlocul lor.",
            "Rivers, streams and canals from OpenStreetMap, drawn along their middle.",
            "Folyók, patakok és csatornák az OpenStreetMapből, a középvonaluk mentén.",
        )),
        schema=[
            NAME,
            attribute("kind", "string", "Fel", "Kind", "Fajta", codes=codes(_WATER_CODES), is_required=True),
        ],
        style={"colour": "#2a78b8", "width": 2, "label": "name"},
    ),
}  # fmt: skip


def service(tags: Tags) -> dict[str, str] | None:
    """Return the attributes of a service; None where the tags are of none."""
    kind = next((SERVICE_KINDS[pair] for pair in tags.items() if pair in SERVICE_KINDS), None)
    return None if kind is None else _named(kind, tags)


def water(tags: Tags) -> dict[str, str] | None:
    """Return the attributes of a river, stream or canal that lies open; None where the tags are of none."""
    kind = tags.get("waterway", "")
    if kind not in _WATER_CODES or tags.get("tunnel") in ("yes", "culvert", "flooded"):
        return None
    return _named(kind, tags)


def _named(kind: str, tags: Tags) -> dict[str, str]:
    name = tags.get("name", "").strip()[:200]
    return {"name": name, "kind": kind} if name else {"kind": kind}
