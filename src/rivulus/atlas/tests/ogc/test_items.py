"""Features over the interface: which ones, in which order, in which system, for whom."""

import json
from typing import Any

import pytest
from django.test import Client

from rivulus.atlas.models import Layer
from rivulus.atlas.queries import items as queries
from rivulus.identity.models import Person

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/plots/items"
CRS = "http://www.opengis.net/def/crs/EPSG/0/"


def get(client: Client, status: int = 200, path: str = ITEMS, **parameters: Any) -> Any:
    response = client.get(
        path, {name.replace("_", "-") if name != "is_public" else name: v for name, v in parameters.items()}
    )
    assert response.status_code == status, response.content
    return response.json()


def keys(client: Client, path: str = ITEMS, **parameters: Any) -> str:
    return " ".join(feature["id"] for feature in get(client, path=path, **parameters)["features"])


ALL = "p0 p1 p2 p3 p4 p5 p6 p7 p8"


def test_what_holds_today_is_listed_with_open_attributes(client: Client, plots: Layer) -> None:
    found = get(client)
    assert " ".join(feature["id"] for feature in found["features"]) == ALL
    assert found["numberReturned"] == found["numberMatched"] == 9
    assert found["features"][3]["properties"] == {
        "name": "Șura 3", "kind": "park", "area": 301.5, "floors": 3, "is_public": True, "built": "2013-05-01",
    }  # fmt: skip
    assert found["features"][0]["geometry"]["type"] == "Polygon"


def test_pages_follow_each_other_and_miss_nothing(client: Client, plots: Layer) -> None:
    found, path, pages = [], f"{ITEMS}?limit=4", 0
    while path:
        page = client.get(path).json()
        found += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        path, pages = links.get("next", "").removeprefix("http://testserver"), pages + 1
    assert " ".join(found) == ALL
    assert pages == 3
    assert page["numberReturned"] == 1


@pytest.mark.parametrize(
    ("datetime", "expected"),
    [
        ("2041-01-01", ALL + " p9"),
        ("2041-01-01T12:00:00Z", ALL + " p9"),
        ("2039-06-01/..", ALL + " p9"),
        ("../2039-12-31", ALL),
        ("2039-01-01/2040-01-01T00:00:00Z", ALL + " p9"),
    ],
)
def test_a_time_chooses_what_holds_then(client: Client, plots: Layer, datetime: str, expected: str) -> None:
    assert keys(client, datetime=datetime) == expected


def test_a_box_chooses_what_it_touches(client: Client, plots: Layer) -> None:
    assert keys(client, bbox="23.521,47.60,23.541,47.61") == "p2 p3 p4"
    assert keys(client, bbox="47.60,23.521,47.61,23.541", bbox_crs=CRS + "4326") == "p2 p3 p4"
    assert keys(client, bbox="23.521,47.60,0,23.541,47.61,900") == "p2 p3 p4"
    assert keys(client, bbox="0,0,1,1") == ""


def test_a_box_is_compared_with_the_shape_and_not_with_its_box(client: Client, triangle: Layer) -> None:
    path = "/ogc/collections/triangle/items"
    assert keys(client, path, bbox="23.58,47.68,23.6,47.7") == ""
    assert keys(client, path, bbox="23.5,47.6,23.51,47.61") == "t"


@pytest.mark.parametrize(
    ("code", "corner"), [(4326, [47.6, 23.5]), (3857, [2616008.034, 6040565.209]), (3844, [678930.665, 387931.62])]
)
def test_features_come_in_the_system_that_is_asked_for(
    client: Client, plots: Layer, code: int, corner: list[float]
) -> None:
    response = client.get(ITEMS, {"crs": f"{CRS}{code}", "limit": 1})
    assert response["Content-Crs"] == f"<{CRS}{code}>"
    ring = response.json()["features"][0]["geometry"]["coordinates"][0]
    tolerance = 1e-6 if code == 4326 else 0.1
    assert any(abs(x - corner[0]) < tolerance and abs(y - corner[1]) < tolerance for x, y in ring)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("kind = 'park'", "p1 p3 p5 p7"),
        ("kind <> 'park'", "p0 p2 p4 p6"),
        ("NOT kind = 'park'", "p0 p2 p4 p6"),
        ("floors > 6 OR floors < 1", "p0 p7"),
        ("floors BETWEEN 2 AND 4", "p2 p3 p4"),
        ("floors NOT BETWEEN 1 AND 6", "p0 p7"),
        ("floors IN (1, 2, 99)", "p1 p2"),
        ("floors + 1 = 3 AND area / 2 < 150", "p2"),
        ("floors % 4 = 3", "p3 p7"),
        ("floors div 3 = 2", "p6 p7"),
        ("floors ^ 2 = 49", "p7"),
        ("floors / 0 = 1", ""),
        ("is_public = TRUE AND kind = 'park'", "p1 p3"),
        ("is_public AND kind = 'park'", "p1 p3"),
        ("floors IS NULL", "p8"),
        ("floors IS NOT NULL AND floors >= 6", "p6 p7"),
        ("name LIKE 'Șura %'", "p0 p1 p2 p3 p4 p5 p6 p7"),
        ("name LIKE 'Șur_ 4'", "p4"),
        ("CASEI(name) = CASEI('ȘURA 4')", "p4"),
        ("ACCENTI(name) LIKE 'Sura 4'", "p4"),
        ("built > DATE('2016-01-01')", "p6 p7"),
        ("built >= '2016-05-01'", "p6 p7"),
        ("T_AFTER(built, DATE('2016-01-01'))", "p6 p7"),
        ("T_DURING(built, INTERVAL('2011-01-01','2013-01-01'))", "p1 p2"),
        ("T_INTERSECTS(built, INTERVAL('..','2011-06-01'))", "p0 p1"),
        ("T_INTERSECTS(INTERVAL(valid_from, valid_until), INTERVAL('2020-01-01','2021-01-01')) AND floors = 1", "p1"),
        ("T_BEFORE(updated, TIMESTAMP('2000-01-01T00:00:00Z'))", ""),
        ("updated > TIMESTAMP('2000-01-01T00:00:00Z') AND floors = 1", "p1"),
        ("key = 'p4'", "p4"),
        ("area > floors * 100 + 3.4", "p7"),
        ("S_INTERSECTS(geometry, BBOX(23.521,47.60,23.541,47.61))", "p2 p3 p4"),
        ("S_INTERSECTS(geometry, POINT(23.524 47.604))", "p2"),
        ("S_WITHIN(geometry, POLYGON((23.515 47.59, 23.535 47.59, 23.535 47.62, 23.515 47.62, 23.515 47.59)))", "p2"),
        ("S_CONTAINS(geometry, POINT(23.524 47.604))", "p2"),
        ("S_WITHIN(POINT(23.524 47.604), geometry)", "p2"),
        ("S_DISJOINT(geometry, BBOX(23.505,47.60,23.9,47.61))", ""),
        ("S_DISJOINT(geometry, BBOX(23.515,47.60,23.9,47.61))", "p0"),
        ("S_TOUCHES(geometry, POINT(23.52 47.604))", "p2"),
        ("S_CROSSES(geometry, LINESTRING(23.519 47.604, 23.5235 47.604))", "p2"),
        ("S_OVERLAPS(geometry, BBOX(23.519,47.60,23.524,47.604))", "p2"),
        ("S_EQUALS(geometry, POLYGON((23.52 47.6,23.528 47.6,23.528 47.608,23.52 47.608,23.52 47.6)))", "p2"),
        ("NOT S_INTERSECTS(geometry, BBOX(23.505,47.60,23.575,47.61))", "p8"),
        ("S_INTERSECTS(geometry, POINT(23.524 47.604)) OR floors = 7", "p2 p7"),
        ("NOT (S_INTERSECTS(geometry, BBOX(23.505,47.6,23.9,47.7)) OR floors = 0)", ""),
        ("S_INTERSECTS(geometry, BBOX(23.521,47.60,23.541,47.61)) AND kind = 'park'", "p3"),
        ("TRUE", ALL),
        ("FALSE", ""),
    ],
)  # fmt: skip
def test_a_filter_chooses(client: Client, plots: Layer, filter_: str, expected: str) -> None:
    assert keys(client, filter=filter_) == expected


def test_a_filter_may_be_json_and_its_geometries_in_another_system(client: Client, plots: Layer) -> None:
    tree = {
        "op": "and",
        "args": [{"op": "=", "args": [{"property": "kind"}, "park"]}, {"op": ">", "args": [{"property": "floors"}, 4]}],
    }
    assert keys(client, filter=json.dumps(tree), filter_lang="cql2-json") == "p5 p7"
    point = "S_INTERSECTS(geometry, POINT(47.604 23.524))"
    assert keys(client, filter=point, filter_crs=CRS + "4326") == "p2"
    assert keys(client, filter=point) == ""


def test_parameters_named_as_attributes_choose(client: Client, plots: Layer) -> None:
    assert keys(client, kind="park", is_public="true") == "p1 p3"
    assert keys(client, floors="3") == "p3"
    assert "floors" in get(client, 400, floors="three")["description"]


def test_what_is_sorted_is_paged_in_that_order_and_what_is_missing_comes_last(client: Client, plots: Layer) -> None:
    for sortby, expected in {
        "-floors": "p7 p6 p5 p4 p3 p2 p1 p0 p8",
        "+kind,-floors": "p7 p5 p3 p1 p6 p4 p2 p0 p8",
        "-built": "p7 p6 p5 p4 p3 p2 p1 p0 p8",
        "is_public,name": "p5 p6 p7 p0 p1 p2 p3 p4 p8",
        "key": ALL,
    }.items():
        found, path = [], f"{ITEMS}?limit=2&sortby={sortby.replace('+', '%2B')}"
        while path:
            page = client.get(path).json()
            found += [feature["id"] for feature in page["features"]]
            path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "").removeprefix(
                "http://testserver"
            )
        assert " ".join(found) == expected, sortby


def test_only_what_is_asked_for_is_sent(client: Client, plots: Layer) -> None:
    found = get(client, properties="kind,floors", limit=1)["features"][0]
    assert found["properties"] == {"kind": "yard", "floors": 0}
    assert get(client, skipGeometry="true", limit=1)["features"][0]["geometry"] is None


@pytest.mark.parametrize(
    "parameters",
    [
        {"ooga": "booga"}, {"limit": "unlimited"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "1.5"}, {"bbox": "1,2,3"},
        {"bbox": "a,b,c,d"}, {"bbox": "1,5,2,4"}, {"bbox": "nan,0,1,1"}, {"bbox": "1,2,3,4", "bbox_crs": "EPSG:1"},
        {"crs": "http://www.opengis.net/def/crs/EPSG/0/9999"}, {"datetime": "yesterday"}, {"datetime": "2024-01-01/2020-01-01"},
        {"datetime": "2024-02-31"}, {"sortby": "nothing"}, {"sortby": "geometry"}, {"properties": "nothing"}, {"after": "x"},
        {"after": "WzFd", "sortby": "kind"}, {"filter_lang": "sql"}, {"filter": "kind ="}, {"filter": "nothing = 1"},
        {"filter": "kind = 1"}, {"filter": "geometry = 1"}, {"filter": "foo(kind) = 1"}, {"filter": "kind LIKE 1"},
        {"filter": "S_INTERSECTS(geometry, geometry)"}, {"filter": "S_INTERSECTS(kind, POINT(1 2))"}, {"filter": "1e400 = floors"},
        {"filter": "built > DATE('2024-02-31')"}, {"filter": "floors ^ 9999 > 1"}, {"f": "pdf"},
        {"filter": "{", "filter_lang": "cql2-json"}, {"filter": "[]", "filter_lang": "cql2-json"},
        {"filter": '{"op": "and", "args": []}', "filter_lang": "cql2-json"}, {"filter": "(" * 200 + "TRUE" + ")" * 200},
        {"filter": "NOT " * 3000 + "TRUE"}, {"filter": "kind = 'a\x00b'"}, {"filter": "x" * 20_000},
        {"filter": "T_AFTER(kind, DATE('2020-01-01'))"}, {"filter": "S_INTERSECTS(geometry, POINT(1 2 3 4 5))"},
        {"filter": "floors = " + " + ".join(["1"] * 400)},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_a_sentence(
    client: Client, plots: Layer, parameters: dict[str, str]
) -> None:
    refusal = get(client, 400, **parameters)
    assert refusal["code"] == "400"
    assert len(refusal["description"]) > 5


def test_the_same_parameter_twice_is_refused(client: Client, plots: Layer) -> None:
    assert client.get(f"{ITEMS}?limit=1&limit=2").status_code == 400


PRIVATE = [
    {"filter": "owner_phone = 'SECRET-1'"}, {"filter": "owner_phone IS NULL"}, {"owner_phone": "SECRET-1"}, {"sortby": "owner_phone"},
    {"properties": "owner_phone"},
]  # fmt: skip


@pytest.mark.parametrize("parameters", PRIVATE)
def test_a_private_attribute_cannot_be_asked_about(
    client: Client, plots: Layer, ana: Person, parameters: dict[str, str]
) -> None:
    assert client.get(ITEMS, parameters).status_code == 400
    client.force_login(ana)
    assert client.get(ITEMS, parameters).status_code == 400


@pytest.mark.parametrize("parameters", PRIVATE)
def test_its_owner_may_ask(client: Client, plots: Layer, dan: Person, parameters: dict[str, str]) -> None:
    client.force_login(dan)
    response = client.get(ITEMS, parameters)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"
    assert b"SECRET-1" in client.get(ITEMS).content


def test_work_is_bounded_and_goes_on_from_where_it_stopped(
    client: Client, plots: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 3)
    monkeypatch.setattr(queries, "MOST_EXAMINED", 3)
    path, found, pages = f"{ITEMS}?limit=2&filter=S_DISJOINT(geometry,BBOX(23.4,47,23.555,48))", [], 0
    while path:
        page = client.get(path).json()
        found += [feature["id"] for feature in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "").removeprefix(
            "http://testserver"
        )
        pages += 1
    assert " ".join(found) == "p6 p7 p8"
    assert pages > 2


def test_one_feature_says_which_version_it_is(client: Client, plots: Layer) -> None:
    response = client.get(f"{ITEMS}/p3")
    assert response.json()["properties"]["floors"] == 3
    assert response["ETag"] == '"1"'
    assert client.get(f"{ITEMS}/p9").status_code == 404
    assert client.get(f"{ITEMS}/p9?datetime=2041-01-01").json()["properties"]["valid_from"] == "2040-01-01"
    assert client.get(f"{ITEMS}/nothing").status_code == 404
    assert client.get(f"{ITEMS}/p3?x=1").status_code == 400


def test_the_reader_who_has_a_page_is_told_so(client: Client, plots: Layer) -> None:
    tag = client.get(ITEMS)["ETag"]
    assert client.get(ITEMS, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{ITEMS}?limit=1", headers={"If-None-Match": tag}).status_code == 200


def test_a_layer_that_is_not_for_everybody_is_not_there_for_others(
    client: Client, plots: Layer, ana: Person, dan: Person
) -> None:
    Layer.objects.update(visibility="owner")
    addresses = [
        ITEMS, f"{ITEMS}/p1", "/ogc/collections/plots", "/ogc/collections/plots/queryables", "/ogc/collections/plots/schema",
        "/ogc/collections/plots/tiles", "/ogc/collections/plots/tiles/WebMercatorQuad", "/ogc/styles/plots", "/ogc/styles/plots-dark",
        "/ogc/collections/plots/tiles/WebMercatorQuad/1/0/1", "/ogc/styles/plots/metadata", "/ogc/collections/records/items/plots",
        "/ogc/collections/plots/styles",
    ]  # fmt: skip
    lists = ["/ogc/collections", "/ogc/collections/records/items", "/ogc/styles", "/ogc/api"]
    for person in (None, ana):
        if person:
            client.force_login(person)
        for path in addresses:
            assert client.get(path).status_code == 404, path
        for path in lists:
            assert b"plots" not in client.get(path).content, path
    client.force_login(dan)
    for path in addresses:
        response = client.get(path)
        assert response.status_code in {200, 204}, path
        assert "private" in response["Cache-Control"], path
    for path in lists:
        assert b"plots" in client.get(path).content, path
