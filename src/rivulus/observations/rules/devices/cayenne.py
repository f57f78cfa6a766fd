"""Cayenne LPP: short binary messages of radio devices (myDevices, Low Power Payload 1 and 2).

Each value is channel (1 byte), type (1 byte), data (most significant byte first). Names are those of the common
decoders: ``temperature_1`` is the temperature of channel 1; ``gps_2`` is an object.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 242  # the longest payload of LoRaWAN


@dataclass(frozen=True, slots=True)
class CayenneType:
    """A type of value: its name, its bytes, and how they are read."""

    name: str
    length: int
    read: Callable[[bytes], Any]


def _unsigned(scale: int = 1) -> Callable[[bytes], float]:
    return lambda data: int.from_bytes(data) / scale if scale > 1 else int.from_bytes(data)


def _signed(scale: int) -> Callable[[bytes], float]:
    return lambda data: int.from_bytes(data, signed=True) / scale


def _axes(scale: int) -> Callable[[bytes], dict[str, float]]:
    read = _signed(scale)
    return lambda data: {axis: read(data[at : at + 2]) for axis, at in (("x", 0), ("y", 2), ("z", 4))}


def _position(data: bytes) -> dict[str, float]:
    read, metres = _signed(10_000), _signed(100)
    return {"latitude": read(data[:3]), "longitude": read(data[3:6]), "altitude": metres(data[6:])}


TYPES: dict[int, CayenneType] = {
    0x00: CayenneType("digital_in", 1, _unsigned()),
    0x01: CayenneType("digital_out", 1, _unsigned()),
    0x02: CayenneType("analog_in", 2, _signed(100)),
    0x03: CayenneType("analog_out", 2, _signed(100)),
    0x64: CayenneType("generic", 4, _unsigned()),
    0x65: CayenneType("luminosity", 2, _unsigned()),  # lx
    0x66: CayenneType("presence", 1, _unsigned()),
    0x67: CayenneType("temperature", 2, _signed(10)),  # °C
    0x68: CayenneType("relative_humidity", 1, _unsigned(2)),  # %
    0x71: CayenneType("accelerometer", 6, _axes(1000)),  # g
    0x73: CayenneType("barometric_pressure", 2, _unsigned(10)),  # hPa
    0x74: CayenneType("voltage", 2, _unsigned(100)),  # V
    0x75: CayenneType("current", 2, _unsigned(1000)),  # A
    0x76: CayenneType("frequency", 4, _unsigned()),  # Hz
    0x78: CayenneType("percentage", 1, _unsigned()),  # %
    0x79: CayenneType("altitude", 2, _signed(1)),  # m
    0x7D: CayenneType("concentration", 2, _unsigned()),  # ppm
    0x80: CayenneType("power", 2, _unsigned()),  # W
    0x82: CayenneType("distance", 4, _unsigned(1000)),  # m
    0x83: CayenneType("energy", 4, _unsigned(1000)),  # kWh
    0x84: CayenneType("direction", 2, _unsigned()),  # °
    0x85: CayenneType("unixtime", 4, _unsigned()),  # s
    0x86: CayenneType("gyrometer", 6, _axes(100)),  # °/s
    0x88: CayenneType("gps", 9, _position),
    0x8E: CayenneType("switch", 1, _unsigned()),
}


def decode(data: bytes) -> dict[str, Any]:
    """Return the values of a message by name and channel; raises ValueError where it is none."""
    if len(data) > MAX_LENGTH:
        raise ValueError("A message of LoRaWAN has at most 242 bytes.")
    values: dict[str, Any] = {}
    at = 0
    while at < len(data):
        kind = TYPES.get(data[at + 1]) if at + 1 < len(data) else None
        if kind is None:
            raise ValueError(f"Byte {at + 1} is no type of Cayenne LPP.")
        start, at = at + 2, at + 2 + kind.length
        if at > len(data):
            raise ValueError(f"The message ends in the middle of {kind.name}.")
        values[f"{kind.name}_{data[start - 2]}"] = kind.read(data[start:at])
    return values
