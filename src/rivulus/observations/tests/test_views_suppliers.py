"""The space of a supplier, the pages of departments, and the page that checks messages."""

import json
import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person
from rivulus.observations.actions import suppliers as actions
from rivulus.observations.models import Datastream, DeviceMessage, Supplier, SupplierKey, SupplierMember
from rivulus.observations.queries import suppliers as queries
from rivulus.observations.tests.test_devices import describe

pytestmark = pytest.mark.django_db
PAGES = ("", "keys/", "messages/", "start/", "manage/")


@pytest.fixture(autouse=True)
def _fresh(db: None) -> None:
    cache.clear()


@pytest.fixture
def people() -> dict[str, Person]:
    return {
        "ana": make_person("ana"),
        "dan": make_person("dan", Role.DEPARTMENT),
        "bogdan": make_person("bogdan", Role.SUPPLIER),
        "vlad": make_person("vlad", Role.SUPPLIER),
    }


@pytest.fixture
def lamps(people: dict[str, Person]) -> Supplier:
    made = actions.create_supplier(by=None, code="lamps", name="Lamps of the North")
    actions.add_member(by=None, supplier=made, email="bogdan@example.org")
    describe(made, "temperature", "humidity")
    return made


@pytest.fixture
def as_(people: dict[str, Person]) -> Callable[[str], Client]:
    def sign_in(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(people[name])
        return client

    return sign_in


SEEN = {"": (302,) * 5, "ana": (404,) * 4 + (403,), "vlad": (404,) * 4 + (403,), "bogdan": (200,) * 4 + (403,)}


@pytest.mark.parametrize(("who", "statuses"), [*SEEN.items(), ("dan", (200,) * 5)])
def test_only_its_people_and_departments_see_the_space_of_a_supplier(
    lamps: Supplier, as_: Callable[[str], Client], who: str, statuses: tuple[int, ...]
) -> None:
    client = as_(who)
    assert tuple(client.get(f"/en/suppliers/lamps/{page}").status_code for page in PAGES) == statuses
    listed = {"": 302, "ana": 403}.get(who, 200)
    assert client.get("/en/suppliers/").status_code == listed
    posted = [
        ("keys/", {"name": "Key", "scopes": ["observe"]}),
        ("members/", {"email": "vlad@example.org"}),
        ("active/", {"reason": "Not paid"}),
        ("manage/", {"name": "X Y", "quota_per_minute": 1, "quota_per_day": 1}),
    ]
    for page, data in posted:
        status = client.post(f"/en/suppliers/lamps/{page}", data).status_code
        allowed = who == "dan" or (who == "bogdan" and page == "keys/")
        assert (status in (200, 302)) is (allowed or who == ""), page
    assert SupplierKey.objects.exists() is (who in ("dan", "bogdan"))
    assert Supplier.objects.get().is_active is (who != "dan")


def test_a_supplier_sees_its_series_with_what_came_last(lamps: Supplier, as_: Callable[[str], Client]) -> None:
    page = as_("bogdan").get("/en/suppliers/lamps/").content.decode()
    for series in Datastream.objects.order_by("id"):
        assert f">{series.pk}<" in page and str(series.code) in page
    assert "nothing yet" in page
    commands = as_("bogdan").get("/en/suppliers/lamps/start/").content.decode()
    first = Datastream.objects.order_by("id").first()
    assert (first and f"Datastreams({first.pk})/Observations" in commands) or "Datastreams(" in commands
    assert "YOUR_KEY" in commands and "http://testserver/devices/chirpstack/v4" in commands


def test_a_key_is_shown_once_and_revoked_with_a_click(lamps: Supplier, as_: Callable[[str], Client]) -> None:
    client = as_("bogdan")
    data = {"name": "Gateway", "scopes": ["observe", "describe"], "life": "90", "is_sandbox": "on"}
    answer = client.post("/en/suppliers/lamps/keys/", data)
    secret = re.search(r"rvk_[\w-]{43}", answer.content.decode())
    assert secret and "no-store" in answer.headers["Cache-Control"]
    holder = queries.find_key(secret[0])
    assert holder and holder.is_sandbox
    assert secret[0] not in client.get("/en/suppliers/lamps/keys/").content.decode()
    key = SupplierKey.objects.get()
    assert key.expires_at is not None
    assert client.post(f"/en/suppliers/lamps/keys/{key.pk}/revoke/").status_code == 302
    assert queries.find_key(secret[0]) is None
    assert client.post("/en/suppliers/lamps/keys/", {"name": "x", "scopes": []}).status_code == 400


def test_a_department_adds_suspends_and_peoples_a_supplier(lamps: Supplier, as_: Callable[[str], Client]) -> None:
    client = as_("dan")
    data = {"name": "Bins", "code": "bins", "quota_per_minute": 10, "quota_per_day": 100}
    assert client.post("/en/suppliers/new/", data).headers["Location"] == "/en/suppliers/bins/"
    assert "already" in client.post("/en/suppliers/new/", data).content.decode()
    assert client.post("/en/suppliers/new/", data | {"code": "new"}).status_code == 400
    page = client.post("/en/suppliers/bins/members/", {"email": "nobody@example.org"})
    assert page.status_code == 400 and "Nobody has an account" in page.content.decode()
    assert client.post("/en/suppliers/bins/members/", {"email": "vlad@example.org"}).status_code == 302
    member = SupplierMember.objects.get(supplier__code="bins")
    assert as_("vlad").get("/en/suppliers/bins/").status_code == 200
    assert client.post(f"/en/suppliers/lamps/members/{member.pk}/remove/").status_code == 404
    assert client.post(f"/en/suppliers/bins/members/{member.pk}/remove/").status_code == 302
    assert as_("vlad").get("/en/suppliers/bins/").status_code == 404
    assert client.post("/en/suppliers/bins/active/", {"reason": "x"}).status_code == 400
    assert client.post("/en/suppliers/bins/active/", {"reason": "Not paid"}).status_code == 302
    assert "suspended" in client.get("/en/suppliers/").content.decode()
    changed = {"name": "Bins & co", "quota_per_minute": 5, "quota_per_day": 50, "contact": "a@example.org"}
    assert client.post("/en/suppliers/bins/manage/", changed).status_code == 302
    assert Supplier.objects.get(code="bins").quota_per_day == 50


def test_messages_are_shown_with_what_was_wrong(lamps: Supplier, as_: Callable[[str], Client]) -> None:
    finding = {"level": "error", "sentence": "The message has nothing at “%(path)s”.", "values": {"path": "<b>"}}
    strange = {"level": "error", "sentence": "100 % of %(nothing)s", "values": {"x": 1}}
    for good in (True, False):
        DeviceMessage.objects.create(
            supplier=lamps,
            channel="tts",
            kind="tts",
            device="lorawan:1",
            body="<script>",
            is_good=good,
            findings=[finding, strange],
        )
    client = as_("bogdan")
    page = client.get("/en/suppliers/lamps/messages/").content.decode()
    assert page.count("nothing at “&lt;b&gt;”") == 2 and "<script>" not in page.split("<main")[1]
    assert client.get("/en/suppliers/lamps/messages/?only=wrong").content.decode().count("lorawan:1") == 1


def test_anybody_may_have_a_message_checked(lamps: Supplier, as_: Callable[[str], Client]) -> None:
    first = Datastream.objects.order_by("id").first()
    assert first
    right = json.dumps({"phenomenonTime": "2026-11-22T08:14:00Z", "result": 20, "Datastream": {"@iot.id": first.pk}})
    assert as_("").get("/en/check-a-device/").status_code == 200
    actions.create_supplier(by=None, code="bins", name="Bins")
    actions.add_member(by=None, supplier=Supplier.objects.get(code="bins"), email="vlad@example.org")
    for who in ("", "bogdan", "dan"):
        page = as_(who).post("/en/check-a-device/", {"message": right}).content.decode()
        assert "The message is right." in page, who
    assert "belongs to another" in as_("vlad").post("/en/check-a-device/", {"message": right}).content.decode()
    wrong = right.replace("Z", "")
    assert "has no zone" in as_("").post("/en/check-a-device/", {"message": wrong}).content.decode()
    mapped = {"message": '{"t": 215}', "mapping": f"t = {first.pk} × 0.1"}
    assert "21.5" in as_("").post("/en/check-a-device/", mapped).content.decode()
    assert as_("").post("/en/check-a-device/", {"message": "{}", "mapping": "what"}).status_code == 400
    assert as_("").post("/en/check-a-device/", {"message": ""}).status_code == 400


@pytest.mark.parametrize("language", ["", "en/", "hu/"])
def test_the_pages_open_in_every_language(lamps: Supplier, as_: Callable[[str], Client], language: str) -> None:
    client = as_("dan")
    for page in PAGES:
        assert client.get(f"/{language}suppliers/lamps/{page}").status_code == 200
    assert client.get(f"/{language}suppliers/new/").status_code == 200


def test_the_check_page_is_not_for_asking_without_end(as_: Callable[[str], Client]) -> None:
    statuses = {as_("").post("/en/check-a-device/", {"message": "{}"}).status_code for _ in range(31)}
    assert statuses == {200, 429}
