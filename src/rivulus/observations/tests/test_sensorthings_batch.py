"""Facts about batches: as JSON and as multipart, together or not at all."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from rivulus.journal.models import Line
from rivulus.observations.actions.suppliers import create_supplier, issue_key
from rivulus.observations.models import Datastream, ObservedProperty, Sensor, Thing
from rivulus.observations.queries.readings import count
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.standards.sensorthings import writing

pytestmark = pytest.mark.django_db
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
SENSOR = {"name": "DHT22", "encodingType": "text/plain", "metadata": ""}
HEAT = {"name": "Temperature", "definition": "http://example.org/t"}
SERIES = {"name": "T", "observationType": MEASUREMENT, "Sensor": SENSOR, "ObservedProperty": HEAT}


@pytest.fixture
def secret() -> str:
    supplier = create_supplier(by=None, code="bogdan", name="Bogdan")
    return issue_key(by=None, supplier=supplier, name="test", scopes=("observe", "describe")).secret


def send(secret: str, body: Any, content_type: str = "application/json") -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-API-Key": secret} if secret else {}
    request = RequestFactory().post("/sensorthings/v1.1/$batch", raw, content_type, headers=headers)
    request.user = AnonymousUser()
    return writing.write(request, "$batch")


def requests(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"requests": [{"id": str(number), "method": "post", **each} for number, each in enumerate(listed)]}


def answers(response: HttpResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    return json.loads(response.content)["responses"]


def test_requests_of_a_batch_are_answered_in_their_order(secret: str) -> None:
    told = answers(
        send(
            secret,
            requests(
                {"url": "Things", "body": {"name": "One"}},
                {"url": "Things", "body": {"nmae": "Two"}},
                {"url": "Things?$count=true", "method": "get"},
                {"url": "Nothings", "body": {}},
                {"url": "$batch", "body": {}},
            ),
        )
    )
    assert [each["status"] for each in told] == [201, 400, 200, 404, 405]
    assert [each["id"] for each in told] == ["0", "1", "2", "3", "4"]
    assert told[0]["location"].endswith(f"Things({Thing.objects.get().pk})")
    assert "nmae" in told[1]["body"]["message"]
    assert told[2]["body"]["@iot.count"] == 1


def test_later_requests_name_what_earlier_ones_have_made(secret: str) -> None:
    told = answers(
        send(
            secret,
            requests(
                {"id": "t", "url": "Things", "body": {"name": "One"}},
                {"id": "s", "url": "Sensors", "body": SENSOR},
                {"id": "d", "url": "$t/Datastreams", "body": SERIES | {"Sensor": {"@iot.id": "$s"}}},
                {"id": "o", "url": "/sensorthings/v1.1/$d/Observations", "body": {"result": 5}},
                {
                    "id": "p",
                    "url": "http://testserver/sensorthings/v1.1/$t",
                    "method": "patch",
                    "body": {"name": "Two"},
                },
            ),
        )
    )
    assert [each["status"] for each in told] == [201, 201, 201, 201, 200], told
    series = Datastream.objects.get()
    assert (series.thing.name, series.sensor) == ("Two", Sensor.objects.get())
    assert count([series.pk], EARLIEST_US, LATEST_US) == 1


def test_a_group_is_done_whole_or_not_at_all(secret: str) -> None:
    lines = Line.objects.count()
    told = answers(
        send(
            secret,
            requests(
                {"url": "Things", "body": {"name": "Before"}},
                {"url": "Things", "body": {"name": "In"}, "atomicityGroup": "g"},
                {"url": "Things", "body": {"name": 5}, "atomicityGroup": "g"},
                {"url": "Things", "body": {"name": "In too"}, "atomicityGroup": "g"},
                {"url": "$1/Datastreams", "body": SERIES},
            ),
        )
    )
    assert [each["status"] for each in told] == [201, 424, 400, 424, 404]
    assert [thing.name for thing in Thing.objects.all()] == ["Before"]
    assert Line.objects.count() == lines + 1
    told = answers(
        send(
            secret,
            requests(
                {"url": "Things", "body": {"name": "In"}, "atomicityGroup": "g"},
                {"url": "$0/Datastreams", "body": SERIES, "atomicityGroup": "g"},
            ),
        )
    )
    assert [each["status"] for each in told] == [201, 201]
    assert Datastream.objects.get().thing.name == "In"


def test_a_batch_that_only_reads_needs_no_key() -> None:
    told = answers(send("", requests({"url": "Things", "method": "GET"}, {"url": "Things", "body": {"name": "x"}})))
    assert [each["status"] for each in told] == [200, 401]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"requests": {}},
        {"requests": [{}]},
        {"requests": [{"id": 1, "method": "get", "url": "Things"}]},
        {"requests": [{"id": "a", "method": "get", "url": "Things"}] * 2},
        {"requests": [{"id": str(n), "method": "get", "url": "Things"} for n in range(1001)]},
        b"{",
    ],
)
def test_what_is_no_batch_is_refused(secret: str, body: Any) -> None:
    assert send(secret, body).status_code == 400


MULTIPART = """--batch_1
Content-Type: application/http

POST Things HTTP/1.1
Content-Type: application/json

{"name": "One"}
--batch_1
Content-Type: multipart/mixed; boundary=set_1

--set_1
Content-Type: application/http
Content-ID: 7

POST /sensorthings/v1.1/Things HTTP/1.1
Content-Type: application/json

{"name": "Two"}
--set_1
Content-Type: application/http
Content-ID: 8

POST $7/Datastreams HTTP/1.1
Content-Type: application/json

%s
--set_1--
--batch_1
Content-Type: application/http

GET Things?$count=true&$top=1 HTTP/1.1
Accept: application/json

--batch_1--
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_multipart_batches_and_their_change_sets_are_done(secret: str, ending: str) -> None:
    body = (MULTIPART % json.dumps(SERIES)).replace("\n", ending).encode()
    response = send(secret, body, "multipart/mixed; boundary=batch_1")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("multipart/mixed; boundary=batch_")
    text = response.content.decode()
    assert text.count("HTTP/1.1 201 Created") == 3 and text.count("HTTP/1.1 200 OK") == 1
    assert "Content-ID: 8" in text and '"@iot.count":2' in text.replace(" ", "")
    assert text.rstrip().endswith("--")
    assert Datastream.objects.get().thing.name == "Two"


def test_a_change_set_that_fails_leaves_nothing(secret: str) -> None:
    body = (MULTIPART % '{"name": "T"}').replace("\n", "\r\n").encode()
    text = send(secret, body, 'multipart/mixed; boundary="batch_1"').content.decode()
    assert "HTTP/1.1 400 Bad Request" in text
    assert [thing.name for thing in Thing.objects.all()] == ["One"]
    assert not ObservedProperty.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/mixed"),
        (b"nothing", "multipart/mixed; boundary=b"),
        (b"--b\r\n\r\nPOST Things HTTP/1.1", "multipart/mixed; boundary=b"),
        (b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--", "multipart/mixed; boundary=b"),
        (b"--b\r\nContent-Type: application/http\r\n\r\nnothing\r\n--b--", "multipart/mixed; boundary=b"),
        (b"--b\r\nX: " + b"y" * 20_000 + b"\r\n\r\n\r\n--b--", "multipart/mixed; boundary=b"),
        (b"--b\r\n" * 2000 + b"--b--", "multipart/mixed; boundary=b"),
    ],
)
def test_broken_multiparts_are_refused(secret: str, body: bytes, content_type: str) -> None:
    assert send(secret, body, content_type).status_code == 400
