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


class RequestState(StrEnum):
    """What became of a wish for data."""

    WAITING = "waiting"  # nobody has looked at it yet; not public
    REFUSED = "refused"  # not public: insults, personal data, no request for data
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"


REQUEST_STATE_NAMES: Mapping[RequestState, str] = {
    RequestState.WAITING: N_("Waiting to be read"),
    RequestState.REFUSED: N_("Not published"),
    RequestState.OPEN: N_("Open"),
    RequestState.ANSWERED: N_("Answered"),
    RequestState.DECLINED: N_("Declined"),
}


class ReuseKind(StrEnum):
    """What somebody made with the data."""

    APPLICATION = "application"
    VISUALISATION = "visualisation"
    ARTICLE = "article"
    RESEARCH = "research"
    TEACHING = "teaching"


REUSE_KIND_NAMES: Mapping[ReuseKind, str] = {
    ReuseKind.APPLICATION: N_("Application"),
    ReuseKind.VISUALISATION: N_("Map or chart"),
    ReuseKind.ARTICLE: N_("Article"),
    ReuseKind.RESEARCH: N_("Research"),
    ReuseKind.TEACHING: N_("Teaching"),
}


class ReuseState(StrEnum):
    """Where a reuse stands on its way to the showcase."""

    PROPOSED = "proposed"
    SHOWN = "shown"
    DECLINED = "declined"


class HarvestKind(StrEnum):
    """The interface of a catalog elsewhere."""

    DCAT = "dcat"
    CKAN = "ckan"


HARVEST_KIND_NAMES: Mapping[HarvestKind, str] = {
    HarvestKind.DCAT: N_("DCAT (Turtle, JSON-LD or RDF/XML)"),
    HarvestKind.CKAN: N_("CKAN"),
}


class RunState(StrEnum):
    """How a visit to a catalog elsewhere ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
