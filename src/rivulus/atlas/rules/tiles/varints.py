"""Protobuf's whole numbers of variable length, many at once. Pure."""

import numpy as np
from numpy.typing import NDArray

type Whole = NDArray[np.int64]
type Unsigned = NDArray[np.uint64]
type Bytes = NDArray[np.uint8]

LONGEST = 10


def zigzag(values: Whole) -> Unsigned:
    """Return signed numbers so that those near zero stay small: 0, −1, 1, −2 become 0, 1, 2, 3."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def lengths_of(values: Unsigned) -> Whole:
    """Return how many bytes each value takes."""
    lengths = np.ones(len(values), np.int64)
    most = int(values.max()) if len(values) else 0
    for step in range(1, LONGEST):
        if most >> (7 * step) == 0:
            break
        lengths += values >= np.uint64(1 << (7 * step))
    return lengths


def pack(values: Unsigned, lengths: Whole) -> Bytes:
    """Return the bytes of the values one after the other; ``lengths`` is what :func:`lengths_of` said."""
    ends = np.cumsum(lengths)
    if not len(values):
        return np.empty(0, np.uint8)
    packed = np.empty(int(ends[-1]), np.uint8)
    starts = ends - lengths
    packed[starts] = (values & np.uint64(0x7F)).astype(np.uint8) | _more(lengths, 1)
    for step in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > step)
        part = (values[longer] >> np.uint64(7 * step)) & np.uint64(0x7F)
        packed[starts[longer] + step] = part.astype(np.uint8) | _more(lengths[longer], step + 1)
    return packed


def _more(lengths: Whole, step: int) -> Bytes:
    return np.where(lengths > step, 0x80, 0).astype(np.uint8)


def varint(value: int) -> bytes:
    """Return the bytes of one number, not negative."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that holds bytes, a text or another message."""
    length = len(content)
    if length < 0x80 and number < 16:
        return bytes((number << 3 | 2, length)) + content
    return varint(number << 3 | 2) + varint(length) + content


def number_field(number: int, value: int) -> bytes:
    """Return a field of protobuf that holds a number, not negative."""
    return varint(number << 3) + varint(value)
