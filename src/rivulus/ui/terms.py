"""The closed vocabularies that components and charts understand."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Tone(StrEnum):
    """One mineral of the town's collection for each pillar."""

    GOLD = "gold"
    AMETHYST = "amethyst"
    MALACHITE = "malachite"
    CHESTNUT = "chestnut"
    STREAM = "stream"
    STIBNITE = "stibnite"


class StateName(StrEnum):
    """What is known of a criterion."""

    MET = "met"
    IN_PROGRESS = "in_progress"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    EXPECTED = "expected"


class BasisName(StrEnum):
    """How a state is known."""

    MEASURED = "measured"
    DECLARED = "declared"
    RECONSTRUCTED = "reconstructed"
    UNKNOWN = "unknown"


class NoticeKind(StrEnum):
    """How grave a message is."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


class StepStatus(StrEnum):
    """Where a step stands."""

    DONE = "done"
    CURRENT = "current"
    OPEN = "open"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stop in the life of a thing that moves through states."""

    label: str
    status: str
    note: str = ""
    date: date | int | str | None = None
