"""The bridge to a broker: packets, reading, and a real broker with real clients where there is one."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.actions import entities, publishing, tasking
from rivulus.observations.feeds.mqtt import packets
from rivulus.observations.feeds.mqtt.addresses import Broker, read_address
from rivulus.observations.feeds.mqtt.bridge import filters_of
from rivulus.observations.feeds.mqtt.connection import Connection, Refusal
from rivulus.observations.feeds.mqtt.intake import Intake
from rivulus.observations.feeds.mqtt.outlet import Outlet
from rivulus.observations.feeds.mqtt.packets import Publication
from rivulus.observations.feeds.mqtt.reading import Reader
from rivulus.observations.feeds.mqtt.store import store_all
from rivulus.observations.models import Datastream, DeviceMessage, Outgoing, Task, Thing
from rivulus.observations.rules.devices.topics import read_mappings
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.standards.gate.decoding import decode_observation
from rivulus.observations.terms import Flag, ObservationType

MAPPINGS = read_mappings(
    {
        "mappings": [
            {"name": "lamps", "topic": "lamp/{lamp}/report", "time": "ts", "time_unit": "s",
             "series": [{"path": "power_mw", "series": "lamp:{lamp}:power", "unit": "mW"}]},
            {"name": "plain", "topic": "plain/{lamp}", "payload": "number",
             "series": [{"series": "lamp:{lamp}:power", "unit": "W"}]},
        ]
    }
)  # fmt: skip


def describe(*, is_public: bool = True, is_simulated: bool = False) -> dict[str, int]:
    """A lamp with a number, a text and a list of two numbers; the numbers of its series by their names."""
    power = PropertySpec(code="power", name="Power", definition="urn:p", limits={"minimum": 0, "maximum": 500})
    sensor = SensorSpec(code="s", name="s")
    unit = {"name": "watt", "symbol": "W", "definition": ""}
    spec = ThingSpec(
        code="lamp:1",
        name="Lamp",
        is_public=is_public,
        is_simulated=is_simulated,
        series=(
            SeriesSpec(code="lamp:1:power", name="power", sensor=sensor, observed_property=power, unit=unit),
            SeriesSpec(
                code="lamp:1:state",
                name="state",
                sensor=sensor,
                observed_property=power,
                observation_type=ObservationType.CATEGORY,
            ),
        ),
        capabilities=(
            CapabilitySpec(
                code="lamp:1:dim",
                name="dim",
                actuator=ActuatorSpec(code="a", name="a"),
                tasking_parameters={
                    "type": "DataRecord",
                    "field": [{"name": "level", "label": "level", "type": "Quantity", "uom": {"code": "%"}}],
                },
            ),
        ),
    )
    entities.upsert_thing(by=None, spec=spec)
    return dict(Datastream.objects.order_by("id").values_list("name", "id"))


def stored() -> list[tuple[int, float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (extract(epoch FROM time) * 1000)::int8, value FROM observations_reading ORDER BY datastream, time"
        )
        return [tuple(row) for row in cursor.fetchall()]


def moment(second: int) -> str:
    return f"2026-11-16T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def said(text: Any, topic: str, *, is_retained: bool = False) -> Publication:
    payload = text if isinstance(text, bytes) else json.dumps(text).encode()
    return Publication(topic, payload, 1, is_retained)


# Packets.


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=50), st.binary(max_size=300), st.integers(0, 65_535), st.booleans())
    ),
    st.data(),
)
def test_packets_are_read_as_they_were_written_however_they_are_cut(messages: list[Any], data: st.DataObject) -> None:
    messages = [(topic.encode("utf-8", "replace").decode(), *rest) for topic, *rest in messages]
    whole = b"".join(packets.publish(topic, body, number, is_retained=kept) for topic, body, number, kept in messages)
    buffer, read = bytearray(), []
    while whole:
        cut = data.draw(st.integers(1, len(whole)))
        buffer += whole[:cut]
        whole = whole[cut:]
        read += [packets.read_publication(flags, body) for _kind, flags, body in packets.take_packets(buffer)]
    assert [tuple(one) for one in read] == messages
    assert not buffer


@pytest.mark.parametrize("data", [b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f"])
def test_packets_longer_than_allowed_break_the_connection(data: bytes) -> None:
    with pytest.raises(packets.BrokenPacket):
        list(packets.take_packets(bytearray(data)))


def test_a_message_shorter_than_it_says_is_no_message() -> None:
    with pytest.raises(packets.BrokenPacket):
        packets.read_publication(2, b"\x00\x09abc")


def test_the_address_of_a_broker_says_everything() -> None:
    broker = read_address("mqtts://ana:p%40ss@broker.example:8884/city?prefix=bm/")
    assert broker == Broker(
        host="broker.example", port=8884, is_encrypted=True, user="ana", password="p@ss", client="city", prefix="bm/"
    )
    assert read_address("mqtt://localhost").port == 1883
    assert "p@ss" not in repr(broker)
    for wrong in ("http://x", "mqtt://", "localhost:1883", "mqtt://x?q=1"):
        with pytest.raises(ValueError, match="broker"):
            read_address(wrong)


def test_what_a_broker_sends_together_with_its_welcome_is_not_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def welcome() -> None:
            other, _address = server.accept()
            with other:
                other.recv(1000)
                other.sendall(b"\x20\x02\x01\x00" + packets.publish("a", b"1", 1) + packets.publish("b", b"2", 2))
                other.recv(1000)

        thread = threading.Thread(target=welcome)
        thread.start()
        with Connection(read_address(f"mqtt://127.0.0.1:{server.getsockname()[1]}"), "test") as opened:
            assert opened.has_session
            assert [packets.read_publication(flags, body).topic for _kind, flags, body in opened.read()] == ["a", "b"]
        thread.join()


# Reading, without a broker.


@pytest.fixture
def reader() -> Reader:
    return Reader(decode_observation, MAPPINGS)


@pytest.mark.django_db
def test_observations_are_stored_and_what_cannot_be_is_kept_with_the_reason(reader: Reader) -> None:
    series = describe()
    power = f"v1.1/Datastreams({series['power']})/Observations"
    state = f"v1.1/Datastreams({series['state']})/Observations"
    named = {"result": 4, "phenomenonTime": moment(4), "Datastream": {"@iot.id": series["power"]}}
    right = [
        said({"result": 1, "phenomenonTime": moment(1)}, power),
        said({"result": 900.5, "phenomenonTime": moment(2)}, power),
        said({"result": 3, "phenomenonTime": f"{moment(3)}/{moment(9)}", "parameters": {"a": 1}}, power),
        said(named, "v1.1/Observations"),
        said({"result": "on", "phenomenonTime": moment(1)}, state),
        said({"power_mw": 5500, "ts": 1_795_334_400}, "lamp/1/report"),
        said({"result": 7, "@iot.selfLink": "x"}, power),  # what we published ourselves
        said({"result": 7}, power, is_retained=True),  # would be new at every connection
        said(b"7", "plain/1", is_retained=True),
    ]
    wrong = [
        said(b"{", power),
        said({"result": "x", "phenomenonTime": moment(1)}, power),
        said({"result": 1, "phenomenonTime": "2026-11-16T00:00:00"}, power),
        said({"result": 1, "phenomenonTime": "2046-11-16T00:00:00Z"}, power),
        said({"result": 1, "phenomenonTime": moment(1)}, "v1.1/Datastreams(777777)/Observations"),
        said({"result": 1, "phenomenonTime": moment(1)}, "v1.1/Observations"),
        said({"power_mw": "x", "ts": 1}, "lamp/1/report"),
        said({"power_mw": 1, "ts": 1}, "lamp/2/report"),
        said(b"\xff", "lamp/1/report"),
        said({}, "lamp/1/report"),
        said(b"nan", "plain/1"),
        said({"result": 1}, "what/ever"),
        said({"result": 1, "phenomenonTime": moment(1), "FeatureOfInterest": {"@iot.id": 9}}, power),
    ]
    assert store_all(reader, right) == 0
    assert store_all(reader, wrong) == len(wrong)
    assert [value for _time, value in stored()] == [1.0, 900.5, 3.0, 4.0, 5.5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT result, datastream FROM observations_record")
        assert cursor.fetchone() == ('"on"', series["state"])
        cursor.execute("SELECT quality FROM observations_reading WHERE value = 900.5")
        assert cursor.fetchone() == (Flag.OUT_OF_RANGE,)
        cursor.execute("SELECT parameters FROM observations_annotation")
        assert "a" in str(cursor.fetchone())
    kept = DeviceMessage.objects.order_by("id")
    assert kept.count() == len(wrong)
    assert not any(message.is_good for message in kept)
    assert all(message.findings and message.channel == "mqtt" for message in kept)


@pytest.mark.django_db
def test_a_message_that_comes_again_changes_nothing(reader: Reader) -> None:
    power = f"v1.1/Datastreams({describe()['power']})/Observations"
    batch = [said({"result": second, "phenomenonTime": moment(second)}, power) for second in range(50)]
    store_all(reader, batch)
    before = stored()
    store_all(reader, batch[10:] + batch[:20])
    assert stored() == before and len(before) == 50


@pytest.mark.django_db
def test_messages_of_too_many_weeks_are_stored_one_by_one(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from rivulus.observations.rules import weeks

    monkeypatch.setattr(weeks, "MOST_WEEKS", 1)
    power = f"v1.1/Datastreams({describe()['power']})/Observations"
    times = ("2025-01-06T00:00:00Z", "2025-02-06T00:00:00Z", "2025-03-06T00:00:00Z")
    assert store_all(reader, [said({"result": 1, "phenomenonTime": time}, power) for time in times]) == 0
    assert len(stored()) == 3


@pytest.mark.django_db
def test_one_message_that_breaks_the_store_does_not_keep_the_others(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rivulus.observations.feeds.mqtt import store

    def fail(raw: Any, batch: Any, source: str) -> None:
        if 3.0 in batch.readings.value:
            raise ZeroDivisionError
        write(raw, batch, source)

    write = store.write_batch
    monkeypatch.setattr(store, "write_batch", fail)
    power = f"v1.1/Datastreams({describe()['power']})/Observations"
    batch = [said({"result": second, "phenomenonTime": moment(second)}, power) for second in range(5)]
    with pytest.raises(ZeroDivisionError):
        store_all(reader, batch)
    assert not stored()
    store.store_one_by_one(reader, batch)
    assert [value for _time, value in stored()] == [0, 1, 2, 4]
    assert "ZeroDivisionError" in str(DeviceMessage.objects.get().findings)


# With a real broker.


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """A broker of its own that keeps everything, also when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.chmod(0o777)
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nautosave_interval 1\nautosave_on_changes false\n"
            "max_inflight_messages 1000\nmax_queued_messages 0\nuser root\n"
        )

    def start(self) -> None:
        words = [shutil.which("mosquitto", path=PATHS), "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("The broker does not start.")

    def end(self, with_signal: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(with_signal)
            self.process.wait(10)

    def save(self) -> None:
        """Wait until the broker has written what it knows to its disk, which it does every second."""
        file, now = self.folder / "mosquitto.db", time.time()
        wait_for(lambda: file.exists() and file.stat().st_mtime > now + 0.1)

    @property
    def address(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}/test"

    def publish(self, topic: str, *lines: str, retain: bool = False) -> None:
        words = ["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-l", *(["-r"] if retain else [])]
        subprocess.run(words, input="\n".join(lines).encode() + b"\n", check=True, timeout=20)


PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
needs_mosquitto = pytest.mark.skipif(
    not (shutil.which("mosquitto", path=PATHS) and shutil.which("mosquitto_pub")),
    reason="Mosquitto and its clients are not on this machine.",
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    running.start()
    try:
        yield running
    finally:
        running.end(signal.SIGKILL)


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "It did not happen in time."
        time.sleep(0.05)


@contextlib.contextmanager
def running(part: Intake | Outlet) -> Iterator[None]:
    thread = threading.Thread(target=part.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        part.stop()
        thread.join(10)
    assert not thread.is_alive()


def subscribed(part: Intake) -> None:
    assert part.subscribed.wait(60)


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_what_a_client_publishes_is_stored(broker: Mosquitto) -> None:
    power = describe()["power"]
    address = read_address(broker.address)
    intake = Intake(address, Reader(decode_observation, MAPPINGS), filters_of(MAPPINGS, ""))
    with running(intake):
        subscribed(intake)
        lines = [json.dumps({"result": n, "phenomenonTime": moment(n)}) for n in range(200)]
        broker.publish(f"v1.1/Datastreams({power})/Observations", *lines)
        broker.publish("lamp/1/report", json.dumps({"power_mw": 1500, "ts": 1_763_000_000}))
        broker.publish(f"v1.1/Datastreams({power})/Observations", "poison")
        wait_for(lambda: len(stored()) == 201 and DeviceMessage.objects.exists())
    assert intake.stored == 202


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_nothing_is_acknowledged(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from rivulus.observations.feeds.mqtt import intake as module

    away = threading.Event()

    def fail(*given: Any) -> int:
        if not away.is_set():
            raise OperationalError("the database system is in recovery mode")
        return store_all(*given)

    monkeypatch.setattr(module, "store_all", fail)
    power = describe()["power"]
    intake = Intake(read_address(broker.address), Reader(decode_observation, ()), filters_of((), ""))
    with running(intake):
        subscribed(intake)
        broker.publish(
            f"v1.1/Datastreams({power})/Observations", json.dumps({"result": 1, "phenomenonTime": moment(1)})
        )
        time.sleep(0.5)
        assert intake.stored == 0
        away.set()
        wait_for(lambda: intake.stored == 1)
    assert len(stored()) == 1


NATS = """
port: -1
server_name: test
jetstream {{ store_dir: "{folder}" }}
mqtt {{ port: {port}, host: "127.0.0.1" }}
"""


@pytest.mark.skipif(not shutil.which("nats-server", path=PATHS), reason="nats-server is not on this machine.")
@pytest.mark.django_db(transaction=True)
def test_nats_is_a_broker_too(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "nats.conf").write_text(NATS.format(folder=tmp_path, port=port))
    words = [shutil.which("nats-server", path=PATHS), "-c", str(tmp_path / "nats.conf")]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Mosquitto(tmp_path)
        server.port = port
        server.wait()
        power = describe()["power"]
        intake = Intake(read_address(server.address), Reader(decode_observation, MAPPINGS), filters_of(MAPPINGS, ""))
        with running(intake):
            subscribed(intake)
            said = subprocess.run([words[0], "--version"], capture_output=True, text=True, check=True).stdout
            knows_points = tuple(map(int, re.findall(r"\d+", said)[:2])) >= (2, 10)  # before, “v1.1” is no topic for it
            with Connection(read_address(f"mqtt://127.0.0.1:{port}"), "sender", is_clean=True) as sender:
                for number in range(1, 21):
                    body = json.dumps({"power_mw": number * 1000, "ts": 1_763_000_000 + number}).encode()
                    sender.write(packets.publish("lamp/1/report", body, number))
                if knows_points:
                    body = json.dumps({"result": 21, "phenomenonTime": moment(1)}).encode()
                    sender.write(packets.publish(f"v1.1/Datastreams({power})/Observations", body, 21))
                wait_for(lambda: len(stored()) == 20 + knows_points)
    finally:
        process.kill()
        process.wait(10)


BRIDGE = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "rivulus.config.settings"
django.setup()
from django.core.management import call_command
call_command("mqtt", broker=sys.argv[1])
"""


@pytest.fixture
def bridge(broker: Mosquitto, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts the bridge as a process of its own, against the database of the test."""
    settings = connection.settings_dict
    url = f"postgresql:///{settings['NAME']}?" + "&".join(
        f"{name}={value}"
        for name, value in (("host", settings["HOST"]), ("port", settings["PORT"]), ("user", settings["USER"]))
        if value
    )
    log = (tmp_path / "bridge.log").open("wb")
    started = []

    def start() -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", BRIDGE, broker.address]
        process = subprocess.Popen(words, env=os.environ | {"DATABASE_URL": url}, stderr=log, stdout=log)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
    log.close()
    publishing.stop()


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_killing_the_bridge_and_the_broker_loses_nothing_and_doubles_nothing(
    broker: Mosquitto, bridge: Callable[[], subprocess.Popen[bytes]]
) -> None:
    topic = f"v1.1/Datastreams({describe()['power']})/Observations"
    address = read_address(broker.address)
    with Connection(address, "test") as session:  # the broker keeps messages for this client from now on
        session.subscribe(filters_of((), ""))
        wait_for(lambda: any(kind == packets.SUBACK for kind, _flags, _body in session.read()))
    count, part = 2400, 600
    lines = [json.dumps({"result": n % 400, "phenomenonTime": moment(n)}) for n in range(count)]
    broker.publish(topic, *lines[:part])
    process = bridge()
    wait_for(lambda: len(stored()) > 0)
    process.kill()
    process.wait()
    broker.publish(topic, *lines[part : 2 * part])
    process = bridge()
    wait_for(lambda: len(stored()) > part)
    broker.save()  # what it confirmed to the sender
    broker.end(signal.SIGKILL)
    broker.start()
    broker.publish(topic, *lines[2 * part : 3 * part])
    wait_for(lambda: len(stored()) > 2 * part)
    process.kill()
    process.wait()
    broker.publish(topic, *lines[3 * part :])
    process = bridge()
    wait_for(lambda: len(stored()) >= count)
    process.terminate()
    assert process.wait(10) == 0
    assert [value for _time, value in stored()] == [n % 400 for n in range(count)]
    assert not DeviceMessage.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observations_correction")
        assert cursor.fetchone() == (0,)


@contextlib.contextmanager
def listening(broker: Mosquitto, topic: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """A public client that waits for messages of a topic."""
    words = ["mosquitto_sub", "-p", str(broker.port), "-q", "1", "-t", topic, "-C", str(count), "-W", "15", "-v"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    yield process
    process.kill()
    process.wait()


def heard(process: subprocess.Popen[str]) -> list[tuple[str, Any]]:
    lines = process.communicate(timeout=20)[0].splitlines()
    return [(topic, json.loads(payload)) for topic, _space, payload in (line.partition(" ") for line in lines)]


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_what_is_stored_is_published_and_the_latest_is_kept_by_the_broker(broker: Mosquitto) -> None:
    from rivulus.observations.actions.storing import store
    from rivulus.observations.rules.readings import Batch, Readings, Record

    series = describe(is_simulated=True)
    outlet = Outlet(read_address(broker.address), lambda path: json.dumps({"path": path}).encode(), "http://x/v1.1")
    topic = f"v1.1/Datastreams({series['power']})/Observations"
    try:
        with listening(broker, "v1.1/#", 5) as client, running(outlet):
            wait_for(lambda: publishing._is_noted("observations_thing"))
            base_us = 1_795_334_400_000_000
            rows = Readings.of([(series["power"], base_us, 1.5), (series["power"], base_us + 1_000_000, 2.5)])
            store(by=None, batch=Batch(rows, (Record(series["state"], base_us, "on"),)))
            Thing.objects.update(name="Another lamp")
            found = heard(client)
            wait_for(lambda: not Outgoing.objects.exists())
        assert sorted(where for where, _what in found) == sorted(
            [
                topic,
                topic,
                f"v1.1/Datastreams({series['state']})/Observations",
                f"v1.1/Things({Thing.objects.get().pk})",
                "v1.1/Things",
            ]
        )
        first = next(what for where, what in found if where == topic)
        assert (first["result"], first["phenomenonTime"]) == (1.5, "2026-11-22T08:00:00.000Z")
        assert first["parameters"] == {"simulated": True}
        with listening(broker, topic, 1) as later:
            assert heard(later)[0][1]["result"] == 2.5
    finally:
        publishing.stop()


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_what_is_stored_while_the_broker_is_away_is_published_when_it_is_back(broker: Mosquitto) -> None:
    from rivulus.observations.actions.storing import store
    from rivulus.observations.rules.readings import Batch, Readings

    series = describe()
    outlet = Outlet(read_address(broker.address), lambda path: None, "http://x/v1.1")
    try:
        with running(outlet):
            wait_for(lambda: publishing._is_noted("observations_thing"))
            broker.end(signal.SIGKILL)
            store(by=None, batch=Batch(Readings.of([(series["power"], 1_795_334_400_000_000, 7.5)])))
            time.sleep(0.5)
            assert Outgoing.objects.exists()
            broker.start()
            wait_for(lambda: not Outgoing.objects.exists())
        with listening(broker, f"v1.1/Datastreams({series['power']})/Observations", 1) as client:
            assert heard(client)[0][1]["result"] == 7.5
    finally:
        publishing.stop()


@pytest.mark.django_db
def test_entities_are_published_as_guests_read_them() -> None:
    from rivulus.observations.management.commands.mqtt import render

    describe()
    thing = Thing.objects.get()
    shown = json.loads(render(f"Things({thing.pk})") or b"")
    assert shown["name"] == "Lamp"
    assert shown["@iot.selfLink"] == f"http://localhost:8000/sensorthings/v1.1/Things({thing.pk})"
    Thing.objects.update(is_public=False)
    assert render(f"Things({thing.pk})") is None
    assert render("Things(999999)") is None


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_a_task_reaches_the_actuators_topic_and_counts_as_sent(broker: Mosquitto) -> None:
    describe()
    capability = Thing.objects.get().tasking_capabilities.get()
    outlet = Outlet(read_address(broker.address), lambda path: None, "http://x/v1.1")
    try:
        with listening(broker, f"v1.1/TaskingCapabilities({capability.pk})/Tasks", 1) as client, running(outlet):
            task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 40})
            ((_topic, payload),) = heard(client)
            assert payload["taskingParameters"] == {"level": 40} and payload["@iot.id"] == task.pk
            wait_for(lambda: Task.objects.get().state == "sent")
    finally:
        publishing.stop()


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_a_private_series_is_not_published(broker: Mosquitto) -> None:
    from rivulus.observations.actions.storing import store
    from rivulus.observations.rules.readings import Batch, Readings

    series = describe(is_public=False)
    outlet = Outlet(read_address(broker.address), lambda path: None, "http://x/v1.1")
    try:
        with running(outlet):
            wait_for(lambda: publishing._is_noted("observations_thing"))
            store(by=None, batch=Batch(Readings.of([(series["power"], 1_795_334_400_000_000, 1.5)])))
            wait_for(lambda: not Outgoing.objects.exists())
            assert outlet.published == 0
    finally:
        publishing.stop()


@pytest.mark.django_db(transaction=True)
def test_nobody_who_comes_for_the_list_in_a_day_ends_it() -> None:
    import datetime as dt

    from rivulus.kernel import clock

    publishing.start()
    describe()
    assert Outgoing.objects.exists()
    assert not publishing.stop_unheard()
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        assert publishing.stop_unheard()
    assert not Outgoing.objects.exists() and not publishing._is_noted("observations_thing")


@needs_mosquitto
@pytest.mark.django_db(transaction=True)
def test_a_broker_behind_tls_is_trusted_by_its_certificate_only(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    secured = Mosquitto(tmp_path)
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(conf.read_text() + f"certfile {certificate}\nkeyfile {tmp_path}/key.pem\n")
    secured.start()
    try:
        power = describe()["power"]
        url = secured.address.replace("mqtt://127.0.0.1", "mqtts://localhost")
        with pytest.raises(ssl.SSLError):
            Connection(read_address(url), "test")
        address = read_address(f"{url}?ca={certificate}")
        intake = Intake(address, Reader(decode_observation, ()), filters_of((), ""))
        with running(intake):
            subscribed(intake)
            with Connection(address, "sender", is_clean=True) as sender:
                for number in range(1, 2001):
                    body = json.dumps({"result": number % 400, "phenomenonTime": moment(number)}).encode()
                    sender.write(packets.publish(f"v1.1/Datastreams({power})/Observations", body, number))
                wait_for(lambda: intake.stored == 2000)
        assert len(stored()) == 2000
    finally:
        secured.end(signal.SIGKILL)


def make_certificate(folder: Path) -> Path:
    """A certificate that says of itself that it is localhost."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    words = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*words))
    (folder / "certificate.pem").write_bytes(pem)
    return folder / "certificate.pem"


@needs_mosquitto
def test_a_broker_that_refuses_says_why(broker: Mosquitto) -> None:
    broker.end()
    conf = broker.folder / "mosquitto.conf"
    conf.write_text(conf.read_text().replace("allow_anonymous true", "allow_anonymous false"))
    broker.start()
    with pytest.raises(Refusal, match="lets nobody in"):
        Connection(read_address(broker.address), "test")
