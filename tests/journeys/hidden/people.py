"""People whose names nobody reads who is not allowed to, and what they said in the strategy."""

import datetime as dt
from decimal import Decimal

from rivulus.identity import actions as identity
from rivulus.identity.queries import find_organisation
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.photos import NewPhoto
from rivulus.strategy import models
from rivulus.strategy.actions import assessments, evaluations, reports, teams
from rivulus.strategy.rules.projects import last_ended
from rivulus.strategy.terms import EvaluationKind, State, Status, Verdict
from tests.journeys import catalogued, city
from tests.journeys.hidden.vault import Vault

PROJECT, CRITERION = "D1.1.2", "E5.1"
ROLES = {
    "publisher": Role.PUBLISHER,
    "editor": Role.PUBLISHER,
    "department": Role.DEPARTMENT,
    "colleague": Role.DEPARTMENT,
    "dispatcher": Role.DISPATCHER,
    "unit": Role.STRATEGY_UNIT,
    "unitsecond": Role.STRATEGY_UNIT,
    "team": Role.PROJECT_TEAM,
    "supplier": Role.SUPPLIER,
    "administrator": Role.ADMINISTRATOR,
    "mapper": Role.RESIDENT,
    "asker": Role.RESIDENT,
}


def build(vault: Vault) -> None:
    """Let people come, and let those of the strategy do what leaves their names behind."""
    for who, role in ROLES.items():
        person = vault.person(who, role)
        vault.word(who, "administrator", f"/people/{person.pk}/")
    for who in ("asker", "mapper"):  # one address is like another
        vault.number(vault.people[who].pk, "people/", parameter="person_id")
    university = find_organisation(catalogued.UNIVERSITY)
    assert university is not None
    for who in ("publisher", "editor"):
        identity.affiliate(by=None, person=vault.people[who], organisation=university, reason="Se ocupă de date.")
    colleague = vault.people["colleague"]
    reason = vault.word("rolereason", "administrator", f"/people/{colleague.pk}/")
    identity.grant_role(by=vault.people["administrator"], person=colleague, role=Role.DISPATCHER, reason=reason)
    _strategy(vault)


def _strategy(vault: Vault) -> None:
    unit, second, team = (vault.people[who] for who in ("unit", "unitsecond", "team"))
    today = clock.today()
    said = assessments.declare(
        by=unit,
        criterion=models.Criterion.objects.get(code=CRITERION),
        state=State.MET,
        valid_from=today - dt.timedelta(days=3),
        reason="Este îndeplinit de la începutul lunii.",
        document_title="Hotărârea 18",
        document_url="https://example.org/hotarare-18.pdf",
    )
    assessments.decide(by=second, assessment=said, verdict=Verdict.CONFIRMED, reason="Am citit hotărârea.")
    project = models.Project.objects.get(code=PROJECT)
    teams.assign_member(by=unit, project=project, person=team)
    reports.report_progress(
        by=team,
        project=project,
        period=last_ended(today),
        status=Status.IN_PROGRESS,
        percent=20,
        spent_eur=Decimal(100),
        summary="A început.",
        risks="",
        photos=[NewPhoto(city.photo(60, 40), "Sala")],
    )
    evaluations.make_evaluation(by=second, kind=EvaluationKind.ANNUAL, at=today, title="Evaluare")
