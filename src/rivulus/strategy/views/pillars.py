"""The interactive strategy: pillars, the documents around it, and who carries it out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from rivulus.strategy import models
from rivulus.strategy.presenters import pillars as presenters
from rivulus.strategy.presenters.viewer import door
from rivulus.strategy.queries import pillars as queries
from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.queries.projects import ProjectFilter, list_projects


@require_safe
def list_pillars(request: HttpRequest) -> HttpResponse:
    """Show the vision and the six pillars with their goals, levels and directions."""
    matrix = get_matrix()
    sums = queries.list_direction_sums()
    rows = [
        (column, presenters.tone_of(column.pillar), [s for s in sums if s.direction.pillar_id == column.pillar.pk])
        for column in matrix.columns
    ]
    context = {
        "matrix": matrix,
        "rows": rows,
        "visions": list(queries.list_visions()),
        "chart": presenters.level_chart(matrix.columns),
    }
    return render(request, "strategy/pillars/list.html", context)


@require_safe
def show_pillar(request: HttpRequest, code: str) -> HttpResponse:
    """Show a pillar: its goal, its path to 2030 and beyond, its directions, and what it lacks for the next level."""
    pillar = get_object_or_404(models.Pillar, code=code)
    matrix = get_matrix()
    column = next(c for c in matrix.columns if c.pillar.pk == pillar.pk)
    sums = queries.list_direction_sums(pillar)
    codes = [s.direction.code for s in sums]
    gap = next((gap for gap in queries.list_gaps(matrix) if gap.pillar.pk == pillar.pk), None)
    context = {
        "pillar": pillar,
        "column": column,
        "tone": presenters.tone_of(pillar),
        "gap": gap,
        "missing": gap.cells if gap else (),
        "levels": matrix.levels,
        "periods": queries.list_periods(pillar),
        "sums": sums,
        "projects": presenters.projects_by_direction(list_projects(ProjectFilter(pillar=code))),
        "umbrella": presenters.by_direction(list(queries.list_umbrella(pillar))),
        "anomalies": list(queries.list_anomalies_about(("pillar", [code]), ("direction", codes))),
        "neighbours": [c.pillar for c in matrix.columns],
    }
    return render(request, "strategy/pillars/pillar.html", context)


@require_safe
def list_documents(request: HttpRequest) -> HttpResponse:
    """Show the documents that the strategy relates to, with the objectives it prints of them."""
    context = {"documents": list(queries.list_documents()), "edit": door(request, "edit_links")}
    return render(request, "strategy/documents/list.html", context)


@require_safe
def show_unit(request: HttpRequest) -> HttpResponse:
    """Show who carries the strategy out, the four groups of actors, and what people answered in 2022."""
    parts = list(queries.list_structure())
    context = {
        "tops": [part for part in parts if part.parent_id is None],
        "parts": parts,
        "helix": queries.list_helix(),
        "questions": presenters.by_question(list(queries.list_consultation())),
    }
    return render(request, "strategy/documents/unit.html", context)
