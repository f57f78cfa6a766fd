"""Facts about answers in the formats of others: recorded ones, hostile ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.feeds.connectors.formats import MAPPERS, map_answer
from rivulus.observations.feeds.connectors.taking import Answer
from rivulus.observations.rules.connectors.declarations import FORMATS
from rivulus.observations.rules.connectors.mapped import Mapped
from rivulus.observations.tests.sources import RECEIVED_US, answer, declare, recorded

EIGHT_US = 1_772_438_400_000_000  # 2026-03-02T08:00:00Z
SECOND_US = 1_000_000


def values_of(mapped: Mapped) -> dict[str, Any]:
    return {one.series.split(":", 1)[1]: one.value for one in mapped.readings}


def sentences_of(mapped: Mapped) -> list[str]:
    return [one.sentence % one.values if one.values else one.sentence for one in mapped.problems]


def test_every_format_that_can_be_declared_can_be_read() -> None:
    assert set(MAPPERS) == set(FORMATS)


def test_datex_parking_takes_the_free_places_of_each_site() -> None:
    mapped = map_answer(recorded(table="datex2_table.xml", status="datex2_status.xml"), declare("datex2"))
    assert values_of(mapped) == {
        "BM1:free_places": 18.0,
        "BM1:occupied_places": 100.0,
        "BM1:parking_capacity": 118.0,
        "BM1:parking_occupancy": 84.75,
        "BM1:parking_opening": "open",
    }
    (thing,) = mapped.things
    assert (thing.name, thing.place) == ("Parcarea Millennium", {"type": "Point", "coordinates": [23.5831, 47.6552]})
    assert mapped.readings[0].time_us == EIGHT_US + 250_250_000
    assert [one.where for one in mapped.problems] == ["BM2"]
    assert "no zone" in sentences_of(mapped)[0]


def test_datex_times_without_a_zone_are_read_in_the_declared_one() -> None:
    declaration = declare("datex2", options={"zone": "Europe/Bucharest"})
    mapped = map_answer(recorded(table="datex2_table.xml", status="datex2_status.xml"), declaration)
    assert not mapped.problems
    assert values_of(mapped)["BM2:free_places"] == 7.0
    assert values_of(mapped)["BM2:parking_capacity"] == 60.0


def test_a_document_type_with_entities_is_refused() -> None:
    bomb = (
        b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>"""
    )
    for body in (bomb, bomb.decode().replace("1.0", '1.0" encoding="UTF-16').encode("utf-16")):
        with pytest.raises(Refused):
            map_answer(answer(status=body), declare("datex2"))
    with pytest.raises(Refused, match="nested too deep"):
        map_answer(answer(status=b"<a>" * 5000 + b"</a>" * 5000), declare("datex2"))


def test_sensor_community_passes_over_flats_and_broken_sensors() -> None:
    mapped = map_answer(recorded(main="sensor_community.json"), declare("sensor_community"))
    assert values_of(mapped) == {
        "70001:pm10": 23.4,
        "70001:pm2_5": 11.15,
        "70002:temperature": 6.2,
        "70002:pressure": 987.645,
    }
    assert mapped.readings[0].time_us == EIGHT_US + 72 * SECOND_US
    assert sentences_of(mapped) == ["“yesterday” is not a time; write it like 2026-03-01T08:00:00+02:00."]


def test_openaq_brings_gases_to_the_unit_of_the_city_and_names_what_it_cannot() -> None:
    mapped = map_answer(
        recorded(locations="openaq_locations.json", latest="openaq_latest.json"),
        declare("openaq", {"locations_1": "https://a.example/x", "latest_1": "https://a.example/y"}),
    )
    found = values_of(mapped)
    assert found["900001:no2"] == pytest.approx(12 * 1.913, abs=0.02)
    assert found["900001:pm10"] == 31.5
    assert set(found) == {"900001:no2", "900001:pm10"}
    assert any("furlong" in sentence for sentence in sentences_of(mapped))
    assert any("Sensor 99" in sentence for sentence in sentences_of(mapped))


def test_open_meteo_takes_nothing_that_lies_ahead() -> None:
    mapped = map_answer(recorded(main="open_meteo.json"), declare("open_meteo"))
    times = {(one.series.rsplit(":", 1)[1], one.time_us): one.value for one in mapped.readings}
    assert max(time for _, time in times) <= RECEIVED_US + 300 * SECOND_US
    assert times[("temperature", EIGHT_US)] == 5.1
    assert times[("temperature", EIGHT_US + 900 * SECOND_US)] == 5.4
    assert times[("wind_speed", EIGHT_US + 900 * SECOND_US)] == 2.0  # 7.2 km/h
    assert ("pressure", EIGHT_US) not in times  # null


def test_gbfs_three_and_two_are_both_read_and_vehicles_are_only_counted() -> None:
    mapped = map_answer(
        recorded(
            station_information="gbfs_station_information.json",
            station_status="gbfs_station_status.json",
            free_bike_status="gbfs_free_bike_status.json",
        ),
        declare("gbfs"),
    )
    found = values_of(mapped)
    assert found["a1:bikes_available"] == 5.0
    assert found["a2:station_renting"] is False
    assert found["system:vehicles_free"] == 2.0
    assert {one.name for one in mapped.things} >= {"Piața Libertății", "Central Park"}
    assert "b1" not in repr(mapped)


def test_ocpi_counts_charging_points_and_leaves_unpublished_places_alone() -> None:
    mapped = map_answer(recorded(locations="ocpi_locations.json"), declare("ocpi"))
    assert values_of(mapped) == {
        "RO-BMR:LOC1:charging_points_free": 1.0,
        "RO-BMR:LOC1:charging_points_used": 1.0,
        "RO-BMR:LOC1:charging_points_broken": 1.0,
        "RO-BMR:LOC1:charging_points": 3.0,
    }


def test_ocpi_says_what_the_operator_answered_instead() -> None:
    body = json.dumps({"status_code": 2001, "status_message": "Invalid parameters", "data": None}).encode()
    mapped = map_answer(answer(locations=body), declare("ocpi"))
    assert sentences_of(mapped) == ["The source answers 2001: Invalid parameters"]


def test_ngsi_entities_are_read_with_their_codes_of_units_and_their_own_times() -> None:
    mapped = map_answer(recorded(entities="ngsi_ld_entities.json"), declare("ngsi_ld"))
    station = "urn:ngsi-ld:AirQualityObserved:bm:1"
    found = values_of(mapped)
    assert found[f"{station}:no2"] == 22.0
    assert found[f"{station}:co"] == 0.4
    assert found[f"{station}:temperature"] == 5.0
    assert found[f"{station}:humidity"] == 81.0
    times = {one.series.rsplit(":", 1)[1]: one.time_us for one in mapped.readings}
    assert times["no2"] - times["co"] == 300 * SECOND_US
    said = sentences_of(mapped)
    assert any("XYZ" in sentence for sentence in said)
    assert any("UnheardOf" in sentence for sentence in said)
    assert any("when it was observed" in sentence for sentence in said)


def test_an_entity_without_a_time_is_as_of_now_where_that_is_declared() -> None:
    mapped = map_answer(recorded(entities="ngsi_ld_entities.json"), declare("ngsi_ld", options={"time": "received"}))
    assert values_of(mapped)["urn:ngsi-ld:NoiseLevelObserved:bm:2:noise_laeq"] == 61.5


def test_any_json_is_read_by_a_declared_mapping() -> None:
    declaration = declare(
        "json",
        options={"items": "data.*", "id": "_key", "name": "label", "lon": "pos.0", "lat": "pos.1", "time": "at",
                 "time_format": "epoch_s"},
        fields={"m.t": {"property": "temperature", "unit": "Cel", "source_unit": "°F"}},
    )  # fmt: skip
    body = json.dumps(
        {"data": {"x1": {"label": "Unu", "pos": [23.5, 47.6], "at": 1772438400, "m": {"t": 50}},
                  "x2": {"label": "Doi", "at": "never", "m": {"t": 50}},
                  "x3": {"label": "Trei", "at": 1772438400, "m": {"t": "hot"}}}}
    ).encode()  # fmt: skip
    mapped = map_answer(answer(main=body), declaration)
    assert values_of(mapped) == {"x1:temperature": 10.0}
    assert [one.where for one in mapped.problems] == ["x2", "x3 m.t"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_any_csv_is_read_in_its_declared_encoding(encoding: str) -> None:
    declaration = declare(
        "csv",
        options={"delimiter": ";", "decimal": ",", "encoding": encoding, "id": "Stația" if encoding != "cp1252" else "Station",
                 "time": "Ora", "time_format": "%d.%m.%Y %H:%M", "zone": "Europe/Bucharest"},
        fields={"T °C": {"property": "temperature", "unit": "Cel", "source_unit": "°C"}},
    )  # fmt: skip
    name = declaration.options["id"]
    body = f"{name};Ora;T °C\r\nS1;02.03.2026 10:00;-3,5\r\nS2;02.03.2026 10:00;x\r\n".encode(encoding)
    mapped = map_answer(answer(main=body), declaration)
    assert values_of(mapped) == {"S1:temperature": -3.5}
    assert [one.where for one in mapped.problems] == ["line 3 T °C"]


def test_csv_in_another_encoding_is_refused() -> None:
    with pytest.raises(Refused, match="not written in"):
        map_answer(answer(main="temperatură".encode("utf-16")), declare("csv"))


@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "1e999", "9" * 400, "true", '"1,5"', "{}", '"12abc"'])
def test_what_is_no_measured_value_is_refused_alone(value: str) -> None:
    body = f'{{"bad": {value}, "good": 4.5}}'.encode()
    fields = {"bad": {"property": "no2", "unit": "ug/m3"}, "good": {"property": "o3", "unit": "ug/m3"}}
    mapped = map_answer(answer(main=body), declare("json", fields=fields))
    assert values_of(mapped) == {"1:o3": 4.5}
    assert mapped.problem_count == 1


def test_not_a_number_means_that_nothing_was_measured() -> None:
    body = b'{"bad": NaN, "also": "n/a", "good": 4.5}'
    fields = {name: {"property": f"{name}_one", "unit": "1"} for name in ("bad", "also", "good")}
    mapped = map_answer(answer(main=body), declare("json", fields=fields))
    assert (values_of(mapped), mapped.problem_count) == ({"1:good_one": 4.5}, 0)


def test_a_time_more_than_a_day_ahead_is_refused() -> None:
    body = b'{"at": "2026-03-09T00:00:00Z", "v": 1}'
    declaration = declare("json", options={"time": "at"}, fields={"v": {"property": "no2", "unit": "ug/m3"}})
    assert sentences_of(map_answer(answer(main=body), declaration)) == ["The time is more than a day ahead."]


def test_of_many_problems_the_first_hundred_are_kept_and_all_are_counted() -> None:
    body = json.dumps([{"v": "x"}] * 500).encode()
    mapped = map_answer(answer(main=body), declare("json", fields={"v": {"property": "no2", "unit": "ug/m3"}}))
    assert (len(mapped.problems), mapped.problem_count) == (100, 500)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xfe\x00", b'{"a":' * 50_000])
@pytest.mark.parametrize("format", ["sensor_community", "openaq", "open_meteo", "gbfs", "ocpi", "ngsi_ld", "json"])
def test_what_is_not_json_is_refused_in_a_sentence(format: str, body: bytes) -> None:
    requests = dict.fromkeys(FORMATS[format], (body,))
    with pytest.raises(Refused, match="not JSON"):
        map_answer(Answer(requests, RECEIVED_US), declare(format))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["data", "stations", "id", "type", "value", "results", "sensors", "hourly", "time", "location",
                         "coordinates", "evses", "status_code", "sensordatavalues", "station_id", "bikes", "LAeq"]),
        inner, max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_no_json_at_all_breaks_a_format(value: Any) -> None:
    body = json.dumps(value).encode()
    for format in ("sensor_community", "openaq", "open_meteo", "gbfs", "ocpi", "ngsi_ld", "json"):
        answered = Answer(dict.fromkeys(FORMATS[format], (body,)), RECEIVED_US)
        map_answer(answered, declare(format, fields={"LAeq": {"property": "noise_laeq", "unit": "dB(A)"}}))
