"""Downloads of a layer: formats, systems, names of columns. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rivulus.atlas.terms import STEREO70, WGS84
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SYSTEMS = (WGS84, STEREO70)
LONGEST_DBF_NAME = 10


class Format(StrEnum):
    """What a layer may be downloaded as."""

    GPKG = "gpkg"
    SHAPEFILE = "shp"
    GEOJSON = "geojson"
    CSV = "csv"
    DXF = "dxf"


FORMAT_NAMES: Mapping[Format, str] = {
    Format.GPKG: "GeoPackage",
    Format.SHAPEFILE: "Shapefile (ZIP)",
    Format.GEOJSON: "GeoJSON",
    Format.CSV: "CSV",
    Format.DXF: "DXF",
}
TYPES: Mapping[Format, str] = {
    Format.GPKG: "application/geopackage+sqlite3",
    Format.SHAPEFILE: "application/zip",
    Format.GEOJSON: "application/geo+json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.DXF: "image/vnd.dxf",
}
ENDINGS: Mapping[Format, str] = {format_: "zip" if format_ is Format.SHAPEFILE else str(format_) for format_ in Format}
STREAMED = frozenset({Format.GEOJSON, Format.CSV})


def read_format(word: str) -> Format:
    """Return a format; raises Refused where it is none."""
    try:
        return Format(word)
    except ValueError:
        raise Refused(N_("The format is one of gpkg, shp, geojson, csv, dxf.")) from None


def read_system(word: str, format_: Format) -> int:
    """Return the system of a download by its EPSG number; GeoJSON knows one only (RFC 7946). Raises Refused."""
    if not word or (format_ is Format.GEOJSON and word == str(WGS84)):
        return WGS84
    if word not in {str(system) for system in SYSTEMS} or format_ is Format.GEOJSON:
        raise Refused(N_("The coordinate system is 4326 or 3844; GeoJSON is in 4326 only."))
    return int(word)


def short_names(names: Sequence[str]) -> list[str]:
    """Return names of columns that a Shapefile can have: at most ten signs, once each."""
    made: list[str] = []
    for name in names:
        short, at = name[:LONGEST_DBF_NAME], 1
        while short in made:
            tail = f"_{at}"
            short, at = name[: LONGEST_DBF_NAME - len(tail)] + tail, at + 1
        made.append(short)
    return made
