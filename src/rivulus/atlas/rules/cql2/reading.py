"""From the JSON form of a filter to a checked tree. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from rivulus.atlas.rules.cql2 import times
from rivulus.atlas.rules.cql2.parsing import DEEPEST, MOST_NODES, TOO_DEEP
from rivulus.atlas.rules.cql2.tree import (
    GEOMETRY,
    OWN,
    Compare,
    Computed,
    Kind,
    Literal,
    Logic,
    Node,
    Property,
    Scalar,
    Spatial,
    Stretch,
    Temporal,
    Truth,
)
from rivulus.atlas.rules.crs import LON_LAT, Crs, to_lon_lat
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "div", "^"})
TURNED = {"s_within": "s_contains", "s_contains": "s_within"}
SPATIAL = frozenset(
    {"s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains"}
)
MOST_POSITIONS = 5_000

WRONG = N_("The filter has something that cannot be understood: %(what)s")


class Reader:
    """Reads a filter over what may be asked (names and kinds); geometries of the filter are in ``crs``."""

    def __init__(self, queryables: Mapping[str, Kind], crs: Crs = LON_LAT) -> None:
        self._known = queryables
        self._crs = crs
        self._nodes = 0

    def read(self, given: Any) -> Node:
        """Return the checked tree; raises Refused with a sentence about what is wrong."""
        return self._node(given, 0)

    def _node(self, given: Any, depth: int) -> Node:
        self._count(depth)
        if isinstance(given, bool):
            return Truth(Literal(given, Kind.BOOLEAN))
        op, args = self._call(given)
        if op is None:
            prop = self._property(given)
            return Truth(self._of_kind(prop, Kind.BOOLEAN))
        if op in ("and", "or"):
            _check_count(op, args, 2, MOST_NODES)
            return Logic(op, tuple(self._node(arg, depth + 1) for arg in args))
        if op == "not":
            _check_count(op, args, 1, 1)
            return Logic(op, (self._node(args[0], depth + 1),))
        if op in SPATIAL:
            return self._spatial(op, args)
        if op in times.RELATIONS:
            _check_count(op, args, 2, 2)
            return self._temporal(op, args)
        return self._compare(op, args, depth)

    def _count(self, depth: int) -> None:
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise Refused(TOO_DEEP)

    def _call(self, given: Any) -> tuple[str | None, list[Any]]:
        if not isinstance(given, dict):
            raise Refused(WRONG, what=_short(given))
        if "op" not in given:
            return None, []
        op, args = given["op"], given.get("args")
        if not isinstance(op, str) or not isinstance(args, list):
            raise Refused(WRONG, what=_short(given))
        return ("isNull" if op.lower() == "isnull" else op), args

    def _compare(self, op: str, args: Sequence[Any], depth: int) -> Node:
        if op in COMPARISONS:
            _check_count(op, args, 2, 2)
            return Compare(op, self._alike(self._scalar(args[0], depth + 1), self._scalar(args[1], depth + 1)))
        if op == "like":
            _check_count(op, args, 2, 2)
            return Compare(op, tuple(self._of_kind(self._scalar(arg, depth + 1), Kind.TEXT) for arg in args))
        if op == "between":
            _check_count(op, args, 3, 3)
            return Compare(op, self._alike(*(self._scalar(arg, depth + 1) for arg in args)))
        if op == "in":
            _check_count(op, args, 2, 2)
            if not isinstance(args[1], list) or not args[1]:
                raise Refused(WRONG, what=_short(args[1]))
            return Compare(op, self._alike(*(self._scalar(arg, depth + 1) for arg in (args[0], *args[1]))))
        if op == "isNull":
            _check_count(op, args, 1, 1)
            return Compare(op, (self._scalar(args[0], depth + 1, may_be_geometry=True),))
        raise Refused(N_("The filter uses “%(op)s”, which is not known here."), op=op[:40])

    def _scalar(self, given: Any, depth: int, *, may_be_geometry: bool = False) -> Scalar:
        self._count(depth)
        match given:
            case bool():
                return Literal(given, Kind.BOOLEAN)
            case int() | float():
                if not math.isfinite(given):
                    raise Refused(WRONG, what=_short(given))
                return Literal(float(given), Kind.NUMBER)
            case str():
                return Literal(_clean(given), Kind.TEXT)
            case {"property": str()}:
                prop = self._property(given)
                if prop.kind is Kind.GEOMETRY and not may_be_geometry:
                    raise Refused(N_("The geometry is asked with spatial functions such as s_intersects."))
                return prop
            case {"date": str()} | {"timestamp": str()}:
                return times.read_instant(given)
            case {"op": str() as op, "args": [*args]}:
                return self._computed(op, args, depth)
        raise Refused(WRONG, what=_short(given))

    def _computed(self, op: str, args: Sequence[Any], depth: int) -> Scalar:
        if op in ARITHMETIC:
            _check_count(op, args, 1 if op == "-" else 2, 2)
            numbers = tuple(self._of_kind(self._scalar(arg, depth + 1), Kind.NUMBER) for arg in args)
            return Computed(op, numbers, Kind.NUMBER)
        if op in ("casei", "accenti"):
            _check_count(op, args, 1, 1)
            return Computed(op, (self._of_kind(self._scalar(args[0], depth + 1), Kind.TEXT),), Kind.TEXT)
        raise Refused(N_("The filter uses “%(op)s”, which is not known here."), op=op[:40])

    def _property(self, given: Any) -> Property:
        name = given.get("property") if isinstance(given, dict) else None
        if not isinstance(name, str):
            raise Refused(WRONG, what=_short(given))
        kind = self._known.get(name)
        if kind is None:
            raise Refused(N_("The features have no property “%(name)s”."), name=name[:60])
        return Property(name, kind, name in OWN and kind is OWN[name])

    def _of_kind[S: (Property, Scalar)](self, value: S, kind: Kind) -> S:
        if value.kind is not kind:
            raise Refused(N_("The filter needs a %(kind)s where it has a %(other)s."), kind=kind, other=value.kind)
        return value

    def _alike(self, *values: Scalar) -> tuple[Scalar, ...]:
        """Return values of one kind: a text beside a date is read as one."""
        kinds = {value.kind for value in values} - {Kind.TEXT}
        if len(kinds) == 1 and (kind := kinds.pop()) in (Kind.DATE, Kind.MOMENT):
            values = tuple(times.as_kind(value, kind) for value in values)
        first = values[0].kind
        return tuple(self._of_kind(value, first) for value in values)

    def _spatial(self, op: str, args: Sequence[Any]) -> Spatial:
        _check_count(op, args, 2, 2)
        names = [isinstance(arg, dict) and "property" in arg for arg in args]
        if sum(names) != 1:
            raise Refused(N_("%(op)s compares the geometry of features with one that is given."), op=op)
        asked, given = args if names[0] else reversed(args)
        if self._property(asked).kind is not Kind.GEOMETRY:
            raise Refused(N_("%(op)s asks for the property “%(name)s”."), op=op, name=GEOMETRY)
        return Spatial(op if names[0] else TURNED.get(op, op), self._geometry(given))

    def _geometry(self, given: Any) -> Any:
        try:
            if isinstance(given, dict) and "bbox" in given:
                numbers = [float(number) for number in given["bbox"]]
                found = shapely.box(*(numbers if len(numbers) == 4 else [numbers[0], numbers[1], *numbers[3:5]]))
            else:
                found = shape(given)
        except Exception:
            raise Refused(N_("The filter holds a geometry that cannot be read.")) from None
        positions = shapely.get_coordinates(found)
        if found.is_empty or len(positions) > MOST_POSITIONS or not np.isfinite(positions).all():
            raise Refused(N_("The filter holds a geometry that cannot be read."))
        placed = to_lon_lat(np.array([shapely.force_2d(found)]), self._crs)[0]
        return placed if placed.is_valid else shapely.make_valid(placed)

    def _temporal(self, op: str, args: Sequence[Any]) -> Temporal:
        left, right = (self._stretch(arg) for arg in args)
        if left.kind is not right.kind:
            left, right = times.as_stretch(left, right.kind), times.as_stretch(right, left.kind)
        if left.kind is not right.kind:
            raise Refused(N_("The filter compares days with moments."))
        return Temporal(op, left, right)

    def _stretch(self, given: Any) -> Stretch:
        match given:
            case {"interval": [since, until]}:
                ends = [times.open_end(end) or self._end(end) for end in (since, until)]
                found = [None if end is times.OPEN else end for end in ends]
                return times.stretch(found[0], found[1])
            case _:
                end = self._end(given)
                return Stretch(end, end, end.kind)

    def _end(self, given: Any) -> Property | Literal:
        if isinstance(given, str):
            return times.read_instant({"timestamp" if len(given) > 10 else "date": given})
        if isinstance(given, dict) and "property" in given:
            prop = self._property(given)
            if prop.kind not in (Kind.DATE, Kind.MOMENT):
                raise Refused(N_("“%(name)s” is not a time."), name=prop.name)
            return prop
        return times.read_instant(given)


def equals(name: str, text: str, queryables: Mapping[str, Kind]) -> Node:
    """Return the filter of a parameter such as ``kind=park``; raises Refused."""
    kind = queryables[name]
    readers: dict[Kind, Callable[[str], Any]] = {Kind.NUMBER: float, Kind.BOOLEAN: _truth}
    try:
        value = readers.get(kind, str)(text)
    except ValueError:
        raise Refused(N_("%(name)s: “%(value)s” cannot be read."), name=name, value=text[:60]) from None
    return Reader(queryables).read({"op": "=", "args": [{"property": name}, value]})


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else _fail()


def _fail() -> bool:
    raise ValueError


def _check_count(op: str, args: Sequence[Any], least: int, most: int) -> None:
    if not least <= len(args) <= most:
        raise Refused(N_("“%(op)s” has the wrong number of arguments."), op=op)


def _clean(text: str) -> str:
    if "\x00" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise Refused(WRONG, what=ascii(text)[:60])
    return text


def _short(value: Any) -> str:
    return ascii(value)[:80]
