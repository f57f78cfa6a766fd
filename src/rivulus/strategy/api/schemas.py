"""The shapes of the API: flat ones for lists, nested ones for single things."""

import datetime as dt
from decimal import Decimal
from typing import Any

from ninja import Schema


class PillarOut(Schema):
    """A pillar and the level it has reached."""

    code: str
    objective: str
    name: str
    goal: str
    summary: str
    level: int
    met_of_next_level: int
    criteria_of_next_level: int
    level_with_in_progress: int
    level_expected_2030: int
    source_place: str


class CriterionOut(Schema):
    """A criterion as it stands at a date."""

    code: str
    pillar: str
    level: int
    text: str
    state: str
    basis: str
    since: dt.date | None
    implied_by: str | None
    expected: str
    counts_as_met_in_2030: bool
    ladder: str | None
    step: int | None


class StatementOut(Schema):
    """What was declared, or reconstructed from the strategy."""

    state: str
    basis: str
    valid_from: dt.date
    reason: str
    document_title: str
    document_url: str
    source_place: str
    needs_confirmation: bool
    verdict: str | None
    is_demonstration: bool
    declared_at: dt.datetime


class MeasurementOut(Schema):
    """A probe's answer, with the inputs it was computed from."""

    probe: str
    passed: bool
    comparator: str
    threshold: Decimal
    value: float | None
    unit: str
    inputs: dict[str, Any]
    simulated: bool
    at: dt.datetime


class CriterionLinkOut(Schema):
    """A project that would move the criterion: an interpretation."""

    project: str
    effect: str
    reason: str


class CriterionDetailOut(Schema):
    """A criterion with its evidence, its history and what would move it."""

    criterion: CriterionOut
    statements: list[StatementOut]
    measurements: list[MeasurementOut]
    projects: list[CriterionLinkOut]


class LevelsOut(Schema):
    """A pillar's level, and how much of the next one is met."""

    level: int
    met: int
    total: int


class MatrixPillarOut(Schema):
    """A pillar of the matrix in three readings."""

    code: str
    name: str
    now: LevelsOut
    with_in_progress: LevelsOut
    expected_2030: LevelsOut


class MatrixOut(Schema):
    """The maturity matrix as of a date."""

    at: dt.date
    pillars: list[MatrixPillarOut]
    criteria: list[CriterionOut]


class DirectionOut(Schema):
    """A direction of action."""

    code: str
    pillar: str
    title: str
    note: str
    projects: int
    source_place: str


class ProjectOut(Schema):
    """A project of the portfolio."""

    code: str
    direction: str
    pillar: str
    title: str
    responsible: str
    status: str
    percent: int | None
    reported_for: str | None
    value_eur: Decimal | None
    value_rhythm: str
    value_printed: str
    horizon_year: int | None
    horizon_rhythm: str
    horizon_printed: str
    funding: list[str]
    priority: str
    source_place: str


class ReportOut(Schema):
    """A half-yearly report of a project team."""

    year: int
    half: int
    status: str
    percent: int
    spent_eur: Decimal
    expected_end: dt.date | None
    summary: str
    risks: str
    is_demonstration: bool
    reported_at: dt.datetime


class ProjectLinkOut(Schema):
    """A criterion that the project would move: an interpretation."""

    criterion: str
    effect: str
    reason: str


class ProjectDetailOut(Schema):
    """A project with its reports and the criteria it would move."""

    project: ProjectOut
    reports: list[ReportOut]
    criteria: list[ProjectLinkOut]


class IndicatorOut(Schema):
    """An indicator with its latest value for the city and for the region."""

    code: str
    pillar: str
    title: str
    unit: str
    kind: str
    direction: str
    year: int | None
    value: Decimal | None
    text: str
    region_year: int | None
    region_value: Decimal | None
    region_text: str
    target_comparator: str
    target_value: Decimal | None
    target_year: int | None
    target_text: str
    repeats: str | None
    anomalies: int
    source_place: str


class IndicatorValueOut(Schema):
    """A value of an indicator for a place and a year (none where the source does not state it)."""

    indicator: str
    place: str
    year: int | None
    value: Decimal | None
    text: str
    printed: str
    origin: str
    is_demonstration: bool
    source_place: str
    entered_at: dt.datetime


class DocumentOut(Schema):
    """A document that the strategy relates to."""

    code: str
    title: str
    kind: str
    period: str
    url: str
    note: str
    objectives: int
    source_place: str


class AnomalyOut(Schema):
    """A fault found in the text of the source."""

    code: str
    about: str
    subject: str
    title: str
    description: str
    source_place: str


class ProbeOut(Schema):
    """A probe with its latest reading."""

    name: str
    title: str
    unit: str
    value: float | None
    at: dt.datetime | None
    simulated: bool
    criteria: list[str]


class EvaluationOut(Schema):
    """A dated snapshot of the city against its promises."""

    id: int
    kind: str
    title: str
    at: dt.date
    digest: str
    is_demonstration: bool
    made_at: dt.datetime


class UmbrellaOut(Schema):
    """A document, and an objective of it, that a direction answers to: an interpretation."""

    direction: str
    document: str
    objective: str | None
    reason: str
