"""Facts about analyses: written, asked, answered by the worker, shown; and rasters that people bring."""

import datetime as dt
import io
import re
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from django.test import Client
from rasterio.transform import from_origin

from rivulus.atlas.actions import features
from rivulus.atlas.actions import recipes as actions
from rivulus.atlas.feeds import rasters
from rivulus.atlas.feeds import recipes as feeds
from rivulus.atlas.models import Feature, Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.queries import recipes as queries
from rivulus.atlas.queries.visible import viewer_of
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.recipes.kinds import Parameters, RecipeKind
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind, GeometryType, Origin, Theme, Visibility
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused

NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)
EAST, NORTH = 393_000.0, 685_000.0
HOMES = [{"name": "people", "type": "integer"}, {"name": "block", "type": "string", "is_name": True}]


@pytest.fixture(autouse=True)
def _now(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(NOW):
        yield


def spot(east: float, north: float) -> Any:
    return measuring.from_the_ground(shapely.Point(EAST + east, NORTH + north))


def plot(west: float, south: float, wide: float, high: float) -> Any:
    return measuring.from_the_ground(shapely.box(EAST + west, NORTH + south, EAST + west + wide, NORTH + south + high))


def make(city: Organisation, code: str, schema: list[dict[str, Any]], *rows: NewFeature, **more: Any) -> Layer:
    values = {
        "theme": Theme.GREEN, "geometry_type": GeometryType.ANY, "visibility": Visibility.PUBLIC,
        "origin": Origin.OFFICIAL,
    } | more  # fmt: skip
    layer = Layer.objects.create(code=code, title_ro=code, owner=city, schema=schema, **values)
    features.apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=rows)
    return layer


@pytest.fixture
def homes(city: Organisation) -> Layer:
    rows = [
        NewFeature(spot(0, 0), {"people": 100, "block": "A"}, "a"),
        NewFeature(spot(2000, 0), {"people": 300, "block": "B"}, "b"),
    ]
    return make(city, "homes", HOMES, *rows)


@pytest.fixture
def parks(city: Organisation) -> Layer:
    return make(
        city, "parks", [], NewFeature(plot(100, 0, 100, 100), {}, "park"), NewFeature(plot(1990, 0, 5, 5), {}, "lawn")
    )


def write(by: Person | None, city: Organisation, homes: Layer, parks: Layer, **more: Any) -> Recipe:
    values: dict[str, Any] = {
        "code": "green-300m", "titles": ("Verde la 300 m", "Green within 300 m", ""), "kind": RecipeKind.PER_INHABITANT,
        "owner": city, "layer": homes, "other": parks, "is_public": True,
        "parameters": Parameters(within_m=300, attribute="people", smallest_m2=1000),
    }  # fmt: skip
    return actions.write_recipe(by=by, **(values | more))


def answered(recipe: Recipe, by: Person | None = None) -> RecipeRun:
    run = actions.ask(by=by, recipe=recipe)
    feeds.answer.call(run.pk)
    run.refresh_from_db()
    return run


def test_an_answer_says_how_many_have_green_near_home(
    dan: Person, city: Organisation, homes: Layer, parks: Layer
) -> None:
    recipe = write(dan, city, homes, parks)
    run = answered(recipe, dan)
    assert run.state == "done", run.sentence
    assert run.summary["served_share"] == 25
    assert run.summary["m2_per_inhabitant"] == pytest.approx(25, abs=0.1)
    assert run.inputs["layers"] == {"homes": 2, "parks": 2}
    assert run.is_evidence
    shown = {feature.key: feature.properties for feature in Feature.objects.filter(layer=recipe.output)}
    assert (shown["a"]["count"], shown["b"]["count"]) == (1, 0)
    assert queries.find_evidence("green-300m") == run


def test_asking_again_rests_on_what_is_there_then(dan: Person, city: Organisation, homes: Layer, parks: Layer) -> None:
    recipe = write(dan, city, homes, parks)
    answered(recipe)
    features.apply_changes(
        by=None, layer=parks, kind=ChangeKind.PACK, additions=[NewFeature(plot(2100, 0, 50, 50), {}, "new")]
    )
    second = answered(recipe)
    assert second.summary["served_share"] == 100
    assert second.inputs["layers"]["parks"] == 3
    assert RecipeRun.objects.filter(recipe=recipe).count() == 2


def test_who_asks_while_an_answer_is_under_way_gets_that_one(city: Organisation, homes: Layer, parks: Layer) -> None:
    recipe = write(None, city, homes, parks)
    first = actions.ask(by=None, recipe=recipe)
    assert actions.ask(by=None, recipe=recipe) == first
    feeds.answer.call(first.pk)
    assert actions.ask(by=None, recipe=recipe) != first


def test_an_answer_is_given_once_even_if_two_workers_have_it(city: Organisation, homes: Layer, parks: Layer) -> None:
    recipe = write(None, city, homes, parks)
    run = answered(recipe)
    ended = run.ended_at
    feeds.answer.call(run.pk)
    run.refresh_from_db()
    assert run.ended_at == ended


def test_what_was_cut_off_is_taken_up_again(city: Organisation, homes: Layer, parks: Layer) -> None:
    run = actions.ask(by=None, recipe=write(None, city, homes, parks))
    actions.begin(by=None, run_id=run.pk)
    assert feeds.take_up_stuck() == 0
    with clock.frozen(NOW + dt.timedelta(minutes=30)):
        assert feeds.take_up_stuck() == 1
    run.refresh_from_db()
    assert run.state == "done"


def test_what_is_made_up_is_no_evidence(city: Organisation, homes: Layer, parks: Layer) -> None:
    Layer.objects.filter(pk=parks.pk).update(origin=Origin.ILLUSTRATIVE)
    recipe = write(None, city, homes, Layer.objects.get(pk=parks.pk))
    run = answered(recipe)
    assert run.state == "done"
    assert not run.is_evidence
    assert queries.find_evidence("green-300m") is None
    assert Layer.objects.get(pk=recipe.output_id).origin == Origin.ILLUSTRATIVE


def test_an_answer_is_not_more_public_than_its_layers(
    dan: Person, city: Organisation, homes: Layer, parks: Layer
) -> None:
    Layer.objects.filter(pk=homes.pk).update(visibility=Visibility.STAFF)
    with pytest.raises(Refused, match="more public"):
        write(dan, city, Layer.objects.get(pk=homes.pk), parks)
    hidden = write(dan, city, Layer.objects.get(pk=homes.pk), parks, is_public=False)
    assert hidden.output is not None and hidden.output.visibility == Visibility.STAFF
    with pytest.raises(NotFound):
        queries.get_recipe("green-300m")


def test_only_editors_of_the_owner_write_and_ask(
    ana: Person, flavia: Person, city: Organisation, homes: Layer, parks: Layer
) -> None:
    for person in (ana, flavia):
        with pytest.raises(Refused):
            write(person, city, homes, parks)
    recipe = write(None, city, homes, parks)
    with pytest.raises(Refused):
        actions.ask(by=flavia, recipe=recipe)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"other": None}, "Choose the layers"),
        ({"parameters": Parameters(within_m=0, attribute="people")}, "Say a distance"),
        ({"parameters": Parameters(within_m=50_000, attribute="people")}, "between 0 and 20 km"),
        ({"parameters": Parameters(within_m=300)}, "number of inhabitants"),
        ({"parameters": Parameters(within_m=300, attribute="block")}, "no attribute of numbers"),
        ({"kind": RecipeKind.ZONAL}, "Choose the raster"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(
    city: Organisation, homes: Layer, parks: Layer, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        write(None, city, homes, parks, **more)


# --- rasters -----------------------------------------------------------------------------------------


def geotiff(cells: Any, epsg: int | None = 3844) -> bytes:
    """A raster of ten-metre cells whose upper left corner lies at the corner of the tests."""
    stream = io.BytesIO()
    profile = {
        "driver": "GTiff", "height": cells.shape[0], "width": cells.shape[1], "count": 1, "dtype": "float32",
        "transform": from_origin(EAST, NORTH + 10 * cells.shape[0], 10, 10), "nodata": -9999.0,
    }  # fmt: skip
    with rasterio.open(stream, "w", **profile, **({"crs": f"EPSG:{epsg}"} if epsg else {})) as target:
        target.write(cells.astype("float32"), 1)
    return stream.getvalue()


def keep(content: bytes) -> Any:
    return rasters.keep([content], code="heat", titles=("Căldură", "", ""), unit="°C", taken_on=None, source="test")


def test_hot_spots_of_a_raster_become_a_layer(dan: Person, city: Organisation) -> None:
    cells = np.full((40, 40), 20.0)
    cells[10:20, 10:20] = 38.0
    cells[0, :] = -9999
    row = actions.bring_raster(by=dan, owner=city, raster=keep(geotiff(cells)))
    recipe = actions.write_recipe(
        by=dan, code="hot", titles=("Puncte calde", "", ""), kind=RecipeKind.HOT_SPOTS, owner=city, raster=row,
        parameters=Parameters(smallest_m2=1000, deviations=2), is_public=True,
    )  # fmt: skip
    run = answered(recipe)
    assert (run.state, run.summary["spots"], run.summary["area_m2"]) == ("done", 1, 10_000)
    assert run.summary["cells"] == 1560
    spot_ = Feature.objects.get(layer=recipe.output)
    assert spot_.properties["mean"] == 38
    assert measuring.area_m2(shapely.from_wkb(bytes(spot_.geometry))) == pytest.approx(10_000, rel=0.01)


def test_areas_are_told_their_mean(dan: Person, city: Organisation) -> None:
    quarters = make(
        city,
        "quarters",
        [],
        NewFeature(plot(0, 0, 200, 400), {}, "west"),
        NewFeature(plot(200, 0, 200, 400), {}, "east"),
    )
    cells = np.full((40, 40), 20.0)
    cells[:, 20:] = 30.0
    row = actions.bring_raster(by=dan, owner=city, raster=keep(geotiff(cells)))
    recipe = actions.write_recipe(
        by=dan, code="zonal", titles=("Medii", "", ""), kind=RecipeKind.ZONAL, owner=city, raster=row, layer=quarters,
        parameters=Parameters(),
    )  # fmt: skip
    rows = {line[0]: line[2]["mean"] for line in answered(recipe).rows}
    assert rows == {"west": 20, "east": 30}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no GeoTIFF"),
        (b"GIF89a nothing", "no GeoTIFF"),
        (b"II*\x00" + b"\xff" * 100, "no GeoTIFF"),
        (geotiff(np.zeros((3, 3)))[:200], "no GeoTIFF"),
        (geotiff(np.zeros((3, 3)), epsg=None), "coordinate system"),
    ],
)
def test_a_file_that_is_no_raster_leaves_nothing_behind(tmp_path: Any, content: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        keep(content)
    assert not list((tmp_path / "rasters").iterdir())


def test_a_raster_that_unfolds_is_refused_by_its_header(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasters, "MOST_CELLS", 100)
    with pytest.raises(Refused, match="40 million"):
        keep(geotiff(np.zeros((20, 20))))
    monkeypatch.setattr(rasters, "LARGEST_BYTES", 100)
    with pytest.raises(Refused, match="256 MB"):
        keep(geotiff(np.zeros((3, 3))))
    assert not list((tmp_path / "rasters").iterdir())


# --- pages -------------------------------------------------------------------------------------------


def text_of(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_page_shows_the_answer_and_what_it_rests_on(
    dan: Person, city: Organisation, homes: Layer, parks: Layer, client: Client
) -> None:
    answered(write(dan, city, homes, parks))
    page = text_of(client.get("/en/atlas/analyses/green-300m/"))
    assert "Share of the inhabitants who have some within the distance 25 %" in page
    assert "parks, revision 2" in page
    assert "Green within 300 m" in text_of(client.get("/en/atlas/analyses/"))
    table = b"".join(client.get("/en/atlas/analyses/green-300m/answer.csv")).decode()
    assert table.splitlines()[0] == "key,name,inhabitants,count,area_m2"


def test_an_analysis_is_written_and_asked_from_the_page(
    dan: Person, city: Organisation, homes: Layer, parks: Layer, client: Client
) -> None:
    client.force_login(dan)
    made = client.post(
        "/en/atlas/analyses/new/",
        {
            "code": "far", "title_ro": "Departe", "owner": city.pk, "kind": "nearest", "layer": homes.pk,
            "other": parks.pk, "within_m": "300", "is_public": "on",
        },
    )  # fmt: skip
    assert made.status_code == 302, text_of(made)[-1500:]
    run = RecipeRun.objects.get()
    assert run.state == "done"
    assert run.summary["within_count"] == 2
    client.post("/en/atlas/analyses/far/do/", {"do": "ask"})
    assert RecipeRun.objects.count() == 2
    client.post("/en/atlas/analyses/far/do/", {"do": "withdraw"})
    assert client.get("/en/atlas/analyses/far/").status_code == 404


def test_a_raster_is_brought_from_the_page(dan: Person, city: Organisation, client: Client) -> None:
    client.force_login(dan)
    file = io.BytesIO(geotiff(np.zeros((5, 5))))
    file.name = "heat.tif"
    said = {"code": "heat", "title_ro": "Căldură", "owner": city.pk, "unit": "°C", "file": file}
    assert client.post("/en/atlas/analyses/raster/", said).status_code == 302
    assert RasterFile.objects.get().crs == 3844
    bad = io.BytesIO(b"nothing")
    bad.name = "heat.tif"
    answer = client.post("/en/atlas/analyses/raster/", said | {"code": "other", "file": bad})
    assert "no GeoTIFF" in text_of(answer)


def test_strangers_read_but_do_not_write(
    ana: Person, city: Organisation, homes: Layer, parks: Layer, client: Client
) -> None:
    write(None, city, homes, parks)
    client.force_login(ana)
    assert "Not answered yet" in text_of(client.get("/en/atlas/analyses/green-300m/"))
    assert client.get("/en/atlas/analyses/new/").status_code == 403
    assert client.post("/en/atlas/analyses/green-300m/do/", {"do": "ask"}).status_code == 403


def test_viewers_of_the_city_may_use_its_rasters(dan: Person, ana: Person, city: Organisation) -> None:
    actions.bring_raster(by=dan, owner=city, raster=keep(geotiff(np.zeros((5, 5)))))
    assert queries.list_rasters(viewer_of(dan)).count() == 1
    assert queries.list_rasters(viewer_of(ana)).count() == 0
