"""Pillars as figures, and texts gathered for their pages."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from rivulus.strategy import models
from rivulus.strategy.queries.matrix import Column
from rivulus.strategy.terms import STATUS_LABELS, TONES, Status
from rivulus.ui import charts


def tone_of(pillar: models.Pillar) -> str:
    """Return the colour name of a pillar."""
    return TONES.get(pillar.code, "stibnite")


def by_direction(links: list[models.UmbrellaLink]) -> list[tuple[models.Direction, list[models.UmbrellaLink]]]:
    """Return umbrella links gathered by direction, in their order."""
    return [(direction, list(group)) for direction, group in groupby(links, key=lambda link: link.direction)]


def projects_by_direction(projects: Iterable[Any]) -> list[tuple[models.Direction, list[tuple[models.Project, str]]]]:
    """Return projects (with their ``current_status``) gathered by direction, each with the words of its status."""
    return [
        (direction, [(project, _(STATUS_LABELS[Status(project.current_status)])) for project in group])
        for direction, group in groupby(projects, key=lambda project: project.direction)
    ]


def by_question(answers: list[models.ConsultationResult]) -> list[tuple[str, list[models.ConsultationResult]]]:
    """Return the answers of the questionnaire gathered by question."""
    return [(question, list(group)) for question, group in groupby(answers, key=lambda answer: answer.question)]


def level_chart(columns: tuple[Column, ...]) -> charts.GroupedBars:
    """Return the levels of all pillars: now, with what is under way, expected in 2030."""
    return charts.GroupedBars(
        key="levels",
        title=_("Level of each pillar"),
        description=_(
            "The level reached now, with what is under way counted as done, and as the strategy expects in 2030."
        ),
        unit=_("level (0 to 5)"),
        categories=tuple(column.pillar.name for column in columns),
        series=(
            charts.Series(label=_("Now"), values=tuple(column.now.level for column in columns), tone="stream"),
            charts.Series(
                label=_("With what is under way"),
                values=tuple(column.in_progress.level for column in columns),
                tone="gold",
            ),
            charts.Series(
                label=_("Expected in 2030"), values=tuple(column.expected.level for column in columns), tone="amethyst"
            ),
        ),
    )
