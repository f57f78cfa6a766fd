"""Datasets, their versions, and what the public tables say of themselves."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from rivulus.catalog.models import Dataset, Distribution, Event
from rivulus.catalog.queries.viewing import Viewer, list_public
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, State
from rivulus.catalog.terms.vocabularies import FREQUENCIES, HVD_CATEGORIES, LICENCES, THEMES
from rivulus.identity import queries as identity
from rivulus.kernel.publishing import ColumnType, Table
from rivulus.kernel.words import fold

LANGUAGES = ("ro", "en", "hu")
TEXT_FIELDS = tuple(name for name in Metadata.__slots__ if name not in {"theme", "keywords", "spatial", "temporal"})


def find_visible(viewer: Viewer, code: str) -> Dataset | None:
    """Return the dataset of this code, if the viewer may see it."""
    dataset = Dataset.objects.select_related("organisation").filter(code=code).first()
    return dataset if dataset is not None and viewer.sees(dataset) else None


def find_dataset(code: str) -> Dataset | None:
    """Return the dataset of this code, whoever asks."""
    return Dataset.objects.filter(code=code).first()


def find_public(code: str) -> Dataset | None:
    """Return the published dataset of this code."""
    return list_public().select_related("organisation").filter(code=code).first()


def list_events(dataset: Dataset) -> QuerySet[Event]:
    """Return what happened to a dataset, the latest first."""
    return Event.objects.filter(dataset=dataset).order_by("-id")


def list_newest(limit: int) -> list[Dataset]:
    """Return the datasets published last."""
    rows = list_public().filter(issued_at__isnull=False).select_related("organisation")
    return list(rows.order_by("-issued_at", "id")[:limit])


def find_last_published(dataset: Dataset) -> Event | None:
    """Return the event with which the description was last let out or corrected in public."""
    return Event.objects.filter(dataset=dataset, verb__in=["published", "corrected"]).order_by("-id").first()


def list_links(dataset: Dataset) -> QuerySet[Distribution]:
    """Return the addresses elsewhere of a dataset, with whether they answer."""
    rows = Distribution.objects.filter(dataset=dataset, withdrawn_at__isnull=True).exclude(url="")
    return rows.select_related("link").order_by("rank", "id")


def list_waiting(viewer: Viewer) -> QuerySet[Dataset]:
    """Return the datasets that wait for review and that the viewer may see, the longest waiting first."""
    return viewer.list_visible().filter(state=State.REVIEW).order_by("changed_at", "id")


def list_own(viewer: Viewer) -> QuerySet[Dataset]:
    """Return the datasets of the organisations that the viewer acts for, the latest changed first."""
    found = Dataset.objects.filter(organisation__in=viewer.who.organisations).select_related("organisation")
    return found.order_by("-changed_at", "id")


def list_taken_codes(beginning: str) -> set[str]:
    """Return the codes that begin so."""
    return set(Dataset.objects.filter(code__startswith=beginning[:60]).values_list("code", flat=True))


def metadata_of(dataset: Dataset) -> Metadata:
    """Return what is said of a dataset."""
    texts = {name: getattr(dataset, name) for name in TEXT_FIELDS}
    return Metadata(
        **texts,
        theme=tuple(dataset.theme),
        keywords=tuple(dataset.keywords),
        spatial=dict(dataset.spatial),
        temporal=read_range(dataset.temporal),
    )


def read_range(days: Any) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day of a range; PostgreSQL keeps the day after the last one."""
    if days is None:
        return None, None
    last = days.upper
    if last is not None and not days.upper_inc:
        last -= dt.timedelta(days=1)
    return days.lower, last


def make_search_text(said: Metadata, *, code: str, organisation: int) -> str:
    """Return the words by which a dataset is found, folded: its own, those of its themes and of its organisation.

    The title stands first: what is found early is ranked before what is found late, and rows are sorted by it.
    """
    owner = identity.get_organisation(organisation)
    words = [getattr(said, f"title_{language}") for language in LANGUAGES]
    words += [*said.keywords, code.replace("-", " ")]
    words += [getattr(said, f"description_{language}") for language in LANGUAGES]
    words += [owner.name_ro, owner.name_en, owner.name_hu]
    for language in LANGUAGES:
        with translation.override(language):
            words += [gettext(THEMES[theme]) for theme in said.theme]
            if said.hvd_category:
                words.append(gettext(HVD_CATEGORIES[said.hvd_category]))
    return fold(" ".join(dict.fromkeys(word for word in words if word)))


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A public table as a dataset."""

    name: str
    organisation: str
    said: Metadata
    formats: tuple[str, ...]
    is_simulated: bool


def describe_table(table: Table, *, organisation: str, siruta: int | None, email: str, contact: str) -> LiveTable:
    """Return a public table as a dataset, in the three languages."""
    titles, descriptions = in_languages(table.title), in_languages(table.description)
    said = Metadata(
        title_ro=titles["ro"][:300] or table.name,
        title_en=titles["en"][:300],
        title_hu=titles["hu"][:300],
        description_ro=descriptions["ro"][:5000],
        description_en=descriptions["en"][:5000],
        description_hu=descriptions["hu"][:5000],
        theme=(table.theme,) if table.theme in THEMES else (),
        keywords=tuple(word for word in table.keywords if 2 <= len(word) <= 60)[:20],
        licence=table.licence if table.licence in LICENCES else "CC-BY-4.0",
        contact_name=contact,
        contact_email=email,
        frequency=table.update_rhythm if table.update_rhythm in FREQUENCIES else "IRREG",
        spatial={"siruta": siruta} if siruta else {},
    )
    has_places = any(column.type is ColumnType.GEOJSON for column in table.columns)
    formats = [Format.CSV, Format.JSON, Format.XLSX, Format.PARQUET, *([Format.GEOJSON] if has_places else [])]
    return LiveTable(table.name, organisation, said, tuple(sorted(str(one) for one in formats)), table.simulated())


def in_languages(text: str | Mapping[str, str]) -> dict[str, str]:
    """Return a text of a table in the three languages; what is missing in one is left empty."""
    if isinstance(text, Mapping):
        return {language: text.get(language, "") for language in LANGUAGES}
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = gettext(text) if text else ""
    return found


def count_public_by_organisation() -> dict[int, int]:
    """Return how many datasets each organisation has published."""
    rows = list_public().order_by().values_list("organisation").annotate(number=Count("id"))
    return dict(rows)
