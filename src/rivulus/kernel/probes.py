"""Probes: what a context can report about itself to the strategy.

A probe is a named, typed number with unit, time and provenance, computed by a context from its own records.
Contexts register theirs when Django starts; the strategy, above them, asks for all of them on a schedule.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Inputs = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """One evaluation of a probe: ``value`` is None when there is nothing to measure yet.

    ``inputs`` are the counts and dates the value was computed from, stored with it, so that a coloured cell can
    be opened down to them. ``simulated`` readings are shown but never count as evidence.
    """

    value: float | None
    inputs: Inputs = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """A number that the platform can compute about the city; titles are msgids."""

    name: str
    title: str
    unit: str
    explanation: str
    compute: Callable[[dt.datetime], Reading]


_probes: dict[str, Probe] = {}


def register(probe: Probe) -> None:
    """Add a probe; the same name twice is a mistake in the code."""
    known = _probes.get(probe.name)
    if known is not None and known.compute is not probe.compute:
        raise ValueError(f"Two probes are called {probe.name}.")
    _probes[probe.name] = probe


def list_probes() -> tuple[Probe, ...]:
    """Return all probes by name."""
    return tuple(_probes[name] for name in sorted(_probes))


def find_probe(name: str) -> Probe | None:
    """Return the probe of that name, if a context reports it."""
    return _probes.get(name)
