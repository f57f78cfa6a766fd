"""The life of a project, and its half-yearly reports: states and moves as one table, due dates, checks."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy.terms import Status

# From each status, where a report may take the project. A report may always leave the status as it is.
MOVES: dict[Status, frozenset[Status]] = {
    Status.IDEA: frozenset({Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS, Status.SUSPENDED, Status.ABANDONED}),
    Status.PREPARING: frozenset({Status.APPLIED, Status.IN_PROGRESS, Status.SUSPENDED, Status.ABANDONED}),
    Status.APPLIED: frozenset({Status.PREPARING, Status.IN_PROGRESS, Status.SUSPENDED, Status.ABANDONED}),
    Status.IN_PROGRESS: frozenset({Status.DONE, Status.SUSPENDED, Status.ABANDONED}),
    Status.SUSPENDED: frozenset({Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS, Status.ABANDONED}),
    Status.DONE: frozenset({Status.IN_PROGRESS}),  # reopened, when what was finished turns out not to be
    Status.ABANDONED: frozenset({Status.IDEA}),
}
# What a project of chapter 5 is taken to be before its team has reported anything. The strategy gives five projects no
# maturity: an idea is the least that can be said of them.
STATUS_OF_MATURITY = {
    "idea": Status.IDEA,
    "unknown": Status.IDEA,
    "pilot": Status.IN_PROGRESS,
    "preparing": Status.PREPARING,
    "applied": Status.APPLIED,
    "in_progress": Status.IN_PROGRESS,
    "done": Status.DONE,
}
# The priority that chapter 5 prints, spelled in one way.
PRIORITY_LABELS = {
    "priority": N_("Priority project"),
    "long_list": N_("Long list"),
    "unstated": N_("Not stated"),
}
PERIOD_LABELS = {1: N_("First half of %(year)s"), 2: N_("Second half of %(year)s")}
# The way that a project goes when nothing stops it.
MAIN_PATH = (Status.IDEA, Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS, Status.DONE)
RUNNING = frozenset({Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS})
# Chapter 6.2 asks project teams to report every half-year or year; the platform takes the half-year, and gives
# a month after its end.
DAYS_TO_REPORT = 31
FIRST_YEAR = 2022
LAST_YEAR_OF_END = 2060
REMIND_DAYS_BEFORE = 14
SHORTEST_REASON = 10  # characters; enough for "rain, delay"


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """The first or second half of a year."""

    year: int
    half: int

    @classmethod
    def of(cls, day: dt.date) -> "HalfYear":
        """Return the half-year in which the day lies."""
        return cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def start(self) -> dt.date:
        """Return its first day."""
        return dt.date(self.year, 1, 1) if self.half == 1 else dt.date(self.year, 7, 1)

    @property
    def end(self) -> dt.date:
        """Return its last day."""
        return dt.date(self.year, 6, 30) if self.half == 1 else dt.date(self.year, 12, 31)

    @property
    def due(self) -> dt.date:
        """Return the last day on which its report is in time."""
        return self.end + dt.timedelta(days=DAYS_TO_REPORT)

    @property
    def previous(self) -> "HalfYear":
        """Return the half-year before."""
        return HalfYear(self.year - 1, 2) if self.half == 1 else HalfYear(self.year, 1)

    @property
    def next(self) -> "HalfYear":
        """Return the half-year after."""
        return HalfYear(self.year + 1, 1) if self.half == 2 else HalfYear(self.year, 2)

    @classmethod
    def parse(cls, text: str) -> "HalfYear":
        """Read ``2026-1``; raise ValueError for anything else."""
        found = re.fullmatch(r"([0-9]{4})-([12])", text)
        if found is None:
            raise ValueError(f"{text!r} is no half-year.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-{self.half}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What was known of a project before a report: its status, and the numbers last reported (None: none yet)."""

    status: Status
    percent: int | None = None
    spent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """The next report that a project owes."""

    period: HalfYear
    due: dt.date
    days_late: int  # below zero: so many days are left

    @property
    def is_late(self) -> bool:
        """Tell whether the due date has passed."""
        return self.days_late > 0


class ReportedMeanwhile(Refused):
    """Somebody else reported the same half-year while the form was open: the person looks, and may send again."""

    def __init__(self) -> None:
        super().__init__(
            N_("Another report of this half-year came in while you were writing. Read it below, then send yours again.")
        )


def last_ended(day: dt.date) -> HalfYear:
    """Return the half-year that ended last before ``day``: the one to report about."""
    return HalfYear.of(day).previous


def check_can_move(before: Status, after: Status) -> None:
    """Refuse a move that the table does not know."""
    if after != before and after not in MOVES[before]:
        raise Refused(N_("A project cannot go from its present status straight to this one."))


def check_report(
    *, period: HalfYear, today: dt.date, percent: int, spent: Decimal, status: Status, summary: str
) -> None:
    """Refuse a report about the future, without words, or whose numbers contradict its status."""
    if period > HalfYear.of(today):
        raise Refused(N_("A report cannot be about a half-year that has not begun."))
    if period.year < FIRST_YEAR:
        raise Refused(N_("Reports begin with the year of the strategy, 2022."))
    if not 0 <= percent <= 100:
        raise Refused(N_("The share done is between 0 and 100 percent."))
    if spent < 0:
        raise Refused(N_("The money spent cannot be below zero."))
    if status is Status.DONE and percent != 100:
        raise Refused(N_("A finished project is 100 percent done."))
    if status is Status.IDEA and percent > 0:
        raise Refused(N_("A project that is still an idea is 0 percent done; choose the status it has now."))
    if not summary.strip():
        raise Refused(N_("Say in a few sentences what was done."))


def check_numbers(*, known: Standing, percent: int, spent: Decimal, risks: str) -> None:
    """Refuse numbers that fall without a word of why: both count from the beginning of the project."""
    if len(risks.strip()) >= SHORTEST_REASON:
        return
    if known.percent is not None and percent < known.percent:
        raise Refused(
            N_("The share done was reported as %(known)s percent before. Say under risks why it is lower now."),
            known=known.percent,
        )
    if known.spent is not None and spent < known.spent:
        raise Refused(N_("More money was reported as spent before. Say under risks why the sum is lower now."))


def check_expected_end(*, expected_end: dt.date | None, status: Status, period: HalfYear) -> None:
    """Refuse an end before the strategy, or an end in the past of a project that goes on."""
    if expected_end is None:
        return
    if expected_end.year < FIRST_YEAR or expected_end.year > LAST_YEAR_OF_END:
        raise Refused(
            N_("The expected end must lie between %(first)s and %(last)s."), first=FIRST_YEAR, last=LAST_YEAR_OF_END
        )
    if status in RUNNING and expected_end < period.start:
        raise Refused(N_("A project that goes on cannot have ended before the half-year of the report."))


def is_in_time(period: HalfYear, reported_on: dt.date) -> bool:
    """Tell whether a report of that half-year came by its due date."""
    return reported_on <= period.due


def must_report(status: Status) -> bool:
    """Tell whether a project with that status owes a report: one that is in preparation or under way."""
    return status in RUNNING


def is_reminded(period: HalfYear, today: dt.date) -> bool:
    """Tell whether the report of that half-year is near enough to be asked for."""
    return today >= period.due - dt.timedelta(days=REMIND_DAYS_BEFORE)


def owed_report(*, status: Status, reported: Collection[HalfYear], today: dt.date) -> Owed | None:
    """Return the report that a project owes: of the half-year that ended last, or else of the present one."""
    if not must_report(status):
        return None
    for period in (last_ended(today), HalfYear.of(today)):
        if period not in reported:
            return Owed(period, period.due, (today - period.due).days)
    return None


def list_periods(today: dt.date) -> list[HalfYear]:
    """Return the half-years that a report may be about, the newest first."""
    periods = [HalfYear.of(today)]
    while periods[-1] > HalfYear(FIRST_YEAR, 1):
        periods.append(periods[-1].previous)
    return periods


def check_can_assign(*, is_member: bool, is_active: bool, may_report: bool) -> None:
    """Refuse to name somebody twice, whose account is closed, or who could not report."""
    if is_member:
        raise Refused(N_("This person already belongs to the project's team."))
    if not is_active:
        raise Refused(N_("This account is closed."))
    if not may_report:
        raise Refused(N_("This person has no role in a project team; an administrator grants it first."))


def check_can_end_membership(*, is_ended: bool) -> None:
    """Refuse to end what has ended."""
    if is_ended:
        raise Refused(N_("This person no longer belongs to the project's team."))
