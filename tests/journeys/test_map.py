"""The map of the city: found, looked at, sent to somebody else, printed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_ana_finds_a_neighbourhood_and_sends_the_view(
    page: Any, new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ana opens the map, looks for Ferneziu without its accents' help, and goes there; what is there is said beside
    the map. She switches neighbourhoods on or off. The address is the view: Vlad, who gets it, sees the same layers at the same
    place. The sheet for printing shows what she looks at.
    """
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/atlas/")
    expect(page.locator("rivulus-map[data-drawn]")).to_be_visible()
    page.locator("#atlas-q").fill("fernezu")
    page.locator("#atlas-found a", has_text="Ferneziu").first.click()
    expect(page.locator(".atlas-here")).to_be_visible()
    expect(page).to_have_url(re.compile(r"#1\d\.\d\d/47\.\d+/23\.\d+"))

    box = page.locator("input[value=neighbourhoods]")
    if not box.is_visible():
        page.locator(".atlas-layers details:has(input[value=neighbourhoods]) summary").click()
    was = box.is_checked()
    box.set_checked(not was)
    expect(page).to_have_url(re.compile("layers=.*neighbourhoods" if not was else r"layers=(?!.*neighbourhoods)"))
    picture(page, "map")

    other = new_browser(viewport={"width": 1280, "height": 900})
    other.goto(page.url)
    expect(other.locator("rivulus-map[data-drawn]")).to_be_visible()
    assert other.locator("input[value=neighbourhoods]").is_checked() is not was
    assert other.url.partition("#")[2] == page.url.partition("#")[2]

    sheet = page.request.get("/atlas/map.pdf?layers=neighbourhoods&bounds=23.6,47.67,23.66,47.71")
    assert sheet.headers["content-type"] == "application/pdf"


def test_what_is_at_a_place_is_said_without_scripts(new_browser: Callable[..., Any], say: Callable[..., str]) -> None:
    """Without scripts the search answers with a page, and leads to what is at the place; the layers stand as tables."""
    page = new_browser(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto("/atlas/search/?q=ferneziu")
    page.locator("main ol a").first.click()
    expect(page.locator("main h1")).to_contain_text("Ferneziu")
    page.goto("/atlas/at/?lon=23.62&lat=47.69")
    expect(page.locator("main h1")).to_contain_text(say("What is here"))
