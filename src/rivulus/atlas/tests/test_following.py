"""Facts about analyses that the pack declares and the worker asks by itself."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.test import Client

from rivulus.atlas.actions import features, following
from rivulus.atlas.actions import recipes as actions
from rivulus.atlas.feeds import recipes as feeds
from rivulus.atlas.feeds.pack.analyses import load_analyses
from rivulus.atlas.models import Layer, Recipe, RecipeRun
from rivulus.atlas.queries import recipes as queries
from rivulus.atlas.queries.use_probes import green_space_near_home_share
from rivulus.atlas.rules.measuring import from_the_ground
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.styles.reading import check_style
from rivulus.atlas.rules.versions import NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind, Origin, Theme, Visibility
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db

EAST, NORTH = 393_000.0, 684_000.0
NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
DECLARED = """
analyses:
  - code: green-300m
    title: {ro: Verde aproape, en: Green near home}
    note: {ro: "De cel puțin 0,5 ha.", en: Of at least half a hectare.}
    kind: per_inhabitant
    layer: houses
    only: {use: [house, flats]}
    area: {layer: units, feature: "106318"}
    other: greens
    other_only: {is_open: [true]}
    within_m: 300
    smallest_m2: 5000
    people: 1000
    attribute: levels
    by: quarters
    on_map: true
"""


def square(x: float, y: float, side: float) -> Any:
    return from_the_ground(shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side))


def column(name: str, type_: str = "string", **more: object) -> dict[str, object]:
    return {"name": name, "type": type_, "title": {"ro": name}, **more}


def make(city: Organisation, code: str, schema: list[dict[str, object]], *rows: NewFeature, **more: Any) -> Layer:
    values = {"visibility": Visibility.PUBLIC, "origin": Origin.OPEN, "licence": "ODbL-1.0", "attribution": "OSM"}
    layer = Layer.objects.create(
        code=code,
        theme=Theme.BASE,
        title_ro=code,
        geometry_type="polygon",
        schema=schema,
        owner=city,
        **(values | more),
    )
    if rows:
        features.apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=rows)
    layer.refresh_from_db()
    return layer


HOUSES = [column("use"), column("levels", "integer")]


def make_houses(city: Organisation) -> Layer:
    """One house of a floor, a block of four of the same size beside it and one far off; a shed; a house in Recea."""
    return make(
        city, "houses", HOUSES,
        NewFeature(square(0, 0, 10), {"use": "house", "levels": 1}, "house"),
        NewFeature(square(40, 0, 10), {"use": "flats", "levels": 4}, "near"),
        NewFeature(square(3000, 0, 10), {"use": "flats"}, "far"),
        NewFeature(square(60, 0, 10), {"use": "outbuilding"}, "shed"),
        NewFeature(square(9000, 0, 10), {"use": "house"}, "recea"),
    )  # fmt: skip


def make_greens(city: Organisation, **more: Any) -> Layer:
    """A park with a grove in it, a closed garden, a lawn too small, and a wood beyond the limits of the city."""
    return make(
        city, "greens", [column("is_open", "boolean")],
        NewFeature(square(100, 0, 100), {"is_open": True}, "park"),
        NewFeature(square(3020, 0, 100), {"is_open": False}, "garden"),
        NewFeature(square(3020, 0, 20), {"is_open": True}, "lawn"),
        NewFeature(square(110, 10, 80), {"is_open": True}, "grove"), NewFeature(square(9500, 0, 400), {"is_open": True}, "wood"),
        **more,
    )  # fmt: skip


def make_limits(city: Organisation) -> None:
    make(city, "units", [], NewFeature(square(-500, -500, 6000), {}, "106318"), origin=Origin.OFFICIAL)
    make(
        city, "quarters", [column("name", is_name=True)],
        NewFeature(square(-500, -500, 1000), {"name": "Vest"}, "vest"),
        NewFeature(square(2500, -500, 1000), {"name": "Est"}, "est"), origin=Origin.SCHEMATIC,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, city: Organisation) -> Path:
    (tmp_path / "atlas").mkdir()
    (tmp_path / "atlas" / "analyses.yaml").write_text(DECLARED)
    return tmp_path


def test_a_declared_analysis_waits_until_everything_is_there_and_is_then_answered(
    folder: Path, city: Organisation, client: Client
) -> None:
    assert (load_analyses(folder=folder), load_analyses(folder=folder)) == (1, 0)
    make_houses(city)
    make_limits(city)
    assert feeds.follow() == 0
    recipe = queries.get_recipe("green-300m")
    assert [(each.role, each.code) for each in queries.missing_inputs(recipe)] == [("other", "greens")]
    page = client.get("/en/atlas/analyses/green-300m/").content.decode()
    assert "Waits for its data" in page and "greens" in page and "Of at least half a hectare." in page
    assert "waits for:" in client.get("/en/atlas/analyses/").content.decode()
    assert green_space_near_home_share(NOW).value is None

    make_greens(city)
    assert feeds.follow() == 1
    run = RecipeRun.objects.get()
    assert (run.state, run.sentence, run.is_evidence) == ("done", "", True)
    # The house has one part of the floors, each block four: the block of unknown height counts as the other one.
    assert run.summary["inhabitants"] == pytest.approx(1000, abs=0.2)
    assert run.summary["served_share"] == pytest.approx(100 * 5 / 9, abs=0.1)
    # The grove lies in the park, and the wood beyond the limits of the city: neither is green space for its residents twice.
    assert (run.summary["area_m2"], run.summary["m2_per_inhabitant"]) == (pytest.approx(10_000, abs=5), 10)
    assert {name: numbers["inhabitants"] for _key, name, numbers in run.rows} == {"Vest": 556, "Est": 444}
    assert {name: numbers["served_share"] for _key, name, numbers in run.rows} == {"Vest": 100, "Est": 0}
    assert green_space_near_home_share(NOW).value == pytest.approx(55.6, abs=0.1)
    page = client.get("/en/atlas/analyses/green-300m/").content.decode()
    assert "Vest" in page and "sketched by hand" in page and "Waits" not in page


def test_the_layer_of_an_answer_says_what_it_comes_from(folder: Path, city: Organisation) -> None:
    load_analyses(folder=folder)
    make_houses(city)
    make_limits(city)
    make_greens(city)
    feeds.follow()
    output = Recipe.objects.get().output
    assert output is not None
    assert (output.origin, output.licence, output.attribution) == (Origin.OPEN, "ODbL-1.0", "OSM")
    check_style(output.style, read_schema(output.schema))
    assert output.style["by"]["attribute"] == "count"


def test_it_is_asked_again_when_a_layer_changed_but_not_more_than_once_a_day(folder: Path, city: Organisation) -> None:
    load_analyses(folder=folder)
    make_houses(city)
    make_limits(city)
    greens = make_greens(city)
    with clock.frozen(NOW):
        assert feeds.follow() == 1
        features.apply_changes(
            by=None, layer=greens, kind=ChangeKind.PACK,
            additions=[NewFeature(square(2900, 100, 90), {"is_open": True}, "new")],
        )  # fmt: skip
        assert feeds.follow() == 0
    with clock.frozen(NOW + dt.timedelta(hours=25)):
        assert feeds.follow() == 1
        assert feeds.follow() == 0
    with clock.frozen(NOW + dt.timedelta(hours=60)):
        assert feeds.follow() == 0
    assert RecipeRun.objects.latest("id").summary["served_share"] == pytest.approx(100)


def test_what_is_kept_from_the_public_answers_nothing_public(folder: Path, city: Organisation) -> None:
    load_analyses(folder=folder)
    make_houses(city)
    make_limits(city)
    make_greens(city, visibility=Visibility.STAFF)
    assert feeds.follow() == 0


def test_nobody_asks_what_cannot_be_answered(folder: Path, city: Organisation, dan: Person) -> None:
    load_analyses(folder=folder)
    with pytest.raises(Refused, match="not all there"):
        actions.ask(by=dan, recipe=Recipe.objects.get())


def test_what_was_withdrawn_or_written_by_hand_is_left_alone(folder: Path, city: Organisation, dan: Person) -> None:
    load_analyses(folder=folder)
    actions.withdraw_recipe(by=dan, recipe=Recipe.objects.get())
    load_analyses(folder=folder)
    assert not queries.list_recipes().exists()
    Recipe.objects.update(withdrawn_at=None, created_by=dan, title_ro="Al lui Dan")
    assert load_analyses(folder=folder) == 0
    assert Recipe.objects.get().title_ro == "Al lui Dan"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: per_inhabitant", "kind: per_head", "no kind of analysis"),
        ("other: greens", "others: greens", "nobody reads"),
        ("    other: greens\n", "", "Choose the layers"),
        ("within_m: 300", "within_m: far", "is a number"),
        ("within_m: 300", "within_m: 90000", "between 0 and 20 km"),
        ("only: {use: [house, flats]}", "only: {use: house}", "list of values"),
        ("area: {layer: units, feature: \"106318\"}", "area: units", "code of a layer and of a feature"),
        ("title: {ro: Verde aproape, en: Green near home}", "title: {de: Grün}", "by language"),
        ("analyses:", "analyses: [", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_what_is_wrong_and_changes_nothing(folder: Path, old: str, new: str, sentence: str) -> None:
    (folder / "atlas" / "analyses.yaml").write_text(DECLARED.replace(old, new, 1))
    with pytest.raises(Refused, match=sentence):
        load_analyses(folder=folder)
    assert not Recipe.objects.exists()


def test_the_pack_of_the_city_declares_what_the_probe_reports_and_every_page_says_what_it_needs(
    city: Organisation, client: Client
) -> None:
    assert load_analyses(folder=Path(settings.PACK_DIR)) >= 6
    codes = list(Recipe.objects.values_list("code", flat=True))
    assert "green-300m" in codes
    for code in codes:
        page = client.get(f"/atlas/analyses/{code}/")
        assert page.status_code == 200
        assert "./rivulus import osm" in page.content.decode() or "GeoTIFF" in page.content.decode()
    for recipe in Recipe.objects.all():
        assert recipe.title_en and recipe.title_hu and recipe.note_en and recipe.note_hu


def test_declaring_writes_into_the_journal_once(folder: Path, city: Organisation) -> None:
    from rivulus.journal.models import Line

    load_analyses(folder=folder)
    load_analyses(folder=folder)
    assert Line.objects.filter(verb="atlas.recipe.declared").count() == 1
    assert dt.timedelta(days=1) == following.AGAIN_AFTER


def test_why_there_is_no_answer_is_said_in_the_language_of_the_reader(
    folder: Path, city: Organisation, client: Client
) -> None:
    load_analyses(folder=folder)
    make_houses(city)
    make_limits(city)
    make_greens(city)
    features.apply_changes(
        by=None, layer=Layer.objects.get(code="units"), kind=ChangeKind.PACK,
        additions=[NewFeature(square(20_000, 0, 10), {}, "108972")], removals=[RemovedFeature("106318", 1)],
    )  # fmt: skip
    assert feeds.follow() == 1
    assert RecipeRun.objects.get().state == "failed"
    page = client.get("/en/atlas/analyses/green-300m/").content.decode()
    assert "The layer units has no feature called 106318." in page
    assert "Stratul units nu are" in client.get("/atlas/analyses/green-300m/").content.decode()
