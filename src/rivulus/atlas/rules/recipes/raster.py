"""Recipes over a raster: statistics by area, and hot (or cold) spots. Pure: arrays in, numbers and shapes out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize, shapes
from rasterio.transform import Affine
from shapely.geometry import shape

from rivulus.atlas.rules.recipes.shapes import OutFeature, Result, Row, Shapes

type Cells = npt.NDArray[np.float64]

MOST_SPOTS = 2000


@dataclass(frozen=True, slots=True)
class Raster:
    """Cells in metres of Stereo 70; NaN where nothing is known. ``transform`` is rasterio's: cell to ground."""

    cells: Cells
    transform: Affine

    @property
    def cell_m2(self) -> float:
        """Return the area of a cell."""
        return float(abs(self.transform.a * self.transform.e))


def zonal(areas: Shapes, raster: Raster) -> Result:
    """For each area the mean, smallest and largest value of the cells whose middle lies in it, and how many they are."""
    rows: list[Row] = []
    features: list[OutFeature] = []
    for index in range(len(areas)):
        values = _within(areas.ground[index], raster)
        numbers: dict[str, float | int | str | None] = {
            "cells": len(values),
            "mean": _round(values.mean()) if len(values) else None,
            "lowest": _round(values.min()) if len(values) else None,
            "highest": _round(values.max()) if len(values) else None,
        }
        rows.append(Row(areas.keys[index], areas.names[index], numbers))
        known = {name: value for name, value in numbers.items() if value is not None}
        features.append(OutFeature(areas.keys[index], areas.ground[index], {"name": areas.names[index], **known}))
    rows.sort(key=lambda row: (row.numbers["mean"] is None, -float(row.numbers["mean"] or 0), row.key))
    return Result(_summary(raster), tuple(rows), tuple(features))


def _within(area: shapely.Geometry, raster: Raster) -> Cells:
    """Only the window around the area is looked at: many small areas on a large raster cost what they cover."""
    west, south, east, north = area.bounds
    inverse = ~raster.transform
    (left, top), (right, bottom) = inverse @ (west, north), inverse @ (east, south)
    rows, columns = raster.cells.shape
    first_row, last_row = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)), rows)
    first_column, last_column = max(int(np.floor(left)), 0), min(int(np.ceil(right)), columns)
    if first_row >= last_row or first_column >= last_column:
        return np.zeros(0)
    window = raster.cells[first_row:last_row, first_column:last_column]
    moved = raster.transform @ Affine.translation(first_column, first_row)
    mask = rasterize([(area, 1)], out_shape=window.shape, transform=moved, dtype="uint8")
    found: Cells = window[(mask == 1) & ~np.isnan(window)]
    return found


def hot_spots(raster: Raster, *, deviations: float, smallest_m2: float) -> Result:
    """Areas whose cells lie that many standard deviations above the mean (below it, where negative), largest first."""
    known = raster.cells[~np.isnan(raster.cells)]
    if not len(known):
        return Result(_summary(raster))
    limit = float(known.mean() + deviations * known.std())
    with np.errstate(invalid="ignore"):
        is_spot = raster.cells >= limit if deviations >= 0 else raster.cells <= limit
    found = [
        shape(outline)
        for outline, value in shapes(is_spot.astype("uint8"), mask=is_spot, transform=raster.transform, connectivity=8)
        if value == 1
    ]
    large = sorted((spot for spot in found if spot.area >= smallest_m2), key=lambda spot: -spot.area)[:MOST_SPOTS]
    rows, features = [], []
    for number, spot in enumerate(large, 1):
        values = _within(spot, raster)
        numbers: dict[str, float | int | str | None] = {
            "area_m2": _round(spot.area),
            "mean": _round(values.mean()) if len(values) else None,
        }
        rows.append(Row(f"spot-{number}", f"{number}", numbers))
        features.append(OutFeature(f"spot-{number}", spot.buffer(0), {"name": f"{number}", **numbers}))
    summary = {
        **_summary(raster),
        "limit": _round(limit),
        "spots": len(large),
        "area_m2": _round(sum(s.area for s in large)),
    }
    return Result(summary, tuple(rows), tuple(features))


def _summary(raster: Raster) -> dict[str, float | int | None]:
    known = raster.cells[~np.isnan(raster.cells)]
    return {
        "cells": int(known.size),
        "cell_m2": _round(raster.cell_m2),
        "mean": _round(known.mean()) if known.size else None,
        "deviation": _round(known.std()) if known.size else None,
        "lowest": _round(known.min()) if known.size else None,
        "highest": _round(known.max()) if known.size else None,
    }


def _round(value: float) -> float:
    return round(float(value), 2)
