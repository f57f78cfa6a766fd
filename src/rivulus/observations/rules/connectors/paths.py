"""Finding a value in JSON by its path: names parted by points, numbers for places in lists."""

from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 20


def find(value: Any, path: str) -> Any:
    """Return what stands at the path, or None: ``data.stations.0.name``; an empty path is the value itself.

    A name that itself has points is found before its parts.
    """
    if path in {"", "$"}:
        return value
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for part in path.removeprefix("$.").split(".")[:DEEPEST]:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.lstrip("-").isdigit() and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def items(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the items at a path, each with its place: of a list, or one object alone.

    A path that ends in ``*`` names an object whose values are the items, by their names.
    """
    if path.split(".")[-1] == "*":
        holder = find(value, path.removesuffix("*").removesuffix("."))
        if isinstance(holder, Mapping):
            yield from ((str(name), item) for name, item in holder.items())
        return
    found = find(value, path)
    if isinstance(found, list):
        yield from ((f"{path or '$'}[{place}]", item) for place, item in enumerate(found))
    elif isinstance(found, Mapping):
        yield path or "$", found
