"""The essentials, in a browser that runs no scripts at all."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rivulus.identity.tests.people import PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]


def test_everything_essential_works_without_scripts(new_browser: Callable[..., Any], say: Callable[..., str]) -> None:
    """On an old phone without scripts: the menu opens, the projects are filtered and leafed through, a chart gives its
    numbers as a table, Ioana signs in and declares a state, and asks for the printed report.
    """
    page = new_browser(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto("/")
    page.locator(".site-menu summary").click()
    page.locator(".site-menu a[href='/projects/']").click()
    page.locator(".pagination a").last.click()
    assert "page=" in page.url
    page.locator("main summary", has_text=say("Choose projects")).click()
    page.locator("main [name=q]").fill("lideri")
    page.locator("main form button[type=submit]").first.click()
    assert page.locator("main tbody tr").count() == 1
    page.goto("/forecast/")
    page.locator("figure summary", has_text=say("See the table")).first.click()
    expect(page.locator("figure table").first).to_be_visible()

    page.goto("/account/login/?next=/matrix/E1.1/declare/")
    page.locator("[name=login]").fill("ioana@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.goto("/matrix/E1.1/declare/")
    page.locator("[name=state][value=in_progress]").check()
    page.locator("[name=reason]").fill("S-a început.")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("S-a început.")

    page.goto("/evaluations/")
    page.locator("main tbody a").first.click()
    page.locator("#report-files li[lang=hu] button").click()
    expect(page.locator("#report-files li[lang=hu] a")).to_be_visible()
