"""Rules: written with a form, tried on the past, and switched on; a second person stands behind those of the street."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import observed

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]


def test_dan_writes_a_rule_with_the_form_tries_it_on_the_past_and_switches_it_on(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Dan fills in the form, clears on the wrong side and is told so, mends it, and reads what his rule means. Replayed
    over the last week it would have raised one alarm at the station of the square. He keeps it, and switches it on.
    """
    dan = new_browser("dan", viewport={"width": 1280, "height": 900})
    dan.goto("/rules/")
    dan.get_by_role("link", name=say("Write a rule")).click()
    dan.locator("main summary", has_text=say("Fill in a form instead")).click()
    dan.locator("[name=property]").select_option("pm10")
    dan.locator("[name=value]").fill("60")
    dan.locator("[name=clear]").fill("65")
    guide = dan.get_by_role("button", name=say("Write the text for me"))
    guide.click()
    expect(dan.get_by_role("alert")).to_contain_text(say("This lies on the wrong side of the number above."))
    dan.locator("[name=clear]").fill("50")
    guide.click()
    expect(dan.locator("main")).to_contain_text(say("What this rule means"))
    expect(dan.locator("[name=text]")).to_have_value(re.compile("above: 60"))
    picture(dan, "rule")
    dan.locator("[name=code]").fill("praf-mult")
    dan.locator("[name=days]").select_option("7")
    dan.get_by_role("button", name=say("Replay"), exact=True).click()
    expect(dan.locator("main .lead")).to_contain_text("7")
    raised = dan.get_by_role("table", name=say("Alarms that would have been raised, the newest first"))
    # What the simulated stations would have raised depends on the day on which the tests run.
    expect(raised.locator("tbody tr", has_text=observed.STATION)).to_have_count(1)
    picture(dan, "replay")
    dan.get_by_role("link", name=say("Go on writing this rule")).click()
    dan.locator("[name=code]").fill("praf-mult")
    dan.get_by_role("button", name=say("Keep as a draft")).click()
    dan.wait_for_url("**/rules/praf-mult/1/")
    dan.get_by_role("button", name=say("Switch on"), exact=True).click()
    expect(dan.get_by_role("status").first).to_contain_text(say("The rule is switched on."))


def test_a_rule_that_acts_on_the_street_waits_for_a_second_person(
    new_browser: Callable[..., Any], say: Callable[..., str]
) -> None:
    """Radu writes a version of the rule that dims a lamp at night. He cannot switch it on and cannot confirm it himself.
    Dan, of the department, reads what changed and confirms; then Radu switches it on.
    """
    radu = new_browser("radu")
    radu.goto(f"/rules/{observed.DRAFT}/edit/")
    text = radu.locator("[name=text]")
    text.fill(text.input_value().replace("light: 60", "light: 55"))
    radu.locator("[name=note]").fill("Ceva mai puțină lumină.")
    radu.get_by_role("button", name=say("Keep as a draft")).click()
    radu.wait_for_url(f"**/rules/{observed.DRAFT}/2/")
    confirm, switch = (radu.get_by_role("button", name=say(words)) for words in ("Confirm this rule", "Switch on"))
    expect(confirm).to_be_disabled()
    expect(switch).to_be_disabled()

    dan = new_browser("dan")
    dan.goto(radu.url)
    expect(dan.locator("main ins").first).to_contain_text("light: 55")
    dan.get_by_role("button", name=say("Confirm this rule")).click()
    expect(dan.get_by_role("status").first).to_contain_text(say("Confirmed. The rule can be switched on now."))

    radu.reload()
    switch.click()
    expect(radu.get_by_role("status").first).to_contain_text(say("The rule is switched on."))
    expect(radu.locator("main")).to_contain_text("Dan")
