"""The life of a project, and its half-yearly reports: states and moves as one table, due dates, checks."""

import datetime as dt
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
RUNNING = frozenset({Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS})
# Chapter 6.2 asks project teams to report every half-year or year; the platform takes the half-year, and gives
# a month after its end.
DAYS_TO_REPORT = 31
FIRST_YEAR = 2022


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

    def __str__(self) -> str:
        return f"{self.year}-{self.half}"


def last_ended(day: dt.date) -> HalfYear:
    """Return the half-year that ended last before ``day``: the one to report about."""
    return HalfYear.of(day).previous


def check_can_move(before: Status, after: Status) -> None:
    """Refuse a move that the table does not know."""
    if after != before and after not in MOVES[before]:
        raise Refused(N_("A project cannot go from its present status to this one."))


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


def is_in_time(period: HalfYear, reported_on: dt.date) -> bool:
    """Tell whether a report of that half-year came by its due date."""
    return reported_on <= period.due


def must_report(status: Status) -> bool:
    """Tell whether a project with that status owes a report: one that is in preparation or under way."""
    return status in RUNNING
