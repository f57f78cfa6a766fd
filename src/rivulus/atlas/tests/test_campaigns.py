"""Facts about campaigns: three people for every task, nothing lost, what was approved is on the map and for OpenStreetMap."""

import datetime as dt
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import shapely
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from rivulus.atlas.actions import campaigns as actions
from rivulus.atlas.actions import features
from rivulus.atlas.models import Campaign, CampaignMember, CampaignTask, Contribution, Feature, Layer, TaskEvent
from rivulus.atlas.queries import campaigns as queries
from rivulus.atlas.queries.visible import viewer_of
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.campaigns import osm_change
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature
from rivulus.atlas.terms import ChangeKind, GeometryType, Theme, Visibility
from rivulus.identity.models import Organisation, Person
from rivulus.identity.tests.people import make_person
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused

NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)
EAST, NORTH = 393_000.0, 685_000.0
SCHEMA = [
    {"name": "seats", "type": "integer", "minimum": 0},
    {"name": "inventory_number", "type": "string", "is_private": True},
]


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


def spot(east: float, north: float) -> Any:
    return measuring.from_the_ground(shapely.Point(EAST + east, NORTH + north))


def square(side: float) -> Any:
    return measuring.from_the_ground(shapely.box(EAST, NORTH, EAST + side, NORTH + side))


@pytest.fixture
def benches(city: Organisation) -> Layer:
    layer = Layer.objects.create(
        code="benches", title_ro="Bănci", theme=Theme.COMMUNITY, geometry_type=GeometryType.POINT, owner=city,
        visibility=Visibility.PUBLIC, schema=SCHEMA,
    )  # fmt: skip
    features.apply_changes(
        by=None, layer=layer, kind=ChangeKind.PACK,
        additions=[NewFeature(spot(50, 50), {"seats": 2, "inventory_number": "secret-7"}, "old")],
    )  # fmt: skip
    return layer


@pytest.fixture
def campaign(dan: Person, city: Organisation, benches: Layer) -> Campaign:
    """Dan of the city runs it; two tasks of 100 m; open."""
    made = actions.prepare(
        by=dan, code="banci", titles=("Bănci", "Benches", "Padok"), instructions=("", "", ""), owner=city, layer=benches,
        area=measuring.from_the_ground(shapely.box(EAST, NORTH, EAST + 200, NORTH + 100)), side_m=100,
        tags={"fixed": {"amenity": "bench"}, "attributes": {"seats": "seats"}},
    )  # fmt: skip
    return actions.set_state(by=dan, campaign=made, state=CampaignState.OPEN)


@pytest.fixture
def teacher(campaign: Campaign, dan: Person) -> Person:
    person = make_person("flavia")
    member = actions.join(by=person, campaign=campaign)
    actions.set_level(by=dan, member=member, level=Level.TEACHER)
    return person


@pytest.fixture
def task(campaign: Campaign, ana: Person) -> CampaignTask:
    """The western task, held by Ana."""
    actions.join(by=ana, campaign=campaign, shown_name="Anișoara")
    return actions.lock(by=ana, task=CampaignTask.objects.get(campaign=campaign, number=1))


def draw(by: Person, task: CampaignTask, **more: Any) -> Contribution:
    values: dict[str, Any] = {"action": ItemAction.ADD, "properties": {"seats": 3}, "geometry": spot(20, 20)}
    return actions.draw(by=by, task=task, **(values | more))


def approved(ana: Person, teacher: Person, dan: Person, task: CampaignTask) -> CampaignTask:
    actions.submit(by=ana, task=task)
    actions.validate(by=teacher, task=task)
    return actions.approve(by=dan, task=task)


def test_what_three_people_agree_on_is_on_the_map(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask
) -> None:
    key = draw(ana, task).key
    assert not Feature.objects.filter(key=key).exists()
    done = approved(ana, teacher, dan, task)
    assert Feature.objects.get(key=key).properties == {"seats": 3}
    assert done.change is not None and done.change.kind == "digitising"
    verbs = list(TaskEvent.objects.filter(task=task).order_by("id").values_list("verb", flat=True))
    assert verbs == ["lock", "submit", "validate", "approve"]


def test_a_task_is_held_by_one_person(ana: Person, task: CampaignTask, campaign: Campaign) -> None:
    other = make_person("bogdan")
    actions.join(by=other, campaign=campaign)
    with pytest.raises(Refused, match="already"):
        actions.lock(by=other, task=task)
    with clock.frozen(NOW + dt.timedelta(hours=49)):
        actions.lock(by=other, task=task)
        with pytest.raises(Refused, match="Somebody else holds"):
            draw(ana, task)


def test_what_was_drawn_outlives_a_lock(ana: Person, task: CampaignTask) -> None:
    draw(ana, task)
    actions.release(by=ana, task=task)
    assert Contribution.objects.filter(task=task).count() == 1


def test_two_windows_of_one_mapper_do_not_overwrite_each_other(ana: Person, task: CampaignTask) -> None:
    made = draw(ana, task)
    draw(ana, task, key=made.key, number=1, properties={"seats": 4})
    with pytest.raises(Refused, match="changed since"):
        draw(ana, task, key=made.key, number=1, properties={"seats": 9})
    assert Contribution.objects.get().properties == {"seats": 4}


def test_a_feature_changed_meanwhile_by_the_city_is_not_overwritten(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, benches: Layer
) -> None:
    draw(ana, task, action=ItemAction.CHANGE, key="old", seen=1, properties={"seats": 5}, geometry=spot(51, 50))
    features.apply_changes(
        by=dan, layer=benches, kind=ChangeKind.EDIT, updates=[ChangedFeature("old", 1, None, {"seats": 8})]
    )
    with pytest.raises(Refused, match="old was changed since"):
        approved(ana, teacher, dan, task)
    assert Feature.objects.get(key="old").properties == {"seats": 8}
    assert CampaignTask.objects.get(pk=task.pk).state == "validated"


def test_removing_ends_a_feature_today(ana: Person, teacher: Person, dan: Person, task: CampaignTask) -> None:
    draw(ana, task, action=ItemAction.REMOVE, key="old", seen=1)
    approved(ana, teacher, dan, task)
    assert not Feature.objects.filter(key="old", valid__contains=NOW.date()).exists()
    assert Feature.objects.filter(key="old", valid__contains=NOW.date() - dt.timedelta(days=1)).exists()


def test_a_mapper_never_learns_private_attributes_nor_writes_them(ana: Person, task: CampaignTask) -> None:
    with pytest.raises(Refused, match="no attribute called inventory_number"):
        draw(ana, task, properties={"inventory_number": "mine"})


def test_what_lies_outside_of_the_task_is_not_handed_over(ana: Person, task: CampaignTask) -> None:
    draw(ana, task, geometry=spot(150, 50))
    with pytest.raises(Refused, match="outside of the task"):
        actions.submit(by=ana, task=task)


def test_what_is_doubtful_is_told_and_handed_over(ana: Person, task: CampaignTask) -> None:
    draw(ana, task, geometry=spot(50, 50.5))
    _, findings = actions.submit(by=ana, task=task)
    assert [finding.values["other"] for finding in findings] == ["old"]


def test_a_returned_task_reaches_its_mapper_by_letter(
    ana: Person, teacher: Person, task: CampaignTask, django_capture_on_commit_callbacks: Any
) -> None:
    draw(ana, task)
    actions.submit(by=ana, task=task)
    with pytest.raises(Refused, match="Say what"):
        actions.send_back(by=teacher, task=task, comment="no")
    with django_capture_on_commit_callbacks(execute=True):
        actions.send_back(by=teacher, task=task, comment="The bench by the fountain is missing.")
    (letter,) = mail.outbox
    assert letter.to == [ana.email]
    assert "fountain" in letter.body
    assert CampaignTask.objects.get(pk=task.pk).state == "ready"


def test_nobody_stands_behind_two_steps_even_in_the_database(ana: Person, teacher: Person, task: CampaignTask) -> None:
    actions.submit(by=ana, task=task)
    actions.validate(by=teacher, task=task)
    for column, name in (("validated_by", "validated_by_another"), ("approved_by", "approved_by_a_third")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            CampaignTask.objects.filter(pk=task.pk).update(**{column: ana})


def test_only_who_may_edit_the_layer_brings_work_onto_the_map(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, campaign: Campaign
) -> None:
    outsider = make_person("vlad")
    actions.join(by=outsider, campaign=campaign)
    CampaignMember.objects.filter(person=outsider).update(level="city")
    actions.submit(by=ana, task=task)
    actions.validate(by=teacher, task=task)
    with pytest.raises(Refused):
        actions.approve(by=outsider, task=task)


def test_nobody_sets_their_own_level(dan: Person, campaign: Campaign) -> None:
    with pytest.raises(Refused, match="Somebody else"):
        actions.set_level(by=dan, member=CampaignMember.objects.get(person=dan), level=Level.STUDENT)


def test_the_leaderboard_counts_what_was_approved(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, campaign: Campaign
) -> None:
    draw(ana, task)
    assert queries.list_standings(campaign) == []
    approved(ana, teacher, dan, task)
    rows = queries.list_standings(campaign)
    assert [(row.member.shown_name, row.tasks, row.validated) for row in rows] == [("Anișoara", 1, 0), ("", 0, 1)]
    assert queries.measure_progress(campaign) == queries.Progress(2, 1, 1, 1)


def test_a_certificate_is_given_for_approved_work_only(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, campaign: Campaign
) -> None:
    with pytest.raises(Refused, match="once a task"):
        actions.certify(by=ana, campaign=campaign)
    approved(ana, teacher, dan, task)
    number = actions.certify(by=ana, campaign=campaign).certificate
    assert actions.certify(by=ana, campaign=campaign).certificate == number
    assert queries.find_certificate(number).person == ana  # type: ignore[union-attr]
    actions.forget_person(by=None, person_id=ana.pk)
    assert queries.find_certificate(number) is None


def test_approved_additions_are_written_for_openstreetmap(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, campaign: Campaign
) -> None:
    draw(ana, task)
    draw(ana, task, action=ItemAction.CHANGE, key="old", seen=1, properties={"seats": 5}, geometry=spot(51, 50))
    assert list(queries.list_approved(campaign)) == []
    approved(ana, teacher, dan, task)
    tags = campaign.tags
    rows = [
        (shape, osm_change.tags_of(properties, tags["fixed"], tags["attributes"]))
        for shape, properties in queries.list_approved(campaign)
    ]
    root = ET.fromstring(osm_change.write(rows))
    nodes = root.findall("create/node")
    assert len(nodes) == 1
    assert {tag.get("k"): tag.get("v") for tag in nodes[0]} == {"amenity": "bench", "seats": "3"}


def test_a_campaign_being_prepared_is_seen_by_who_runs_it(
    dan: Person, ana: Person, city: Organisation, benches: Layer
) -> None:
    actions.prepare(
        by=dan, code="draft", titles=("Ciornă", "", ""), instructions=("", "", ""), owner=city, layer=benches,
        area=square(100), side_m=100, tags={},
    )  # fmt: skip
    assert queries.get_campaign("draft", viewer_of(dan))
    with pytest.raises(NotFound):
        queries.get_campaign("draft", viewer_of(ana))


def test_only_the_owner_of_a_layer_runs_a_campaign_on_it(
    flavia: Person, ana: Person, city: Organisation, benches: Layer
) -> None:
    for person in (flavia, ana):
        with pytest.raises(Refused):
            actions.prepare(
                by=person, code="x", titles=("X", "", ""), instructions=("", "", ""), owner=city, layer=benches,
                area=square(100), side_m=100, tags={},
            )  # fmt: skip


# --- pages -------------------------------------------------------------------------------------------


def text_of(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_task_goes_from_hand_to_hand_on_the_pages(
    ana: Person, teacher: Person, dan: Person, campaign: Campaign, client: Client
) -> None:
    base = "/en/atlas/campaigns/banci/"
    client.force_login(ana)
    client.post(f"{base}do/", {"do": "join", "shown_name": "Anișoara"})
    client.post(f"{base}tasks/1/do/", {"do": "lock"})
    place = spot(20, 20)
    drawn = client.post(f"{base}tasks/1/draw/", {"do": "keep", "a_seats": "4", "outline": f"{place.y}, {place.x}"})
    assert drawn.status_code == 302, text_of(drawn)[-1500:]
    assert "secret-7" not in client.get(f"{base}tasks/1/draw/", {"key": "old"}).content.decode()
    client.post(f"{base}tasks/1/do/", {"do": "submit"})
    client.force_login(teacher)
    assert "It is mapped well" in text_of(client.get(f"{base}tasks/1/"))
    client.post(f"{base}tasks/1/do/", {"do": "validate", "comment": "Good work."})
    client.force_login(dan)
    client.post(f"{base}tasks/1/do/", {"do": "approve"})
    assert Feature.objects.get(key="banci-1-1").properties == {"seats": 4}
    client.logout()
    page = text_of(client.get(base))
    assert "Of 2 tasks 1 are mapped, 1 validated, 1 approved." in page
    assert "Anișoara" in page
    assert "Ana" not in page.replace("Anișoara", "") and ana.email not in page


def test_a_wrong_drawing_gives_the_form_back(ana: Person, task: CampaignTask, client: Client) -> None:
    client.force_login(ana)
    answer = client.post("/en/atlas/campaigns/banci/tasks/1/draw/", {"a_seats": "-1", "outline": "47.66, 23.58"})
    assert answer.status_code == 422
    assert "47.66, 23.58" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_a_campaign_is_prepared_from_the_page(dan: Person, city: Organisation, benches: Layer, client: Client) -> None:
    client.force_login(dan)
    area = '{"type":"Polygon","coordinates":[[[23.58,47.65],[23.59,47.65],[23.59,47.66],[23.58,47.66],[23.58,47.65]]]}'
    said = {
        "code": "copaci", "title_ro": "Copaci", "owner": city.pk, "layer": benches.pk, "area": area, "side_m": "300",
        "tags": "natural=tree\nseats → seats",
    }  # fmt: skip
    made = client.post("/en/atlas/campaigns/new/", said)
    assert made.status_code == 302, text_of(made)[-1500:]
    assert Campaign.objects.get().tags == {"fixed": {"natural": "tree"}, "attributes": {"seats": "seats"}}
    assert CampaignTask.objects.count() == 12
    wrong = client.post("/en/atlas/campaigns/new/", said | {"code": "x", "tags": "tree"})
    assert "Line 1: write key=value." in text_of(wrong)


def test_strangers_look_and_do_not_run(ana: Person, campaign: Campaign, client: Client) -> None:
    base = "/en/atlas/campaigns/banci/"
    assert "Sign in to take part" in text_of(client.get(base))
    assert client.post(f"{base}tasks/1/do/", {"do": "lock"}).status_code == 302
    client.force_login(ana)
    assert client.get("/en/atlas/campaigns/new/").status_code == 403
    assert client.get(f"{base}approved.osc").status_code == 403
    client.post(f"{base}do/", {"do": "close"})
    assert Campaign.objects.get().state == "open"
    assert client.get(f"{base}certificate.pdf").status_code == 404


def test_a_certificate_is_printed_and_checked(
    ana: Person, teacher: Person, dan: Person, task: CampaignTask, client: Client
) -> None:
    approved(ana, teacher, dan, task)
    client.force_login(ana)
    client.post("/en/atlas/campaigns/banci/do/", {"do": "certify"})
    assert client.get("/en/atlas/campaigns/banci/certificate.pdf").content.startswith(b"%PDF")
    number = CampaignMember.objects.get(person=ana).certificate
    client.logout()
    page = text_of(client.get(f"/en/atlas/campaigns/certificates/{number}/"))
    assert "This certificate is genuine" in page
    assert "Ana" not in page
    assert client.get("/en/atlas/campaigns/certificates/0000/").status_code == 404


def test_what_is_not_approved_is_for_those_who_take_part_and_who_run_it(
    ana: Person, teacher: Person, dan: Person, campaign: Campaign, task: CampaignTask, client: Client
) -> None:
    key = draw(ana, task, properties={"seats": 17}).key
    actions.comment(by=ana, task=task, words="The owner of the shop helped me.")
    page = "/en/atlas/campaigns/banci/tasks/1/"
    shown = text_of(client.get(page))
    assert "17" not in shown and key not in shown and "the shop" not in shown and "Nothing yet" in shown
    for person in (ana, teacher, dan):
        client.force_login(person)
        shown = text_of(client.get(page))
        assert "17" in shown and key in shown and "the shop" in shown
    approved(ana, teacher, dan, task)
    client.logout()
    shown = text_of(client.get(page))
    assert key in shown and "the shop" not in shown


def test_openstreetmap_gets_nothing_that_only_the_owner_sees(
    ana: Person, teacher: Person, dan: Person, campaign: Campaign, task: CampaignTask
) -> None:
    key = draw(ana, task).key
    approved(ana, teacher, dan, task)
    now = ChangedFeature(key, 1, properties={"seats": 3, "inventory_number": "secret-8"})
    features.apply_changes(by=None, layer=campaign.layer, kind=ChangeKind.PACK, updates=[now])
    assert [properties for _shape, properties in queries.list_approved(campaign)] == [{"seats": 3}]
