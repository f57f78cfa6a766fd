"""GeoPackage, Shapefile and DXF of a layer, written batch by batch and kept under the revision of the layer."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import batched, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import SeenFeature, count_features, stream_features
from rivulus.atlas.queries.visible import PUBLIC
from rivulus.atlas.rules.exporting import ENDINGS, Format, short_names
from rivulus.atlas.rules.measuring import project
from rivulus.atlas.rules.schemas import Attribute, read_schema
from rivulus.atlas.terms import WGS84, AttributeType, GeometryType
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import to_wkb
from rivulus.kernel.words import N_

FOLDER = "atlas/exports"
BATCH = 5_000
GEOMETRY = "geometry"
DRIVERS = {Format.GPKG: "GPKG", Format.SHAPEFILE: "ESRI Shapefile"}
MOST_DRAWN = 200_000
TOO_MANY = N_("A drawing (DXF) of more than 200,000 features opens nowhere; take GeoPackage.")
KEPT = dt.timedelta(days=2)


def place_of(layer: Layer, format_: Format, epsg: int, day: dt.date) -> Path:
    """Return where a download is kept, once it is made: a change of the layer makes another."""
    name = f"{layer.pk}-{layer.revision}-{day.isoformat()}-{epsg}.{format_}.{ENDINGS[format_]}"
    return Path(settings.MEDIA_ROOT) / FOLDER / name


def check(layer: Layer, format_: Format) -> None:
    """Refuse a format that cannot hold the layer."""
    if format_ is Format.DXF and count_features(layer) > MOST_DRAWN:
        raise Refused(TOO_MANY)
    if format_ is Format.SHAPEFILE and layer.geometry_type == GeometryType.ANY:
        raise Refused(N_("A Shapefile holds one kind of shape only; take GeoPackage for this layer."))


def write(layer: Layer, format_: Format, epsg: int, day: dt.date) -> Path:
    """Return the place of a download, made unless it is there; a half written one is seen by nobody."""
    to = place_of(layer, format_, epsg, day)
    if to.exists():
        return to
    check(layer, format_)
    to.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=to.parent, prefix="making-") as name:
        folder = Path(name)
        made = folder / f"{layer.code}.{format_}"
        _write(layer, format_, epsg, day, made)
        if format_ is Format.SHAPEFILE:
            made = _packed(folder, layer.code)
        made.replace(to)
    return to


def _packed(folder: Path, name: str) -> Path:
    archive = folder / "packed.zip"
    parts = sorted(folder.glob(f"{name}.*"))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for part in parts:
            target.write(part, part.name)
    return archive


def _write(layer: Layer, format_: Format, epsg: int, day: dt.date, to: Path) -> None:
    import pyarrow as pa
    import pyogrio

    if format_ is Format.DXF:
        _write_drawing(layer, epsg, day, to)
        return
    attributes = read_schema(layer.schema).open.attributes
    schema = _schema(attributes, format_)
    features = stream_features(layer, PUBLIC, on=day)
    as_multi = layer.geometry_type in (GeometryType.LINE, GeometryType.POLYGON) or _has_multipoints(layer)
    batches = (_batch(some, attributes, schema, epsg, as_multi) for some in batched(features, BATCH))
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    options: dict[str, Any] = {"encoding": "UTF-8"} if format_ is Format.SHAPEFILE else {}
    pyogrio.write_arrow(
        reader,
        to,
        layer=layer.code if format_ is Format.GPKG else None,
        driver=DRIVERS[format_],
        geometry_name=GEOMETRY,
        geometry_type=_geometry_type(layer, as_multi),
        crs=f"EPSG:{epsg}",
        **options,
    )


def _write_drawing(layer: Layer, epsg: int, day: dt.date, to: Path) -> None:
    """DXF knows shapes on a layer, and no attributes; GDAL writes it in one go."""
    import pyogrio

    features = stream_features(layer, PUBLIC, on=day)
    wkb = [to_wkb(project(feature.geometry, WGS84, epsg)) for feature in islice(features, MOST_DRAWN + 1)]
    if len(wkb) > MOST_DRAWN:
        raise Refused(TOO_MANY)
    pyogrio.raw.write(
        to,
        np.array(wkb, dtype=object),
        [np.array([layer.code] * len(wkb), dtype=object)],
        ["Layer"],
        geometry_type="Unknown",
        driver="DXF",
        crs=f"EPSG:{epsg}",
    )


def _has_multipoints(layer: Layer) -> bool:
    """WKB's type stands in its second byte; 4 is a MultiPoint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM atlas_feature WHERE layer_id = %s AND get_byte(geometry, 1) = 4)", [layer.pk]
        )
        return bool(cursor.fetchone()[0])


def _geometry_type(layer: Layer, as_multi: bool) -> str:
    words = {GeometryType.POINT: "Point", GeometryType.LINE: "LineString", GeometryType.POLYGON: "Polygon"}
    word = words.get(GeometryType(layer.geometry_type), "Unknown")
    return f"Multi{word}" if as_multi and word != "Unknown" else word


def _schema(attributes: tuple[Attribute, ...], format_: Format) -> Any:
    import pyarrow as pa

    types = {
        AttributeType.STRING: pa.string(),
        AttributeType.INTEGER: pa.int64(),
        AttributeType.NUMBER: pa.float64(),
        AttributeType.BOOLEAN: pa.bool_(),
        AttributeType.DATE: pa.date32(),
    }
    names = ["key", *(attribute.name for attribute in attributes), "valid_from", "valid_until"]
    if format_ is Format.SHAPEFILE:
        names = short_names(names)
    kinds = [pa.string(), *(types[attribute.type] for attribute in attributes), pa.date32(), pa.date32()]
    return pa.schema([*zip(names, kinds, strict=True), (GEOMETRY, pa.binary())])


def _batch(
    features: tuple[SeenFeature, ...],
    attributes: tuple[Attribute, ...],
    schema: Any,
    epsg: int,
    as_multi: bool,
) -> Any:
    import pyarrow as pa

    shapes = shapely.from_wkb([feature.wkb for feature in features])
    if epsg != WGS84:
        shapes = np.array([project(shape, WGS84, epsg) for shape in shapes], dtype=object)
    if as_multi:
        shapes = np.array([_multi(shape) for shape in shapes], dtype=object)
    wkb = pa.array(list(shapely.to_wkb(shapes)), pa.binary())
    columns: list[list[Any]] = [[feature.key for feature in features]]
    columns += [[_value(attribute, feature) for feature in features] for attribute in attributes]
    columns += [[feature.valid.since for feature in features], [feature.valid.until for feature in features]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types[:-1], strict=True)]
    return pa.RecordBatch.from_arrays([*arrays, wkb], schema=schema)


def _value(attribute: Attribute, feature: SeenFeature) -> Any:
    value = feature.properties.get(attribute.name)
    return dt.date.fromisoformat(value) if attribute.type is AttributeType.DATE and value else value


MULTI = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "LinearRing": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


def _multi(shape: Any) -> Any:
    make = MULTI.get(shape.geom_type)
    return make([shape]) if make else shape


def sweep(now: dt.datetime) -> int:
    """Remove downloads that are older than two days, and return how many."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = [file for file in _files(folder) if file.stat().st_mtime < (now - KEPT).timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.glob("*") if file.is_file()) if folder.exists() else iter(())
