"""Facts about the pages of rules and alarms."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.observations.actions.automations import notices, versions
from rivulus.observations.feeds import automation_pack, observation_pack
from rivulus.observations.models import Alarm, Automation, AutomationVersion, Maintenance, PublicNotice, Silence, Thing
from rivulus.observations.presenters.automation_words import explain
from rivulus.observations.rules.automations.grammar import parse
from rivulus.observations.tests.alarmed import RULE, TASK, look, person, say, signed_in, station, switched_on

pytestmark = pytest.mark.django_db
FOLDER = settings.PACK_DIR / "observations"


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def dan() -> Client:
    """A department."""
    return signed_in(person("Dan", Role.DEPARTMENT))


@pytest.fixture
def vasile() -> Client:
    """The dispatcher on duty."""
    return signed_in(person("Vasile", Role.DISPATCHER))


def words(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_everybody_reads_what_rules_do_and_only_the_duty_reads_their_text() -> None:
    switched_on(RULE.replace("air\n", "air\nsource: The law\n", 1))
    text = words(Client().get("/en/rules/"))
    assert "Dust" in text and "switched on" in text
    text = words(Client().get("/en/rules/dust/"))
    assert "Raise an alarm (warning)" in text and "for 10 minutes on end" in text and "The law" in text
    assert Client().get("/en/rules/dust/1/").status_code == 302
    vlad = signed_in(person("Vlad"))
    for address in ("/en/rules/dust/1/", "/en/rules/new/", "/en/alarms/"):
        assert vlad.get(address).status_code == 403
    assert Client().get("/en/rules/none/").status_code == 404


def test_what_rules_say_to_the_duty_and_about_private_things_is_for_the_duty(vasile: Client) -> None:
    """A code often says whose something is, and a message whom to call."""
    series = station("ward-7")
    Thing.objects.filter(pk=series.thing_id).update(is_public=False)
    text = RULE.replace("{property: pm10}", '{code: ["ward-7:pm10", "air-1:pm10"]}').replace(
        "{thing}: {value}", "Call Ion"
    )
    switched_on(text)
    versions.draft(by=None, code="dust", text=text.replace("50", "60"), note="Because of Ion")
    for address in ("/en/rules/", "/en/rules/dust/", "/api/v1/observations/rules?lang=en"):
        said = words(Client().get(address))
        assert "air-1:pm10" in said and ("…" in said or r"\u2026" in said)
        assert "ward-7" not in said and "Ion" not in said
    said = words(vasile.get("/en/rules/dust/"))
    assert "ward-7:pm10" in said and "Call Ion" in said and "Because of Ion" in said


def test_a_rule_is_written_by_a_form_checked_and_kept(dan: Client) -> None:
    observation_pack.load(by=None, folder=FOLDER)
    said = {
        "do": "guide", "property": "pm10", "direction": "above", "value": "50", "clear": "45", "minutes": "10",
        "severity": "warning", "roles": ["dispatcher"],
    }  # fmt: skip
    text = words(dan.post("/en/rules/new/", said))
    assert "PM10 particles above 50 µg/m³" in text and "What this rule means" in text and "right again from 45" in text
    assert not Automation.objects.exists()
    wrong = dan.post("/en/rules/new/", {**said, "clear": "55"})
    assert wrong.status_code == 400 and "wrong side" in words(wrong)
    kept = dan.post("/en/rules/new/", {"do": "save", "code": "dust", "text": RULE.replace("\n", "\r\n")})
    assert kept["Location"] == "/en/rules/dust/1/"
    assert AutomationVersion.objects.get().text == RULE
    again = dan.post("/en/rules/new/", {"do": "save", "code": "dust", "text": RULE})
    assert "exists already" in words(again)
    assert dan.post("/en/rules/new/", {"do": "save", "code": "new", "text": RULE}).status_code == 400


def test_faults_are_shown_at_their_line(dan: Client) -> None:
    response = dan.post("/en/rules/new/", {"do": "save", "code": "dust", "text": RULE.replace("above: 50", "above: x")})
    assert "Line 7" in words(response) and "A number is expected." in words(response)
    assert not Automation.objects.exists()


def test_a_second_person_confirms_on_the_page_and_the_author_cannot(dan: Client) -> None:
    dan.post("/en/rules/new/", {"do": "save", "code": "street", "text": RULE + TASK})
    page = words(dan.get("/en/rules/street/1/"))
    assert "somebody who did not write it" in page and "a second person confirms it first" in page
    dan.post("/en/rules/street/1/move/", {"do": "confirm"})
    assert AutomationVersion.objects.get().state == "draft"
    mara = signed_in(person("Mara", Role.DEPARTMENT))
    mara.post("/en/rules/street/1/move/", {"do": "confirm"})
    dan.post("/en/rules/street/1/move/", {"do": "activate"})
    assert AutomationVersion.objects.get().state == "active"
    assert "switched on" in words(dan.get("/en/rules/street/1/"))
    dan.post("/en/rules/street/1/move/", {"do": "retire"})
    assert AutomationVersion.objects.get().state == "retired"


def test_versions_show_what_changed(dan: Client) -> None:
    versions.draft(by=None, code="dust", text=RULE)
    dan.post(
        "/en/rules/dust/edit/", {"do": "save", "text": RULE.replace("above: 50", "above: 55"), "note": "Less often"}
    )
    page = words(dan.get("/en/rules/dust/2/"))
    assert "<ins>+       above: 55</ins>" in page and "<del>−       above: 50</del>" in page
    assert "Less often" in words(dan.get("/en/rules/dust/"))
    assert "settings of the city" in words(dan.get("/en/rules/dust/1/"))


def test_a_replay_is_a_sentence_a_chart_and_a_list(dan: Client) -> None:
    series = station()
    say(series, [(1, 55), (11, 60), (20, 10)], since=clock.now() - dt.timedelta(days=2))
    answer = dan.post("/en/rules/new/", {"do": "replay", "days": "30", "code": "dust", "text": RULE})
    page = words(dan.get(answer["Location"]))
    assert "the last 30 days would have raised 1 alarm." in page
    assert "Station air-1: PM10" in page and "9 min" in page and "<svg" in page
    number = answer["Location"].rstrip("/").rsplit("/", 1)[1]
    assert "above: 50" in words(dan.get(f"/en/rules/new/?replay={number}"))
    version = versions.draft(by=None, code="dust", text=RULE.replace("50", "5000"))
    answer = dan.post(f"/en/rules/dust/{version.number}/replay/", {"days": "7"})
    assert "would have raised 0 alarms" in words(dan.get(answer["Location"]))


def test_an_alarm_is_handled_from_its_page(vasile: Client, dan: Client) -> None:
    alarm = raised()
    page = words(vasile.get(f"/en/alarms/{alarm.pk}/"))
    assert "Dust" in page and "60 µg/m³" in page and "bound 50 µg/m³" in page and "<svg" in page
    assert "handled by the dispatcher" in words(dan.get(f"/en/alarms/{alarm.pk}/"))
    assert dan.post(f"/en/alarms/{alarm.pk}/handle/", {"do": "acknowledge"}).status_code == 403
    listed = words(vasile.get("/en/alarms/"))
    assert "1 alarm waits for somebody to see it." in listed and "Messages to your role" in listed
    vasile.post(f"/en/alarms/{alarm.pk}/handle/", {"do": "acknowledge", "acknowledge-note": "On my way"})
    assert "On my way" in words(vasile.get(f"/en/alarms/{alarm.pk}/"))
    vasile.post(f"/en/alarms/{alarm.pk}/handle/", {"do": "close"})
    assert Alarm.objects.get().state == "acknowledged", "closing needs a note"
    said = {"do": "silence", "silence-about": "thing", "silence-hours": "4", "silence-reason": "Sahara dust"}
    vasile.post(f"/en/alarms/{alarm.pk}/handle/", said)
    vasile.post(
        f"/en/alarms/{alarm.pk}/handle/", {"do": "maintain", "maintain-hours": "1", "maintain-reason": "New filter"}
    )
    assert "Sahara dust" in words(vasile.get("/en/alarms/")) and "New filter" in words(vasile.get("/en/alarms/"))
    vasile.post(f"/en/alarms/silences/{Silence.objects.get().pk}/end/")
    vasile.post(f"/en/alarms/maintenance/{Maintenance.objects.get().pk}/end/")
    assert "Sahara dust" not in words(vasile.get("/en/alarms/"))
    vasile.post(f"/en/alarms/{alarm.pk}/handle/", {"do": "close", "close-note": "Construction site"})
    assert Alarm.objects.get().state == "closed"
    assert "No alarm matches" in words(vasile.get("/en/alarms/"))
    assert "Dust" in words(vasile.get("/en/alarms/?state=closed&severity=warning&domain=air&search=air-1"))
    assert vasile.get("/en/alarms/?state=zzz&page=999").status_code == 200
    assert vasile.get("/en/alarms/999/").status_code == 404


def test_a_run_says_why(vasile: Client) -> None:
    alarm = raised()
    page = words(vasile.get(f"/en/rules/runs/{alarm.run_id}/"))
    assert "The value was 60 µg/m³; the bound is 50 µg/m³." in page and "It began at" in page
    assert "message: done" in page and ">55<" in page
    assert vasile.get("/en/rules/runs/99999/").status_code == 404
    assert "What became of it" in words(vasile.get("/en/rules/dust/"))


def test_notices_are_for_everybody_and_taken_down_by_the_duty(vasile: Client) -> None:
    text = {"ro": "Praf în aer", "en": "Dusty air", "hu": "Poros levegő"}
    notices.put_up(by=None, text=text, severity="warning", lasts=dt.timedelta(hours=1), is_simulated=True)
    page = words(Client().get("/en/notices/"))
    assert "Dusty air" in page and "simulated" in page
    assert "Praf în aer" in words(Client().get("/notices/")) and "Poros levegő" in words(Client().get("/hu/notices/"))
    vasile.post(f"/en/notices/{PublicNotice.objects.get().pk}/end/")
    assert "There is no notice now" in words(Client().get("/en/notices/"))


def test_hostile_words_stay_words(dan: Client) -> None:
    text = RULE.replace('en: "Dust"', 'en: "<script>alert(1)</script>"')
    dan.post("/en/rules/new/", {"do": "save", "code": "dust", "text": text})
    for address in ("/en/rules/", "/en/rules/dust/", "/en/rules/dust/1/"):
        assert "<script>alert" not in words(dan.get(address))


# The pack


def test_the_rules_of_the_city_are_all_readable_and_say_their_source() -> None:
    observation_pack.load(by=None, folder=FOLDER)
    for file in sorted((FOLDER / "automations").glob("*.yaml")):
        parsed = parse(file.read_text(encoding="utf-8"))
        assert parsed.rule is not None, (file.name, parsed.problems)
        assert parsed.rule.source and parsed.rule.domain
        for language in ("ro", "en", "hu"):
            with translation.override(language):
                explained = explain(parsed.rule)
            assert explained.when and explained.then


def test_the_pack_is_loaded_once_and_what_acts_on_the_street_waits() -> None:
    loaded = automation_pack.load(by=None, folder=FOLDER)
    assert not loaded.problems and len(loaded.added) >= 9
    assert "lamp-dimming-night" in loaded.added and "lamp-dimming-night" not in loaded.switched_on
    again = automation_pack.load(by=None, folder=FOLDER)
    assert not again.added and len(again.unchanged) == len(loaded.added)
    assert AutomationVersion.objects.filter(state="active").count() == len(loaded.switched_on)


def test_a_changed_file_is_a_new_version_unless_people_took_the_rule_over(tmp_path: Path) -> None:
    folder = tmp_path / "automations"
    folder.mkdir()
    (folder / "dust.yaml").write_text("active: true\n" + RULE)
    (folder / "bad.yaml").write_text("title: 5\n")
    loaded = automation_pack.load(by=None, folder=tmp_path)
    assert loaded.switched_on == ["dust"] and loaded.problems[0].startswith("bad.yaml: Line 1")
    (folder / "dust.yaml").write_text("active: true\n" + RULE.replace("50", "52"))
    assert automation_pack.load(by=None, folder=tmp_path).switched_on == ["dust"]
    versions.draft(by=person("Dan", Role.DEPARTMENT), code="dust", text=RULE.replace("50", "60"))
    (folder / "dust.yaml").write_text("active: true\n" + RULE.replace("50", "54"))
    assert automation_pack.load(by=None, folder=tmp_path).unchanged == ["dust"]


def raised() -> Alarm:
    """An alarm of this hour."""
    from rivulus.observations.tests import alarmed

    series = station()
    version = switched_on(at=clock.now() - dt.timedelta(hours=1))
    since = clock.now() - dt.timedelta(minutes=30)
    say(series, [(1, 55), (11, 60)], since=since)
    minutes = (clock.now() - alarmed.NOW) / alarmed.MINUTE
    look(version, minutes)
    return Alarm.objects.get()
