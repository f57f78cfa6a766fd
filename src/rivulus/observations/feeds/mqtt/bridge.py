"""The whole bridge: taking in and publishing, each over a connection of its own, until told to stop."""

import threading
from collections.abc import Sequence

from rivulus.observations.feeds.mqtt.addresses import Broker
from rivulus.observations.feeds.mqtt.intake import Intake
from rivulus.observations.feeds.mqtt.outlet import Outlet, Render
from rivulus.observations.feeds.mqtt.reading import Decode, Reader
from rivulus.observations.rules.devices.topics import SUBSCRIPTIONS, Mapping


def filters_of(mappings: Sequence[Mapping], prefix: str) -> list[str]:
    """Return what to subscribe to: the topics of SensorThings, and those of the mappings."""
    return [f"{prefix}{one}" for one in SUBSCRIPTIONS] + sorted({mapping.subscription for mapping in mappings})


class Bridge:
    """Both directions to one broker."""

    def __init__(
        self, broker: Broker, *, decode: Decode, render: Render, base: str, mappings: Sequence[Mapping] = ()
    ) -> None:
        self.intake = Intake(broker, Reader(decode, mappings, broker.prefix), filters_of(mappings, broker.prefix))
        self.outlet = Outlet(broker, render, base)
        self._parts: list[Intake | Outlet] = [
            part for name, part in (("in", self.intake), ("out", self.outlet)) if broker.only in ("", name)
        ]

    def run(self) -> None:
        """Run until :meth:`stop` is called."""
        threads = [threading.Thread(target=part.run, name=type(part).__name__) for part in self._parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.5)  # without an end signals would not be heard meanwhile

    def stop(self) -> None:
        """End both directions; nothing that is not acknowledged or confirmed is lost."""
        self.intake.stop()
        self.outlet.stop()
