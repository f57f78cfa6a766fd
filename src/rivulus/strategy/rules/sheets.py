"""What came out of reading a file of indicator values: lines, faults, and how its signs were understood."""

from dataclasses import dataclass, field

from rivulus.strategy.rules.indicator_values import Entry

COLUMNS = ("indicator", "place", "year", "value", "text", "source")
# More than these would not be read by anybody; the rest is counted.
FAULTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong on a line and how to mend it; sentences are msgids, ``values`` fill their placeholders."""

    line: int
    column: str
    sentence: str
    mend: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the file that could be read."""

    line: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read: what was found in it, and how its signs were understood."""

    lines: tuple[SheetLine, ...] = ()
    faults: tuple[LineFault, ...] = ()
    fault_count: int = 0
    blank: int = 0
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    ambiguous: str = ""
