"""Files for the tests of imports: as people send them, broken, and hostile."""

import io
import json
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import Transformer

TO_STEREO = Transformer.from_crs(4326, 3844, always_xy=True)
PLACES = [(23.58, 47.66), (23.60, 47.65)]


def geojson(*features: tuple[Any, dict[str, Any]], crs: str = "") -> bytes:
    """A collection of features."""
    made: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": properties}
            for shape, properties in features
        ],
    }
    if crs:
        made["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(made).encode()


def written(driver: str, ending: str, shapes: list[Any], columns: dict[str, list[Any]], **options: Any) -> Path:
    """A file as GDAL writes it, in a folder of its own."""
    path = Path(tempfile.mkdtemp()) / f"data{ending}"
    wkb = np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object)
    data = [np.array(values, dtype=object if isinstance(values[0], str) else None) for values in columns.values()]
    pyogrio.raw.write(path, wkb, data, list(columns), geometry_type=shapes[0].geom_type, driver=driver, **options)
    return path


def in_stereo(shape: Any) -> Any:
    """The same place in metres of Stereo 70."""
    return shapely.transform(shape, lambda c: np.column_stack(TO_STEREO.transform(c[:, 0], c[:, 1])))


def shapefile(*, encoding: str = "cp1250", without: tuple[str, ...] = (), crs: str = "EPSG:3844") -> bytes:
    """Two benches in Stereo 70, packed."""
    shapes = [in_stereo(shapely.Point(place)) for place in PLACES]
    columns = {"NUME": ["Băncuţă", "Şcoala"], "SEATS": [3, 4]}
    path = written("ESRI Shapefile", ".shp", shapes, columns, crs=crs, encoding=encoding)
    return packed({file.name: file.read_bytes() for file in path.parent.iterdir() if file.suffix not in without})


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bomb() -> bytes:
    """A megabyte that says it is 600 of them."""
    return packed({"data.geojson": b" " * 600_000_000})


def lying_bomb() -> bytes:
    """An archive whose directory says less than what is inside."""
    honest = packed({"data.geojson": b" " * 5_000_000})
    size = struct.pack("<I", 5_000_000)
    return honest.replace(size, struct.pack("<I", 100))
