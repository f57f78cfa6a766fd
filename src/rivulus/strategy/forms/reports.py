"""A half-yearly report as it is typed, and the naming of a project's team."""

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.identity.queries import list_people_with_role
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.photos import CAPTION_LENGTH, MOST_BYTES, MOST_PHOTOS, NewPhoto
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.forms.projects import MoneyField
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import STATUS_LABELS, Status

LONGEST_TEXT = 8000
PHOTO_KINDS = ".jpg,.jpeg,.png,.webp,image/jpeg,image/png,image/webp"


class ReportForm(forms.Form):
    """What a team says of a half-year."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    known = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    period = forms.ChoiceField(label=_("Half-year"), help_text=_("The half-year that the report is about."))
    status = forms.ChoiceField(label=_("Status"), help_text=_("How the project stands at the end of the half-year."))
    percent = forms.IntegerField(
        label=_("Share done (percent)"),
        help_text=_("Of the whole project, from its beginning: a number from 0 to 100."),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    spent_eur = MoneyField(
        label=_("Money spent (euro)"),
        help_text=_("From the beginning of the project, all sources together; 0 when none."),
    )
    expected_end = forms.DateField(
        label=_("Expected end"),
        help_text=_("The day on which the project should be finished, as known now."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    summary = forms.CharField(
        label=_("What was done"),
        help_text=_("In a few plain sentences; everybody can read them. Leave out the names of private persons."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    risks = forms.CharField(
        label=_("Risks, delays and corrections"),
        help_text=_(
            "What may go wrong or goes slower. Needed when the share done or the money spent is lower than before."
        ),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choose(
            "period",
            [
                (str(p), gettext(rules.PERIOD_LABELS[p.half]) % {"year": p.year})
                for p in rules.list_periods(clock.today())
            ],
        )
        self._choose("status", [(str(status), gettext(label)) for status, label in STATUS_LABELS.items()])
        for number in range(1, MOST_PHOTOS + 1):
            self.fields[f"photo_{number}"] = forms.FileField(
                label=_("Photo %(number)s") % {"number": number},
                required=False,
                max_length=300,
                widget=forms.FileInput(attrs={"accept": PHOTO_KINDS}),
            )
            self.fields[f"caption_{number}"] = forms.CharField(
                label=_("What photo %(number)s shows") % {"number": number}, required=False, max_length=CAPTION_LENGTH
            )

    @classmethod
    def blank(cls, project: models.Project, *, known: int, last: models.ProgressReport | None) -> "ReportForm":
        """Return an empty form that begins where the last report ended."""
        status = project.current_status  # type: ignore[attr-defined]
        start: dict[str, Any] = {
            "token": uuid.uuid4(),
            "known": known,
            "period": str(rules.last_ended(clock.today())),
            "status": status,
        }
        if last is not None:
            start |= {"percent": last.percent, "expected_end": last.expected_end}
        return cls(initial=start)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Return the visible fields before the photos."""
        return [f for f in self.visible_fields() if not f.name.startswith(("photo_", "caption_"))]

    @property
    def photo_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each photo with its words."""
        return [(self[f"photo_{n}"], self[f"caption_{n}"]) for n in range(1, MOST_PHOTOS + 1)]

    @property
    def had_photos(self) -> bool:
        """Tell whether files were sent: a browser does not keep them when the page comes back."""
        return any(self.files)

    def clean(self) -> dict[str, Any]:
        """Check each photo for its weight and its words, beside its own field."""
        known = super().clean() or self.cleaned_data
        if "token" in self.errors or "known" in self.errors:
            self.add_error(None, gettext("This form has lost its number: open it again and copy your words into it."))
        for number in range(1, MOST_PHOTOS + 1):
            photo, caption = known.get(f"photo_{number}"), known.get(f"caption_{number}")
            if photo and photo.size > MOST_BYTES:
                self.add_error(f"photo_{number}", gettext("This photo is larger than 8 MB."))
            if photo and not caption and f"caption_{number}" not in self.errors:
                self.add_error(f"caption_{number}", gettext("Say what the photo shows, for those who cannot see it."))
            if caption and not photo and f"photo_{number}" not in self.errors:
                self.add_error(f"photo_{number}", gettext("Choose the photo that these words are about."))
        return known

    def said(self) -> dict[str, Any]:
        """Return what was typed, as the action takes it."""
        known = self.cleaned_data
        return {
            "period": HalfYear.parse(known["period"]),
            "status": Status(known["status"]),
            "percent": known["percent"],
            "spent_eur": known["spent_eur"],
            "expected_end": known["expected_end"],
            "summary": known["summary"],
            "risks": known["risks"],
            "photos": [NewPhoto(photo.read(), caption) for photo, caption in self._photos()],
            "token": known["token"],
            "known": known["known"],
        }

    def refuse(self, refused: Refused) -> None:
        """Show the sentence of a rule above the form."""
        self.add_error(None, say(refused))

    def saw(self, latest: int) -> "ReportForm":
        """Return the same form, whose writer has now seen the reports up to ``latest``."""
        data = {**self.data.dict(), "known": str(latest)}  # type: ignore[attr-defined]
        form = type(self)(data, self.files)
        form.is_valid()
        return form

    def _photos(self) -> "list[tuple[UploadedFile[Any], str]]":
        pairs = [
            (self.cleaned_data.get(f"photo_{n}"), self.cleaned_data.get(f"caption_{n}", ""))
            for n in range(1, MOST_PHOTOS + 1)
        ]
        return [(photo, caption) for photo, caption in pairs if photo]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class MemberForm(forms.Form):
    """Somebody who shall report for a project."""

    person: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("Person"),
        help_text=_("People with the role of a project team; an administrator grants it."),
        queryset=None,
        empty_label=_("Choose a person"),
    )

    def __init__(self, *args: Any, project: models.Project, **options: Any) -> None:
        super().__init__(*args, **options)
        present = models.ProjectMember.objects.filter(project=project, until__isnull=True)
        people = shown(list_people_with_role(Role.PROJECT_TEAM)).exclude(pk__in=present.values("person_id"))
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
