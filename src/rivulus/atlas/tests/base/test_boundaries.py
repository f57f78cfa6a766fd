"""Official boundaries and the neighbourhoods of the pack."""

import json

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command

from rivulus.atlas.feeds.boundaries import import_boundaries, load_pack, read_units
from rivulus.atlas.models import Feature, Layer, Place
from rivulus.atlas.queries.places import find_neighbourhood, find_unit, search_places
from rivulus.atlas.rules.base.boundaries import METROPOLITAN, NEIGHBOURHOODS, UNITS
from rivulus.atlas.rules.measuring import project
from rivulus.atlas.terms import STEREO70, WGS84
from rivulus.atlas.tests.base.town import shared_data
from rivulus.identity.models import Organisation
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(city):
    Organisation.objects.filter(pk=city.pk).update(siruta=106318)


def square(x, y, side=0.1):
    return shapely.box(x, y, x + side, y + side)


def write(file, *units, names=("siruta", "name")):
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(names, (code, name), strict=True)),
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, name, shape in units
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


@pytest.fixture
def units(tmp_path):
    return write(
        tmp_path / "units.geojson", (106318, "Baia Mare", square(23.5, 47.6)), (106407, "Recea", square(23.6, 47.6))
    )


def test_units_come_with_their_codes_and_the_metropolitan_area_of_those_who_take_part(units):
    done = import_boundaries(by=None, file=units, attribution="ANCPI", licence="OGL-ROU-1.0")

    assert (done.units, done.members, done.added) == (2, 1, 2)
    city = Feature.objects.get(layer__code=UNITS, key="106318")
    assert city.properties["siruta"] == "106318" and city.properties["is_metropolitan"] is True
    assert city.properties["area_km2"] == pytest.approx(83.5, abs=1)
    assert Feature.objects.get(layer__code=METROPOLITAN).properties["members"] == 1
    assert Layer.objects.get(code=UNITS).attribution == "ANCPI"


def test_a_newer_file_changes_only_what_is_different(units, tmp_path):
    import_boundaries(by=None, file=units)
    newer = write(
        tmp_path / "newer.geojson", (106318, "Baia Mare", square(23.5, 47.6)), (106416, "Lăpușel", square(23.7, 47.6))
    )

    done = import_boundaries(by=None, file=newer)

    assert (done.added, done.changed, done.removed) == (1, 0, 1)


def test_a_position_is_in_one_unit(units):
    import_boundaries(by=None, file=units)

    assert find_unit(23.55, 47.65).name == "Baia Mare"
    assert find_unit(23.65, 47.65).properties["siruta"] == "106407"
    assert find_unit(20, 47) is None


def test_stereo_70_is_brought_to_degrees(tmp_path):
    file = tmp_path / "units.gpkg"
    shape = project(square(23.5, 47.6), WGS84, STEREO70)
    pyogrio.raw.write(
        file, np.array([shapely.to_wkb(shape)], dtype=object), [np.array([106318]), np.array(["Baia Mare"], dtype=object)],
        ["natcode", "nume"], geometry_type="Polygon", crs="EPSG:3844", driver="GPKG",
    )  # fmt: skip

    unit = read_units(file)[0]

    assert unit.siruta == "106318"
    assert (
        unit.geometry.equals_exact(square(23.5, 47.6), 1e-6)
        or shapely.hausdorff_distance(unit.geometry, square(23.5, 47.6)) < 1e-6
    )


@pytest.mark.parametrize(
    ("names", "rows", "sentence"),
    [
        (("number", "name"), [(106318, "Baia Mare")], "SIRUTA"),
        (("siruta", "title"), [(106318, "Baia Mare")], "holds names"),
        (("siruta", "name"), [(106318, "Baia Mare"), (106318, "Recea")], "there twice"),
        (("siruta", "name"), [("RO-MM", "Baia Mare")], "not a SIRUTA code"),
        (("siruta", "name"), [], "cannot be read"),
    ],
)
def test_a_file_with_faults_gets_a_sentence_and_changes_nothing(tmp_path, names, rows, sentence):
    file = write(tmp_path / "u.geojson", *[(code, name, square(23.5, 47.6)) for code, name in rows], names=names)

    with pytest.raises(Refused, match=sentence):
        import_boundaries(by=None, file=file)

    assert not Layer.objects.filter(code=UNITS).exists()


def test_what_is_no_file_of_boundaries_gets_a_sentence(tmp_path):
    file = tmp_path / "u.geojson"
    file.write_text("nothing")
    with pytest.raises(CommandError, match="cannot be read as boundaries"):
        call_command("import_boundaries", str(file))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_boundaries", "/nowhere.geojson")


def test_neighbourhoods_and_names_come_with_the_pack_and_are_found():
    load_pack(by=None)
    load_pack(by=None)

    assert Layer.objects.get(code=NEIGHBOURHOODS).origin == "schematic"
    assert Layer.objects.get(code=NEIGHBOURHOODS).changes.count() == 1
    assert Place.objects.filter(source="pack", kind="settlement").count() > 10
    assert search_places("nagybanya")[0].name == "Baia Mare"
    inside = shapely.from_wkb(
        bytes(Feature.objects.get(layer__code=NEIGHBOURHOODS, key="ferneziu").geometry)
    ).representative_point()
    assert find_neighbourhood(inside.x, inside.y).name == "Ferneziu"


def test_all_units_of_maramures_are_taken():
    done = import_boundaries(by=None, file=shared_data("ro_admin", "maramures_uat.geojson"), licence="MPL-2.0")

    assert done.units == 76
    assert find_unit(23.58, 47.657).name == "Baia Mare"
