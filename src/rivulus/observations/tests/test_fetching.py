"""Facts about asking sources: what is followed, what is tried again, and what is refused."""

import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from rivulus.kernel import wire
from rivulus.kernel.networks import is_public_address
from rivulus.observations.feeds.fetching import Fetcher, Unanswered
from rivulus.observations.rules.connectors.retries import read_retry_after, wait_s
from rivulus.observations.tests.sources import declare, say, source

pytestmark = pytest.mark.django_db


def fetcher(url: str, **others: Any) -> Fetcher:
    given = {"allow_private": True, "timeout_s": 2, "per_minute": 600, **others}
    return Fetcher(declare("json", {"main": url}, **given), sleep=lambda seconds: None)


def refusal(asking: Fetcher, url: str) -> str:
    with pytest.raises(Unanswered) as unanswered:
        asking.fetch(url)
    asking.close()
    return str(unanswered.value)


def test_an_answer_comes_with_what_lets_it_be_asked_for_changes() -> None:
    seen: list[dict[str, str]] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append(dict(handler.headers))
        if handler.headers.get("If-None-Match") == '"v1"':
            say(handler, status=304)
        else:
            say(handler, b"{}", ETag='"v1"', Last_Modified="Mon, 02 Mar 2026 08:00:00 GMT")

    with source(respond) as url:
        asking = fetcher(url)
        first = asking.fetch(url)
        assert (first.body, first.etag) == (b"{}", '"v1"')
        again = asking.fetch(url, {"etag": first.etag, "modified": first.modified})
        assert again.is_unchanged
        asking.close()
    assert seen[1]["If-Modified-Since"] == "Mon, 02 Mar 2026 08:00:00 GMT"
    assert "Rivulus" in seen[0]["User-Agent"]


def test_troubles_of_the_server_are_tried_again_and_our_own_faults_are_not() -> None:
    statuses = [503, 429, 200]

    def respond(handler: BaseHTTPRequestHandler) -> None:
        say(handler, b"ok", status=404 if "missing" in handler.path else statuses.pop(0), Retry_After="1")

    with source(respond) as url:
        asking = fetcher(url, retries=3)
        assert asking.fetch(url).body == b"ok"
        assert asking.attempts == 3
        assert "status 404" in refusal(asking, f"{url}/missing")
        assert asking.attempts == 4


def test_a_source_that_wants_long_peace_is_left_to_the_next_run() -> None:
    with source(lambda handler: say(handler, status=429, Retry_After="7200")) as url:
        asking = fetcher(url, retries=3)
        with pytest.raises(Unanswered) as unanswered:
            asking.fetch(url)
        asking.close()
    assert (asking.attempts, unanswered.value.wait_s) == (1, 7200.0)


def test_waits_double_stay_apart_by_chance_and_respect_the_source() -> None:
    assert wait_s(0, chance=0.0) == 0.5
    assert wait_s(3, chance=1.0) == 8.0
    assert wait_s(20, chance=1.0) == 30.0
    assert wait_s(0, chance=1.0, retry_after_s=12.0) == 12.0


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    import datetime as dt

    now = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
    assert read_retry_after("120", now) == 120.0
    assert read_retry_after("Mon, 02 Mar 2026 08:01:00 GMT", now) == 60.0
    assert read_retry_after("99999999999999", now) == 86_400.0
    assert read_retry_after("soon", now) is None


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data", "http://127.0.0.2:9/", "http://[::1]:9/", "http://10.0.0.1/", "http://0.0.0.0/",
     "http://[::ffff:169.254.169.254]/", "http://2130706433/", "http://localhost:9/", "file:///etc/passwd", "ftp://a.example/"],
)  # fmt: skip
def test_a_redirect_into_the_private_network_is_not_followed(target: str) -> None:
    with source(lambda handler: say(handler, status=302, Location=target)) as url:
        sentence = refusal(fetcher(url, retries=0), url)
    assert "private network" in sentence or "is not an address" in sentence, sentence


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://192.168.1.1/", "http://[fd00::1]/", "http://100.64.0.1/"]
)
def test_a_private_address_is_not_asked_unless_the_operator_says_so(url: str) -> None:
    assert "private network" in refusal(fetcher(url, allow_private=False, retries=0), url)


def test_a_name_that_leads_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_, **__: inside)
    url = "http://rebinding.example/"
    assert "10.0.0.7" in refusal(fetcher(url, allow_private=False, retries=0), url)


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("169.254.169.254", False),
     ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("fe80::1%eth0", False),
     ("224.0.0.1", False), ("0.0.0.0", False), ("not an address", False)],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public_address(address) is public


def test_redirects_end() -> None:
    with source(lambda handler: say(handler, status=302, Location="/again")) as url:
        assert "without end" in refusal(fetcher(url, retries=0), url)


def test_the_secret_goes_to_the_declared_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_TEST", "s3cret")
    seen: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        seen.append(str(dict(handler.headers)) + handler.path)
        say(handler, b"{}")

    with source(elsewhere) as other:

        def respond(handler: BaseHTTPRequestHandler) -> None:
            assert handler.headers["Authorization"] == "Bearer s3cret"
            say(handler, status=302, Location=f"{other}/there")

        with source(respond) as url:
            auth = {"kind": "bearer", "variable": "CONNECTOR_TEST"}
            asking = fetcher(url, auth=auth, retries=0)
            assert asking.fetch(url).body == b"{}"
            asking.close()
    assert "s3cret" not in seen[0]


@pytest.mark.parametrize(
    ("auth", "header", "expected"),
    [
        ({"kind": "token"}, "Authorization", "Token czNjcmV0"),
        ({"kind": "basic"}, "Authorization", "Basic czNjcmV0"),
        ({"kind": "header", "name": "X-API-Key"}, "X-API-Key", "s3cret"),
    ],
)
def test_each_kind_of_auth_is_sent_as_its_source_wants_it(
    auth: dict[str, str], header: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_TEST", "s3cret")
    with source(lambda handler: say(handler, str(handler.headers[header]).encode())) as url:
        asking = fetcher(url, auth={**auth, "variable": "CONNECTOR_TEST"})
        assert asking.fetch(url).body == expected.encode()
        asking.close()


def test_a_secret_that_is_not_set_is_named() -> None:
    asking = fetcher("http://127.0.0.1:9/", auth={"kind": "bearer", "variable": "CONNECTOR_NOT_SET"})
    assert refusal(asking, "http://127.0.0.1:9/") == "The environment variable CONNECTOR_NOT_SET is not set."


def test_a_secret_in_the_query_joins_the_other_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_TEST", "a b")
    with source(lambda handler: say(handler, handler.path.encode())) as url:
        asking = fetcher(url, auth={"kind": "query", "name": "key", "variable": "CONNECTOR_TEST"})
        assert asking.fetch(f"{url}/x?area=1").body in {b"/x?area=1&key=a+b", b"/x?area=1&key=a%20b"}
        asking.close()


def test_an_endless_body_is_cut_off() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    with source(respond) as url:
        assert "larger than 0.2 MB" in refusal(fetcher(url, max_mb=0.2, retries=0), url)


def test_a_small_body_that_unpacks_to_a_large_one_is_cut_off() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with source(lambda handler: say(handler, bomb, Content_Encoding="gzip")) as url:
        asking = fetcher(url, max_mb=1, retries=0)
        assert "larger than 1.0 MB" in refusal(asking, url)


def test_a_packed_answer_is_unpacked() -> None:
    with source(lambda handler: say(handler, gzip.compress(b"{}" * 1000), Content_Encoding="gzip")) as url:
        asking = fetcher(url)
        assert asking.fetch(url).body == b"{}" * 1000
        asking.close()
    with source(lambda handler: say(handler, b"junk", Content_Encoding="gzip")) as url:
        assert "broken" in refusal(fetcher(url, retries=0), url)
    with source(lambda handler: say(handler, b"junk", Content_Encoding="br")) as url:
        assert "packs its answer as br" in refusal(fetcher(url, retries=0), url)


@pytest.mark.parametrize("part", ["status", "headers", "body"])
def test_a_source_that_drips_is_given_up_in_time(part: str) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        if part != "status":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if part == "body":
            handler.wfile.write(b"Content-Length: 1000\r\n\r\n")
        for _ in range(40):
            handler.wfile.write({"status": b"H", "headers": b"A", "body": b"x"}[part])
            time.sleep(0.1)

    with source(respond) as url:
        began = time.monotonic()
        asking = fetcher(url, timeout_s=1, retries=0)
        assert "within 1 seconds" in refusal(asking, url) or part == "status"
        assert time.monotonic() - began < 2.5


def test_nobody_there_is_said_in_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert "could not be reached" in refusal(fetcher(url, retries=1), url)


def test_a_host_is_asked_no_more_often_than_is_declared() -> None:
    slept: list[float] = []
    with source(lambda handler: say(handler, b"{}")) as url:
        asking = fetcher(url, per_minute=2)
        asking.sleep = slept.append
        asking.fetch(url)
        asking.fetch(url)
        assert not slept
        assert "as often as is declared" in refusal(asking, url)
    assert slept


def test_the_next_page_is_followed_on_the_same_host_only() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        target = "https://elsewhere.example/2" if "away" in handler.path else "/page?offset=50"
        say(handler, b"{}", Link=f'<{target}>; rel="next"')

    with source(respond) as url:
        asking = fetcher(url)
        assert asking.fetch(url).next_url == f"{url}/page?offset=50"
        assert asking.fetch(f"{url}/away").next_url == ""
        asking.close()
