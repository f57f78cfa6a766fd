"""Yearly values come in as a file."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

HEAD = "indicator;place;year;value;text;source\r\n"
GOOD = "E-01;baia_mare;2025;38,25;;Registrul comerțului\r\n"
WRONG = "E-04;baia_mare;două mii;3;;Registrul comerțului\r\n"


def test_dan_imports_a_file_with_a_wrong_line_mends_it_and_confirms(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Dan uploads a file in which a year is written in words. He is told the line, the column and the remedy, and
    nothing is kept. He uploads the mended file, sees what it would change, says yes, and the value stands on the page
    of the indicator with its source.
    """
    page = new_browser("dan")
    page.goto("/indicators/")
    page.get_by_role("link", name=say("Import values")).click()
    _upload(page, HEAD + GOOD + WRONG)
    fault = page.locator("main table").first.locator("tbody tr")
    expect(fault).to_have_count(1)
    expect(fault.locator("th")).to_have_text("3")
    expect(page.locator("main form[method=post]")).to_have_count(0)
    picture(page, "import")
    page.get_by_role("link", name=say("Choose another file")).click()
    _upload(page, HEAD + GOOD)
    expect(page.locator("main tbody tr")).to_contain_text("38,25")
    if page.locator("[name=checked]").count():
        page.locator("[name=checked]").check()
    page.get_by_role("button", name=say("Import all of it")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto("/indicators/E-01/")
    expect(page.locator("main .panel").first).to_contain_text("38,25")
    expect(page.locator("main")).to_contain_text("Registrul comerțului")


def _upload(page: Any, text: str) -> None:
    file = {"name": "valori.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form button").first.click()
