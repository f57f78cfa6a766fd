"""`./rivulus manage mqtt`: the bridge to the broker that RIVULUS_MQTT_URL names; runs until it is told to stop."""

import os
import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.module_loading import import_string

from rivulus.observations.feeds.mqtt.addresses import read_address
from rivulus.observations.feeds.mqtt.bridge import Bridge
from rivulus.observations.queries import devices as queries

SERVICE = "/sensorthings/v1.1"
# Named, not imported: commands and standards are rooms side by side, and the bridge below both is given what it needs.
DECODE = "rivulus.observations.standards.gate.decoding.decode_observation"


class Command(BaseCommand):
    """Runs the bridge."""

    help = "Runs the bridge to the broker of MQTT that RIVULUS_MQTT_URL names (mqtt://user:password@host:1883)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the broker from the command line, in place of the environment's."""
        parser.add_argument("--broker", default=os.environ.get("RIVULUS_MQTT_URL", ""), help="the broker's address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        try:
            broker = read_address(options["broker"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        bridge = Bridge(
            broker, decode=import_string(DECODE), render=render, base=base(), mappings=queries.list_mappings()
        )

        def stop(_signal: int, _frame: FrameType | None) -> None:
            bridge.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        bridge.run()


def base() -> str:
    """Return the address of SensorThings that published links lead to."""
    return f"{settings.RIVULUS_PUBLIC_URL or 'http://localhost:8000'}{SERVICE}"


def render(path: str) -> bytes | None:
    """Return an entity as a guest's GET would, None where a guest does not see it."""
    request = HttpRequest()
    request.method, request.path, request.user = "GET", f"{SERVICE}/{path}", AnonymousUser()
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "8000"}
    request.__dict__["build_absolute_uri"] = lambda location=None: base().removesuffix(SERVICE) + (location or "")
    view, words, named = resolve(request.path)
    response = view(request, *words, **named)
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return None
    return bytes(response.content)
