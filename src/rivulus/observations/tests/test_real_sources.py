"""Facts about real files of others: they are read without a fault, or what is wrong with them is said."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.connectors.formats import map_answer
from rivulus.observations.feeds.imports import keeping, working
from rivulus.observations.feeds.imports.declared import layout_of
from rivulus.observations.feeds.imports.reading import read_beginning
from rivulus.observations.models import Datastream, HistoryImport
from rivulus.observations.queries import imports as queries
from rivulus.observations.queries import readings
from rivulus.observations.rules.connectors.mapped import Mapped
from rivulus.observations.rules.imports import counting
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.tests.sources import answer, declare, shared_data


def sentences_of(mapped: Mapped) -> list[str]:
    return [one.sentence % one.values if one.values else one.sentence for one in mapped.problems]


def properties_of(mapped: Mapped) -> Counter[str]:
    return Counter(one.series.rsplit(":", 1)[1] for one in mapped.readings)


def bring_in(file: Path, mapping: str) -> tuple[HistoryImport, Counts]:
    with file.open("rb") as stream:
        kept = keeping.keep(stream)
    document = yaml.safe_load(mapping)
    begun = read_beginning(
        kept.place, kept.form, delimiter=document.get("delimiter", ""), has_header=document.get("header")
    )
    layout = layout_of(document, begun)
    row = actions.take_up(by=None, name=file.name, place=kept.place, size=kept.size, layout=layout)
    actions.begin_check(by=None, import_id=row.pk, layout=layout)
    working.check(row.pk)
    actions.confirm(by=None, import_id=row.pk)
    working.carry_out(row.pk)
    keeping.remove(kept.place)
    row.refresh_from_db()
    return row, counting.from_json(row.counts)


def count_of(code: str) -> int:
    return readings.count([Datastream.objects.get(code=code).pk], EARLIEST_US, LATEST_US)


# Answers of sources


def test_the_car_parks_of_aachen() -> None:
    folder = shared_data("parking")
    mapped = map_answer(
        answer(table=(folder / "aachen-static.xml").read_bytes(), status=(folder / "aachen-realtime.xml").read_bytes()),
        declare("datex2"),
    )
    assert not mapped.problems
    found = properties_of(mapped)
    assert found["free_places"] > 10
    assert all(thing.place for thing in mapped.things if thing.name != thing.code)
    first = {one.series: one.value for one in mapped.readings}
    assert (first["test_datex2:P1:free_places"], first["test_datex2:P1:parking_occupancy"]) == (412.0, 26.43)


@pytest.mark.parametrize(("start", "stations"), [("tl", 496), ("fr_rouen", 122)])
def test_shared_bicycles_of_two_versions(start: str, stations: int) -> None:
    folder = shared_data("gbfs")
    mapped = map_answer(
        answer(
            station_information=(folder / f"{start}_station_information.json").read_bytes(),
            station_status=(folder / f"{start}_station_status.json").read_bytes(),
        ),
        declare("gbfs"),
    )
    assert not mapped.problems
    assert properties_of(mapped)["bikes_available"] == stations
    assert sum(1 for thing in mapped.things if thing.place) > stations * 0.9


def test_bicycles_that_stand_free_are_counted() -> None:
    body = shared_data("gbfs", "tl_free_bike_status.json").read_bytes()
    mapped = map_answer(answer(free_bike_status=body), declare("gbfs"))
    (reading,) = mapped.readings
    bikes = json.loads(body)["data"]["bikes"]
    assert reading.value == sum(1 for bike in bikes if not bike["is_reserved"] and not bike["is_disabled"])


MODELS = {
    "Environment/AirQualityObserved": {"no", "nox", "so2", "co", "temperature", "wind_speed"},
    "Environment/NoiseLevelObserved": {"noise_laeq", "noise_lmax"},
    "Parking/OffStreetParking": {"free_places", "occupied_places", "parking_occupancy"},
    "Parking/OnStreetParking": {"free_places"},
    "Streetlighting/Streetlight": {"lamp_state", "lamp_power", "voltage"},
    "WasteManagement/WasteContainer": {"bin_maximum_load"},
    "Transportation/EVChargingStation": {"charging_points", "charger_energy"},
    "Transportation/TrafficFlowObserved": {"vehicles", "traffic_speed", "traffic_occupancy"},
}


@pytest.mark.parametrize("form", ["example.json", "example-normalized.json"])
@pytest.mark.parametrize("model", sorted(MODELS))
def test_entities_of_smart_data_models_in_both_forms(model: str, form: str) -> None:
    body = shared_data("ngsi_ld", model, "examples", form).read_bytes()
    mapped = map_answer(answer(entities=body), declare("ngsi_ld", options={"zone": "Europe/Madrid"}))
    # One of the examples says of the rain that it is false.
    assert set(sentences_of(mapped)) <= {"“false” is not a number."}
    assert set(properties_of(mapped)) >= MODELS[model]
    assert mapped.things[0].place


@pytest.mark.parametrize(
    ("model", "expected"),
    [("Environment/AirQualityObserved", {"no", "so2", "co"}), ("Environment/NoiseLevelObserved", {"noise_laeq"}),
     ("Parking/OffStreetParking", {"free_places"}), ("WasteManagement/WasteContainer", {"bin_fill"})],
)  # fmt: skip
def test_entities_as_geojson_features(model: str, expected: set[str]) -> None:
    body = shared_data("ngsi_ld", model, "examples", "example-geojsonfeature.json").read_bytes()
    options = {"zone": "Europe/Madrid", "time": "received"}
    mapped = map_answer(answer(entities=body), declare("ngsi_ld", options=options))
    assert not mapped.problems, sentences_of(mapped)
    assert set(properties_of(mapped)) >= expected


def test_the_same_entity_says_the_same_in_both_forms() -> None:
    def read(form: str) -> dict[str, Any]:
        body = shared_data("ngsi_ld", "Transportation", "TrafficFlowObserved", "examples", form).read_bytes()
        mapped = map_answer(answer(entities=body), declare("ngsi_ld", options={"zone": "UTC"}))
        return {one.series: (one.time_us, one.value) for one in mapped.readings}

    assert read("example.json") == read("example-normalized.json")


def test_every_example_of_smart_data_models_is_read_or_refused_in_words() -> None:
    for file in sorted(shared_data("ngsi_ld").rglob("*.json*")):
        mapped = map_answer(answer(entities=file.read_bytes()), declare("ngsi_ld", options={"zone": "UTC"}))
        assert mapped.readings or all(sentences_of(mapped)), file


# Files of history


@pytest.mark.django_db
def test_five_years_of_the_air_of_valencia() -> None:
    file = shared_data("timeseries", "es_valencia_air_quality_hourly.csv")
    row, counts = bring_in(
        file,
        """
time: {column: datetime, zone: UTC}
thing: {code: valencia, name: Valencia, domain: air}
columns:
  no2: {property: no2, unit: ug/m3, source_unit: ug/m3}
  pm2.5: {property: pm2_5, unit: ug/m3, source_unit: µg/m³}
""",
    )
    assert (row.state, counts.lines, counts.rejected) == ("done", 43_824, 0), list(queries.list_rejects(row.pk)[:3])
    assert counts.added + counts.missing == 43_824 * 2
    assert count_of("valencia:no2") > 40_000


@pytest.mark.django_db
def test_the_meters_of_two_buildings() -> None:
    file = shared_data("timeseries", "bdg2_building_meters_hourly_sample.csv")
    row, counts = bring_in(
        file,
        """
time: {column: timestamp, zone: UTC}
thing: {code: campus, name: Campus, domain: energy}
columns:
  building_1: {property: energy_one, unit: kWh}
  building_2: {property: energy_two, unit: kWh}
""",
    )
    assert (row.state, counts.rejected) == ("done", 0)
    assert count_of("campus:energy_one") == 6_553


@pytest.mark.django_db
def test_a_car_park_without_a_header_in_local_time() -> None:
    file = shared_data("parking", "dresden_forecast_altmarkt.csv")
    row, counts = bring_in(
        file,
        """
header: false
time: {column: 0, zone: UTC}
thing: {code: altmarkt, name: Altmarkt, domain: parking}
columns:
  "2": {property: parking_occupancy, unit: "%", source_unit: "%"}
""",
    )
    assert row.state == "done"
    assert counts.lines == 40_986
    assert counts.added + counts.missing + counts.rejected + counts.replayed + counts.corrected == 40_986


@pytest.mark.django_db
def test_the_dirty_series_of_south_tyrol() -> None:
    file = shared_data("parking", "it_southtyrol_opendatahub_parking.csv")
    row, counts = bring_in(
        file,
        """
time: {column: mvalidtime}
thing: {code: bolzano, name: Bolzano, domain: parking}
columns:
  free: {property: free_places, unit: "1"}
  occupied: {property: occupied_places, unit: "1"}
""",
    )
    assert row.state == "done"
    assert counts.lines == 10_706
    assert counts.added > 20_000
    # Whatever was rejected is named by its line.
    assert all(one.line > 1 and one.sentence for one in queries.list_rejects(row.pk))


@pytest.mark.django_db
def test_a_year_of_rain_out_of_another_sensorthings_server() -> None:
    file = shared_data("sensorthings", "ch_bedretto_sta_P_BED.csv")
    row, counts = bring_in(
        file,
        """
time: {column: phenomenonTime}
thing: {code: bedretto, name: Bedretto, domain: weather}
columns:
  result: {property: precipitation, unit: mm, source_unit: mm}
""",
    )
    assert (row.state, counts.rejected) == ("done", 0)
    assert count_of("bedretto:precipitation") == counts.added == counts.readings - counts.repeated


@pytest.mark.django_db
def test_a_file_that_is_brought_in_again_adds_nothing() -> None:
    file = shared_data("timeseries", "bdg2_building_meters_hourly_sample.csv")
    mapping = """
time: {column: timestamp, zone: UTC}
thing: {code: campus, name: Campus}
columns: {building_1: {property: energy_one, unit: kWh}}
"""
    bring_in(file, mapping)
    _, again = bring_in(file, mapping)
    assert (again.added, again.corrected, again.replayed) == (0, 0, again.readings)
