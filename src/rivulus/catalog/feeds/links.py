"""Whether the addresses elsewhere of published datasets answer."""

from collections.abc import Callable

from rivulus.catalog.actions.quality import Answer, note_answers
from rivulus.catalog.feeds.fetching import Web
from rivulus.catalog.queries.links import list_due
from rivulus.catalog.rules.links import is_alive
from rivulus.kernel.errors import Refused

AT_ONCE = 100
TIMEOUT_S = 15.0


def check_due(*, probe: Callable[[str], int] | None = None, most: int = AT_ONCE) -> int:
    """Ask the addresses that are due, note what they said, and return how many were asked."""
    due = list_due(most)
    if not due:
        return 0
    web = Web(timeout_s=TIMEOUT_S)
    try:
        answers = [ask(number, url, probe or web.probe) for number, url in due]
    finally:
        web.close()
    note_answers(by=None, answers=answers)
    return len(answers)


def ask(number: int, url: str, probe: Callable[[str], int]) -> Answer:
    """Ask one address."""
    try:
        status = probe(url)
    except Refused as refused:
        return Answer(number, None, False, str(refused))
    return Answer(number, status, is_alive(status))
