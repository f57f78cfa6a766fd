"""Packets of MQTT 3.1.1 (OASIS standard, 29 October 2014), written and read; only what a client of QoS 0 and 1 needs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
LARGEST = 2 * 1024 * 1024  # a longer packet ends the connection
REFUSALS = {
    1: "the broker does not speak MQTT 3.1.1",
    2: "the broker refuses the name of the client",
    3: "the broker is not available",
    4: "the user or the password is wrong",
    5: "the broker lets nobody in under this name",
}


class BrokenPacket(Exception):
    """The other side does not keep to the standard."""


class Publication(NamedTuple):
    """A message as the broker delivers it; ``number`` is 0 at QoS 0."""

    topic: str
    payload: bytes
    number: int
    is_retained: bool


def connect(client: str, user: str, password: str, *, is_clean: bool, keepalive_s: int) -> bytes:
    """Return the first packet of a client."""
    flags = (2 if is_clean else 0) | (0x80 if user else 0) | (0x40 if password else 0)
    body = _text("MQTT") + bytes([4, flags]) + keepalive_s.to_bytes(2) + _text(client)
    body += (_text(user) if user else b"") + (_text(password) if password else b"")
    return _packet(0x10, body)


def subscribe(number: int, filters: Iterable[str]) -> bytes:
    """Return the wish for messages of these filters at QoS 1."""
    return _packet(0x82, number.to_bytes(2) + b"".join(_text(one) + b"\x01" for one in filters))


def publish(topic: str, payload: bytes, number: int, *, is_retained: bool = False, is_again: bool = False) -> bytes:
    """Return a message; QoS 1 where it has a number, else QoS 0."""
    head = 0x30 | (2 if number else 0) | (1 if is_retained else 0) | (8 if is_again else 0)
    return _packet(head, _text(topic) + (number.to_bytes(2) if number else b"") + payload)


def acknowledge(numbers: Iterable[int]) -> bytes:
    """Return the acknowledgements of messages, one packet after the other."""
    return b"".join(b"\x40\x02" + number.to_bytes(2) for number in numbers)


def take_packets(buffer: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """Take the whole packets off the front of a buffer: (type, flags, body)."""
    at, end = 0, len(buffer)
    try:
        while at + 2 <= end:
            length, start = buffer[at + 1], at + 2
            if length > 127:  # a length of several bytes: seven bits each, the lowest first
                length, start = _length(buffer, at + 1, end)
                if start == 0:
                    break
            if length > LARGEST:
                raise BrokenPacket(f"A packet of {length} bytes is longer than {LARGEST}.")
            if start + length > end:
                break
            head, body = buffer[at], bytes(buffer[start : start + length])
            at = start + length
            yield head >> 4, head & 15, body
    finally:
        del buffer[:at]


def read_publication(flags: int, body: bytes) -> Publication:
    """Return the message of a packet PUBLISH."""
    length = int.from_bytes(body[:2])
    start = 2 + length
    qos = flags >> 1 & 3
    if len(body) < start + (2 if qos else 0) or qos == 3:
        raise BrokenPacket("A message is shorter than it says.")
    topic = body[2:start].decode("utf-8", "replace")
    if not qos:
        return Publication(topic, body[start:], 0, bool(flags & 1))
    return Publication(topic, body[start + 2 :], int.from_bytes(body[start : start + 2]), bool(flags & 1))


def _length(buffer: bytearray, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, min(at + 4, end)):
        value |= (buffer[place] & 127) << shift
        if buffer[place] < 128:
            return value, place + 1
        shift += 7
    if end >= at + 4:
        raise BrokenPacket("The length of a packet has more than four bytes.")
    return 0, 0


def _packet(head: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        length, digit = length >> 7, length & 127
        size.append(digit | (128 if length else 0))
        if not length:
            return bytes([head]) + bytes(size) + body


def _text(text: str) -> bytes:
    data = text.encode()
    if len(data) > 65_535:
        raise ValueError("A text of MQTT has at most 65,535 bytes.")
    return len(data).to_bytes(2) + data
