"""What a rule says, as frozen values: triggers, conditions, actions.

Durations are microseconds, as times are. Texts for people are by language (ro, en, hu).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

type Words = Mapping[str, str]

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
LANGUAGES = ("ro", "en", "hu")


class Mode(StrEnum):
    """What happens when a rule fires for a series while an earlier run for it still waits (as in Home Assistant)."""

    SINGLE = "single"
    RESTART = "restart"
    QUEUED = "queued"
    PARALLEL = "parallel"


class Severity(StrEnum):
    """How bad an alarm is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Reduction(StrEnum):
    """How the readings of a window become one number."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SUM = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which series are meant; every given part narrows. ``same_thing``: only those of the thing that fired."""

    codes: tuple[str, ...] = ()
    property: str = ""
    domain: str = ""
    thing: str = ""
    same_thing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a value is wrong, and when it is right again; ``clear`` is the hysteresis.

    Exactly one of above, below, between, equals is given, or in a trigger the name of a number that each thing carries
    in its properties (``above_of``, ``below_of``; ``margin`` is then the hysteresis): see ``measures.localise``.
    """

    above: float | None = None
    below: float | None = None
    between: tuple[float, float] | None = None
    equals: float | bool | str | None = None
    clear: float | None = None
    above_of: str = ""
    below_of: str = ""
    margin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Readings of the last ``span_us`` reduced to one number."""

    reduction: Reduction
    span_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTrigger:
    """A value that is wrong for long enough."""

    id: str
    series: Selector
    bounds: Bounds
    window: Window | None = None
    for_us: int = 0
    clear_for_us: int = 0
    silent_us: int = 2 * HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrigger:
    """A value that rises or falls by more than an amount within a time."""

    id: str
    series: Selector
    rises: float | None
    falls: float | None
    within_us: int
    silent_us: int = 2 * HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDataTrigger:
    """A series that says nothing for too long."""

    id: str
    series: Selector
    for_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTrigger:
    """A time of the city: minutes, hours, days of the month, months, weekdays (0 is Monday) as cron has them."""

    id: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    text: str
    any_day_field: bool = False  # cron: with both day fields given, one of them is enough


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger:
    """Something that a context says has happened."""

    id: str
    name: str
    where: tuple[tuple[str, float | bool | str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTrigger:
    """A forecast that reaches a bound within a time."""

    id: str
    series: Selector
    bounds: Bounds
    within_us: int
    silent_us: int = 6 * HOUR_US


type Trigger = ValueTrigger | RateTrigger | NoDataTrigger | TimeTrigger | EventTrigger | ForecastTrigger
type SeriesTrigger = ValueTrigger | RateTrigger | NoDataTrigger | ForecastTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCondition:
    """The newest value of other series at that moment; any of them is enough unless ``every``."""

    series: Selector
    bounds: Bounds
    not_older_us: int = 2 * HOUR_US
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarCondition:
    """A day and an hour of the city; parts that are not given do not matter."""

    weekdays: frozenset[int] = frozenset()
    holiday: bool | None = None
    hours: tuple[dt.time, dt.time] | None = None  # from, until; may pass midnight
    dates: tuple[tuple[int, int], tuple[int, int]] | None = None  # (month, day) from and to; may pass New Year


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCondition:
    """Where the thing that fired stands: in a box (west, south, east, north) or a polygon of (longitude, latitude)."""

    box: tuple[float, float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All of these hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """One of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotThis:
    """This does not hold."""

    part: "Condition"


type Condition = ValueCondition | CalendarCondition | PlaceCondition | AllOf | AnyOf | NotThis


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Whom to call when nobody has acknowledged in time."""

    after_us: int
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAction:
    """Raise an alarm."""

    severity: Severity
    acknowledge_within_us: int
    escalate: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAction:
    """Tell everybody with one of these roles, on the duty pages and, if wanted, by e-mail."""

    roles: tuple[str, ...]
    message: Words
    email: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAction:
    """Tell another machine; signed with the secret of this name in the environment."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAction:
    """Tell an actuator something: this acts on the street. ``capability`` empty: that of the thing that fired whose
    code ends with ``same_thing``."""

    capability: str
    same_thing: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAction:
    """A sentence for the public on every page."""

    text: Words
    for_us: int
    until_clear: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAction:
    """Wait before the next step."""

    for_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAction:
    """Something that another context has registered."""

    name: str
    parameters: Mapping[str, Any]


type Action = AlarmAction | NotifyAction | WebhookAction | TaskAction | NoticeAction | WaitAction | OtherAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """More than ``changes`` alarms within a time: it is raised once, and cleared only after ``calm`` without one."""

    changes: int = 5
    within_us: int = HOUR_US
    calm_us: int = 30 * MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A whole rule."""

    title: Words
    description: Words = field(default_factory=dict)
    source: str = ""
    domain: str = ""
    active: bool = False  # in the pack: switched on when loaded, unless it acts on the street
    mode: Mode = Mode.SINGLE
    most: int = 10  # runs at once (parallel) or waiting (queued)
    triggers: tuple[Trigger, ...]
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...]
    when_cleared: tuple[Action, ...] = ()
    flapping: Flapping = field(default_factory=Flapping)

    def all_actions(self) -> tuple[Action, ...]:
        """Return the actions of both lists."""
        return self.actions + self.when_cleared

    @property
    def acts_on_street(self) -> bool:
        """Say whether an actuator is told something."""
        return any(isinstance(action, TaskAction) for action in self.all_actions())

    @property
    def is_measure(self) -> bool:
        """Say whether something changes without a person: a task or a public notice."""
        return any(isinstance(action, TaskAction | NoticeAction) for action in self.all_actions())

    def trigger(self, identifier: str) -> Trigger | None:
        """Return the trigger of this name."""
        return next((trigger for trigger in self.triggers if trigger.id == identifier), None)
