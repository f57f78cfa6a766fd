"""Campaigns: the list, one with its tasks and people, how it is prepared and run, certificates, OsmChange."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions import campaigns as actions
from rivulus.atlas.forms.campaigns import CampaignForm, JoinForm, LevelForm
from rivulus.atlas.models import Campaign, CampaignMember
from rivulus.atlas.presenters import campaigns as presenter
from rivulus.atlas.presenters.viewer import may, viewer
from rivulus.atlas.queries import campaigns as queries
from rivulus.atlas.queries.base import home_bounds
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.campaigns import osm_change
from rivulus.atlas.rules.campaigns.moves import CAMPAIGN_STATE_NAMES, LEVEL_NAMES, CampaignState, Level
from rivulus.atlas.terms import Origin
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.http import requires
from rivulus.kernel.words import say
from rivulus.ui.printing.fonts import FontsMissingError
from rivulus.ui.printing.typesetting import TypesettingError

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 20
TASKS_ON_A_PAGE = 100
RUNNERS = sorted(permissions.ALLOWED["run_campaign"])


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the campaigns, open ones first."""
    page = Paginator(queries.list_campaigns(viewer(request)), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(each, gettext(CAMPAIGN_STATE_NAMES[CampaignState(each.state)])) for each in page]
    return render(
        request, "atlas/campaigns/list.html", {"page": page, "rows": rows, "may_run": may(request, "run_campaign")}
    )


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a campaign: instructions, how far it is, its tasks on the map and in a list, the leaderboard."""
    campaign = get_campaign(request, code)
    tasks = list(queries.list_tasks(campaign))
    for task in tasks:
        task.campaign = campaign
    rows = presenter.task_rows(tasks)
    member = queries.find_member(campaign, cast("Person", request.user))
    runs = may(request, "run_campaign", campaign.owner_id)
    context = {
        "campaign": campaign,
        "state": gettext(CAMPAIGN_STATE_NAMES[CampaignState(campaign.state)]),
        "is_open": campaign.state == CampaignState.OPEN,
        "progress": queries.measure_progress(campaign),
        "page": Paginator(rows, TASKS_ON_A_PAGE).get_page(request.GET.get("page")),
        "features": presenter.task_features(rows),
        "bounds": from_wkb(campaign.area).bounds,
        "standings": presenter.standing_rows(queries.list_standings(campaign)),
        "member": member,
        "level": gettext(LEVEL_NAMES[Level(member.level)]) if member else "",
        "join_form": JoinForm(initial={"shown_name": member.shown_name if member else ""}),
        "may_certify": bool(member and queries.count_approved(campaign, member.person_id).tasks),
        "runs": runs,
        "members": _members(campaign) if runs else [],
    }
    return render(request, "atlas/campaigns/one.html", context)


def _members(campaign: Campaign) -> list[tuple[CampaignMember, LevelForm]]:
    rows = queries.list_members(campaign)[:200]
    return [
        (member, LevelForm(initial={"member": member.pk, "level": member.level}, auto_id=f"m{member.pk}_%s"))
        for member in rows
    ]


@requires(*RUNNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Prepare a campaign."""
    organisations = viewer(request).organisations
    form = CampaignForm(
        request.POST or None, organisations=organisations, initial={"owner": next(iter(sorted(organisations)), None)}
    )
    if form.is_valid():
        try:
            made = actions.prepare(by=_person(request), **form.said())
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The campaign is prepared; open it when everything is ready."))
            return redirect("atlas:campaign", code=made.code)
    context = {"form": form, "bounds": home_bounds()}
    return render(request, "atlas/campaigns/new.html", context, status=422 if form.errors else 200)


@requires()
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponseBase:
    """Join, set a level, open or close, or ask for one's certificate."""
    campaign = get_campaign(request, code)
    doing, person = request.POST.get("do", ""), _person(request)
    try:
        if doing == "join":
            form = JoinForm(request.POST)
            form.is_valid()
            actions.join(by=person, campaign=campaign, shown_name=form.cleaned_data.get("shown_name", ""))
            messages.success(request, gettext("You take part. Choose a task from the list."))
        elif doing == "level":
            _set_level(person, campaign, request)
        elif doing in ("open", "close"):
            state = CampaignState.OPEN if doing == "open" else CampaignState.CLOSED
            actions.set_state(by=person, campaign=campaign, state=state)
        elif doing == "certify":
            actions.certify(by=person, campaign=campaign)
            return redirect("atlas:certificate_pdf", code=code)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, say(refused))
    return redirect("atlas:campaign", code=code)


def _set_level(by: "Person", campaign: Campaign, request: HttpRequest) -> None:
    form = LevelForm(request.POST)
    member = queries.list_members(campaign).filter(pk=form.cleaned_data["member"]).first() if form.is_valid() else None
    if member is None:
        raise Http404
    actions.set_level(by=by, member=member, level=Level(form.cleaned_data["level"]))


@requires()
@require_safe
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """Print one's own certificate."""
    campaign = get_campaign(request, code)
    person = _person(request)
    member = queries.find_member(campaign, person)
    if member is None or not member.certificate:
        raise Http404
    address = request.build_absolute_uri(reverse("atlas:certificate", args=[member.certificate]))
    merit = queries.count_approved(campaign, person.pk)
    language = (get_language() or "ro")[:2]
    try:
        pdf = presenter.build_certificate(member, merit, address=address, language=language, at=clock.now())
    except (TypesettingError, FontsMissingError):
        message = gettext("The PDF cannot be made right now. Try again later.")
        return render(request, "atlas/plans/no_pdf.html", {"message": message}, status=503)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificate-{campaign.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a certificate is genuine: for what, how much; not for whom, for whoever holds it knows."""
    member = queries.find_certificate(number)
    if member is None:
        raise Http404
    merit = queries.count_approved(member.campaign, member.person_id)
    return render(request, "atlas/campaigns/certificate.html", {"member": member, "merit": merit})


@requires(*RUNNERS)
@require_safe
def as_osm_change(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send what was approved as an OsmChange file, for an account of the city to upload."""
    campaign = get_campaign(request, code)
    if not may(request, "run_campaign", campaign.owner_id):
        raise PermissionDenied(gettext(permissions.NOT_YOURS))
    if campaign.layer.origin in (Origin.ILLUSTRATIVE, Origin.SCHEMATIC):
        messages.error(request, gettext("What is made up is not handed to OpenStreetMap."))
        return redirect("atlas:campaign", code=code)
    fixed, mapped = campaign.tags.get("fixed", {}), campaign.tags.get("attributes", {})
    rows = (
        (shape, osm_change.tags_of(properties, fixed, mapped)) for shape, properties in queries.list_approved(campaign)
    )
    response = HttpResponse(osm_change.write(rows), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{campaign.code}.osc"'
    return response


def get_campaign(request: HttpRequest, code: str) -> Campaign:
    """Return a campaign that whoever asks sees."""
    try:
        return queries.get_campaign(code, viewer(request))
    except NotFound:
        raise Http404 from None


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)
