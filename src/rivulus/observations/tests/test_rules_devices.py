"""What devices say, and what is found right or wrong with it."""

import base64
import datetime as dt
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules.devices import cayenne, lorawan
from rivulus.observations.rules.devices.judging import judge
from rivulus.observations.rules.devices.messages import Kind, KnownSeries, Level, Verdict
from rivulus.observations.rules.devices.profiles import find_value, read_lines, read_profiles
from rivulus.observations.rules.devices.reading import read_message
from rivulus.observations.rules.devices.times import read_time
from rivulus.observations.rules.devices.topics import fill, find_datastream, find_mapping, read_mappings
from rivulus.observations.terms import Flag

NOW = dt.datetime(2026, 11, 22, 8, 15, tzinfo=dt.UTC)
PACK = Path(__file__).resolve().parents[4] / "pack" / "baia_mare" / "observations"
PROFILES = read_profiles(yaml.safe_load((PACK / "devices.yaml").read_text()))
AIR = KnownSeries(id=7, name="Air", code="air", kind="number", unit="Cel", minimum=-50, maximum=60)
DOOR = KnownSeries(id=8, name="Door", code="door", kind="boolean", unit="")
WORDS = KnownSeries(id=9, name="Words", code="words", kind="text", unit="")
OTHER = KnownSeries(id=10, name="Another's", code="theirs", kind="number", unit="", is_own=False)
KNOWN = {"7": AIR, "air": AIR, "8": DOOR, "9": WORDS, "10": OTHER}

CHIRPSTACK: dict[str, Any] = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-11-22T08:14:15.775023242+00:00",
    "deviceInfo": {
        "tenantName": "Baia Mare",
        "applicationName": "air",
        "deviceProfileName": "Climate",
        "deviceName": "Park station",
        "devEui": "0102030405060708",
        "tags": {},
    },
    "fCnt": 4,
    "fPort": 1,
    "data": "AQ==",
    "object": {"temperature": 21.5, "humidity": 40, "battery": 93},
    "rxInfo": [{"gatewayId": "00", "rssi": -101, "snr": 1}, {"gatewayId": "01", "rssi": -48, "snr": 9.5}],
}
TTS: dict[str, Any] = {
    "end_device_ids": {
        "device_id": "park-1",
        "application_ids": {"application_id": "cayenne"},
        "dev_eui": "0102030405060709",
    },
    "received_at": "2026-11-22T08:14:15.787Z",
    "uplink_message": {
        "f_cnt": 1,
        "f_port": 2,
        "frm_payload": base64.b64encode(bytes.fromhex("01670110 02685a 03732710".replace(" ", ""))).decode(),
        "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "rssi": -35, "snr": 5}],
        "received_at": "2026-11-22T08:14:15.700Z",
        "last_battery_percentage": {"value": 94.1},
    },
}


def verdict_on(text: str, **words: Any) -> Verdict:
    message = read_message(text, profiles=PROFILES, **words)
    return judge(message, KNOWN, NOW)


def observation(**changes: Any) -> str:
    whole = {"phenomenonTime": "2026-11-22T08:14:00Z", "result": 21.5, "Datastream": {"@iot.id": 7}} | changes
    return json.dumps({name: value for name, value in whole.items() if value is not ...})


def test_a_right_observation_would_be_stored_as_it_is() -> None:
    verdict = verdict_on(observation())
    assert verdict.is_good and verdict.kind is Kind.OBSERVATION
    assert [(row.series.id, row.time, row.value) for row in verdict.rows] == [(7, NOW - dt.timedelta(minutes=1), 21.5)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phenomenonTime": "2026-11-22T08:14:00"}, "no zone"),
        ({"phenomenonTime": "22.11.2026 08:14"}, "not written as"),
        ({"phenomenonTime": "2026-02-30T08:14:00Z"}, "no such time"),
        ({"phenomenonTime": 1_795_334_400}, "not a text"),
        ({"phenomenonTime": "2026-11-24T08:14:00Z"}, "47 hours ahead"),
        ({"phenomenonTime": "1850-11-24T08:14:00Z"}, "before 1900"),
        ({"result": "21.5"}, "quotation marks"),
        ({"result": "warm"}, "the text “warm”"),
        ({"result": True}, "send 1 or 0"),
        ({"result": None}, "empty"),
        ({"result": [1]}, "no number"),
        ({"result": 10**400}, "too large"),
        ({"Datastream": ...}, "names no series"),
        ({"Datastream": {"@iot.id": 77}}, "no series 77"),
        ({"Datastream": {"@iot.id": 10}}, "another supplier"),
        ({"Datastream": {"@iot.id": 8}}, "true or false"),
        ({"Datastream": {"@iot.id": 9}}, "a text"),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    verdict = verdict_on(observation(**changes))
    assert not verdict.is_good and not verdict.rows
    first = verdict.findings[0]
    assert first.level is Level.ERROR and words in first.words


@pytest.mark.parametrize(
    ("changes", "words", "flag"),
    [
        ({"phenomenonTime": "2026-11-22T08:35:00Z"}, "20 minutes ahead", Flag.CLOCK),
        ({"phenomenonTime": "2026-11-12T08:14:00Z"}, "10 days old", 0),
        ({"phenomenonTime": "1970-01-01T00:00:07Z"}, "never set", 0),
        ({"result": 99}, "-50 to 60", Flag.OUT_OF_RANGE),
        ({"phenomenonTime": ...}, "no phenomenonTime", 0),
        ({"colour": "red"}, "“colour”", 0),
    ],
)
def test_what_is_doubtful_is_kept_and_said(changes: dict[str, Any], words: str, flag: int) -> None:
    verdict = verdict_on(observation(**changes))
    assert verdict.is_good
    assert verdict.rows[0].quality == flag
    assert any(found.level is Level.WARNING and words in found.words for found in verdict.findings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no message"),
        ("{", "not JSON"),
        ('{"result": NaN}', "not a number of JSON"),
        ("[" * 100_000, "not JSON"),
        ("[" * 40 + "]" * 40, "levels deep"),
        ("7", "neither an object"),
        ("{}", "not known here"),
        ('{"result": 1, "x": "' + "x" * 300_000 + '"}', "256 KiB"),
        ('[{"result": 1}]', "data array"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(text: str, words: str) -> None:
    verdict = verdict_on(text)
    assert not verdict.is_good and words in verdict.findings[0].words


def test_a_data_array_is_judged_row_by_row() -> None:
    rows = [["2026-11-22T08:14:00Z", 1], ["2026-11-22T08:14:00", 2], [3]]
    part = {"Datastream": {"@iot.id": 7}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    verdict = verdict_on(json.dumps([part, {"Datastream": {"@iot.id": 7}, "components": ["time"], "dataArray": []}]))
    assert [row.value for row in verdict.rows] == [1.0]
    said = " ".join(found.words for found in verdict.findings)
    assert "Row 3 of part 1" in said and "no zone" in said and "Part 2" in said


def test_an_uplink_of_chirpstack_becomes_series_of_its_device() -> None:
    message = read_message(json.dumps(CHIRPSTACK), profiles=PROFILES)
    assert message.device == "lorawan:0102030405060708" and message.title == "Park station"
    assert {claim.series.rsplit(":", 1)[1]: claim.value for claim in message.claims} == {
        "temperature": 21.5, "humidity": 40, "battery": 93, "rssi": -48, "snr": 9.5,
    }  # fmt: skip


def test_an_uplink_of_the_things_stack_is_decoded_from_its_bytes() -> None:
    message = read_message(json.dumps(TTS), profiles=PROFILES)
    assert {claim.series.rsplit(":", 1)[1]: claim.value for claim in message.claims} == {
        "temperature": 27.2, "humidity": 45.0, "pressure": 1000.0, "rssi": -35, "snr": 5, "battery": 94.1,
    }  # fmt: skip
    assert {claim.time for claim in message.claims} == {"2026-11-22T08:14:15.700Z"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"object": None}, "not decoded"),
        ({"fPort": None}, "no port"),
        ({"time": None}, "no time of receipt"),
        ({"deviceInfo": {"devEui": "0102030405060708", "deviceProfileName": "unheard of"}}, "unheard of"),
        ({"deviceInfo": {"devEui": "01", "deviceProfileName": "climate"}}, "16 hexadecimal digits"),
        ({"object": {"humidity": 40}}, "nothing at “temperature”"),
    ],
)
def test_a_broken_uplink_says_what_it_lacks(changes: dict[str, Any], words: str) -> None:
    message = read_message(json.dumps(CHIRPSTACK | changes), profiles=PROFILES)
    assert any(words in found.words for found in message.findings)


def test_a_profile_reads_only_its_port() -> None:
    profiles = read_profiles({"profiles": [{"name": "climate", "port": 85, "series": [{"path": "t", "series": "t"}]}]})
    message = lorawan.read_chirpstack(CHIRPSTACK, profiles)
    assert not message.claims and "reads port 85" in message.findings[0].words


def test_a_status_of_chirpstack_tells_of_the_battery() -> None:
    status = CHIRPSTACK | {"batteryLevel": 75.5, "margin": 7}
    (claim,) = lorawan.read_chirpstack_status(status).claims
    assert (claim.series, claim.value, claim.is_optional) == ("lorawan:0102030405060708:battery", 75.5, True)
    assert not lorawan.read_chirpstack_status(status | {"batteryLevelUnavailable": True}).claims


def test_an_entity_is_read_normalised_and_as_key_values() -> None:
    normalised = {
        "id": "urn:ngsi-ld:AirQualityObserved:1",
        "type": "AirQualityObserved",
        "temperature": {"type": "Property", "value": 70.7, "unitCode": "FAH", "observedAt": "2026-11-22T08:14:00Z"},
    }
    plain = {"id": "urn:x:1", "type": "T", "dateObserved": "2026-11-22T08:14:00Z", "temperature": 21.5, "name": "x"}
    series = KNOWN | {"urn:ngsi-ld:AirQualityObserved:1:temperature": AIR, "urn:x:1:temperature": AIR}
    first = judge(read_message(json.dumps(normalised)), series, NOW)
    assert first.rows[0].value == pytest.approx(21.5) and first.is_good
    second = judge(read_message(json.dumps([plain])), series, NOW)
    assert [row.value for row in second.rows] == [21.5]


def test_a_mapping_typed_by_a_person_reads_a_vendors_message() -> None:
    places, time = read_lines("data.0.t = 7 [degF]\ntime = at\n\nlevel = 7 × 0.01")
    text = json.dumps({"data": [{"t": 50}], "at": "2026-11-22T08:14:00+02:00", "level": 150})
    verdict = verdict_on(text, places=places, time_path=time)
    assert [row.value for row in verdict.rows] == [10.0, 1.5]
    assert verdict.rows[0].time == dt.datetime(2026, 11, 22, 6, 14, tzinfo=dt.UTC)
    with pytest.raises(Refused, match="Line 2"):
        read_lines("a = 1\nwhat")
    assert "unit “bananas”" in verdict_on(text, places=read_lines("level = 7 bananas")[0]).findings[0].words


@pytest.mark.parametrize("payload", ["01", "0167", "01670", "01ff00", "0167011002"])
def test_bytes_that_are_no_cayenne_lpp_are_refused(payload: str) -> None:
    with pytest.raises(ValueError, match=r"no type|middle"):
        cayenne.decode(bytes.fromhex(payload + "0" * (len(payload) % 2)))


@given(st.dictionaries(st.integers(0, 255), st.integers(-32768, 32767), max_size=40))
def test_cayenne_lpp_reads_back_what_was_written(tenths: dict[int, int]) -> None:
    data = b"".join(struct.pack(">BBh", channel, 0x67, value) for channel, value in tenths.items())
    assert cayenne.decode(data) == {f"temperature_{channel}": value / 10 for channel, value in tenths.items()}


def test_cayenne_lpp_knows_negative_places_and_axes() -> None:
    assert cayenne.decode(bytes.fromhex("018806765ff2960a0003e8")) == {
        "gps_1": {"latitude": 42.3519, "longitude": -87.9094, "altitude": 10.0}
    }
    assert cayenne.decode(bytes.fromhex("067104d2fb2e0000")) == {"accelerometer_6": {"x": 1.234, "y": -1.234, "z": 0.0}}


@given(st.text(max_size=200) | st.recursive(st.none() | st.floats() | st.text(max_size=5), st.lists).map(json.dumps))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert isinstance(verdict_on(text), Verdict)


@given(st.text(alphabet="0123456789-T:.Z+ /", max_size=30))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    read_time(text)


def test_topics_of_vendors_are_known_by_their_places() -> None:
    mappings = read_mappings(yaml.safe_load((PACK / "mqtt.yaml").read_text()))
    found = find_mapping(mappings, "shellies/em-3/emeter/0/power")
    assert found is not None
    mapping, names = found
    assert mapping.subscription == "shellies/+/emeter/+/power"
    assert fill(mapping.places[0].series, names) == "shelly:em-3:power_0"
    assert find_mapping(mappings, "shellies/a/b/emeter/0/power") is None


@pytest.mark.parametrize(
    ("topic", "number"),
    [
        ("v1.1/Datastreams(7)/Observations", 7),
        ("v1.1/MultiDatastreams(7)/Observations", 7),
        ("v1.1/Observations", 0),
        ("v1.1/Things(7)/Datastreams", None),
        ("v1.1/Datastreams(x)/Observations", None),
        ("v1.0/Datastreams(7)/Observations", None),
    ],
)
def test_topics_of_sensorthings_name_their_series(topic: str, number: int | None) -> None:
    assert find_datastream(topic) == number


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "a/#"},
        {"topic": "v1.1/{x}"},
        {"topic": "{a}/{a}"},
        {"topic": ""},
        {"payload": "xml"},
        {"series": []},
        {"series": [{"path": "x"}]},
        {"series": [{"path": "x", "series": "{b}"}]},
        {"time_unit": "days"},
    ],
)
def test_a_mapping_that_cannot_work_is_refused(change: dict[str, Any]) -> None:
    right = {"name": "x", "topic": "x/{a}", "series": [{"path": "x", "series": "x:{a}"}]}
    assert read_mappings({"mappings": [right]})
    with pytest.raises(Refused):
        read_mappings({"mappings": [right | change]})


def test_paths_lead_into_lists_and_never_break() -> None:
    document = {"a": [{"b": 1}, 2]}
    assert find_value(document, "a.0.b") == 1 and find_value(document, "a.-1") == 2
    for path in ("a.5", "a.0.c", "a.b", "a.0.b.c"):
        assert not isinstance(find_value(document, path), int)
