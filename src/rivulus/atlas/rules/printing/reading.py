"""Vector tiles read back: features with their paths on the unit square. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import unpack_from
from typing import Any

import numpy as np

from rivulus.atlas.rules.tiles.grid import Floats, Tile, world
from rivulus.atlas.rules.tiles.paths import LINE, POINT, POLYGON, Geometries, read

NAMES = {POINT: "Point", LINE: "LineString", POLYGON: "Polygon"}
MOVE, LINE_TO, CLOSE = 1, 2, 7


@dataclass(frozen=True, slots=True)
class Drawable:
    """A feature as it is drawn: paths on the unit square (rings are not closed), and its attributes."""

    kind: int
    paths: tuple[Floats, ...]
    properties: dict[str, Any]


def read_tile(content: bytes, tile: Tile) -> dict[str, list[Drawable]]:
    """Return the features of a tile by layer; raises ValueError where it is broken."""
    try:
        layers = (_layer(bytes(value), tile) for number, value in _fields(content) if number == 3)
        return dict(layers)
    except (IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("The tile is broken.") from error


def read_geometries(geometries: Geometries, properties: Sequence[dict[str, Any]]) -> list[Drawable]:
    """Return geometries in longitude and latitude as they are drawn, areas first; several parts are several things."""
    found: list[Drawable] = []
    for paths in read(geometries):
        xy = world(paths.xy)
        for piece, owner in enumerate(paths.owners.tolist()):
            between = range(int(paths.pieces[piece]), int(paths.pieces[piece + 1]))
            lines = tuple(xy[paths.starts[at] : paths.starts[at + 1]] for at in between)
            found.append(Drawable(paths.kind, lines, properties[owner]))
    return found


def _layer(content: bytes, tile: Tile) -> tuple[str, list[Drawable]]:
    name, extent = "", 4096
    keys: list[str] = []
    values: list[Any] = []
    raw: list[bytes] = []
    for number, value in _fields(content):
        if number == 1:
            name = bytes(value).decode()
        elif number == 2:
            raw.append(bytes(value))
        elif number == 3:
            keys.append(bytes(value).decode())
        elif number == 4:
            values.append(_value(bytes(value)))
        elif number == 5:
            extent = int(value)
    return name, [_feature(one, tile, extent, keys, values) for one in raw]


def _feature(content: bytes, tile: Tile, extent: int, keys: list[str], values: list[Any]) -> Drawable:
    kind, tags, commands = 0, [], []
    for number, value in _fields(content):
        if number == 2:
            tags = _numbers(bytes(value))
        elif number == 3:
            kind = int(value)
        elif number == 4:
            commands = _numbers(bytes(value))
    side = 2.0**-tile.z
    corner = np.array([tile.x, tile.y], float) * side
    paths = tuple(corner + np.array(path, float) * (side / extent) for path in _paths(commands))
    properties = {keys[tags[at]]: values[tags[at + 1]] for at in range(0, len(tags) - 1, 2)}
    return Drawable(kind, paths, properties)


def _paths(commands: list[int]) -> Iterator[list[tuple[int, int]]]:
    x = y = at = 0
    path: list[tuple[int, int]] = []
    while at < len(commands):
        what, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if what == CLOSE:
            continue
        for _ in range(count):
            if what == MOVE and path:
                yield path
                path = []
            x += _signed(commands[at])
            y += _signed(commands[at + 1])
            at += 2
            path.append((x, y))
    if path:
        yield path


def _signed(number: int) -> int:
    return number >> 1 ^ -(number & 1)


def _value(content: bytes) -> Any:
    for number, value in _fields(content):
        match number:
            case 1:
                return bytes(value).decode()
            case 2:
                return unpack_from("<f", value)[0]
            case 3:
                return unpack_from("<d", value)[0]
            case 6:
                return _signed(int(value))
            case 7:
                return bool(value)
            case _:
                return int(value)
    return None


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    at, end = 0, len(content)
    while at < end:
        tag, at = _number(content, at)
        kind = tag & 7
        if kind == 0:
            value, at = _number(content, at)
            yield tag >> 3, value
            continue
        if kind == 2:
            length, at = _number(content, at)
        else:
            length = {1: 8, 5: 4}[kind]
        if at + length > end:
            raise IndexError
        yield tag >> 3, content[at : at + length]
        at += length


def _numbers(content: bytes) -> list[int]:
    found, at = [], 0
    while at < len(content):
        number, at = _number(content, at)
        found.append(number)
    return found


def _number(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
