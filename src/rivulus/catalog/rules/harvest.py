"""What is taken from a catalog elsewhere, and when it is visited again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rivulus.catalog.rules.datasets import REVIEWERS, Metadata, Who, check_metadata
from rivulus.catalog.terms import Format, Source
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_DATASETS = 5_000
MOST_PAGES = 200
MOST_WAYS = 50
LONGEST_PAUSE_H = 7 * 24
# When a catalog suddenly lacks most of what it had, it is broken more often than emptied.
LEAST_LEFT = 0.5


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An address of a harvested dataset."""

    url: str
    format: Format
    title: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One dataset of a catalog elsewhere."""

    foreign_id: str
    said: Metadata
    ways: tuple[Elsewhere, ...] = ()
    changed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a catalog had: datasets, what could not be read of others, and whether it was read to the end."""

    found: Sequence[Found]
    problems: Sequence[tuple[str, str]] = ()
    is_whole: bool = True


def check_can_manage(who: Who) -> None:
    """Refuse whoever does not look after the portal as a whole."""
    if not (who.is_platform or who.roles & REVIEWERS):
        raise Refused(N_("Departments and the administrator manage the catalogs that are harvested."))


def check_source(*, code: str, title: str, every_h: int) -> None:
    """Refuse a source without a name, or visited all the time."""
    if not code or len(code) > 40 or not title.strip():
        raise Refused(N_("Give the catalog a name and a code."))
    if not 1 <= every_h <= 8784:
        raise Refused(N_("A catalog is visited every hour at the most, and once a year at the least."))


def check_found(found: Found) -> None:
    """Refuse a dataset elsewhere that could not be shown here."""
    if not found.foreign_id or len(found.foreign_id) > 500:
        raise Refused(N_("It has no address or number of its own."))
    check_metadata(found.said, source=Source.HARVEST)
    if not found.ways:
        raise Refused(N_("It has no address to download from."))


def check_not_emptied(*, known: int, seen: int) -> None:
    """Refuse to archive most of what a catalog had at once: that is a fault more often than a wish."""
    if known >= 4 and seen < known * LEAST_LEFT:
        raise Refused(
            N_("The catalog has only %(seen)s datasets, %(known)s are known: nothing was archived. Look at it first."),
            seen=seen,
            known=known,
        )


def next_visit(now: dt.datetime, *, every_h: int, failures: int) -> dt.datetime:
    """Return when a catalog is visited again; after failures more and more seldom, but weekly at the least."""
    pause = every_h * (1 << min(failures, 8))
    return now + dt.timedelta(hours=max(every_h, min(pause, LONGEST_PAUSE_H)))
