"""What a link between a criterion and a project or probe must say before it is kept."""

from decimal import Decimal

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy.rules.matrix import COMPARATORS

MOST = Decimal("9999999999.99")


def check_reason(reason: str) -> None:
    """Refuse a link without a reason: it is an interpretation, and readers must be able to judge it."""
    if not reason.strip():
        raise Refused(
            N_("Say in a sentence why: these links are an interpretation, and readers must be able to judge it.")
        )


def check_editor(*, is_demonstration: bool) -> None:
    """Refuse accounts made for trying things out: a link changes what counts, for everybody."""
    if is_demonstration:
        raise Refused(
            N_("A demonstration account cannot change these links: they decide what counts for the real city.")
        )


def check_is_new(*, exists: bool) -> None:
    """Refuse the same pair twice."""
    if exists:
        raise Refused(N_("This link exists already; edit it instead."))


def check_not_withdrawn(*, withdrawn: bool) -> None:
    """Refuse to edit what was withdrawn."""
    if withdrawn:
        raise Refused(N_("This link was withdrawn; add it again instead."))


def check_question(*, comparator: str, threshold: Decimal, is_known_probe: bool) -> None:
    """Refuse a probe that nothing reports, or a comparison that cannot be made."""
    if not is_known_probe:
        raise Refused(N_("No part of the platform reports a probe of this name."))
    if comparator not in COMPARATORS:
        raise Refused(N_("A value is compared by ≥ or by ≤."))
    if not threshold.is_finite() or abs(threshold) > MOST:
        raise Refused(N_("The threshold must be a number of at most ten digits before the point."))
