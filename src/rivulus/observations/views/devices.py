"""The page that checks a device's message and says in words what is right and wrong with it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rivulus.identity import queries as identity
from rivulus.kernel import clock
from rivulus.kernel.limits import Limit, address_of, count
from rivulus.observations.forms.devices import CheckForm
from rivulus.observations.presenters import suppliers as presenters
from rivulus.observations.queries import devices as queries
from rivulus.observations.queries import suppliers
from rivulus.observations.rules import keys
from rivulus.observations.rules.devices.judging import judge
from rivulus.observations.rules.devices.messages import Verdict
from rivulus.observations.rules.devices.reading import read_message
from rivulus.observations.rules.keys import KeyHolder

CHECKS = Limit(name="device-check-pages", most=30)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a message, and judge it; nothing of it is stored."""
    form = CheckForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST":
        count(CHECKS, address_of(request))
        if form.is_valid():
            verdict = _judge(request, form)
            context |= {
                "verdict": verdict,
                "title": presenters.verdict_title(verdict),
                "kind": presenters.kind_words(verdict.kind),
                "findings": presenters.present_findings(verdict.findings),
                "rows": presenters.present_rows(verdict.rows[:100]),
            }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "observations/devices/check.html", context, status=status)


def _judge(request: HttpRequest, form: CheckForm) -> Verdict:
    now = clock.now()
    received = now.isoformat() if form.read["places"] else None
    message = read_message(
        form.cleaned_data["message"], profiles=queries.list_profiles(), received=received, **form.read
    )
    names = [claim.series for claim in message.claims]
    return judge(message, queries.find_series(names, holder=_holder(request)), now)


def _holder(request: HttpRequest) -> KeyHolder | None:
    """Departments know every series, people of a supplier its own and the public ones, guests the public ones."""
    person = request.user
    if identity.roles_of(person) & {"department", "administrator"}:
        return keys.city_holder()
    own = suppliers.list_suppliers_of(person).first() if person.is_authenticated else None
    return suppliers.holder_for(own) if own else None
