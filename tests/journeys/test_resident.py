"""What somebody does who lives in the city and wants to know."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import city

pytestmark = pytest.mark.journey


def test_ana_reads_where_the_city_stands_down_to_the_evidence(
    page: Any, say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ana opens the home page, in Romanian. She reads how many of the 127 criteria are met, opens the whole matrix,
    opens a cell, and finds the document that proves it and who said so, though no colleague's name.
    """
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ro")
    expect(page.locator("main .number").first).to_contain_text("127")
    picture(page, "home")
    page.get_by_role("link", name=say("Open the whole matrix")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Maturity matrix"))
    expect(page.locator("main a.chip")).to_have_count(127)
    picture(page, "matrix")
    page.locator(f"main a.chip[href='/matrix/{city.CRITERION}/']").click()
    evidence = page.locator("section", has=page.locator("#evidence"))
    expect(evidence.get_by_role("link", name="Hotărârea 17")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Ioana")
    picture(page, "criterion")


def test_ana_follows_a_project_to_its_photo(page: Any, say: Callable[..., str]) -> None:
    """Ana looks for a project, opens it, reads what the team reported and sees the photo with its words."""
    page.goto("/")
    page.locator("header nav a:visible", has_text=say("Projects")).click()
    page.locator("main summary", has_text=say("Choose projects")).click()
    page.locator("main [name=q]").fill("lideri")
    page.locator("main form button[type=submit]").first.click()
    page.locator("main tbody a").first.click()
    expect(page.locator("main")).to_contain_text("Două grupe și-au terminat cursurile.")
    shown = page.get_by_role("img", name="Prima grupă, în sala de curs")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 800)


def test_ana_looks_at_the_past_and_keeps_the_address(page: Any, say: Callable[..., str]) -> None:
    """Ana chooses a day of 2023 in the matrix; the page says that this is the past, and the address keeps the day, so
    that whoever she sends it to sees the same.
    """
    page.goto("/matrix/")
    page.locator("main [name=at]").fill("2023-06-30")
    page.locator("main form button[type=submit]").first.click()
    assert "at=2023-06-30" in page.url
    expect(page.locator("main .notice").first).to_contain_text(say("You are looking at the past"))
    page.get_by_role("link", name="Magyar").locator("visible=true").first.click()
    assert "/hu/matrix/" in page.url and "at=2023-06-30" in page.url
