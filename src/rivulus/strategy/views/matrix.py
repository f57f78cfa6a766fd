"""The matrix, and one criterion opened."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.forms.matrix import AtForm, MatrixForm
from rivulus.strategy.presenters import criterion as criterion_presenter
from rivulus.strategy.presenters import matrix as presenter
from rivulus.strategy.presenters import probes as probe_presenter
from rivulus.strategy.presenters.viewer import door, sees_names
from rivulus.strategy.queries import assessments, criterion, matrix
from rivulus.strategy.queries.anomalies import list_general_anomalies
from rivulus.strategy.queries.matrix import VIEW_LABELS, View

ON_A_PAGE = 20


def show_matrix(request: HttpRequest) -> HttpResponse:
    """Show the matrix as of a day, in one view, of one pillar or all."""
    form = MatrixForm(request.GET)
    wanted = form.wanted()
    found = matrix.get_matrix(wanted.at)
    page = presenter.make_page(found, wanted)
    context = {
        "form": form,
        "page": page,
        "tabs": [(VIEW_LABELS[v], _address(request, view=v), v is wanted.view) for v in View],
        "is_past": found.at < clock.today(),
        "anomalies": list(list_general_anomalies("matrix")),
        "waiting": assessments.count_waiting(),
        "declare": door(request, "declare"),
    }
    return render(request, "strategy/matrix/matrix.html", context)


def show_criterion(request: HttpRequest, code: str) -> HttpResponse:
    """Show a criterion with its evidence, ladder, history, projects and probes."""
    form = AtForm(request.GET)
    try:
        view = criterion.get_criterion_view(code, form.at_day())
    except models.Criterion.DoesNotExist:
        raise Http404 from None
    said = Paginator(view.statements, ON_A_PAGE).get_page(request.GET.get("said"))
    measured = Paginator(criterion.list_measurements(view.criterion), ON_A_PAGE).get_page(request.GET.get("measured"))
    context = {
        "view": view,
        "page": criterion_presenter.make_page(view, with_names=sees_names(request)),
        "said": said,
        "statements": criterion_presenter.statements(said, with_names=sees_names(request)),
        "measured": measured,
        "changes": [probe_presenter.change_view(row) for row in measured],
        "form": form,
        "is_past": view.at < clock.today(),
        "declare": door(request, "declare"),
        "edit": door(request, "edit_links"),
    }
    return render(request, "strategy/matrix/criterion.html", context)


def _address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"
