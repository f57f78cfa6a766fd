"""Rasters that people bring: looked at, kept, and read in metres of Stereo 70."""

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from django.conf import settings
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from rivulus.atlas.actions.recipes import NewRaster
from rivulus.atlas.rules.recipes.raster import Raster
from rivulus.atlas.terms import STEREO70, WGS84
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

FOLDER = "rasters"
LARGEST_BYTES = 256 * 1024 * 1024
# A small file can unfold to a large raster: the header is read first, and no more than this is ever decoded.
MOST_CELLS = 40_000_000
NOT_A_RASTER = N_("This is no GeoTIFF that can be read.")


def keep(
    chunks: Iterable[bytes],
    *,
    code: str,
    titles: tuple[str, str, str],
    unit: str,
    taken_on: dt.date | None,
    source: str,
) -> NewRaster:
    """Write a file that somebody sends and look at it; raises Refused, and leaves nothing behind where it does."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
    draft = Path(name)
    try:
        size, checksum = _write(descriptor, chunks)
        width, height, crs, box = _look(draft)
        final = folder / f"{checksum[:32]}.tif"
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
    return NewRaster(
        code=code, titles=titles, unit=unit, taken_on=taken_on, source=source, file=f"{FOLDER}/{final.name}",
        size=size, checksum=checksum, width=width, height=height, crs=crs, box=box,
    )  # fmt: skip


def _write(descriptor: int, chunks: Iterable[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_BYTES:
                raise Refused(N_("The file is larger than 256 MB."))
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return size, digest.hexdigest()


def _look(file: Path) -> tuple[int, int, int, tuple[float, float, float, float]]:
    with file.open("rb") as stream:
        if stream.read(4) not in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
            raise Refused(NOT_A_RASTER)
    try:
        with rasterio.open(file, driver="GTiff") as source:
            if source.crs is None or source.crs.to_epsg() is None:
                raise Refused(N_("The raster does not say in which coordinate system it is."))
            if source.width * source.height > MOST_CELLS:
                raise Refused(N_("The raster has more than 40 million cells."))
            box = transform_bounds(source.crs, WGS84, *source.bounds)
            source.read(1, window=((0, min(1, source.height)), (0, min(1, source.width))))
            return source.width, source.height, int(source.crs.to_epsg()), box
    except (RasterioError, ValueError) as error:
        raise Refused(NOT_A_RASTER) from error


def read(file: Path) -> Raster:
    """Return the first band of a raster in metres of Stereo 70, NaN where it says nothing; raises Refused."""
    try:
        with (
            rasterio.open(file, driver="GTiff") as source,
            WarpedVRT(source, crs=f"EPSG:{STEREO70}", resampling=Resampling.nearest, nodata=source.nodata) as warped,
        ):
            if warped.width * warped.height > MOST_CELLS:
                raise Refused(N_("The raster has more than 40 million cells."))
            cells = warped.read(1, masked=True).astype("float64")
            return Raster(np.ma.filled(cells, np.nan), warped.transform)
    except RasterioError as error:
        raise Refused(NOT_A_RASTER) from error
