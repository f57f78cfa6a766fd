"""Facts about the printed report: its pages, its standard, its words, and that it can be made again bit by bit."""

import datetime as dt
import io
import json
import unicodedata
from functools import cache
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.presenters import annual
from rivulus.strategy.presenters.annual_data import _spans, report_data
from rivulus.strategy.rules.evaluations import canonical
from rivulus.strategy.terms import EvaluationKind
from rivulus.ui.printing import fonts
from rivulus.ui.printing.typesetting import TypesettingError, typeset

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


@pytest.fixture
def evaluation(city: None, ioana: Person) -> models.Evaluation:
    """This year's evaluation, after one of last year."""
    with clock.frozen(NOW):
        for day, title in [(dt.date(2025, 12, 31), "Raport 2025"), (NOW.date(), "Raport 2026 „ș” 漢字")]:
            row = make_evaluation(by=ioana, kind=EvaluationKind.ANNUAL, at=day, title=title, note="Notă. ‰ ≥")
    return row


_printed: dict[tuple[str, str], bytes] = {}


def _print(evaluation: models.Evaluation, language: str) -> bytes:
    """Print each report once for all tests."""
    key = evaluation.digest, language
    if key not in _printed:
        _printed[key] = annual.build_pdf(evaluation.content, language=language)
    return _printed[key]


@cache
def _text(pdf: bytes) -> str:
    """Return all text without spaces: lines break anywhere in a column."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return _squeezed(" ".join(page.extract_text() for page in pages))


def _squeezed(words: str) -> str:
    # Typst puts an invisible word joiner beside slashes.
    return "".join(unicodedata.normalize("NFC", words).replace("\u2060", "").split())


@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_the_report_is_a_tagged_archive_pdf_of_fifteen_to_thirty_pages(
    language: str, evaluation: models.Evaluation
) -> None:
    pdf = _print(evaluation, language)
    reader = PdfReader(io.BytesIO(pdf))
    assert 15 <= len(reader.pages) <= 30
    assert annual.count_pages(pdf) == len(reader.pages)
    metadata = reader.root_object["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.root_object["/Lang"] == language
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert len(pdf) < 3_000_000
    _check_words(pdf, language, evaluation)


def _check_words(pdf: bytes, language: str, evaluation: models.Evaluation) -> None:
    text = _text(pdf)
    content = evaluation.content
    assert all(letter in text for letter in {"ro": "șțăâî", "hu": "őűáéö", "en": "abc"}[language])
    for criterion in content["criteria"]:
        assert criterion["code"] in text
        assert _squeezed(criterion["text"][language]) in text, criterion["code"]
    for project in content["projects"][::9]:
        assert _squeezed(project["title"][language]) in text, project["code"]
    with translation.override(language):
        data = report_data(content)
    for pillar in data["pillars"]:
        assert _squeezed(f"{data['words']['level']} {pillar['now']}") in text
    assert f"{content['counts']['met']}/{content['counts']['criteria']}" in text
    assert _squeezed(data["summary"]["figures"][2]["value"]) in text


def test_the_same_snapshot_gives_the_same_bytes(evaluation: models.Evaluation) -> None:
    read_again = json.loads(json.dumps(evaluation.content))
    shuffled = dict(reversed(read_again.items()))
    first = _print(evaluation, "hu")
    with clock.frozen(NOW + dt.timedelta(days=400)):
        assert annual.build_pdf(shuffled, language="hu") == first


def test_the_snapshot_is_attached_to_the_report(evaluation: models.Evaluation) -> None:
    reader = PdfReader(io.BytesIO(_print(evaluation, "ro")))
    assert reader.attachments["snapshot.json"] == [canonical(evaluation.content)]
    assert reader.metadata is not None and reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == evaluation.at


def test_signs_that_no_font_has_do_not_stop_the_report(evaluation: models.Evaluation) -> None:
    assert _squeezed("Raport 2026 „ș” □□") in _text(_print(evaluation, "en"))


def test_the_typeface_has_every_letter_of_the_three_languages() -> None:
    from fontTools.ttLib import TTFont

    for weight in fonts.WEIGHTS:
        known = TTFont(fonts.fonts_folder() / f"{weight}.ttf").getBestCmap()
        assert not [letter for letter in "șțăâîȘȚĂÂÎőűáéíóöúüŐŰ€„”–…²³" if ord(letter) not in known]


def test_merging_the_typeface_gives_the_same_bytes_each_time() -> None:
    parts = [fonts._source(subset, 400).read_bytes() for subset in fonts.SUBSETS]
    assert fonts.merge(parts) == fonts.merge(parts)


def test_a_template_with_a_fault_says_what_is_wrong() -> None:
    with pytest.raises(TypesettingError, match="unknown variable"):
        typeset({"main.typ": b"#nothing-so-called"}, fonts=fonts.fonts_folder(), timestamp=0)


def test_a_template_that_never_ends_is_stopped() -> None:
    endless = b"#set document(title: [x])\n#for i in range(99999) { for j in range(99999) { } }"
    with pytest.raises(TypesettingError, match="took longer"):
        typeset({"main.typ": endless}, fonts=fonts.fonts_folder(), timestamp=0, limit_s=2)


@pytest.mark.parametrize(
    ("numbers", "spans"),
    [
        (["2", "4"], [(0.0, 0.5), (0.0, 1.0)]),
        (["-1", "1"], [(0.0, 0.5), (0.5, 1.0)]),
        ([None, "0"], [None, (0.0, 0.0)]),
        ([None, None], [None, None]),
    ],
)
def test_bars_of_a_pair_share_one_scale_that_holds_zero(numbers: list[Any], spans: list[Any]) -> None:
    found = _spans(numbers)
    assert [s and (s["start"], s["end"]) for s in found] == spans
