"""What the tests of connectors stand on: recorded answers, declarations, and a source on this machine."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rivulus.observations.feeds.connectors.taking import Answer
from rivulus.observations.rules.connectors.declarations import Declaration, read_one

RECORDED = Path(__file__).parent / "recorded"
RECEIVED_US = 1_772_439_000_000_000  # 2026-03-02T08:10:00Z


def shared_data(*parts: str) -> Path:
    """Real files of others, which do not belong into the repository; the test is skipped where they are absent."""
    root = Path(os.environ.get("RIVULUS_SHARED_DATA") or Path(__file__).parents[5] / "shared" / "data")
    found = root.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"There is no shared data at {found}.")
    return found


def declare(format: str, requests: dict[str, str] | None = None, **others: Any) -> Declaration:
    """A connector; where no requests are given, one at an address that nobody asks."""
    names = {
        "datex2": "status",
        "gbfs": "station_status",
        "ocpi": "locations",
        "ngsi_ld": "entities",
        "openaq": "latest",
    }
    asked = requests or {names.get(format, "main"): "https://source.example/answer"}
    return read_one({"code": f"test_{format}", "title": "Sursă", "format": format, "requests": asked, **others})


def recorded(**files: str) -> Answer:
    """An answer of recorded bodies by request."""
    return answer(**{name: (RECORDED / file).read_bytes() for name, file in files.items()})


def answer(**bodies: bytes) -> Answer:
    """An answer."""
    return Answer({name: (body,) for name, body in bodies.items()}, RECEIVED_US)


@contextlib.contextmanager
def source(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A source on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                respond(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say(handler: BaseHTTPRequestHandler, body: bytes = b"", status: int = 200, **headers: str) -> None:
    """Answer a question."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
