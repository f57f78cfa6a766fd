"""Facts about the pages of layers and features."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Layer, LayerImport
from rivulus.atlas.rules.versions import ChangedFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import SCHEMA, bench, make_layer, point, rows_of
from rivulus.identity.models import Person
from rivulus.kernel import clock

pytestmark = pytest.mark.django_db
SECRET = "0722-SECRET"


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def layer(dan: Person) -> Layer:
    layer = make_layer()
    additions = [
        bench("a", 23.58, 47.66, name="Piața Libertății", seats=3, phone=SECRET),
        bench("b", name="Gară", seats=9),
    ]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, reason="Parc", additions=additions)
    return layer


def text_of(client: Client, name: str, *args: object, query: str = "", status: int = 200) -> str:
    response = client.get(reverse(f"atlas:{name}", args=args) + query)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_everybody_looks_through_a_layer_and_nobody_but_the_owner_reads_what_is_private(
    layer: Layer, dan: Person, flavia: Person
) -> None:
    pages: list[tuple[str, tuple[object, ...], str]] = [
        ("layers", (), ""),
        ("layer", (layer.code,), ""),
        ("layer", (layer.code,), "?q=libertatii"),
        ("layer", (layer.code,), "?a_phone=0722&on=2026-01-01"),
        ("feature", (layer.code, "a"), ""),
        ("feature", (layer.code, "a"), "?version=1"),
        ("changes", (layer.code,), ""),
        ("change", (layer.code, layer.changes.get().pk), ""),
    ]
    for client in (Client(), signed_in(flavia)):
        for name, args, query in pages:
            body = text_of(client, name, *args, query=query)
            assert SECRET not in body, (name, query)
    assert SECRET in text_of(signed_in(dan), "feature", layer.code, "a")
    assert "Dan" not in text_of(Client(), "layer", layer.code)
    assert "Dan" in text_of(signed_in(flavia), "layer", layer.code)


def test_the_table_is_filtered_and_paged(layer: Layer, dan: Person) -> None:
    body = text_of(Client(), "layer", layer.code, query="?a_seats=5..")
    assert "Gară" in body and "Libertății" not in body
    nothing = Client().get(reverse("atlas:layer", args=[layer.code]) + "?q=zzz")
    assert nothing.context["rows"] == [] and nothing.context["is_narrowed"]
    additions = [bench(f"n{n:03}") for n in range(60)]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=additions)
    response = Client().get(reverse("atlas:layer", args=[layer.code]))
    assert len(response.context["rows"]) == 25
    following = Client().get(reverse("atlas:layer", args=[layer.code]) + response.context["next_url"])
    assert len(following.context["rows"]) == 25


def test_a_layer_that_one_may_not_see_is_not_there(layer: Layer, ana: Person, dan: Person) -> None:
    Layer.objects.update(visibility="owner")
    for name in ("layer", "changes", "layer_download"):
        assert Client().get(reverse(f"atlas:{name}", args=[layer.code])).status_code == 404
        assert signed_in(ana).get(reverse(f"atlas:{name}", args=[layer.code])).status_code == 404
    assert Client().get(reverse("atlas:feature", args=[layer.code, "a"])).status_code == 404
    assert "Piața" in text_of(signed_in(dan), "layer", layer.code)


def test_a_page_asks_the_database_no_more_for_many_features(
    layer: Layer, dan: Person, django_assert_max_num_queries: Any
) -> None:
    additions = [bench(f"n{n:03}") for n in range(60)]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=additions)
    Client().get(reverse("atlas:layer", args=[layer.code]))
    with django_assert_max_num_queries(12):
        Client().get(reverse("atlas:layer", args=[layer.code]))


def test_a_feature_is_added_edited_and_removed_by_hand(layer: Layer, dan: Person) -> None:
    client = signed_in(dan)
    url = reverse("atlas:feature_new", args=[layer.code])
    response = client.post(url, {"place": "47.66, 23.59", "p_name": "Nouă", "p_seats": "4", "key": "n"})
    assert response.status_code == 302, response.context["form"].errors
    assert rows_of(layer)["n"].box == (23.59, 47.66, 23.59, 47.66)
    edit = reverse("atlas:feature_edit", args=[layer.code, "n"])
    assert client.get(edit).status_code == 200
    wrong = client.post(edit, {"number": 1, "place": "nowhere", "p_seats": "many"})
    assert wrong.status_code == 422 and {"place", "p_seats"} <= set(wrong.context["form"].errors)
    stereo = {"number": 1, "place": "POINT (394000 685000)", "crs": "3844", "p_seats": "5", "since": "2026-03-01"}
    assert client.post(edit, stereo).status_code == 302
    assert [r.properties.get("seats") for r in layer.features.filter(key="n").order_by("number")] == [4, 5]
    removed = client.post(reverse("atlas:feature_remove", args=[layer.code, "n"]), {"number": 3, "reason": "Furată"})
    assert removed.status_code == 302
    assert "n" not in rows_of(layer)
    gone = text_of(client, "feature", layer.code, "n")
    assert "Nouă" in gone


def test_whoever_is_later_sees_both_edits_and_chooses(layer: Layer, dan: Person, mara: Person) -> None:
    client = signed_in(mara)
    edit = reverse("atlas:feature_edit", args=[layer.code, "a"])
    mine = {"number": 1, "place": "47.66, 23.58", "p_name": "A mea", "p_seats": "7", "p_phone": SECRET}
    updates = [ChangedFeature("a", 1, properties={"name": "A lui Dan", "seats": 3}, geometry=point(23.5, 47.6))]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, updates=updates)
    response = client.post(edit, mine)
    assert response.status_code == 409
    body = response.content.decode()
    assert "Dan" in body and "A lui Dan" in body and "A mea" in body
    rows = {row.name: row for row in response.context["rows"]}
    assert rows["name"].has_choice and not rows["seats"].has_choice and rows["seats"].is_mine
    assert rows_of(layer)["a"].properties["name"] == "A lui Dan"
    chosen = response.context["hidden"] | {"shape": response.context["shape"], "keep": []}
    assert client.post(reverse("atlas:feature_settle", args=[layer.code, "a"]), chosen).status_code == 302
    row = rows_of(layer)["a"]
    assert row.properties == {"name": "A lui Dan", "seats": 7} and row.number == 3
    assert row.box[:2] == (23.5, 47.6)


def test_while_one_chooses_a_third_edit_is_seen_too_and_a_removed_feature_comes_back_only_when_asked(
    layer: Layer, dan: Person, mara: Person
) -> None:
    client = signed_in(mara)
    edit = reverse("atlas:feature_edit", args=[layer.code, "a"])
    settle = reverse("atlas:feature_settle", args=[layer.code, "a"])
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, updates=[ChangedFeature("a", 1, properties={"seats": 4})])
    mine = {"number": 1, "place": "47.66, 23.58", "p_name": "A mea", "p_seats": "7"}
    first = client.post(edit, mine)
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, removals=[RemovedFeature("a", 2)])
    chosen = first.context["hidden"] | {"shape": "mine", "keep": ["name", "seats"]}
    second = client.post(settle, chosen)
    assert second.status_code == 409 and second.context["is_removed"]
    assert "a" not in rows_of(layer)
    assert client.post(settle, second.context["hidden"] | {"shape": "mine"}).status_code == 302
    assert rows_of(layer)["a"].properties == {"name": "A mea", "seats": 7}


def attribute_data(schema: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"attributes-TOTAL_FORMS": len(schema), "attributes-INITIAL_FORMS": len(schema)}
    for at, entry in enumerate(schema):
        data |= {f"attributes-{at}-name": entry["name"], f"attributes-{at}-type": entry["type"]}
        data |= {f"attributes-{at}-{flag}": "on" for flag in ("is_private", "is_name") if entry.get(flag)}
    return data | more


DESCRIBED = {
    "title_ro": "Copaci", "code": "copaci", "theme": "green", "geometry_type": "point", "visibility": "public",
    "origin": "official", "licence": "CC-BY-4.0", "update_rhythm": "ANNUAL", "crs": "3844", "rank": "0",
}  # fmt: skip


def test_a_layer_is_described_in_a_form_with_its_attributes(dan: Person, city: Any) -> None:
    client = signed_in(dan)
    assert client.get(reverse("atlas:layer_new")).status_code == 200
    attributes = attribute_data(
        [{"name": "specie", "type": "string"}], **{"attributes-0-codes": "T = Tei | Lime\nC = Castan"}
    )
    response = client.post(reverse("atlas:layer_new"), DESCRIBED | attributes | {"owner": city.pk})
    assert response.status_code == 302, (response.context["form"].errors, response.context["rows"].errors)
    layer = Layer.objects.get(code="copaci")
    assert layer.schema[0]["codes"] == [
        {"code": "T", "title": {"ro": "Tei", "en": "Lime"}},
        {"code": "C", "title": {"ro": "Castan"}},
    ]
    assert client.get(reverse("atlas:layer_describe", args=["copaci"])).status_code == 200


def test_removing_an_attribute_asks_first(layer: Layer, dan: Person) -> None:
    client = signed_in(dan)
    url = reverse("atlas:layer_describe", args=[layer.code])
    data = DESCRIBED | attribute_data(SCHEMA, **{"attributes-1-is_gone": "on"})
    asked = client.post(url, data)
    assert asked.status_code == 422 and [name for name, _ in asked.context["questions"]] == ["seats"]
    assert client.post(url, data | {"agreed": "seats"}).status_code == 302
    layer.refresh_from_db()
    assert [entry["name"] for entry in layer.schema] == ["name", "phone"]


def test_a_file_goes_from_upload_to_the_layer_through_pages(dan: Person, flavia: Person) -> None:
    layer, client = make_layer(), signed_in(dan)
    url = reverse("atlas:layer_imports", args=[layer.code])
    assert signed_in(flavia).get(url).status_code == 403
    assert client.post(url, {}).status_code == 422
    file = SimpleUploadedFile("banci.csv", b"lon,lat,name,seats\n23.5,47.6,Gara,3\n23.5,47.6,Parc,99\n")
    assert client.post(url, {"file": file}).status_code == 302
    row = LayerImport.objects.get()
    one = reverse("atlas:layer_import", args=[layer.code, row.pk])
    shown = client.get(one)
    form = shown.context["form"]
    data = {
        name: field.value() for name, field in ((n, form[n]) for n in form.fields) if field.value() not in (None, False)
    }
    assert client.post(one, data).status_code == 302
    checked = client.get(one)
    assert [problem.ordinal for problem in checked.context["problems"]] == [2]
    assert "99" in client.get(reverse("atlas:layer_import_problems", args=[layer.code, row.pk])).getvalue().decode()
    do = reverse("atlas:layer_import_do", args=[layer.code, row.pk])
    assert client.post(do, {"wish": "confirm"}).status_code == 302
    assert not layer.features.exists()
    client.post(do, {"wish": "questions"})
    client.post(one, data | {"skips_faulty": "on"})
    client.post(do, {"wish": "confirm"})
    assert [feature.properties for feature in layer.features.all()] == [{"name": "Gara", "seats": 3}]
    assert client.get(one).status_code == 200


def test_an_illustrative_layer_is_marked_and_seen_only_where_a_demonstration_runs(dan: Person, settings: Any) -> None:
    make_layer("demo", origin="illustrative")
    assert Client().get(reverse("atlas:layer", args=["demo"])).status_code == 404
    settings.RIVULUS_DEMO = True
    assert "badge" in text_of(Client(), "layer", "demo")


def test_a_page_that_never_was_and_a_version_that_never_was(layer: Layer) -> None:
    for query in ("?version=99", "?version=x", "?version=" + "9" * 30):
        assert Client().get(reverse("atlas:feature", args=[layer.code, "a"]) + query).status_code == 404
    assert Client().get(reverse("atlas:feature", args=[layer.code, "zz"])).status_code == 404
    assert Client().get(reverse("atlas:feature", args=[layer.code, "a"]) + "?on=2020-13-45").status_code == 200
    assert Client().get(reverse("atlas:layer", args=[layer.code]) + "?after=x&on=yesterday").status_code == 200
    assert str(clock.today().year) in text_of(Client(), "layer", layer.code)
