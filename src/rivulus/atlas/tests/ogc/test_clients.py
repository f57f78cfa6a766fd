"""Other people's programs read every layer: GDAL, OWSLib, what QGIS asks, and the tests of conformance."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from owslib.ogcapi.features import Features
from owslib.ogcapi.records import Records

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Layer
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer, point, square

pytestmark = pytest.mark.django_db(transaction=True)

# GDAL holds the interpreter while it waits: it reads from a process of its own.
READ = """
import json, sys, warnings
import pyogrio
warnings.simplefilter("ignore")
address = "OAPIF:" + sys.argv[1]
found = {}
for name, kind in pyogrio.list_layers(address).tolist():
    options = {"PAGE_SIZE": 4}
    meta, fids, geometry, fields = pyogrio.raw.read(address, layer=name, **options)
    boxed = pyogrio.raw.read(address, layer=name, bbox=(23.521, 47.6, 23.541, 47.61), **options)
    found[name] = {"fields": list(meta["fields"]), "crs": meta["crs"], "count": len(geometry), "boxed": len(boxed[2])}
filtered = pyogrio.raw.read(address, layer="plots", where="kind = 'park' AND floors > 2", PAGE_SIZE=4)
found["filtered"] = len(filtered[2])
projected = pyogrio.raw.read(address, layer="plots", CRS="http://www.opengis.net/def/crs/EPSG/0/3844", PAGE_SIZE=4)
found["projected"] = projected[0]["crs"]
print(json.dumps(found))
"""


@pytest.fixture
def layers(plots: Layer) -> list[Layer]:
    """Layers of every shape, one of them without a feature."""
    points = make_layer("benches")
    apply_changes(
        by=None,
        layer=points,
        kind=ChangeKind.PACK,
        additions=[bench(f"b{n}", 23.5 + n / 100, seats=n) for n in range(9)],
    )
    lines = make_layer("any", geometry_type="any")
    apply_changes(
        by=None,
        layer=lines,
        kind=ChangeKind.PACK,
        additions=[NewFeature(square(), {}, "s"), NewFeature(point(), {}, "p")],
    )
    return [plots, points, lines, make_layer("empty")]


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False, env=os.environ | env)


def test_gdal_reads_every_layer_filters_and_projects(live_server: Any, layers: list[Layer]) -> None:
    done = run(sys.executable, "-c", READ, f"{live_server.url}/ogc")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {layer.code for layer in layers} <= found.keys()
    assert found["plots"]["count"] == 9
    assert found["plots"]["boxed"] == 3
    assert {"name", "kind", "area", "floors", "is_public", "built"} <= set(found["plots"]["fields"])
    assert "owner_phone" not in found["plots"]["fields"]
    assert found["benches"]["count"] == 9
    assert found["any"]["count"] == 2
    assert found["empty"]["count"] == 0
    assert found["filtered"] == 3
    assert "3844" in found["projected"] or "Stereo" in found["projected"]


def test_owslib_reads_every_layer(live_server: Any, layers: list[Layer]) -> None:
    service = Features(f"{live_server.url}/ogc")
    assert service.conformance()["conformsTo"]
    assert service.api()["openapi"].startswith("3.0")
    names = service.feature_collections()
    assert {layer.code for layer in layers} <= set(names)
    for layer in layers:
        assert service.collection(layer.code)["id"] == layer.code
        assert "geometry" in service.collection_queryables(layer.code)["properties"]
        items = service.collection_items(layer.code, limit=5)
        assert items["type"] == "FeatureCollection"
        for feature in items["features"]:
            assert service.collection_item(layer.code, feature["id"])["id"] == feature["id"]
    filtered = service.collection_items("plots", filter="kind = 'park'", bbox=[23.5, 47.6, 23.545, 47.61])
    assert [feature["id"] for feature in filtered["features"]] == ["p1", "p3"]


def test_owslib_finds_the_records(live_server: Any, layers: list[Layer]) -> None:
    service = Records(f"{live_server.url}/ogc")
    assert "records" in service.records()
    found = service.collection_items("records", q="parcele")
    assert [one["id"] for one in found["features"]] == ["plots"]
    assert service.collection_item("records", "plots")["properties"]["title"] == "Parcele"


def test_what_qgis_asks_is_answered(client: Client, layers: list[Layer]) -> None:
    """The order of requests of QGIS when a layer is added and the map is moved."""
    accept = {"Accept": "application/json, application/geo+json"}
    links = {link["rel"]: link for link in client.get("/ogc/", headers={"Accept": "application/json"}).json()["links"]}
    description = client.get(links["service-desc"]["href"].removeprefix("http://testserver")).json()
    path = next(name for name in description["paths"] if name.endswith("/plots/items"))
    names = [one.get("$ref", "").rsplit("/")[-1] for one in description["paths"][path]["get"]["parameters"]]
    assert {"limit", "bbox", "crs", "filter"} <= set(names)
    assert description["components"]["parameters"]["limit"]["schema"]["maximum"] == 2_000
    collections = client.get("/ogc/collections", headers=accept).json()["collections"]
    plots = next(one for one in collections if one["id"] == "plots")
    crs = next(one for one in plots["crs"] if one.endswith("/3844"))
    first = client.get("/ogc/collections/plots/items", {"limit": 10, "crs": crs}, headers=accept)
    assert first.json()["numberReturned"] == 9
    moved = {"limit": 1000, "bbox": "678000,387000,680000,389000", "bbox-crs": crs, "crs": crs}
    found = client.get("/ogc/collections/plots/items", moved, headers=accept).json()["features"]
    assert 0 < len(found) < 9


def python_with_ogctests() -> str:
    """The Python that has ogctests: this one, or the one that is named."""
    if importlib.util.find_spec("ogctests"):
        return sys.executable
    named = os.environ.get("OGCTESTS_PYTHON", "")
    if not named:
        pytest.skip("ogctests is not installed; OGCTESTS_PYTHON names a Python that has it")
    return named


def test_the_conformance_tests_for_features_pass_whole(
    live_server: Any, client: Client, layers: list[Layer], tmp_path: Path
) -> None:
    """They want a feature in every layer."""
    python = python_with_ogctests()
    Layer.objects.filter(code="empty").delete()
    client.get("/ogc/conformance")  # the first question waits for everything to be imported; they wait five seconds
    folder = run(python, "-c", "import ogctests; print(ogctests.__path__[0])").stdout.strip()
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\n")
    done = run(
        python, "-m", "pytest", f"{folder}/features/core", "-c", str(settings), f"--confcutdir={folder}", "-q", "-p", "no:cacheprovider",
        INSTANCE_URL=f"{live_server.url}/ogc", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONDONTWRITEBYTECODE="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) >= 25, done.stdout[-2000:]
    assert "skipped" not in done.stdout
