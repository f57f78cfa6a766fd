"""What a chart says, before anybody draws it: frozen facts with texts already in the reader's language."""

from dataclasses import dataclass

from rivulus.ui.terms import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What all charts share; `key` is a slug that no other chart on the page has."""

    key: str
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing and its value; `note` stands in for a value that is missing."""

    label: str
    value: float | None
    tone: str = Tone.STREAM
    reference: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Figure):
    """One value for each thing."""

    unit: str
    bars: tuple[Bar, ...]
    reference_label: str = ""
    maximum: float | None = None
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value for each category."""

    label: str
    values: tuple[float | None, ...]
    tone: str = Tone.STREAM


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedBars(Figure):
    """Several series side by side."""

    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBars(Figure):
    """Several series as parts of a whole."""

    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on a line; a highlighted one shows its label."""

    x: float
    y: float
    label: str = ""
    is_highlighted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Points in the order of x; a step holds its height until the next."""

    label: str
    points: tuple[Point, ...]
    tone: str = Tone.STREAM
    is_step: bool = False
    is_expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Figure):
    """Lines over years or over amounts."""

    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    x_is_year: bool = False
    x_decimals: int = 0
    y_decimals: int = 0
    y_minimum: float | None = 0.0
    y_maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the beginning of `start` to the end of `end`, in years; 2026.5 is the middle of 2026."""

    label: str
    start: float
    end: float
    tone: str = Tone.STREAM
    percent: float | None = None
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(Figure):
    """What happens when; `now` is a year with its fraction."""

    spans: tuple[Span, ...]
    now: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One pillar: the level it stands on, the share (0..1) of the next, the level expected."""

    code: str
    name: str
    level: int
    fraction: float = 0.0
    expected: int | None = None
    tone: str = Tone.STREAM
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crystal(Figure):
    """The pillars as facets of one stone."""

    facets: tuple[Facet, ...]
    levels: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was so around a time (seconds since 1970): the mean, and how far it went down and up; None is a gap."""

    time: float
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """Moments in the order of time."""

    label: str
    moments: tuple[Moment, ...]
    tone: str = Tone.STREAM
    is_expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A height that matters, with the words for it."""

    label: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries(Figure):
    """What was measured over hours, days or months, with gaps left open; times in the zone of the city."""

    unit: str
    lines: tuple[TimeLine, ...]
    start: float
    end: float
    limits: tuple[Limit, ...] = ()
    decimals: int | None = None
    zone: str = "Europe/Bucharest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in degrees east and north; ``rank`` 0 is as usual, 1 wants a look, 2 is wrong."""

    label: str
    longitude: float
    latitude: float
    rank: int = 0
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch(Figure):
    """Where things are, one beside the other; with a scale and north above, and without streets."""

    spots: tuple[Spot, ...]
    rank_words: tuple[str, str, str]


type Chart = Bars | GroupedBars | StackedBars | Lines | Timeline | Crystal | TimeSeries | Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The words of one place in a table."""

    text: str
    is_number: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTable:
    """The same numbers as rows; the first cell of a row is its head."""

    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
