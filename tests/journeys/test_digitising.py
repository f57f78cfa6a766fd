"""A campaign of community digitising: taken, drawn, sent back, drawn better, validated, approved, and ready for others."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect

from tests.journeys.mapped import spot

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

TASK = "/atlas/campaigns/banci/tasks/1/"
COMMENT = "Lipsește banca de lângă fântână, iar cea din mijloc are patru locuri."
WIDE = {"width": 1280, "height": 900}


def test_ana_maps_is_told_what_to_do_better_and_three_people_bring_it_onto_the_map(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ana takes a task, clicks a bench into the map and hands the task over. Flavia says what is missing and sends it
    back. Ana reads it where she mapped, changes the one and draws the other by keyboard. Flavia validates, Dan approves;
    the file for OpenStreetMap holds both benches, and Ana stands on the leaderboard.
    """
    ana, flavia, dan = (new_browser(name, viewport=WIDE) for name in ("ana", "flavia", "dan"))
    ana.goto("/atlas/campaigns/banci/")
    ana.locator("#tasks ~ ul a, section:has(#tasks) ul a").first.click()
    ana.get_by_role("button", name=say("Take this task")).click()
    ana.get_by_role("link", name=say("Draw something new")).click()
    canvas = _drawable(ana)
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.45, "y": box["height"] / 2})
    expect(ana.locator("[name=outline]")).to_have_value(_is_place())
    ana.locator("[name=a_seats]").fill("3")
    picture(ana, "digitising")
    ana.get_by_role("button", name=say("Save"), exact=True).click()
    expect(ana.locator("main")).to_contain_text("banci-1-1")
    _press(ana, say("Hand over for validation"))

    flavia.goto(TASK)
    _press(flavia, say("Send it back to be mapped better"), "hm")
    expect(flavia.get_by_role("alert")).to_contain_text(say("Say what should be mapped better."))
    expect(flavia.locator("[name=comment]")).to_have_value("hm")
    _press(flavia, say("Send it back to be mapped better"), COMMENT)

    ana.goto(TASK)
    expect(ana.locator("section", has=ana.locator("#said"))).to_contain_text(COMMENT)
    ana.get_by_role("button", name=say("Take this task")).click()
    ana.locator("main li", has_text="banci-1-1").get_by_role("link", name=say("Edit")).click()
    ana.locator("[name=a_seats]").fill("4")
    ana.get_by_role("button", name=say("Save"), exact=True).click()
    ana.get_by_role("link", name=say("Draw something new")).click()
    canvas = _drawable(ana)
    canvas.focus()
    ana.keyboard.press("Enter")  # in the middle of the map, and so of the task
    expect(ana.locator("[name=outline]")).to_have_value(_is_place())
    ana.get_by_role("button", name=say("Save"), exact=True).click()
    _press(ana, say("Hand over for validation"))

    flavia.goto(TASK)
    _press(flavia, say("It is mapped well"))
    dan.goto(TASK)
    _press(dan, say("Approve: bring it onto the map"))
    expect(dan.get_by_role("status").first).to_contain_text(say("What was mapped is on the map now."))
    written = dan.request.get("/atlas/campaigns/banci/approved.osc")
    benches = ET.fromstring(written.body()).findall("./create/node")
    tags = [{tag.get("k"): tag.get("v") for tag in bench.findall("tag")} for bench in benches]
    assert sorted(tags, key=len) == [{"amenity": "bench"}, {"amenity": "bench", "seats": "4"}]
    ana.goto("/atlas/campaigns/banci/")
    expect(ana.locator("section", has=ana.locator("#board")).locator("tbody tr").first).to_contain_text("Anișoara")
    ana.goto("/atlas/layers/benches/")
    expect(ana.locator("main tbody").first).to_contain_text("banci-1-1")


def test_two_mappers_want_one_task_and_the_second_is_told(
    new_browser: Callable[..., Any], say: Callable[..., str]
) -> None:
    """Bogdan joins while Ana reads the task; he takes it. When Ana presses the button that her page still shows, she is
    told that somebody is at it, and where the other tasks are; nothing of Bogdan's is touched.
    """
    ana, bogdan = new_browser("ana"), new_browser("bogdan")
    bogdan.goto("/atlas/campaigns/banci/")
    bogdan.get_by_role("button", name=say("Take part")).click()
    for page in (ana, bogdan):
        page.goto(TASK)
    bogdan.get_by_role("button", name=say("Take this task")).click()
    expect(bogdan.get_by_role("link", name=say("Draw something new"))).to_be_visible()
    ana.get_by_role("button", name=say("Take this task")).click()
    expect(ana.get_by_role("alert")).to_contain_text(say("Somebody is mapping this task already; take another one."))
    expect(ana.get_by_role("button", name=say("Hand over for validation"))).to_have_count(0)
    ana.locator("main").get_by_role("link", name=say("See all tasks")).click()
    expect(ana).to_have_url(re.compile(r"/atlas/campaigns/banci/$"))
    bogdan.reload()
    expect(bogdan.get_by_role("button", name=say("Hand over for validation"))).to_be_visible()


def test_a_task_is_mapped_without_scripts(new_browser: Callable[..., Any], say: Callable[..., str]) -> None:
    """On an old phone Ana writes where the bench is. What lies outside of the task is not taken over, and says how far."""
    ana = new_browser("ana", java_script_enabled=False, viewport={"width": 320, "height": 640})
    inside, outside = spot(50, 50), spot(50, 400)
    ana.goto(TASK)
    ana.get_by_role("button", name=say("Take this task")).click()
    for place in (outside, inside):
        if place == inside:
            expect(ana.get_by_role("alert")).to_contain_text("banci-1-1")
            ana.locator("main li", has_text="banci-1-1").get_by_role("link", name=say("Edit")).click()
        else:
            ana.get_by_role("link", name=say("Draw something new")).click()
        ana.locator("[name=outline]").fill(place)
        ana.get_by_role("button", name=say("Save"), exact=True).click()
        _press(ana, say("Hand over for validation"))
    expect(ana.get_by_role("status").first).to_contain_text(say("Handed over for validation."))


def _drawable(page: Any) -> Any:
    """Return the map of a page once it takes what is drawn."""
    page.locator("rivulus-map").scroll_into_view_if_needed()
    expect(page.locator("rivulus-map[data-draws]")).to_be_visible()
    return page.locator("rivulus-map canvas")


def _press(page: Any, name: str, comment: str = "") -> None:
    if comment:
        page.locator("[name=comment]").fill(comment)
    page.get_by_role("button", name=name).click()


def _is_place() -> re.Pattern[str]:
    return re.compile(r"^47\.\d+, 23\.\d+$")
