"""A made-up campaign of community digitising, on a layer marked as illustrative, with tasks at every step; added once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from rivulus.atlas.actions import campaigns
from rivulus.atlas.models import Campaign, CampaignTask, Layer
from rivulus.atlas.rules import demonstration as drawn
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.terms import STEREO70, GeometryType, Origin, Theme, Visibility
from rivulus.identity import queries as identity
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

CAMPAIGN = "exemplu-banci"
SIDE_M = 270.0
SCHEMA: list[dict[str, object]] = [
    {"name": "seats", "type": "integer", "minimum": 1, "maximum": 20,
     "title": {"ro": "Locuri", "en": "Seats", "hu": "Ülőhelyek"}},
    {"name": "has_back", "type": "boolean", "title": {"ro": "Cu spătar", "en": "With a back", "hu": "Háttámlás"}},
]  # fmt: skip
TITLES = ("Băncile din parcuri (exemplu)", "Benches in the parks (example)", "Padok a parkokban (példa)")
INSTRUCTIONS = (
    "Puneți câte un punct pentru fiecare bancă, în mijlocul ei. Numărați locurile și spuneți dacă are spătar. "
    "O bancă ruptă, pe care nu se mai poate sta, nu se desenează.",
    "Draw one point for each bench, in its middle. Count the seats and say whether it has a back. "
    "A broken bench on which nobody can sit is left out.",
    "Minden padhoz egy pontot tegyenek, a közepére. Számolják meg az ülőhelyeket, és jelöljék, van-e háttámlája. "
    "A törött padot, amelyre már nem lehet ülni, ne rajzolják be.",
)
MISSING_BENCH = "Lipsește banca de la intrarea dinspre pod; cea din mijloc are patru locuri, nu trei."


@transaction.atomic
def add_campaign(*, by: "Person", teacher: "Person", mappers: "Sequence[Person]") -> int:
    """Add the campaign, run by somebody of the city, with what two mappers and a teacher did; return its tasks.

    Where it is there already nothing is added. Raises Refused where no demonstration runs or the pack is not loaded.
    """
    if not settings.RIVULUS_DEMO:
        raise Refused(N_("The demonstration is switched off here."))
    city = identity.find_city()
    if city is None:
        raise Refused(N_("The facts of the city are not loaded yet: run ./rivulus load."))
    if Campaign.objects.filter(code=CAMPAIGN).exists():
        return 0
    campaign = campaigns.prepare(
        by=by, code=CAMPAIGN, titles=TITLES, instructions=INSTRUCTIONS, owner=city, layer=_layer(city),
        area=drawn.campaign_area(), side_m=SIDE_M,
        tags={"fixed": {"amenity": "bench"}, "attributes": {"seats": "seats", "has_back": "backrest"}},
    )  # fmt: skip
    campaigns.set_state(by=by, campaign=campaign, state=CampaignState.OPEN)
    campaign.refresh_from_db()
    member = campaigns.join(by=teacher, campaign=campaign, shown_name=teacher.full_name)
    campaigns.set_level(by=by, member=member, level=Level.TEACHER)
    for mapper in mappers:
        campaigns.join(by=mapper, campaign=campaign, shown_name=mapper.full_name.partition(" ")[0])
    tasks = list(CampaignTask.objects.filter(campaign=campaign).order_by("number"))
    _work(by, teacher, mappers, tasks)
    return len(tasks)


def _work(by: "Person", teacher: "Person", mappers: "Sequence[Person]", tasks: list[CampaignTask]) -> None:
    """Two tasks are approved, one is validated, one waits for the teacher, one came back, one is being mapped."""
    first, second = mappers[0], mappers[-1]
    for mapper, task in zip((first, second, first, second, first), tasks, strict=False):
        _map(mapper, task)
    for task in tasks[:3]:
        campaigns.validate(by=teacher, task=task)
    for task in tasks[:2]:
        campaigns.approve(by=by, task=task)
    campaigns.send_back(by=teacher, task=tasks[4], comment=MISSING_BENCH)
    campaigns.lock(by=second, task=tasks[5])


def _map(mapper: "Person", task: CampaignTask) -> None:
    campaigns.lock(by=mapper, task=task)
    for place, properties in drawn.benches(from_wkb(task.area)):
        campaigns.draw(by=mapper, task=task, action=ItemAction.ADD, properties=properties, geometry=place)
    campaigns.submit(by=mapper, task=task)


def _layer(city: "Organisation") -> Layer:
    return Layer.objects.create(
        code="benches-illustrative", theme=Theme.COMMUNITY, geometry_type=GeometryType.POINT, schema=SCHEMA,
        style={"colour": "#8a4fa3"}, owner=city, crs=STEREO70, title_ro="Bănci (exemplu)",
        title_en="Benches (example)", title_hu="Padok (példa)", visibility=Visibility.PUBLIC,
        origin=Origin.ILLUSTRATIVE, licence="ODbL-1.0", update_rhythm="NEVER",
    )  # fmt: skip
