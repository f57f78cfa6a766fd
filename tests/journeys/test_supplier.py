"""A supplier of devices looks after them: messages are checked, a key is made, and what is sent arrives."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rivulus.kernel import clock
from tests.journeys import observed

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]


def test_livia_reads_what_is_wrong_with_a_message_and_mends_it(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """A lamp of Livia's says its time and its power in words. The page says what is wrong with each, and stores nothing;
    mended, the message is right, and the page shows what would be stored.
    """
    livia, number = new_browser("livia"), _number()
    livia.goto("/check-a-device/")
    livia.locator("[name=message]").fill('{"phenomenonTime": "ieri", "result": "mult"}')
    livia.locator("[name=series]").fill(str(number))
    livia.get_by_role("button", name=say("Check the message")).click()
    expect(livia.locator("main li", has_text="ieri")).to_be_visible()
    expect(livia.locator("main li", has_text="mult")).to_be_visible()
    expect(livia.locator("main tbody")).to_have_count(0)
    picture(livia, "device")
    livia.locator("[name=message]").fill(json.dumps({"phenomenonTime": _now(), "result": 48.5}))
    livia.get_by_role("button", name=say("Check the message")).click()
    expect(livia.locator("main")).to_contain_text(say("The message is right."))
    expect(livia.locator("main tbody tr")).to_contain_text(str(number))


def test_livia_makes_a_key_and_what_her_device_sends_with_it_is_on_the_page(
    new_browser: Callable[..., Any], say: Callable[..., str], site: str, picture: Callable[[Any, str], None]
) -> None:
    """Livia makes a key; it is shown once. Her device sends with it, and the value stands in her space and on the public
    page of the series. A second time changes nothing. When she revokes the key, it opens nothing.
    """
    livia, number = new_browser("livia"), _number()
    livia.goto("/suppliers/")
    livia.get_by_role("link", name="Lămpi de Nord").click()
    livia.get_by_role("link", name=say("Keys"), exact=True).click()
    livia.locator("[name=name]").fill("Felinarul 12")
    livia.get_by_role("button", name=say("Make the key")).click()
    secret = livia.locator("main pre code").inner_text()
    assert re.fullmatch(r"rvk_[\w-]{43}", secret)
    livia.goto(f"/suppliers/{observed.SUPPLIER}/keys/")
    expect(livia.locator("main")).not_to_contain_text(secret)
    picture(livia, "keys")

    said = {"phenomenonTime": _now(), "result": 47.5}
    where = f"{site}/sensorthings/v1.1/Datastreams({number})/Observations"
    assert [_send(where, said, secret) for _ in range(2)] == [201, 201]
    livia.goto(f"/suppliers/{observed.SUPPLIER}/")
    expect(livia.locator("main tbody tr").first).to_contain_text("47,5")
    ana = new_browser()
    ana.goto(f"/observations/series/{number}/")
    expect(ana.locator("main .number-figure").first).to_contain_text("47,5")
    listed = ana.locator("section", has=ana.locator("#observations")).locator("tbody tr")
    expect(listed.filter(has_text="47,5")).to_have_count(1)

    livia.goto(f"/suppliers/{observed.SUPPLIER}/keys/")
    livia.locator("tr", has_text="Felinarul 12").get_by_role("button").click()
    expect(livia.get_by_role("status").first).to_be_visible()
    assert _send(where, said, secret) in {401, 403}


def _number() -> int:
    from rivulus.observations.models import Datastream

    return int(Datastream.objects.get(code=observed.LAMP_SERIES).pk)


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _send(where: str, said: dict[str, object], secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(where, json.dumps(said).encode(), headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
