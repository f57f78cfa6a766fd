"""What is wrong with a cell or a line, in words: where, what stands there, what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.words import N_

LONGEST = 80

NOT_OF_TYPE: Mapping[str, str] = {
    "integer": N_("A whole number is expected."),
    "number": N_("A number with the decimal sign “%(decimal)s” is expected."),
    "boolean": N_("Yes or no is expected."),
    "date": N_("A date such as %(example)s is expected."),
    "datetime": N_("A date and time such as %(example)s is expected."),
    "geojson": N_("A GeoJSON geometry in degrees is expected."),
}
EMPTY = N_("Something is expected here; the cell is empty.")
TWICE = N_("This stands in another line too; every value is expected once.")
TOO_SMALL = N_("At least %(minimum)s is expected.")
TOO_LARGE = N_("At most %(maximum)s is expected.")
TOO_FEW = N_("The line has %(found)s cells; %(expected)s are expected.")
TOO_MANY = N_("The line has more cells than the heading; %(expected)s are expected.")
QUOTE = N_("A quotation mark is opened here and never closed.")
LETTERS = N_("A letter here is not written in %(encoding)s, as the rest of the file is.")
TOO_LONG = N_("The line is longer than 2 MB.")
OTHER = N_("The line cannot be read.")
FORMULA = N_("The cell shows an error of its formula; a value is expected, or nothing.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``sentence`` is a msgid, ``values`` fill it; ``cell`` is its address in a workbook (``C12``)."""

    line: int
    column: str
    found: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)
    cell: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "line": self.line,
            "column": self.column,
            "found": self.found[:LONGEST],
            "sentence": self.sentence,
            "values": dict(self.values),
            **({"cell": self.cell} if self.cell else {}),
        }
