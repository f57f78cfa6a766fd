"""Times as sources write them: with a zone, without one, as seconds; and hours that a clock shows twice or never."""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, MS

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
ISO, SECONDS, MILLISECONDS = "iso", "epoch_s", "epoch_ms"
LONGEST = 64


class Twice(StrEnum):
    """What is done with an hour that the clock shows twice, when summer time ends."""

    REFUSE = "refuse"
    FIRST = "first"
    SECOND = "second"
    ORDER = "order"  # the first time it comes is the first, until the clock goes back


@dataclass(slots=True)
class TimeReader:
    """Reads times of one format and zone into microseconds since 1970 (whole milliseconds).

    ``latest_us`` is what it read last: with ``Twice.ORDER`` it tells the second three o'clock from the first.
    """

    format: str = ISO
    zone: str = ""
    twice: Twice = Twice.REFUSE
    latest_us: int | None = None
    _zone: dt.tzinfo | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._zone = zone_of(self.zone) if self.zone else None

    def read(self, text: object) -> int:
        """Return the time; raises Refused with what is wrong."""
        time_us = self._read(text) // MS * MS
        if not EARLIEST_US <= time_us < LATEST_US:
            raise Refused(N_("The time %(time)s is not between 1900 and 2100."), time=_shown(text))
        self.latest_us = time_us
        return time_us

    def _read(self, text: object) -> int:
        if self.format in {SECONDS, MILLISECONDS}:
            return self._count(text)
        written = str(text).strip()
        if not written:
            raise Refused(N_("The time is missing."))
        if len(written) > LONGEST:
            raise self._unread(text)
        try:
            if self.format == ISO:
                found = dt.datetime.fromisoformat(written)
            else:
                found = dt.datetime.strptime(written, self.format)  # noqa: DTZ007 (the zone is declared)
        except ValueError as error:
            raise self._unread(text) from error
        return _us(found) if found.tzinfo else self._local(found, text)

    def _count(self, text: object) -> int:
        if isinstance(text, bool):
            raise self._unread(text)
        try:
            number = float(str(text))
            factor = 1_000_000 if self.format == SECONDS else 1000
            return round(number * factor)
        except (ValueError, OverflowError) as error:
            raise self._unread(text) from error

    def _local(self, naive: dt.datetime, text: object) -> int:
        if self._zone is None:
            raise Refused(
                N_("The time %(time)s has no zone, and none is declared; write it like 2026-03-01T08:00:00+02:00."),
                time=_shown(text),
            )
        if isinstance(self._zone, dt.timezone):  # always the same offset: nothing comes twice
            return _us(naive.replace(tzinfo=self._zone))
        try:
            first = _us(naive.replace(tzinfo=self._zone))
            second = _us(naive.replace(tzinfo=self._zone, fold=1))
        except OverflowError as error:
            raise self._unread(text) from error
        if first == second:
            return first
        if first > second:  # in spring the two readings of a time that never was come out crossed
            raise Refused(
                N_("%(time)s never was: the clocks of %(zone)s went forward over it."),
                time=_shown(text),
                zone=self.zone,
            )
        return self._one_of_two(first, second, text)

    def _one_of_two(self, first: int, second: int, text: object) -> int:
        match self.twice:
            case Twice.FIRST:
                return first
            case Twice.SECOND:
                return second
            case Twice.ORDER:
                return second if self.latest_us is not None and self.latest_us >= first else first
        raise Refused(
            N_("%(time)s came twice in %(zone)s, when summer time ended; say which of the two is meant."),
            time=_shown(text),
            zone=self.zone,
        )

    def _unread(self, text: object) -> Refused:
        if self.format == ISO:
            return Refused(N_("“%(time)s” is not a time; write it like 2026-03-01T08:00:00+02:00."), time=_shown(text))
        return Refused(N_("“%(time)s” is not a time of the form %(format)s."), time=_shown(text), format=self.format)


def zone_of(name: str) -> dt.tzinfo:
    """Return a zone by its name (Europe/Bucharest), its offset (+01:00), or UTC; raises Refused for none of them."""
    if name in {"UTC", "Z"}:
        return dt.UTC
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", name)
    if offset is not None and int(offset[2]) < 24 and int(offset[3]) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return dt.timezone(dt.timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        if re.fullmatch(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){0,2}", name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise Refused(N_("No time zone is called %(zone)s."), zone=name[:LONGEST])


def check_format(pattern: str) -> str:
    """Return a format that can be read: iso, epoch_s, epoch_ms or a pattern such as %d.%m.%Y %H:%M."""
    if pattern in {ISO, SECONDS, MILLISECONDS}:
        return pattern
    has_year, has_day = re.search("%[Yy]", pattern), re.search("%[dj]", pattern)
    if len(pattern) <= LONGEST and has_year and has_day:
        try:
            dt.datetime.strptime(dt.datetime(2026, 3, 1, tzinfo=dt.UTC).strftime(pattern), pattern)  # noqa: DTZ007
            return pattern
        except ValueError:
            pass
    raise Refused(
        N_("“%(format)s” is not a form of times; an example is %%d.%%m.%%Y %%H:%%M."), format=pattern[:LONGEST]
    )


def _us(moment: dt.datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _shown(text: object) -> str:
    return str(text)[:LONGEST]
