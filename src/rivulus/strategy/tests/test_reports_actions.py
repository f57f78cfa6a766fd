"""Reports, teams and reminders: who may, what is kept, and what happens when two come at once."""

import datetime as dt
import io
import threading
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from PIL import Image

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.photos import NewPhoto
from rivulus.strategy import models
from rivulus.strategy.actions import reports as actions
from rivulus.strategy.actions.reminders import remind_teams, send_letter
from rivulus.strategy.actions.reports import report_progress, sweep_photos
from rivulus.strategy.actions.teams import assign_member, end_membership
from rivulus.strategy.queries import reports as queries
from rivulus.strategy.rules.projects import HalfYear, ReportedMeanwhile
from rivulus.strategy.terms import Status

NOW = dt.datetime(2026, 7, 20, 9, tzinfo=dt.UTC)
PERIOD = HalfYear(2026, 1)


@pytest.fixture(autouse=True)
def _still(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Let the clock stand in July 2026, and photos lie in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(NOW):
        yield


@pytest.fixture
def pilot(city: None) -> models.Project:
    """A project that is under way according to chapter 5."""
    return models.Project.objects.get(code="D1.1.3")


@pytest.fixture
def team(pilot: models.Project, bogdan: Person, ioana: Person) -> models.ProjectMember:
    """Bogdan reports for the project."""
    return assign_member(by=ioana, project=pilot, person=bogdan)


def report(by: Person, project: models.Project, **more: Any) -> models.ProgressReport:
    values: dict[str, Any] = {
        "period": PERIOD,
        "status": Status.IN_PROGRESS,
        "percent": 30,
        "spent_eur": Decimal("1500.00"),
        "summary": "The room is open.",
    }
    return report_progress(by=by, project=project, **values | more)


def photo(colour: str = "teal", caption: str = "The room") -> NewPhoto:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return NewPhoto(stream.getvalue(), caption)


def files() -> list[Path]:
    from django.conf import settings

    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# Who may: person × moment × verb.

MOMENTS = ("stranger", "member", "former")
MAY_REPORT = {
    "ana": "nnn",
    "dan": "nnn",
    "ioana": "yyy",
    "mara": "yyy",
    "bogdan": "nyn",
    "vlad": "nnn",
    "administrator": "nnn",
}


def put_in_team(project: models.Project, person: Person, moment: str) -> None:
    if moment != "stranger":
        until = dt.date(2026, 1, 1) if moment == "former" else None
        models.ProjectMember.objects.create(project=project, person=person, since=dt.date(2025, 1, 1), until=until)


@pytest.mark.parametrize("name", list(MAY_REPORT))
@pytest.mark.parametrize(("column", "moment"), list(enumerate(MOMENTS)))
def test_who_may_report(name: str, column: int, moment: str, pilot: models.Project, request: Any) -> None:
    person = request.getfixturevalue(name)
    put_in_team(pilot, person, moment)
    if MAY_REPORT[name][column] == "y":
        assert report(person, pilot).reported_by == person
    else:
        with pytest.raises(Refused, match=r"team or the strategy unit"):
            report(person, pilot)
        assert not models.ProgressReport.objects.exists()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", list(MAY_REPORT))
def test_who_may_name_and_dismiss_the_team(
    name: str, moment: str, pilot: models.Project, bogdan: Person, request: Any
) -> None:
    person = request.getfixturevalue(name)
    put_in_team(pilot, person, moment)
    other = Person.objects.create(email="ilinca@example.test", full_name="Ilinca")
    Membership.objects.create(person=other, role=Role.PROJECT_TEAM)
    if name in ("ioana", "mara", "administrator"):
        member = assign_member(by=person, project=pilot, person=other)
        assert end_membership(by=person, member=member).until == dt.date(2026, 7, 20)
    else:
        with pytest.raises(Refused, match="names the people"):
            assign_member(by=person, project=pilot, person=other)


def test_a_demonstration_account_names_and_dismisses_nobody_real(
    team: models.ProjectMember, pilot: models.Project, ioana: Person
) -> None:
    ioana.is_demonstration = True
    other = Person.objects.create(email="ilinca@example.test", full_name="Ilinca")
    Membership.objects.create(person=other, role=Role.PROJECT_TEAM)
    with pytest.raises(Refused, match="names the people"):
        assign_member(by=ioana, project=pilot, person=other)
    with pytest.raises(Refused, match="names the people"):
        end_membership(by=ioana, member=team)


def test_whose_membership_has_ended_reports_no_more(
    team: models.ProjectMember, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    report(bogdan, pilot)
    end_membership(by=ioana, member=team)
    with pytest.raises(Refused):
        report(bogdan, pilot, percent=31)


def test_nobody_is_named_twice_and_nobody_who_could_not_report(
    team: models.ProjectMember, pilot: models.Project, bogdan: Person, vlad: Person, ioana: Person
) -> None:
    with pytest.raises(Refused, match="already"):
        assign_member(by=ioana, project=pilot, person=bogdan)
    with pytest.raises(Refused, match="no role"):
        assign_member(by=ioana, project=pilot, person=vlad)
    closed = Person.objects.create(email="closed@example.test", full_name="Closed", is_active=False)
    with pytest.raises(Refused, match="closed"):
        assign_member(by=ioana, project=pilot, person=closed)


def test_a_membership_ends_once_and_may_begin_again(
    team: models.ProjectMember, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    end_membership(by=ioana, member=team)
    with pytest.raises(Refused):
        end_membership(by=ioana, member=team)
    assert assign_member(by=ioana, project=pilot, person=bogdan).pk != team.pk


# What is kept.


def test_a_report_is_kept_with_one_line_in_the_journal(team: object, pilot: models.Project, bogdan: Person) -> None:
    before = Line.objects.count()
    made = report(bogdan, pilot, risks="None known.", expected_end=dt.date(2027, 5, 1), photos=[photo()])
    line = Line.objects.get(subject=queries.SUBJECT, subject_id=str(made.pk))
    assert Line.objects.count() == before + 1
    assert (line.verb, line.actor_id) == (queries.REPORTED, bogdan.pk)
    assert line.content["percent"] == 30
    assert line.content["photos"] == [made.photos.get().sha256]
    assert "room" not in str(line.content)


def test_the_journal_holds_what_the_row_says(team: object, pilot: models.Project, bogdan: Person) -> None:
    from rivulus.journal import rules

    made = report(bogdan, pilot)
    ((row_id, content),) = queries.sealed_reports()
    line = Line.objects.get(subject=queries.SUBJECT, subject_id=row_id)
    assert row_id == str(made.pk)
    assert {name: line.content[name] for name in content} == rules.to_content(content)


def test_a_team_is_named_and_dismissed_with_one_line_each(team: models.ProjectMember, ioana: Person) -> None:
    end_membership(by=ioana, member=team)
    lines = Line.objects.filter(subject="strategy.project_member", subject_id=str(team.pk)).order_by("sequence")
    assert [line.verb for line in lines] == ["strategy.member.assigned", "strategy.member.ended"]
    assert {line.person_id for line in lines} == {team.person_id}


def test_a_report_cannot_be_changed_or_removed(team: object, pilot: models.Project, bogdan: Person) -> None:
    made = report(bogdan, pilot)
    for change in (
        lambda: models.ProgressReport.objects.filter(pk=made.pk).update(percent=99),
        lambda: models.ProgressReport.objects.filter(pk=made.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_correction_is_a_second_report_and_takes_the_place_of_the_first(
    team: object, pilot: models.Project, bogdan: Person
) -> None:
    first = report(bogdan, pilot)
    second = report(bogdan, pilot, percent=35)
    told = queries.list_told(pilot)
    assert [(t.report.pk, t.is_replaced) for t in told] == [(second.pk, False), (first.pk, True)]


def test_a_status_follows_the_half_year_before_not_the_correction(
    team: object, pilot: models.Project, bogdan: Person
) -> None:
    report(bogdan, pilot, status=Status.DONE, percent=100)
    # Finished cannot go to suspended, but the report it corrects is the one that said "finished".
    report(bogdan, pilot, status=Status.SUSPENDED, percent=60, risks="It was not finished after all.")
    with pytest.raises(Refused, match="cannot go"):
        report(bogdan, pilot, status=Status.IDEA, percent=0, risks="It was not begun after all.")


def test_numbers_fall_only_with_a_reason(team: object, pilot: models.Project, bogdan: Person) -> None:
    report(bogdan, pilot)
    with pytest.raises(Refused, match="30 percent"):
        report(bogdan, pilot, percent=29)
    with pytest.raises(Refused, match="More money"):
        report(bogdan, pilot, spent_eur=Decimal("1499.99"))
    assert report(bogdan, pilot, percent=29, risks="The count was wrong.").percent == 29


def test_a_forgotten_half_year_may_still_be_reported(team: object, pilot: models.Project, bogdan: Person) -> None:
    report(bogdan, pilot)
    assert report(bogdan, pilot, period=HalfYear(2025, 2), percent=10, spent_eur=Decimal(0)).half == 2


def test_whoever_is_a_demonstration_reports_a_demonstration(pilot: models.Project, ioana: Person) -> None:
    Person.objects.filter(pk=ioana.pk).update(is_demonstration=True)
    ioana.refresh_from_db()
    assert report(ioana, pilot).is_demonstration


def test_demonstrations_and_reports_do_not_continue_one_another(pilot: models.Project, ioana: Person) -> None:
    report(ioana, pilot, period=HalfYear(2025, 2), status=Status.DONE, percent=100, is_demonstration=True)
    assert report(ioana, pilot, percent=5, status=Status.SUSPENDED).percent == 5


# Twice, and at once.


def test_the_same_form_sent_twice_is_one_report(team: object, pilot: models.Project, bogdan: Person) -> None:
    token = uuid.uuid4()
    first = report(bogdan, pilot, token=token, known=0, photos=[photo()])
    again = report(bogdan, pilot, token=token, known=0, photos=[photo()])
    assert again == first
    assert models.ProgressReport.objects.count() == models.ReportPhoto.objects.count() == len(files()) == 1


def test_the_same_form_with_other_words_is_another_report(team: object, pilot: models.Project, bogdan: Person) -> None:
    token = uuid.uuid4()
    report(bogdan, pilot, token=token)
    report(bogdan, pilot, token=token, summary="The room is open, and warm.")
    assert models.ProgressReport.objects.count() == 2


def test_who_did_not_see_a_newer_report_is_told_and_may_send_again(
    team: object, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    opened = queries.find_latest_id(pilot)
    other = report(ioana, pilot, known=opened)
    with pytest.raises(ReportedMeanwhile):
        report(bogdan, pilot, percent=40, known=opened)
    assert report(bogdan, pilot, percent=40, known=other.pk).percent == 40


def test_a_newer_report_of_another_half_year_stops_nobody(
    team: object, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    report(ioana, pilot, period=HalfYear(2025, 2), known=0)
    report(bogdan, pilot, known=0)
    assert models.ProgressReport.objects.count() == 2


@pytest.fixture
def workshop(transactional_db: None) -> Callable[[], tuple[models.Project, Person]]:
    """A project of its own with a member of the strategy unit: what is really committed empties the city afterwards."""

    def build() -> tuple[models.Project, Person]:
        pillar = models.Pillar.objects.create(
            code="Zz", objective="O9", order=9, name="Test", goal="Test", summary="Test"
        )
        direction = models.Direction.objects.create(code="D9.9", pillar=pillar, order=9, title="Test")
        project = models.Project.objects.create(
            code="D9.9.9", direction=direction, number=9, title="Test", maturity="pilot", priority="unstated"
        )
        person = Person.objects.create(email="iulia@example.test", full_name="Iulia")
        Membership.objects.create(person=person, role=Role.STRATEGY_UNIT)
        return project, person

    return build


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all deeds at the same moment, each in its own thread; return what each gave or raised."""
    gate = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            with clock.frozen(NOW):
                gate.wait(10)
                results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_reports_that_come_at_once_are_all_kept(workshop: Callable[[], tuple[models.Project, Person]]) -> None:
    project, person = workshop()
    deeds = [lambda n=n: report(person, project, percent=30, summary=f"Report {n}", photos=[photo()]) for n in range(4)]
    results = at_once(*deeds)
    assert all(isinstance(result, models.ProgressReport) for result in results), results
    assert {r.summary for r in models.ProgressReport.objects.all()} == {f"Report {n}" for n in range(4)}
    assert Line.objects.filter(subject=queries.SUBJECT).count() == 4
    kept = {row.file.name for row in models.ReportPhoto.objects.all()}
    assert len(kept) == len(files()) == 4


def test_a_form_sent_four_times_at_once_is_one_report(
    workshop: Callable[[], tuple[models.Project, Person]],
) -> None:
    project, person = workshop()
    token = uuid.uuid4()
    results = at_once(*[lambda: report(person, project, token=token, known=0, photos=[photo()])] * 4)
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert models.ProgressReport.objects.count() == Line.objects.filter(subject=queries.SUBJECT).count() == 1
    assert len(files()) == 1


def test_of_two_who_both_ask_for_news_one_is_told_of_the_other(
    workshop: Callable[[], tuple[models.Project, Person]],
) -> None:
    project, person = workshop()
    results = at_once(
        lambda: report(person, project, summary="One", known=0), lambda: report(person, project, summary="Two", known=0)
    )
    assert sorted(type(result).__name__ for result in results) == ["ProgressReport", "ReportedMeanwhile"]


def test_somebody_named_twice_at_once_is_named_once(workshop: Callable[[], tuple[models.Project, Person]]) -> None:
    project, person = workshop()
    other = Person.objects.create(email="ilinca@example.test", full_name="Ilinca")
    Membership.objects.create(person=other, role=Role.PROJECT_TEAM)
    results = at_once(*[lambda: assign_member(by=person, project=project, person=other)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["ProjectMember", "Refused", "Refused"]


# Nothing half done.


def test_photos_of_a_report_that_failed_are_taken_away(
    team: object, pilot: models.Project, bogdan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        assert len(files()) == 2
        raise OSError("disk full")

    monkeypatch.setattr(actions.journal, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        report(bogdan, pilot, photos=[photo(), photo("red")])
    assert files() == []
    assert not models.ProgressReport.objects.exists()


def test_a_report_with_one_bad_photo_changes_nothing(team: object, pilot: models.Project, bogdan: Person) -> None:
    with pytest.raises(Refused, match="file 2"):
        report(bogdan, pilot, photos=[photo(), NewPhoto(b"<svg/>", "A drawing")])
    assert files() == []
    assert not models.ProgressReport.objects.exists()


def test_files_of_no_report_are_swept_after_a_day(team: object, pilot: models.Project, bogdan: Person) -> None:
    import os

    from django.conf import settings

    kept = report(bogdan, pilot, photos=[photo()]).photos.get()
    for name, age in (("old.jpg", dt.timedelta(days=2)), ("new.jpg", dt.timedelta(hours=1))):
        path = Path(settings.MEDIA_ROOT) / "reports" / "2026" / name
        path.write_bytes(b"x")
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    os.utime(kept.file.path, ((NOW - dt.timedelta(days=9)).timestamp(),) * 2)
    assert sweep_photos() == 1
    assert {path.name for path in files()} == {"new.jpg", Path(kept.file.name).name}
    assert sweep_photos() == 0


def test_sweeping_where_nothing_was_ever_sent_is_no_fault(city: None) -> None:
    assert sweep_photos() == 0


# Reminders.


def test_a_team_is_reminded_once_before_and_once_after_the_due_date(
    team: object, pilot: models.Project, bogdan: Person
) -> None:
    Person.objects.filter(pk=bogdan.pk).update(language="en")
    for day, letters in (
        (dt.date(2026, 7, 16), 0),
        (dt.date(2026, 7, 17), 1),
        (dt.date(2026, 7, 18), 1),
        (dt.date(2026, 7, 31), 1),
        (dt.date(2026, 8, 1), 2),
        (dt.date(2026, 8, 2), 2),
        (dt.date(2026, 12, 31), 2),
        (dt.date(2027, 1, 17), 3),
    ):
        with clock.frozen(dt.datetime.combine(day, dt.time(6), tzinfo=dt.UTC)):
            remind_teams()
        assert len(mail.outbox) == letters, day
    assert [m.subject for m in mail.outbox] == [
        "The report of project D1.1.3 is due soon",
        "The report of project D1.1.3 is late",
        "The report of project D1.1.3 is due soon",
    ]
    assert "first half of 2026" in mail.outbox[0].body
    assert "second half of 2026" in mail.outbox[2].body
    assert "/en/projects/D1.1.3/report/" in mail.outbox[0].body
    assert {tuple(m.to) for m in mail.outbox} == {("bogdan@example.test",)}


def test_who_has_reported_is_left_in_peace(team: object, pilot: models.Project, bogdan: Person) -> None:
    report(bogdan, pilot)
    assert remind_teams() == []


def test_nobody_writes_to_closed_accounts_demonstrations_or_former_members(
    team: models.ProjectMember, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    Person.objects.filter(pk=bogdan.pk).update(is_demonstration=True)
    assert remind_teams() == []
    Person.objects.filter(pk=bogdan.pk).update(is_demonstration=False, is_active=False)
    assert remind_teams() == []
    Person.objects.filter(pk=bogdan.pk).update(is_active=True)
    end_membership(by=ioana, member=team)
    assert remind_teams() == []
    assert not models.Reminder.objects.exists()
    assert mail.outbox == []


def test_each_member_reads_the_letter_in_their_own_language(
    team: object, pilot: models.Project, bogdan: Person, ioana: Person
) -> None:
    Person.objects.filter(pk=bogdan.pk).update(language="hu")
    other = Person.objects.create(email="ilinca@example.test", full_name="Ilinca", language="ro")
    Membership.objects.create(person=other, role=Role.PROJECT_TEAM)
    assign_member(by=ioana, project=pilot, person=other)
    (reminder,) = remind_teams()
    assert (reminder.kind, reminder.recipients) == ("due", 2)
    bodies = {m.to[0]: m.body for m in mail.outbox}
    assert pilot.title_hu in bodies["bogdan@example.test"]  # type: ignore[attr-defined]
    assert pilot.title_ro in bodies["ilinca@example.test"]  # type: ignore[attr-defined]
    assert "/hu/projects/" in bodies["bogdan@example.test"]
    assert "<" not in "".join(bodies.values())
    assert Line.objects.filter(verb="strategy.reminder.sent").count() == 1


def test_a_letter_to_an_account_closed_meanwhile_is_not_sent(
    team: object, pilot: models.Project, bogdan: Person
) -> None:
    remind_teams()
    mail.outbox.clear()
    Person.objects.filter(pk=bogdan.pk).update(is_active=False)
    send_letter.call(models.Reminder.objects.get().pk, str(bogdan.pk))
    assert mail.outbox == []
