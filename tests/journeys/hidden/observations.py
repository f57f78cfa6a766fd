"""Things and series that are not for everybody, what they measured, and what the people on duty said about it."""

import datetime as dt
from typing import Any

from rivulus.kernel import clock
from rivulus.observations.actions import alarms, connectors, devices, entities, forecasts, imports, suppliers, tasking
from rivulus.observations.actions.automations import replays, versions, watching
from rivulus.observations.actions.storing import store
from rivulus.observations.models import (
    Alarm,
    Datastream,
    Delivery,
    HistoryImport,
    ImportReject,
    Location,
    Notification,
    Occurrence,
    Run,
    TaskingCapability,
    Thing,
)
from rivulus.observations.queries import devices as device_queries
from rivulus.observations.queries import suppliers as supplier_queries
from rivulus.observations.rules.connectors.mapped import Problem
from rivulus.observations.rules.connectors.schedule import Outcome
from rivulus.observations.rules.devices.judging import judge
from rivulus.observations.rules.devices.reading import read_message
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    FeatureSpec,
    LocationSpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.rules.forecasts.groups import How
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record
from rivulus.observations.terms import Flag, ObservationType, Scope
from tests.journeys import observed
from tests.journeys.hidden.vault import LATITUDE, LONGITUDE, NUMBER, OPEN_PLACE, PREFIX, Vault

THING, OPEN_THING, RULE, SUPPLIER, GROUP = "q7-lucru", "q7-deschis", "q7-regula", "q7-furnizor", "q7-grup"
PLACE = {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]}
LIGHT = {"type": "DataRecord", "field": [{"type": "Quantity", "name": "light", "label": "Light", "uom": {"code": "%"}}]}
MS = 1_000
TEXT = """title: {{ro: "{title}", en: "Rule", hu: "Szabály"}}
description: {{ro: "{description}", en: "{description}", hu: "{description}"}}
domain: air
# {remark}
triggers:
  - id: sus
    value:
      series: {{code: ["{series}"]}}
      above: 50
actions:
  - alarm: {{severity: warning, acknowledge_within: 30m, escalate: [{{after: 30m, roles: [department]}}]}}
  - notify:
      roles: [dispatcher]
      email: true
      message: {{ro: "{message}", en: "{message}", hu: "{message}"}}
  - webhook: {{url: "https://example.org/hook?token={token}", secret: DUTY}}
"""


def build(vault: Vault) -> None:
    """Let a department and a supplier keep things to themselves, and the dispatcher work with them."""
    _things(vault)
    _measured(vault)
    _rules(vault)
    _on_duty(vault)
    _supplier(vault)
    _machines(vault)


def _st(resource: str) -> tuple[str, str]:
    return "dispatcher", f"/sensorthings/v1.1/{resource}"


def _shared(vault: Vault, what: str, resource: str) -> dict[str, Any]:
    """Name, description and properties of an entity that goes with a thing."""
    at = _st(f"{resource}?$filter=name eq '{f'{PREFIX}{what}name'}'")
    return {
        "name": vault.word(f"{what}name", *at), "description": vault.word(f"{what}text", *at),
        "properties": {"about": vault.word(f"{what}property", *at)},
    }  # fmt: skip


def _series(vault: Vault, what: str, code: str, **more: Any) -> SeriesSpec:
    return SeriesSpec(code=code, **_shared(vault, what, "Datastreams"), **more)


def _things(vault: Vault) -> None:
    sensor = SensorSpec(
        code="q7-senzor", metadata=vault.word("sensormetadata", *_st("Sensors?$orderby=id desc")),
        **_shared(vault, "sensor", "Sensors"),
    )  # fmt: skip
    about = _shared(vault, "property", "ObservedProperties")
    definition = f"https://example.org/{vault.word('propertydefinition', *_st('ObservedProperties?$orderby=id desc'))}"
    measured = PropertySpec(code="q7-marime", definition=definition, **about)
    feature = FeatureSpec(code="q7-obiect", feature=PLACE, **_shared(vault, "object", "FeaturesOfInterest"))
    actuator = ActuatorSpec(
        code="q7-actuator", metadata=vault.word("actuatormetadata", *_st("Actuators?$orderby=id desc")),
        **_shared(vault, "actuator", "Actuators"),
    )  # fmt: skip
    can = CapabilitySpec(
        code="q7-comanda", actuator=actuator, tasking_parameters=LIGHT,
        **_shared(vault, "capability", "TaskingCapabilities"),
    )  # fmt: skip
    common: dict[str, Any] = {"sensor": sensor, "observed_property": measured, "default_feature": feature}
    number = _series(vault, "series", f"{THING}:n", **common)
    text = _series(vault, "textseries", f"{THING}:t", observation_type=ObservationType.CATEGORY, **common)
    place = LocationSpec(location=PLACE, code="q7-loc", **_shared(vault, "place", "Locations"))
    hidden = ThingSpec(
        code=THING, domain="air", locations=(place,), series=(number, text), capabilities=(can,), is_public=False,
        **_shared(vault, "thing", "Things"),
    )  # fmt: skip
    secret = _series(
        vault, "ownseries", f"{OPEN_THING}:secret", sensor="q7-senzor", observed_property="q7-marime",
        is_public=False,
    )  # fmt: skip
    shown = SeriesSpec(code=f"{OPEN_THING}:pm10", name="PM10", sensor=_open_sensor(), observed_property="pm10")
    open_place = LocationSpec(location={"type": "Point", "coordinates": list(OPEN_PLACE)}, name="Piața")
    known = ThingSpec(
        code=OPEN_THING, name="Lucru deschis", domain="air", locations=(open_place,), series=(secret, shown)
    )
    entities.upsert_things(by=vault.people["department"], specs=(hidden, known))
    vault.names |= {THING, f"{OPEN_THING}:secret", "q7-senzor", "q7-marime", "q7-comanda"}
    thing = Thing.objects.get(code=THING)
    vault.number(thing.pk, "observations/things", "duty/things")
    for one in _secret_series():
        vault.number(one.pk, "observations/series", "live/series")
        vault.number(f"Datastreams({one.pk})", "v1.1/<", parameter="path")
        vault.number(f"Datastreams({one.pk})/Observations", "v1.1/<", parameter="path")
        vault.number(f"Datastreams({one.pk})/Thing", "v1.1/<", parameter="path")
    _addresses(vault, thing)


def _addresses(vault: Vault, thing: Thing) -> None:
    series = thing.datastreams.earliest("pk")
    location = Location.objects.get(code="q7-loc")
    can = TaskingCapability.objects.get(thing=thing)
    secret = {
        "Things": thing.pk, "Locations": location.pk, "Sensors": series.sensor_id, "TaskingCapabilities": can.pk,
        "ObservedProperties": series.observed_property_id, "FeaturesOfInterest": series.default_feature_id,
        "Actuators": can.actuator_id,
    }  # fmt: skip
    for name, number in secret.items():
        vault.number(f"{name}({number})", "v1.1/<", parameter="path")
    for below in ("Datastreams", "Locations", "HistoricalLocations", "TaskingCapabilities"):
        vault.number(f"Things({thing.pk})/{below}", "v1.1/<", parameter="path")


def _open_sensor() -> SensorSpec:
    return SensorSpec(code="senzor-deschis", name="Senzor")


def _secret_series() -> list[Datastream]:
    return list(Datastream.objects.filter(code__in=[f"{THING}:n", f"{THING}:t", f"{OPEN_THING}:secret"]))


def _measured(vault: Vault) -> None:
    """Numbers, and one answer in words with everything that can be said of an observation."""
    now = int(clock.now().timestamp()) * 1_000_000
    known = {str(one.code): one for one in _secret_series()}
    number, text, own = (known[code] for code in (f"{THING}:n", f"{THING}:t", f"{OPEN_THING}:secret"))
    rows = [(one.pk, now - minute * 60_000_000, NUMBER) for one in (number, own) for minute in range(200)]
    store(by=None, batch=Batch(readings=Readings.of(rows)))
    at = _st(f"Datastreams({text.pk})/Observations")
    time_us = now - 60_000_000
    note = Annotation(
        text.pk,
        time_us,
        parameters={"operator": vault.word("parameters", *at)},
        result_quality=vault.word("quality", *at),
    )
    record = Record(text.pk, time_us, vault.word("resulttext", *at), Flag.ANNOTATED)
    store(by=None, batch=Batch(records=(record,), annotations=(note,)))


def _rules(vault: Vault) -> None:
    """A rule that everybody may know of, with what is only for the duty; and its next version, which is a draft."""
    dispatcher = vault.people["dispatcher"]
    at = ("dispatcher", f"/rules/{RULE}/1/")
    words = {what: vault.word(f"rule{what}", *at) for what in ("remark", "message", "token")}
    text = TEXT.format(title="Regula", description="O regulă.", series=f"{THING}:n", **words)
    with clock.frozen(clock.now() - dt.timedelta(hours=4)):
        version = versions.draft(by=dispatcher, code=RULE, text=text, note="Prima.")
        versions.activate(by=dispatcher, version_id=version.pk)
    watching.watch(by=None, version_id=version.pk)
    at = ("dispatcher", f"/rules/{RULE}/2/")
    words = {what: vault.word(f"draft{what}", *at) for what in ("remark", "message", "token", "description")}
    text = TEXT.format(title=vault.word("drafttitle", *at), series=f"{THING}:n", **words)
    versions.draft(by=dispatcher, code=RULE, text=text, note=vault.word("draftnote", *at))
    vault.try_out(RULE, "rules/")
    vault.try_out(2, "rules/", parameter="number")
    replay = replays.ask(by=dispatcher, text=text, start=clock.now() - dt.timedelta(hours=1))
    vault.number(replay.pk, "rules/replays")
    for run in Run.objects.filter(version=version):
        vault.number(run.pk, "rules/runs")


def _on_duty(vault: Vault) -> None:
    dispatcher, administrator = vault.people["dispatcher"], vault.people["administrator"]
    thing = Thing.objects.get(code=THING)
    alarm = Alarm.objects.get(thing=thing)
    vault.number(alarm.pk, "alarms/")
    at = ("dispatcher", f"/alarms/{alarm.pk}/")
    alarms.acknowledge(by=dispatcher, alarm_id=alarm.pk, note=vault.word("alarmnote", *at))
    until = clock.now() + dt.timedelta(hours=1)
    listed = ("dispatcher", "/alarms/")
    alarms.silence(by=dispatcher, ends_at=until, reason=vault.word("silence", *listed), thing=thing)
    alarms.maintain(by=administrator, thing=thing, ends_at=until, reason=vault.word("maintenance", *listed))
    Notification.objects.create(
        roles=["dispatcher"], text={"ro": vault.word("notification", "dispatcher", "/alarms/")}, alarm=alarm
    )
    Delivery.objects.create(
        key="x", kind="webhook", address=f"https://example.org/{vault.word('delivery')}", secret_name="DUTY", content={}
    )
    Occurrence.objects.create(name="x", content={"said": vault.word("occurrence")})
    can = TaskingCapability.objects.get(thing=thing)
    task = tasking.ask_task(
        by=dispatcher, capability_id=can.pk, parameters={"light": 5},
        properties={"why": vault.word("taskproperty", *_st("Tasks?$orderby=id desc"))},
    )  # fmt: skip
    vault.number(f"Tasks({task.pk})", "v1.1/<", parameter="path")
    vault.number(f"TaskingCapabilities({can.pk})/Tasks", "v1.1/<", parameter="path")
    hidden = Datastream.objects.get(code=f"{THING}:n")
    forecasts.choose_series(by=None, datastream=hidden)
    title = {"ro": vault.word("grouptitle", "dispatcher", f"/observations/forecasts/{GROUP}/")}
    forecasts.choose_group(
        by=None, code=vault.name(GROUP, "observations/forecasts"), title=title, how=How.SUM, members=[hidden.pk]
    )


def _supplier(vault: Vault) -> None:
    department, livia = vault.people["department"], vault.people["supplier"]
    at = ("department", f"/suppliers/{SUPPLIER}/manage/")
    code = vault.name(SUPPLIER, "suppliers")
    contact = f"{vault.word('suppliercontact', *at)}@example.org"
    made = suppliers.create_supplier(by=department, code=code, name=vault.word("suppliername", *at), contact=contact)
    suppliers.add_member(by=department, supplier=made, email=livia.email)
    at = ("supplier", f"/suppliers/{SUPPLIER}/keys/")
    key = suppliers.issue_key(by=livia, supplier=made, name=vault.word("keyname", *at), scopes=[Scope.OBSERVE])
    vault.number(key.row.pk, "suppliers/")
    vault.names.add(key.row.prefix)
    at = ("supplier", f"/suppliers/{SUPPLIER}/messages/")
    body = f'{{"phenomenonTime": "{vault.word("messagebody", *at)}", "result": "mult"}}'
    message = read_message(body, series=observed.LAMP_SERIES)
    holder = supplier_queries.holder_for(made)
    verdict = judge(message, device_queries.find_series([observed.LAMP_SERIES], holder=holder), clock.now())
    devices.keep_message(supplier_id=made.pk, channel="http", body=body, verdict=verdict)


def _machines(vault: Vault) -> None:
    """What a connector and an import could not take."""
    connector = connectors.lease(by=None, code=observed.CONNECTOR, for_s=60)
    assert connector is not None
    at = ("dispatcher", f"/connectors/{observed.CONNECTOR}/")
    problem = Problem(vault.word("connectorplace"), "The value “%(value)s” is no number.", {"value": "x"})
    report = connectors.Report(
        started_at=clock.now(), outcome=Outcome.PARTIAL, attempts=1, received_bytes=1, things=1, readings=1, problem_count=1,
        problems=(problem,),
    )  # fmt: skip
    run = connectors.finish(by=None, connector=connector, every_min=5, report=report)
    vault.words[f"{PREFIX}connectorplace"] = (at[0], f"{at[1]}runs/{run.pk}/")
    vault.try_out(observed.CONNECTOR, "connectors/")
    vault.number(run.pk, "connectors/")
    row = HistoryImport.objects.latest("pk")
    name = vault.word("historyfile", "department", "/imports/")
    made = imports.take_up(
        by=vault.people["department"], name=f"{name}.csv", place=row.file, size=row.size,
        layout=_layout(row),
    )  # fmt: skip
    reject = vault.word("historyreject", "department", f"/imports/{made.pk}/rejects.csv")
    ImportReject.objects.create(history_import=made, line=1, given=reject, sentence="x")
    vault.number(made.pk, "imports/")


def _layout(row: HistoryImport) -> Any:
    from rivulus.observations.rules.imports import mapping

    return mapping.from_json(row.mapping)
