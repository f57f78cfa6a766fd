"""Days, moments and stretches of time in filters. Pure."""

import datetime as dt
from typing import Any

from rivulus.atlas.rules.cql2.tree import Kind, Literal, Property, Scalar, Stretch
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

# Conditions on the beginnings (a, c) and ends (b, d) of two stretches, left and right.
RELATIONS: dict[str, str] = {
    "t_after": "{a} > {d}",
    "t_before": "{b} < {c}",
    "t_contains": "{a} < {c} AND {b} > {d}",
    "t_disjoint": "{b} < {c} OR {a} > {d}",
    "t_during": "{a} > {c} AND {b} < {d}",
    "t_equals": "{a} = {c} AND {b} = {d}",
    "t_finishedBy": "{a} < {c} AND {b} = {d}",
    "t_finishes": "{a} > {c} AND {b} = {d}",
    "t_intersects": "{a} <= {d} AND {b} >= {c}",
    "t_meets": "{b} = {c}",
    "t_metBy": "{a} = {d}",
    "t_overlappedBy": "{a} > {c} AND {a} < {d} AND {b} > {d}",
    "t_overlaps": "{a} < {c} AND {b} > {c} AND {b} < {d}",
    "t_startedBy": "{a} = {c} AND {b} > {d}",
    "t_starts": "{a} = {c} AND {b} < {d}",
}
for _name in tuple(RELATIONS):
    RELATIONS[_name.lower()] = RELATIONS[_name]

OPEN = object()


def read_instant(given: Any) -> Literal:
    """Return a day or a moment; raises Refused."""
    try:
        match given:
            case {"date": str() as text}:
                return Literal(dt.date.fromisoformat(text).isoformat(), Kind.DATE)
            case {"timestamp": str() as text}:
                moment = dt.datetime.fromisoformat(text)
                moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
                return Literal(moment.isoformat(), Kind.MOMENT)
    except (ValueError, OverflowError):
        pass
    raise Refused(N_("“%(text)s” is neither a date nor a moment."), text=ascii(given)[:60])


def open_end(given: Any) -> object | None:
    """Return OPEN for an end of an interval that is open."""
    return OPEN if given in ("..", "") else None


def stretch(since: Any, until: Any) -> Stretch:
    """Return the stretch between two ends, None for open ones; raises Refused."""
    ends = [end for end in (since, until) if end is not None]
    kinds = {end.kind for end in ends}
    if not kinds:
        return Stretch(None, None, Kind.DATE)
    if len(kinds) > 1:
        since, until = (None if end is None else as_kind(end, Kind.MOMENT) for end in (since, until))
        kinds = {Kind.MOMENT}
    return Stretch(since, until, kinds.pop())


def as_stretch(value: Stretch, kind: Kind) -> Stretch:
    """Return a stretch of days as one of moments where its ends are given, or as it is."""
    if kind is not Kind.MOMENT or any(isinstance(end, Property) for end in (value.since, value.until)):
        return value if value.since or value.until else Stretch(None, None, kind)
    since = None if value.since is None else as_kind(value.since, kind)
    until = None if value.until is None else as_kind(value.until, kind)
    return Stretch(since, until, kind)  # type: ignore[arg-type]


def as_kind(value: Scalar, kind: Kind) -> Scalar:
    """Return a given text or day as the kind of time beside which it stands; raises Refused."""
    if not isinstance(value, Literal) or value.kind is kind:
        return value
    text = str(value.value)
    if kind is Kind.DATE and value.kind is Kind.TEXT:
        return read_instant({"date": text[:10]})
    if kind is Kind.MOMENT and value.kind in (Kind.TEXT, Kind.DATE):
        return read_instant({"timestamp": text})
    return value
