"""Rules: the list, one rule, its versions, the editor, and the second person's page."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.words import say
from rivulus.observations.actions.automations import replays, versions
from rivulus.observations.forms.automations import AutomationFilterForm, GuidedForm, ReplayForm, TextForm
from rivulus.observations.models import Automation, AutomationVersion
from rivulus.observations.presenters import automations as presenter
from rivulus.observations.presenters.automation_words import Explained, explain, explain_to_everybody, words_of
from rivulus.observations.presenters.viewer import may, refusal, sees_private
from rivulus.observations.queries import automation_series
from rivulus.observations.queries import automations as queries
from rivulus.observations.rules.automations import confirming
from rivulus.observations.rules.automations.grammar import parse
from rivulus.observations.rules.automations.syntax import EventTrigger, Rule, TimeTrigger
from rivulus.observations.rules.permissions import ALLOWED

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 30
SAID = ("active", "retired")  # states in which everybody reads what was new
EDITORS = sorted(ALLOWED["edit_rule"])
CONFIRMERS = sorted(ALLOWED["edit_rule"] | ALLOWED["confirm_rule"])
WATCHERS = sorted(ALLOWED["see_duty"])
BEGINNING = """title:
  ro: ""
  en: ""
  hu: ""
triggers:
  - value:
      series: {property: pm10}
      above: 50
      for: 10m
actions:
  - alarm: {severity: warning}
"""


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show all rules, what each does, and which are switched on."""
    form = AutomationFilterForm(request.GET)
    page = Paginator(queries.list_automations(**form.wanted()), ON_A_PAGE).get_page(request.GET.get("page"))
    sees = sees_private(request)
    context = {
        "form": form,
        "page": page,
        "rows": _rows(list(page), with_private=sees),
        "may_edit": may(request, "edit_rule"),
        "sees_duty": sees,
    }
    return render(request, "observations/automations/list.html", context)


def _rows(automations: list[Automation], *, with_private: bool) -> list[dict[str, object]]:
    shown = {automation.pk: queries.shown_version(automation) for automation in automations}
    rules = {pk: queries.rule_of(version) for pk, version in shown.items() if version}
    read = {pk: rule for pk, rule in rules.items() if rule}
    explained = dict(zip(read, _explained(list(read.values()), with_private=with_private), strict=True))
    return [_row(automation, shown[automation.pk], explained.get(automation.pk)) for automation in automations]


def _explained(rules: list[Rule], *, with_private: bool) -> list[Explained]:
    return [explain(rule) for rule in rules] if with_private else explain_to_everybody(rules)


def _row(automation: Automation, shown: AutomationVersion | None, explained: Explained | None) -> dict[str, object]:
    waiting = [version for version in automation.versions.all() if version.state in ("draft", "confirmed")]
    return {
        "automation": automation,
        "version": shown,
        "title": presenter.title_of(shown) if shown else automation.code,
        "explained": explained,
        "state": presenter.state_words(shown.state) if shown else "",
        "waiting": waiting[0] if waiting and waiting[0] != shown else None,
    }


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show one rule in words, its versions, and to people on duty its text and runs."""
    automation = _get(code)
    shown = queries.shown_version(automation)
    rule = queries.rule_of(shown) if shown else None
    sees = sees_private(request)
    page = Paginator(queries.list_runs(automation), ON_A_PAGE).get_page(request.GET.get("page")) if sees else None
    versions_ = list(automation.versions.all())
    if not sees:
        for each in versions_:
            each.note = each.note if each.state in SAID else ""
    context = {
        "automation": automation,
        "version": shown,
        "title": presenter.title_of(shown) if shown else automation.code,
        "rule": rule,
        "description": words_of(rule.description) if rule else "",
        "explained": _explained([rule], with_private=sees)[0] if rule else None,
        "versions": [(each, presenter.state_words(each.state)) for each in versions_],
        "page": page,
        "runs": [presenter.run_row(run) for run in page] if page else [],
        "sees_duty": sees,
        "may_edit": may(request, "edit_rule"),
    }
    return render(request, "observations/automations/one.html", context)


@requires(*WATCHERS)
@require_safe
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show one version: text, words, what changed, who stands behind it, and what may be done with it."""
    found = _version(code, number)
    rule = queries.rule_of(found)
    before = _find_before(found)
    person = cast("Person", request.user)
    context = {
        "version": found,
        "automation": found.automation,
        "title": presenter.title_of(found),
        "state": presenter.state_words(found.state),
        "explained": explain(rule) if rule else None,
        "matches": _matches(rule, found.is_demonstration) if rule else [],
        "diff": presenter.diff(before.text, found.text) if before else (),
        "before": before,
        "replay_form": ReplayForm(initial={"days": 30}),
        "activate_refusal": refusal(request, "edit_rule") or _activate_refusal(found, person),
        "confirm_refusal": refusal(request, "confirm_rule") or _confirm_refusal(found, person),
        "may_edit": may(request, "edit_rule"),
    }
    return render(request, "observations/automations/version.html", context)


def _find_before(found: AutomationVersion) -> AutomationVersion | None:
    rows = [each for each in queries.get_automation(found.automation.code).versions.all() if each.number < found.number]
    return rows[0] if rows else None


def _confirm_refusal(found: AutomationVersion, person: "Person") -> str:
    """Return why this person may not confirm a version, or nothing."""
    try:
        confirming.check_can_confirm(
            state=found.state, acts_on_street=found.acts_on_street, author=found.created_by_id, by=person.pk
        )
    except Refused as refused:
        return say(refused)
    return ""


def _activate_refusal(found: AutomationVersion, person: "Person") -> str:
    """Return why this person may not switch a version on, or nothing."""
    try:
        confirming.check_can_activate(
            state=found.state,
            acts_on_street=found.acts_on_street,
            author=found.created_by_id,
            confirmer=found.confirmed_by_id,
            by=person.pk,
        )
    except Refused as refused:
        return say(refused)
    return ""


def _matches(rule: Rule, only_simulated: bool) -> list[tuple[str, int]]:
    """Return for each trigger how many series it looks at."""
    return [
        (trigger.id, len(automation_series.resolve(trigger.series, only_simulated=only_simulated)))
        for trigger in rule.triggers
        if not isinstance(trigger, TimeTrigger | EventTrigger)
    ]


@requires(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Write a new rule, or a new version of one: by a form, or as text; checked, tried and kept from one page."""
    newest = queries.find_newest(_get(code)) if code else None
    start = {"text": _replayed_text(request) or (newest.text if newest else BEGINNING)}
    doing = request.POST.get("do", "")
    guided = GuidedForm(request.POST if doing == "guide" else None)
    form = TextForm(request.POST if doing in ("check", "replay", "save") else None, initial=start, code=code)
    replay_form = ReplayForm(request.POST if doing == "replay" else None, initial={"days": 30})
    checked = False
    if doing == "guide" and guided.is_valid():
        form, checked = TextForm(initial={"text": guided.text()}, code=code), True
    elif form.is_bound and form.is_valid():
        checked = True
        done = _carry_out(request, code, doing, form, replay_form)
        if done is not None:
            return done
    text = str(form.cleaned_data["text"] if form.is_bound and checked else form["text"].value() or "")
    parsed = parse(text)
    context = {
        "code": code,
        "form": form,
        "guided": guided,
        "replay_form": replay_form,
        "checked": checked,
        "problems": presenter.problem_lines(parsed.problems) if checked else (),
        "explained": explain(parsed.rule) if checked and parsed.rule else None,
        "matches": _matches(parsed.rule, cast("Person", request.user).is_demonstration)
        if checked and parsed.rule
        else [],
    }
    wrong = (form.is_bound and bool(form.errors)) or (guided.is_bound and bool(guided.errors))
    return render(request, "observations/automations/edit.html", context, status=400 if wrong else 200)


def _replayed_text(request: HttpRequest) -> str:
    """Return the text of the replay that somebody goes on from, or nothing."""
    number = request.GET.get("replay", "")
    try:
        return queries.get_replay(int(number)).text if number.isdecimal() and len(number) < 18 else ""
    except NotFound:
        return ""


def _carry_out(
    request: HttpRequest, code: str, doing: str, form: TextForm, replay_form: ReplayForm
) -> HttpResponse | None:
    """Save or replay what was written, where nothing is wrong with it; return where to go next."""
    person, said = cast("Person", request.user), form.cleaned_data
    if parse(said["text"]).rule is None:
        return None
    try:
        if doing == "save":
            if not code and queries.find_automation(said["code"]):
                form.add_error("code", gettext("A rule of this name exists already; open it to write a new version."))
                return None
            kept = versions.draft(by=person, code=code or said["code"], text=said["text"], note=said["note"])
            messages.success(request, gettext("The draft is kept. It does nothing until it is switched on."))
            return redirect("observations:automation_version", kept.automation.code, kept.number)
        if doing == "replay" and replay_form.is_valid():
            automation = queries.find_automation(code) if code else None
            replay = replays.ask(by=person, text=said["text"], start=replay_form.start(), automation=automation)
            return redirect("observations:automation_replay", replay.pk)
    except Refused as refused:
        form.add_error("text", say(refused))
    return None


@requires(*CONFIRMERS)
@require_POST
def move(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Confirm a version, switch it on, or off."""
    found = _version(code, number)
    person = cast("Person", request.user)
    try:
        if request.POST.get("do") == "confirm":
            versions.confirm(by=person, version_id=found.pk)
            messages.success(request, gettext("Confirmed. The rule can be switched on now."))
        elif request.POST.get("do") == "activate":
            versions.activate(by=person, version_id=found.pk)
            messages.success(request, gettext("The rule is switched on."))
        elif request.POST.get("do") == "retire":
            versions.retire(by=person, version_id=found.pk)
            messages.success(request, gettext("The rule is switched off."))
    except Refused as refused:
        messages.error(request, say(refused))
    return redirect("observations:automation_version", code, number)


@requires(*EDITORS)
@require_POST
def replay_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Replay a version over the time asked for."""
    found = _version(code, number)
    form = ReplayForm(request.POST)
    if form.is_valid():
        try:
            replay = replays.ask(
                by=cast("Person", request.user), text=found.text, start=form.start(), automation=found.automation
            )
            return redirect("observations:automation_replay", replay.pk)
        except Refused as refused:
            messages.error(request, say(refused))
    return redirect("observations:automation_version", code, number)


def _get(code: str) -> Automation:
    try:
        return queries.get_automation(code)
    except NotFound:
        raise Http404 from None


def _version(code: str, number: int) -> AutomationVersion:
    try:
        return queries.get_version(code, number)
    except NotFound:
        raise Http404 from None
