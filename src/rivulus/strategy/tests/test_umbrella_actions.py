"""Facts about recording which objectives of other documents a direction answers to."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions import umbrella
from rivulus.strategy.feeds.pack import load_pack
from rivulus.strategy.terms import Origin

WHY = "Am citit planul actualizat."
TITLE = "Transport public curat în toate cartierele"


def _document(code: str = "PMUD") -> models.Document:
    return models.Document.objects.get(code=code)


def _link() -> models.UmbrellaLink:
    return models.UmbrellaLink.objects.select_related("direction", "document", "objective").earliest("id")


def _free_direction(document: models.Document) -> models.Direction:
    taken = models.UmbrellaLink.objects.filter(document=document).values("direction")
    return models.Direction.objects.exclude(pk__in=taken).earliest("id")


def _add(by: Person, **more: object) -> models.UmbrellaLink:
    document = _document()
    said = {"direction": _free_direction(document), "document": document, "objective": None, "reason": WHY} | more
    return umbrella.add_link(by=by, **said)  # type: ignore[arg-type]


def _last() -> Line:
    return Line.objects.latest("sequence")


def test_an_objective_is_kept_in_its_own_words_for_every_language(city: None, ioana: Person) -> None:
    first = umbrella.add_objective(by=ioana, document=_document(), code=" OS1 ", title=f" {TITLE}\n")
    first.refresh_from_db()
    assert (first.code, first.order, first.origin) == ("OS1", 1, Origin.PERSON)
    assert (first.title_ro, first.title_en, first.title_hu) == (TITLE, TITLE, TITLE)
    assert (_last().verb, _last().subject_id) == ("strategy.objective.added", str(first.pk))
    second = umbrella.add_objective(by=ioana, document=_document(), code="OS2", title=TITLE)
    assert second.order == 2


def test_an_objective_sent_twice_is_kept_once_and_the_same_code_again_is_refused(city: None, ioana: Person) -> None:
    said = {"by": ioana, "document": _document(), "code": "OS1"}
    first = umbrella.add_objective(**said, title=TITLE)  # type: ignore[arg-type]
    lines = Line.objects.count()
    assert umbrella.add_objective(**said, title=TITLE) == first  # type: ignore[arg-type]
    assert Line.objects.count() == lines
    for code in ("OS1", "os1"):
        with pytest.raises(Refused, match="of this code already"):
            umbrella.add_objective(**said | {"code": code}, title="Altceva")  # type: ignore[arg-type]


def test_the_strategy_itself_gets_no_objective_and_no_link(city: None, ioana: Person) -> None:
    own = _document("SSC-BM")
    with pytest.raises(Refused, match="itself"):
        umbrella.add_objective(by=ioana, document=own, code="OS1", title=TITLE)
    with pytest.raises(Refused, match="itself"):
        _add(ioana, document=own)


def test_a_link_to_a_document_and_one_to_its_objective_stand_side_by_side(city: None, ioana: Person) -> None:
    document = _document()
    objective = umbrella.add_objective(by=ioana, document=document, code="OS1", title=TITLE)
    direction = _free_direction(document)
    whole = _add(ioana, direction=direction)
    one = _add(ioana, direction=direction, objective=objective)
    assert whole.pk != one.pk
    assert (one.origin, one.edited_by_id, one.reason_ro, one.reason_hu) == (Origin.PERSON, ioana.id, WHY, WHY)
    assert _last().verb == "strategy.umbrella_link.added"


def test_an_objective_of_another_document_is_refused(city: None, ioana: Person) -> None:
    other = models.DocumentObjective.objects.exclude(document=_document()).earliest("id")
    with pytest.raises(Refused, match="another document"):
        _add(ioana, objective=other)


def test_a_link_sent_twice_is_kept_once_and_the_same_pair_again_is_refused(
    city: None, ioana: Person, mara: Person
) -> None:
    direction = _free_direction(_document())
    link = _add(ioana, direction=direction)
    lines = Line.objects.count()
    assert _add(ioana, direction=direction) == link
    assert Line.objects.count() == lines
    for by, reason in ((ioana, "Alt motiv."), (mara, WHY)):
        with pytest.raises(Refused, match="exists already"):
            _add(by, direction=direction, reason=reason)


@pytest.mark.parametrize("finder", ["_find_link", "_find_objective"])
def test_what_the_database_refuses_becomes_a_sentence(
    city: None, ioana: Person, monkeypatch: pytest.MonkeyPatch, finder: str
) -> None:
    """As when something else, such as a loading of the pack, adds the same row a moment before."""
    direction, document = _free_direction(_document()), _document()
    _add(ioana, direction=direction)
    umbrella.add_objective(by=ioana, document=document, code="OS1", title=TITLE)
    lines = Line.objects.count()
    monkeypatch.setattr(umbrella, finder, lambda *_: None)
    again: dict[str, Callable[[], object]] = {
        "_find_link": lambda: _add(ioana, direction=direction),
        "_find_objective": lambda: umbrella.add_objective(by=ioana, document=document, code="OS1", title=TITLE),
    }
    with pytest.raises(Refused, match="already"):
        again[finder]()
    assert Line.objects.count() == lines


def test_an_edit_says_who_when_and_why_and_twice_writes_once(city: None, ioana: Person) -> None:
    link = umbrella.edit_link(by=ioana, link=_link(), reason=WHY)
    link.refresh_from_db()
    assert (link.reason_ro, link.reason_en, link.reason_hu, link.edited_by_id) == (WHY, WHY, WHY, ioana.id)
    assert (link.edited_at is not None, link.origin) == (True, Origin.PACK)
    assert (_last().verb, _last().subject_id) == ("strategy.umbrella_link.edited", str(link.pk))
    lines = Line.objects.count()
    umbrella.edit_link(by=ioana, link=link, reason=WHY)
    assert Line.objects.count() == lines


def test_an_edit_that_changes_nothing_keeps_the_other_languages(city: None, ioana: Person) -> None:
    link = _link()
    before = link.reason_ro, link.reason_en, link.reason_hu
    umbrella.edit_link(by=ioana, link=link, reason=link.reason_en)
    link.refresh_from_db()
    assert (link.reason_ro, link.reason_en, link.reason_hu) == before
    assert link.edited_at is None


def test_a_withdrawn_link_stays_is_not_edited_and_comes_back_when_added_again(city: None, ioana: Person) -> None:
    link = umbrella.withdraw_link(by=ioana, link=_link(), reason=WHY)
    assert link.withdrawn
    lines = Line.objects.count()
    assert umbrella.withdraw_link(by=ioana, link=link, reason=WHY) == link
    assert Line.objects.count() == lines
    with pytest.raises(Refused, match="withdrawn"):
        umbrella.withdraw_link(by=ioana, link=link, reason="Alt motiv.")
    with pytest.raises(Refused, match="withdrawn"):
        umbrella.edit_link(by=ioana, link=link, reason="Alt motiv.")
    ends = {"direction": link.direction, "document": link.document, "objective": link.objective}
    back = _add(ioana, **ends, reason="Totuși da.")
    assert (back.pk, back.withdrawn, back.reason_ro) == (link.pk, False, "Totuși da.")


def test_what_people_recorded_is_kept_when_the_pack_is_loaded_again(city: None, ioana: Person, tmp_path: Path) -> None:
    rows = models.UmbrellaLink.objects.filter(origin=Origin.PACK).order_by("id")
    edited = umbrella.edit_link(by=ioana, link=rows[0], reason=WHY)
    gone = umbrella.withdraw_link(by=ioana, link=rows[1], reason=WHY)
    objective = umbrella.add_objective(by=ioana, document=_document(), code="OS1", title=TITLE)
    added = _add(ioana, objective=objective)
    links, objectives = models.UmbrellaLink.objects.count(), models.DocumentObjective.objects.count()
    pack = Path(shutil.copytree(settings.PACK_DIR, tmp_path / "pack"))
    _append(pack / "objectives.csv", "PMUD,OS1,9,Din pachet,From the pack,A csomagból,cap. 1.4")
    _append(pack / "umbrella.csv", f"{added.direction.code},PMUD,OS1,Din pachet,From the pack,A csomagból")
    load = load_pack(pack)
    assert load.changes["objectives"] == {"created": 0, "changed": 0, "kept": 1}
    assert load.changes["umbrella"] == {"created": 0, "changed": 0, "kept": 3}
    for link in (edited, gone, added):
        before = link.reason_ro, link.reason_en, link.withdrawn, link.edited_at, link.edited_by_id, link.origin
        link.refresh_from_db()
        after = link.reason_ro, link.reason_en, link.withdrawn, link.edited_at, link.edited_by_id, link.origin
        assert after == before
    objective.refresh_from_db()
    assert (objective.title_ro, objective.title_en, objective.order, objective.origin) == (TITLE, TITLE, 1, "person")
    assert (models.UmbrellaLink.objects.count(), models.DocumentObjective.objects.count()) == (links, objectives)


VERBS: dict[str, Callable[[Person], object]] = {
    "add_objective": lambda by: umbrella.add_objective(by=by, document=_document(), code="OS1", title=TITLE),
    "add_link": lambda by: _add(by),
    "edit_link": lambda by: umbrella.edit_link(by=by, link=_link(), reason=WHY),
    "withdraw_link": lambda by: umbrella.withdraw_link(by=by, link=_link(), reason=WHY),
}


@pytest.mark.parametrize("person", ["ana", "dan", "bogdan", "vlad", "administrator"])
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_strategy_unit_records(city: None, person: str, verb: str, request: pytest.FixtureRequest) -> None:
    lines = Line.objects.count()
    with pytest.raises(Refused, match="Only the strategy unit"):
        VERBS[verb](request.getfixturevalue(person))
    assert Line.objects.count() == lines


@pytest.mark.parametrize("person", ["ioana", "mara"])
@pytest.mark.parametrize("verb", VERBS)
def test_everybody_of_the_strategy_unit_records_with_one_line(
    city: None, person: str, verb: str, request: pytest.FixtureRequest
) -> None:
    by, lines = request.getfixturevalue(person), Line.objects.count()
    VERBS[verb](by)
    assert Line.objects.count() == lines + 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_demonstration_account_records_nothing(city: None, ioana: Person, verb: str) -> None:
    ioana.is_demonstration = True
    with pytest.raises(Refused, match="demonstration account"):
        VERBS[verb](ioana)


@pytest.mark.parametrize(
    "act",
    [
        lambda by: _add(by, reason="  "),
        lambda by: umbrella.edit_link(by=by, link=_link(), reason=" "),
        lambda by: umbrella.withdraw_link(by=by, link=_link(), reason=""),
    ],
)
def test_no_link_without_a_reason(city: None, ioana: Person, act: Callable[[Person], object]) -> None:
    with pytest.raises(Refused, match="Say in a sentence why"):
        act(ioana)


def _append(file: Path, line: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + f"\n{line}\n", encoding="utf-8")
