"""What people say of a file of history: the file, and what each of its columns is."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.observations.queries import imports as queries
from rivulus.observations.rules import times, units
from rivulus.observations.rules.imports.guessing import FORMATS
from rivulus.observations.rules.imports.mapping import CSV, LARGEST_BYTES, Column, Layout, check_layout
from rivulus.observations.rules.times import Twice

IGNORE, TIME, VALUES, SERIES = "skip", "time", "values", "series"
ROLES = (
    (IGNORE, gettext_lazy("passed over")),
    (TIME, gettext_lazy("the time")),
    (VALUES, gettext_lazy("values of a series")),
    (SERIES, gettext_lazy("says which series the line is of")),
)
FORMAT_WORDS = {
    times.ISO: gettext_lazy("2026-03-01 08:00 or 2026-03-01T08:00:00+02:00 (ISO 8601)"),
    times.SECONDS: gettext_lazy("seconds since 1970"),
    times.MILLISECONDS: gettext_lazy("milliseconds since 1970"),
}
TWICE_WORDS = (
    (Twice.ORDER, gettext_lazy("told apart by the order of the lines")),
    (Twice.FIRST, gettext_lazy("always the first of the two")),
    (Twice.SECOND, gettext_lazy("always the second of the two")),
    (Twice.REFUSE, gettext_lazy("rejected")),
)
SIGNS = (
    (",", gettext_lazy("comma")),
    (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")),
    ("|", gettext_lazy("bar")),
)
SERIES_LIST = "series-list"


class UploadForm(forms.Form):
    """A file of history."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Parquet, at most 64 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.parquet,text/csv"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )
    thing = forms.CharField(
        label=gettext_lazy("Thing that the file is about"),
        help_text=gettext_lazy("Its number or its code; its series are then found by the names of the columns."),
        required=False,
        max_length=200,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_BYTES:
            raise forms.ValidationError(gettext("The file is larger than 64 MB. Split it into several files."))
        return file

    def clean_thing(self) -> Any:
        """Find the thing."""
        named = self.cleaned_data["thing"].strip()
        thing = queries.find_thing(named) if named else None
        if named and thing is None:
            raise forms.ValidationError(gettext("There is no thing called “%(name)s”.") % {"name": named[:80]})
        return thing


class LayoutForm(forms.Form):
    """How a file is written, and what each of its columns is."""

    delimiter = forms.ChoiceField(label=gettext_lazy("Cells are parted by"), choices=SIGNS)
    has_header = forms.BooleanField(label=gettext_lazy("The first line names the columns."), required=False)
    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimals follow"), choices=((".", gettext_lazy("a point")), (",", gettext_lazy("a comma")))
    )
    time_format = forms.CharField(
        label=gettext_lazy("Times are written as"),
        max_length=64,
        help_text=gettext_lazy("iso, epoch_s, epoch_ms, or a pattern such as %d.%m.%Y %H:%M"),
    )
    zone = forms.CharField(
        label=gettext_lazy("Zone of times that name none"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("Europe/Bucharest, UTC, or a fixed offset such as +02:00."),
    )
    twice = forms.ChoiceField(label=gettext_lazy("An hour that comes twice in autumn is"), choices=TWICE_WORDS)

    def __init__(self, *args: Any, layout: Layout, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layout, self.names = layout, tuple(names)
        self._columns: list[Column] = []
        self.fields["time_format"].widget.attrs["list"] = "time-formats"
        if layout.form != CSV:
            for name in ("delimiter", "has_header", "decimal"):
                del self.fields[name]
        for place in range(len(self.names)):
            self._add_column(place)

    def _add_column(self, place: int) -> None:
        self.fields[f"role_{place}"] = forms.ChoiceField(label=gettext_lazy("What it is"), choices=ROLES)
        self.fields[f"series_{place}"] = forms.CharField(
            label=gettext_lazy("Series"),
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"list": SERIES_LIST}),
        )
        self.fields[f"unit_{place}"] = forms.CharField(
            label=gettext_lazy("Unit, where it is another"),
            required=False,
            max_length=40,
        )

    @property
    def column_rows(self) -> list[tuple[str, Any, Any, Any]]:
        """The fields of each column: its name, what it is, its series, its unit."""
        return [
            (name, self[f"role_{place}"], self[f"series_{place}"], self[f"unit_{place}"])
            for place, name in enumerate(self.names)
        ]

    @property
    def formats(self) -> list[tuple[str, str]]:
        """The usual forms of times, for a list to choose from."""
        return [(form, str(FORMAT_WORDS.get(form, form))) for form in FORMATS]

    @staticmethod
    def initial_of(layout: Layout, names: Sequence[str]) -> dict[str, Any]:
        """Return what the form shows of a layout."""
        given: dict[str, Any] = {
            name: getattr(layout, name)
            for name in ("delimiter", "has_header", "decimal", "time_format", "zone", "twice")
        }
        given |= {f"role_{place}": IGNORE for place in range(len(names))} | {f"role_{layout.time_place}": TIME}
        for column in layout.columns:
            given[f"role_{column.place}"] = VALUES
            given[f"series_{column.place}"], given[f"unit_{column.place}"] = str(column.series), column.unit
        if layout.series_place is not None and layout.value_place is not None:
            given[f"role_{layout.series_place}"], given[f"role_{layout.value_place}"] = SERIES, VALUES
            given[f"unit_{layout.value_place}"] = layout.unit
        return given

    def is_read_otherwise(self) -> bool:
        """Whether cells are to be parted otherwise than before: then the columns are other ones."""
        given = self.data
        return self.layout.form == CSV and (
            given.get("delimiter", self.layout.delimiter) != self.layout.delimiter
            or ("has_header" in given) != self.layout.has_header
        )

    def clean_time_format(self) -> str:
        """Refuse a form that is none."""
        form: str = self.cleaned_data["time_format"].strip()
        self._refusing(times.check_format, form)
        return form

    def clean_zone(self) -> str:
        """Refuse a zone that is none."""
        zone: str = self.cleaned_data["zone"].strip()
        if zone:
            self._refusing(times.zone_of, zone)
        return zone

    def clean(self) -> dict[str, Any]:
        """Find the series, and hold their units against those of the columns."""
        cleaned = self.cleaned_data
        roles = [cleaned.get(f"role_{place}", IGNORE) for place in range(len(self.names))]
        if roles.count(TIME) != 1:
            self.add_error(None, gettext("Exactly one column is the time."))
        is_long = SERIES in roles
        if roles.count(SERIES) > 1 or (is_long and roles.count(VALUES) != 1):
            self.add_error(None, gettext("Where a column says which series a line is of, one other holds the values."))
        if not is_long:
            for place in (at for at, role in enumerate(roles) if role == VALUES):
                self._find_column(place, cleaned)
        if not self.errors:
            try:
                check_layout(self.wanted())
            except Refused as refused:
                self.add_error(None, say(refused))
        return cleaned

    def wanted(self) -> Layout:
        """Return the layout that was filled in."""
        cleaned = self.cleaned_data
        roles = [cleaned.get(f"role_{place}", IGNORE) for place in range(len(self.names))]
        is_long = SERIES in roles
        value_place = roles.index(VALUES) if VALUES in roles else None
        return Layout(
            form=self.layout.form,
            delimiter=cleaned.get("delimiter") or self.layout.delimiter,
            has_header=cleaned.get("has_header", self.layout.has_header),
            decimal=cleaned.get("decimal", "."),
            time_place=roles.index(TIME) if TIME in roles else 0,
            time_format=cleaned.get("time_format", times.ISO),
            zone=cleaned.get("zone", ""),
            twice=Twice(cleaned.get("twice") or Twice.REFUSE),
            columns=() if is_long else tuple(self._columns),
            series_place=roles.index(SERIES) if is_long else None,
            value_place=value_place if is_long else None,
            unit=cleaned.get(f"unit_{value_place}", "") if is_long else "",
            names=self.names,
        )

    def _find_column(self, place: int, cleaned: dict[str, Any]) -> None:
        named, unit = cleaned.get(f"series_{place}", "").strip(), cleaned.get(f"unit_{place}", "").strip()
        target = queries.find_series(named) if named else None
        if target is None:
            words = gettext("There is no series called “%(name)s”.") % {"name": named[:80]} if named else ""
            self.add_error(f"series_{place}", words or gettext("Say to which series these values go."))
            return
        if not queries.known(target).is_number:
            self.add_error(f"series_{place}", gettext("This series does not hold numbers."))
        if unit and target.unit:
            try:
                units.conversion(unit, target.unit)
            except Refused as refused:
                self.add_error(f"unit_{place}", say(refused))
        self._columns.append(Column(place=place, series=target.id, unit=unit))

    @staticmethod
    def _refusing(check: Callable[[str], object], given: str) -> None:
        try:
            check(given)
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused
