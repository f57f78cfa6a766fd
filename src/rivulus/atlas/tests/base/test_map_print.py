"""The map as a PDF: what may be seen, at a scale, with legend, sources and date."""

import io

import pytest
from django.core.cache import cache
from pypdf import PdfReader

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.terms import ChangeKind, Visibility
from rivulus.atlas.tests.base.town import make_town
from rivulus.atlas.tests.layers import bench, make_layer

pytestmark = pytest.mark.django_db
BOUNDS = "23.498,47.598,23.512,47.612"


@pytest.fixture(autouse=True)
def _fresh(city):
    cache.clear()


def text_of(response):
    assert response.status_code == 200, response.text[:500]
    assert response["Content-Type"] == "application/pdf"
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_the_map_is_printed_with_scale_legend_sources_and_day(client, settings, tmp_path):
    settings.HOME = tmp_path / "home"
    import_extract(by=None, file=make_town().write(tmp_path / "town.osm.pbf"))

    said = text_of(
        client.get("/en/atlas/map.pdf", {"bounds": BOUNDS, "layers": "green-space,streets", "on": "2026-03-01"})
    )

    for words in ("1:10,000", "Green space", "Streets", "OpenStreetMap", "1 March 2026", "Legend", "Baia Mică"):
        assert words in said, words


def test_the_schematic_is_printed_where_nothing_was_imported(client):
    said = text_of(client.get("/atlas/map.pdf"))

    assert "Baia Mare" in said
    assert "Schiță" in said or "schematic" in said.lower()


def test_a_layer_that_is_not_for_everybody_is_not_printed(client):
    layer = make_layer("secret-benches", visibility=Visibility.STAFF, title_ro="Bănci ascunse", style={"label": "name"})
    apply_changes(by=None, layer=layer, kind=ChangeKind.REGISTER, additions=[bench("b1", 23.58, 47.66, name="Zmeura")])

    said = text_of(client.get("/atlas/map.pdf", {"layers": "secret-benches", "bounds": "23.57,47.65,23.59,47.67"}))

    assert "Bănci ascunse" not in said
    assert "Zmeura" not in said


def test_a_feature_is_printed_with_its_name(client):
    layer = make_layer("benches", title_ro="Bănci", style={"label": "name"})
    apply_changes(by=None, layer=layer, kind=ChangeKind.REGISTER, additions=[bench("b1", 23.58, 47.66, name="Zmeura")])

    assert "Zmeura" in text_of(client.get("/atlas/map.pdf", {"layers": "benches", "bounds": "23.57,47.65,23.59,47.67"}))


def test_what_is_no_box_or_no_paper_gets_a_sentence(client):
    for asked in ({"bounds": "1,2,3"}, {"bounds": "nan,1,2,3"}, {"bounds": "23.6,47.6,23.5,47.7"}, {"bounds": "0,0,90,60"},
                  {"paper": "a0"}, {"on": "never"}):  # fmt: skip
        answer = client.get("/en/atlas/map.pdf", asked)
        assert answer.status_code == 400, asked
        assert "<h1>" in answer.text
