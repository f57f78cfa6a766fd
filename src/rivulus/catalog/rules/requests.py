"""Requests for data, and reuses: who may do what, until when an answer is due."""

import datetime as dt
from collections.abc import Callable, Mapping

from rivulus.catalog.rules.datasets import REVIEWERS, Who
from rivulus.catalog.terms import RequestState, ReuseState
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

# Directive (EU) 2019/1024 on open data, article 4(2): within 20 working days after the request was received.
ANSWER_WORKING_DAYS = 20
MOST_OPEN_OF_ONE_PERSON = 10

MOVES: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.WAITING: frozenset({RequestState.OPEN, RequestState.REFUSED}),
    RequestState.OPEN: frozenset({RequestState.ANSWERED, RequestState.DECLINED, RequestState.REFUSED}),
    RequestState.ANSWERED: frozenset({RequestState.REFUSED}),
    RequestState.DECLINED: frozenset({RequestState.OPEN, RequestState.REFUSED}),
    RequestState.REFUSED: frozenset(),
}
PUBLIC = frozenset({RequestState.OPEN, RequestState.ANSWERED, RequestState.DECLINED})


def due_on(asked: dt.date, is_free: Callable[[dt.date], bool]) -> dt.date:
    """Return the last day on which an answer is on time; ``is_free`` names the days on which nobody works."""
    day, left = asked, ANSWER_WORKING_DAYS
    while left:
        day += dt.timedelta(days=1)
        left -= not (day.weekday() >= 5 or is_free(day))
    return day


def check_can_ask(*, is_signed_in: bool, open_already: int, title: str) -> None:
    """Refuse guests, somebody with very many open requests, and a request that says nothing."""
    if not is_signed_in:
        raise Refused(N_("Sign in first."))
    if open_already >= MOST_OPEN_OF_ONE_PERSON:
        raise Refused(N_("You have ten requests open; wait for an answer to some of them."))
    if len(title.strip()) < 8:
        raise Refused(N_("Say in a few words which data you need."))


def can_moderate(who: Who, organisation: int) -> bool:
    """Say whether somebody reads requests to an organisation before the public does, and answers them."""
    return organisation in who.organisations or bool(who.roles & REVIEWERS)


def check_can_move(who: Who, organisation: int, now: RequestState, wanted: RequestState) -> None:
    """Refuse whoever has nothing to do with it, and moves that the table does not have."""
    if not (who.is_platform or can_moderate(who, organisation)):
        raise Refused(N_("Only people who act for the organisation, and the city's departments, answer requests."))
    if wanted not in MOVES[now]:
        raise Refused(N_("This request is no longer where it was; look at it again."))


def check_answer(answer: str) -> None:
    """Refuse an answer that says nothing."""
    if len(answer.strip()) < 10:
        raise Refused(N_("Answer in a sentence that everybody understands."))


def check_can_decide(who: Who, organisations: frozenset[int], state: ReuseState) -> None:
    """Refuse whoever publishes none of the datasets that were used, and what was decided already."""
    if not (who.is_platform or who.roles & REVIEWERS or organisations & who.organisations):
        raise Refused(N_("Somebody who publishes one of the datasets decides about this."))
    if state is not ReuseState.PROPOSED:
        raise Refused(N_("This was decided already."))
