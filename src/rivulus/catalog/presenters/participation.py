"""Requests and reuses in words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from rivulus.catalog.models import DataRequest, Reuse
from rivulus.catalog.presenters.datasets import shorten
from rivulus.catalog.terms import REQUEST_STATE_NAMES, REUSE_KIND_NAMES, RequestState, ReuseKind

TONES = {
    RequestState.WAITING: "gold",
    RequestState.REFUSED: "stibnite",
    RequestState.OPEN: "stream",
    RequestState.ANSWERED: "malachite",
    RequestState.DECLINED: "chestnut",
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list."""

    request: DataRequest
    state: str
    tone: str
    summary: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReuseRow:
    """A reuse of the showcase."""

    reuse: Reuse
    kind: str


def present_request(row: DataRequest, today: dt.date) -> RequestRow:
    """Return a request in words."""
    state = RequestState(row.state)
    is_late = state in {RequestState.OPEN, RequestState.WAITING} and today > row.due_on
    return RequestRow(row, gettext(REQUEST_STATE_NAMES[state]), TONES[state], shorten(row.text), is_late)


def present_requests(rows: Iterable[DataRequest], today: dt.date) -> list[RequestRow]:
    """Return requests in words."""
    return [present_request(row, today) for row in rows]


def present_reuses(rows: Iterable[Reuse]) -> list[ReuseRow]:
    """Return reuses in words."""
    return [ReuseRow(row, gettext(REUSE_KIND_NAMES[ReuseKind(row.kind)])) for row in rows]
