"""The sandbox never touches the city's data."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.actions import sandbox, suppliers
from rivulus.observations.models import ObservedProperty, Sensor, Thing

pytestmark = pytest.mark.django_db


def contents(schema: str) -> dict[str, int]:
    """Every row of every table of a schema, as one number for each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')", [schema]
        )
        names = [row[0] for row in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f"SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {schema}.{name} t")
            counts[name] = cursor.fetchone()
        return counts


@pytest.fixture
def built() -> None:
    sandbox.rebuild(by=None)


def test_it_is_built_once_and_again_when_the_citys_tables_change() -> None:
    sandbox.rebuild(by=None)
    assert not sandbox.rebuild(by=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE observations_thing ADD COLUMN colour text")
    assert sandbox.rebuild(by=None)
    with sandbox.inside(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO observations_record VALUES (now(), 1, 0, '1')")
        cursor.execute("SELECT count(colour) FROM observations_thing")
        assert cursor.fetchone() == (0,)


def test_what_is_done_inside_leaves_the_city_as_it_was(built: None) -> None:
    before = contents("public")
    with sandbox.inside():
        thing = Thing.objects.create(name="A lamp on the bench")
        journal.write(by=None, verb="test.tried", subject="observations.thing", subject_id=thing.pk, content={})
        assert Thing.objects.count() == 1
    assert contents("public") == before
    assert not Thing.objects.exists()
    with sandbox.inside():
        assert Thing.objects.get().name == "A lamp on the bench"


def test_the_path_is_the_citys_again_after_the_block_and_after_an_error(built: None) -> None:
    def path() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            return str(cursor.fetchone()[0])

    with sandbox.inside():
        assert path() == "sandbox"
    assert path() == "public"
    with pytest.raises(RuntimeError), sandbox.inside():
        raise RuntimeError
    assert path() == "public"


def test_foreign_keys_lead_to_the_sandboxs_own_tables(built: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = 'sandbox'::regnamespace"
        )
        ties = dict.fromkeys(cursor.fetchall())
    assert ("sandbox.observations_datastream", "sandbox.observations_thing") in ties
    assert ("sandbox.observations_thing", "observations_supplier") in ties


def test_what_is_older_than_thirty_days_is_swept_out(built: None) -> None:
    supplier = suppliers.create_supplier(by=None, code="old", name="Old lamps")
    with sandbox.inside():
        Thing.objects.create(name="old", supplier=supplier, created_at=clock.now() - dt.timedelta(days=31))
        Thing.objects.create(name="new", supplier=supplier)
        Sensor.objects.create(name="old", created_at=clock.now() - dt.timedelta(days=31))
        ObservedProperty.objects.create(name="new", definition="urn:x")
    sandbox.sweep(by=None)
    with sandbox.inside():
        assert Thing.objects.get().name == "new"
        assert not Sensor.objects.exists()
        assert ObservedProperty.objects.exists()
    assert suppliers.Supplier.objects.filter(pk=supplier.pk).exists()


THING = {
    "name": "A lamp on the bench",
    "description": "x",
    "Locations": [
        {
            "name": "Bench",
            "description": "x",
            "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [23.57, 47.66]},
        }
    ],
    "Datastreams": [
        {
            "name": "Power",
            "description": "x",
            "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "watt", "symbol": "W", "definition": "urn:w"},
            "Sensor": {"name": "s", "description": "x", "encodingType": "text/plain", "metadata": "x"},
            "ObservedProperty": {"name": "p", "definition": "urn:p", "description": "x"},
        }
    ],
}


@pytest.mark.parametrize("is_sandbox", [True, False])
def test_sensorthings_in_the_sandbox_leaves_the_city_as_it_was(built: None, is_sandbox: bool) -> None:
    supplier = suppliers.create_supplier(by=None, code="lamps", name="Lamps")
    scopes = ["observe", "describe", "read"]
    secret = suppliers.issue_key(by=None, supplier=supplier, name="Key", scopes=scopes, is_sandbox=is_sandbox).secret
    client, before = Client(headers={"authorization": f"Bearer {secret}"}), contents("public")
    base = "/sandbox/sensorthings/v1.1"

    made = client.post(f"{base}/Things", THING, content_type="application/json")
    assert made.status_code == 201, made.content
    assert "/sandbox/sensorthings/v1.1/Things(" in made.headers["Location"]
    series = client.get(f"{base}/Datastreams").json()["value"][0]
    assert series["@iot.selfLink"].startswith(f"http://testserver{base}/Datastreams(")
    link = series["@iot.selfLink"].removeprefix("http://testserver")
    for result in (1.5, 1.5, 2.5):
        body = {"result": result, "phenomenonTime": "2026-11-16T08:00:00Z"}
        assert client.post(f"{link}/Observations", body, content_type="application/json").status_code == 201
    observations = client.get(f"{link}/Observations").json()["value"]
    assert [one["result"] for one in observations] == [2.5]
    table = client.get(f"{link}/Observations?$resultFormat=CSV")
    assert b"2.5" in table.content
    assert client.get("/sensorthings/v1.1/Things").json()["value"] == []
    assert client.delete(made.headers["Location"].removeprefix("http://testserver")).status_code == 200

    after = contents("public")
    counted = {"observations_supplierkey", "observations_supplierusage", "rivulus_cache"}
    assert {name for name in after if after[name] != before.get(name)} <= counted


def test_without_a_key_nobody_writes_in_the_sandbox(built: None) -> None:
    assert Client().post("/sandbox/sensorthings/v1.1/Things", THING, content_type="application/json").status_code == 401
    assert Client().get("/sandbox/sensorthings/v1.1").status_code == 200
    assert Client().get("/sandbox/sensorthings/v1.1/Things").json()["value"] == []
