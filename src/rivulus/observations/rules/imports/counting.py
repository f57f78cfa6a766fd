"""What an import would do, or did, in numbers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Lines read and rejected, empty cells, and readings: added, there already, corrected, repeated in the file."""

    lines: int = 0
    rejected: int = 0
    missing: int = 0
    readings: int = 0
    added: int = 0
    replayed: int = 0
    corrected: int = 0
    repeated: int = 0
    first_us: int | None = None
    last_us: int | None = None
    total: int | None = None  # lines of the whole file, once it was checked

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            lines=self.lines + other.lines,
            rejected=self.rejected + other.rejected,
            missing=self.missing + other.missing,
            readings=self.readings + other.readings,
            added=self.added + other.added,
            replayed=self.replayed + other.replayed,
            corrected=self.corrected + other.corrected,
            repeated=self.repeated + other.repeated,
            first_us=_of(min, self.first_us, other.first_us),
            last_us=_of(max, self.last_us, other.last_us),
            total=self.total if self.total is not None else other.total,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return asdict(self)


def from_json(given: Mapping[str, Any]) -> Counts:
    """Return what was kept."""
    return Counts(**given)


def _of(choose: Any, one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None
