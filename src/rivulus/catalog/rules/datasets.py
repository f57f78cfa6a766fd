"""The way of a dataset to the public: which moves there are, who may make them, and what its description must say.

Whoever acts for the organisation of a dataset describes it and proposes it; somebody else lets it out. That second
person acts for the same organisation too, or is a department of the city or the administrator, who run the portal: so
that an organisation with one publisher can publish. Correcting the description of what is public takes no second
person, but says why, and stays visible as a version of its own.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rivulus.catalog.terms import Source, State
from rivulus.catalog.terms.vocabularies import FREQUENCIES, HVD_CATEGORIES, LICENCES, THEMES, UNKNOWN_LICENCE
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.REVIEW}),
    State.REVIEW: frozenset({State.DRAFT, State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.ARCHIVED}),
    State.ARCHIVED: frozenset({State.REVIEW}),
}
REVIEWERS = frozenset({"department", "administrator"})
MINIMUM_REASON = 5
LONGEST_DESCRIPTION = 5_000
MOST_KEYWORDS = 20

NOT_YOURS = N_("Only people who act for the organisation of this dataset change it.")
NOT_HERE = N_("This dataset comes from another catalog; it is changed there.")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who acts: number, names of roles, numbers of the organisations they act for. ``None``: the platform."""

    person: object = None
    roles: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()
    is_platform: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a dataset decides who may do what with it."""

    organisation: int
    state: State
    source: Source
    authors: frozenset[object] = frozenset()  # who wrote or proposed since it was last public


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said of a dataset."""

    title_ro: str
    title_en: str = ""
    title_hu: str = ""
    description_ro: str = ""
    description_en: str = ""
    description_hu: str = ""
    theme: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    licence: str = "CC-BY-4.0"
    hvd_category: str = ""
    contact_name: str = ""
    contact_email: str = ""
    frequency: str = "IRREG"
    spatial: Mapping[str, object] = field(default_factory=dict)
    temporal: tuple[dt.date | None, dt.date | None] = (None, None)
    landing_page: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is said differently: the name of the field, before and after, as words."""

    field: str
    before: str
    after: str


# --- who ------------------------------------------------------------------------------------------


def can_edit(who: Who, subject: Subject) -> bool:
    """Say whether somebody may describe a dataset."""
    return subject.source is not Source.HARVEST and subject.organisation in who.organisations


def check_can_edit(who: Who, subject: Subject) -> None:
    """Refuse whoever does not act for the organisation; a harvested dataset is changed where it comes from."""
    if who.is_platform:
        return
    if subject.source is Source.HARVEST:
        raise Refused(NOT_HERE)
    if not can_edit(who, subject):
        raise Refused(NOT_YOURS)


def can_see(who: Who, subject: Subject) -> bool:
    """Say whether somebody may see a dataset: what was public is seen by all, the rest by whom it concerns."""
    if subject.state in {State.PUBLISHED, State.ARCHIVED}:
        return True
    return can_edit(who, subject) or bool(who.roles & REVIEWERS)


def check_can_publish(who: Who, subject: Subject) -> None:
    """Refuse to let out what one has written or proposed oneself, or what is not one's business."""
    check_move(subject.state, State.PUBLISHED)
    if who.is_platform:
        return
    if not (subject.organisation in who.organisations or who.roles & REVIEWERS):
        raise Refused(N_("Somebody of the organisation or of the city's departments publishes this dataset."))
    if who.person in subject.authors:
        raise Refused(N_("You wrote or proposed this yourself; somebody else publishes it."))


def can_publish(who: Who, subject: Subject) -> bool:
    """Say whether somebody may let a dataset out."""
    return not refusal_to_publish(who, subject)


def refusal_to_publish(who: Who, subject: Subject) -> str:
    """Return the sentence that keeps somebody from letting a dataset out, or nothing."""
    try:
        check_can_publish(who, subject)
    except Refused as refused:
        return refused.sentence
    return ""


def check_move(now: State, wanted: State) -> None:
    """Refuse a move that the table does not have."""
    if wanted not in MOVES[now]:
        raise Refused(N_("This dataset is no longer where it was; look at it again."))


def check_reason(reason: str) -> None:
    """Refuse what says no reason."""
    if len(reason.strip()) < MINIMUM_REASON:
        raise Refused(N_("Give a reason, in a few words."))


# --- what -----------------------------------------------------------------------------------------


def check_code(code: str) -> None:
    """Refuse a code that does not fit into addresses."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", code) or not 2 <= len(code) <= 100:
        raise Refused(N_("A code has 2 to 100 small letters, digits and single hyphens."))


def check_metadata(said: Metadata, *, source: Source) -> None:
    """Refuse a description that no catalog could pass on."""
    if not said.title_ro.strip():
        raise Refused(N_("Give the title in Romanian."))
    if max(len(said.description_ro), len(said.description_en), len(said.description_hu)) > LONGEST_DESCRIPTION:
        raise Refused(N_("A description has at most 5,000 characters."))
    if set(said.theme) - set(THEMES):
        raise Refused(N_("Choose themes from the list."))
    if len(said.keywords) > MOST_KEYWORDS or any(not 2 <= len(word) <= 60 for word in said.keywords):
        raise Refused(N_("At most 20 keywords, each of 2 to 60 characters."))
    if said.licence not in LICENCES and not (source is Source.HARVEST and said.licence == UNKNOWN_LICENCE):
        raise Refused(N_("Choose a licence from the list."))
    if said.hvd_category and said.hvd_category not in HVD_CATEGORIES:
        raise Refused(N_("Choose a high-value category from the list."))
    if said.frequency not in FREQUENCIES:
        raise Refused(N_("Choose an update rhythm from the list."))
    begin, end = said.temporal
    if begin and end and begin > end:
        raise Refused(N_("The time covered ends before it begins."))
    if said.landing_page:
        check_url(said.landing_page)
    check_spatial(said.spatial)


def check_url(url: str) -> None:
    """Refuse an address that a browser would not fetch from the web, or that carries a password."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Refused(N_("This is not an address of the web."))


def check_spatial(spatial: Mapping[str, object]) -> None:
    """Refuse an area that is neither a unit nor a box, nor nothing."""
    if not spatial:
        return
    if set(spatial) == {"siruta"} and isinstance(spatial["siruta"], int) and 0 < spatial["siruta"] < 1_000_000:
        return
    box = spatial.get("bbox")
    if set(spatial) == {"bbox"} and isinstance(box, list | tuple) and len(box) == 4:
        west, south, east, north = (float(value) for value in box)
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
            return
    raise Refused(N_("An area is a SIRUTA code, or west, south, east and north in degrees."))


def check_ready(said: Metadata, *, ways: int) -> None:
    """Refuse to propose what nobody could find, understand, or download."""
    if len(said.description_ro.strip()) < 20:
        raise Refused(N_("Describe in Romanian what the data are, in at least 20 characters."))
    if not said.theme:
        raise Refused(N_("Choose at least one theme."))
    if not ways:
        raise Refused(N_("Add a file or an address first: there is nothing to download yet."))


# --- what is different ----------------------------------------------------------------------------


def as_json(said: Metadata) -> dict[str, object]:
    """Return the description as it is kept with a version."""
    kept: dict[str, object] = {name: getattr(said, name) for name in Metadata.__slots__}
    kept["theme"], kept["keywords"] = list(said.theme), list(said.keywords)
    kept["spatial"] = dict(said.spatial)
    kept["temporal"] = [day.isoformat() if day else None for day in said.temporal]
    return kept


def compare(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Return what two kept descriptions say differently, in the order of the fields."""
    return tuple(
        Change(name, in_words(before.get(name)), in_words(after.get(name)))
        for name in Metadata.__slots__
        if name in after and before.get(name) != after.get(name)
    )


def in_words(value: object) -> str:
    """Return one kept value as a line of text."""
    if value is None or value == {} or value == [None, None]:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join("…" if part is None else str(part) for part in value)
    return str(value)


def make_code(title: str, taken: Collection[str], *, prefix: str = "") -> str:
    """Return a free code made of the words of a folded title."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{prefix}-{title}" if prefix else title).strip("-")[:90].strip("-") or "set"
    plain = plain if len(plain) > 1 else f"set-{plain}"
    code, number = plain, 2
    while code in taken:
        code, number = f"{plain}-{number}", number + 1
    return code
