"""Facts about calling another machine: signed, bounded, and never into the private network."""

import hashlib
import hmac
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rivulus.kernel.errors import Refused
from rivulus.observations.actions.automations import webhooks


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it was told, and answers as it was asked to."""

    status = 204
    told: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((dict(self.headers), body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        if self.status == 200:
            for _ in range(1000):
                self.wfile.write(b"x" * 10_000)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setattr(Receiver, "told", [])
    monkeypatch.setenv("RIVULUS_WEBHOOK_SECRET_DUTY", "s3cret")
    monkeypatch.setenv("RIVULUS_WEBHOOK_HOSTS", f"127.0.0.1:{server.server_port}")
    yield f"http://127.0.0.1:{server.server_port}/hook?x=1"
    server.shutdown()
    server.server_close()


def send(url: str, secret: str = "DUTY") -> None:
    webhooks.send(by=None, url=url, secret_name=secret, key="run:5:1", content={"title": {"ro": "Praf – ș"}})


def test_a_call_is_signed_and_carries_its_key(address: str) -> None:
    send(address)
    headers, body = Receiver.told[0]
    assert json.loads(body) == {"title": {"ro": "Praf – ș"}}
    stamp, signature = (part.partition("=")[2] for part in headers["Rivulus-Signature"].split(","))
    expected = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == expected and headers["Idempotency-Key"] == "run:5:1"


@pytest.mark.parametrize(("status", "words"), [(500, "answered 500"), (302, "answered 302"), (404, "answered 404")])
def test_another_answer_is_said_in_words_and_redirects_are_not_followed(
    address: str, monkeypatch: pytest.MonkeyPatch, status: int, words: str
) -> None:
    monkeypatch.setattr(Receiver, "status", status)
    with pytest.raises(Refused, match=words):
        send(address)
    assert len(Receiver.told) == 1


def test_an_endless_answer_costs_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Receiver, "status", 200)
    send(address)


def test_a_secret_that_is_not_there_is_named(address: str) -> None:
    with pytest.raises(Refused, match="RIVULUS_WEBHOOK_SECRET_OTHER"):
        send(address, "OTHER")


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
)
def test_a_name_that_leads_into_the_private_network_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    def resolve(*args: Any, **kwargs: Any) -> list[Any]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
        return [public, (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (inside, 443))]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", resolve)
    with pytest.raises(Refused, match="private network"):
        send("https://innocent.example.org/")
    assert not Receiver.told


def test_an_address_in_the_private_network_needs_the_operators_word(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RIVULUS_WEBHOOK_HOSTS")
    with pytest.raises(Refused, match="private network"):
        send(address)


def test_a_machine_that_is_not_there_is_said_in_words(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("RIVULUS_WEBHOOK_HOSTS", f"127.0.0.1:{port}")
    with pytest.raises(Refused, match="not reached"):
        send(f"http://127.0.0.1:{port}/")
