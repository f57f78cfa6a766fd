"""How long a page of features takes over HTTP: 100 of a million, in a box and with a filter; pygeoapi beside it.

    ./rivulus bench atlas items --features 1000000

The platform answers from a server of its own, one worker, over the loopback; each question has another box.
pygeoapi reads the same points from a GeoPackage with a spatial index, where it and SpatiaLite are installed
(RIVULUS_PYGEOAPI names the Python that has it).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from rivulus.house.benches.atlas.footprints import attributes
from rivulus.house.benches.atlas.rows import fill
from rivulus.house.benches.observations.processes import free_port

SEED = 20260601
WEST, SOUTH, EAST, NORTH = 23.2, 47.4, 24.0, 47.9
LIMIT_MS = 25.0
# ruff: noqa: S310, S603 (addresses and commands are our own words)


def run(arguments: list[str]) -> int:
    """Fill, ask, compare; return 1 where the limit is not held."""
    parser = argparse.ArgumentParser(prog="./rivulus bench atlas items")
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args(arguments)
    chance = np.random.default_rng(SEED)
    count = chosen.features
    shapes = shapely.points(chance.uniform(WEST, EAST, count), chance.uniform(SOUTH, NORTH, count))
    rows = attributes(count)
    begun = time.perf_counter()
    fill("bench-items", shapes, rows)
    print(f"{count:,} points copied in {time.perf_counter() - begun:.0f} s.")
    with _served() as base:
        took = _measure(f"{base}/ogc/collections/bench-items/items", chosen.questions)
    if not chosen.no_peers:
        _compare_pygeoapi(shapes, rows, chosen.questions)
    return 0 if took <= LIMIT_MS else 1


def questions(count: int) -> Iterator[dict[str, str]]:
    """Boxes of a hundredth of the area, a fifth on a side of which the filter keeps, and no two alike."""
    chance = np.random.default_rng(SEED + 1)
    for _ in range(count):
        west, south = chance.uniform(WEST, EAST - 0.08), chance.uniform(SOUTH, NORTH - 0.05)
        yield {"limit": "100", "bbox": f"{west:.5f},{south:.5f},{west + 0.08:.5f},{south + 0.05:.5f}"}


def _measure(address: str, count: int) -> float:
    filters: dict[str, dict[str, Any]] = {
        "box and filter": {"filter": "kind = 'school' AND storeys > 3"},
        "box alone": {},
        "filter alone": {"filter": "kind = 'school' AND storeys > 3", "bbox": None},
        "box, filter and order": {"filter": "kind = 'school'", "sortby": "-storeys"},
        "area in the filter": {"filter": "S_INTERSECTS(geometry,POLYGON((23.5 47.6,23.6 47.6,23.55 47.7,23.5 47.6)))"},
    }
    print("The platform, over HTTP, 100 features a page:")
    medians = {}
    for name, more in filters.items():
        asked = [{key: value for key, value in (one | more).items() if value} for one in questions(count)]
        medians[name] = _time(f"  {name}", address, asked)
    return medians["box and filter"]


def _time(name: str, address: str, asked: list[dict[str, Any]]) -> float:
    took, returned = [], 0
    for one in asked:
        begun = time.perf_counter()
        with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(one)}", timeout=120) as answer:
            content = answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        returned += len(json.loads(content)["features"])
    took.sort()
    print(
        f"{name}: median {statistics.median(took):.1f} ms, 95 % below {took[int(len(took) * 0.95)]:.1f} ms"
        f" ({returned / len(asked):.0f} features on average)"
    )
    return statistics.median(took)


@contextmanager
def _served() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--log-level",
        "warning",
        "rivulus.config.wsgi:application",
    ]
    with subprocess.Popen(command, env=os.environ | {"RIVULUS_ALLOWED_HOSTS": "127.0.0.1"}) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{base}/ogc/conformance?f=json")
            yield base
        finally:
            process.terminate()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


PYGEOAPI = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  gzip: false
  language: en-US
  limits: {{default_items: 100, max_items: 100}}
  map: {{url: "http://127.0.0.1/", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: bench, description: bench, keywords: [bench], keywords_type: theme, terms_of_service: none, url: "http://127.0.0.1"}}
  license: {{name: none, url: "http://127.0.0.1"}}
  provider: {{name: bench, url: "http://127.0.0.1"}}
  contact: {{name: bench, position: bench, email: bench@example.org, url: "http://127.0.0.1"}}
resources:
  bench:
    type: collection
    title: bench
    description: bench
    keywords: [bench]
    links: []
    extents: {{spatial: {{bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    providers:
      - {{type: feature, name: SQLiteGPKG, data: "{data}", id_field: fid, table: bench, geom_field: geom}}
"""


def _compare_pygeoapi(shapes: Any, rows: list[dict[str, Any]], count: int) -> None:
    python = os.environ.get("RIVULUS_PYGEOAPI", "")
    if not python or subprocess.run([python, "-c", "import pygeoapi"], check=False, capture_output=True).returncode:
        print("pygeoapi is not installed (RIVULUS_PYGEOAPI names the Python that has it): nothing to compare with.")
        return
    import pyogrio

    with tempfile.TemporaryDirectory() as folder:
        data, config, described = (
            Path(folder) / "bench.gpkg",
            Path(folder) / "config.yml",
            Path(folder) / "openapi.json",
        )
        names = ("kind", "storeys", "name")
        fields = [np.array([row.get(name) for row in rows], dtype=object) for name in names]
        fields[1] = fields[1].astype(np.int64)
        binary = shapely.to_wkb(shapes)
        pyogrio.raw.write(data, binary, fields, list(names), layer="bench", geometry_type="Point", crs="EPSG:4326")
        port = free_port()
        config.write_text(PYGEOAPI.format(port=port, data=data))
        env = os.environ | {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(described)}
        command = str(Path(python).with_name("pygeoapi"))
        made = subprocess.run([command, "openapi", "generate", str(config)], env=env, check=False, capture_output=True)
        if made.returncode:
            print("pygeoapi cannot open a GeoPackage here (it needs SpatiaLite): nothing to compare with.")
            return
        described.write_bytes(made.stdout)
        with subprocess.Popen(
            [command, "serve"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                address = f"http://127.0.0.1:{port}/collections/bench/items"
                _wait(f"{address}?f=json&limit=1")
                print("pygeoapi (Flask, SQLite and GeoPackage), over HTTP, 100 features a page:")
                asked = [one | {"f": "json", "kind": "school"} for one in questions(count)]
                _time("  box and attribute", address, asked)
                _time("  box alone", address, [one | {"f": "json"} for one in questions(count)])
            finally:
                process.terminate()
