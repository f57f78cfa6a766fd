"""What must hold before an objective of another document, or a link to it, is kept."""

from collections.abc import Collection

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SELF = "self"  # the kind of the strategy itself, among the documents
LOCAL = "local"
CODE_LENGTH, TITLE_LENGTH = 30, 400


def check_editor(*, is_demonstration: bool) -> None:
    """Refuse accounts made for trying things out: what the strategy unit records here is public."""
    if is_demonstration:
        raise Refused(
            N_("A demonstration account cannot change this: the page says what the real city's plans answer to.")
        )


def check_is_other(*, kind: str) -> None:
    """Refuse the strategy itself: the umbrella is about the documents around it."""
    if kind == SELF:
        raise Refused(N_("The strategy does not answer to itself; choose another document."))


def check_objective(*, code: str, title: str) -> None:
    """Refuse an objective that cannot be named or read."""
    if not code or not title:
        raise Refused(N_("Write the code of the objective and its text, as the document prints them."))
    if len(code) > CODE_LENGTH:
        raise Refused(N_("The code may have at most %(number)s characters."), number=CODE_LENGTH)
    if len(title) > TITLE_LENGTH:
        raise Refused(N_("The text may have at most %(number)s characters."), number=TITLE_LENGTH)
    if not (code + title).isprintable():
        raise Refused(N_("The code or the text holds characters that cannot be shown."))


def check_code_is_free(*, exists: bool) -> None:
    """Refuse a second objective of the same code in one document."""
    if exists:
        raise Refused(N_("This document has an objective of this code already."))


def check_belongs(*, is_of_document: bool) -> None:
    """Refuse an objective of another document than the one named."""
    if not is_of_document:
        raise Refused(N_("This objective belongs to another document."))


def says(reason: str, known: Collection[str]) -> bool:
    """Tell whether a link gives this reason already, in one of its languages."""
    return reason.strip() in known
