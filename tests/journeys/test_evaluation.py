"""The city is frozen on a day, and printed."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]


def test_ioana_makes_an_evaluation_and_its_report_says_the_same_as_the_page(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ioana makes an evaluation. Ana asks for the printed report, downloads it, and reads in it the same title, the
    same number of criteria met and the same levels of the pillars as on the page.
    """
    ioana = new_browser("ioana")
    ioana.goto("/evaluations/")
    ioana.get_by_role("link", name=say("Make an evaluation")).click()
    ioana.locator("[name=kind]").select_option("interim_1")
    ioana.locator("[name=title]").fill("Prima evaluare intermediară")
    ioana.locator("main form button").first.click()
    expect(ioana.get_by_role("heading", level=1)).to_have_text("Prima evaluare intermediară")

    ana = new_browser("ana")
    ana.goto(ioana.url)
    picture(ana, "evaluation")
    levels = _levels(ana)
    met = ana.locator("main .number-figure").first.inner_text()
    romanian = ana.locator("#report-files li[lang=ro]")
    romanian.get_by_role("button", name=say("Make the report (PDF)")).click()
    with ana.expect_download() as waiting:
        romanian.get_by_role("link").first.click()
    printed = _text(waiting.value.path().read_bytes())
    assert "Prima evaluare intermediară" in printed
    assert re.search(rf"\b{met}\b", printed)
    assert len(levels) == 6
    for name, level in levels.items():
        assert re.search(rf"{re.escape(name)}[^0-9]{{0,60}}{level}\b", printed), f"{name}: {level}"


def _levels(page: Any) -> dict[str, str]:
    rows = page.locator("main table").first.locator("tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").nth(1).inner_text() for row in rows}


def _text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
