"""Becoming the administrator, signing in, and the second step."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rivulus.identity.tests.people import PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

STEP_S = 30  # how long a code of RFC 6238 lasts


def test_whoever_opens_the_first_link_becomes_the_administrator_once(
    new_browser: Callable[..., Any], say: Callable[..., str]
) -> None:
    """The platform has no administrator. Sanda opens the link that the first start printed, types a password that is
    too easy and is told so, then a better one, and sees the people of the platform. The link works no second time.
    """
    link = _issue_link()
    sanda = new_browser()
    sanda.goto(link)
    sanda.locator("[name=full_name]").fill("Sanda Mureșan")
    sanda.locator("[name=email]").fill("sanda@example.org")
    _type_twice(sanda, "1234567890")
    expect(sanda.get_by_role("alert")).to_be_visible()
    expect(sanda.locator("[name=full_name]")).to_have_value("Sanda Mureșan")
    _type_twice(sanda, "gutinul-se-vede-din-piața-veche")
    expect(sanda.get_by_role("status").first).to_contain_text(say("You are the administrator now."))
    sanda.goto("/people/")
    expect(sanda.locator("main tbody tr", has_text="Sanda Mureșan")).to_be_visible()
    second = new_browser()
    assert second.goto(link).status == 410


def test_ioana_signs_in_and_sets_up_her_second_step(new_browser: Callable[..., Any], say: Callable[..., str]) -> None:
    """Ioana mistypes her password, then signs in. Her role deserves a second step: she is led there, writes her
    password once more, reads the secret into her phone, and writes the code. The next time the password alone is not enough.
    """
    page = new_browser()
    page.goto("/account/login/")
    _sign_in(page, "not-her-password")
    expect(page.get_by_role("alert")).to_be_visible()
    _sign_in(page, PASSWORD)
    page.get_by_role("link", name=say("Set it up now")).click()
    _once_more(page)
    secret = page.locator("main code").inner_text()
    page.locator("[name=code]").fill(_code(secret, 0))
    page.locator("main form button").first.click()
    expect(page.locator("main [name=code]")).to_have_count(0)

    again = new_browser()
    again.goto("/account/login/")
    _sign_in(again, PASSWORD)
    again.locator("[name=code]").fill(_code(secret, 1))
    again.locator("main form button").first.click()
    again.wait_for_url("**/desk/")
    expect(again.get_by_role("heading", level=1)).to_be_visible()


def _sign_in(page: Any, password: str) -> None:
    page.locator("[name=login]").fill("ioana@example.org")
    page.locator("[name=password]").fill(password)
    page.locator("main form button").first.click()


def _once_more(page: Any) -> None:
    page.wait_for_url("**/account/reauthenticate/**")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()


def _type_twice(page: Any, password: str) -> None:
    page.locator("[name=password]").fill(password)
    page.locator("[name=password_again]").fill(password)
    page.locator("main form button").first.click()


def _issue_link() -> str:
    from rivulus.identity.actions import issue_first_link
    from rivulus.identity.models import Membership
    from rivulus.identity.terms import Role
    from rivulus.kernel import clock

    Membership.objects.filter(role=Role.ADMINISTRATOR).update(ended_at=clock.now())
    link = issue_first_link()
    assert link
    return link


def _code(secret: str, steps_ahead: int) -> str:
    """Return what the phone shows, now or half a minute later (the same code is not taken twice)."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // STEP_S + steps_ahead)))
