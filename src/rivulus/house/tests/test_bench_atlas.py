"""What the tiles are measured with is a town whose tile shows all of it, valid."""

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape

from rivulus.house.benches.atlas import tiles
from rivulus.house.benches.atlas.footprints import buildings


def test_a_whole_town_is_valid_and_all_there() -> None:
    shapes, rows = buildings(2_000, tiles.TILE)
    content = tiles.ours(shapely.to_wkb(shapes), rows, tiles.FULL)
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["x"]["features"]
    assert all(shape(feature["geometry"]).is_valid for feature in found)
    within = shapely.intersects(shapes, shapely.box(*tiles.TILE.bounds()))
    assert len(found) >= within.sum()
    drawn = {feature["id"] for feature in found}
    assert set(np.flatnonzero(within).tolist()) <= drawn


def test_the_others_draw_the_same_features() -> None:
    shapes, rows = buildings(200, tiles.TILE)
    binary = shapely.to_wkb(shapes)
    ours, theirs = (
        {feature["id"]: feature["properties"] for feature in mapbox_vector_tile.decode(content)["x"]["features"]}
        for content in (tiles.ours(binary, rows, tiles.FULL), tiles.theirs(binary, rows))
    )
    assert ours == theirs
