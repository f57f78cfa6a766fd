"""What the attributes of Smart Data Models entities are: property, unit here, and the unit where no code is given.

Units are those of the models' own specifications (smartdatamodels.org); shares of one become per cent.
"""

from collections.abc import Mapping

from rivulus.observations.rules.connectors.mapped import Field

MASS = "ug/m3"


def _gas(code: str) -> Field:
    unit = "mg/m3" if code == "co" else MASS
    # Nitrogen oxides together are given as nitrogen dioxide (Directive 2008/50/EC, article 2).
    return Field(property=code, unit=unit, source_unit=unit, gas="no2" if code == "nox" else code, minimum=0)


def _dust(code: str) -> Field:
    return Field(property=code, unit=MASS, source_unit=MASS, minimum=0)


def _level(code: str) -> Field:
    return Field(property=code, unit="dB(A)", source_unit="dB(A)")


def _share(code: str) -> Field:
    return Field(property=code, unit="%", source_unit="1", minimum=0, maximum=100)


def _count(code: str) -> Field:
    return Field(property=code, unit="1", minimum=0)


WEATHER: Mapping[str, Field] = {
    "temperature": Field(property="temperature", unit="Cel", source_unit="Cel"),
    "relativeHumidity": _share("humidity"),
    "windSpeed": Field(property="wind_speed", unit="m/s", source_unit="m/s", minimum=0),
    "windDirection": Field(property="wind_direction", unit="deg", source_unit="deg"),
    "precipitation": Field(property="precipitation", unit="mm", source_unit="mm", minimum=0),
    "atmosphericPressure": Field(property="pressure", unit="hPa", source_unit="hPa"),
    "solarRadiation": Field(property="solar_radiation", unit="W/m2", source_unit="W/m2", minimum=0),
    "illuminance": Field(property="illuminance", unit="lx", source_unit="lx", minimum=0),
    "snowHeight": Field(property="snow_depth", unit="m", source_unit="m", minimum=0),
}
MODELS: Mapping[str, Mapping[str, Field]] = {
    "AirQualityObserved": {
        **{code: _gas(code) for code in ("no2", "no", "nox", "o3", "so2", "co", "nh3", "c6h6", "h2s")},
        "pm1": _dust("pm1"),
        "pm10": _dust("pm10"),
        "pm25": _dust("pm2_5"),
        "pm2.5": _dust("pm2_5"),
        "airQualityIndex": Field(property="air_quality_index", unit="1", minimum=0),
        **{name: one for name, one in WEATHER.items() if name != "atmosphericPressure"},
    },
    "NoiseLevelObserved": {
        "LAeq": _level("noise_laeq"),
        "LAmax": _level("noise_lmax"),
        "LAS": _level("noise_las"),
        "LAeq_d": _level("noise_laeq_day"),
    },
    "WeatherObserved": WEATHER,
    "OffStreetParking": {
        "availableSpotNumber": _count("free_places"),
        "occupiedSpotNumber": _count("occupied_places"),
        "totalSpotNumber": _count("parking_capacity"),
        "occupancy": _share("parking_occupancy"),
    },
    "OnStreetParking": {
        "availableSpotNumber": _count("free_places"),
        "occupiedSpotNumber": _count("occupied_places"),
        "totalSpotNumber": _count("parking_capacity"),
    },
    "Streetlight": {
        "powerState": Field(property="lamp_state", kind="text"),
        "status": Field(property="lamp_status", kind="text"),
        "powerConsumption": Field(property="lamp_power", unit="W", source_unit="W", minimum=0),
        "illuminanceLevel": Field(property="lamp_dimming", unit="%", source_unit="1", minimum=0, maximum=100),
        "current": Field(property="current", unit="A", source_unit="mA"),
        "voltage": Field(property="voltage", unit="V", source_unit="V"),
        "powerFactor": Field(property="power_factor", unit="1", source_unit="1"),
        "lifetimePowerConsumption": Field(property="lamp_energy", unit="kWh", source_unit="kWh", minimum=0),
    },
    "WasteContainer": {
        "fillingLevel": _share("bin_fill"),
        "temperature": Field(property="bin_temperature", unit="Cel", source_unit="Cel"),
        "cargoWeight": Field(property="bin_weight", unit="kg", source_unit="kg", minimum=0),
        "binRecommendedLoad": Field(property="bin_recommended_load", unit="kg", source_unit="kg", minimum=0),
        "binMaxLoad": Field(property="bin_maximum_load", unit="kg", source_unit="kg", minimum=0),
    },
    "EVChargingStation": {
        "availableCapacity": _count("charging_points_free"),
        "capacity": _count("charging_points"),
        "powerConsumption": Field(property="charger_energy", unit="kWh", source_unit="kWh", minimum=0),
    },
    "TrafficFlowObserved": {
        "intensity": _count("vehicles"),
        "averageVehicleSpeed": Field(property="traffic_speed", unit="km/h", source_unit="km/h", minimum=0),
        "occupancy": _share("traffic_occupancy"),
        "averageHeadwayTime": Field(property="traffic_headway", unit="s", source_unit="s", minimum=0),
    },
    "BikeHireDockingStation": {
        "availableBikeNumber": _count("bikes_available"),
        "freeSlotNumber": _count("docks_available"),
    },
    "WaterObserved": {
        "height": Field(property="river_level", unit="cm", source_unit="m"),
        "flow": Field(property="river_flow", unit="m3/s", source_unit="m3/s", minimum=0),
    },
}
TIMES = (
    "dateObserved", "observationDateTime", "dateObservedFrom", "timestamp", "occupancyModified", "binLoggedTime",
    "dateModified", "modifiedAt",
)  # fmt: skip
"""Attributes that may hold the time of an entity, the best first."""
