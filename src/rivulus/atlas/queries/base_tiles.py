"""The tiles of the imported base map, read out of its PMTiles archive."""

import mmap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pmtiles.tile import deserialize_directory, deserialize_header, zxy_to_tileid


@dataclass(frozen=True)
class Archive:
    """An open archive: its bytes, mapped, and where each tile lies."""

    mapped: mmap.mmap
    places: dict[int, tuple[int, int]]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile, compressed with gzip as it lies in the archive; None where there is nothing."""
        place = self.places.get(zxy_to_tileid(z, x, y))
        return self.mapped[place[0] : place[0] + place[1]] if place else None


@lru_cache(maxsize=2)
def open_archive(path: Path, stamp: int) -> Archive:
    """Open an archive and read its directory whole: a city has some thousand tiles. ``stamp`` is its time of change."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header = deserialize_header(mapped[:127])
    places: dict[int, tuple[int, int]] = {}
    waiting = [(header["root_offset"], header["root_length"])]
    while waiting:
        offset, length = waiting.pop()
        for entry in deserialize_directory(mapped[offset : offset + length]):
            if entry.run_length == 0:
                waiting.append((header["leaf_directory_offset"] + entry.offset, entry.length))
            place = (header["tile_data_offset"] + entry.offset, entry.length)
            places.update((entry.tile_id + step, place) for step in range(entry.run_length))
    return Archive(mapped, places)
