"""Datasets in words: rows of a list, one dataset, what changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from rivulus.catalog.models import Dataset, Event
from rivulus.catalog.queries.ways import Way
from rivulus.catalog.rules import datasets as rules
from rivulus.catalog.rules.datasets import Change
from rivulus.catalog.rules.freshness import Freshness, freshness
from rivulus.catalog.rules.quality import (
    CHECKS_BY_CODE,
    DIMENSION_NAMES,
    MOST,
    RATING_NAMES,
    Dimension,
    Rating,
    most_of,
    rate,
)
from rivulus.catalog.terms import STATE_NAMES, Format, Source, State
from rivulus.catalog.terms.vocabularies import FILE_TYPES, FREQUENCIES, HVD_CATEGORIES, LICENCES, THEMES
from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.ui.presenters import active_language, date_text, number_text

VERBS: Mapping[str, str] = {
    "created": N_("Draft begun"),
    "changed": N_("Description changed"),
    "proposed": N_("Proposed for publication"),
    "sent_back": N_("Sent back"),
    "published": N_("Published"),
    "corrected": N_("Description corrected"),
    "archived": N_("Archived"),
    "link_added": N_("Address added"),
    "link_removed": N_("Address removed"),
    "data": N_("Data renewed"),
    "harvested": N_("Fetched from its catalog"),
}
FIELDS: Mapping[str, str] = {
    "title_ro": N_("Title in Romanian"),
    "title_en": N_("Title in English"),
    "title_hu": N_("Title in Hungarian"),
    "description_ro": N_("Description in Romanian"),
    "description_en": N_("Description in English"),
    "description_hu": N_("Description in Hungarian"),
    "theme": N_("Themes"),
    "keywords": N_("Keywords"),
    "licence": N_("Licence"),
    "hvd_category": N_("High-value category"),
    "contact_name": N_("Contact"),
    "contact_email": N_("E-mail of the contact"),
    "frequency": N_("Update rhythm"),
    "spatial": N_("Area covered"),
    "temporal": N_("Time covered"),
    "landing_page": N_("Web address"),
}
FRESHNESS: Mapping[Freshness, tuple[str, str]] = {
    Freshness.FRESH: (N_("up to date"), "malachite"),
    Freshness.LATE: (N_("older than promised"), "chestnut"),
    Freshness.UNPROMISED: (N_("no rhythm promised"), "stibnite"),
    Freshness.UNKNOWN: (N_("not known"), "stibnite"),
}
STATE_TONES = {
    State.DRAFT: "stibnite",
    State.REVIEW: "gold",
    State.PUBLISHED: "malachite",
    State.ARCHIVED: "chestnut",
}
RATING_TONES = {
    Rating.EXCELLENT: "malachite",
    Rating.GOOD: "stream",
    Rating.SUFFICIENT: "gold",
    Rating.BAD: "chestnut",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A dataset in a list."""

    dataset: Dataset
    organisation: str
    organisation_code: str
    formats: tuple[str, ...]
    themes: tuple[str, ...]
    summary: str
    changed: dt.datetime | None
    freshness: str
    tone: str
    is_live: bool
    is_high_value: bool
    state: str
    state_tone: str
    points: int | None


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do next, and the points that it brings."""

    points: int
    title: str
    fix: str


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """The points of one dimension."""

    name: str
    points: int
    most: int
    percent: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What the description of a dataset is worth."""

    points: int
    most: int
    rating: str
    tone: str
    dimensions: tuple[DimensionRow, ...]
    fixes: tuple[Fix, ...]
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened to a dataset."""

    event: Event
    what: str
    version: int | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of a table."""

    name: str
    type: str
    meaning: str
    unit: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One table of a dataset."""

    title: str
    columns: tuple[ColumnRow, ...]


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way to get a dataset."""

    way: Way
    name: str
    size: str
    rows: str


def present_rows(datasets: Sequence[Dataset]) -> list[Row]:
    """Return datasets as rows of a list; they come with organisation and assessment."""
    return [present_row(dataset) for dataset in datasets]


def present_row(dataset: Dataset) -> Row:
    """Return one dataset as a row of a list."""
    is_live = dataset.source == Source.LIVE
    how = freshness(dataset.frequency, dataset.data_changed_at, now=clock.now(), is_live=is_live)
    word, tone = FRESHNESS[how]
    assessment: Any = find_related(dataset, "assessment")
    return Row(
        dataset=dataset,
        organisation=dataset.organisation.name,
        organisation_code=dataset.organisation.code,
        formats=tuple(format_name(name) for name in dataset.formats),
        themes=tuple(theme_name(code) for code in dataset.theme),
        summary=shorten(dataset.description),
        changed=dataset.data_changed_at,
        freshness=gettext(word),
        tone=tone,
        is_live=is_live,
        is_high_value=bool(dataset.hvd_category),
        state=gettext(STATE_NAMES[State(dataset.state)]),
        state_tone=STATE_TONES[State(dataset.state)],
        points=assessment.points if assessment is not None else None,
    )


def present_quality(dataset: Dataset) -> Quality | None:
    """Return the score of a dataset with what to do next, once it was assessed."""
    assessment: Any = find_related(dataset, "assessment")
    if assessment is None:
        return None
    rating = rate(assessment.points)
    return Quality(
        points=assessment.points,
        most=MOST,
        rating=gettext(RATING_NAMES[rating]),
        tone=RATING_TONES[rating],
        dimensions=tuple(
            _dimension(dimension, int(assessment.dimensions.get(str(dimension), 0))) for dimension in Dimension
        ),
        fixes=tuple(
            Fix(points, gettext(CHECKS_BY_CODE[code].title), gettext(CHECKS_BY_CODE[code].fix))
            for code, points in assessment.missing
            if code in CHECKS_BY_CODE
        ),
        made_at=assessment.made_at,
    )


def present_ways(ways: Sequence[Way]) -> list[WayRow]:
    """Return the ways to get a dataset, in words."""
    return [
        WayRow(
            way,
            name=way.title or (gettext("Interface for programs") if way.is_api else way.name),
            size=size_words(way.size),
            rows=number_text(way.rows, 0) if way.rows is not None else "",
        )
        for way in ways
    ]


def present_tables(tables: Sequence[Any]) -> list[TableRow]:
    """Return the tables of a dataset with what their columns mean."""
    language = active_language()
    return [
        TableRow(
            str(table.title),
            tuple(
                ColumnRow(column.name, str(column.type), _meaning(column, language), column.unit)
                for column in table.columns
            ),
        )
        for table in tables
    ]


def present_events(events: Sequence[Event]) -> list[EventRow]:
    """Return events, latest first, each with what it says differently from the one before."""
    rows, before = [], dict[str, object]()
    for event in reversed(events):
        said = event.metadata or {}
        changes = rules.compare(before, said) if said and before else ()
        version = said.get("version")
        rows.append(
            EventRow(event, gettext(VERBS.get(event.verb, event.verb)), version, tuple(map(_in_words, changes)))
        )
        before = said or before
    return rows[::-1]


def present_changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Return what two kept descriptions say differently, in words."""
    return [_in_words(change) for change in rules.compare(before, after)]


def cite(dataset: Dataset, url: str) -> str:
    """Return how to name a dataset as a source."""
    year = (dataset.data_changed_at or dataset.changed_at).year
    licence = licence_name(dataset.licence)
    return (
        f"{dataset.organisation.name} ({year}). {dataset.title} "
        f"[{gettext('dataset')}, {gettext('version')} {dataset.version}]. {url} ({licence}; "
        f"{gettext('seen on')} {date_text(clock.today())})"
    )


def theme_name(code: str) -> str:
    """Return the name of a theme in the reader's language."""
    return gettext(THEMES[code]) if code in THEMES else code


def category_name(code: str) -> str:
    """Return the name of a high-value category in the reader's language."""
    return gettext(HVD_CATEGORIES[code]) if code in HVD_CATEGORIES else code


def frequency_name(code: str) -> str:
    """Return how often data change, in the reader's language."""
    return gettext(FREQUENCIES[code].name) if code in FREQUENCIES else code


def licence_name(code: str) -> str:
    """Return the name of a licence."""
    return LICENCES[code].title if code in LICENCES else gettext("Another licence")


def licence_address_of(code: str) -> str:
    """Return where a licence can be read."""
    return LICENCES[code].url if code in LICENCES else ""


def format_name(code: str) -> str:
    """Return the name of a format."""
    return FILE_TYPES[Format(code)].name if code in set(Format) else code


def spatial_words(spatial: Mapping[str, Any]) -> str:
    """Return the area covered in words."""
    if "siruta" in spatial:
        return f"SIRUTA {spatial['siruta']}"
    if "bbox" in spatial:
        west, south, east, north = spatial["bbox"]
        return f"{south}–{north} °N, {west}–{east} °E"
    return ""


def size_words(size: int | None) -> str:
    """Return a size in bytes in words."""
    if size is None:
        return ""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{number_text(size / factor, 1)} {unit}"
    return f"{size} B"


def shorten(text: str, most: int = 220) -> str:
    """Return the beginning of a text, ended at a word."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def find_related(row: Model, name: str) -> Model | None:
    """Return the other side of a one-to-one relation, or None where there is none."""
    return getattr(row, name, None)


def _dimension(dimension: Dimension, points: int) -> DimensionRow:
    most = most_of(dimension)
    return DimensionRow(gettext(DIMENSION_NAMES[dimension]), points, most, 100 * points / most)


def _in_words(change: Change) -> Change:
    return Change(gettext(FIELDS[change.field]), shorten(change.before, 400), shorten(change.after, 400))


def _meaning(column: Any, language: str) -> str:
    title, description = column.title_in(language), column.description_in(language)
    return f"{title} – {description}" if description and description != title else title
