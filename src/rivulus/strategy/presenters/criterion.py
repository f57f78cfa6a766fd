"""A criterion in words: its evidence, what was said of it and what became of each statement."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.presenters.probes import AskedView, asked_view
from rivulus.strategy.presenters.viewer import name_of
from rivulus.strategy.queries import readings
from rivulus.strategy.queries.criterion import CriterionView, LinkedProject, Place, Statement
from rivulus.strategy.rules.assessments import needs_confirmation
from rivulus.strategy.terms import EFFECT_LABELS, STATUS_LABELS, TONES
from rivulus.ui.terms import Tone

PLACE_LABELS = {
    Place.IN_FORCE: N_("In force"),
    Place.EARLIER: N_("In force until a later statement"),
    Place.CORRECTED: N_("Replaced by a later statement for the same day"),
    Place.OUTRANKED: N_("Replaced by a declaration"),
    Place.LATER: N_("In force from a later day"),
    Place.WAITING: N_("Waiting for a second person; does not count yet"),
    Place.REFUSED: N_("Refused by a second person; never counted"),
    Place.DEMONSTRATION: N_("For trying things out; never counts"),
}


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement with the words for its place and for who stands behind it."""

    row: models.Assessment
    decision: models.AssessmentDecision | None
    place: Place
    words: str
    declarer: str
    decider: str

    @property
    def may_be_decided(self) -> bool:
        """Tell whether a second person is still awaited."""
        return self.row.needs_confirmation and self.decision is None


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A linked project with its effect and status in words."""

    linked: LinkedProject
    effect: str
    status: str
    editor: str


@dataclass(frozen=True, slots=True)
class CriterionPage:
    """What the page of a criterion shows besides the facts themselves."""

    tone: Tone
    evidence: StatementView | None
    asked: tuple[AskedView, ...]
    projects: tuple[ProjectView, ...]
    needs_two: bool


def make_page(view: CriterionView, *, with_names: bool) -> CriterionPage:
    """Return the words of a criterion's page."""
    return CriterionPage(
        tone=TONES.get(view.criterion.pillar.code, Tone.STIBNITE),
        evidence=_evidence(view, with_names=with_names),
        asked=tuple(_asked(speaking) for speaking in view.speaking),
        projects=tuple(_project(linked, with_names=with_names) for linked in view.linked),
        needs_two=needs_confirmation(view.criterion.level),
    )


def statements(found: Iterable[Statement], *, with_names: bool) -> list[StatementView]:
    """Return statements in words; names only for those who work for the city hall."""
    return [statement(s.row, s.decision, s.place, with_names=with_names) for s in found]


def statement(
    row: models.Assessment, decision: models.AssessmentDecision | None, place: Place, *, with_names: bool
) -> StatementView:
    """Return one statement in words."""
    return StatementView(
        row=row,
        decision=decision,
        place=place,
        words=gettext(PLACE_LABELS[place]),
        declarer=name_of(row.declared_by, with_name=with_names) if row.declared_by_id else "",
        decider=name_of(decision.decided_by, with_name=with_names) if decision else "",
    )


def _evidence(view: CriterionView, *, with_names: bool) -> StatementView | None:
    row = view.evidence
    if row is None:
        return None
    known = next((s for s in view.statements if s.row.pk == row.pk), None)
    return statement(row, known.decision if known else None, Place.IN_FORCE, with_names=with_names)


def _asked(speaking: readings.Speaking) -> AskedView:
    return asked_view(speaking.link, speaking.answer, speaking.last)


def _project(linked: LinkedProject, *, with_names: bool) -> ProjectView:
    editor = linked.link.edited_by
    return ProjectView(
        linked=linked,
        effect=gettext(EFFECT_LABELS[linked.effect]),
        status=gettext(STATUS_LABELS[linked.status]),
        editor=name_of(editor, with_name=with_names) if editor else "",
    )
