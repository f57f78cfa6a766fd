"""A table of the university becomes open data: uploaded, stopped for what is personal, answered, found, downloaded."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("own_city")]

# Decimal commas, dots for thousands, dates of Romania; the numbers of persons are valid and belong to nobody.
SCHOLARSHIPS = """Specializare;Bursă (lei);Data acordării;CNP
Mine;1.250,50;15.03.2026;1800101221144
Geologie;980,25;01.04.2026;2900202221157
Electronică;1.100,00;12.04.2026;1850303221164
"""


def test_flavia_publishes_a_table_without_what_is_personal_and_ana_finds_it(
    new_browser: Callable[..., Any], say: Callable[..., str], picture: Callable[[Any, str], None]
) -> None:
    """Flavia describes a dataset and uploads a CSV. Its decimal commas and dates are understood; the numbers of persons
    stop it. She cannot publish before she answers; she leaves the column out. Dan, a second person, publishes the dataset.
    Ana finds it by a word without its accents, sees rows, and the file that she downloads holds no number of a person.
    """
    flavia = new_browser("flavia", viewport={"width": 1280, "height": 900})
    flavia.goto("/catalog/manage/new/")
    flavia.locator("[name=title_ro]").fill("Bursele studențești")
    flavia.locator("[name=description_ro]").fill("Bursele acordate de universitate, pe specializări.")
    flavia.locator("[name=source]").select_option("file")
    flavia.locator("[name=theme]").first.check()
    flavia.get_by_role("button", name=say("Keep the draft")).click()
    flavia.get_by_role("link", name=say("Upload a file")).click()
    flavia.locator("[name=file]").set_input_files(
        {"name": "burse.csv", "mimeType": "text/csv", "buffer": SCHOLARSHIPS.encode("cp1250")}
    )
    flavia.get_by_role("button", name=say("Upload the file")).click()
    personal = flavia.locator("section", has=flavia.locator("#personal"))
    expect(personal).to_contain_text("CNP")
    publish = flavia.get_by_role("button", name=say("Publish these data"))
    expect(publish).to_be_disabled()
    picture(flavia, "upload")
    personal.locator("[type=radio][value=remove]").first.check()
    personal.get_by_role("button", name=say("Keep these answers")).click()
    publish.click()
    expect(flavia.locator("main")).to_contain_text(say("The data are published"))
    flavia.get_by_role("link", name=say("See the dataset")).click()
    address = str(flavia.url)
    code = address.rstrip("/").rpartition("/")[2]
    flavia.goto(f"/catalog/manage/datasets/{code}/")
    flavia.get_by_role("button", name=say("Propose for publication")).click()

    assert new_browser().goto(address).status == 404  # nobody sees it before a second person has
    dan = new_browser("dan")
    dan.goto(f"/catalog/manage/datasets/{code}/")
    dan.get_by_role("button", name=say("Publish"), exact=True).click()

    ana = new_browser(viewport={"width": 320, "height": 640})
    ana.goto("/catalog/")
    ana.locator("main [name=q]").first.fill("burse studentesti")
    ana.locator("main [name=q]").first.press("Enter")
    ana.locator("main").get_by_role("link", name="Bursele studențești").first.click()
    expect(ana.locator("main")).to_contain_text("1.250,5")
    link = ana.locator("main a[href$='.csv']").first.get_attribute("href")
    rows = list(csv.DictReader(io.StringIO(ana.request.get(link).body().decode("utf-8-sig"))))
    assert [set(row) for row in rows] == [{"specializare", "bursa_lei", "data_acordarii"}] * 3
    assert (rows[0]["bursa_lei"], rows[0]["data_acordarii"]) == ("1250.5", "2026-03-15")
