"""A criterion of level 4 turns when two persons stand behind it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

CODE = "E4.3"


def test_ioana_declares_and_mara_confirms(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ioana declares a criterion of level 4 met; first she forgets the document, and is told so with her words kept.
    The cell does not turn yet, and she cannot confirm herself. Mara reads the document, confirms, and the cell turns.
    """
    ioana = new_browser("ioana")
    ioana.goto(f"/matrix/{CODE}/")
    ioana.get_by_role("link", name=say("Declare a state")).click()
    ioana.locator("[name=state][value=met]").check()
    ioana.locator("[name=reason]").fill("Rețeaua are cinci centre care lucrează împreună.")
    ioana.locator("main form button").first.click()
    expect(ioana.get_by_role("alert")).to_contain_text(
        say("A criterion is declared met with a document that proves it: give its title and address.")
    )
    expect(ioana.locator("[name=reason]")).to_have_value("Rețeaua are cinci centre care lucrează împreună.")
    ioana.locator("[name=document_title]").fill("Raportul centrelor")
    ioana.locator("[name=document_url]").fill("https://example.org/centre.pdf")
    ioana.locator("main form button").first.click()
    expect(ioana.get_by_role("status")).to_be_visible()
    _expect_cell(ioana, "not_met")

    ioana.goto("/assessments/")
    ioana.locator("tr", has_text=CODE).get_by_role("link", name=say("Confirm or refuse")).click()
    expect(ioana.locator("main")).to_contain_text(
        say("The person who declared a state cannot confirm it; ask a colleague.")
    )
    expect(ioana.locator("main form")).to_have_count(0)

    mara = new_browser("mara")
    mara.goto("/assessments/")
    mara.locator("tr", has_text=CODE).get_by_role("link", name=say("Confirm or refuse")).click()
    expect(mara.get_by_role("link", name="Raportul centrelor")).to_be_visible()
    picture(mara, "declaration")
    mara.locator("[name=verdict][value=confirmed]").check()
    mara.locator("main form button").first.click()
    expect(mara.get_by_role("status")).to_contain_text(
        say("Confirmed. The declaration counts in the matrix from now on.")
    )
    _expect_cell(mara, "met")


def _expect_cell(page: Any, state: str) -> None:
    page.goto("/matrix/")
    expect(page.locator(f"main a.chip[href='/matrix/{CODE}/']")).to_have_class(f"chip state-{state}")
