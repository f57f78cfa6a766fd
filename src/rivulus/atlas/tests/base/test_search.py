"""Places are found by words and by position, in what may be seen."""

import pytest
from django.core.cache import cache

from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.actions.base.searched_layers import refresh_search
from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.models import Layer, Place, SearchedLayer
from rivulus.atlas.queries.places import geocode, reverse, search_places
from rivulus.atlas.rules.base.places import PlaceRow
from rivulus.atlas.rules.versions import RemovedFeature
from rivulus.atlas.terms import ChangeKind, Visibility
from rivulus.atlas.tests.base.town import SOUTH, STEP, WEST, make_town
from rivulus.atlas.tests.layers import bench, make_layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings, tmp_path, city):
    settings.HOME = tmp_path / "home"
    cache.clear()
    import_extract(by=None, file=make_town().write(tmp_path / "town.osm.pbf"))


@pytest.fixture
def benches(city):
    """A public layer with a named bench."""
    layer = make_layer(visibility=Visibility.PUBLIC, schema=[
        {"name": "title", "type": "string", "title": {"ro": "Titlu"}, "is_name": True},
        {"name": "secret", "type": "string", "title": {"ro": "Secret"}, "is_private": True},
    ])  # fmt: skip
    apply_changes(by=None, layer=layer, kind=ChangeKind.REGISTER,
                  additions=[bench("b1", title="Banca poetului", secret="Zmeura")])  # fmt: skip
    refresh_search(by=None)
    return layer


def labels(typed, **more):
    return [found.label for found in search_places(typed, **more)]


AS_TYPED = (
    ("stefan cel mare", "Strada Ștefan cel Mare", "street"),
    ("ŞTEFAN CEL", "Strada Ștefan cel Mare", "street"),
    ("stefna cel mare", "Strada Ștefan cel Mare", "street"),
    ("Str. Ștefan cel Mare nr. 12A", "Strada Ștefan cel Mare 12A", "address"),
    ("stefan cel mare 12 a, baia mica", "Strada Ștefan cel Mare 12A", "address"),
    ("stefan cel mare 12", "Strada Ștefan cel Mare 12A", "address"),
    ("bd unirii 3", "Bulevardul Unirii 3", "address"),
    ("uniri 3", "Bulevardul Unirii 3", "address"),
    ("kisbanya", "Baia Mică", "settlement"),
    ("gyermekpark", "Parcul Copiilor", "park"),
    ("nicolae iorga", "Școala „Nicolae Iorga”", "school"),
    ("grivita", "Grivița", "neighbourhood"),
    ("sasar", "Săsar", "water"),
    ("lacul", "Lacul Mic", "water"),
)


def test_a_place_is_found_as_people_type_it(town):
    found = {typed: search_places(typed)[0] for typed, _, _ in AS_TYPED}

    assert [(typed, found[typed].label, found[typed].kind) for typed, _, _ in AS_TYPED] == list(AS_TYPED)


def test_a_house_that_is_not_known_leads_to_its_street(town):
    assert labels("Bulevardul Unirii 99")[0] == "Bulevardul Unirii"


def test_whatever_is_typed_gets_an_answer(town):
    for typed in (
        "",
        " ",
        "%",
        "_",
        "\\",
        "'; --",
        "zzzzzz",
        "9999",
        "a" * 500,
        "\x00",
        "baia mica",
        "12 12 12",
        "nr. 5",
    ):
        assert isinstance(search_places(typed), list), typed


def test_the_street_is_one_however_many_pieces_it_is_drawn_in(town):
    assert labels("stefan cel mare").count("Strada Ștefan cel Mare") == 1
    assert Place.objects.get(kind="street", name="Strada Ștefan cel Mare").detail == "Baia Mică"


def test_an_address_is_geocoded_or_nothing_is(town):
    found = geocode("Bulevardul Unirii 3, Baia Mică")

    assert (found.longitude, found.latitude) == (pytest.approx(WEST + 5.2 * STEP), pytest.approx(SOUTH + 3 * STEP))
    assert found.postcode == "430001"
    assert geocode("Calea Lactee 42") is None


def test_the_nearest_address_is_said_with_its_distance(town):
    here = reverse(WEST + 5.2 * STEP, SOUTH + 3.5 * STEP)

    assert here.place.label == "Bulevardul Unirii 3"
    assert here.distance_m == pytest.approx(55.6, abs=1)
    assert reverse(20.0, 45.0).place is None


def test_features_of_public_layers_are_found_by_name(benches):
    found = search_places("banca poetului")[0]

    assert (found.kind, found.layer, found.key) == ("feature", benches.code, "b1")


def test_private_attributes_are_not_found(benches):
    assert labels("zmeura") == []
    assert not Place.objects.filter(words__contains="zmeura").exists()


def test_a_layer_that_is_no_longer_public_is_not_found_at_once(benches):
    Layer.objects.filter(pk=benches.pk).update(visibility=Visibility.STAFF)
    assert labels("poetului") == []

    refresh_search(by=None)

    assert not Place.objects.exists()
    assert not SearchedLayer.objects.exists()


def test_the_search_follows_the_layer(benches):
    assert refresh_search(by=None) == 0  # nothing changed since
    apply_changes(by=None, layer=benches, kind=ChangeKind.REGISTER, removals=[RemovedFeature("b1", None)])

    assert refresh_search(by=None) == 1
    assert labels("poetului") == []


def test_the_index_finds_and_not_a_look_at_every_row(django_assert_max_num_queries, city):
    rows = (
        PlaceRow(
            f"k{n}",
            "street",
            f"Strada {n:05d} {chr(97 + n % 26) * 3}",
            f"{n:05d} {chr(97 + n % 26) * 3}",
            23.5,
            47.6,
            (23.5, 47.6, 23.5, 47.6),
        )
        for n in range(3000)
    )
    replace_places(by=None, source="many", rows=rows)

    with django_assert_max_num_queries(10):
        assert labels("00042")[0] == "Strada 00042 qqq"


def test_the_page_lists_what_was_found_and_the_map_reads_the_same(town, client):
    page = client.get("/atlas/search/", {"q": "unirii 3"})
    assert page.status_code == 200
    assert "Bulevardul Unirii 3" in page.text

    places = client.get("/atlas/search/", {"q": "unirii 3", "format": "json"}).json()["places"]
    assert places[0]["label"] == "Bulevardul Unirii 3"
    assert len(places[0]["bounds"]) == 4
    assert client.get(places[0]["url"]).status_code == 200


def test_the_page_answers_whatever_is_asked(client, city):
    for query in ("", "?q=", "?q=%00", "?q=zzzz", "?q=" + "x" * 300, "?q=a&format=xml"):
        assert client.get(f"/atlas/search/{query}").status_code == 200, query


def test_the_page_of_a_feature_is_linked(benches, client):
    found = client.get("/atlas/search/", {"q": "poetului", "format": "json"}).json()["places"][0]

    assert found["url"].endswith(f"/atlas/layers/{benches.code}/features/b1/")
    assert client.get(found["url"]).status_code == 200
