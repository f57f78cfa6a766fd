"""Words of the catalog: states, sources, formats."""

from collections.abc import Mapping
from enum import StrEnum

from rivulus.kernel.words import N_


class State(StrEnum):
    """Where a dataset stands on its way to the public."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


STATE_NAMES: Mapping[State, str] = {
    State.DRAFT: N_("Draft"),
    State.REVIEW: N_("Waiting for review"),
    State.PUBLISHED: N_("Published"),
    State.ARCHIVED: N_("Archived"),
}


class Source(StrEnum):
    """Where the data of a dataset come from."""

    LIVE = "live"  # a table that a context publishes, always current
    FILE = "file"  # files that somebody uploaded
    LINK = "link"  # addresses elsewhere
    HARVEST = "harvest"  # another catalog


class Format(StrEnum):
    """Formats of distributions."""

    CSV = "csv"
    JSON = "json"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    XLSX = "xlsx"
    GPKG = "gpkg"
    PDF = "pdf"
    ZIP = "zip"
    HTML = "html"
    XML = "xml"
    OTHER = "other"
