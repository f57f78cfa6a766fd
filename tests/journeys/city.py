"""The city that the journeys are walked in: Baia Mare as the pack describes it, with a little of everything."""

import datetime as dt
import io
from decimal import Decimal

from django.conf import settings
from django.core.management import call_command
from PIL import Image

from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person
from rivulus.kernel import clock
from rivulus.kernel.photos import NewPhoto
from rivulus.strategy import models
from rivulus.strategy.actions.annual import ask_report
from rivulus.strategy.actions.assessments import declare
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.actions.probes import measure_all
from rivulus.strategy.actions.reports import report_progress
from rivulus.strategy.actions.teams import assign_member
from rivulus.strategy.feeds.pack import load_pack
from rivulus.strategy.presenters.annual import make_report
from rivulus.strategy.rules.projects import last_ended
from rivulus.strategy.terms import EvaluationKind, State, Status
from tests.journeys import catalogued, mapped, observed

PEOPLE = {
    "ana": (Role.RESIDENT,),
    "dan": (Role.DEPARTMENT,),
    "ioana": (Role.STRATEGY_UNIT,),
    "mara": (Role.STRATEGY_UNIT,),
    "bogdan": (Role.PROJECT_TEAM,),
    "adela": (Role.ADMINISTRATOR,),
    "radu": (Role.DISPATCHER,),
    "livia": (Role.SUPPLIER,),
    "flavia": (Role.PUBLISHER,),
    "vlad": (),
}
# What the tables of pages name: something with a bit of everything on its page.
PILLAR = "E"
CRITERION = "G3.1"  # probes speak for it
WAITING = "E4.2"  # declared, and waiting for a second person
INDICATOR = "E-01"
REPORTED = "D1.1.1"  # Bogdan's project, with a report and a photo
PROBE = "criteria_with_evidence_share"


def build() -> None:
    """Load the pack and let people do what people do, through actions only; takes some seconds."""
    load_pack(settings.PACK_DIR)
    people = {name: make_person(name, *roles) for name, roles in PEOPLE.items()}
    ioana = people["ioana"]
    _declare(ioana)
    _report(ioana, people["bogdan"])
    observed.build(people["dan"], people["livia"])
    catalogued.build(people["ana"], people["dan"], people["flavia"], settings.PACK_DIR)
    call_command("load_atlas")  # after the organisations, of which the city owns the layers
    mapped.build(people["ana"], people["dan"], people["flavia"])
    measure_all(by=None)
    _evaluate(ioana)


def _declare(ioana: Person) -> None:
    said = {
        "by": ioana,
        "state": State.MET,
        "valid_from": clock.today() - dt.timedelta(days=40),
        "reason": "Hotărârea consiliului arată că este îndeplinit.",
        "document_title": "Hotărârea 17",
        "document_url": "https://example.org/hotarare-17.pdf",
    }
    for code in (WAITING, CRITERION):
        declare(criterion=models.Criterion.objects.get(code=code), **said)


def _report(ioana: Person, bogdan: Person) -> None:
    project = models.Project.objects.get(code=REPORTED)
    assign_member(by=ioana, project=project, person=bogdan)
    report_progress(
        by=bogdan,
        project=project,
        period=last_ended(clock.today()),
        status=Status.IN_PROGRESS,
        percent=35,
        spent_eur=Decimal(12_500),
        summary="Două grupe și-au terminat cursurile.",
        risks="A treia grupă începe mai târziu.",
        photos=[NewPhoto(photo(), "Prima grupă, în sala de curs")],
    )


def _evaluate(ioana: Person) -> None:
    today = clock.today()
    make_evaluation(by=None, kind=EvaluationKind.EX_ANTE, at=dt.date(2022, 12, 31), title="Evaluarea de pornire")
    row = make_evaluation(by=ioana, kind=EvaluationKind.ANNUAL, at=today, title=f"Raport anual {today.year}")
    ask_report(by=None, evaluation=row, language="ro", enqueue=make_report.enqueue)


def photo(width: int = 800, height: int = 600) -> bytes:
    """Return a JPEG, as a phone would send it."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "#2f6f62").save(written, "JPEG")
    return written.getvalue()
