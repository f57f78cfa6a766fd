"""The facts of a pack, read and checked: rows with typed values, by table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Value = str | int | Decimal | tuple[str, ...] | None
LANGUAGES = ("ro", "en", "hu")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with typed values, and the line it stands on."""

    line: int
    values: Mapping[str, Value]


@dataclass(slots=True)
class Facts:
    """All tables of a pack."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def codes(self, table: str) -> set[Value]:
        """Return the codes that the table defines."""
        return {row.values.get("code", row.values.get("number")) for row in self.rows[table]}


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read without a fault; ``digest`` is over all its bytes, ``baseline`` an ISO date."""

    code: str
    names: dict[str, str]
    baseline: str
    facts: Facts
    digest: str
