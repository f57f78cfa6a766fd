"""A project team tells how far it is."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import city

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]


def test_bogdan_reports_with_a_photo_and_the_list_of_what_is_owed_grows_shorter(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Bogdan opens the list of what is owed and reports on his project. He mistypes the share done and forgets the
    words of the photo: the page says where, and keeps what he wrote. He mends it; the report stands on the page of
    the project with its photo, and the project is no longer owed.
    """
    code = _make_bogdan_owe()
    page = new_browser("bogdan")
    page.goto("/projects/overdue/")
    owing = page.locator("main tbody tr").count()
    page.locator("tr", has_text=code).locator(f"a[href='/projects/{code}/report/']").click()
    page.locator("[name=status]").select_option("in_progress")
    page.locator("[name=percent]").fill("250")
    page.locator("[name=spent_eur]").fill("12.500")
    page.locator("[name=summary]").fill("Lucrările la prima stradă s-au terminat.")
    page.locator("[name=photo_1]").set_input_files(
        {"name": "strada.jpg", "mimeType": "image/jpeg", "buffer": city.photo()}
    )
    page.locator("main form button").first.click()
    expect(page.get_by_role("alert")).to_contain_text(say("Say what the photo shows, for those who cannot see it."))
    expect(page.locator("[name=percent]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=summary]")).to_have_value("Lucrările la prima stradă s-au terminat.")
    picture(page, "report")
    page.locator("[name=percent]").fill("25")
    page.locator("[name=photo_1]").set_input_files(
        {"name": "strada.jpg", "mimeType": "image/jpeg", "buffer": city.photo()}
    )
    page.locator("[name=caption_1]").fill("Strada după lucrări")
    page.locator("main form button").first.click()
    page.wait_for_url(f"**/projects/{code}/")
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Lucrările la prima stradă s-au terminat.")
    shown = page.get_by_role("img", name="Strada după lucrări")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 800)
    picture(page, "project")
    page.goto("/projects/overdue/")
    expect(page.locator("main tbody tr")).to_have_count(owing - 1)


def _make_bogdan_owe() -> str:
    from rivulus.identity.models import Person
    from rivulus.strategy.actions.teams import assign_member
    from rivulus.strategy.queries.projects import list_owing

    project = next(late.project for late in list_owing() if late.project.code != city.REPORTED)
    ioana, bogdan = (Person.objects.get(full_name=name) for name in ("Ioana", "Bogdan"))
    assign_member(by=ioana, project=project, person=bogdan)
    return str(project.code)
