"""When a version of a rule may be confirmed and switched on, and by whom; the database checks the same.

A rule that acts on the street has two people behind it: its author and the one who confirms; of a rule that came with
the pack, the one who confirms and the one who switches it on.
"""

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

NOT_A_DRAFT = N_("Only a draft can be confirmed.")
NOT_BY_AUTHOR = N_("A rule that acts on the street is confirmed by somebody who did not write it.")
NOT_BY_CONFIRMER = N_("Whoever confirmed a rule that came with the city's settings does not switch it on too.")
NOT_CONFIRMED = N_("This rule acts on the street: a second person confirms it first.")
NOT_NEEDED = N_("This rule does not act on the street: no second person is needed.")
NOT_ANY_MORE = N_("This version was switched off; write a new one.")
IS_ACTIVE = N_("This version is switched on already.")
NOT_ACTIVE = N_("This version is not switched on.")


def check_can_confirm(*, state: str, acts_on_street: bool, author: object | None, by: object) -> None:
    """Raise Refused unless this person may be the second one; people by their numbers."""
    if state != "draft":
        raise Refused(NOT_A_DRAFT)
    if not acts_on_street:
        raise Refused(NOT_NEEDED)
    if author == by:
        raise Refused(NOT_BY_AUTHOR)


def check_can_activate(
    *, state: str, acts_on_street: bool, author: object | None, confirmer: object | None, by: object | None
) -> None:
    """Raise Refused unless a version may be switched on by this person, or by the platform itself (None)."""
    if state == "active":
        raise Refused(IS_ACTIVE)
    if state == "retired":
        raise Refused(NOT_ANY_MORE)
    if not acts_on_street:
        return
    if confirmer is None:
        raise Refused(NOT_CONFIRMED)
    if author is None and (by is None or by == confirmer):
        raise Refused(NOT_BY_CONFIRMER)


def check_can_retire(state: str) -> None:
    """Raise Refused unless the version is switched on."""
    if state != "active":
        raise Refused(NOT_ACTIVE)
