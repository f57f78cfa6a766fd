"""Those on duty see what is wrong, see to it, and tell devices what to do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import expect

from tests.journeys import observed
from tests.journeys.test_keyboard import tab_to

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

NOTE = "Am trimis un coleg în piață; se mătură după târg."


def test_radu_finds_an_alarm_and_sees_to_it_by_keyboard(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Radu opens the duty page, finds the dust, reads why the rule fired, and acknowledges the alarm with a note, all
    without a mouse. Adela sees that somebody is at it, and who. Ana, who lives in the city, reads the notice.
    """
    radu = new_browser("radu", viewport={"width": 1280, "height": 900})
    radu.goto("/duty/")
    expect(radu.locator("main .number-figure").first).to_have_text("1")
    picture(radu, "duty")
    tab_to(radu, radu.locator("main tbody a", has_text="Praf în Piața Libertății"))
    radu.keyboard.press("Enter")
    radu.wait_for_url("**/alarms/*/")
    expect(radu.locator("main svg.chart-svg:visible").first).to_be_visible()
    picture(radu, "alarm")
    tab_to(radu, radu.locator("[name=acknowledge-note]"))
    radu.keyboard.type(NOTE)
    radu.keyboard.press("Tab")
    radu.keyboard.press("Enter")
    expect(radu.get_by_role("status").first).to_contain_text(say("Acknowledged. Nobody else is called."))
    expect(radu.locator("section", has=radu.locator("#history"))).to_contain_text(NOTE)
    radu.get_by_role("link", name=say("See why the rule fired")).click()
    expect(radu.locator("main")).to_contain_text("62")

    adela = new_browser("adela")
    adela.goto("/alarms/")
    row = adela.locator("main tbody tr", has_text="Praf în Piața Libertății")
    expect(row.first).to_contain_text(say("acknowledged"))
    row.first.get_by_role("link").first.click()
    expect(adela.locator("main")).to_contain_text("Radu")

    ana = new_browser()
    ana.goto("/notices/")
    expect(ana.locator("main")).to_contain_text("Aerul este prăfos.")
    assert ana.goto("/duty/").url.endswith("/account/login/?next=/duty/")


def test_radu_dims_a_simulated_lamp_on_an_old_phone(
    new_browser: Callable[..., Any],
    say: Callable[..., str],
    picture: Callable[[Any, str], None],
    settings: LazySettings,
) -> None:
    """Without scripts and on a narrow screen Radu asks a lamp for more than it has, is told so, and asks for less. The
    wish stands in the list; when the lamp has done it, the list and the duty page say so. Every page says that the lamp
    is simulated.
    """
    settings.RIVULUS_DEMO = True
    radu = new_browser("radu", java_script_enabled=False, viewport={"width": 320, "height": 640})
    radu.goto(_address_of_lamp())
    expect(radu.locator("main .notice").first).to_contain_text(say("Simulated"))
    radu.get_by_role("link", name=say("Control this device")).click()
    light = radu.locator("main input[type=number], main input[type=text]").first
    light.fill("140")
    radu.get_by_role("button", name=say("Tell the device")).click()
    assert light.evaluate("one => one.validity.rangeOverflow")
    light.fill("40")
    radu.get_by_role("button", name=say("Tell the device")).click()
    expect(radu.get_by_role("status").first).to_be_visible()
    told = radu.locator("main tbody tr")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("40")
    before = told.inner_text()
    _let_the_lamp_work()
    radu.reload()
    assert told.inner_text() != before
    picture(radu, "control")
    radu.goto("/duty/")
    expect(radu.locator("section", has=radu.locator("#tasks")).locator("tbody tr")).to_have_count(1)


def _address_of_lamp() -> str:
    from rivulus.observations.models import Datastream, Thing

    lamp = Thing.objects.get(code=observed.TASKED_LAMP)
    Thing.objects.filter(pk=lamp.pk).update(is_simulated=True)
    Datastream.objects.filter(thing=lamp).update(is_simulated=True)
    return f"/observations/things/{lamp.pk}/"


def _let_the_lamp_work() -> None:
    from rivulus.observations.actions import simulation

    simulation.tick(by=None)
