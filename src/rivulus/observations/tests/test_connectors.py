"""Facts about connectors: what may be declared, whose turn it is, and what a run leaves behind."""

import datetime as dt
import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import yaml
from django.conf import LazySettings
from django.db import transaction
from django.db.utils import DatabaseError

from rivulus.identity.models import Person
from rivulus.identity.tests.conftest import *  # noqa: F403
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import connectors as actions
from rivulus.observations.feeds.connectors import declared, running
from rivulus.observations.management.schedule.connectors import run_connector, run_due_connectors
from rivulus.observations.models import Connector, ConnectorRun, Datastream, Thing
from rivulus.observations.queries import connectors as queries
from rivulus.observations.queries import readings
from rivulus.observations.queries.records import read_records
from rivulus.observations.rules.connectors.declarations import Declaration, read_all, read_one
from rivulus.observations.rules.connectors.schedule import Health, health, next_due
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.terms import Flag
from rivulus.observations.tests.sources import RECORDED, declare, say, source

NOW = dt.datetime(2026, 3, 2, 8, 10, tzinfo=dt.UTC)


def recorded_source(url: str, **others: Any) -> Declaration:
    given = {"allow_private": True, "retries": 0, "domain": "parking", "per_minute": 600, **others}
    return declare("datex2", {"table": f"{url}/table", "status": f"{url}/status"}, **given)


def respond(handler: BaseHTTPRequestHandler) -> None:
    body = (RECORDED / f"datex2_{handler.path.strip('/')}.xml").read_bytes()
    if handler.headers.get("If-None-Match") == '"1"':
        say(handler, status=304)
    else:
        say(handler, body, ETag='"1"')


def stored() -> dict[str, float]:
    codes = {row.pk: str(row.code) for row in Datastream.objects.all()}
    found = readings.read(list(codes), EARLIEST_US, LATEST_US)
    return {
        codes[int(pk)].split(":", 1)[1]: float(value) for pk, value in zip(found.datastream, found.value, strict=True)
    }


# What may be declared


def test_the_pack_declares_connectors_without_a_fault_and_none_is_asked_unless_the_operator_agrees(
    settings: LazySettings,
) -> None:
    found = declared.read_declared()
    assert not found.faults
    assert len(found.connectors) >= 8
    assert declared.list_switched_on() == ()
    settings.RIVULUS_CONNECTORS = "1"
    on = declared.list_switched_on()
    assert on and all(one.auth is None for one in on)
    settings.RIVULUS_CONNECTORS = "openaq, river_table"
    assert [one.code for one in declared.list_switched_on()] == ["openaq", "river_table"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "Bad Code"}, "small letters"),
        ({"format": "soap"}, "soap"),
        ({"domain": "space"}, "space"),
        ({"requests": {}}, "asks for"),
        ({"requests": {"main": "ftp://a.example"}}, "begins with https"),
        ({"requests": {"main": "https://user:secret@a.example"}}, "password does not belong"),
        ({"requests": {"stations": "https://a.example"}}, "no request called stations"),
        ({"every_min": 0}, "every_min"),
        ({"every_min": "often"}, "must be a number"),
        ({"enabled": "yes"}, "true or false"),
        ({"shcedule": 5}, "shcedule"),
        ({"auth": {"kind": "bearer", "variable": "RIVULUS_SECRET_KEY"}}, "CONNECTOR_"),
        ({"auth": {"kind": "magic", "variable": "CONNECTOR_X"}}, "kind of auth"),
        ({"fields": {"t": {"unit": "Cel"}}}, "which property"),
        ({"fields": {"t": {"property": "temperature", "unit": "furlong"}}}, "furlong"),
        ({"fields": {"t": {"property": "temperature", "unit": "Cel", "source_unit": "kg"}}}, "cannot become"),
        ({"options": {"zone": "Mars"}}, "Mars"),
        ({"options": {"time_format": "%H"}}, "form of times"),
    ],
)
def test_what_is_wrong_with_a_declaration_is_said(change: dict[str, Any], sentence: str) -> None:
    right = {"code": "right", "format": "json", "requests": {"main": "https://a.example/x"}}
    assert read_one(right).code == "right"
    with pytest.raises(Refused, match=sentence):
        read_one({**right, **change})


def test_one_wrong_declaration_does_not_keep_the_others_from_being_read() -> None:
    text = """
    connectors:
      - {code: good, format: json, requests: {main: "https://a.example"}}
      - {code: bad, format: soap}
      - {code: good, format: json, requests: {main: "https://a.example"}}
    """
    found = read_all(yaml.safe_load(text))
    assert [one.code for one in found.connectors] == ["good"]
    assert [one.code for one in found.faults] == ["bad", "good"]
    assert read_all(None).faults and read_all([]).faults


# Whose turn it is


def test_failures_make_a_connector_wait_longer_but_never_longer_than_six_hours() -> None:
    minutes = [(next_due(NOW, every_min=5, failures=failures) - NOW).total_seconds() / 60 for failures in range(9)]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert next_due(NOW, every_min=1440, failures=3) - NOW == dt.timedelta(days=1)
    later = NOW + dt.timedelta(hours=2)
    assert next_due(NOW, every_min=5, failures=1, not_before=later) == later


def test_health_is_told_by_the_last_run_and_the_failures_before_it() -> None:
    assert health(is_on=False, outcome="stored", failures=0) is Health.OFF
    assert health(is_on=True, outcome="", failures=0) is Health.WAITING
    assert health(is_on=True, outcome="unchanged", failures=0) is Health.WELL
    assert health(is_on=True, outcome="partial", failures=0) is Health.TROUBLED
    assert health(is_on=True, outcome="failed", failures=2) is Health.TROUBLED
    assert health(is_on=True, outcome="failed", failures=3) is Health.FAILING


def test_each_turn_is_taken_once(db: None) -> None:
    one = declare("json", every_min=5)
    with clock.frozen(NOW):
        assert actions.take_due(by=None, declarations=[one]) == ["test_json"]
        assert actions.take_due(by=None, declarations=[one]) == []
    with clock.frozen(NOW + dt.timedelta(minutes=5)):
        assert actions.take_due(by=None, declarations=[one]) == ["test_json"]


def test_a_lease_keeps_others_out_until_it_ends_by_itself(db: None) -> None:
    with clock.frozen(NOW):
        assert actions.lease(by=None, code="one", for_s=60) is not None
        assert actions.lease(by=None, code="one", for_s=60) is None
    with clock.frozen(NOW + dt.timedelta(seconds=61)):
        assert actions.lease(by=None, code="one", for_s=60) is not None


# What a run leaves behind


def test_a_run_describes_the_things_and_stores_what_they_say_once(db: None) -> None:
    with source(respond) as url:
        one = recorded_source(url, options={"zone": "Europe/Bucharest"})
        with clock.frozen(NOW):
            first = running.run(one)
            second = running.run(one)
            Connector.objects.update(validators={})
            third = running.run(one)
    assert first is not None and second is not None and third is not None
    assert (first.outcome, first.things, first.added) == ("stored", 2, 7)
    assert (second.outcome, second.added) == ("unchanged", 0)
    assert (third.outcome, third.added, third.replayed) == ("stored", 0, 7)
    assert stored()["BM1:free_places"] == 18.0
    thing = Thing.objects.get(code="test_datex2:BM1")
    assert (thing.domain, thing.properties["connector"]) == ("parking", "test_datex2")
    text = Datastream.objects.get(code="test_datex2:BM1:parking_opening")
    assert [row.result for row in read_records([text.pk], EARLIEST_US, LATEST_US)] == ["open"]


def test_what_did_not_change_in_one_part_is_taken_from_what_was_kept(db: None) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        if "status" in handler.path:
            say(handler, (RECORDED / "datex2_status.xml").read_bytes())
        else:
            respond(handler)

    with source(half) as url, clock.frozen(NOW):
        running.run(recorded_source(url))
        again = running.run(recorded_source(url))
    assert again is not None and again.outcome == "partial"
    assert Thing.objects.get(code="test_datex2:BM1").name == "Parcarea Millennium"


def test_part_of_an_answer_that_is_wrong_is_told_and_the_rest_is_stored(db: None) -> None:
    with source(respond) as url, clock.frozen(NOW):
        run = running.run(recorded_source(url))
    assert run is not None
    assert (run.outcome, run.problem_count, run.problems[0]["where"]) == ("partial", 1, "BM2")
    assert "BM1:free_places" in stored()


def test_an_answer_with_nothing_in_it_is_a_failure_told_in_words(db: None) -> None:
    with source(lambda handler: say(handler, b"<html>busy</html>")) as url, clock.frozen(NOW):
        run = running.run(recorded_source(url))
    assert run is not None
    assert (run.outcome, run.sentence) == ("failed", "The answer holds nothing that this connector knows.")
    assert Connector.objects.get().leased_until is None


def test_a_source_that_is_down_is_told_of_and_asked_later_and_later(db: None) -> None:
    with source(lambda handler: say(handler, status=500)) as url:
        one = recorded_source(url, every_min=5)
        for failures in (1, 2, 3):
            with clock.frozen(NOW):
                run = running.run(one)
            state = Connector.objects.get()
            assert run is not None and run.outcome == "failed"
            assert run.sentence % run.values == "The source answers with status 500."
            assert (state.failures, state.next_due_at) == (failures, next_due(NOW, every_min=5, failures=failures))
    assert state.last_success_at is None
    assert not Thing.objects.exists()


def test_a_fault_of_our_own_is_a_failed_run_and_not_a_lost_one(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running, "map_answer", broken)
    with source(respond) as url, clock.frozen(NOW):
        run = running.run(recorded_source(url))
    assert run is not None and run.outcome == "failed" and "log" in run.sentence


def test_values_of_a_model_are_marked_as_estimated_and_impossible_ones_as_out_of_range(db: None) -> None:
    body = json.dumps({"p": 140.0, "q": 3.0}).encode()
    fields = {
        "p": {"property": "some_share", "unit": "%", "maximum": 100},
        "q": {"property": "other_share", "unit": "%", "maximum": 100},
    }
    with source(lambda handler: say(handler, body)) as url, clock.frozen(NOW):
        one = declare("json", {"main": url}, fields=fields, estimated=True, allow_private=True, per_minute=600)
        running.run(one)
    found = readings.read([row.pk for row in Datastream.objects.all()], EARLIEST_US, LATEST_US)
    flags = dict(zip(found.value.tolist(), found.quality.tolist(), strict=True))
    assert flags[140.0] & Flag.OUT_OF_RANGE and flags[140.0] & Flag.ESTIMATED
    assert not flags[3.0] & Flag.OUT_OF_RANGE


def test_what_people_changed_about_a_thing_stays_as_long_as_the_source_says_the_same(db: None) -> None:
    with source(respond) as url, clock.frozen(NOW):
        running.run(recorded_source(url))
        Thing.objects.filter(code="test_datex2:BM1").update(description="Lângă gară")
        Connector.objects.update(validators={})
        running.run(recorded_source(url))
    assert Thing.objects.get(code="test_datex2:BM1").description == "Lângă gară"


def test_trying_out_stores_nothing(db: None) -> None:
    with source(respond) as url:
        mapped = running.try_out(recorded_source(url))
    assert len(mapped.readings) == 5
    assert not Thing.objects.exists() and not Connector.objects.exists() and not ConnectorRun.objects.exists()


def test_further_pages_are_read_as_declared(db: None) -> None:
    def paged(handler: BaseHTTPRequestHandler) -> None:
        page = int(handler.path.rpartition("=")[2] or 0) if "=" in handler.path else 1
        body = json.dumps([{"id": f"s{page}", "v": page}]).encode()
        say(handler, body, Link=f'</?page={page + 1}>; rel="next"')

    fields = {"v": {"property": "some_count", "unit": "1"}}
    with source(paged) as url:
        one = declare("json", {"main": url}, fields=fields, options={"id": "id"}, pages=3, allow_private=True)
        assert [reading.value for reading in running.try_out(one).readings] == [1.0, 2.0, 3.0]


def test_the_schedule_runs_what_is_due_and_switched_on(db: None, settings: LazySettings, tmp_path: Any) -> None:
    folder = tmp_path / "observations"
    folder.mkdir()
    settings.PACK_DIR = tmp_path
    with source(respond) as url:
        given = {"code": "parking", "format": "datex2", "enabled": True, "allow_private": True,
                 "requests": {"table": f"{url}/table", "status": f"{url}/status"}}  # fmt: skip
        (folder / "connectors.yaml").write_text(
            json.dumps({"connectors": [given, {**given, "code": "other", "enabled": False}]})
        )
        run_due_connectors.call()
        assert not ConnectorRun.objects.exists()
        settings.RIVULUS_CONNECTORS = "1"
        run_due_connectors.call()
        run_due_connectors.call()
        assert [run.connector.code for run in ConnectorRun.objects.all()] == ["parking"]
        # What was queued before somebody paused it, or switched everything off, is not asked any more.
        Connector.objects.update(is_paused=True)
        run_connector.call("parking")
        Connector.objects.update(is_paused=False)
        settings.RIVULUS_CONNECTORS = "0"
        run_connector.call("parking")
        run_connector.call("nobody")
    assert ConnectorRun.objects.count() == 1


def test_a_run_is_never_changed_and_forgotten_after_ninety_days(db: None) -> None:
    row = Connector.objects.create(code="one")
    old = ConnectorRun.objects.create(connector=row, outcome="stored", finished_at=NOW - dt.timedelta(days=91))
    new = ConnectorRun.objects.create(connector=row, outcome="stored", finished_at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        ConnectorRun.objects.filter(pk=new.pk).update(outcome="failed")
    with clock.frozen(NOW):
        assert actions.forget_old_runs(by=None) == 1
    assert list(queries.list_runs("one")) == [new]
    assert old.pk


# People


def test_departments_pause_and_hasten_connectors_and_the_journal_knows(dan: Person, ana: Person) -> None:
    one = declare("json")
    actions.set_paused(by=dan, code=one.code, is_paused=True)
    assert actions.take_due(by=None, declarations=[one]) == []
    actions.set_paused(by=dan, code=one.code, is_paused=False)
    assert actions.take_due(by=None, declarations=[one]) == [one.code]
    actions.ask_soon(by=dan, code=one.code)
    assert actions.take_due(by=None, declarations=[one]) == [one.code]
    verbs = list(
        Line.objects.filter(subject="observations.connector").order_by("sequence").values_list("verb", flat=True)
    )
    assert [verb.rsplit(".", 1)[1] for verb in verbs] == ["paused", "resumed", "asked"]
    with pytest.raises(Refused, match="managed by departments"):
        actions.set_paused(by=ana, code=one.code, is_paused=True)
