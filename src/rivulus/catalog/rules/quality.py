"""The score of a description after the Metadata Quality Assessment of data.europa.eu: five dimensions, 405 points.

Checks and points are as its methodology publishes them. A check of distributions gives its points in the share of the
distributions that pass it. ``tests/test_quality.py`` holds the sums against the published ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rivulus.kernel.words import N_


class Dimension(StrEnum):
    """What is looked at."""

    FINDABILITY = "findability"
    ACCESSIBILITY = "accessibility"
    INTEROPERABILITY = "interoperability"
    REUSABILITY = "reusability"
    CONTEXTUALITY = "contextuality"


DIMENSION_NAMES = {
    Dimension.FINDABILITY: N_("Findability"),
    Dimension.ACCESSIBILITY: N_("Accessibility"),
    Dimension.INTEROPERABILITY: N_("Interoperability"),
    Dimension.REUSABILITY: N_("Reusability"),
    Dimension.CONTEXTUALITY: N_("Contextuality"),
}


class Rating(StrEnum):
    """What the points are called."""

    EXCELLENT = "excellent"
    GOOD = "good"
    SUFFICIENT = "sufficient"
    BAD = "bad"


RATING_NAMES = {
    Rating.EXCELLENT: N_("Excellent"),
    Rating.GOOD: N_("Good"),
    Rating.SUFFICIENT: N_("Sufficient"),
    Rating.BAD: N_("Bad"),
}
FROM_POINTS = ((351, Rating.EXCELLENT), (221, Rating.GOOD), (121, Rating.SUFFICIENT), (0, Rating.BAD))
MOST = 405


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One distribution, as far as it is looked at. ``is_alive`` None: not asked yet."""

    access_url: str = ""
    download_url: str = ""
    is_alive: bool | None = None
    has_format: bool = False
    has_media_type: bool = False
    is_known_type: bool = False
    is_open_type: bool = False
    is_machine_readable: bool = False
    has_rights: bool = True  # every distribution of ours says its rights along with its licence
    has_size: bool = False
    issued: bool = False
    modified: bool = False
    licence: str = ""
    is_known_licence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One dataset, as far as it is looked at."""

    keywords: int = 0
    themes: int = 0
    has_spatial: bool = False
    has_temporal: bool = False
    has_contact: bool = False
    has_publisher: bool = True
    access_rights: str = ""
    is_known_access_rights: bool = False
    issued: bool = False
    modified: bool = False
    is_conforming: bool = True
    ways: Sequence[Way] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at; ``fix`` says what to do where it is missing."""

    code: str
    dimension: Dimension
    points: int
    share: Callable[[Described], float]
    title: str
    fix: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Points that are not had yet."""

    code: str
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """What a description is worth."""

    points: int
    dimensions: dict[str, int]
    missing: tuple[Missing, ...]  # the most first


def _of(test: Callable[[Described], object]) -> Callable[[Described], float]:
    return lambda dataset: 1.0 if test(dataset) else 0.0


def _each(test: Callable[[Way], object]) -> Callable[[Described], float]:
    def share(dataset: Described) -> float:
        return sum(bool(test(way)) for way in dataset.ways) / len(dataset.ways) if dataset.ways else 0.0

    return share


F, A, I, R, C = Dimension  # noqa: E741
_ADD_WAY = N_("Add a file or an address to download.")
_FORMAT = N_("Say the format of every file.")
CHECKS: tuple[Check, ...] = (
    Check("keywords", F, 30, _of(lambda d: d.keywords), N_("Keywords"), N_("Add keywords that people would look for.")),
    Check("themes", F, 30, _of(lambda d: d.themes), N_("Themes"), N_("Choose a theme.")),
    Check("spatial", F, 20, _of(lambda d: d.has_spatial), N_("Area covered"), N_("Say which area the data cover.")),
    Check("temporal", F, 20, _of(lambda d: d.has_temporal), N_("Time covered"), N_("Say which time the data cover.")),
    Check(
        "access_alive", A, 50, _each(lambda w: w.access_url and w.is_alive),
        N_("Addresses that answer"), N_("Repair the addresses that do not answer."),
    ),
    Check("download", A, 20, _each(lambda w: w.download_url), N_("Addresses to download from"), _ADD_WAY),
    Check(
        "download_alive", A, 30, _each(lambda w: w.download_url and w.is_alive),
        N_("Downloads that answer"), N_("Repair the downloads that do not answer."),
    ),
    Check("format", I, 20, _each(lambda w: w.has_format), N_("Format"), _FORMAT),
    Check("media_type", I, 10, _each(lambda w: w.has_media_type), N_("Media type"), _FORMAT),
    Check("known_type", I, 10, _each(lambda w: w.is_known_type), N_("Format of the EU's list"), _FORMAT),
    Check(
        "open_type", I, 20, _each(lambda w: w.is_open_type),
        N_("Format that belongs to nobody"), N_("Offer the data in an open format, such as CSV."),
    ),
    Check(
        "machine_readable", I, 20, _each(lambda w: w.is_machine_readable),
        N_("Format that programs read"), N_("Offer the data in a format that programs read, such as CSV."),
    ),
    Check(
        "conforming", I, 30, _of(lambda d: d.is_conforming),
        N_("Conforms to DCAT-AP"), N_("Give title and description in Romanian, and at least one address."),
    ),
    Check("licence", R, 20, _each(lambda w: w.licence), N_("Licence"), N_("Choose a licence.")),
    Check(
        "known_licence", R, 10, _each(lambda w: w.is_known_licence),
        N_("Licence of the EU's list"), N_("Choose a licence of the EU's list."),
    ),
    Check("access_rights", R, 10, _of(lambda d: d.access_rights), N_("Rights of access"), N_("Say who may see it.")),
    Check(
        "known_access_rights", R, 5, _of(lambda d: d.is_known_access_rights),
        N_("Rights of access of the EU's list"), N_("Say who may see it."),
    ),
    Check("contact", R, 20, _of(lambda d: d.has_contact), N_("Contact"), N_("Name a contact with an e-mail address.")),
    Check("publisher", R, 10, _of(lambda d: d.has_publisher), N_("Publisher"), N_("Name the organisation.")),
    Check("rights", C, 5, _each(lambda w: w.has_rights), N_("Rights of use"), N_("Say under which rights it may be used.")),
    Check("size", C, 5, _each(lambda w: w.has_size), N_("Size of the files"), N_("Say how large the files are.")),
    Check("issued", C, 5, _of(lambda d: d.issued), N_("Date of publication"), N_("Publish it: then the date is known.")),
    Check("modified", C, 5, _of(lambda d: d.modified), N_("Date of the last change"), N_("Say when it last changed.")),
)  # fmt: skip
CHECKS_BY_CODE = {check.code: check for check in CHECKS}


def assess(dataset: Described) -> Score:
    """Return what a description is worth, and what would bring the most points."""
    dimensions = dict.fromkeys((str(one) for one in Dimension), 0.0)
    missing = []
    for check in CHECKS:
        got = check.points * check.share(dataset)
        dimensions[str(check.dimension)] += got
        left = round(check.points - got)
        if left > 0:
            missing.append(Missing(check.code, left))
    rounded = {name: round(points) for name, points in dimensions.items()}
    ranked = sorted(missing, key=lambda one: -one.points)
    return Score(sum(rounded.values()), rounded, tuple(ranked))


def rate(points: int) -> Rating:
    """Return what the points are called."""
    return next(name for least, name in FROM_POINTS if points >= least)


def most_of(dimension: Dimension) -> int:
    """Return the most points that a dimension gives."""
    return sum(check.points for check in CHECKS if check.dimension is dimension)
