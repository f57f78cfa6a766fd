"""When a criterion's state may be declared, and when a second person must confirm it."""

import datetime as dt

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy.terms import Basis, State, Verdict

FIRST_LEVEL_FOR_TWO = 4
EARLIEST = dt.date(2015, 1, 1)


def needs_confirmation(level: int) -> bool:
    """Levels 4 and 5 are claims about the whole city: two persons must stand behind them."""
    return level >= FIRST_LEVEL_FOR_TWO


def check_can_declare(*, state: State, valid_from: dt.date, today: dt.date, reason: str, has_document: bool) -> None:
    """Refuse a declaration without a reason, for the future, or of *met* without a document."""
    if not reason.strip():
        raise Refused(N_("Say in a sentence why the criterion stands so."))
    if valid_from > today:
        raise Refused(N_("A state cannot be declared for a day that has not come yet."))
    if valid_from < EARLIEST:
        raise Refused(N_("The date is too far back; the earliest is 1 January 2015."))
    if state is State.MET and not has_document:
        raise Refused(N_("A criterion is declared met with a document that proves it: give its title and address."))


def check_document(*, title: str, url: str) -> None:
    """Refuse a document with half of its reference, or with an address that is none of the web."""
    if bool(title.strip()) != bool(url.strip()):
        raise Refused(N_("A document has both a title and an address."))
    if url.strip() and not url.strip().lower().startswith(("https://", "http://")):
        raise Refused(N_("The address of a document begins with https:// or http://."))


def check_can_decide(
    *,
    needs_second: bool,
    already_decided: bool,
    is_declarer: bool,
    verdict: Verdict,
    reason: str,
    is_only_for_trying: bool = False,
) -> None:
    """Refuse a decision that is not needed, comes twice, comes from the declarer, or refuses without a reason.

    ``is_only_for_trying``: an account made for demonstrations decides on what a real person declared.
    """
    if is_only_for_trying:
        raise Refused(N_("A demonstration account decides only on demonstration declarations."))
    if not needs_second:
        raise Refused(N_("This declaration needs no second person."))
    if already_decided:
        raise Refused(N_("A second person has already decided on this declaration."))
    if is_declarer:
        raise Refused(N_("The person who declared a state cannot confirm it; ask a colleague."))
    if verdict is Verdict.REFUSED and not reason.strip():
        raise Refused(N_("Say why you refuse the declaration."))


def counts(*, basis: Basis, needs_second: bool, verdict: Verdict | None, is_demonstration: bool) -> bool:
    """Tell whether a statement counts in the matrix: confirmed where it must be, and never a demonstration."""
    if is_demonstration:
        return False
    if basis is Basis.DECLARED and needs_second:
        return verdict is Verdict.CONFIRMED
    return True
