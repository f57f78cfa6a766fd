"""Control: what a thing can be told, and what it was told."""

import uuid

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from rivulus.kernel.errors import NotFound
from rivulus.kernel.forms import carry_out
from rivulus.kernel.http import requires
from rivulus.observations.actions.tasking import ask_task
from rivulus.observations.forms.tasking import TaskForm
from rivulus.observations.models import TaskingCapability
from rivulus.observations.presenters.duty import present_task
from rivulus.observations.presenters.values import name_of
from rivulus.observations.presenters.viewer import refusal
from rivulus.observations.queries import tasking as queries
from rivulus.observations.queries.things import get_thing
from rivulus.observations.rules.permissions import ALLOWED

TASKS_PER_PAGE = 20
VERB = "task_actuator"


@requires(*sorted(ALLOWED["see_duty"]))
@require_http_methods(["GET", "HEAD", "POST"])
def control(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a thing can be told with a form for each, and tell it."""
    try:
        thing = get_thing(pk, with_private=True)
    except NotFound:
        raise Http404 from None
    capabilities = list(queries.list_capabilities(thing=pk))
    chosen = request.POST.get("capability", "")
    forms = [(one, _form(request, one, chosen)) for one in capabilities]
    if request.method == "POST":
        for capability, form in forms:
            if str(capability.pk) == chosen and form.is_valid() and _ask(request, capability, form):
                return redirect("observations:control", pk=pk)
    page = Paginator(queries.list_tasks(thing=pk), TASKS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "thing": thing,
        "name": name_of(thing),
        "forms": forms,
        "page": page,
        "tasks": [present_task(task) for task in page.object_list],
        "refusal": refusal(request, VERB),
        "key": uuid.uuid4().hex,
    }
    return render(request, "observations/duty/control.html", context)


def _form(request: HttpRequest, capability: TaskingCapability, chosen: str) -> TaskForm:
    given = request.POST if request.method == "POST" and str(capability.pk) == chosen else None
    return TaskForm(given, record=capability.tasking_parameters, prefix=f"c{capability.pk}")


def _ask(request: HttpRequest, capability: TaskingCapability, form: TaskForm) -> bool:
    """Keep the wish; the key of the page makes a second click the same wish."""
    key = request.POST.get("key", "")[:40]

    def ask() -> None:
        ask_task(
            by=request.user,  # type: ignore[arg-type]
            capability_id=capability.pk,
            parameters=form.parameters(),
            idempotency_key=f"page-{key}" if key else None,
        )

    return carry_out(request, form, ask, gettext("The wish is kept and on its way; below it says when it is done."))
