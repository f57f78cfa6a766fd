"""Groups of series that are forecast as one: the sum or the mean of their hours. Pure.

An hour of a group is known only where its members are: a sum without one of its parts would be a smaller city, not a
quieter one. Short gaps of a member are bridged with what it said last; a member that fell silent for days is left out
when the group learns, for the whole of its history, so that what is learned and what is forecast are of the same parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.forecasts.choosing import MOST_COMPANIONS, Candidate, nearest_to
from rivulus.observations.rules.forecasts.frames import Column

LANGUAGES = ("ro", "en", "hu")
MOST_MEMBERS = 200
BRIDGED_HOURS = 3
SILENT_HOURS = 72  # at the end of its history: a member is left out
LEAST_MEAN_SHARE = 0.75  # of the members that a mean is taken over
KEYS = {"code", "title", "property", "how", "domain", "only", "with"}


class How(StrEnum):
    """How members become one."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWish:
    """Forecast all series of a property together; of things of one domain, or with certain properties, where said."""

    code: str
    title: Mapping[str, str]
    property_code: str
    how: How
    domain: str = ""
    only: Mapping[str, Any]
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Which series a group is of, and which it looks at besides."""

    wish: GroupWish
    members: tuple[int, ...]
    companions: tuple[int, ...]


def read_groups(given: object) -> tuple[GroupWish, ...]:
    """Return the groups that a pack wishes for; raises Refused naming the entry that is wrong."""
    listed = given.get("groups", ()) if isinstance(given, Mapping) else ()
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise Refused(N_("forecasts.yaml: “groups” is a list."))
    found = tuple(_group(entry, number) for number, entry in enumerate(listed, 1))
    if len({one.code for one in found}) < len(found):
        raise Refused(N_("forecasts.yaml: two groups have the same code."))
    return found


def _group(entry: Any, number: int) -> GroupWish:
    if not isinstance(entry, Mapping) or set(entry) - KEYS or not {"code", "title", "property", "how"} <= set(entry):
        raise Refused(N_("forecasts.yaml, group %(number)s: it needs code, title, property and how."), number=number)
    title, only, looked_at = entry["title"], entry.get("only", {}), entry.get("with", [])
    if not isinstance(title, Mapping) or not all(title.get(language) for language in LANGUAGES):
        raise Refused(N_("forecasts.yaml, group %(number)s: the title is needed in ro, en and hu."), number=number)
    if entry["how"] not in set(How) or not isinstance(only, Mapping):
        raise Refused(N_("forecasts.yaml, group %(number)s: “how” is sum or mean."), number=number)
    if not isinstance(looked_at, list) or len(looked_at) > MOST_COMPANIONS:
        raise Refused(N_("forecasts.yaml, entry %(number)s: too many series."), number=number)
    return GroupWish(
        code=str(entry["code"]),
        title=dict(title),
        property_code=str(entry["property"]),
        how=How(entry["how"]),
        domain=str(entry.get("domain", "")),
        only=dict(only),
        companions=tuple(map(str, looked_at)),
    )


def form(wishes: Sequence[GroupWish], candidates: Sequence[Candidate]) -> list[Group]:
    """Return the groups with at least two members of one unit.

    What is simulated is never added to what is real: where there are two real members, the group is of real ones.
    """
    groups = []
    for wish in wishes:
        fitting = [one for one in candidates if _fits(one, wish)]
        real = [one for one in fitting if not one.is_simulated]
        members = real if len(real) > 1 else [one for one in fitting if one.is_simulated]
        members = [one for one in members if one.unit == members[0].unit][:MOST_MEMBERS]
        if len(members) > 1:
            alike = [one for one in candidates if one.is_simulated == members[0].is_simulated]
            numbers = tuple(one.series_id for one in members)
            groups.append(Group(wish, numbers, _companions(wish, members, alike)))
    return groups


def _fits(one: Candidate, wish: GroupWish) -> bool:
    return (
        one.property_code == wish.property_code
        and wish.domain in {"", one.domain}
        and all(one.properties.get(name) == value for name, value in wish.only.items())
    )


def _companions(wish: GroupWish, members: Sequence[Candidate], others: Sequence[Candidate]) -> tuple[int, ...]:
    """Return the series of each property that is looked at nearest to the middle of the members."""
    places = [one.position for one in members if one.position is not None]
    if not places:
        return ()
    middle = (sum(x for x, _y in places) / len(places), sum(y for _x, y in places) / len(places))
    own = {one.series_id for one in members}
    found: list[int] = []
    for code in wish.companions:
        found += nearest_to(
            middle, [one for one in others if one.property_code == code and one.series_id not in own], 1
        )
    return tuple(dict.fromkeys(found))


def speaking(columns: Mapping[int, Column]) -> list[int]:
    """Return the members that were heard in the last days, by number."""
    return sorted(number for number, values in columns.items() if (~np.isnan(values[-SILENT_HOURS:])).any())


def combined(columns: Sequence[Column], how: How) -> Column:
    """Return the hours of a group; NaN where not enough of it is known."""
    bridged = np.stack([_bridged(values) for values in columns])
    known = ~np.isnan(bridged)
    total = np.where(known, bridged, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    if how is How.SUM:
        return np.where(count == len(columns), total, np.nan)
    enough = count >= max(1, LEAST_MEAN_SHARE * len(columns))
    return np.where(enough, total / np.maximum(count, 1), np.nan)


def _bridged(values: Column) -> Column:
    """Return the hours with gaps of at most three filled with the hour before; the end of what is known stays open."""
    known = np.flatnonzero(~np.isnan(values))
    filled = values.copy()
    if not len(known):
        return filled
    before = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    length = np.zeros(len(values), np.int64)  # of the gap that an hour lies in
    ends = np.flatnonzero(np.diff(known) > 1)
    for end in ends.tolist():
        length[known[end] + 1 : known[end + 1]] = known[end + 1] - known[end] - 1
    short = (length > 0) & (length <= BRIDGED_HOURS)
    filled[short] = values[before[short]]
    return filled
