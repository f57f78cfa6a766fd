"""How many messages of MQTT (QoS 1) the bridge stores and acknowledges in a second, beside a real Mosquitto."""

# ruff: noqa: S603 (the commands are our own words)

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rivulus.house.benches.observations import city, processes

WINDOW = 2000  # messages that the sender has open at once
CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 2000
max_queued_messages 0
"""
BRIDGE = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "rivulus.config.settings"
django.setup()
from django.core.management import call_command
call_command("mqtt")
"""
WANTED_PER_S = 10_000
START_MS = 1_767_225_600_000  # 2026-01-01


def run(arguments: list[str]) -> int:
    """Send, wait until everything is in the store, and print the rate; 1 when it is below what is wanted."""
    parser = argparse.ArgumentParser(prog="./rivulus bench observations mqtt")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--series", type=int, default=1000)
    asked = parser.parse_args(arguments)
    broker = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if broker is None:
        print("MQTT: Mosquitto is not on this machine; nothing was measured.")
        return 0
    series = city.build(asked.series).series
    with tempfile.TemporaryDirectory() as folder, _mosquitto(broker, Path(folder)) as port:
        for publishes in (False, True):
            status = _measure(port, series, asked.messages, publishes=publishes, turn=int(publishes))
    return status


def _measure(port: int, series: tuple[int, ...], messages: int, *, publishes: bool, turn: int) -> int:
    """One round: with the bridge publishing what it stores again, or only taking in."""
    from rivulus.observations.actions import publishing

    with _bridge(port, publishes=publishes) as bridge:
        _wait_until_heard(port, series[0], START_MS - (turn + 1) * 10**10)
        before, cpu = _count(), processes.cpu_of_tree(bridge)
        started = time.perf_counter()
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(port), str(messages), str(START_MS + turn * 10**10), *map(str, series)]
        )
        while _count() - before < messages and time.perf_counter() - started < 300:
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        sender.wait(60)
        cpu = processes.cpu_of_tree(bridge) - cpu
    publishing.stop(by=None)
    rate = messages / seconds
    what = "taking in and publishing again" if publishes else "taking in"
    print(
        f"MQTT, {what}: {messages:,} messages at QoS 1, acknowledged after the commit: {rate:,.0f}/s "
        f"(wanted {WANTED_PER_S:,}/s taking in); {cpu / messages * 1e6:.0f} µs of CPU of the bridge for each"
    )
    return 0 if publishes or rate >= WANTED_PER_S else 1


def _wait_until_heard(port: int, series: int, time_ms: int) -> None:
    """Say something until it is in the store: then the bridge has started and the broker knows its subscriptions."""
    from rivulus.observations.feeds.mqtt import packets
    from rivulus.observations.feeds.mqtt.addresses import Broker
    from rivulus.observations.feeds.mqtt.connection import Connection
    from rivulus.observations.rules.devices.times import write_time

    before, topic = _count(), f"v1.1/Datastreams({series})/Observations"
    body = f'{{"phenomenonTime":"{write_time(time_ms * 1000)}","result":1}}'.encode()
    deadline = time.monotonic() + processes.PATIENCE_S * 4
    with Connection(Broker(host="127.0.0.1", port=port), "probe", is_clean=True) as opened:
        while _count() == before:
            if time.monotonic() > deadline:
                raise TimeoutError("The bridge does not start.")
            opened.write(packets.publish(topic, body, 1))
            time.sleep(0.2)
    time.sleep(1)  # what was said again meanwhile has come, too


def _count() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observations_reading")
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def _mosquitto(program: str, folder: Path) -> Iterator[int]:
    port = processes.free_port()
    file = folder / "mosquitto.conf"
    file.write_text(CONFIGURATION.format(port=port))
    broker = subprocess.Popen([program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        processes.wait_for(port)
        yield port
    finally:
        broker.terminate()
        broker.wait(10)


@contextlib.contextmanager
def _bridge(port: int, *, publishes: bool) -> Iterator[int]:
    only = "" if publishes else "?only=in"
    environment = os.environ | {"RIVULUS_MQTT_URL": f"mqtt://127.0.0.1:{port}/bench{only}"}
    bridge = subprocess.Popen([sys.executable, "-c", BRIDGE], env=environment)
    try:
        yield bridge.pid
    finally:
        bridge.terminate()
        bridge.wait(15)


# The sender is a process of its own, so that its work is not that of the bridge; it shares the machine all the same.
SENDER = f"""
import sys
from rivulus.observations.feeds.mqtt import packets
from rivulus.observations.feeds.mqtt.addresses import Broker
from rivulus.observations.feeds.mqtt.connection import Connection
from rivulus.observations.rules.devices.times import write_time

port, count, start, series = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), [int(n) for n in sys.argv[4:]]
sent = confirmed = 0
with Connection(Broker(host="127.0.0.1", port=port), "sender", is_clean=True) as opened:
    while confirmed < count:
        buffer = bytearray()
        while sent < count and sent - confirmed < {WINDOW}:
            turn, place = divmod(sent, len(series))
            body = '{{"phenomenonTime":"%s","result":%.1f}}' % (write_time((start + turn * 1000) * 1000), sent % 977 / 10)
            topic = f"v1.1/Datastreams({{series[place]}})/Observations"
            buffer += packets.publish(topic, body.encode(), sent % 65535 + 1)
            sent += 1
        if buffer:
            opened.write(bytes(buffer))
        confirmed += sum(kind == packets.PUBACK for kind, _flags, _body in opened.read())
"""
