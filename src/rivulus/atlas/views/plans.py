"""Plans: which there are, what one says, and amendments from the draft to the day they hold."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions import plans as actions
from rivulus.atlas.forms.plans import AmendmentForm, DecisionForm, ProposeForm, ZoneForm, outline_text
from rivulus.atlas.models import Amendment, Plan
from rivulus.atlas.presenters import plans as presenter
from rivulus.atlas.presenters.viewer import may, refusal, viewer
from rivulus.atlas.queries import features
from rivulus.atlas.queries import plans as queries
from rivulus.atlas.rules import permissions, plans
from rivulus.atlas.rules.plans import AmendmentState, ItemAction
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 50
EDITORS = sorted(permissions.ALLOWED["edit_plan"])
REVIEWERS = sorted(permissions.ALLOWED["review_plan"])


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the plans in force, and where to ask about a parcel."""
    rows = [
        (plan, presenter.kind_words(plans.PLAN_KIND_NAMES, plan.kind)) for plan in queries.list_plans(viewer(request))
    ]
    return render(request, "atlas/plans/list.html", {"rows": rows})


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a plan: its papers, what each kind of zone allows, its zones page by page, its amendments."""
    plan = _plan(request, code)
    today, keeps = clock.today(), _keeps(request, plan)
    zones = Paginator(queries.list_zones(plan, today), ON_A_PAGE).get_page(request.GET.get("page"))
    shapes = queries.list_shapes(plan, keys=[zone.key for zone in zones])
    context = {
        "plan": plan,
        "kind": presenter.kind_words(plans.PLAN_KIND_NAMES, plan.kind),
        "rules": queries.list_rules(plan, today),
        "documents": [(paper.title, presenter.document_url(paper)) for paper in queries.list_documents([plan])],
        "page": zones,
        "zones": [(zone.key, zone.properties.get("zone", "")) for zone in zones],
        "features": presenter.zone_features(shapes),
        "bounds": presenter.bounds_of_zones(shapes),
        "amendments": [
            (each, presenter.kind_words(plans.AMENDMENT_STATE_NAMES, each.state), presenter.amendment_url(each))
            for each in queries.list_amendments(plan, with_drafts=keeps)
        ],
        "keeps": keeps,
        "form": ProposeForm() if keeps else None,
    }
    return render(request, "atlas/plans/one.html", context)


@requires(*EDITORS)
@require_POST
def propose(request: HttpRequest, code: str) -> HttpResponseBase:
    """Begin an amendment."""
    plan = _plan(request, code)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Give the amendment a title."))
        return redirect("atlas:plan", code=code)
    try:
        made = actions.propose(by=_person(request), plan=plan, title=form.cleaned_data["title"])
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("atlas:plan", code=code)
    return redirect("atlas:amendment", code=code, number=made.number)


@require_safe
def amendment(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show an amendment: what it changes, why, from when, who decided; to editors also how it goes on."""
    plan, found = _amendment(request, code, number)
    return _show(request, plan, found)


def _show(
    request: HttpRequest,
    plan: Plan,
    found: Amendment,
    form: AmendmentForm | None = None,
    decision: DecisionForm | None = None,
) -> HttpResponse:
    keeps = _keeps(request, plan)
    items = list(found.items.all())
    day = found.effective_on or clock.today()
    before = queries.zones_by_key(plan, [item.key for item in items], found.change, day)
    is_draft = found.state == AmendmentState.DRAFT
    features = presenter.difference_features(items, before)
    context = {
        "plan": plan,
        "amendment": found,
        "state": presenter.kind_words(plans.AMENDMENT_STATE_NAMES, found.state),
        "differences": presenter.differences(items, before, read_schema(plan.layer.schema).open),
        "features": features,
        "bounds": presenter.bounds_of_features(features),
        "keeps": keeps,
        "is_draft": is_draft,
        "is_waiting": found.state == AmendmentState.REVIEW,
        "form": (form or AmendmentForm(initial=_initial(found))) if keeps and is_draft else None,
        "decision_form": decision or DecisionForm(),
        "decide_refusal": _decide_refusal(request, found),
        "may_review": may(request, "review_plan"),
        "zones": [key for key, _ in queries.list_zone_names(plan, clock.today())] if keeps and is_draft else [],
    }
    return render(request, "atlas/plans/amendment.html", context, status=422 if form or decision else 200)


def _initial(found: Amendment) -> dict[str, object]:
    names = ("revision", "title", "reason", "effective_on", "document_url")
    return {name: getattr(found, name) for name in names}


def _decide_refusal(request: HttpRequest, found: Amendment) -> str:
    """Return why whoever asks may not decide, or nothing."""
    sentence = refusal(request, "review_plan")
    if sentence:
        return sentence
    try:
        plans.check_second_person("approve", proposed_by=found.proposed_by_id, by=_person(request).pk)
    except Refused as refused:
        return say(refused)
    return ""


@requires(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Describe, submit or withdraw an amendment, or leave one of its zones as it is."""
    plan, found = _amendment(request, code, number)
    if request.method != "POST":  # a refusal was loaded again, or is wanted in another language
        return redirect("atlas:amendment", code=code, number=number)
    doing = request.POST.get("do", "")
    try:
        if doing == "describe":
            return _describe(request, plan, found)
        if doing == "submit":
            actions.submit(by=_person(request), amendment=found, revision=_revision(request))
        elif doing == "withdraw":
            actions.withdraw(by=_person(request), amendment=found)
        elif doing == "drop":
            key = request.POST.get("key", "")
            actions.drop_item(by=_person(request), amendment=found, revision=_revision(request), key=key)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, say(refused))
    except NotFound:
        raise Http404 from None
    return redirect("atlas:amendment", code=code, number=number)


def _describe(request: HttpRequest, plan: Plan, found: Amendment) -> HttpResponseBase:
    """Keep what was written; where somebody else was faster, show theirs and give back what was typed."""
    form = AmendmentForm(request.POST)
    if form.is_valid():
        try:
            actions.describe(by=_person(request), amendment=found, **form.cleaned_data)
        except Refused as refused:
            fresh = _find(plan, found.number, with_drafts=True)
            form = AmendmentForm(_knowing(request, fresh))
            form.add_error(None, say(refused))
            if fresh.state == AmendmentState.DRAFT and fresh.revision != _revision(request):
                form.add_error(None, gettext("Theirs stands above. Yours is below; kept again, it replaces theirs."))
            return _show(request, plan, fresh, form)
        messages.success(request, gettext("The draft is kept."))
        return redirect("atlas:amendment", code=plan.code, number=found.number)
    return _show(request, plan, found, form)


def _knowing(request: HttpRequest, found: Amendment) -> QueryDict:
    """Return what was typed, as by somebody who now sees the draft as it is: kept again, it replaces what is there."""
    given = request.POST.copy()
    given["revision"] = str(found.revision)
    return given


@requires(*REVIEWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Approve, refuse or return, as a second person."""
    plan = _plan(request, code)
    found = _find(plan, number, with_drafts=True)
    if request.method != "POST":
        return redirect("atlas:amendment", code=code, number=number)
    form, verb = DecisionForm(request.POST), request.POST.get("do", "")
    if verb not in plans.DECISIONS:
        raise Http404
    if form.is_valid():
        try:
            actions.decide(by=_person(request), amendment=found, verb=verb, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("Your decision is kept."))
            return redirect("atlas:amendment", code=code, number=number)
    return _show(request, plan, _find(plan, number, with_drafts=True), decision=form)


@requires(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Draw one zone of a draft: a new one, another shape or other attributes for one that is there, or its end."""
    plan, found = _amendment(request, code, number)
    key = request.GET.get("key", "") or request.POST.get("key", "")
    current = features.features_on(plan.layer).filter(key=key).first() if key else None
    item = next((each for each in found.items.all() if each.key == key), None)
    schema = read_schema(plan.layer.schema)
    asked: dict[str, Any] = {"schema": schema, "language": (get_language() or "ro")[:2], "is_new": current is None}
    if request.method != "POST":
        source = item if item is not None and item.geometry is not None else current
        initial: dict[str, object] = {"revision": found.revision, "key": key, "seen": current and current.number}
        if source is not None and source.geometry is not None:
            initial |= {f"a_{name}": value for name, value in source.properties.items()}
            initial["outline"] = outline_text(from_wkb(source.geometry))
        return _show_zone(request, plan, found, ZoneForm(initial=initial, **asked), current is not None)
    form = ZoneForm(request.POST, **asked)
    is_end = request.POST.get("do") == "remove"
    if not is_end and not form.is_valid():
        return _show_zone(request, plan, found, form, current is not None)
    action = ItemAction.REMOVE if is_end else ItemAction.ADD if current is None else ItemAction.CHANGE
    try:
        actions.put_item(
            by=_person(request), amendment=found, revision=_revision(request), action=action, key=key,
            seen=_seen(request), properties={} if is_end else form.properties(),
            geometry=None if is_end else form.cleaned_data["outline"],
        )  # fmt: skip
    except Refused as refused:
        fresh = _find(plan, number, with_drafts=True)
        form = ZoneForm(_knowing(request, fresh), **asked)
        form.is_valid()
        form.add_error(None, say(refused))
        return _show_zone(request, plan, fresh, form, current is not None)
    except NotFound:
        raise Http404 from None
    return redirect("atlas:amendment", code=code, number=number)


def _show_zone(request: HttpRequest, plan: Plan, found: Amendment, form: ZoneForm, is_known: bool) -> HttpResponse:
    zones = queries.list_shapes(plan, form["key"].value() or "")
    context = {
        "plan": plan,
        "amendment": found,
        "form": form,
        "is_known": is_known,
        "features": presenter.zone_features(zones),
        "bounds": presenter.bounds_of_zones([zone for zone in zones if zone.key == form["key"].value()] or zones),
    }
    return render(request, "atlas/plans/zone.html", context, status=422 if form.is_bound and form.errors else 200)


def _plan(request: HttpRequest, code: str) -> Plan:
    try:
        return queries.get_plan(code, viewer(request))
    except NotFound:
        raise Http404 from None


def _amendment(request: HttpRequest, code: str, number: int) -> tuple[Plan, Amendment]:
    """Return an amendment that whoever asks may see; those who may not edit and ask to are told so."""
    plan = _plan(request, code)
    sees_drafts = _keeps(request, plan) or may(request, "review_plan")
    if request.method == "POST" and not _keeps(request, plan):
        raise PermissionDenied(gettext(permissions.NOT_YOURS))
    return plan, _find(plan, number, with_drafts=sees_drafts)


def _find(plan: Plan, number: int, *, with_drafts: bool) -> Amendment:
    try:
        return queries.get_amendment(plan, number, with_drafts=with_drafts)
    except NotFound:
        raise Http404 from None


def _keeps(request: HttpRequest, plan: Plan) -> bool:
    return may(request, "edit_plan", plan.layer.owner_id)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _seen(request: HttpRequest) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)
