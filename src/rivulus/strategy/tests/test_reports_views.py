"""The form of a report, the photos, and the team, in a browser without scripts."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from rivulus.identity.models import Person
from rivulus.strategy import models

pytestmark = pytest.mark.usefixtures("city")
PAGE = "/en/projects/D1.1.3/report/"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def typed(client: Client, **more: Any) -> dict[str, Any]:
    """Return what the form would send: its hidden fields, and what a person types."""
    form = client.get(PAGE).context["form"]
    hidden = {f.name: f.value() for f in form.hidden_fields()}
    plain = {
        "period": "2026-1",
        "status": "in_progress",
        "percent": "30",
        "spent_eur": "1,500.50",
        "expected_end": "",
        "summary": "The room is open.",
        "risks": "",
    }
    return hidden | plain | more


def jpeg(name: str = "room.jpg") -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(stream, "JPEG")
    return SimpleUploadedFile(name, stream.getvalue(), "image/jpeg")


MAY = {"ana": 403, "dan": 403, "vlad": 403, "bogdan": 403, "administrator": 403, "ioana": 200, "mara": 200}


@pytest.mark.parametrize("name", list(MAY))
def test_who_may_open_and_send_the_form(name: str, client_of: Callable[[Person], Client], request: Any) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.get(PAGE).status_code == MAY[name]
    sent = client.post(PAGE, {})
    assert sent.status_code == (403 if MAY[name] == 403 else 422)


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(PAGE).status_code == client.post(PAGE, {}).status_code == 302


def test_a_report_is_kept_and_shown(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    sent = client.post(PAGE, typed(client, photo_1=jpeg(), caption_1="The new room"))
    assert (sent.status_code, sent["Location"]) == (302, "/en/projects/D1.1.3/")
    made = models.ProgressReport.objects.get()
    assert (str(made.spent_eur), made.percent, made.reported_by) == ("1500.50", 30, ioana)
    shown = client.get(sent["Location"])
    text = shown.content.decode()
    assert "The room is open." in text
    assert 'alt="The new room"' in text
    assert shown.context["row"].percent == 30


def test_money_is_read_as_the_language_writes_it(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    client.post(PAGE.replace("/en", ""), typed(client, spent_eur="1.450.000,25"))
    assert str(models.ProgressReport.objects.get().spent_eur) == "1450000.25"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("percent", "101"),
        ("percent", "-1"),
        ("percent", "half"),
        ("percent", ""),
        ("spent_eur", "-5"),
        ("spent_eur", "much"),
        ("spent_eur", "9" * 20),
        ("spent_eur", "NaN"),
        ("period", "2035-1"),
        ("period", "1999-2"),
        ("status", "sleeping"),
        ("expected_end", "tomorrow"),
        ("summary", "   "),
        ("summary", "x" * 8001),
        ("caption_1", "Words without a photo"),
        ("token", "x"),
        ("known", "-1"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    client_of: Callable[[Person], Client], ioana: Person, field: str, value: str
) -> None:
    client = client_of(ioana)
    sent = client.post(PAGE, typed(client, risks="The roof leaks.", **{field: value}))
    assert sent.status_code == 422
    text = sent.content.decode()
    assert "The roof leaks." in text
    assert 'role="alert"' in text
    assert not models.ProgressReport.objects.exists()


def test_a_refused_move_is_said_above_the_form(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    sent = client.post(PAGE, typed(client, status="idea", percent="0"))
    assert sent.status_code == 422
    assert "cannot go from its present status" in sent.content.decode()


def test_every_mistake_is_a_link_to_its_field(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    text = client.post(PAGE, typed(client, percent="", summary="")).content.decode()
    for target in re.findall(r'<li><a href="#([^"]+)"', text):
        assert f'id="{target}"' in text
    assert 'href="#id_percent"' in text
    assert 'href="#id_summary"' in text


def test_the_same_form_sent_twice_is_one_report(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    data = typed(client)
    for _ in range(2):
        assert client.post(PAGE, data).status_code == 302
    assert models.ProgressReport.objects.count() == 1


def test_a_report_that_came_meanwhile_is_shown_and_mine_may_be_sent_again(
    client_of: Callable[[Person], Client], ioana: Person, mara: Person
) -> None:
    mine, hers = client_of(ioana), client_of(mara)
    data = typed(mine, summary="Mine.", percent="35")
    hers.post(PAGE, typed(hers, summary="Hers, which I have not read."))
    told = mine.post(PAGE, data)
    assert told.status_code == 422
    assert "Hers, which I have not read." in told.content.decode()
    assert "Mine." in told.content.decode()
    again = data | {f.name: f.value() for f in told.context["form"].hidden_fields()}
    assert mine.post(PAGE, again).status_code == 302
    assert models.ProgressReport.objects.count() == 2


HOSTILE = [
    ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml"),
    ("page.jpg", b"<!doctype html><script>alert(1)</script>", "image/jpeg"),
    ("room.png", b"\x89PNG\r\n\x1a\n<script>", "image/png"),
    ("../../etc/passwd", b"root:x:0:0", "image/jpeg"),
]


@pytest.mark.parametrize(("name", "content", "kind"), HOSTILE)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    client_of: Callable[[Person], Client], ioana: Person, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    client = client_of(ioana)
    hostile = SimpleUploadedFile(name, content, kind)
    sent = client.post(PAGE, typed(client, photo_1=hostile, caption_1="A room"))
    assert sent.status_code == 422
    assert "not a photo" in sent.content.decode()
    assert "Choose the photos again" in sent.content.decode()
    assert not models.ProgressReport.objects.exists()
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_photo_that_is_too_heavy_is_refused_at_its_field(
    client_of: Callable[[Person], Client], ioana: Person
) -> None:
    client = client_of(ioana)
    heavy = SimpleUploadedFile("room.jpg", b"\0" * (8 * 1024 * 1024 + 1), "image/jpeg")
    sent = client.post(PAGE, typed(client, photo_2=heavy, caption_2="A room"))
    assert list(sent.context["form"].errors) == ["photo_2"]


def test_a_photo_needs_words(client_of: Callable[[Person], Client], ioana: Person) -> None:
    client = client_of(ioana)
    sent = client.post(PAGE, typed(client, photo_1=jpeg()))
    assert list(sent.context["form"].errors) == ["caption_1"]


@pytest.fixture
def photo(client_of: Callable[[Person], Client], ioana: Person) -> models.ReportPhoto:
    client = client_of(ioana)
    polyglot = SimpleUploadedFile("a.html", jpeg().read() + b"<script>alert(1)</script>", "text/html")
    client.post(PAGE, typed(client, photo_1=polyglot, caption_1="The new room"))
    return models.ReportPhoto.objects.get()


def test_a_photo_is_sent_as_a_photo_and_nothing_else(client: Client, photo: models.ReportPhoto) -> None:
    response = client.get(f"/photos/{photo.pk}/")
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "immutable" in response["Cache-Control"]
    assert response.content[:3] == b"\xff\xd8\xff"
    assert b"script" not in response.content


def test_a_photo_known_to_the_browser_is_not_sent_again(client: Client, photo: models.ReportPhoto) -> None:
    tag = client.get(f"/photos/{photo.pk}/")["ETag"]
    assert client.get(f"/photos/{photo.pk}/", headers={"if-none-match": tag}).status_code == 304


def test_a_photo_that_is_not_there_is_not_found(client: Client, photo: models.ReportPhoto) -> None:
    assert client.get("/photos/999999/").status_code == 404
    Path(photo.file.path).unlink()
    assert client.get(f"/photos/{photo.pk}/").status_code == 404


# The team.

TEAM = "/en/projects/D1.1.3/team/"
SEES = {"ana": 403, "vlad": 403, "dan": 200, "bogdan": 200, "ioana": 200, "administrator": 200}
NAMES = {"ana": 403, "vlad": 403, "dan": 403, "bogdan": 403, "ioana": 302, "administrator": 302}


@pytest.mark.parametrize("name", list(SEES))
def test_who_sees_and_names_the_team(
    name: str, client_of: Callable[[Person], Client], bogdan: Person, request: Any
) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.get(TEAM).status_code == SEES[name]
    assert client.post(TEAM, {"person": str(bogdan.pk)}).status_code == NAMES[name]
    assert models.ProjectMember.objects.exists() is (NAMES[name] == 302)


def test_the_team_is_named_and_dismissed_in_the_page(
    client_of: Callable[[Person], Client], bogdan: Person, ioana: Person
) -> None:
    client = client_of(ioana)
    client.post(TEAM, {"person": str(bogdan.pk)})
    member = models.ProjectMember.objects.get()
    assert client_of(bogdan).get(PAGE).status_code == 200
    assert client.post(TEAM, {"end": str(member.pk)}).status_code == 302
    assert client.post(TEAM, {"end": str(member.pk)}).status_code == 422
    assert client_of(bogdan).get(PAGE).status_code == 403


@pytest.mark.parametrize("wrong", [{"person": "x"}, {"person": ""}, {"end": "x"}, {"end": "999999"}, {"end": "²"}])
def test_nonsense_names_nobody(client_of: Callable[[Person], Client], ioana: Person, wrong: dict[str, str]) -> None:
    assert client_of(ioana).post(TEAM, wrong).status_code in (404, 422)
    assert not models.ProjectMember.objects.exists()


def test_a_resident_cannot_be_named(client_of: Callable[[Person], Client], ioana: Person, ana: Person) -> None:
    assert client_of(ioana).post(TEAM, {"person": str(ana.pk)}).status_code == 422
