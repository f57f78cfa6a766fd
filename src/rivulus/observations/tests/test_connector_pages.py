"""Facts about the pages of connectors: who sees them, what they say, and what can be done there."""

import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from rivulus.identity.models import Person
from rivulus.identity.tests.conftest import *  # noqa: F403
from rivulus.observations.feeds.connectors import declared, running
from rivulus.observations.models import Connector, ConnectorRun, Thing
from rivulus.observations.tests.sources import say, source
from rivulus.observations.tests.test_connectors import respond


@pytest.fixture
def as_dan(dan: Person) -> Client:
    client = Client()
    client.force_login(dan)
    return client


def write(settings: LazySettings, folder: Path, url: str, **others: object) -> None:
    (folder / "observations").mkdir(exist_ok=True)
    given = {
        "code": "parking", "title": {"ro": "Parcări", "en": "Car parks", "hu": "Parkolók"}, "format": "datex2",
        "enabled": True, "allow_private": True, "retries": 0, "per_minute": 600, "every_min": 5,
        "requests": {"table": f"{url}/table", "status": f"{url}/status"}, **others,
    }  # fmt: skip
    document = {"connectors": [given, {"code": "wrong", "format": "soap"}]}
    (folder / "observations" / "connectors.yaml").write_text(json.dumps(document))
    settings.PACK_DIR = folder


def test_the_list_tells_what_is_declared_and_what_is_wrong_with_it(
    as_dan: Client, settings: LazySettings, tmp_path: Path
) -> None:
    write(settings, tmp_path, "https://parking.example")
    page = as_dan.get("/en/connectors/").content.decode()
    assert "Car parks" in page and "parking.example" in page and "switched off" in page
    assert "No format is called soap" in page
    assert "No source is asked" in page
    settings.RIVULUS_CONNECTORS = "1"
    page = as_dan.get("/en/connectors/").content.decode()
    assert "not asked yet" in page and "every 5 minutes" in page


def test_a_connector_shows_its_runs_and_what_was_wrong_in_words(
    as_dan: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.RIVULUS_CONNECTORS = "1"
    with source(respond) as url:
        write(settings, tmp_path, url)
        running.run(declared.list_switched_on()[0])
    page = as_dan.get("/en/connectors/parking/").content.decode()
    assert "works with faults" in page and "stored, but part of it was wrong" in page
    run = ConnectorRun.objects.get()
    page = as_dan.get(f"/en/connectors/parking/runs/{run.pk}/").content.decode()
    assert "BM2" in page and "has no zone" in page
    assert as_dan.get(f"/connectors/parking/runs/{run.pk + 1}/").status_code == 404
    assert as_dan.get("/connectors/nobody/").status_code == 404


def test_trying_a_connector_shows_the_first_values_and_stores_nothing(
    as_dan: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.RIVULUS_CONNECTORS = "1"
    with source(respond) as url:
        write(settings, tmp_path, url)
        page = as_dan.post("/en/connectors/parking/try/").content.decode()
    assert "5 values were read; nothing was stored." in page
    assert "free_places – Parcarea Millennium" in page and "has no zone" in page
    assert not Thing.objects.exists() and not ConnectorRun.objects.exists()


def test_a_trial_that_fails_says_why(as_dan: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.RIVULUS_CONNECTORS = "1"
    with source(lambda handler: say(handler, status=403)) as url:
        write(settings, tmp_path, url)
        page = as_dan.post("/en/connectors/parking/try/").content.decode()
    assert "does not let the city in (status 403)" in page


def test_without_the_operators_word_nothing_outside_is_asked(
    as_dan: Client, settings: LazySettings, tmp_path: Path
) -> None:
    asked: list[str] = []
    with source(lambda handler: asked.append(handler.path)) as url:
        write(settings, tmp_path, url)
        assert as_dan.post("/connectors/parking/try/").status_code == 302
        assert as_dan.post("/connectors/parking/change/", {"wish": "ask"}).status_code == 404
    assert not asked


def test_a_connector_is_paused_and_goes_on(as_dan: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.RIVULUS_CONNECTORS = "1"
    write(settings, tmp_path, "https://parking.example")
    as_dan.post("/connectors/parking/change/", {"wish": "pause"})
    assert Connector.objects.get().is_paused
    assert "paused" in as_dan.get("/en/connectors/parking/").content.decode()
    as_dan.post("/connectors/parking/change/", {"wish": "resume"})
    assert not Connector.objects.get().is_paused
    as_dan.post("/connectors/parking/change/", {"wish": "ask"})
    assert as_dan.post("/connectors/parking/change/", {"wish": "magic"}).status_code == 404


@pytest.mark.parametrize("path", ["/connectors/", "/connectors/parking/", "/connectors/parking/runs/1/"])
def test_residents_and_guests_do_not_see_connectors(path: str, as_ana: Client, client: Client) -> None:
    assert as_ana.get(path).status_code == 403
    assert client.get(path).status_code == 302


def test_pages_of_connectors_are_read_in_three_languages(
    as_dan: Client, settings: LazySettings, tmp_path: Path
) -> None:
    write(settings, tmp_path, "https://parking.example")
    assert "Parcări" in as_dan.get("/connectors/").content.decode()
    assert "Parkolók" in as_dan.get("/hu/connectors/parking/").content.decode()


def test_the_command_asks_and_tries(
    db: None, settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with source(respond) as url:
        write(settings, tmp_path, url)
        call_command("ask_connector", "parking", "--dry-run")
        assert "5 values of 1 things; nothing was stored." in capsys.readouterr().out
        call_command("ask_connector", "parking")
        assert "5 values, 5 new, 1 faults." in capsys.readouterr().out
    for code, sentence in (("nobody", "No connector is called nobody"), ("wrong", "soap"), ("parking", "reached")):
        with pytest.raises(CommandError, match=sentence):
            call_command("ask_connector", code)
