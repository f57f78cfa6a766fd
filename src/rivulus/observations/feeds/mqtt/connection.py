"""One connection to a broker: opened, read, written and kept alive. Sockets and nothing else, so that it is quick."""

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rivulus.observations.feeds.mqtt import packets
from rivulus.observations.feeds.mqtt.addresses import Broker

KEEPALIVE_S = 30
OPENING_S = 10
WRITING_S = 30
READ_BYTES = 1 << 18


class Refusal(Exception):
    """The broker refuses us, and says why."""


class Connection:
    """A connection that is open. Reading belongs to one thread; writing may be done by several."""

    def __init__(self, broker: Broker, client: str, *, is_clean: bool = False) -> None:
        """Connect and be let in; raises OSError, Refusal or BrokenPacket."""
        self.socket = _open(broker)
        self._buffer = bytearray()
        self._early: list[tuple[int, int, bytes]] = []
        self._lock = threading.Lock()
        self._written_at = time.monotonic()
        self._heard_at = time.monotonic()
        try:
            self.write(
                packets.connect(client, broker.user, broker.password, is_clean=is_clean, keepalive_s=KEEPALIVE_S)
            )
            self.has_session = self._wait_for_welcome()
        except BaseException:
            self.socket.close()
            raise
        self.socket.settimeout(WRITING_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            with contextlib.suppress(OSError):
                self.write(packets.DISCONNECT)
        self.close()

    def close(self) -> None:
        """End the connection at once; a thread that reads is woken."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def read(self) -> list[tuple[int, int, bytes]]:
        """Return whole packets; none when a second has passed in silence. Raises OSError when the broker is gone."""
        found, self._early = self._early or list(packets.take_packets(self._buffer)), []
        if found:
            return found
        self._keep_alive()
        self._buffer += self._hear()
        return list(packets.take_packets(self._buffer))

    def write(self, data: bytes) -> None:
        """Send bytes, whole packets only."""
        with self._lock:
            self.socket.sendall(data)
            self._written_at = time.monotonic()

    def tick(self) -> None:
        """Keep the connection alive without waiting; raises OSError when the broker is gone."""
        self._keep_alive()
        while select.select([self.socket], [], [], 0)[0]:
            self._buffer += self._hear()
            for _packet in packets.take_packets(self._buffer):
                pass  # answers to pings, and confirmations of what was already given up

    def subscribe(self, filters: Sequence[str]) -> None:
        """Ask for messages; the answer comes among the packets."""
        self.write(packets.subscribe(1, filters))

    def _hear(self) -> bytes:
        data = self._receive()
        if data:
            self._heard_at = time.monotonic()
        return data

    def _receive(self) -> bytes:
        """Return what has come, nothing after a second of silence."""
        encrypted = self.socket if isinstance(self.socket, ssl.SSLSocket) else None
        if not (encrypted and encrypted.pending()) and not select.select([self.socket], [], [], 1.0)[0]:
            return b""
        try:
            if encrypted is None:
                data = self.socket.recv(READ_BYTES)
            else:  # OpenSSL does not bear one thread that reads and another that writes
                with self._lock:
                    encrypted.setblocking(False)
                    try:
                        data = encrypted.recv(READ_BYTES)
                    finally:
                        encrypted.settimeout(WRITING_S)
        except (BlockingIOError, ssl.SSLWantReadError, TimeoutError):
            return b""
        if not data:
            raise ConnectionResetError("The broker has closed the connection.")
        return data

    def _keep_alive(self) -> None:
        now = time.monotonic()
        if now - self._heard_at > 2 * KEEPALIVE_S:
            raise TimeoutError("The broker has not answered for a minute.")
        if now - self._written_at > KEEPALIVE_S / 2 or now - self._heard_at > KEEPALIVE_S:
            self.write(packets.PINGREQ)

    def _wait_for_welcome(self) -> bool:
        until = time.monotonic() + OPENING_S
        while time.monotonic() < until:
            found = self.read()
            if found:
                kind, _flags, body = found[0]
                if kind != packets.CONNACK or len(body) != 2:
                    raise packets.BrokenPacket("The broker did not begin with a welcome.")
                if body[1]:
                    raise Refusal(packets.REFUSALS.get(body[1], f"the broker refuses with code {body[1]}"))
                self._early = found[1:]  # a broker that knows us goes on at once with what we missed
                return bool(body[0] & 1)
        raise TimeoutError("The broker did not say welcome.")


def _open(broker: Broker) -> socket.socket:
    raw = socket.create_connection((broker.host, broker.port), timeout=OPENING_S)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if not broker.is_encrypted:
        return raw
    context = ssl.create_default_context(cafile=broker.authority or None)
    return context.wrap_socket(raw, server_hostname=broker.host)
