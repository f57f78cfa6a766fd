"""What may be built at an address, and a plan that two people want to change."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import mapped

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

PLAN = f"/atlas/plans/{mapped.PLAN}/"


def test_ana_asks_at_an_address_what_may_be_built_and_takes_the_answer_with_her(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Ana types her address without accents and reads the zone, the indices, and that the flood area limits it; the page
    leads to the parcel, which says square metres; the PDF is one.
    """
    ana = new_browser(viewport={"width": 1280, "height": 900})
    ana.goto("/atlas/parcel/")
    ana.locator("main [name=q]").fill("crizantemelor 12")
    ana.locator("main form button").first.click()
    ana.locator("section", has=ana.locator("#places")).get_by_role("link").first.click()
    main = ana.locator("main")
    expect(main).to_contain_text("POT")
    expect(main).to_contain_text("Apele Române")
    main.get_by_role("link", name=mapped.PARCEL[:3]).first.click()
    expect(ana.locator("main h1")).to_contain_text(mapped.PARCEL[:3])
    expect(main).to_contain_text("m²")
    picture(ana, "parcel")
    sheet = ana.request.get(ana.get_by_role("link", name=say("Print (PDF)")).get_attribute("href"))
    assert sheet.headers["content-type"] == "application/pdf" and sheet.body().startswith(b"%PDF-")


def test_two_people_write_one_amendment_and_nobodys_words_are_lost(
    new_browser: Callable[..., Any], say: Callable[..., str]
) -> None:
    """Dan and Adela have the same draft open. Dan keeps his reason. Adela, who is slower, is told so, sees Dan's words and
    still has her own in the form; kept again, hers replace them, knowingly.
    """
    dan, adela = new_browser("dan"), new_browser("adela")
    dan.goto(PLAN)
    dan.locator("[name=title]").fill("Parc în loc de locuințe")
    dan.get_by_role("button", name=say("Begin an amendment")).click()
    dan.wait_for_url("**/amendments/*/")
    draft = dan.url
    adela.goto(draft)
    dan.locator("[name=reason]").fill("Cartierul nu are niciun parc.")
    dan.get_by_role("button", name=say("Keep the draft")).click()
    adela.locator("[name=reason]").fill("Blocurile noi cer mai mult verde.")
    adela.get_by_role("button", name=say("Keep the draft")).click()
    expect(adela.get_by_role("alert")).to_contain_text(
        say("Somebody else has changed this draft since you opened it; look at it again.")
    )
    expect(adela.locator("main")).to_contain_text("Cartierul nu are niciun parc.")
    expect(adela.locator("[name=reason]")).to_have_value("Blocurile noi cer mai mult verde.")
    adela.get_by_role("button", name=say("Keep the draft")).click()
    dan.goto(draft)
    expect(dan.locator("[name=reason]")).to_have_value("Blocurile noi cer mai mult verde.")


def test_a_zone_changed_by_two_amendments_is_changed_once(
    new_browser: Callable[..., Any], say: Callable[..., str]
) -> None:
    """Dan and Adela each change the same zone in an amendment of their own. Adela approves Dan's; it holds from today. Hers
    rests on a zone that is no longer so: Dan, who would approve it, is told, and the plan stays as his amendment made it.
    """
    dan, adela = new_browser("dan"), new_browser("adela")
    addresses = [_amend(page, title, say) for page, title in ((dan, "Mai puțin înalt"), (adela, "Mai înalt"))]
    adela.goto(addresses[0])
    _decide(adela, say)
    expect(adela.get_by_role("status").first).to_contain_text(say("Your decision is kept."))
    dan.goto(addresses[1])
    _decide(dan, say)
    expect(dan.get_by_role("alert")).to_be_visible()
    expect(dan.locator("[name=reason]")).to_have_value("Verificat pe teren.")
    visitor = new_browser()
    visitor.goto("/atlas/layers/zones/features/L1-23/")
    expect(visitor.locator("main")).to_contain_text("7")
    assert visitor.goto(addresses[1]).status == 404  # what is not approved is not public


def _amend(page: Any, title: str, say: Callable[..., str]) -> str:
    page.goto(PLAN)
    page.locator("[name=title]").fill(title)
    page.get_by_role("button", name=say("Begin an amendment")).click()
    page.wait_for_url("**/amendments/*/")
    address = str(page.url)
    page.locator("#zone-key").fill("L1-23")
    page.get_by_role("button", name=say("Change this zone, or draw a new one")).click()
    page.locator("[name=a_height_max_m]").fill("7" if "puțin" in title else "30")
    page.get_by_role("button", name=say("Keep in the draft")).click()
    page.locator("[name=reason]").fill("Așa a cerut cartierul.")
    page.locator("[name=effective_on]").fill(_today())
    page.get_by_role("button", name=say("Keep the draft")).click()
    page.get_by_role("button", name=say("Hand over for review")).click()
    expect(page.locator("#decide")).to_be_visible()
    return address


def _decide(page: Any, say: Callable[..., str]) -> None:
    page.locator("[name=reason]").fill("Verificat pe teren.")
    page.get_by_role("button", name=say("Approve"), exact=True).click()


def _today() -> str:
    from rivulus.kernel import clock

    return clock.today().isoformat()
