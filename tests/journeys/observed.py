"""What the journeys' city observes: a station that alarms, a supplier with a lamp, and a few devices of every kind."""

import datetime as dt
import io
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
from django.conf import settings

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.observations.actions import alarms, connectors, devices, forecasts, imports, simulation, suppliers
from rivulus.observations.actions.automations import replays, versions, watching
from rivulus.observations.feeds import automation_pack, observation_pack
from rivulus.observations.feeds.imports import keeping, reading, working
from rivulus.observations.management.schedule.figures import make_all_figures
from rivulus.observations.models import Alarm, Automation, Datastream, Supplier, Thing
from rivulus.observations.queries import devices as device_queries
from rivulus.observations.queries import imports as import_queries
from rivulus.observations.queries import kept_figures
from rivulus.observations.queries import suppliers as supplier_queries
from rivulus.observations.rules.connectors.mapped import Problem
from rivulus.observations.rules.connectors.schedule import Outcome
from rivulus.observations.rules.devices.judging import judge
from rivulus.observations.rules.devices.reading import read_message
from rivulus.observations.rules.forecasts import backtest
from rivulus.observations.rules.forecasts.frames import Frame
from rivulus.observations.rules.imports import mapping
from rivulus.observations.rules.imports.guessing import guess_layout
from rivulus.observations.terms import Scope
from rivulus.observations.tests.places import make_series, make_station, measure

SHARE = 0.01  # of the simulated city: a few devices of every kind
HISTORY_DAYS = 2
FORECAST_DAYS = 45  # five weeks are learned from
STATION, SERIES = "libertatii", "libertatii:pm10"
LAMP, LAMP_SERIES = "felinar-12", "felinar-12:lamp_power"
TASKED_LAMP = "sim:lamp-001"
SUPPLIER = "lampi"
CONNECTOR = "sensor_community"
RULE = "praf"
DRAFT = "lamp-dimming-night"  # of the pack; it acts on the street, so that it waits for a second person
DASHBOARD = "air"
TEXT = """title: {ro: "Praf în Piața Libertății", en: "Dust in Piața Libertății", hu: "Por a Libertății téren"}
domain: air
triggers:
  - id: praf
    value:
      series: {property: pm10, domain: air}
      above: 50
      clear: 45
      for: 10m
actions:
  - alarm: {severity: critical, acknowledge_within: 30m, escalate: [{after: 30m, roles: [department]}]}
  - notice:
      for: 12h
      text: {ro: "Aerul este prăfos.", en: "The air is dusty.", hu: "Poros a levegő."}
"""


def build(dan: Person, livia: Person) -> None:
    """Let the city observe; what depends on chance or on the hour is left out."""
    folder = settings.PACK_DIR / "observations"
    observation_pack.load(by=None, folder=folder)
    automation_pack.load(by=None, folder=folder)
    series = _station()
    _alarm(dan, series)
    _forecast(series)
    _supplier(dan, livia)
    _connector()
    _import(dan, finish=False)
    _import(dan, finish=True)
    simulation.build_city(by=None, share=SHARE)
    simulation.fill_history(by=None, days=HISTORY_DAYS)
    # Where no demonstration runs nobody sees what is simulated; for the city of the journeys these devices are its own.
    Datastream.objects.update(is_simulated=False)
    Thing.objects.update(is_simulated=False)
    with mock.patch.object(kept_figures, "KEEP_S", 86_400):  # a busy machine is slow, not wrong
        make_all_figures.call()


def _station() -> Datastream:
    station = make_station(STATION, properties={"name_ro": "Piața Libertății", "name_en": "Piața Libertății"})
    series = make_series(station, "pm10")
    hours = np.arange(FORECAST_DAYS * 24)
    values = 22 + 9 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(1329).normal(0, 1.5, len(hours))
    values[-4:] = (31, 62, 66, 71)
    measure(series, np.round(values, 1))
    return series


def _alarm(dan: Person, series: Datastream) -> None:
    """The dust of the last hours, seen by a rule that was switched on before; and one that somebody has seen to."""
    with clock.frozen(clock.now() - dt.timedelta(hours=12)):
        version = versions.draft(by=None, code=RULE, text=TEXT)
        versions.activate(by=None, version_id=version.pk)
    watching.watch(by=None, version_id=version.pk)
    replays.ask(by=dan, text=TEXT, start=clock.now() - dt.timedelta(days=7), automation=version.automation)
    adela = Person.objects.get(full_name="Adela")
    silenced = Automation.objects.get(code="noise-night")
    until = clock.now() + dt.timedelta(hours=6)
    alarms.silence(by=adela, ends_at=until, reason="Zilele orașului", automation=silenced, thing=None)
    other = make_station("gara", properties={"name_ro": "Gara", "name_en": "The station"})
    alarms.maintain(by=adela, thing=other, ends_at=until, reason="Se schimbă filtrul.")
    assert Alarm.objects.filter(thing=series.thing).exists()


def _forecast(series: Datastream) -> None:
    """A forecast learned in little time: two horizons and two folds are enough to be shown."""
    forecaster = forecasts.choose_series(by=None, datastream=series)
    with mock.patch.object(backtest, "run", partial(_quick, backtest.run)):
        forecasts.learn(by=None, forecaster=forecaster)
    forecasts.forecast(by=None, forecaster=forecaster)


def _quick(run: Callable[..., backtest.Backtest], frame: Frame, **more: Any) -> backtest.Backtest:
    return run(frame, (1, 24), folds=2, **more)


def _supplier(dan: Person, livia: Person) -> None:
    supplier = suppliers.create_supplier(by=dan, code=SUPPLIER, name="Lămpi de Nord", contact="lampi@example.org")
    suppliers.add_member(by=dan, supplier=supplier, email=livia.email)
    suppliers.issue_key(by=livia, supplier=supplier, name="Poarta din parc", scopes=[Scope.OBSERVE])
    lamp = make_station(LAMP, domain="lighting", supplier=supplier, properties={"name_ro": "Felinarul 12"})
    power = make_series(lamp, "lamp_power")
    power.unit_of_measurement = {"name": "watt", "symbol": "W", "definition": "http://unitsofmeasure.org/W"}
    power.save(update_fields=["unit_of_measurement"])
    measure(power, [52, 50, 51])
    _message(supplier, '{"phenomenonTime": "ieri", "result": "mult"}')


def _message(supplier: Supplier, body: str) -> None:
    """Something that a device sent and that could not be stored."""
    message = read_message(body, series=str(Datastream.objects.get(code=LAMP_SERIES).pk))
    names = [claim.series for claim in message.claims]
    holder = supplier_queries.holder_for(supplier)
    verdict = judge(message, device_queries.find_series(names, holder=holder), clock.now())
    devices.keep_message(supplier_id=supplier.pk, channel="http", body=body, verdict=verdict)


def _connector() -> None:
    connector = connectors.lease(by=None, code=CONNECTOR, for_s=60)
    assert connector is not None
    problems = (Problem("88211", "The value “%(value)s” is no number.", {"value": "nan"}),)
    report = connectors.Report(
        started_at=clock.now(), outcome=Outcome.PARTIAL, attempts=1, received_bytes=18_211, things=2, readings=7,
        problem_count=1, problems=problems,
    )  # fmt: skip
    connectors.finish(by=None, connector=connector, every_min=5, report=report)


def _import(dan: Person, *, finish: bool) -> None:
    """A file whose columns are asked about, and one that was looked through and waits for a yes."""
    body = b"time;libertatii:pm10\n2025-01-10 08:00;31.5\n2025-01-10 09:00;mult\n"
    kept = keeping.keep(io.BytesIO(body))
    begun = reading.read_beginning(kept.place, kept.form)
    layout = guess_layout(begun.names, begun.rows, import_queries.list_candidates(), base=begun.layout)
    row = imports.take_up(by=dan, name="aer-2025.csv", place=kept.place, size=kept.size, layout=layout)
    if finish:
        imports.begin_check(by=dan, import_id=row.pk, layout=mapping.from_json(row.mapping))
        working.check(row.pk)
