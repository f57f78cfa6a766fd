"""A declaration in words: what was said, who stands behind it, and what happens to it next."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.presenters.viewer import name_of
from rivulus.strategy.rules import assessments as rules
from rivulus.strategy.terms import Actor, Basis, Verdict
from rivulus.ui.terms import Step, StepStatus


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """A declaration as lists and the page of the second person show it."""

    row: models.Assessment
    decision: models.AssessmentDecision | None
    declarer: str
    decider: str
    steps: tuple[Step, ...]

    @property
    def is_waiting(self) -> bool:
        """Tell whether a second person is awaited."""
        return self.row.needs_confirmation and self.decision is None


def declaration(row: models.Assessment, *, with_names: bool) -> DeclarationView:
    """Return a declaration in words."""
    decision = getattr(row, "decision", None)
    declarer = name_of(row.declared_by, with_name=with_names)
    decider = name_of(decision.decided_by, with_name=with_names) if decision else ""
    return DeclarationView(row, decision, declarer, decider, tuple(_steps(row, decision, declarer, decider)))


def refusal(row: models.Assessment, by: Actor) -> str:
    """Return the sentence that keeps somebody from confirming a declaration, or an empty one."""
    try:
        rules.check_can_decide(
            needs_second=row.basis == Basis.DECLARED and row.needs_confirmation,
            already_decided=getattr(row, "decision", None) is not None,
            is_declarer=row.declared_by_id == by.id,
            verdict=Verdict.CONFIRMED,
            reason="",
            is_only_for_trying=by.is_demonstration and not row.is_demonstration,
        )
    except Refused as refused:
        return say(refused)
    return ""


def thanks(row: models.Assessment) -> str:
    """Return what is said after a declaration."""
    if row.is_demonstration:
        return gettext("The declaration is kept as a demonstration; it never counts in the matrix.")
    if row.needs_confirmation:
        return gettext("The declaration waits for a second person of the strategy unit; then it counts.")
    return gettext("The declaration counts in the matrix from now on.")


def _steps(
    row: models.Assessment, decision: models.AssessmentDecision | None, declarer: str, decider: str
) -> list[Step]:
    declared = Step(
        label=gettext("Declared"), status=StepStatus.DONE, note=declarer, date=timezone.localdate(row.declared_at)
    )
    counts = StepStatus.OPEN if row.is_demonstration else StepStatus.DONE
    if not row.needs_confirmation:
        return [declared, Step(label=gettext("Counts in the matrix"), status=counts)]
    if decision is None:
        second = Step(label=gettext("A second person decides"), status=StepStatus.CURRENT)
        return [declared, second, Step(label=gettext("Counts in the matrix"), status=StepStatus.OPEN)]
    day = timezone.localdate(decision.decided_at)
    if decision.verdict == Verdict.REFUSED:
        refused = Step(label=gettext("Refused by a second person"), status=StepStatus.REFUSED, note=decider, date=day)
        return [declared, refused]
    confirmed = Step(label=gettext("Confirmed by a second person"), status=StepStatus.DONE, note=decider, date=day)
    return [declared, confirmed, Step(label=gettext("Counts in the matrix"), status=counts)]
