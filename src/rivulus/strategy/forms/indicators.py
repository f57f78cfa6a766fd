"""What people fill in about indicators: a value, a peer city, a file, and which part of the lists they want."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext, gettext_lazy

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.indicators import LONGEST_NAME
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.queries.indicators import IndicatorFilter
from rivulus.strategy.rules import indicator_values as rules
from rivulus.strategy.rules.indicator_values import Doubt, Entry
from rivulus.strategy.rules.indicators import Outcome
from rivulus.ui.rules import format_number, parse_number

OUTCOMES = (
    ("", gettext_lazy("Any")),
    (Outcome.BETTER.value, gettext_lazy("Better than the region")),
    (Outcome.WORSE.value, gettext_lazy("Worse than the region")),
    (Outcome.EQUAL.value, gettext_lazy("About the same")),
    (Outcome.NOT_COMPARABLE.value, gettext_lazy("Not compared")),
)
FIELD_OF = {"year": "year", "value": "value", "text": "text", "source": "source_place"}


class IndicatorFilterForm(forms.Form):
    """Which indicators to list."""

    pillar = forms.CharField(required=False, max_length=4, widget=forms.HiddenInput)
    search = forms.CharField(label=gettext_lazy("Words of the title, or a code"), required=False, max_length=80)
    outcome = forms.ChoiceField(label=gettext_lazy("Beside the region"), required=False, choices=OUTCOMES)

    def wanted(self) -> IndicatorFilter:
        """Return the choices that make sense; the others are passed over."""
        self.is_valid()
        chosen = self.cleaned_data
        return IndicatorFilter(
            pillar=chosen.get("pillar", ""),
            search=chosen.get("search", ""),
            outcome=chosen.get("outcome", ""),
        )


class ReferencesForm(forms.Form):
    """Which places to compare the city with."""

    place = forms.MultipleChoiceField(
        label=gettext_lazy("Compare with"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, places: Iterable[models.Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(place.code, self._label(place)) for place in places]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def _label(place: models.Place) -> str:
        number = place.number  # type: ignore[attr-defined]
        return gettext("%(place)s (indicators with a value: %(number)s)") % {
            "place": place.name,
            "number": number,
        }

    def codes(self) -> list[str]:
        """Return the codes of the places that were chosen."""
        return list(self.cleaned_data.get("place", ())) if self.is_bound and self.is_valid() else []


class ValueForm(forms.Form):
    """A value of one indicator; what is striking about it must be confirmed before it is kept."""

    place = forms.ModelChoiceField(  # type: ignore[var-annotated]
        label=gettext_lazy("Place"), queryset=models.Place.objects.none(), empty_label=None
    )
    year = forms.IntegerField(label=gettext_lazy("Year that the value is about"))
    value = forms.CharField(label=gettext_lazy("Value"), required=False, max_length=40)
    text = forms.CharField(label=gettext_lazy("Answer in words"), required=False, max_length=rules.LONGEST_TEXT)
    source_place = forms.CharField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("The document, report or office that the value comes from, with its date."),
        max_length=rules.LONGEST_SOURCE,
    )
    confirm = forms.BooleanField(
        label=gettext_lazy("I have checked the value: it is right."), required=False, widget=forms.HiddenInput
    )

    def __init__(
        self, *args: Any, indicator: models.Indicator, say_doubt: Callable[[Doubt], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.say_doubt = say_doubt
        self._shape_fields()

    def _shape_fields(self) -> None:
        place = self.fields["place"]
        place.queryset = queries.list_places()  # type: ignore[attr-defined]
        this_year = clock.today().year
        self.fields["year"].widget.attrs |= {
            "min": rules.FIRST_YEAR,
            "max": this_year,
            "inputmode": "numeric",
        }
        if self.indicator.kind == "number":
            del self.fields["text"]
            self.fields["value"].required = True
            self.fields["value"].widget.attrs["inputmode"] = "decimal"
            if self.indicator.unit:
                self.fields["value"].help_text = gettext("In %(unit)s.") % {"unit": self.indicator.unit}
            return
        del self.fields["value"]
        self.fields["text"].required = True
        if self.indicator.kind == "yes_no":
            answers = [("da", gettext("yes")), ("nu", gettext("no"))]
            self.fields["text"] = forms.ChoiceField(label=gettext("Answer"), choices=answers)

    def clean_value(self) -> Decimal | None:
        """Read the number as the reader's language writes it."""
        words = self.cleaned_data["value"].strip()
        try:
            return parse_number(words, language=_language())
        except ValueError:
            example = format_number(Decimal("1234.5"), language=_language())
            sentence = gettext("This is not a number. Write it like %(example)s, without the unit.")
            raise forms.ValidationError(sentence % {"example": example}) from None

    def clean(self) -> dict[str, Any]:
        """Hold the rules against the value, and ask again when it is striking."""
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        entry = self.entry()
        for fault in rules.faults_of(entry, queries.nature_of(self.indicator), this_year=clock.today().year):
            words = f"{gettext(fault.sentence) % fault.values} {gettext(fault.mend)}"
            name = FIELD_OF.get(fault.column)
            self.add_error(name if name in self.fields else None, words)
        if not self.errors:
            self._ask_again(entry)
        return cleaned

    def entry(self) -> Entry:
        """Return the value that was filled in."""
        cleaned = self.cleaned_data
        return Entry(
            self.indicator.code,
            cleaned["place"].code,
            cleaned["year"],
            cleaned.get("value"),
            cleaned.get("text", ""),
            cleaned["source_place"],
        )

    def _ask_again(self, entry: Entry) -> None:
        rows = queries.list_values_in_force(places=[self.cleaned_data["place"]]).filter(indicator=self.indicator)
        last = queries.matching(list(rows), entry.year)
        doubts = rules.doubts(entry.value, unit=self.indicator.unit, last=last.value if last else None)
        if doubts and not self.cleaned_data.get("confirm"):
            self.fields["confirm"].widget = forms.CheckboxInput()
            for doubt in doubts:
                self.add_error(
                    "confirm", f"{self.say_doubt(doubt)} {gettext('If it is right, tick the box and save.')}"
                )


class PlaceForm(forms.Form):
    """A peer: another city to be compared with."""

    name_ro = forms.CharField(label=gettext_lazy("Name of the city in Romanian"), max_length=LONGEST_NAME)
    name_en = forms.CharField(
        label=gettext_lazy("Name of the city in English"), max_length=LONGEST_NAME, required=False
    )
    name_hu = forms.CharField(
        label=gettext_lazy("Name of the city in Hungarian"), max_length=LONGEST_NAME, required=False
    )


class UploadForm(forms.Form):
    """A file of values."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, at most 2 MiB; UTF-8 or Windows-1250; decimal comma or decimal point."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"empty": gettext_lazy("The file is empty. Begin with the template.")},
    )
    source = forms.CharField(
        label=gettext_lazy("Source of the lines that name none"),
        required=False,
        max_length=rules.LONGEST_SOURCE,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > rules.LARGEST_FILE_BYTES:
            raise forms.ValidationError(gettext("The file is larger than 2 MiB. Split it into several files."))
        return file


class ConfirmForm(forms.Form):
    """The word of the person who uploaded a file, after having seen what it would do."""

    preview = forms.CharField(max_length=64, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label=gettext_lazy("I have checked the lines that want a second look: they are right."),
        required=False,
    )


def _language() -> str:
    return get_language() or "ro"
