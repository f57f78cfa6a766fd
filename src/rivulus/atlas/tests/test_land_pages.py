"""Facts about the pages of the register of land."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from rivulus.atlas.actions import land as actions
from rivulus.atlas.models import LandAsset, LandPhoto
from rivulus.atlas.tests.test_land import HECTARE, NOW, enter
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock

ENTRY = {
    "code": "hall", "kind": "building", "state": "available", "title_ro": "Hală veche", "outline": "47.6567, 23.5850",
    "owner_kind": "city", "pollution": "none_known", "area_m2": "900", "is_public": "on", "utilities": ["water", "road"],
    "pollutants": "lead; 12,5; mg/kg; 2021; study",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def text_of(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def jpeg() -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    stream.seek(0)
    stream.name = "field.jpg"
    return stream


def test_the_empty_register_says_what_to_do(city: Organisation, client: Client) -> None:
    assert "The register is empty" in text_of(client.get("/en/atlas/land/"))


def test_everybody_reads_what_is_public(dan: Person, city: Organisation, client: Client) -> None:
    enter(
        dan,
        city,
        uses=["solar"],
        pollutants=[{"name": "lead", "amount": 1250.0, "unit": "mg/kg", "year": 2021, "source": "study"}],
    )
    enter(dan, city, code="secret", title_ro="Ascuns", is_public=False)
    page = text_of(client.get("/en/atlas/land/"))
    assert "Fosta uzină Cuprom" in page
    assert "Ascuns" not in page
    one = text_of(client.get("/en/atlas/land/cuprom/"))
    assert "1,250 mg/kg" in one
    assert "Solar power" in one
    assert client.get("/en/atlas/land/secret/").status_code == 404


def test_weights_in_the_address_change_the_order(dan: Person, city: Organisation, client: Client) -> None:
    enter(dan, city)
    enter(dan, city, code="small", title_ro="Teren mic", kind="land", pollution="none_known")
    LandAsset.objects.filter(code="small").update(area_m2=150)
    first = [row.asset.code for row in client.get("/en/atlas/land/").context["rows"]]
    only_size = {f"w_{part}": 0 for part in ("utilities", "condition", "ground", "price", "ownership", "plan")} | {
        "w_size": 5
    }
    assert [row.asset.code for row in client.get("/en/atlas/land/", only_size).context["rows"]] == ["cuprom", "small"]
    assert first == ["small", "cuprom"]


@pytest.mark.parametrize(
    "query", [{"smallest_m2": "x"}, {"kind": "nothing"}, {"utilities": ["nothing"]}, {"page": "999"}]
)
def test_what_cannot_be_read_asks_for_nothing(dan: Person, city: Organisation, client: Client, query: Any) -> None:
    enter(dan, city)
    assert "Cuprom" in text_of(client.get("/en/atlas/land/", query))


def test_an_entry_is_made_and_changed_by_its_keeper(dan: Person, city: Organisation, client: Client) -> None:
    client.force_login(dan)
    made = client.post("/en/atlas/land/new/", ENTRY | {"keeper": city.pk})
    assert made.status_code == 302, text_of(made)[-1500:]
    asset = LandAsset.objects.get()
    assert asset.pollutants == [{"name": "lead", "amount": 12.5, "unit": "mg/kg", "year": 2021, "source": "study"}]
    assert asset.utilities == ["road", "water"]
    form = client.get("/en/atlas/land/hall/edit/").context["form"]
    assert form.initial["outline"] == "47.656700, 23.585000"
    changed = client.post("/en/atlas/land/hall/edit/", ENTRY | {"number": 1, "address": "Str. Minerilor 2"})
    assert changed.status_code == 302, text_of(changed)[-1500:]
    stale = client.post("/en/atlas/land/hall/edit/", ENTRY | {"number": 1, "address": "Elsewhere"})
    assert stale.status_code == 422
    assert "Somebody else has changed this entry" in text_of(stale)
    assert "Elsewhere" in stale.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"outline": "somewhere"}, "not a GeoJSON geometry"),
        ({"outline": "123, 47"}, "latitudes between"),
        ({"pollutants": "lead; much"}, "Line 1"),
        ({"pollution": "heavy", "uses": ["housing"]}, "nobody should live"),
        ({"owner_kind": "person", "owner_name": "Ion"}, "never named"),
        ({"title_ro": ""}, "required"),
    ],
)
def test_a_wrong_entry_is_told_what_is_wrong(
    dan: Person, city: Organisation, client: Client, wrong: dict[str, Any], sentence: str
) -> None:
    client.force_login(dan)
    answer = client.post("/en/atlas/land/new/", ENTRY | {"keeper": city.pk} | wrong)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not LandAsset.objects.exists()


def test_others_do_not_keep_it(dan: Person, flavia: Person, ana: Person, city: Organisation, client: Client) -> None:
    enter(dan, city)
    assert client.get("/en/atlas/land/cuprom/edit/").status_code == 302
    client.force_login(ana)
    assert client.get("/en/atlas/land/new/").status_code == 403
    client.force_login(flavia)
    assert client.get("/en/atlas/land/cuprom/edit/").status_code == 403
    assert (
        client.post("/en/atlas/land/cuprom/do/", {"do": "withdraw", "number": 1, "reason": "Mine!"}).status_code == 403
    )
    assert client.post("/en/atlas/land/new/", ENTRY | {"keeper": city.pk}).status_code == 422


def test_steps_and_photos_are_added_and_taken_away(dan: Person, city: Organisation, client: Client) -> None:
    enter(dan, city)
    client.force_login(dan)
    do = "/en/atlas/land/cuprom/do/"
    client.post(do, {"do": "stage", "number": 1, "stage": "studied", "on": "2026-05-01", "note": "Six samples."})
    client.post(do, {"do": "photo", "number": 2, "caption": "The old chimney", "photo": jpeg()})
    photo = LandPhoto.objects.get()
    client.logout()
    page = client.get("/en/atlas/land/cuprom/").content.decode()
    assert "Six samples." in page and 'alt="The old chimney"' in page
    sent = client.get(f"/en/atlas/land/photos/{photo.pk}/")
    assert b"".join(sent).startswith(b"\xff\xd8")
    client.force_login(dan)
    client.post(do, {"do": "withdraw_photo", "photo": photo.pk})
    assert client.get(f"/en/atlas/land/photos/{photo.pk}/").status_code == 404


def test_a_photo_of_what_is_not_public_is_not_sent(dan: Person, city: Organisation, client: Client) -> None:
    asset = enter(dan, city, is_public=False)
    client.force_login(dan)
    client.post("/en/atlas/land/cuprom/do/", {"do": "photo", "number": 1, "caption": "Inside", "photo": jpeg()})
    photo = LandPhoto.objects.get(asset=asset)
    sent = client.get(f"/en/atlas/land/photos/{photo.pk}/")
    assert b"".join(sent)  # read to its end, so that the file is closed
    assert sent["Cache-Control"].startswith("private")
    client.logout()
    assert client.get(f"/en/atlas/land/photos/{photo.pk}/").status_code == 404


def test_an_entry_goes_with_a_reason(dan: Person, city: Organisation, client: Client) -> None:
    enter(dan, city)
    client.force_login(dan)
    client.post("/en/atlas/land/cuprom/do/", {"do": "withdraw", "number": 1, "reason": "no"})
    assert LandAsset.objects.get().withdrawn_at is None
    gone = client.post("/en/atlas/land/cuprom/do/", {"do": "withdraw", "number": 1, "reason": "Sold to a firm."})
    assert gone["Location"] == "/en/atlas/land/"
    assert client.get("/en/atlas/land/cuprom/").status_code == 404


def test_what_is_made_up_says_so(city: Organisation, client: Client, settings: Any) -> None:
    settings.RIVULUS_DEMO = True
    actions.enter(
        by=None, code="example", keeper=city, geometry=HECTARE, is_illustrative=True,
        values={"kind": "land", "title_ro": "Exemplu", "is_public": True},
    )  # fmt: skip
    for address in ("/en/atlas/land/", "/en/atlas/land/example/"):
        assert "emonstration" in client.get(address).content.decode()
