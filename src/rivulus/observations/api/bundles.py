"""Rows of a query as a list of the API: only what is asked for is read."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from django.db.models import QuerySet
from ninja import Schema

BUNDLE = 500  # rows that are read at once when everything is asked for


class Rows[T: Schema](Sequence[T]):
    """Rows of a query, made a bundle at a time: a slice reads only what it holds, and the length only counts."""

    def __init__(self, found: QuerySet[Any], make: Callable[[list[Any]], Sequence[T]]) -> None:
        self._found, self._make = found, make

    def __len__(self) -> int:
        return int(self._found.count())

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        """Return the rows of a slice."""
        if isinstance(place, int):
            return self._make(list(self._found[place : place + 1]))[0]
        return self._make(list(self._found[place]))

    def __iter__(self) -> Iterator[T]:
        start = 0
        while bundle := self[start : start + BUNDLE]:
            yield from bundle
            start += BUNDLE
