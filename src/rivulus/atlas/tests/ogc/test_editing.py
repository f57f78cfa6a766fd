"""Part 4: who may edit, what is refused, and that nobody's work is lost silently."""

import json
from typing import Any

import pytest
from django.test import Client

from rivulus.atlas.models import Change, Layer, PastFeature
from rivulus.atlas.tests.layers import rows_of
from rivulus.identity.models import Person

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/plots/items"
GEOJSON = "application/geo+json"
SHAPE = {"type": "Polygon", "coordinates": [[[23.7, 47.6], [23.71, 47.6], [23.71, 47.61], [23.7, 47.6]]]}


def feature(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": SHAPE, "properties": properties}


def send(client: Client, method: str, path: str, body: Any = None, *, of: str = GEOJSON, **headers: str) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, path, content, content_type=of, headers=named)


@pytest.fixture
def editor(client: Client, plots: Layer, dan: Person) -> Client:
    client.force_login(dan)
    return client


def test_a_feature_is_added_and_found_where_the_answer_says(editor: Client, plots: Layer, dan: Person) -> None:
    response = send(editor, "POST", ITEMS, feature(name="Nouă", floors=2))
    assert response.status_code == 201
    found = editor.get(response["Location"]).json()
    assert found["properties"]["name"] == "Nouă"
    change = Change.objects.latest("id")
    assert (change.by, change.kind, change.added) == (dan, "interface", 1)


def test_a_key_may_be_given_once(editor: Client) -> None:
    body = feature(name="Cu cheie") | {"id": "mine"}
    assert send(editor, "POST", ITEMS, body)["Location"].endswith("/items/mine")
    assert send(editor, "POST", ITEMS, body).status_code == 409


def test_it_may_come_in_another_system(editor: Client) -> None:
    ring = [[680960.0, 387307.0], [680960.0, 387400.0], [681060.0, 387400.0], [680960.0, 387307.0]]
    body = feature(name="Stereo 70") | {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    crs = "http://www.opengis.net/def/crs/EPSG/0/3844"
    response = send(editor, "POST", ITEMS, body, Content_Crs=f"<{crs}>")
    found = editor.get(response["Location"]).json()["geometry"]["coordinates"][0]
    assert all(23 < x < 24.5 and 47 < y < 48.5 for x, y in found)
    back = editor.get(response["Location"], {"crs": crs}).json()["geometry"]["coordinates"][0]
    assert any(abs(x - 680960) < 0.05 and abs(y - 387307) < 0.05 for x, y in back)


def test_a_feature_is_replaced_whole(editor: Client, plots: Layer) -> None:
    response = send(editor, "PUT", f"{ITEMS}/p1", feature(name="Alta"), If_Match='"1"')
    assert response.status_code == 204
    assert response["ETag"] == '"2"'
    assert rows_of(plots)["p1"].properties == {"name": "Alta"}
    assert PastFeature.objects.filter(key="p1").count() == 1


def test_parts_are_updated_and_null_takes_away(editor: Client, plots: Layer) -> None:
    body = {"properties": {"floors": 9, "area": None}}
    merge = "application/merge-patch+json"
    assert send(editor, "PATCH", f"{ITEMS}/p1", body, of=merge, If_Match='"1"').status_code == 204
    row = rows_of(plots)["p1"]
    assert row.properties["floors"] == 9
    assert row.properties["owner_phone"] == "SECRET-1"
    assert "area" not in row.properties
    assert send(editor, "PATCH", f"{ITEMS}/p1", {"geometry": SHAPE}, of=merge, If_Match='"2"').status_code == 204


def test_a_feature_is_deleted_and_its_history_stays(editor: Client, plots: Layer) -> None:
    assert send(editor, "DELETE", f"{ITEMS}/p1", If_Match='"1"').status_code == 204
    assert editor.get(f"{ITEMS}/p1").status_code == 404
    assert PastFeature.objects.get(key="p1").properties["floors"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_whoever_is_late_is_told_so_and_nothing_is_lost(editor: Client, plots: Layer, method: str) -> None:
    body = feature(name="Prima")
    assert send(editor, "PUT", f"{ITEMS}/p1", body, If_Match='"1"').status_code == 204
    late = send(editor, method, f"{ITEMS}/p1", feature(name="A doua"), If_Match='"1"')
    assert late.status_code == 412
    assert rows_of(plots)["p1"].properties == {"name": "Prima"}
    assert send(editor, method, f"{ITEMS}/p1", feature(name="A doua")).status_code == 428


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("not json", 400),
        ([], 400),
        ({"type": "Point"}, 400),
        ({"type": "Feature", "geometry": None, "properties": {}}, 400),
        ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[900, 0], [1, 1], [2, 2], [900, 0]]]}, "properties": {}}, 400),
        ({"type": "Feature", "geometry": SHAPE, "properties": []}, 400),
        ({"type": "Feature", "geometry": SHAPE, "properties": {"floors": "many"}}, 422),
        ({"type": "Feature", "geometry": SHAPE, "properties": {"nothing": 1}}, 422),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [23.5, 47.6]}, "properties": {}}, 422),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_changes(editor: Client, plots: Layer, body: Any, status: int) -> None:
    before = plots.features.count()
    response = send(editor, "POST", ITEMS, body)
    assert response.status_code == status, response.content
    assert response.json()["description"]
    assert plots.features.count() == before


def test_the_body_is_geojson(editor: Client) -> None:
    assert send(editor, "POST", ITEMS, feature(), of="text/plain").status_code == 415


def test_what_is_too_large_is_not_read(editor: Client) -> None:
    response = send(editor, "POST", ITEMS, feature(name="x" * (5 * 1024 * 1024)))
    assert response.status_code == 413
    assert response.json()["description"]


def test_strangers_are_asked_to_sign_in_and_others_told_why_not(
    client: Client, plots: Layer, ana: Person, flavia: Person
) -> None:
    for person, status in ((None, 401), (ana, 403), (flavia, 403)):
        if person:
            client.force_login(person)
        assert send(client, "POST", ITEMS, feature()).status_code == status
        assert send(client, "DELETE", f"{ITEMS}/p1", If_Match='"1"').status_code == status
        assert "POST" not in client.options(ITEMS)["Allow"]
        assert "PUT" not in client.options(f"{ITEMS}/p1")["Allow"]


def test_a_session_counts_only_with_its_token(plots: Layer, dan: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(dan)
    assert send(strict, "POST", ITEMS, feature(name="x")).status_code == 403
    strict.cookies["csrftoken"] = "a" * 32
    assert send(strict, "POST", ITEMS, feature(name="x"), X_CSRFToken="a" * 32).status_code == 201


def test_what_a_machine_keeps_is_not_edited_by_hand(editor: Client, plots: Layer) -> None:
    Layer.objects.update(is_kept_by_machine=True)
    assert send(editor, "POST", ITEMS, feature()).status_code == 422
    assert "POST" not in editor.options(ITEMS)["Allow"]


def test_options_say_what_may_be_done(editor: Client) -> None:
    assert "POST" in editor.options(ITEMS)["Allow"]
    assert "PATCH" in editor.options(f"{ITEMS}/p1")["Allow"]
