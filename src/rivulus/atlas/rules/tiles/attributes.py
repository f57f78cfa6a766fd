"""Attributes of the features of a tile: each key and each value is written once, features point at them. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import chain
from struct import Struct

import numpy as np

from rivulus.atlas.rules.tiles.varints import Whole, field, number_field

# What stands before a short text, by its length in bytes; and before a number with a fraction.
SHORT = tuple(bytes((0x22, length + 2, 0x0A, length)) for length in range(126))
DOUBLE = b"\x22\x09\x19"
pack_double = Struct("<d").pack

NOTHING = -1
TEXTS = frozenset({str, type(None)})
HASHED = TEXTS | {int, float, bool}
MOST_SIGNED, MOST_UNSIGNED = 2**63 - 1, 2**64 - 1


class Dictionary:
    """Keys and values of one layer of a tile, in the order in which they came."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        # True, 1 and 1.0 are equal to Python but not to a reader of tiles: each type has numbers of its own.
        self._values: dict[type, dict[object, int]] = {kind: {} for kind in (str, int, float, bool)}
        self._written: list[bytes] = []

    def tags(self, rows: Sequence[Mapping[str, object]]) -> tuple[Whole, Whole]:
        """Return the numbers of keys and values of all rows in a line, and how many belong to each row."""
        names = list(dict.fromkeys(chain.from_iterable(rows)))
        places = np.full((len(rows), len(names)), NOTHING, np.int64)
        for column, name in enumerate(names):
            places[:, column] = self._places([row.get(name) for row in rows])
        is_there = places != NOTHING
        keys = [self._key(name) if used else NOTHING for name, used in zip(names, is_there.any(axis=0), strict=True)]
        pairs = np.stack((np.broadcast_to(np.array(keys, np.int64), places.shape), places), axis=2)
        return pairs[is_there].reshape(-1), 2 * is_there.sum(axis=1)

    def _places(self, values: Sequence[object]) -> list[int]:
        """Return the numbers of the values of one name; each distinct one is looked at once."""
        kinds = set(map(type, values))
        if kinds <= TEXTS:
            return self._places_of_texts(values)
        if kinds <= HASHED:
            typed = list(zip(map(type, values), values, strict=True))
            placed = {pair: self._place(pair[1]) for pair in dict.fromkeys(typed)}
            return [placed[pair] for pair in typed]
        return [self._place(value) for value in values]

    def _places_of_texts(self, texts: Sequence[object]) -> list[int]:
        """Do the same for texts, which most values are, and of which many are distinct."""
        known, written = self._values[str], self._written
        for text in dict.fromkeys(texts):
            if text is not None and text not in known:
                known[text] = len(written)
                written.append(write_value(text))
        return [known.get(text, NOTHING) for text in texts]

    def _place(self, value: object) -> int:
        """Return the number of a value; NOTHING where there is none."""
        shown = plain(value)
        if shown is None:
            return NOTHING
        known = self._values[type(shown)]
        place = known.get(shown)
        if place is None:
            place = known[shown] = len(self._written)
            self._written.append(write_value(shown))
        return place

    def _key(self, name: str) -> int:
        return self._keys.setdefault(name, len(self._keys))

    def written(self) -> bytes:
        """Return the fields ``keys`` and ``values`` of a layer."""
        return b"".join(field(3, key.encode()) for key in self._keys) + b"".join(self._written)


def plain(value: object) -> str | int | float | bool | None:
    """Return a value as a tile can hold it: dates as ISO 8601, lists and objects as JSON; None where there is none."""
    match value:
        case bool() | str():
            return value
        case int():
            return value if -MOST_SIGNED - 1 <= value <= MOST_UNSIGNED else str(value)
        case float():
            return value if math.isfinite(value) else None
        case list() | dict() | tuple():
            return json.dumps(value, ensure_ascii=False, default=str)
        case None:
            return None
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def write_value(value: object) -> bytes:
    """Return the field ``values`` of a layer with one value."""
    match value:
        case str():
            text = value.encode()
            length = len(text)
            return SHORT[length] + text if length < len(SHORT) else field(4, field(1, text))
        case bool():
            return field(4, number_field(7, int(value)))
        case int() if value >= 0:
            return field(4, number_field(5, value))
        case int():
            return field(4, number_field(6, -2 * value - 1))
        case _:
            return DOUBLE + pack_double(value)
