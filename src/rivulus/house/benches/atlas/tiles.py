"""How long a tile of ten thousand areas takes, and one of ten thousand points; the same with others' encoders beside it.

    ./rivulus bench atlas tiles --features 10000

All are given the same well-known binary and attributes, in longitude and latitude, and make one tile of zoom 14 with a
buffer: mapbox-vector-tile (Python) and GDAL's MVT driver (C++), which makes its tile as a file.
"""

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from rivulus.atlas.rules.tiles.cutting import FULL, detail_at
from rivulus.atlas.rules.tiles.encoding import TileLayer, encode_tile
from rivulus.atlas.rules.tiles.grid import Tile, world
from rivulus.house.benches.atlas.footprints import buildings, places

TILE = Tile(14, 9265, 5717)
LIMITS_MS = {"areas": 100.0, "points": 70.0, "kept": 2.0}


def run(arguments: list[str]) -> int:
    """Encode, compare, and ask for a tile that was kept; return 1 where a limit is not held."""
    parser = argparse.ArgumentParser(prog="./rivulus bench atlas tiles")
    parser.add_argument("--features", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args(arguments)
    held = True
    for name, make in (("areas", buildings), ("points", places)):
        shapes, rows = make(chosen.features, TILE)
        binary = shapely.to_wkb(shapes)
        print(
            f"\n{chosen.features:,} {name}, {sum(map(len, binary)) / 1e6:.1f} MB of geometry, 2 to 3 attributes each:"
        )
        took = _time("Rivulus, everything", partial(ours, binary, rows, FULL), chosen.rounds)
        _time("Rivulus, as at zoom 14", partial(ours, binary, rows, detail_at(14)), chosen.rounds)
        held &= took <= LIMITS_MS[name]
        if not chosen.no_peers:
            _time("mapbox-vector-tile", partial(theirs, binary, rows), 2)
            _compare_gdal(binary, rows)
    return 0 if _measure_service(chosen) and held else 1


def ours(binary: Any, rows: list[dict[str, Any]], detail: Any) -> bytes:
    """Our tile."""
    shapes = np.asarray(shapely.from_wkb(binary))
    return encode_tile(TILE, [TileLayer("x", shapes, rows, np.arange(len(rows)))], detail)


def theirs(binary: Any, rows: list[dict[str, Any]]) -> bytes:
    """The tile of mapbox-vector-tile, given geometries in units of the tile, clipped as it does not clip itself."""
    import mapbox_vector_tile  # type: ignore[import-untyped]

    shapes = shapely.transform(shapely.from_wkb(binary), lambda xy: (world(xy) * 2**14 - (TILE.x, TILE.y)) * 4096)
    shapes = shapely.clip_by_rect(shapes, -64, -64, 4160, 4160)
    features = [
        {"geometry": shape, "properties": row, "id": number}
        for number, (shape, row) in enumerate(zip(shapes, rows, strict=True))
        if not shape.is_empty
    ]
    content: bytes = mapbox_vector_tile.encode(
        {"name": "x", "features": features}, default_options={"y_coord_down": True, "extents": 4096}
    )
    return content


def _compare_gdal(binary: Any, rows: list[dict[str, Any]]) -> None:
    try:
        import pyogrio

        if "w" not in pyogrio.list_drivers().get("MVT", ""):
            raise ImportError
    except ImportError:
        print("  GDAL's MVT driver is not in the GDAL that is installed.")
        return
    names = ("kind", "storeys", "name")
    fields = [np.array([row.get(name) for row in rows], dtype=object) for name in names]
    fields[1] = fields[1].astype(np.int64)
    kind = shapely.from_wkb(binary[0]).geom_type

    def write() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            pyogrio.raw.write(
                f"{folder}/tiles", binary, fields, list(names), driver="MVT", layer="x", geometry_type=kind, crs="EPSG:4326",
                dataset_options={"MINZOOM": 14, "MAXZOOM": 14, "COMPRESS": "NO", "MAX_SIZE": 10_000_000, "MAX_FEATURES": 200_000},
            )  # fmt: skip
            return max((path.read_bytes() for path in Path(folder).rglob("*.pbf")), key=len)

    _time("GDAL's MVT driver (with the tiles beside)", write, 2)


def _time(name: str, make: Callable[[], bytes], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        content = make()
        took.append((time.perf_counter() - begun) * 1000)
    median = statistics.median(took)
    print(
        f"  {name}: median {median:,.0f} ms, best {min(took):,.0f} ms, {len(content) / 1e3:,.0f} kB"
        f" ({len(gzip.compress(content, 4)) / 1e3:,.0f} packed)"
    )
    return median


def _measure_service(chosen: argparse.Namespace) -> bool:
    """Ask the platform itself: from the rows of a layer to the answer, the first time and later."""
    from django.conf import settings
    from django.test import Client

    from rivulus.house.benches.atlas.rows import fill

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    print("\nFrom the database to the answer, packed:")
    held = True
    for name, make in (("areas", buildings), ("points", places)):
        fill(f"bench-{name}", *make(chosen.features, TILE))
        _ask(client, f"/tiles/bench-{name}/{TILE.z}/0/0.mvt")  # an empty one: what is loaded once is loaded
        path = f"/tiles/bench-{name}/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
        first, later = _ask(client, path), [_ask(client, path) for _ in range(50)]
        print(f"  {name}: cold {first:,.0f} ms, kept {statistics.median(later):.2f} ms (median of 50)")
        held &= statistics.median(later) <= LIMITS_MS["kept"]
    return held


def _ask(client: Any, path: str) -> float:
    begun = time.perf_counter()
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    took = (time.perf_counter() - begun) * 1000
    if response.status_code not in (200, 204):
        raise RuntimeError(f"{path}: {response.status_code}")
    return took
