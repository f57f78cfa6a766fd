"""What a message of a device claims, whatever shape it came in, and what is found right or wrong with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rivulus.kernel.words import N_

MAX_MESSAGE = 256 * 1024  # of text
MAX_CLAIMS = 2000


class Kind(StrEnum):
    """The shapes that are known."""

    OBSERVATION = "observation"  # one of SensorThings
    DATA_ARRAY = "data_array"  # CreateObservations of SensorThings
    CHIRPSTACK = "chirpstack"
    TTS = "tts"
    NGSI_LD = "ngsi_ld"
    VENDOR = "vendor"  # JSON with a mapping
    UNKNOWN = "unknown"


KIND_NAMES: dict[Kind, str] = {
    Kind.OBSERVATION: N_("an Observation of SensorThings"),
    Kind.DATA_ARRAY: N_("a data array of SensorThings"),
    Kind.CHIRPSTACK: N_("an uplink of ChirpStack"),
    Kind.TTS: N_("an uplink of The Things Stack"),
    Kind.NGSI_LD: N_("an entity of NGSI-LD"),
    Kind.VENDOR: N_("a message read through a mapping"),
    Kind.UNKNOWN: N_("a message of a shape that is not known here"),
}


class Level(StrEnum):
    """How grave a finding is."""

    GOOD = "good"
    WARNING = "warning"  # would be stored
    ERROR = "error"  # would not


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is right or wrong; ``sentence`` is a msgid with named places for ``values``."""

    level: Level
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The sentence in English."""
        return self.sentence % self.values if self.values else self.sentence


def error(sentence: str, **values: Any) -> Finding:
    """Return a finding that keeps something from being stored."""
    return Finding(Level.ERROR, sentence, values)


def warning(sentence: str, **values: Any) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(Level.WARNING, sentence, values)


def good(sentence: str, **values: Any) -> Finding:
    """Return a finding of something right."""
    return Finding(Level.GOOD, sentence, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One result that a message claims for one series.

    ``series`` is the number of a series or its code; ``time`` is as it was given, or None where nothing was;
    ``place`` says where in the message it stood. An optional one is left out without a word where it has no series.
    """

    series: str
    value: Any
    time: Any = None
    unit: str = ""
    place: str = "result"
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was read: what it is, of which device, and what it claims.

    ``names`` are those by which a profile may know the device; ``title`` is what its owner calls it.
    """

    kind: Kind
    device: str = ""
    title: str = ""
    names: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSeries:
    """What is known here of a series that a message names."""

    id: int
    name: str
    code: str
    kind: str  # terms.ResultKind
    unit: str  # symbol
    minimum: float | None = None
    maximum: float | None = None
    is_own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What would be stored."""

    series: KnownSeries
    time_us: int
    value: Any
    quality: int = 0

    @property
    def time(self) -> dt.datetime:
        """The moment, in UTC."""
        return dt.datetime.fromtimestamp(self.time_us / 1e6, dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is right and wrong with a message, and what would be stored of it."""

    kind: Kind
    device: str
    findings: tuple[Finding, ...]
    rows: tuple[Row, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether everything in the message would be stored."""
        return bool(self.rows) and all(finding.level is not Level.ERROR for finding in self.findings)
