"""One task of a campaign: take it, draw in it, hand it over, look at what others drew."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.atlas.actions import campaigns as actions
from rivulus.atlas.forms.campaigns import CommentForm, DrawForm, outline_of
from rivulus.atlas.models import Campaign, CampaignTask, Contribution
from rivulus.atlas.presenters import campaigns as presenter
from rivulus.atlas.presenters.viewer import viewer
from rivulus.atlas.queries import campaigns as queries
from rivulus.atlas.queries import features
from rivulus.atlas.rules.campaigns.moves import (
    RANK,
    TASK_STATE_NAMES,
    WAYS,
    CampaignState,
    Level,
    Move,
    TaskFacts,
    TaskState,
    check_can_move,
)
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.views.campaigns import get_campaign
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person


@require_safe
def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a task: where it is, what was drawn, what the checks say, what was said, and what may be done now."""
    return _show_task(request, *_task(request, code, number))


def _show_task(
    request: HttpRequest, campaign: Campaign, task: CampaignTask, form: CommentForm | None = None
) -> HttpResponse:
    schema = read_schema(campaign.layer.schema).open
    drawn, there = list(task.contributions.all()), queries.list_features_in(task)
    member = queries.find_member(campaign, cast("Person", request.user))
    ways = {move: _refusal(request, campaign, task, move) for move in Move}
    holds = not ways[Move.SUBMIT]
    context = {
        "campaign": campaign,
        "task": task,
        "state": gettext("You are mapping") if holds else _state_words(task),
        "drawn": [(row, presenter.action_words(row.action), presenter.facts(row.properties, schema)) for row in drawn],
        "there": [(row.key, schema.name_of(row.properties, row.key)) for row in there[:200]],
        "features": presenter.drawn_features(task, there, drawn, schema),
        "bounds": from_wkb(task.area).bounds,
        "findings": presenter.finding_words(queries.find_faults(task)) if drawn else [],
        "events": _events(task),
        "wish": _wish(task),
        "member": member,
        "holds": holds,
        "is_taken": task.state == TaskState.LOCKED and not holds and not queries.is_free(task),
        "may": {str(move): not refusal for move, refusal in ways.items()},
        "refusals": {str(move): refusal for move, refusal in ways.items()},
        "validates": bool(member and RANK[Level(member.level)] >= RANK[WAYS[Move.VALIDATE].level]),
        "comment_form": form or CommentForm(),
    }
    return render(request, "atlas/campaigns/task.html", context, status=422 if form is not None else 200)


def _wish(task: CampaignTask) -> str:
    """Return what should be mapped better, while that was not done."""
    moves = [event for event in task.events.all() if event.verb in ("submit", "validate", "return")]  # newest first
    return str(moves[0].comment) if moves and moves[0].verb == "return" else ""


def _state_words(task: CampaignTask) -> str:
    return gettext(TASK_STATE_NAMES[TaskState.READY if queries.is_free(task) else TaskState(task.state)])


def _events(task: CampaignTask) -> list[tuple[str, object]]:
    words = {
        "lock": gettext("taken"),
        "release": gettext("given back"),
        "submit": gettext("mapped"),
        "validate": gettext("validated"),
        "approve": gettext("approved"),
        "return": gettext("sent back"),
        "comment": gettext("comment"),
    }
    return [(words.get(event.verb, event.verb), event) for event in task.events.all()[:100]]


def _refusal(request: HttpRequest, campaign: Campaign, task: CampaignTask, move: Move) -> str:
    """Return why whoever asks may not do this now, or nothing."""
    if not request.user.is_authenticated:
        return gettext("Sign in to take part.")
    member = queries.find_member(campaign, request.user)
    facts = TaskFacts(
        state=TaskState(task.state), locked_by=task.locked_by_id, locked_until=task.locked_until,
        mapped_by=task.mapped_by_id, validated_by=task.validated_by_id,
    )  # fmt: skip
    try:
        check_can_move(
            move, facts, by=request.user.pk, level=queries.level_of(member),
            campaign=CampaignState(campaign.state), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return say(refused)
    return ""


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Take, give back, hand over, validate, approve, send back, comment, or take back what was drawn."""
    _, task = _task(request, code, number)
    if request.method != "POST":  # a refusal was loaded again, or is wanted in another language
        return redirect("atlas:task", code=code, number=number)
    form = CommentForm(request.POST)
    form.is_valid()
    words, person = form.cleaned_data.get("comment", ""), cast("Person", request.user)
    doing = request.POST.get("do", "")
    try:
        match doing:
            case "lock":
                actions.lock(by=person, task=task)
            case "release":
                actions.release(by=person, task=task)
            case "submit":
                _, findings = actions.submit(by=person, task=task, comment=words)
                _say_findings(request, len(findings))
            case "validate":
                actions.validate(by=person, task=task, comment=words)
            case "approve":
                actions.approve(by=person, task=task, comment=words)
                messages.success(request, gettext("What was mapped is on the map now."))
            case "return":
                actions.send_back(by=person, task=task, comment=words)
            case "comment":
                actions.comment(by=person, task=task, words=words)
            case "undo":
                actions.undo(by=person, task=task, key=request.POST.get("key", ""))
            case _:
                raise Http404
    except Refused as refused:
        form.add_error(None, say(refused))
        return _show_task(request, *_task(request, code, number), form)  # the comment stays where it was written
    except NotFound:
        raise Http404 from None
    return redirect("atlas:task", code=code, number=number)


def _say_findings(request: HttpRequest, number: int) -> None:
    if number:
        messages.warning(request, gettext("Handed over. The checks found something doubtful; the validator sees it."))
    else:
        messages.success(request, gettext("Handed over for validation."))


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Draw a new feature, or change or end one that is there or was drawn."""
    campaign, task = _task(request, code, number)
    refusal = _refusal(request, campaign, task, Move.SUBMIT)
    if refusal and request.method != "POST":  # what somebody has drawn is not thrown away: the form says why instead
        messages.error(request, refusal)
        return redirect("atlas:task", code=code, number=number)
    key = request.POST.get("key", request.GET.get("key", ""))
    schema = read_schema(campaign.layer.schema)
    item = next((row for row in task.contributions.all() if key and row.key == key), None)
    current = features.features_on(campaign.layer).filter(key=key).first() if key else None
    asked = {"schema": schema, "language": (get_language() or "ro")[:2], "geometry_type": campaign.layer.geometry_type}
    if request.method != "POST":
        form = DrawForm(initial=_initial(key, item, current, schema.open), **asked)  # type: ignore[arg-type]
        return _show(request, campaign, task, form, current is not None)
    form = DrawForm(request.POST, **asked)  # type: ignore[arg-type]
    is_end = request.POST.get("do") == "remove"
    if form.is_valid() or (is_end and current is not None):
        action = ItemAction.REMOVE if is_end else ItemAction.CHANGE if current is not None else ItemAction.ADD
        try:
            actions.draw(
                by=cast("Person", request.user), task=task, action=action, key=key,
                seen=form.cleaned_data.get("seen"), number=form.cleaned_data.get("number"),
                properties={} if is_end else form.properties(),
                geometry=None if is_end else form.cleaned_data["outline"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, say(refused))
        except NotFound:
            raise Http404 from None
        else:
            return redirect("atlas:task", code=code, number=number)
    return _show(request, campaign, task, form, current is not None)


def _initial(key: str, item: Contribution | None, current: object, schema: object) -> dict[str, object]:
    found: dict[str, object] = {
        "key": key,
        "seen": getattr(current, "number", None),
        "number": item.number if item else None,
    }
    source = item if item is not None and item.geometry is not None else current
    if source is not None:
        shown = schema.show(source.properties, with_private=False)  # type: ignore[attr-defined]
        found |= {f"a_{name}": value for name, value in shown.items()}
        found["outline"] = outline_of(from_wkb(source.geometry))  # type: ignore[attr-defined]
    return found


def _show(request: HttpRequest, campaign: Campaign, task: CampaignTask, form: DrawForm, is_known: bool) -> HttpResponse:
    schema = read_schema(campaign.layer.schema).open
    drawn, there = list(task.contributions.all()), queries.list_features_in(task)
    context = {
        "campaign": campaign,
        "task": task,
        "form": form,
        "is_known": is_known,
        "features": presenter.drawn_features(task, there, drawn, schema),
        "bounds": from_wkb(task.area).bounds,
    }
    return render(request, "atlas/campaigns/draw.html", context, status=422 if form.is_bound and form.errors else 200)


def _task(request: HttpRequest, code: str, number: int) -> tuple[Campaign, CampaignTask]:
    campaign = get_campaign(request, code)
    member = queries.find_member(campaign, cast("Person", request.user))
    with_work = queries.sees_work(campaign, member, viewer(request))
    try:
        return campaign, queries.get_task(campaign, number, with_work=with_work)
    except NotFound:
        raise Http404 from None
