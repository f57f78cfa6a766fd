"""Facts about dashboards: what may be declared, and what is shown."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.feeds import dashboards as feed
from rivulus.observations.rules.dashboards import PanelKind, read_dashboard
from rivulus.observations.tests.places import make_series, make_station, measure
from rivulus.observations.tests.test_views_things import dispatcher

NOW = dt.datetime(2026, 11, 20, 9, 10, tzinfo=dt.UTC)
WORDS = {"ro": "Aer", "en": "Air", "hu": "Levegő"}
GOOD: dict[str, Any] = {
    "code": "air",
    "title": WORDS,
    "lead": WORDS,
    "panels": [{"kind": "number", "title": WORDS, "property": "pm10"}],
}


def test_the_pack_s_own_dashboards_are_in_order() -> None:
    found = feed.list_dashboards(with_duty=True)
    assert {one.code for one in found} == {"air", "moving", "saving", "dispatch"}
    assert {one.code for one in feed.list_dashboards()} == {"air", "moving", "saving"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "../etc"}, "needs a code"),
        ({"audience": "mayor"}, "audience"),
        ({"panels": []}, "between 1 and 24"),
        ({"title": {"ro": "Aer"}}, "title needs words"),
        ({"panels": [{"kind": "pie", "title": WORDS}]}, "no kind of panel"),
        ({"panels": [{"kind": "number", "title": WORDS}]}, "neither a property nor series"),
        ({"panels": [{"kind": "list", "title": WORDS, "domain": "moon"}]}, "no domain"),
        ({"panels": [{"kind": "number", "title": WORDS, "property": "x", "colour": "red"}]}, "nobody reads: colour"),
        ({"panels": [{"kind": "text", "title": WORDS}]}, "without a text"),
        (
            {"panels": [{"kind": "chart", "title": WORDS, "property": "x", "limits": [{"label": WORDS}]}]},
            "without a number",
        ),
        ({"panels": "all"}, "between 1 and 24"),
    ],
)
def test_what_is_declared_wrongly_is_refused_at_its_place(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_dashboard({**GOOD, **change})


def test_a_document_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(Refused):
        read_dashboard(["air"])


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, settings: Any) -> None:
    settings.PACK_DIR = tmp_path
    folder = tmp_path / "observations" / "dashboards"
    folder.mkdir(parents=True)
    (folder / "broken.yaml").write_text("code: [")
    with pytest.raises(Refused, match=r"broken\.yaml"):
        feed.list_dashboards()


@pytest.fixture
def board(tmp_path: Path, settings: Any) -> dict[str, Any]:
    panels = [
        {
            "kind": str(kind),
            "title": {**WORDS, "en": f"Panel {kind}"},
            "property": "pm10",
            "domain": "air",
            "text": WORDS,
        }
        for kind in PanelKind
    ]
    settings.PACK_DIR = tmp_path
    folder = tmp_path / "observations" / "dashboards"
    folder.mkdir(parents=True)
    declared = {**GOOD, "panels": panels}
    (folder / "air.yaml").write_text(yaml.safe_dump(declared))
    (folder / "duty.yaml").write_text(yaml.safe_dump({**declared, "code": "duty", "audience": "duty"}))
    return declared


def test_every_kind_of_panel_is_shown_with_what_was_measured(db: None, board: dict[str, Any], client: Client) -> None:
    with clock.frozen(NOW):
        for number, code in enumerate(("libertatii", "garii")):
            measure(make_series(make_station(code)), [20.0 + number, 30.0 + number])
        page = client.get("/en/dashboards/air/").content.decode()
    assert all(f"Panel {kind}" in page for kind in PanelKind)
    assert "30.5" in page  # the mean of the newest of both
    assert "from 2 series" in page
    assert "http://testserver/en/dashboards/air/ · today at " in page  # on paper: from where, and when


def test_a_number_never_adds_simulated_values_to_real_ones(db: None, board: dict[str, Any], client: Client) -> None:
    with clock.frozen(NOW):
        measure(make_series(make_station("invented", is_simulated=True), is_simulated=True), [90.0])
        assert "90" in client.get("/en/dashboards/air/").content.decode().split("Panel number")[1][:400]
        measure(make_series(make_station("real")), [30.0])
        shown = client.get("/en/dashboards/air/").content.decode().split("Panel number")[1][:400]
    assert "<strong>30</strong>" in shown


def test_a_dashboard_stands_in_another_page_without_scripts_or_session(
    db: None, board: dict[str, Any], client: Client
) -> None:
    answer = client.get("/en/dashboards/air/embed/")
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "script" not in answer["Content-Security-Policy"]
    assert "<script" not in answer.content.decode()
    assert not answer.cookies


def test_a_dashboard_for_duty_is_for_those_on_duty(db: None, board: dict[str, Any], client: Client) -> None:
    assert client.get("/dashboards/duty/").status_code == 404
    assert client.get("/dashboards/duty/embed/").status_code == 404
    client.force_login(dispatcher())
    assert client.get("/dashboards/duty/").status_code == 200
    assert client.get("/dashboards/duty/embed/").status_code == 404


def test_an_unknown_dashboard_is_not_found(db: None, client: Client) -> None:
    assert client.get("/dashboards/moon/").status_code == 404
