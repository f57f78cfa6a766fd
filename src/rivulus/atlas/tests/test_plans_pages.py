"""Facts about the pages of plans and parcels: what whom is shown, and how an amendment goes through by hand."""

import re
from typing import Any

import pytest
from django.test import Client

from rivulus.atlas.actions import plans as actions
from rivulus.atlas.models import Amendment, Plan
from rivulus.atlas.presenters import parcel_print
from rivulus.atlas.queries import parcels as queries
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.tests.layers import make_city
from rivulus.atlas.tests.test_plans import NOW, PARCEL, TODAY, drafted, fill, make_layer, plan, plot
from rivulus.identity.models import Person
from rivulus.kernel import clock

__all__ = ["plan"]
WITHIN = plot(10, 10, 20, 20).centroid


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


def text_of(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_position_is_told_its_zone_and_limits(plan: Plan, client: Client) -> None:
    page = text_of(client.get("/en/atlas/parcel/", {"lon": WITHIN.x, "lat": WITHIN.y}))
    assert "L1: Locuințe" in page
    assert "at most 35" in page
    assert "Secret Vlad" not in page


def test_a_position_may_be_typed(plan: Plan, client: Client) -> None:
    page = text_of(client.get("/en/atlas/parcel/", {"q": f"{WITHIN.y:.5f}, {WITHIN.x:.5f}"}))
    assert "L1: Locuințe" in page


@pytest.mark.parametrize("asked", ["0, 0, 0", "abc", "999, 999", "'; drop table", "1,x"])
def test_what_cannot_be_read_is_no_error(plan: Plan, client: Client, asked: str) -> None:
    assert "Nothing found" in text_of(client.get("/en/atlas/parcel/", {"q": asked}))


def test_a_parcel_is_found_and_told_square_metres(plan: Plan, client: Client) -> None:
    parcels = make_layer("parcels", PARCEL)
    fill(parcels, NewFeature(plot(80, 0, 80, 50), {"cadastral_number": "101", "owner": "Vlad"}, "p1"))
    assert "101" in text_of(client.get("/en/atlas/parcel/", {"q": "101"}))
    page = text_of(client.get("/en/atlas/parcel/p1/"))
    assert "75% of the parcel" in page.replace(" %", "%")
    assert "2,100 m² may be built over" in page
    assert "Vlad" not in page


def test_an_unknown_parcel_and_a_hidden_plan_are_not_there(plan: Plan, client: Client) -> None:
    assert client.get("/en/atlas/parcel/nothing/").status_code == 404
    plan.layer.visibility = "owner"
    plan.layer.save(update_fields=["visibility"])
    assert client.get("/en/atlas/plans/pug/").status_code == 404


def test_the_answer_of_another_day_says_so(plan: Plan, client: Client) -> None:
    page = text_of(client.get("/en/atlas/parcel/", {"lon": WITHIN.x, "lat": WITHIN.y, "on": "2019-05-01"}))
    assert "not today" in page
    assert "No plan kept here covers this place" in page


def test_an_amendment_goes_from_a_draft_to_a_decision(plan: Plan, dan: Person, mara: Person, client: Client) -> None:
    client.force_login(dan)
    made = client.post("/en/atlas/plans/pug/propose/", {"title": "A park"})
    base = "/en/atlas/plans/pug/amendments/1/"
    assert made["Location"] == base
    client.post(
        f"{base}move/",
        {
            "do": "describe",
            "revision": 1,
            "title": "A park",
            "reason": "The river floods.",
            "effective_on": "2027-03-01",
        },
    )
    form = client.get(f"{base}zone/", {"key": "z1"})
    assert "Polygon" in form.content.decode()
    outline = form.context["form"].initial["outline"]
    kept = client.post(
        f"{base}zone/", {"revision": 2, "key": "z1", "seen": 1, "a_zone": "V1", "outline": outline, "do": "keep"}
    )
    assert kept.status_code == 302, kept.content.decode()[-3000:]
    assert "The outline stays." in text_of(client.get(base))
    client.post(f"{base}move/", {"do": "submit", "revision": 3})
    assert "second person" in text_of(client.get(base))
    assert Amendment.objects.get().state == "review"
    client.force_login(mara)
    client.post(f"{base}decide/", {"do": "approve", "reason": "Agreed by the council."})
    client.logout()
    page = text_of(client.get(base))
    assert "Approved" in page
    assert "Dan" not in page and "Mara" not in page
    spot = {"lon": WITHIN.x, "lat": WITHIN.y}
    assert "A park" in text_of(client.get("/en/atlas/parcel/", spot))
    assert "V1" in text_of(client.get("/en/atlas/parcel/", spot | {"on": "2027-03-01"}))


def test_a_zone_that_cannot_be_drawn_gives_the_form_back(plan: Plan, dan: Person, client: Client) -> None:
    made = actions.propose(by=dan, plan=plan, title="A bow tie")
    client.force_login(dan)
    bow = '{"type":"Polygon","coordinates":[[[23.5,47.6],[23.6,47.7],[23.6,47.6],[23.5,47.7],[23.5,47.6]]]}'
    answer = client.post(
        f"/en/atlas/plans/pug/amendments/{made.number}/zone/",
        {"revision": 1, "key": "z9", "a_zone": "V1", "outline": bow, "do": "keep"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "crosses itself" in page
    assert "23.6" in page


def test_drafts_are_for_editors_only(plan: Plan, dan: Person, ana: Person, client: Client) -> None:
    waiting = drafted(dan, plan)
    address = f"/en/atlas/plans/pug/amendments/{waiting.number}/"
    assert client.get(address).status_code == 404
    client.force_login(ana)
    assert client.get(address).status_code == 404
    for verb in ("move", "decide", "zone"):
        assert client.post(f"{address}{verb}/", {"do": "approve", "reason": "I say so."}).status_code == 403


def test_nothing_is_done_by_reading(plan: Plan, dan: Person, client: Client) -> None:
    client.force_login(dan)
    drafted(dan, plan)
    before = list(Amendment.objects.values_list("state", "revision"))
    assert client.get("/en/atlas/plans/pug/propose/").status_code == 405
    for address in ("amendments/1/move/", "amendments/1/decide/"):  # a refusal that is loaded again
        assert client.get(f"/en/atlas/plans/pug/{address}")["Location"] == "/en/atlas/plans/pug/amendments/1/"
    assert list(Amendment.objects.values_list("state", "revision")) == before


@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_the_answer_is_printed(plan: Plan, language: str) -> None:
    report = queries.describe(plot(80, 0, 80, 50), TODAY)
    pdf = parcel_print.build_pdf(report, title="Parcela 101", language=language, made_at=NOW)
    assert pdf.startswith(b"%PDF")


def test_a_print_is_asked_for_by_position(plan: Plan, client: Client) -> None:
    answer = client.get("/en/atlas/parcel/print.pdf", {"lon": WITHIN.x, "lat": WITHIN.y})
    assert answer["Content-Type"] == "application/pdf"
    assert client.get("/en/atlas/parcel/print.pdf").status_code == 404


def test_the_list_of_plans_says_what_to_do_where_there_is_none(db: None, client: Client) -> None:
    make_city()
    assert "No plan is kept here yet" in text_of(client.get("/en/atlas/plans/"))


def test_a_plan_shows_what_its_zones_allow(plan: Plan, client: Client) -> None:
    page = text_of(client.get("/en/atlas/plans/pug/"))
    assert "L1: Locuințe" in page
    assert "2 zones today" in page
