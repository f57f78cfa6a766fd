"""Facts about editing interpretations."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions import links
from rivulus.strategy.actions.probes import measure_all
from rivulus.strategy.feeds.pack import load_pack
from rivulus.strategy.queries import matrix
from rivulus.strategy.terms import Effect, Mode, Origin

WHY = "Am citit proiectul."


def _project_link() -> models.ProjectCriterion:
    return models.ProjectCriterion.objects.select_related("project", "criterion").order_by("id")[0]


def _probe_link() -> models.CriterionProbe:
    return models.CriterionProbe.objects.select_related("criterion").order_by("id")[0]


def _free_pair() -> tuple[models.Project, models.Criterion]:
    project = models.Project.objects.order_by("id")[0]
    taken = models.ProjectCriterion.objects.filter(project=project).values("criterion")
    return project, models.Criterion.objects.exclude(pk__in=taken).order_by("id")[0]


def test_what_was_edited_carries_who_when_and_why_in_every_language(city: None, ioana: Person) -> None:
    link = links.edit_project_link(by=ioana, link=_project_link(), effect=Effect.CONTRIBUTES, reason=WHY)
    link.refresh_from_db()
    assert (link.effect, link.edited_by_id, link.origin) == (Effect.CONTRIBUTES, ioana.id, Origin.PACK)
    assert (link.reason_ro, link.reason_en, link.reason_hu) == (WHY, WHY, WHY)
    line = Line.objects.order_by("-sequence")[0]
    assert (line.verb, line.subject_id) == ("strategy.project_link.edited", str(link.pk))


def test_edits_additions_and_withdrawals_are_kept_when_the_pack_is_loaded_again(city: None, ioana: Person) -> None:
    edited = links.edit_project_link(by=ioana, link=_project_link(), effect=Effect.CONTRIBUTES, reason=WHY)
    gone = links.withdraw_probe_link(by=ioana, link=_probe_link(), reason=WHY)
    project, criterion = _free_pair()
    added = links.add_project_link(by=ioana, project=project, criterion=criterion, effect=Effect.MEETS, reason=WHY)
    load_pack(Path(settings.PACK_DIR))
    for link in (edited, gone, added):
        before = link.reason_ro, link.withdrawn, link.edited_at
        link.refresh_from_db()
        assert (link.reason_ro, link.withdrawn, link.edited_at) == before
    assert added.origin == Origin.PERSON


def test_a_withdrawn_link_comes_back_when_it_is_added_again(city: None, ioana: Person) -> None:
    link = links.withdraw_project_link(by=ioana, link=_project_link(), reason=WHY)
    with pytest.raises(Refused, match="withdrawn"):
        links.edit_project_link(by=ioana, link=link, effect=Effect.MEETS, reason=WHY)
    back = links.add_project_link(
        by=ioana, project=link.project, criterion=link.criterion, effect=Effect.MEETS, reason="Totuși da."
    )
    assert back.pk == link.pk
    assert not back.withdrawn


def test_the_same_pair_twice_is_refused(city: None, ioana: Person) -> None:
    link = _project_link()
    with pytest.raises(Refused, match="exists already"):
        links.add_project_link(
            by=ioana, project=link.project, criterion=link.criterion, effect=Effect.MEETS, reason=WHY
        )


def test_an_edited_threshold_answers_at_once_and_leaves_the_past_alone(city: None, ioana: Person) -> None:
    yesterday = clock.now() - dt.timedelta(days=1)
    measure_all(now=yesterday)
    link = models.CriterionProbe.objects.get(probe="strategy_evaluations_published", criterion__code="G3.1")
    before = matrix.measured_at(clock.today() - dt.timedelta(days=1))
    assert not before["G3.1"][0].passed or not before["G3.1"][1].passed
    links.edit_probe_link(by=ioana, link=link, comparator=">=", threshold=Decimal(0), mode=Mode.BOTH, reason=WHY)
    last = models.Measurement.objects.filter(link=link).order_by("-id")[0]
    assert (last.passed, last.threshold) == (True, Decimal(0))
    assert matrix.measured_at(clock.today() - dt.timedelta(days=1)) == before


def test_a_withdrawn_probe_says_nothing_from_now_on(city: None, ioana: Person) -> None:
    measure_all(now=clock.now() - dt.timedelta(days=1))
    link = models.CriterionProbe.objects.get(probe="open_datasets_with_live_api", criterion__code="E4.1")
    assert "E4.1" in matrix.measured_at(clock.today())
    links.withdraw_probe_link(by=ioana, link=link, reason=WHY)
    assert "E4.1" not in matrix.measured_at(clock.today())
    assert "E4.1" in matrix.measured_at(clock.today() - dt.timedelta(days=1))


def test_a_new_probe_link_answers_from_the_last_reading(city: None, ioana: Person) -> None:
    measure_all(now=clock.now() - dt.timedelta(hours=1))
    criterion = models.Criterion.objects.get(code="E1.4")
    link = links.add_probe_link(
        by=ioana,
        criterion=criterion,
        probe="public_pages_languages",
        comparator=">=",
        threshold=Decimal(1),
        mode=Mode.MEASURED,
        reason=WHY,
    )
    assert models.Measurement.objects.get(link=link).passed


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"probe": "no_such_probe"}, "No part of the platform"),
        ({"comparator": "=="}, "compared by"),
        ({"threshold": Decimal("1e12")}, "at most ten digits"),
        ({"reason": " "}, "Say in a sentence why"),
    ],
)
def test_a_probe_link_is_refused_with_a_sentence(city: None, ioana: Person, more: dict[str, object], told: str) -> None:
    said = {"probe": "public_pages_languages", "comparator": ">=", "threshold": Decimal(1), "reason": WHY} | more
    with pytest.raises(Refused, match=told):
        links.add_probe_link(
            by=ioana,
            criterion=models.Criterion.objects.get(code="E1.4"),
            mode=Mode.BOTH,
            **said,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("person", ["ana", "dan", "bogdan", "vlad", "administrator"])
@pytest.mark.parametrize("verb", ["add", "edit", "withdraw"])
def test_only_the_strategy_unit_edits_links(city: None, person: str, verb: str, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(person)
    project, criterion = _free_pair()
    acts = {
        "add": lambda: links.add_project_link(
            by=by, project=project, criterion=criterion, effect=Effect.MEETS, reason=WHY
        ),
        "edit": lambda: links.edit_project_link(by=by, link=_project_link(), effect=Effect.MEETS, reason=WHY),
        "withdraw": lambda: links.withdraw_probe_link(by=by, link=_probe_link(), reason=WHY),
    }
    with pytest.raises(Refused, match="Only the strategy unit"):
        acts[verb]()


def test_a_demonstration_account_changes_no_link(city: None, ioana: Person) -> None:
    ioana.is_demonstration = True
    with pytest.raises(Refused, match="demonstration account"):
        links.withdraw_project_link(by=ioana, link=_project_link(), reason=WHY)
