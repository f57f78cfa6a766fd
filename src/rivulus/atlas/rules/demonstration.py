"""A made-up piece of a plan, of a cadastre and of the register of land, for trying things out. Pure, always the same.

Nothing here is surveyed or adopted; every layer it fills is marked as illustrative. Rectangles are in metres of Stereo 70
from a corner on the right bank of the Săsar.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules import measuring

EAST, NORTH = 393_200.0, 684_400.0
BLOCK_M, STREET_M = 120.0, 14.0
COLUMNS, ROWS = 8, 6
PLOTS = 6  # of a block
FIRST_NUMBER = 900_001

# What each block of the made-up plan is; M: mixed, L: houses, B: blocks of flats, V: green, I: industry, S: services.
BLOCKS = (
    "VVVVVVVV",
    "MMLLLLLS",
    "MMLLLLBS",
    "SMBBLLBI",
    "SMBBVLII",
    "MMBBVLII",
)
KINDS = {"M": "M1", "L": "L1", "B": "L2", "V": "V1", "I": "I1", "S": "S1"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What the made-up plan says of a kind of zone; texts in ro, en, hu."""

    code: str
    title: tuple[str, str, str]
    permitted: tuple[str, str, str]
    forbidden: tuple[str, str, str]
    pot_max: float | None
    cut_max: float | None
    height_max_m: float | None
    storeys: str


RULES = (
    Rule(
        "M1",
        ("Zonă mixtă centrală", "Mixed central zone", "Vegyes központi övezet"),
        ("Locuințe, birouri, comerț, cultură", "Housing, offices, shops, culture", "Lakás, iroda, kereskedelem, kultúra"),
        ("Depozite, ateliere zgomotoase", "Warehouses, noisy workshops", "Raktár, zajos műhely"),
        60, 2.4, 16, "P+4",
    ),
    Rule(
        "L1",
        ("Locuințe individuale", "Detached houses", "Családi házak"),
        ("Case, mici servicii de cartier", "Houses, small local services", "Családi ház, kisebb helyi szolgáltatás"),
        ("Blocuri, industrie", "Blocks of flats, industry", "Társasház, ipar"),
        35, 0.9, 9, "P+1+M",
    ),
    Rule(
        "L2",
        ("Locuințe colective", "Blocks of flats", "Társasházak"),
        ("Blocuri, servicii la parter", "Flats, services on the ground floor", "Társasház, földszinti szolgáltatás"),
        ("Garaje noi, industrie", "New garages, industry", "Új garázs, ipar"),
        30, 1.8, 19, "P+5",
    ),
    Rule(
        "V1",
        ("Spații verzi publice", "Public green space", "Közparkok"),
        ("Parcuri, alei, locuri de joacă", "Parks, paths, playgrounds", "Park, sétány, játszótér"),
        ("Orice construcție în afara celor pentru parc", "Any building but those of the park", "Minden építmény a park sajátjain kívül"),
        5, 0, 4, "P",
    ),
    Rule(
        "I1",
        ("Industrie și depozite", "Industry and warehouses", "Ipar és raktározás"),
        ("Producție, depozite, energie solară", "Production, storage, solar power", "Termelés, raktározás, napenergia"),
        ("Locuințe", "Housing", "Lakás"),
        50, 1.2, 14, "P+1",
    ),
    Rule(
        "S1",
        ("Servicii și instituții", "Services and institutions", "Szolgáltatások és intézmények"),
        ("Școli, sănătate, administrație, sport", "Schools, health care, administration, sport", "Iskola, egészségügy, igazgatás, sport"),
        ("Industrie", "Industry", "Ipar"),
        40, 1.6, 15, "P+3",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A feature of one of the made-up layers."""

    key: str
    geometry: BaseGeometry
    properties: dict[str, object]


def rectangle(west: float, south: float, width: float, height: float) -> BaseGeometry:
    """Return a rectangle in longitude and latitude, from metres off the corner."""
    box = shapely.box(EAST + west, NORTH + south, EAST + west + width, NORTH + south + height)
    return measuring.from_the_ground(box)


def _blocks() -> Iterator[tuple[int, int, str, float, float]]:
    pitch = BLOCK_M + STREET_M
    for row, line in enumerate(BLOCKS):
        for column, kind in enumerate(line):
            yield row, column, KINDS[kind], column * pitch, (ROWS - 1 - row) * pitch


def zones() -> list[Drawn]:
    """Return a zone for each block."""
    return [
        Drawn(f"{code}-{row + 1}{column + 1}", rectangle(west, south, BLOCK_M, BLOCK_M), {"zone": code})
        for row, column, code, west, south in _blocks()
    ]


def parcels() -> list[Drawn]:
    """Return six plots for each block, numbered as no cadastre numbers them."""
    found = []
    for row, column, _code, west, south in _blocks():
        for plot in range(PLOTS):
            number = FIRST_NUMBER + (row * COLUMNS + column) * PLOTS + plot
            wide, high = BLOCK_M / 3, BLOCK_M / 2
            shape = rectangle(west + (plot % 3) * wide, south + (plot // 3) * high, wide, high)
            found.append(Drawn(str(number), shape, {"cadastral_number": str(number)}))
    return found


def flood_area() -> list[Drawn]:
    """Return a strip along the made-up bank."""
    pitch = BLOCK_M + STREET_M
    south = (ROWS - 1) * pitch + BLOCK_M * 0.45
    strip = rectangle(-60, south, COLUMNS * pitch + 100, BLOCK_M * 0.9)
    return [Drawn("bank", strip, {"name": "Malul (exemplu)", "return_period_years": 100})]


def water_main() -> list[Drawn]:
    """Return a pipe in the third street."""
    pitch = BLOCK_M + STREET_M
    west = 3 * pitch - STREET_M / 2
    line = shapely.LineString([(EAST + west, NORTH - 40), (EAST + west, NORTH + ROWS * pitch)])
    return [Drawn("main-1", measuring.from_the_ground(line), {"name": "Conductă DN 400 (exemplu)", "kind": "water"})]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the made-up register of land."""

    code: str
    geometry: BaseGeometry
    values: dict[str, object]


def land() -> list[Entry]:
    """Return what the made-up register offers."""
    pitch = BLOCK_M + STREET_M
    works = rectangle(6 * pitch, 0, 2 * BLOCK_M, 2 * BLOCK_M)
    yard = rectangle(7 * pitch, 2 * pitch, BLOCK_M, BLOCK_M)
    return [
        Entry(
            "exemplu-uzina",
            works,
            {
                "kind": "brownfield", "state": "not_offered", "title_ro": "Fostă uzină (exemplu)",
                "title_en": "Former works (example)", "title_hu": "Egykori üzem (példa)", "condition": "ruin",
                "owner_kind": "company", "pollution": "heavy", "uses": ["energy_crops", "solar"],
                "utilities": ["electricity", "road", "rail", "water"],
                "pollutants": [
                    {"name": "Pb", "amount": 1450.0, "unit": "mg/kg", "year": 2025, "source": "exemplu"},
                    {"name": "Cd", "amount": 12.0, "unit": "mg/kg", "year": 2025, "source": "exemplu"},
                ],
                "source": "exemplu", "is_public": True,
            },
        ),
        Entry(
            "exemplu-curte",
            yard,
            {
                "kind": "land", "state": "available", "title_ro": "Curte industrială liberă (exemplu)",
                "title_en": "Free industrial yard (example)", "title_hu": "Szabad ipari udvar (példa)",
                "condition": "fair", "owner_kind": "city", "pollution": "suspected", "price_eur": 310_000,
                "uses": ["industry", "logistics", "solar"], "utilities": ["electricity", "gas", "road", "water", "sewer"],
                "source": "exemplu", "is_public": True,
            },
        ),
        Entry(
            "exemplu-hala",
            rectangle(7 * pitch + 20, 3 * pitch + 20, 60, 45),
            {
                "kind": "building", "state": "available", "title_ro": "Hală de 2.700 m² (exemplu)",
                "title_en": "Hall of 2,700 m² (example)", "title_hu": "2700 m²-es csarnok (példa)",
                "condition": "poor", "owner_kind": "county", "pollution": "none_known", "rent_eur_month": 2_900,
                "floor_area_m2": 2_700.0, "uses": ["offices", "culture", "industry"],
                "utilities": ["electricity", "heat", "broadband", "road", "water", "sewer", "public_transport"],
                "source": "exemplu", "is_public": True,
            },
        ),
    ]  # fmt: skip


def campaign_area() -> BaseGeometry:
    """Return the blocks that the made-up campaign maps."""
    pitch = BLOCK_M + STREET_M
    return rectangle(-STREET_M / 2, -STREET_M / 2, COLUMNS * pitch, ROWS * pitch)


def benches(task: BaseGeometry) -> list[tuple[BaseGeometry, dict[str, object]]]:
    """Return what somebody finds in a task of the made-up campaign: where each bench is, and what it is like."""
    west, south, east, north = task.bounds
    places = ((0.25, 0.3, 3, True), (0.5, 0.55, 4, True), (0.75, 0.4, 2, False))
    return [
        (
            shapely.Point(west + across * (east - west), south + up * (north - south)),
            {"seats": seats, "has_back": has_back},
        )
        for across, up, seats, has_back in places
    ]
