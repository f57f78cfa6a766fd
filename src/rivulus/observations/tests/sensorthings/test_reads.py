"""Reading: addresses, options, what guests see, and the shapes of answers and errors."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.tests.sensorthings.city import HOUR_US, START_US, City, build

ROOT = "/sensorthings/v1.1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build()


def get(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"{ROOT}/{path}" if path else ROOT)
    assert response.status_code == status, response.content
    return response.json() if response.content else None


def values(client: Client, path: str) -> list[Any]:
    return get(client, path)["value"]


def names(client: Client, path: str) -> list[str]:
    return [one["name"] for one in values(client, path)]


def filtered(client: Client, path: str, text: str) -> list[Any]:
    return values(client, f"{path}?$filter={quote(text)}")


def test_the_root_answers_with_and_without_a_slash(client: Client) -> None:
    with_slash, without = get(client, "/"), get(client, "")
    assert with_slash == without
    assert {one["name"] for one in without["value"]} >= {"Things", "Observations", "MultiDatastreams", "Tasks"}
    assert without["serverSettings"]["conformance"]


def test_every_set_answers_a_list_and_every_entity_its_own_address(client: Client, city: City) -> None:
    for one in get(client, "")["value"]:
        found = client.get(one["url"]).json()["value"]
        for entity in found[:4]:
            again = client.get(entity["@iot.selfLink"])
            assert again.status_code == 200, again.content
            assert again.json() == entity
            for name, link in entity.items():
                if name.endswith("@iot.navigationLink"):
                    assert client.get(link).status_code == 200, link


def test_a_thing_looks_as_the_standard_says(client: Client, city: City) -> None:
    own = f"http://testserver{ROOT}/Things({city.square.pk})"
    assert get(client, f"Things({city.square.pk})") == {
        "@iot.id": city.square.pk,
        "@iot.selfLink": own,
        "name": "Piața Libertății",
        "description": "",
        "properties": {"kind": "urban", "n": 5, "ok": True},
        "Locations@iot.navigationLink": f"{own}/Locations",
        "HistoricalLocations@iot.navigationLink": f"{own}/HistoricalLocations",
        "Datastreams@iot.navigationLink": f"{own}/Datastreams",
        "MultiDatastreams@iot.navigationLink": f"{own}/MultiDatastreams",
        "TaskingCapabilities@iot.navigationLink": f"{own}/TaskingCapabilities",
    }


def test_a_series_tells_its_time_and_area(client: Client, city: City) -> None:
    series = get(client, f"Datastreams({city.no2.pk})")
    assert series["phenomenonTime"] == "2026-11-02T00:00:00Z/2026-11-04T01:00:00Z"
    assert series["resultTime"] == "2026-11-02T02:00:00Z/2026-11-02T02:00:00Z"
    assert series["observedArea"] == {"type": "Point", "coordinates": [23.58, 47.66]}
    assert series["unitOfMeasurement"]["symbol"] == "µg/m³"


def test_an_observation_shows_everything_that_was_said_of_it(client: Client, city: City) -> None:
    number = observation_id(city.no2.pk, START_US)
    own = f"http://testserver{ROOT}/Observations({number})"
    assert get(client, f"Observations({number})") == {
        "@iot.id": number,
        "@iot.selfLink": own,
        "phenomenonTime": "2026-11-02T00:00:00Z/2026-11-02T01:00:00Z",
        "resultTime": "2026-11-02T02:00:00Z",
        "result": 10,
        "resultQuality": {"nil": "none"},
        "validTime": "2026-11-02T00:00:00Z/2026-11-02T01:00:00Z",
        "parameters": {"wind": 3},
        "Datastream@iot.navigationLink": f"{own}/Datastream",
        "FeatureOfInterest@iot.navigationLink": f"{own}/FeatureOfInterest",
    }


def test_the_time_of_a_result_may_be_that_of_the_phenomenon(client: Client, city: City) -> None:
    first, second, third = values(client, f"Datastreams({city.no2.pk})/Observations?$top=3")
    assert second["resultTime"] == second["phenomenonTime"] == "2026-11-02T01:00:00Z"
    assert third["resultTime"] is None
    assert third["@rivulus.flags"] == ["out of range"] and "@rivulus.flags" not in first


def test_what_is_simulated_says_so(client: Client, city: City) -> None:
    assert get(client, f"Things({city.park.pk})")["properties"]["simulated"] is True
    assert get(client, f"Datastreams({city.bikes.pk})")["properties"]["simulated"] is True
    observation = values(client, f"Datastreams({city.bikes.pk})/Observations?$top=1")[0]
    assert observation["parameters"] == {"simulated": True}
    assert "simulated" not in get(client, f"Things({city.square.pk})")["properties"]


def test_results_that_are_not_numbers(client: Client, city: City) -> None:
    states = values(client, f"Datastreams({city.state.pk})/Observations")
    assert [one["result"] for one in states] == ["dry", "wet"]
    pairs = values(client, f"MultiDatastreams({city.weather.pk})/Observations")
    assert [one["result"] for one in pairs] == [[12.5, 3]]
    assert "MultiDatastream@iot.navigationLink" in pairs[0]
    assert get(client, f"Datastreams({city.weather.pk})", 404)["code"] == 404


def test_a_multidatastream_names_its_parts_in_order(client: Client, city: City) -> None:
    multi = get(client, f"MultiDatastreams({city.weather.pk})?$expand=ObservedProperties")
    assert len(multi["multiObservationDataTypes"]) == len(multi["unitOfMeasurements"]) == 2
    assert {one["name"] for one in multi["ObservedProperties"]} == {"NO2", "count"}


def test_addresses_lead_along_links(client: Client, city: City) -> None:
    number = observation_id(city.no2.pk, START_US)
    assert get(client, f"Observations({number})/Datastream/Thing")["name"] == "Piața Libertății"
    assert get(client, f"Observations({number})/FeatureOfInterest")["name"] == "Square"
    assert get(client, f"Things({city.square.pk})/Datastreams({city.no2.pk})/Observations({number})")["result"] == 10
    assert names(client, f"Things({city.square.pk})/Locations") == ["Square"]
    get(client, f"Things({city.park.pk})/Datastreams({city.no2.pk})", 404)
    get(client, f"Datastreams({city.bikes.pk})/Observations({number})", 404)
    feature = get(client, f"Observations({number})/FeatureOfInterest")["@iot.id"]
    about = get(client, f"FeaturesOfInterest({feature})/Observations?$count=true&$top=2")
    assert about["@iot.count"] == 53 and len(about["value"]) == 2


def test_properties_values_and_references(client: Client, city: City) -> None:
    thing = f"Things({city.square.pk})"
    assert get(client, f"{thing}/name") == {"name": "Piața Libertății"}
    assert client.get(f"{ROOT}/{thing}/name/$value").content.decode() == "Piața Libertății"
    assert get(client, f"{thing}/properties/kind") == {"kind": "urban"}
    assert client.get(f"{ROOT}/{thing}/properties/$value").json()["n"] == 5
    assert get(client, f"Things({city.lamp.pk})/properties/tags/1/b") == {"b": 1}
    get(client, f"{thing}/properties/nothing", 404)
    number = observation_id(city.no2.pk, START_US + 2 * HOUR_US)
    assert client.get(f"{ROOT}/Observations({number})/resultTime").status_code == 204
    references = get(client, f"{thing}/Datastreams/$ref")["value"]
    assert {one["@iot.selfLink"] for one in references} == {
        f"http://testserver{ROOT}/Datastreams({number})" for number in (city.no2.pk, city.state.pk)
    }
    assert get(client, f"{thing}/$ref") == {"@iot.selfLink": f"http://testserver{ROOT}/{thing}"}


def test_guests_see_nothing_private(client: Client, city: City) -> None:
    assert "Meter" not in names(client, "Things")
    assert "Cellar" not in names(client, "Locations") + names(client, "FeaturesOfInterest")
    get(client, f"Things({city.meter.pk})", 404)
    get(client, f"Datastreams({city.private.pk})", 404)
    get(client, f"Datastreams({city.private.pk})/Observations", 404)
    get(client, f"Observations({observation_id(city.private.pk, START_US)})", 404)
    assert get(client, "Observations?$count=true")["@iot.count"] == 83
    assert values(client, "Tasks") == []
    assert filtered(client, "Sensors", "Datastreams/name eq 'Flow'") == []
    assert filtered(client, "ObservedProperties", "Datastreams/Thing/name eq 'Meter'") == []


def test_expanding_shows_what_links_lead_to(client: Client, city: City) -> None:
    path = "Things?$orderby=name desc&$expand=Datastreams($orderby=name;$expand=Observations($top=1;$orderby=phenomenonTime desc),ObservedProperty),Locations($select=name)"
    things = {one["name"]: one for one in values(client, path)}
    square = things["Piața Libertății"]
    assert [one["name"] for one in square["Datastreams"]] == ["NO2 Square", "State"]
    no2, state = square["Datastreams"]
    assert no2["Observations"][0]["phenomenonTime"] == "2026-11-04T01:00:00Z"
    assert "$skip=1" in no2["Observations@iot.nextLink"]
    assert state["Observations"][0]["result"] == "wet"
    assert no2["ObservedProperty"]["name"] == "NO2"
    assert square["Locations"] == [{"name": "Square"}]
    assert things["Park"]["Datastreams"][0]["Observations"][0]["result"] == 29
    assert "Datastreams@iot.navigationLink" not in square


def test_expanding_observations_upwards(client: Client, city: City) -> None:
    path = f"Datastreams({city.no2.pk})/Observations?$top=2&$expand=Datastream/Thing/Locations,FeatureOfInterest"
    for one in values(client, path):
        assert one["Datastream"]["Thing"]["Locations"][0]["name"] == "Square"
        assert one["FeatureOfInterest"]["name"] == "Square"


def test_pages_follow_one_another_without_gap_or_repeat(client: Client, city: City) -> None:
    for path in (
        f"Datastreams({city.no2.pk})/Observations?$top=7",
        f"Datastreams({city.no2.pk})/Observations?$top=7&$orderby=phenomenonTime desc",
        "Observations?$top=20",
        "Observations?$top=20&$orderby=phenomenonTime asc",
        "Observations?$top=20&$orderby=result desc",
        "Observations?$top=20&$orderby=id",
    ):
        seen: list[int] = []
        answer = get(client, path)
        while True:
            seen += [one["@iot.id"] for one in answer["value"]]
            if "@iot.nextLink" not in answer:
                break
            answer = client.get(answer["@iot.nextLink"]).json()
        assert len(seen) == len(set(seen)) == (50 if "Datastreams" in path else 83), path


def test_things_are_paged_counted_ordered_and_selected(client: Client, city: City) -> None:
    first = get(client, "Things?$top=2&$count=true&$orderby=name&$select=name,id")
    assert first["@iot.count"] == 3
    assert first["value"] == [
        {"@iot.id": city.lamp.pk, "name": "Lamp"},
        {"@iot.id": city.park.pk, "name": "Park"},
    ]
    second = client.get(first["@iot.nextLink"]).json()
    assert [one["name"] for one in second["value"]] == ["Piața Libertății"]
    assert "@iot.nextLink" not in second


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Things", "name eq 'Park'", 1),
        ("Things", "not (name eq 'Park')", 2),
        ("Things", "properties/n gt 5", 1),
        ("Things", "properties/n ge 5 and properties/kind eq 'urban'", 1),
        ("Things", "properties/ok", 1),
        ("Things", "properties/nothing eq null", 3),
        ("Things", "startswith(name,'Pi') or endswith(name,'mp')", 2),
        ("Things", "substringof('țăț', tolower(name))", 0),
        ("Things", "substringof('libert', tolower(name))", 1),
        ("Things", "Datastreams/ObservedProperty/name eq 'NO2'", 1),
        ("Things", "Locations/name eq 'Square'", 1),
        (
            "Things",
            "geo.intersects(Locations/location, geography'POLYGON ((23.55 47.6, 23.59 47.6, 23.59 47.7, 23.55 47.7, 23.55 47.6))')",
            1,
        ),
        ("Locations", "geo.distance(location, geography'POINT (23.58 47.66)') lt 0.01", 1),
        ("Locations", "geo.distance(location, geography'POINT (23.58 47.66)') gt 0.01", 1),
        ("Locations", "st_disjoint(location, geography'POINT (23.58 47.66)')", 1),
        (
            "Locations",
            "not st_within(location, geography'POLYGON ((23.55 47.6, 23.59 47.6, 23.59 47.7, 23.55 47.7, 23.55 47.6))')",
            1,
        ),
        ("Locations", "st_equals(geography'POINT (23.58 47.66)', location)", 1),
        ("Locations", "st_relate(location, geography'POINT (23.58 47.66)', 'T*F**FFF*')", 1),
        ("Locations", "geo.length(location) eq 0", 2),
        ("Locations", "location/type eq 'Point'", 2),
        ("FeaturesOfInterest", "st_intersects(feature, geography'POINT (23.6 47.65)')", 1),
        (
            "Datastreams",
            "st_within(observedArea, geography'POLYGON ((23.55 47.6, 23.59 47.6, 23.59 47.7, 23.55 47.7, 23.55 47.6))')",
            2,
        ),
        ("Datastreams", "unitOfMeasurement/symbol eq 'µg/m³'", 1),
        ("Datastreams", "phenomenonTime gt 2026-11-01T00:00:00Z", 3),
        ("Datastreams", "phenomenonTime lt 2026-11-03T00:00:00Z", 1),
        ("Datastreams", "overlaps(phenomenonTime, 2026-11-04T00:00:00Z/2026-11-05T00:00:00Z)", 1),
        ("HistoricalLocations", "time lt now() sub duration'P1D'", 2),
        ("HistoricalLocations", "year(time) eq 2025", 2),
        ("TaskingCapabilities", "Thing/name eq 'Lamp'", 1),
        ("Observations", "result gt 28", 1),
        ("Observations", "result eq 'wet'", 1),
        ("Observations", "phenomenonTime ge 2026-11-03T00:00:00Z", 32),
        ("Observations", "phenomenonTime ge 2026-11-03T00:00:00+02:00 and phenomenonTime lt 2026-11-03T01:00:00Z", 6),
        ("Observations", "phenomenonTime lt 2026-11-02T01:00:00Z", 3),
        ("Observations", "phenomenonTime lt 2026-11-02T01:00:00.001Z", 7),
        ("Observations", "Datastream/name eq 'Bikes' and result mod 10 eq 0", 3),
        ("Observations", "Datastream/Thing/properties/kind eq 'green'", 30),
        ("Observations", "resultTime eq 2026-11-02T01:00:00Z", 1),
        ("Observations", "resultTime ne null", 2),
        ("Observations", "parameters/wind eq 3", 1),
        ("Observations", "FeatureOfInterest/name eq 'Park'", 30),
        ("Observations", "hour(phenomenonTime) eq 3 and day(phenomenonTime) eq 3", 2),
        ("Observations", "date(phenomenonTime) eq 2026-11-04", 2),
        ("Observations", "time(phenomenonTime) eq 03:00", 4),
        ("Observations", "MultiDatastream/name eq 'Weather'", 1),
    ],
)
def test_filters(client: Client, city: City, path: str, text: str, expected: int) -> None:
    answer = get(client, f"{path}?$count=true&$top=1000&$filter={quote(text)}")
    assert len(answer["value"]) == answer["@iot.count"] == expected


def test_an_observation_is_found_by_its_number(client: Client, city: City) -> None:
    number = observation_id(city.no2.pk, START_US)
    assert [one["@iot.id"] for one in filtered(client, "Observations", f"id eq {number}")] == [number]
    assert filtered(client, "Observations", f"id eq {number + 1}") == []
    assert len(filtered(client, "Observations", f"id ge {number} and Datastream/id eq {city.no2.pk}")) == 50


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Nothings", 404),
        ("Things(99999)", 404),
        ("Things('x')", 404),
        ("Things?$nothing=1", 400),
        ("Things?$top=x", 400),
        ("Things?$top=-1", 400),
        ("Things?$top=1&$top=2", 400),
        ("Things?$filter=name", 400),
        ("Things?$filter=name eq", 400),
        ("Things?$filter=nothing eq 1", 400),
        ("Things?$filter=name eq 5", 400),
        ("Things?$filter=1 div 0 eq 1 and length(1)", 400),
        ("Things?$filter=" + "(" * 100 + "true" + ")" * 100, 400),
        ("Things?$filter=name eq '" + "x" * 5000 + "'", 400),
        ("FeaturesOfInterest?$filter=Observations/result gt 5", 400),
        ("Things?$orderby=Datastreams/Observations/result", 400),
        ("Things?$filter=1e308 mul 1e308 gt 1", 400),
        ("Things?$expand=Nothing", 400),
        ("Things?$expand=Datastreams($top=1", 400),
        ("Things?$expand=" + "Datastreams/Thing/" * 4 + "Datastreams", 400),
        ("Things?$select=nothing", 400),
        ("Things?$orderby=nothing", 400),
        ("Things?$orderby=name sideways", 400),
        ("Things?$resultFormat=XML", 400),
        ("Things?$resultFormat=dataArray", 400),
        ("Observations?$skiptoken=x", 400),
        ("Observations?bucket=hour", 400),
        ("Things/Datastreams", 404),
    ],
)
def test_errors_have_a_status_and_a_sentence(client: Client, path: str, status: int) -> None:
    error = get(client, path, status)
    assert error["code"] == status and error["type"] == "error" and len(error["message"]) > 10


def test_anybody_may_read_from_anywhere(client: Client) -> None:
    assert client.get(ROOT)["Access-Control-Allow-Origin"] == "*"
    assert client.options(f"{ROOT}/Things").status_code == 204
    assert client.head(f"{ROOT}/Things").status_code == 200


def test_an_order_over_a_link_goes_with_a_filter_over_links_to_many(client: Client, city: City) -> None:
    text = quote("Thing/Locations/name ne 'Nowhere'")
    assert names(client, f"Datastreams?$filter={text}&$orderby=Thing/name desc,name") == [
        "NO2 Square",
        "State",
        "Bikes",
    ]
    observations = f"Observations?$top=1&$filter={quote('Datastream/' + 'Thing/Datastreams/name eq ') + quote(chr(39) + 'Bikes' + chr(39))}"
    assert values(client, f"{observations}&$orderby=Datastream/name,result desc")[0]["result"] == 29


@pytest.mark.parametrize("select", ["", ";$select=result,phenomenonTime", ";$count=true"])
def test_the_newest_of_every_series_is_what_its_own_page_begins_with(client: Client, city: City, select: str) -> None:
    newest = f"$top=1;$orderby=phenomenonTime desc{select}"
    for kind in ("Datastreams", "MultiDatastreams"):
        for one in values(client, f"{kind}?$expand=Observations({newest})"):
            page = get(client, f"{kind}({one['@iot.id']})/Observations?{newest.replace(';', '&')}")
            assert one["Observations"] == page["value"]
            assert ("Observations@iot.nextLink" in one) == ("@iot.nextLink" in page)
            assert one.get("Observations@iot.count") == page.get("@iot.count")


def test_an_answer_is_known_by_its_content(client: Client, city: City) -> None:
    first = client.get(f"{ROOT}/Things?$top=1")
    assert first["ETag"] == client.get(f"{ROOT}/Things?$top=1")["ETag"] != client.get(f"{ROOT}/Things")["ETag"]
    again = client.get(f"{ROOT}/Things?$top=1", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
