"""A generator of load in a process of its own: posts bodies over many connections and writes down how long each took.

Reads its order from stdin as one line of JSON: host, port, connections, headers, and the file of bodies, each after
its length in four bytes. Writes one line of JSON: seconds, latencies in milliseconds, statuses, its own CPU seconds.
"""

import asyncio
import json
import struct
import sys
import time
from pathlib import Path
from typing import Any


class Client(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.received = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: Any = transport
        self.send_next()

    def send_next(self) -> None:
        """Send the next body, or end."""
        request = next(self.load.requests, None)
        if request is None:
            self.transport.close()
            self.load.end_one()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take note when an answer is complete."""
        self.received += data
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        self.received = b""
        self.load.note(int(head[9:12]), time.perf_counter() - self.sent_at)
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer that never came is a failure of its own."""
        if exc is not None:
            self.load.note(0, time.perf_counter() - self.sent_at)
            self.load.end_one()


class Load:
    """What is sent and what was answered."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.requests = iter(_requests(order))
        self.latencies_ms: list[float] = []
        self.statuses: dict[int, int] = {}
        self.open = order["connections"]
        self.ended = asyncio.Event()

    def note(self, status: int, seconds: float) -> None:
        """Write down one answer."""
        self.latencies_ms.append(seconds * 1000)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def end_one(self) -> None:
        """One connection has nothing more to send."""
        self.open -= 1
        if not self.open:
            self.ended.set()

    async def run(self) -> dict[str, Any]:
        """Send everything."""
        loop = asyncio.get_running_loop()
        begin, cpu = time.perf_counter(), time.process_time()
        for _ in range(self.order["connections"]):
            await loop.create_connection(lambda: Client(self), self.order["host"], self.order["port"])
        await self.ended.wait()
        return {
            "seconds": time.perf_counter() - begin,
            "cpu_s": time.process_time() - cpu,
            "latencies_ms": [round(value, 3) for value in sorted(self.latencies_ms)],
            "statuses": self.statuses,
        }


def _requests(order: dict[str, Any]) -> list[bytes]:
    data = Path(order["file"]).read_bytes()
    head = "".join(f"{name}: {value}\r\n" for name, value in order["headers"].items())
    made, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 4 + length]
        at += 4 + length
        made.append(f"POST {order['path']} HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n".encode() + body)
    return made


def main() -> None:
    """Do what stdin orders."""
    load = Load(json.loads(sys.stdin.readline()))
    print(json.dumps(asyncio.run(load.run())))


if __name__ == "__main__":
    main()
