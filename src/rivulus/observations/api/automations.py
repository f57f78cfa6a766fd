"""Rules of the city and what they did, as lists: rules for everybody, runs for people on duty."""

import datetime as dt
from typing import Literal

from ninja import Router, Schema
from pydantic import Field

from rivulus.kernel.listing import ListQuery, add_listing
from rivulus.observations.api.bundles import Rows
from rivulus.observations.api.duty import check_sees_duty
from rivulus.observations.models import Automation, AutomationVersion, Run
from rivulus.observations.models.automations import RUN_STATES
from rivulus.observations.presenters.automation_words import Explained, explain_to_everybody
from rivulus.observations.presenters.automations import reasons_of, title_of
from rivulus.observations.queries import automations as queries
from rivulus.observations.terms import Domain

router = Router()


class RulesQuery(ListQuery):
    """Which rules."""

    domain: Domain | None = Field(None, description="What the rule is about.")
    state: Literal["active", "waiting", "off"] | None = Field(
        None, description="Switched on, waiting to be confirmed or switched on, or not switched on."
    )


class RuleOut(Schema):
    """A rule: the version that is switched on, else the newest."""

    code: str
    title: str
    domain: str
    version: int
    state: str
    since: dt.datetime | None
    when: list[str]
    only_if: list[str]
    then: list[str]
    afterwards: list[str]
    acts_on_street: bool
    measure: bool
    demonstration: bool


class RunsQuery(ListQuery):
    """Which runs."""

    rule: str = Field("", max_length=60, description="The code of a rule.")
    state: str = Field("", pattern=f"^({'|'.join(RUN_STATES)}|)$", description=f"One of {', '.join(RUN_STATES)}.")
    since: dt.datetime | None = Field(None, description="Runs that began at this time or later.")
    simulated: bool = Field(True, description="Also runs that simulated things have set off.")


class RunOut(Schema):
    """One firing of a rule, and what became of it. Values are in the unit of the series (UCUM)."""

    id: int
    rule: str
    version: int
    trigger: str
    signal: str
    state: str
    moment: dt.datetime
    started_at: dt.datetime
    finished_at: dt.datetime | None
    series: int | None
    thing_name: str
    value: float | None
    threshold: float | None
    unit: str
    why: list[str]
    simulated: bool


def find_rules(wanted: RulesQuery) -> Rows[RuleOut]:
    """Return rules by code."""
    return Rows(
        queries.list_automations(domain=str(wanted.domain or ""), state=wanted.state or ""),
        _rules,
    )


def find_runs(wanted: RunsQuery) -> Rows[RunOut]:
    """Return runs, the newest first."""
    found = queries.list_all_runs(
        code=wanted.rule, state=wanted.state, since=wanted.since, with_simulated=wanted.simulated
    )
    return Rows(found, lambda runs: [_run(one) for one in runs])


def _rules(automations: list[Automation]) -> list[RuleOut]:
    shown = [queries.shown_version(automation) for automation in automations]
    rules = [queries.rule_of(version) if version else None for version in shown]
    said = iter(explain_to_everybody([rule for rule in rules if rule]))
    return [
        _rule(automation, version, next(said) if rule else None)
        for automation, version, rule in zip(automations, shown, rules, strict=True)
    ]


def _rule(automation: Automation, shown: AutomationVersion | None, said: Explained | None) -> RuleOut:
    return RuleOut(
        code=automation.code,
        title=title_of(shown) if shown else automation.code,
        domain=automation.domain,
        version=shown.number if shown else 0,
        state=shown.state if shown else "",
        since=_since(shown) if shown else None,
        when=list(said.when) if said else [],
        only_if=list(said.only_if) if said else [],
        then=list(said.then) if said else [],
        afterwards=list(said.afterwards) if said else [],
        acts_on_street=shown.acts_on_street if shown else False,
        measure=shown.is_measure if shown else False,
        demonstration=shown.is_demonstration if shown else False,
    )


def _since(version: AutomationVersion) -> dt.datetime | None:
    """Return since when a version is in its state."""
    return {
        "retired": version.retired_at,
        "active": version.activated_at,
        "confirmed": version.confirmed_at,
    }.get(version.state, version.created_at)


def _run(run: Run) -> RunOut:
    series = run.why.get("series") or {}
    return RunOut(
        id=run.pk,
        rule=run.version.automation.code,
        version=run.version.number,
        trigger=run.trigger,
        signal=run.signal,
        state=run.state,
        moment=run.moment,
        started_at=run.started_at,
        finished_at=run.finished_at,
        series=run.datastream_id,
        thing_name=series.get("thing", ""),
        value=run.why.get("value"),
        threshold=run.why.get("threshold"),
        unit=run.why.get("unit", ""),
        why=list(reasons_of(run)),
        simulated=run.is_simulated,
    )


add_listing(
    router,
    "/rules",
    context="observations",
    title="Rules that watch what is measured",
    query=RulesQuery,
    out=RuleOut,
    find=find_rules,
)
add_listing(
    router,
    "/runs",
    context="observations",
    title="Runs of rules (for people on duty)",
    query=RunsQuery,
    out=RunOut,
    find=find_runs,
    check=check_sees_duty,
)
