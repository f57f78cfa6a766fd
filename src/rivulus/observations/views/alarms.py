"""Alarms: the list, one alarm, and what people on duty do with it; silence, maintenance, notices to the public."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.words import say
from rivulus.observations.actions import alarms as actions
from rivulus.observations.actions.automations import notices
from rivulus.observations.forms.alarms import AlarmFilterForm, NoteForm, SilenceForm, SpanForm
from rivulus.observations.models import Alarm
from rivulus.observations.presenters import alarms as presenter
from rivulus.observations.presenters.viewer import may, refusal, roles_of
from rivulus.observations.queries import alarms as queries
from rivulus.observations.rules.alarms import AlarmState
from rivulus.observations.rules.permissions import ALLOWED

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 40
WATCHERS = sorted(ALLOWED["see_duty"])
HANDLERS = sorted(ALLOWED["handle_alarm"])
KEEP_S = 15
MESSAGES = 20


@requires(*WATCHERS)
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the alarms, those that are wrong now unless others are asked for."""
    form = AlarmFilterForm(request.GET)
    wanted = form.wanted()
    state = wanted.pop("state")
    states = {"": queries.ACTIVE, "all": ()}.get(state, (state,))
    page = Paginator(queries.list_alarms(states=states, **wanted), ON_A_PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    since = clock.now() - dt.timedelta(days=7)
    context = {
        "form": form,
        "page": page,
        "rows": [presenter.alarm_row(alarm) for alarm in page],
        "counts": queries.count_by_severity(),
        "unacknowledged": queries.count_unacknowledged(),
        "silences": queries.list_silences()[:50],
        "maintenance": queries.list_maintenance()[:50],
        "messages_to_me": [
            presenter.message_row(row) for row in queries.list_notifications(roles_of(request), since=since)[:MESSAGES]
        ],
        "may_handle": may(request, "handle_alarm"),
    }
    return render(request, "observations/alarms/list.html", context)


@requires(*WATCHERS)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alarm: the picture of the moment, its history, and what may be done."""
    alarm = _get(pk)
    row = presenter.alarm_row(alarm)
    unit = row.value.partition(" ")[2]
    context = {
        "alarm": alarm,
        "row": row,
        "chart": presenter.chart_of(alarm),
        "moves": [presenter.move_row(move, unit) for move in alarm.moves.all()],
        "refusal": refusal(request, "handle_alarm"),
        "is_cleared": alarm.state == AlarmState.CLEARED,
        "acknowledge_form": NoteForm(prefix="acknowledge"),
        "close_form": NoteForm(prefix="close"),
        "silence_form": SilenceForm(prefix="silence"),
        "maintain_form": SpanForm(prefix="maintain"),
    }
    return render(request, "observations/alarms/one.html", context)


@requires(*HANDLERS)
@require_POST
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Acknowledge or close an alarm, silence it, or say that somebody works on the thing."""
    alarm = _get(pk)
    doing = request.POST.get("do", "")
    try:
        if doing in DOING:
            messages.success(request, DOING[doing](request, cast("Person", request.user), alarm))
    except Refused as refused:
        messages.error(request, say(refused))
    return redirect("observations:alarm", pk)


def _acknowledge(request: HttpRequest, by: "Person", alarm: Alarm) -> str:
    actions.acknowledge(by=by, alarm_id=alarm.pk, note=_note(request, "acknowledge"))
    return gettext("Acknowledged. Nobody else is called.")


def _close(request: HttpRequest, by: "Person", alarm: Alarm) -> str:
    actions.close(by=by, alarm_id=alarm.pk, note=_note(request, "close"))
    return gettext("The alarm is closed.")


def _note(request: HttpRequest, prefix: str) -> str:
    form = NoteForm(request.POST, prefix=prefix)
    return str(form.cleaned_data["note"]) if form.is_valid() else ""


def _silence(request: HttpRequest, by: "Person", alarm: Alarm) -> str:
    form = SilenceForm(request.POST, prefix="silence")
    if not form.is_valid():
        raise Refused(_first_error(form))
    about = form.cleaned_data["about"]
    if about != "rule" and alarm.thing is None:
        raise Refused(gettext("This alarm has no thing: silence the rule."))
    actions.silence(
        by=by,
        ends_at=form.ends_at(),
        reason=form.cleaned_data["reason"],
        automation=alarm.automation if about in ("both", "rule") else None,
        thing=alarm.thing if about in ("both", "thing") else None,
    )
    return gettext("Silenced: nobody is called about it until then.")


def _maintain(request: HttpRequest, by: "Person", alarm: Alarm) -> str:
    form = SpanForm(request.POST, prefix="maintain")
    if not form.is_valid():
        raise Refused(_first_error(form))
    if alarm.thing is None:
        raise Refused(gettext("This alarm has no thing."))
    actions.maintain(by=by, thing=alarm.thing, ends_at=form.ends_at(), reason=form.cleaned_data["reason"])
    return gettext("Maintenance is noted: the thing raises no alarms until then.")


def _first_error(form: SpanForm) -> str:
    """Return the first thing that is wrong with a form, with the name of its field."""
    name, errors = next(iter(form.errors.items()))
    return f"{form.fields[name].label}: {errors[0]}"


DOING: dict[str, Callable[[HttpRequest, "Person", Alarm], str]] = {
    "acknowledge": _acknowledge,
    "close": _close,
    "silence": _silence,
    "maintain": _maintain,
}


@requires(*HANDLERS)
@require_POST
def end_silence(request: HttpRequest, pk: int) -> HttpResponse:
    """End a silence before its time."""
    actions.end_silence(by=cast("Person", request.user), silence_id=pk)
    messages.success(request, gettext("The silence is over."))
    return redirect("observations:alarms")


@requires(*HANDLERS)
@require_POST
def end_maintenance(request: HttpRequest, pk: int) -> HttpResponse:
    """End maintenance before its time."""
    actions.end_maintenance(by=cast("Person", request.user), maintenance_id=pk)
    messages.success(request, gettext("The maintenance is over."))
    return redirect("observations:alarms")


@require_safe
def list_notices(request: HttpRequest) -> HttpResponse:
    """Show everybody the notices that hold now."""
    rows = [presenter.notice_row(notice) for notice in queries.list_notices()[:50]]
    context = {"rows": rows, "may_handle": may(request, "handle_alarm")}
    response = render(request, "observations/alarms/notices.html", context)
    response["Cache-Control"] = "no-store" if request.user.is_authenticated else f"public, max-age={KEEP_S}"
    return response


@requires(*HANDLERS)
@require_POST
def end_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a notice down."""
    notices.take_down(by=cast("Person", request.user), notice_id=pk)
    messages.success(request, gettext("The notice is taken down."))
    return redirect("observations:notices")


def _get(pk: int) -> Alarm:
    try:
        return queries.get_alarm(pk)
    except NotFound:
        raise Http404 from None
