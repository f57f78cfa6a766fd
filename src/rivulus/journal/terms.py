"""Words of the journal: the head of the chain, what a verification found, and the faults it can name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

type Plain = bool | int | str | list[Plain] | dict[str, Plain] | None


class Actor(Protocol):
    """Anybody with an identity; the journal knows no more of a person than that."""

    @property
    def id(self) -> UUID:
        """Return what stands for them in a line."""
        ...


class FaultKind(StrEnum):
    """What can be wrong with the journal, or with a fact that a line has recorded."""

    LINE_CHANGED = "line_changed"
    LINE_MISSING = "line_missing"
    CHAIN_BROKEN = "chain_broken"
    HEAD_DIFFERS = "head_differs"
    FACT_CHANGED = "fact_changed"
    FACT_MISSING = "fact_missing"
    FACT_UNRECORDED = "fact_unrecorded"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: whoever keeps these two values elsewhere can prove that nothing before them changed."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not agree; ``sentence`` is a msgid, ``values`` fill its placeholders."""

    kind: FaultKind
    sentence: str
    values: Mapping[str, str | int]
    sequence: int | None = None
    subject: str = ""
    subject_id: str = ""

    def __str__(self) -> str:
        return self.sentence % self.values


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found; ``faults`` holds the first of them, ``fault_count`` says how many there are."""

    lines: int
    facts: int
    head: Head
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def is_intact(self) -> bool:
        """Say whether everything agrees."""
        return self.fault_count == 0
