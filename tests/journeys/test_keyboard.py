"""The platform without a mouse."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import city

pytestmark = pytest.mark.journey

IS_FOCUSED = "one => one === document.activeElement"
FOCUS_SHOWS = """() => {
    const style = getComputedStyle(document.activeElement);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
}"""
MOST_STEPS = 250


def tab_to(page: Any, wanted: Any) -> int:
    """Press Tab until the focus is where it shall be; return how often. The focus must show at every step."""
    for step in range(1, MOST_STEPS + 1):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SHOWS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if wanted.evaluate(IS_FOCUSED):
            return step
    raise AssertionError("The focus never came there.")


def test_somebody_without_a_mouse_comes_from_the_home_page_to_a_criterion_and_changes_the_language(page: Any) -> None:
    """The first Tab shows the way past the menus; Enter takes it. From there Tab and Enter lead to the matrix, to a
    cell, to its criterion; then to the same page in Hungarian. The focus can always be seen.
    """
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    tab_to(page, page.locator("main a[href='/matrix/']").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/matrix/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.locator(f"main a.chip[href='/matrix/{city.PILLAR}1.1/']"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/matrix/{city.PILLAR}1.1/")
    tab_to(page, page.locator(".site-tools a[hreflang=hu]"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/hu/matrix/{city.PILLAR}1.1/")
    expect(page.locator("html")).to_have_attribute("lang", "hu")


def test_the_menu_of_a_phone_opens_by_keyboard(page: Any) -> None:
    """On a narrow screen the ways stand behind one button; it opens with Enter, and Tab goes through what it shows."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/")
    tab_to(page, page.locator(".site-menu summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".site-menu a[href='/projects/']"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/")


def test_ana_signs_in_by_keyboard(page: Any) -> None:
    """The form is filled in and sent with the keyboard alone."""
    from rivulus.identity.tests.people import PASSWORD

    page.goto("/account/login/")
    tab_to(page, page.locator("main [name=login]"))
    page.keyboard.type("ana@example.org")
    tab_to(page, page.locator("main [name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
