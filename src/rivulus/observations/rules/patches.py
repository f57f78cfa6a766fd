"""Changing a JSON document by another: merge patches (RFC 7396) and JSON patches (RFC 6902). Pure."""

import copy
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_OPERATIONS = 200
OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})
LARGEST_COPY = 100_000  # characters of one copied value, so that copies of copies stay small


def merge(document: Any, patch: Any) -> Any:
    """Return a document with a merge patch applied: objects are merged, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def apply(document: dict[str, Any], patch: Any) -> dict[str, Any]:
    """Return a document with a list of operations applied, all or none; raises Refused where one cannot be."""
    if not isinstance(patch, list) or len(patch) > MOST_OPERATIONS:
        raise Refused(N_("A JSON patch is a list of at most %(most)s operations."), most=MOST_OPERATIONS)
    changed: Any = copy.deepcopy(document)
    for operation in patch:
        changed = _apply_one(changed, operation)
    if not isinstance(changed, dict):
        raise Refused(N_("After a JSON patch an entity must still be an object."))
    return changed


def _apply_one(document: Any, operation: Any) -> Any:
    if not isinstance(operation, dict) or operation.get("op") not in OPERATIONS:
        raise Refused(N_("An operation of a JSON patch is one of add, remove, replace, move, copy and test."))
    kind, path = operation["op"], _parts(operation.get("path"))
    if kind in {"add", "replace", "test"} and "value" not in operation:
        raise Refused(N_("The operation %(kind)s needs a value."), kind=kind)
    match kind:
        case "add":
            return _put(document, path, copy.deepcopy(operation["value"]), is_new=True)
        case "replace":
            return _put(document, path, copy.deepcopy(operation["value"]), is_new=False)
        case "remove":
            return _take(document, path)[0]
        case "test":
            if not _is_same(_find(document, path), operation["value"]):
                raise Refused(N_("The value at %(path)s is not what the patch expects."), path=operation["path"][:200])
            return document
        case "move":
            source = _parts(operation.get("from"))
            if path[: len(source)] == source and len(path) > len(source):
                raise Refused(N_("Nothing can be moved into itself."))
            document, value = _take(document, source)
            return _put(document, path, value, is_new=True)
    value = copy.deepcopy(_find(document, _parts(operation.get("from"))))
    if len(repr(value)) > LARGEST_COPY:
        raise Refused(N_("This is too much to copy."))
    return _put(document, path, value, is_new=True)


def _parts(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise Refused(N_("A path of a JSON patch begins with a slash."))
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _lost(part: str) -> Refused:
    return Refused(N_("The patch names %(part)s, which is not there."), part=part[:100])


def _step(document: Any, part: str) -> Any:
    if isinstance(document, dict) and part in document:
        return document[part]
    if isinstance(document, list):
        return document[_index(document, part)]
    raise _lost(part)


def _index(items: list[Any], part: str, *, may_end: bool = False) -> int:
    if may_end and part == "-":
        return len(items)
    if not (part.isascii() and part.isdigit()) or (len(part) > 1 and part[0] == "0") or len(part) > 9:
        raise _lost(part)
    if int(part) >= len(items) + may_end:
        raise _lost(part)
    return int(part)


def _find(document: Any, path: list[str]) -> Any:
    for part in path:
        document = _step(document, part)
    return document


def _put(document: Any, path: list[str], value: Any, *, is_new: bool) -> Any:
    if not path:
        return value
    parent = _find(document, path[:-1])
    last = path[-1]
    if isinstance(parent, dict):
        if not is_new and last not in parent:
            raise _lost(last)
        parent[last] = value
    elif isinstance(parent, list):
        place = _index(parent, last, may_end=is_new)
        if is_new:
            parent.insert(place, value)
        else:
            parent[place] = value
    else:
        raise _lost(last)
    return document


def _take(document: Any, path: list[str]) -> tuple[Any, Any]:
    if not path:
        raise Refused(N_("An entity itself is removed with DELETE."))
    parent = _find(document, path[:-1])
    value = _step(parent, path[-1])
    if isinstance(parent, list):
        del parent[_index(parent, path[-1])]
    else:
        del parent[path[-1]]
    return document, value


def _is_same(left: Any, right: Any) -> bool:
    """JSON tells true from 1; Python does not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_is_same, left, right))
    return (type(left) is type(right) and left == right) or _both_numbers(left, right)


def _both_numbers(left: Any, right: Any) -> bool:
    return isinstance(left, int | float) and isinstance(right, int | float) and left == right
