"""The invented devices of the city: about six hundred things in all thirteen domains, with their series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rivulus.observations.rules.simulation.chance import key_of, one
from rivulus.observations.rules.simulation.places import BUSY, CITY, EAST, NORTH, PLACES, SOUTH, WEST, Place

type Numbers = Mapping[str, float]
QUARTER_S, TEN_MINUTES_S, HOUR_S, DAY_S = 900, 600, 3600, 86_400
PREFIX = "sim"


@dataclass(frozen=True, slots=True)
class SimulatedSeries:
    """One series: the property it observes, how often, and what tells it from the others of its kind."""

    code: str
    observed_property: str
    period_s: int
    label: str = ""
    numbers: Numbers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimulatedThing:
    """One device. ``numbers`` go into its properties and into what it says; ``kind`` picks its model."""

    code: str
    name: str
    domain: str
    kind: str
    place: Place
    longitude: float
    latitude: float
    numbers: Numbers
    series: tuple[SimulatedSeries, ...]
    is_taskable: bool = False


type Maker = Callable[[str, int, Place], tuple[Numbers, Sequence[tuple[str, int]]]]


@dataclass(frozen=True, slots=True)
class _Group:
    """So many devices of a kind: their name, where they stand, what they measure how often, and their own numbers."""

    kind: str
    domain: str
    count: int
    name: str
    places: tuple[Place, ...]
    measured: tuple[tuple[str, int], ...]
    numbers: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    spread: float = 0.0018  # degrees around the place
    is_taskable: bool = False


AIR = tuple((name, QUARTER_S) for name in ("pm10", "pm2_5", "no2", "o3", "temperature", "humidity"))
WEATHER = (("temperature", QUARTER_S), ("humidity", QUARTER_S))
LAMP = (("lamp_power", HOUR_S), ("lamp_dimming", HOUR_S), ("lamp_energy", HOUR_S), ("lamp_state", DAY_S))
CABINET = (("active_power", HOUR_S), ("electricity_total", HOUR_S), ("voltage", HOUR_S), ("current", HOUR_S))
BUILDING = (
    ("active_power", HOUR_S),
    ("electricity_total", HOUR_S),
    ("gas_total", HOUR_S),
    ("indoor_temperature", HOUR_S),
)
BIN = (
    ("bin_fill", HOUR_S),
    ("bin_weight", DAY_S),
    ("tag_reads", HOUR_S),
    ("bin_temperature", HOUR_S),
    ("battery", DAY_S),
)
COUNTER = (
    ("vehicles", QUARTER_S), ("heavy_vehicles", QUARTER_S), ("traffic_speed", QUARTER_S), ("traffic_occupancy", QUARTER_S),
)  # fmt: skip
GROUPS: tuple[_Group, ...] = (
    _Group("air", "air", 14, "Stație de aer", PLACES[:11] + PLACES[35:36] + PLACES[40:41] + PLACES[43:44], AIR),
    _Group("noise", "noise", 20, "Punct de zgomot", BUSY[:20], (("noise_laeq", QUARTER_S), ("noise_lmax", QUARTER_S))),
    _Group("weather", "weather", 24, "Senzor de temperatură", PLACES[::2], WEATHER),
    _Group(
        "parking", "parking", 14, "Parcare", BUSY[:14], (("free_places", TEN_MINUTES_S), ("occupied_places", TEN_MINUTES_S)),
        {"capacity": (28, 320)},
    ),
    _Group("lamp", "lighting", 180, "Lampă", CITY, LAMP, {"rated_w": (38, 120)}, 0.004, is_taskable=True),
    _Group("cabinet", "lighting", 20, "Punct de aprindere", CITY, CABINET, {"rated_w": (3000, 12000)}),
    _Group(
        "building", "energy", 40, "Clădire publică", CITY, BUILDING,
        {"area_m2": (650, 7200), "kwh_m2_k": (0.030, 0.052), "renovated": (0, 1)}, 0.003,
    ),
    _Group(
        "water", "water", 40, "Contor de apă", CITY,
        (("water_total", HOUR_S), ("water_flow", HOUR_S), ("water_pressure", HOUR_S)), {"mean_m3_h": (0.2, 4.5)}, 0.003,
    ),
    _Group(
        "heat", "heat", 20, "Contor de căldură", CITY,
        (("heat_total", HOUR_S), ("supply_temperature", HOUR_S), ("return_temperature", HOUR_S), ("water_flow", HOUR_S)),
        {"kwh_k_day": (35, 240)}, 0.003,
    ),
    _Group("bin", "waste", 120, "Container", CITY, BIN, {"litres": (240, 3000), "fill_h": (0.5, 1.7)}, 0.004),
    _Group(
        "route", "waste", 6, "Rută de colectare", CITY[::6],
        tuple((f"waste_weight:{name}", DAY_S) for name in ("residual", "paper", "plastic_metal", "glass", "bio")),
        {"people_served": (12_000, 23_000)},
    ),
    _Group("counter", "traffic", 30, "Contor de trafic", BUSY[:30], COUNTER, {"daily": (2600, 16_500)}),
    _Group(
        "cycle", "traffic", 12, "Contor de biciclete", BUSY[6:18], (("bicycles", QUARTER_S), ("pedestrians", QUARTER_S)),
        {"daily": (90, 720)},
    ),
    _Group(
        "charger", "charging", 16, "Stație de încărcare", BUSY[:16],
        (("charger_state", DAY_S), ("charger_power", QUARTER_S), ("charger_energy", HOUR_S)), {"rated_kw": (11, 60)},
    ),
    _Group(
        "wifi", "wifi", 30, "Punct Wi-Fi", BUSY[:30], (("wifi_users", HOUR_S), ("wifi_traffic", HOUR_S), ("wifi_up", HOUR_S)),
        {"capacity": (40, 220)},
    ),
    _Group(
        "river", "river", 8, "Stație hidrometrică", (PLACES[12], PLACES[34], PLACES[36], PLACES[35], PLACES[43], PLACES[41],
        PLACES[46], PLACES[47]), (("river_level", QUARTER_S), ("river_flow", QUARTER_S), ("river_temperature", QUARTER_S)),
        {"base_cm": (38, 95)},
    ),
)  # fmt: skip
MAINS = {"pressure": 6, "wind_speed": 6, "wind_direction": 6, "precipitation": 6, "solar_radiation": 2}


@lru_cache(maxsize=4)
def build(seed: int, share: float = 1.0) -> tuple[SimulatedThing, ...]:
    """Return the devices for a seed, by code; ``share`` below 1 makes a smaller city, with every kind in it."""
    made = [_thing(seed, group, number) for group in GROUPS for number in range(max(1, round(group.count * share)))]
    return tuple(sorted(made, key=lambda thing: thing.code))


def _thing(seed: int, group: _Group, number: int) -> SimulatedThing:
    code = f"{PREFIX}:{group.kind}-{number + 1:03}"
    key = key_of(seed, code)
    place = group.places[number % len(group.places)]
    longitude = min(max(place.longitude + one(key, -group.spread, group.spread), WEST), EAST)
    latitude = min(max(place.latitude + one(key + 1, -group.spread, group.spread) * 0.6, SOUTH), NORTH)
    numbers = {name: _round(one(key_of(key, name), *bounds)) for name, bounds in group.numbers.items()}
    extra = [(name, QUARTER_S) for name, most in MAINS.items() if group.kind == "weather" and number < most]
    if group.kind == "building" and number % 5 == 0:
        extra.append(("solar_total", HOUR_S))
        numbers["solar_kwp"] = round(one(key_of(key, "solar"), 8, 60), 1)
    if group.kind == "air" and number < 5:
        extra += [("so2", QUARTER_S), ("co", QUARTER_S)]
    series = tuple(_series(code, name, period) for name, period in (*group.measured, *extra))
    name = f"{group.name} {number + 1}, {place.name}"
    return SimulatedThing(
        code, name, group.domain, group.kind, place, round(longitude, 6), round(latitude, 6), _own(group.kind, numbers),
        series, group.is_taskable,
    )  # fmt: skip


def _series(thing: str, measured: str, period_s: int) -> SimulatedSeries:
    observed, _, label = measured.partition(":")
    return SimulatedSeries(f"{thing}:{observed}{'-' + label if label else ''}", observed, period_s, label)


def _own(kind: str, numbers: dict[str, float]) -> Numbers:
    """Return a device's numbers with those that follow from others."""
    if kind == "river":
        base = numbers["base_cm"]
        return numbers | {
            "attention_cm": round(base + 90),
            "flooding_cm": round(base + 150),
            "danger_cm": round(base + 210),
        }
    if kind in {"parking", "people", "wifi"}:
        return {name: round(value) for name, value in numbers.items()}
    if kind == "building":
        renovated = float(numbers["renovated"] > 0.6)
        area = round(numbers["area_m2"])
        per_degree = round(area * numbers["kwh_m2_k"], 2)
        # What was used before the renovation, per day and per heating degree day, electricity and gas together.
        return numbers | {
            "renovated": renovated, "area_m2": area, "baseline_kwh_day": round(area * 0.065, 1),
            "baseline_kwh_degree_day": per_degree,
        }  # fmt: skip
    return numbers


def _round(value: float) -> float:
    return round(value) if abs(value) >= 100 else round(value, 3)
