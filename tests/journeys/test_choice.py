"""What a sum of money would buy."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_ana_asks_what_two_million_would_buy(
    page: Any, say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ana gives a budget and sees which projects it should buy, what each brings, and what it leaves. She leaves one
    project out and the answer changes. Everything stands in the address.
    """
    page.goto("/forecast/choice/")
    page.locator("main [name=budget]").fill("2.000.000")
    page.locator("main form button[type=submit]").first.click()
    chosen = page.locator("section", has=page.locator("#projects")).locator("tbody tr")
    expect(chosen.first).to_be_visible()
    picture(page, "choice")
    first = chosen.first.locator("th a").first.inner_text()
    chosen.first.locator("td a").last.click()
    expect(page.locator("main [name=exclude]")).to_have_value(first)
    expect(chosen.locator("th a", has_text=first)).to_have_count(0)
    assert f"exclude={first}" in page.url


def test_what_cannot_be_is_said_to_be_impossible_and_why(page: Any) -> None:
    """Ten euros cannot lift a pillar to level 5; the page says so, and what stands in the way."""
    page.goto("/forecast/choice/?budget=10&horizon=2030&pillar=Mo&level=5")
    expect(page.locator("main .notice").first).to_be_visible()
    expect(page.locator("#answer")).to_have_count(0)
