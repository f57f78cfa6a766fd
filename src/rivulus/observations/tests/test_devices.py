"""Radio networks post, devices are checked, and what they said is kept for a week."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from rivulus.kernel import clock
from rivulus.observations.actions import devices as actions
from rivulus.observations.actions import entities, sandbox, suppliers
from rivulus.observations.models import Datastream, DeviceMessage, Supplier, SupplierUsage, Thing
from rivulus.observations.rules.entities import PropertySpec, SensorSpec, SeriesSpec, ThingSpec
from rivulus.observations.tests.test_rules_devices import CHIRPSTACK, TTS
from rivulus.observations.tests.test_sandbox import contents

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 8, 15, tzinfo=dt.UTC)
PROPERTIES = ("temperature", "humidity", "pressure", "battery")


@pytest.fixture(autouse=True)
def _moment() -> Any:
    cache.clear()
    with clock.frozen(NOW):
        yield


@pytest.fixture
def lamps() -> Supplier:
    entities.upsert_properties(
        by=None, specs=[PropertySpec(code=code, name=code, definition=f"urn:{code}") for code in PROPERTIES]
    )
    return suppliers.create_supplier(by=None, code="lamps", name="Lamps of the North")


@pytest.fixture
def post(lamps: Supplier) -> Callable[..., Any]:
    secrets: dict[tuple[str, ...], str] = {}

    def send(path: str, document: Any, *scopes: str, is_sandbox: bool = False) -> Any:
        name = (*scopes, str(is_sandbox))
        if scopes and name not in secrets:
            issued = suppliers.issue_key(by=None, supplier=lamps, name="Key", scopes=scopes, is_sandbox=is_sandbox)
            secrets[name] = issued.secret
        headers = {"authorization": f"Bearer {secrets[name]}"} if scopes else {}
        body = document if isinstance(document, bytes) else json.dumps(document)
        return Client().post(path, body, content_type="application/json", headers=headers)

    return send


def describe(lamps: Supplier | None, *names: str, code: str = "lorawan:0102030405060708") -> Thing:
    series = tuple(
        SeriesSpec(
            code=f"{code}:{name}",
            name=name,
            sensor=SensorSpec(code="s", name="s"),
            observed_property=PropertySpec(code=name, name=name, definition="urn:x"),
            unit={"name": "", "symbol": {"temperature": "Cel", "rssi": "dB[m]"}.get(name, "%"), "definition": ""},
        )
        for name in names
    )
    spec = ThingSpec(code=code, name="A device", series=series, supplier=lamps.pk if lamps else None)
    return entities.upsert_thing(by=None, spec=spec)


def stored() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.name, r.value FROM observations_reading r JOIN observations_datastream d ON d.id = datastream"
        )
        return dict(cursor.fetchall())


def test_an_uplink_is_stored_once_however_often_it_is_posted(lamps: Supplier, post: Callable[..., Any]) -> None:
    describe(lamps, "temperature", "humidity", "battery", "rssi")
    for expected in ({"stored": 4, "already_there": 0}, {"stored": 0, "already_there": 4}):
        response = post("/devices/chirpstack/v4?event=up", CHIRPSTACK, "observe")
        assert response.status_code == 200, response.content
        assert response.json()["is_good"]
        assert {name: response.json()[name] for name in expected} == expected
    assert stored() == {"temperature": 21.5, "humidity": 40, "battery": 93, "rssi": -48}
    assert SupplierUsage.objects.get().accepted == 4
    message = DeviceMessage.objects.order_by("id").first()
    assert message is not None
    assert (message.supplier_id, message.device, message.is_good) == (lamps.pk, "lorawan:0102030405060708", True)


def test_a_new_device_gets_its_series_when_the_key_may_describe(lamps: Supplier, post: Callable[..., Any]) -> None:
    refused = post("/devices/tts/v3", TTS, "observe")
    assert refused.status_code == 422
    assert "There is no series" in refused.json()["findings"][0]["sentence"]
    taken = post("/devices/tts/v3", TTS, "observe", "describe")
    assert (taken.status_code, taken.json()["stored"]) == (200, 3)
    thing = Thing.objects.get(code="lorawan:0102030405060709")
    assert (thing.supplier_id, thing.name, thing.domain) == (lamps.pk, "park-1", "weather")


def test_a_device_of_another_supplier_is_not_touched(lamps: Supplier, post: Callable[..., Any]) -> None:
    other = suppliers.create_supplier(by=None, code="other", name="Other")
    describe(other, "temperature", "humidity", "battery")
    response = post("/devices/chirpstack/v4", CHIRPSTACK, "observe", "describe")
    assert response.status_code == 422
    assert not stored()


def test_other_events_are_let_by_and_a_status_tells_of_the_battery(lamps: Supplier, post: Callable[..., Any]) -> None:
    describe(lamps, "battery")
    assert post("/devices/chirpstack/v4?event=join", {"x": 1}, "observe").json()["ignored"] == "join"
    status = CHIRPSTACK | {"batteryLevel": 75.5}
    assert post("/devices/chirpstack/v4?event=status", status, "observe").json()["stored"] == 1
    assert stored() == {"battery": 75.5}


@pytest.mark.parametrize(
    ("body", "scopes", "status"),
    [
        (CHIRPSTACK, (), 401),
        (CHIRPSTACK, ("read",), 403),
        (b"{", ("observe",), 400),
        (b"[]", ("observe",), 400),
        (b"\xff", ("observe",), 400),
        (b"[" * 200_000, ("observe",), 400),
        (b" " * 300_000, ("observe",), 413),
    ],
)
def test_what_cannot_be_taken_in_is_answered_in_words(
    post: Callable[..., Any], body: Any, scopes: tuple[str, ...], status: int
) -> None:
    response = post("/devices/chirpstack/v4", body, *scopes)
    assert response.status_code == status
    assert response.json()["error"].endswith(".")
    assert ("WWW-Authenticate" in response.headers) is (status == 401)


def test_a_used_up_quota_is_said(lamps: Supplier, post: Callable[..., Any]) -> None:
    suppliers.count_usage(day=clock.today(), sent={lamps.pk: (lamps.quota_per_day, 0)})
    response = post("/devices/chirpstack/v4", CHIRPSTACK, "observe")
    assert response.status_code == 429 and response.headers["Retry-After"]


def test_a_key_of_the_sandbox_leaves_the_city_as_it_was(lamps: Supplier, post: Callable[..., Any]) -> None:
    sandbox.rebuild(by=None)
    post("/devices/check", {"result": 1}, "observe", "describe", is_sandbox=True)  # makes the key
    with sandbox.inside():
        entities.upsert_properties(by=None, specs=[PropertySpec(code="temperature", name="t", definition="urn:t")])
    before = contents("public")
    response = post("/devices/chirpstack/v4", CHIRPSTACK, "observe", "describe", is_sandbox=True)
    assert response.json()["stored"] == 1, response.content
    assert not stored()
    with sandbox.inside():
        assert stored() == {"Park station: temperature": 21.5}
    after = contents("public")
    # What the supplier's people are shown about their own messages is the only trace.
    own = {"observations_devicemessage", "observations_supplierkey", "observations_supplierusage", "rivulus_cache"}
    assert {name for name in after if after[name] != before.get(name)} <= own


def test_the_check_says_what_would_be_stored_and_stores_nothing(lamps: Supplier, post: Callable[..., Any]) -> None:
    describe(lamps, "temperature")
    number = Datastream.objects.get().pk
    message = {"phenomenonTime": "2026-11-22T08:14:00Z", "result": 21.5, "Datastream": {"@iot.id": number}}
    for scopes in ((), ("observe",)):
        answer = post("/devices/check", message, *scopes).json()
        assert answer["is_good"]
        assert answer["would_store"] == [
            {"series": number, "name": "temperature", "time": "2026-11-22T08:14:00.000Z", "value": 21.5, "unit": "Cel"}
        ]
    Datastream.objects.update(is_public=False)
    assert not post("/devices/check", message).json()["is_good"]
    assert post("/devices/check", message, "observe").json()["is_good"]
    assert not stored()


def test_the_check_is_not_for_asking_without_end(post: Callable[..., Any]) -> None:
    answers = [post("/devices/check", {"result": 1}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_messages_are_kept_a_week_and_a_thousand_of_each_supplier(
    lamps: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_OF_ONE", 3)
    old = clock.now() - dt.timedelta(days=8)
    for supplier in (lamps, None):
        DeviceMessage.objects.create(supplier=supplier, channel="http", received_at=old)
        for _ in range(4):
            DeviceMessage.objects.create(supplier=supplier, channel="http")
    assert actions.forget_messages() == 4
    assert DeviceMessage.objects.filter(supplier=None).count() == 3


def test_what_a_message_says_can_always_be_kept() -> None:
    from rivulus.observations.rules.devices.judging import judge
    from rivulus.observations.rules.devices.reading import read_message

    text = '{"result": "\\u0000", "\ud800": 1}' + "x" * 9000
    verdict = judge(read_message(text), {}, NOW)
    kept = actions.keep_message(supplier_id=None, channel="mqtt", body=text, verdict=verdict)
    assert len(kept.body) <= 8000
