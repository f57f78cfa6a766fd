"""An evaluation, and a comparison of two, as their pages show them."""

from dataclasses import dataclass

from django.utils.translation import gettext

from rivulus.strategy import models
from rivulus.strategy.presenters import snapshot as show
from rivulus.strategy.presenters.snapshot import Changes, MoveRow, PillarRow
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules.evaluations import Snapshot
from rivulus.strategy.terms import EVALUATION_LABELS, EvaluationKind, State
from rivulus.ui import charts

LANGUAGE_NAMES = {"ro": "Română", "en": "English", "hu": "Magyar"}
STATE_TONES = {State.MET: "malachite", State.IN_PROGRESS: "gold", State.NOT_MET: "chestnut", State.UNKNOWN: "stibnite"}


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many criteria stand so."""

    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """The printed report in one language: absent, queued, ready, lost or failed."""

    language: str
    name: str
    state: str
    file: models.ReportFile | None
    may_ask: bool


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """One evaluation, in the language of the reader."""

    row: models.Evaluation
    kind: str
    pillars: tuple[PillarRow, ...]
    states: tuple[StateCount, ...]
    sums: tuple[MoveRow, ...]
    counts: dict[str, int]
    chart: charts.GroupedBars
    changes: Changes | None
    previous_title: str
    previous_at: str


def kind_word(kind: str) -> str:
    """Return the name of a kind of evaluation."""
    return gettext(EVALUATION_LABELS[EvaluationKind(kind)])


def view_of(row: models.Evaluation) -> EvaluationView:
    """Return one evaluation made ready to be shown; everything comes from its snapshot."""
    content = row.content
    previous = content["previous"]
    pillars = show.pillar_rows(content)
    return EvaluationView(
        row=row,
        kind=kind_word(row.kind),
        pillars=pillars,
        states=tuple(StateCount(str(s), content["counts"][str(s)]) for s in State),
        sums=tuple(
            MoveRow(name, gettext(show.SUM_LABELS[name]), "", show.sum_text(name, content["sums"][name]))
            for name in rules.SUMS
        ),
        counts=content["counts"],
        chart=_level_chart(pillars),
        changes=show.changes(previous, content) if previous else None,
        previous_title=previous["evaluation"]["title"] if previous else "",
        previous_at=show.day_text(previous["evaluation"]["at"]) if previous else "",
    )


def _level_chart(pillars: tuple[PillarRow, ...]) -> charts.GroupedBars:
    return charts.GroupedBars(
        key="levels",
        title=gettext("Level of each pillar"),
        description=gettext("Now, with what is under way, and as expected by 2030."),
        unit=gettext("level (0 to 5)"),
        categories=tuple(p.name for p in pillars),
        series=(
            charts.Series(label=gettext("Now"), values=tuple(p.now.level for p in pillars), tone="stream"),
            charts.Series(
                label=gettext("With what is under way"),
                values=tuple(p.in_progress.level for p in pillars),
                tone="gold",
            ),
            charts.Series(
                label=gettext("Expected by 2030"), values=tuple(p.expected.level for p in pillars), tone="amethyst"
            ),
        ),
    )


def reports_of(row: models.Evaluation) -> tuple[Report, ...]:
    """Return the printed report in each language."""
    files = queries.list_report_files(row)
    return tuple(_report(language, files.get(language)) for language in queries.LANGUAGES)


def _report(language: str, file: models.ReportFile | None) -> Report:
    state = "absent" if file is None else file.state
    if file is not None and state == rules.READY and not queries.has_report(file):
        state = "lost"
    return Report(language, LANGUAGE_NAMES[language], state, file, state in ("absent", "lost", rules.FAILED))


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two evaluations side by side."""

    before: models.Evaluation
    after: models.Evaluation
    changes: Changes
    levels: charts.GroupedBars
    states: charts.StackedBars


def comparison(before: models.Evaluation, after: models.Evaluation) -> ComparisonView:
    """Return what changed between two evaluations, with charts of levels and states."""
    return ComparisonView(
        before=before,
        after=after,
        changes=show.changes(before.content, after.content),
        levels=_levels_of_two(before, after),
        states=_states_of_two(before, after),
    )


def _levels_of_two(before: models.Evaluation, after: models.Evaluation) -> charts.GroupedBars:
    then = {p["code"]: p["now"]["level"] for p in before.content["pillars"]}
    now = {p["code"]: p["now"]["level"] for p in after.content["pillars"]}
    return charts.GroupedBars(
        key="levels",
        title=gettext("Level of each pillar"),
        description=gettext("The level reached in each of the two evaluations."),
        unit=gettext("level (0 to 5)"),
        categories=tuple(p.name for p in show.pillar_rows(after.content)),
        series=(
            charts.Series(label=_label(before), values=tuple(then.get(code) for code in now), tone="stibnite"),
            charts.Series(label=_label(after), values=tuple(now.values()), tone="stream"),
        ),
    )


def _states_of_two(before: models.Evaluation, after: models.Evaluation) -> charts.StackedBars:
    both: tuple[Snapshot, Snapshot] = (before.content, after.content)
    return charts.StackedBars(
        key="states",
        title=gettext("How the criteria stand"),
        description=gettext("All criteria of the matrix, in each of the two evaluations."),
        unit=gettext("criteria"),
        categories=(_label(before), _label(after)),
        series=tuple(
            charts.Series(
                label=show.state_word(str(state)),
                values=tuple(content["counts"][str(state)] for content in both),
                tone=tone,
            )
            for state, tone in STATE_TONES.items()
        ),
    )


def _label(row: models.Evaluation) -> str:
    return show.day_text(row.at)
