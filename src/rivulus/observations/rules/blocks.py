"""A stretch of one series in few bytes, without loss: the form in which closed weeks are kept. Pure.

A block is a header of variable-length integers, then one stream of deflate (zlib, with its checksum). Times, values
and flags each become integers, and what is left of integers after a straight line is taken away (order 0), after one
difference (order 1) or after two (order 2, delta of delta): whichever has the least entropy. The bytes of equal weight
stand together (byte shuffle), because those of high weight hardly ever change.

Values are decimals of devices nearly always: the fewest digits that give every value back bit by bit make them
integers; single ones that do not fit (such as −0.0) are kept beside. Series of anything else are kept as the XOR of
neighbours. Reading a block takes NumPy and zlib only.
"""

import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.readings import MS, Readings

VERSION = 1
MOST_READINGS = 32_768  # in one block, so that an hour of a fast series does not cost a week
LEVEL = 6
MOST_DIGITS = 9
MOST_EXCEPTIONS = 0.03  # of the values; beyond it the XOR of neighbours is smaller
EXACT = 2.0**52  # integers up to here are exact in a double, and so are their neighbours
DECIMAL, DECIMAL_OF_FLOAT32, XOR = 0, 1, 2

type Ints = NDArray[np.int64]
type Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Line:
    """How integers were packed: difference taken `order` times of what is left beside base + step × i."""

    order: int
    width: int  # bytes of each
    base: int
    step: int


def encode(readings: Readings) -> bytes:
    """Return the block of readings of one series, in order of time, each time once.

    Raises ValueError when there are none, or times are out of order or finer than milliseconds.
    """
    if not len(readings) or bool((np.diff(readings.time) <= 0).any()) or bool((readings.time % MS).any()):
        raise ValueError("A block holds readings in order of time, in whole milliseconds.")
    header = [VERSION, len(readings)]
    bodies: list[bytes] = []
    add(header, bodies, readings.time // MS)
    add_values(header, bodies, readings.value)
    add(header, bodies, readings.quality.astype(np.int64))
    return finished(header, bodies)


def decode(data: bytes | memoryview, datastream: int) -> Readings:
    """Return the readings of a block, in order of time; raises ValueError when it is not one."""
    reader = Header(bytes(data))
    if reader.next() != VERSION:
        raise ValueError("This is no block of readings, or one of a later release.")
    count = reader.next()
    time_line, value_form, quality_line = reader.line(), reader.form(), reader.line()
    body = Body(reader.rest())
    time = body.ints(count, time_line) * MS
    value = body.values(count, value_form)
    quality = body.ints(count, quality_line).astype(np.int32)
    return Readings(time, value, np.full(count, datastream, np.int32), quality)


def finished(header: list[int], bodies: list[bytes]) -> bytes:
    """Return a header of variable-length integers and the bodies, deflated."""
    return b"".join((*map(varint, header), zlib.compress(b"".join(bodies), LEVEL)))


def split(readings: Readings) -> list[Readings]:
    """Return the readings of one series in pieces that fit into a block each."""
    return [readings.take(slice(at, at + MOST_READINGS)) for at in range(0, len(readings), MOST_READINGS)]


def by_series(readings: Readings) -> list[Readings]:
    """Return readings that stand by series in one part for each."""
    if not len(readings):
        return []
    edges = [0, *(np.flatnonzero(np.diff(readings.datastream)) + 1).tolist(), len(readings)]
    return [readings.take(slice(begin, end)) for begin, end in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class Form:
    """How values were packed: as decimals with so many digits and exceptions, or as the XOR of neighbours."""

    form: int
    digits: int
    exceptions: int
    line: Line


class Header:
    """Reads the variable-length integers at the beginning of a block."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def next(self) -> int:
        """Return the next integer (zigzag, seven bits in each byte)."""
        number = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return (number >> 1) ^ -(number & 1)

    def line(self) -> Line:
        """Return how integers were packed."""
        return Line(self.next(), self.next(), self.next(), self.next())

    def form(self) -> "Form":
        """Return how values were packed."""
        return Form(self.next(), self.next(), self.next(), self.line())

    def rest(self) -> bytes:
        """Return what follows the header, inflated."""
        try:
            return zlib.decompress(memoryview(self._data)[self._at :])
        except zlib.error as error:
            raise ValueError("This block of readings is damaged.") from error


class Body:
    """Reads packed integers and values one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> Bytes:
        """Return the next bytes."""
        found = np.frombuffer(self._data, np.uint8, size, self._at)
        self._at += size
        return found

    def ints(self, count: int, line: Line) -> Ints:
        """Return the next packed integers."""
        left = self._left(count, line.width)
        for _ in range(line.order):
            np.cumsum(left, out=left)
        if line.step:
            left += np.arange(count, dtype=np.int64) * line.step
        if line.base:
            left += line.base
        return left

    def values(self, count: int, form: Form) -> NDArray[np.float64]:
        """Return the next packed values."""
        if form.form == XOR:
            return np.bitwise_xor.accumulate(self._unsigned(count, form.line.width)).view(np.float64)
        value = self.ints(count, form.line) / 10.0**form.digits
        if form.form == DECIMAL_OF_FLOAT32:
            value = value.astype(np.float32).astype(np.float64)
        where = self.take(4 * form.exceptions).view("<u4")
        value[where] = self.take(8 * form.exceptions).view("<f8")
        return value

    def _left(self, count: int, width: int) -> Ints:
        """Return what was left of integers; of one byte, as nearly always, it is looked up."""
        if width < 2:
            return _SMALL[self.take(count)] if width else np.zeros(count, np.int64)
        return _unzigzag(self._unsigned(count, width))

    def _unsigned(self, count: int, width: int) -> NDArray[np.uint64]:
        whole = np.zeros((count, 8), np.uint8)
        whole[:, :width] = self.take(count * width).reshape(width, count).T
        return whole.view("<u8").reshape(count)


def add(header: list[int], bodies: list[bytes], numbers: Ints) -> None:
    """Pack integers by the order of differences that leaves the least."""
    base = int(numbers[0])
    since = numbers[1:] - numbers[:-1]
    step = int(np.partition(since, len(since) // 2)[len(since) // 2]) if len(since) else 0
    left = numbers - base
    if step:
        left -= np.arange(len(numbers), dtype=np.int64) * step
    once = _differences(left)
    packed = [_shuffle(_zigzag(each)) for each in (left, once, _differences(once))]
    sizes = [_entropy(each) for each in packed]
    order = sizes.index(min(sizes))
    header += [order, len(packed[order]), base, step]
    bodies.append(packed[order].tobytes())


def _differences(numbers: Ints) -> Ints:
    """Return each number less the one before it; the first as it is."""
    found = numbers.copy()
    found[1:] -= numbers[:-1]
    return found


def add_values(header: list[int], bodies: list[bytes], values: NDArray[np.float64]) -> None:
    """Pack values as decimals where they are such, else as the XOR of neighbours."""
    found = _decimals(values)
    if found is None:
        bits = values.view(np.uint64)
        packed = _shuffle(bits ^ np.concatenate([np.zeros(1, np.uint64), bits[:-1]]))
        header += [XOR, 0, 0, 0, len(packed), 0, 0]
        bodies.append(packed.tobytes())
        return
    form, digits, numbers, odd = found
    header += [form, digits, len(odd)]
    add(header, bodies, numbers)
    bodies += [odd.astype("<u4").tobytes(), values[odd].astype("<f8").tobytes()]


def _decimals(values: NDArray[np.float64]) -> tuple[int, int, Ints, NDArray[np.intp]] | None:
    """Return form, digits, integers and the places where they do not give the value back; None: no decimals."""
    sample = values[:: max(1, len(values) // 64)]
    forms = (DECIMAL, DECIMAL_OF_FLOAT32) if np.array_equal(sample, _as_float32(sample)) else (DECIMAL,)
    allowed = int(len(values) * MOST_EXCEPTIONS) + 1
    for form in forms:
        for digits in range(MOST_DIGITS + 1):
            if len(_scaled(sample, form, digits)[1]) > len(sample) * 0.2 + 1:
                continue  # quickly on a few, because most digits are wrong
            numbers, odd = _scaled(values, form, digits)
            if len(odd) <= allowed:
                return form, digits, _fill(numbers, odd), odd
    return None


def _scaled(values: NDArray[np.float64], form: int, digits: int) -> tuple[Ints, NDArray[np.intp]]:
    power = 10.0**digits
    with np.errstate(over="ignore"):
        scaled = values * power
    fits = np.abs(scaled) < EXACT  # false for NaN too
    numbers = np.rint(np.where(fits, scaled, 0)).astype(np.int64)
    back = numbers / power
    if form == DECIMAL_OF_FLOAT32:
        back = _as_float32(back)
    return numbers, np.flatnonzero(back.view(np.int64) != values.view(np.int64))


def _as_float32(values: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", under="ignore"):
        return values.astype(np.float32).astype(np.float64)


def _fill(numbers: Ints, odd: NDArray[np.intp]) -> Ints:
    """Put the integer before into the places of exceptions, where it costs nothing."""
    if not len(odd):
        return numbers
    source = np.arange(len(numbers))
    source[odd] = 0
    return numbers[np.maximum.accumulate(source)]


def _zigzag(numbers: Ints) -> NDArray[np.uint64]:
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)


def _unzigzag(numbers: NDArray[np.uint64]) -> Ints:
    half, odd = numbers >> np.uint64(1), numbers & np.uint64(1)
    half ^= np.negative(odd, out=odd)  # all bits of the odd ones
    return half.view(np.int64)


_SMALL = _unzigzag(np.arange(256, dtype=np.uint64))


def _shuffle(numbers: NDArray[np.uint64]) -> Bytes:
    """Return the bytes that are not always zero, one row for each weight."""
    width = (int(numbers.max()).bit_length() + 7) // 8
    return np.ascontiguousarray(numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T)


def _entropy(planes: Bytes) -> float:
    """Return about how many bits the planes will take."""
    width, count = planes.shape
    if not width:
        return 0.0
    apart = planes + np.arange(0, 256 * width, 256)[:, None]
    counts = np.bincount(apart.ravel())
    counts = counts[counts > 0]
    return float(width * count * np.log2(count) - (counts * np.log2(counts)).sum())


def varint(number: int) -> bytes:
    """Return an integer (zigzag, seven bits in each byte)."""
    left = number << 1 if number >= 0 else (-number << 1) - 1
    out = bytearray()
    while left > 127:
        out.append(left & 127 | 128)
        left >>= 7
    out.append(left)
    return bytes(out)
