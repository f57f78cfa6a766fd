"""What an answer says, whatever it is packed in: text of PDF and tables, members of archives, features of tiles."""

import gzip
import io
import math
import re
import zipfile
from collections.abc import Iterator
from typing import Any

TILE = re.compile(r"/(\d+)/(\d+)/(\d+)(?:\.mvt)?(?:\?|$)")
MVT, PDF = "application/vnd.mapbox-vector-tile", "application/pdf"
PICTURES = ("image/", "font/")


def texts_of(kind: str, content: bytes, address: str) -> Iterator[str]:
    """Yield every text of an answer: as it was sent, and as it is when it is unpacked."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if kind.startswith(PICTURES):
        return
    yield content.decode("utf-8", "replace")
    if kind.startswith(MVT) and content:
        yield from _of_tile(content, address)
    elif kind.startswith(PDF):
        yield from _of_pdf(content)
    elif content[:4] == b"PK\x03\x04":
        yield from _of_archive(content)
    elif content[:4] == b"PAR1":
        yield from _of_parquet(content)


def _of_archive(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            yield member.filename
            yield archive.read(member).decode("utf-8", "replace")


def _of_parquet(content: bytes) -> Iterator[str]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(content))
    yield str(file.schema_arrow.metadata)
    yield str(file.read().to_pylist())


def _of_pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    yield str(reader.metadata)
    for page in reader.pages:
        yield page.extract_text()


def _of_tile(content: bytes, address: str) -> Iterator[str]:
    """Yield the properties of the features, and every corner of them in longitude and latitude."""
    import mapbox_vector_tile

    place = TILE.search(address)
    numbers = [int(number) for number in place.groups()] if place else [0, 0, 0]
    z, x, y = (numbers[0], numbers[2], numbers[1]) if "/ogc/" in address else numbers
    for layer in mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}).values():
        for feature in layer["features"]:
            yield str(feature["properties"])
            for across, down in _corners(feature["geometry"]["coordinates"]):
                yield "{:.5f} {:.5f}".format(*_on_earth(z, x + across / layer["extent"], y + down / layer["extent"]))


def _corners(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for inner in coordinates:
        yield from _corners(inner)


def _on_earth(z: int, x: float, y: float) -> tuple[float, float]:
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))
    return x / 2**z * 360 - 180, latitude


def tile_at(longitude: float, latitude: float, z: int) -> tuple[int, int]:
    """Return column and row of the tile that holds a place."""
    across = (longitude + 180) / 360 * 2**z
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**z
    return int(across), int(down)
