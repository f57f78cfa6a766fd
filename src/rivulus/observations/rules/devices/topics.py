"""Topics of MQTT: those of SensorThings (OGC 18-088, 14), and vendors' ones through declared mappings.

A pattern is a topic with named places: ``shellies/{device}/emeter/{channel}/power`` takes one level for each name.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Object
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.devices.profiles import Place, read_place

VERSION = "v1.1"
OBSERVATIONS = re.compile(r"(?:Multi)?Datastreams\((\d{1,7})\)/Observations")
SUBSCRIPTIONS = (f"{VERSION}/+/Observations", f"{VERSION}/Observations")
NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
LONGEST = 400
PAYLOADS = ("json", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the messages of a vendor's topics are read. ``time`` is the path of the time; empty: the moment of receipt.

    ``time_unit`` is iso (a text with its zone), s or ms (since 1970). Codes of series may use the names of the topic.
    """

    name: str
    topic: str
    places: tuple[Place, ...]
    payload: str = "json"
    time: str = ""
    time_unit: str = "iso"

    @property
    def subscription(self) -> str:
        """The filter that a broker understands."""
        return NAME.sub("+", self.topic)

    def find_names(self, topic: str) -> dict[str, str] | None:
        """Return what stands at the named places of a topic, or None where it is another's."""
        found = _pattern(self.topic).fullmatch(topic)
        return found.groupdict() if found else None


@lru_cache(maxsize=512)
def _pattern(topic: str) -> re.Pattern[str]:
    parts = NAME.split(topic)  # words and names take turns
    return re.compile("".join(f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


def find_datastream(topic: str, prefix: str = "") -> int | None:
    """Return the series that a topic of SensorThings names; 0 for ``v1.1/Observations``; None for other topics."""
    start = f"{prefix}{VERSION}/"
    if not topic.startswith(start):
        return None
    rest = topic[len(start) :]
    if rest == "Observations":
        return 0
    found = OBSERVATIONS.fullmatch(rest)
    return int(found[1]) if found else None


def find_mapping(mappings: Iterable[Mapping], topic: str) -> tuple[Mapping, dict[str, str]] | None:
    """Return the first mapping that a topic belongs to, with what stands at its named places."""
    for mapping in mappings:
        names = mapping.find_names(topic)
        if names is not None:
            return mapping, names
    return None


def read_mappings(document: Any) -> tuple[Mapping, ...]:
    """Return the mappings of a document (``mappings:``, as in mqtt.yaml); raises Refused saying what is wrong."""
    listed = document.get("mappings") if isinstance(document, Object) else None
    if not isinstance(listed, list):
        raise Refused(N_("The document needs a list called “mappings”."))
    return tuple(_read_mapping(one) for one in listed)


def _read_mapping(one: Any) -> Mapping:
    try:
        mapping = Mapping(
            name=str(one["name"]),
            topic=str(one["topic"]),
            payload=str(one.get("payload", "json")),
            time=str(one.get("time", "")),
            time_unit=str(one.get("time_unit", "iso")),
            places=tuple(read_place(place) for place in one["series"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        sentence = N_("A mapping of topics is not written as it should be: %(problem)s.")
        raise Refused(sentence, problem=repr(problem)) from problem
    _check(mapping)
    return mapping


def _check(mapping: Mapping) -> None:
    names = NAME.findall(mapping.topic)
    if len(set(names)) < len(names) or not mapping.topic or len(mapping.topic) > LONGEST:
        raise Refused(N_("The topic “%(topic)s” is empty, too long, or uses a name twice."), topic=mapping.topic[:80])
    if re.search(r"[+#\x00]", mapping.topic) or mapping.topic.startswith((f"{VERSION}/", "$")):
        raise Refused(N_("The topic “%(topic)s” needs names in braces in place of + and #."), topic=mapping.topic[:80])
    for place in mapping.places:
        strange = set(NAME.findall(place.series)) - set(names)
        if strange:
            words = {"name": min(strange), "topic": mapping.topic}
            raise Refused(N_("A series names {%(name)s}, which the topic “%(topic)s” does not have."), **words)
    if mapping.payload not in PAYLOADS or mapping.time_unit not in ("iso", "s", "ms") or not mapping.places:
        raise Refused(
            N_("The mapping “%(name)s” needs series, a payload (json, number) and a time_unit (iso, s, ms)."),
            name=mapping.name,
        )


def fill(template: str, names: Object[str, str]) -> str:
    """Return a code with the names of a topic in their places."""
    return NAME.sub(lambda found: names.get(found[1], found[0]), template)
