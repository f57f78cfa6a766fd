"""From the store to the broker: observations, entities and tasks, taken off the list when the broker has confirmed them."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import close_old_connections, connections

from rivulus.kernel.errors import Refused
from rivulus.observations.actions import publishing, tasking
from rivulus.observations.feeds.mqtt import packets
from rivulus.observations.feeds.mqtt.addresses import Broker
from rivulus.observations.feeds.mqtt.connection import Connection
from rivulus.observations.models import Outgoing
from rivulus.observations.queries import publishing as queries
from rivulus.observations.rules.devices.topics import VERSION

log = logging.getLogger(__name__)
CHANNELS = ("observations", "observations_tasks", "observations_register")
WAKE_S = 2.0  # looked at that often without being woken
MOST_IN_FLIGHT = 1000
CONFIRM_S = 30.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
ONE_OUTLET = 7212  # advisory lock: of several bridges one publishes, the others wait

type Render = Callable[[str], bytes | None]
"""Reads an entity as guests see it: its path (``Things(1)``) → JSON, or None where they do not see it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be published; retained ones are kept by the broker for whoever comes later."""

    topic: str
    payload: bytes
    is_retained: bool = True


class Outlet:
    """Publishes to one broker until told to stop."""

    def __init__(self, broker: Broker, render: Render, base: str) -> None:
        self.broker, self.render, self.base = broker, render, base
        self.stopping = threading.Event()
        self.published = 0
        self._number = 0

    def run(self) -> None:
        """Connect, publish, and connect again after a break."""
        pause_s = FIRST_PAUSE_S
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                self.run_once()
            except Exception as problem:  # what was not confirmed is still on the list
                log.warning("Publishing to %s: %s", self.broker.host, problem)
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            connections.close_all()
            self.stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def run_once(self) -> None:
        """Publish over one connection until it breaks or somebody says stop."""
        with psycopg.connect(queries.connection_words(), autocommit=True) as listening:
            if not self._is_first(listening):
                return
            publishing.start(by=None)
            for channel in CHANNELS:
                listening.execute(f"LISTEN {channel}".encode())
            with Connection(self.broker, f"{self.broker.client}-out", is_clean=True) as opened:
                while not self.stopping.is_set():
                    close_old_connections()
                    if not self.publish_waiting(opened):
                        _wait(listening)
                        self._hear(opened)

    def stop(self) -> None:
        """End soon."""
        self.stopping.set()

    def publish_waiting(self, opened: Connection) -> int:
        """Publish what is on the list; return how many messages that were. Raises OSError when the broker is gone."""
        count = self._publish_tasks(opened)
        rows = queries.list_outgoing()
        messages = [message for row in rows for message in self._messages(row)]
        self._send(opened, messages)
        publishing.forget(by=None, ids=[row.pk for row in rows])
        self.published += len(messages)
        return count + len(rows)

    def _publish_tasks(self, opened: Connection) -> int:
        tasks = queries.list_accepted_tasks()
        for task in tasks:
            topic = f"TaskingCapabilities({task.tasking_capability_id})/Tasks"
            payload = {
                "@iot.id": task.pk,
                "@iot.selfLink": f"{self.base}/Tasks({task.pk})",
                "taskingParameters": task.tasking_parameters,
                "creationTime": task.creation_time.isoformat().replace("+00:00", "Z"),
            }
            # Not retained: a device that was away asks for its open tasks; it must not do an old one again.
            self._send(opened, [Message(topic, json.dumps(payload).encode(), is_retained=False)])
            try:
                tasking.report_task(by=None, task_id=task.pk, state="sent")
            except Refused as refused:
                log.info("Task %d: %s", task.pk, refused)
        return len(tasks)

    def _messages(self, row: Outgoing) -> Iterator[Message]:
        if not row.entity:
            yield from (Message(topic, payload) for topic, payload in queries.show_observations(row, self.base))
            return
        for number in row.numbers:
            path = f"{row.entity}({number})"
            payload = self.render(path)
            if payload is not None:
                yield Message(path, payload)
                yield Message(row.entity, payload, is_retained=False)

    def _send(self, opened: Connection, messages: Iterable[Message]) -> None:
        """Send messages at QoS 1 and wait until all are confirmed."""
        open_numbers: set[int] = set()
        buffer = bytearray()
        for message in messages:
            number = self._next()
            topic = f"{self.broker.prefix}{VERSION}/{message.topic}"
            buffer += packets.publish(topic, message.payload, number, is_retained=message.is_retained)
            open_numbers.add(number)
            if len(open_numbers) >= MOST_IN_FLIGHT:
                opened.write(bytes(buffer))
                buffer.clear()
                self._confirm(opened, open_numbers)
        if buffer:
            opened.write(bytes(buffer))
            self._confirm(opened, open_numbers)

    def _confirm(self, opened: Connection, open_numbers: set[int]) -> None:
        until = time.monotonic() + CONFIRM_S
        while open_numbers:
            for kind, _flags, body in opened.read():
                if kind == packets.PUBACK:
                    open_numbers.discard(int.from_bytes(body[:2]))
            if time.monotonic() > until:
                raise TimeoutError("The broker does not confirm what is published.")

    def _hear(self, opened: Connection) -> None:
        """Keep the connection alive while nothing is to be said."""
        opened.tick()

    def _next(self) -> int:
        self._number = self._number % 65_535 + 1
        return self._number

    def _is_first(self, listening: psycopg.Connection[Any]) -> bool:
        row = listening.execute("SELECT pg_try_advisory_lock(%s)", [ONE_OUTLET]).fetchone()
        return bool(row and row[0])


def _wait(listening: psycopg.Connection[Any]) -> None:
    """Wait for a word from whoever stores, or for two seconds."""
    for _notification in listening.notifies(timeout=WAKE_S, stop_after=1):
        pass
