"""Facts about bodies that are too large, and about whoever asks too often."""

import datetime as dt
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from ninja.throttling import AnonRateThrottle

from rivulus.config import limits
from rivulus.config.limits import LARGEST_UPLOAD_BYTES, BodySize
from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.limits import Limit
from rivulus.strategy.views import choice, evaluations, indicator_values

MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"
MEBIBYTE = 1024 * 1024


class Body:
    """A body that must not be read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")


def send(kind: str, length: int | str, **more: Any) -> HttpResponse:
    reached = HttpResponse("reached")

    def view(request: HttpRequest) -> HttpResponse:
        return reached

    request = RequestFactory().post("/", content_type=kind)
    request.META |= {"CONTENT_LENGTH": str(length), "wsgi.input": Body(), **more}
    return BodySize(view)(request)


@pytest.mark.parametrize(
    ("kind", "length", "status"),
    [
        (MULTIPART, LARGEST_UPLOAD_BYTES, 200),
        (MULTIPART, LARGEST_UPLOAD_BYTES + 1, 413),
        (MULTIPART, "9" * 40, 413),
        (FORM, 5 * MEBIBYTE, 200),
        (FORM, 5 * MEBIBYTE + 1, 413),
        ("application/json", 6 * MEBIBYTE, 413),
        ("text/multipart/form-data", 6 * MEBIBYTE, 413),
        ("", "", 200),
    ],
)
def test_a_body_is_let_in_by_its_kind_and_length(kind: str, length: int | str, status: int) -> None:
    assert send(kind, length).status_code == status


@pytest.mark.parametrize("kind", [MULTIPART, FORM, "application/json"])
def test_a_body_of_unknown_length_is_refused(kind: str) -> None:
    answer = send(kind, "", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411


@pytest.mark.parametrize(("prefix", "sentence"), [("/en", "What was sent is too large"), ("", "")])
def test_the_refusal_is_a_page_in_the_language_of_the_address(client: Client, prefix: str, sentence: str) -> None:
    answer = client.post(f"{prefix}/account/login/", b"x" * (5 * MEBIBYTE + 1), content_type=FORM)
    assert answer.status_code == 413
    assert answer["Content-Type"].startswith("text/html")
    assert answer["Content-Security-Policy"]
    assert sentence in answer.content.decode()


def test_six_photos_of_the_largest_size_fit() -> None:
    from rivulus.kernel.photos import MOST_BYTES, MOST_PHOTOS

    assert limits.LARGEST_UPLOAD_BYTES > MOST_PHOTOS * MOST_BYTES + MEBIBYTE


@pytest.fixture
def ioana(db: None) -> Client:
    person = Person.objects.create(email="ioana@example.test", full_name="Ioana")
    Membership.objects.create(person=person, role=Role.STRATEGY_UNIT)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((choice, "NEW_QUESTIONS"), (evaluations, "REPORTS_ASKED"), (indicator_values, "FILES")):
        monkeypatch.setattr(module, name, Limit(name=name, most=2))


def _is_too_often(answer: Any) -> bool:
    if answer.status_code != 429:
        return False
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["Retry-After"] in answer.content.decode()
    return True


@pytest.fixture
def evaluation(db: None) -> int:
    from rivulus.strategy.models import Evaluation

    row = Evaluation.objects.create(
        kind="annual", title="Raport", at=dt.date(2025, 12, 31), made_at=clock.now(), content={}, digest="0" * 64
    )
    return int(row.pk)


def test_reports_are_asked_for_a_few_times_a_minute_from_one_address(
    client: Client, evaluation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluations, "ask_report", lambda **_: None)
    url = f"/en/evaluations/{evaluation}/report/ro/"
    assert [client.post(url).status_code for _ in range(2)] == [302, 302]
    assert _is_too_often(client.post(url))
    assert client.post(url, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_files_are_looked_at_a_few_times_a_minute_for_one_person(ioana: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def upload() -> Any:
        file = SimpleUploadedFile("valori.csv", b"indicator;place;year;value\n")
        return ioana.post("/en/indicators/import/", {"file": file})

    assert not any(_is_too_often(upload()) for _ in range(2))
    assert _is_too_often(upload())


def test_the_api_does_not_believe_an_address_that_the_visitor_made_up() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9"})
    assert AnonRateThrottle("1/m").get_ident(request) == "127.0.0.1"


@pytest.mark.parametrize(
    "path", ["/sensorthings/v1.1/Observations", "/devices/tts/v3", "/sandbox/sensorthings/v1.1/Things"]
)
def test_machines_may_send_ten_megabytes_and_read_why_not_more(path: str) -> None:
    request = RequestFactory().post(path, content_type="application/json")
    request.META |= {"CONTENT_LENGTH": str(10 * MEBIBYTE), "wsgi.input": Body()}
    assert BodySize(lambda _request: HttpResponse("reached"))(request).content == b"reached"
    request.META["CONTENT_LENGTH"] = str(10 * MEBIBYTE + 1)
    answer = BodySize(lambda _request: HttpResponse("reached"))(request)
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/json"
