"""Facts about the pages of evaluations, and about asking for and downloading printed reports."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.strategy import models
from rivulus.strategy.actions.annual import ask_report
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.presenters import annual
from rivulus.strategy.terms import EvaluationKind
from rivulus.ui.printing.typesetting import TypesettingError

PDF = b"%PDF-1.7 <</Type/Pages/Count 17>>"
TYPED = {"kind": "annual", "at": "2025-12-31", "title": "Raport 2025", "note": "Notă"}

ClientOf = Callable[[Person], Client]


@pytest.fixture
def pair(city: None, ioana: Person) -> tuple[models.Evaluation, models.Evaluation]:
    """Two evaluations, the second with something that moved."""
    first = make_evaluation(by=ioana, kind=EvaluationKind.EX_ANTE, at=dt.date(2022, 12, 31), title="Ex-ante")
    models.Assessment.objects.create(
        criterion=models.Criterion.objects.get(code="E1.4"),
        state="met",
        basis="declared",
        valid_from=dt.date(2025, 1, 1),
        reason="fapt",
        declared_by=ioana,
        declared_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    )
    second = make_evaluation(by=ioana, kind=EvaluationKind.ANNUAL, at=dt.date(2025, 12, 31), title="Raport 2025")
    return first, second


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages in which a report was made; the typesetting itself is tried elsewhere."""
    made: list[str] = []

    def build(content: Any, *, language: str) -> bytes:
        made.append(language)
        return PDF

    monkeypatch.setattr(annual, "build_pdf", build)
    return made


@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
def test_everybody_reads_evaluations_in_every_language(
    prefix: str, client: Client, pair: tuple[models.Evaluation, models.Evaluation]
) -> None:
    first, second = pair
    for path in (
        "/evaluations/",
        f"/evaluations/{second.pk}/",
        f"/evaluations/compare/?a={first.pk}&b={second.pk}",
        "/evaluations/compare/",
    ):
        answer = client.get(prefix + path)
        assert answer.status_code == 200, path
    assert "E1.4" in client.get(f"{prefix}/evaluations/{second.pk}/").content.decode()


@pytest.mark.parametrize("path", ["/evaluations/999/", "/evaluations/999/snapshot.json", "/evaluations/999/report/ro/"])
def test_what_does_not_exist_is_not_found(path: str, client: Client, city: None) -> None:
    assert client.get(path).status_code == 404


def test_a_report_exists_in_three_languages_only(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation]
) -> None:
    assert client.post(f"/evaluations/{pair[0].pk}/report/de/").status_code == 404


def test_pages_ask_a_bounded_number_of_questions(
    client: Client,
    pair: tuple[models.Evaluation, models.Evaluation],
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    first, second = pair
    for path, most in (
        ("/evaluations/", 4),
        (f"/evaluations/{second.pk}/", 5),
        (f"/evaluations/compare/?a={first.pk}&b={second.pk}", 4),
    ):
        with django_assert_max_num_queries(most):
            client.get(path)


def test_a_visitor_signs_in_before_making_an_evaluation(client: Client, city: None) -> None:
    answer = client.get("/evaluations/new/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_who_may_not_make_an_evaluation_is_told_so(city: None, vlad: Person, client_of: ClientOf) -> None:
    assert client_of(vlad).get("/evaluations/new/").status_code == 403
    assert client_of(vlad).post("/evaluations/new/", TYPED).status_code == 403
    assert not models.Evaluation.objects.exists()
    assert "Only the strategy unit" in client_of(vlad).get("/en/evaluations/").content.decode()


def test_the_strategy_unit_makes_an_evaluation_once_however_often_it_presses(
    city: None, ioana: Person, client_of: ClientOf
) -> None:
    client = client_of(ioana)
    places = {client.post("/evaluations/new/", TYPED)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert client.get(places.pop()).status_code == 200
    assert models.Evaluation.objects.get().note == "Notă"


def test_a_refused_evaluation_keeps_what_was_typed(city: None, ioana: Person, client_of: ClientOf) -> None:
    answer = client_of(ioana).post("/en/evaluations/new/", TYPED | {"at": "2090-01-01"})
    assert answer.status_code == 422
    assert "has not come yet" in answer.content.decode()
    assert "Raport 2025" in answer.content.decode()


def test_the_downloaded_snapshot_hashes_to_the_digest(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation]
) -> None:
    answer = client.get(f"/evaluations/{pair[1].pk}/snapshot.json")
    assert hashlib.sha256(answer.content).hexdigest() == pair[1].digest
    again = client.get(f"/evaluations/{pair[1].pk}/snapshot.json", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_comparison_puts_the_earlier_evaluation_first(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation]
) -> None:
    first, second = pair
    there = client.get(f"/evaluations/compare/?a={first.pk}&b={second.pk}").context["view"].changes
    back = client.get(f"/evaluations/compare/?a={second.pk}&b={first.pk}").context["view"].changes
    assert there == back
    assert [row.code for row in there.criteria] == ["E1.4"]


def test_anybody_has_a_report_made_and_downloads_it(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation], printed: list[str]
) -> None:
    url = f"/evaluations/{pair[1].pk}/report/hu/"
    assert client.get(url).status_code == 302
    assert client.post(url).status_code == 302
    answer = client.get(url)
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert f"rivulus-2025-12-31-{pair[1].pk}-hu.pdf" in answer["Content-Disposition"]
    assert client.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    row = models.ReportFile.objects.get()
    assert (row.state, row.pages, row.sha256) == ("ready", 17, hashlib.sha256(PDF).hexdigest())
    assert Line.objects.get(verb="strategy.report.made").content["sha256"] == row.sha256


def test_a_report_that_is_there_is_not_made_again(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation], printed: list[str]
) -> None:
    for _ in range(3):
        client.post(f"/evaluations/{pair[1].pk}/report/ro/")
    assert printed == ["ro"]


@pytest.mark.parametrize("harm", ["lost", "spoiled"])
def test_a_lost_or_spoiled_file_is_made_again_when_asked_for(
    harm: str, client: Client, pair: tuple[models.Evaluation, models.Evaluation], printed: list[str]
) -> None:
    url = f"/evaluations/{pair[1].pk}/report/ro/"
    client.post(url)
    file = Path(settings.MEDIA_ROOT) / str(models.ReportFile.objects.get().file.name)
    if harm == "lost":
        file.unlink()
        assert "can be made again" in client.get(f"/en/evaluations/{pair[1].pk}/").content.decode()
    else:
        file.write_bytes(b"%PDF spoiled")
    assert client.get(url).status_code == 302
    client.post(url)
    assert client.get(url).content == PDF
    assert printed == ["ro", "ro"]
    assert not list(file.parent.glob("*.part"))


def test_a_report_that_fails_says_why_and_may_be_tried_again(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(content: Any, *, language: str) -> bytes:
        raise TypesettingError("Typesetting took longer than 90 seconds.")

    monkeypatch.setattr(annual, "build_pdf", fail)
    client.post(f"/evaluations/{pair[1].pk}/report/ro/")
    page = client.get(f"/en/evaluations/{pair[1].pk}/").content.decode()
    assert "could not be made" in page
    assert "longer than 90 seconds" in page
    monkeypatch.setattr(annual, "build_pdf", lambda content, *, language: PDF)
    client.post(f"/evaluations/{pair[1].pk}/report/ro/")
    assert models.ReportFile.objects.get().state == "ready"


def test_a_queued_report_is_looked_at_every_two_seconds(
    client: Client, pair: tuple[models.Evaluation, models.Evaluation]
) -> None:
    queued: list[int] = []
    for _ in range(2):
        ask_report(by=None, evaluation=pair[1], language="ro", enqueue=queued.append)
    assert len(queued) == 1
    page = client.get(f"/en/evaluations/{pair[1].pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    part = client.get(f"/en/evaluations/{pair[1].pk}/reports/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip() in page or part.count("hx-get") == 1
    assert client.get(f"/en/evaluations/{pair[1].pk}/reports/").status_code == 302
