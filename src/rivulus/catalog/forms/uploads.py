"""What people say of an uploaded file: the file, what each of its columns is, what becomes of what looks personal."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from rivulus.catalog.models import Dataset, Distribution
from rivulus.catalog.rules.tableschema import (
    DATE_FORMATS,
    DATETIME_FORMATS,
    LONGEST_TITLE,
    TYPE_NAMES,
    TYPES,
    Field,
    without_limits,
)
from rivulus.catalog.rules.uploads import Choice
from rivulus.catalog.rules.workbooks.layout import SAMPLE_ROWS
from rivulus.kernel.publishing import ColumnType

MOST_DETAILED = 50
"""Columns of which everything can be changed on one page; of wider tables only the types."""
DECIMALS = ((".", "1234.5"), (",", "1234,5"))
EXAMPLES = {
    "%Y-%m-%d": "2026-03-15", "%d.%m.%Y": "15.03.2026", "%d/%m/%Y": "15/03/2026", "%d-%m-%Y": "15-03-2026",
    "%Y/%m/%d": "2026/03/15", "%m/%d/%Y": "03/15/2026", "%Y%m%d": "20260315", "%d.%m.%Y %H:%M:%S": "15.03.2026 08:30:00",
    "%d.%m.%Y %H:%M": "15.03.2026 08:30", "%d/%m/%Y %H:%M:%S": "15/03/2026 08:30:00", "%d/%m/%Y %H:%M": "15/03/2026 08:30",
    "%d-%m-%Y %H:%M": "15-03-2026 08:30", "%Y/%m/%d %H:%M:%S": "2026/03/15 08:30:00", "%Y/%m/%d %H:%M": "2026/03/15 08:30",
}  # fmt: skip


class UploadForm(forms.Form):
    """A file for a dataset: a new table of it, or a new version of one."""

    dataset = forms.ModelChoiceField(
        queryset=Dataset.objects.none(), label=gettext_lazy("Dataset"), to_field_name="code", empty_label=None
    )
    distribution = forms.ModelChoiceField(
        queryset=Distribution.objects.none(),
        label=gettext_lazy("New version of"),
        required=False,
        empty_label=gettext_lazy("no table: this is a new one"),
        help_text=gettext_lazy("The version before stays at the address of its day."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, GeoJSON or Parquet, at most 5 GB, or a workbook (XLSX, ODS), at most 200 MB and ten million cells in a sheet."
        ),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm,.ods,.geojson,.json,.parquet,text/csv"}
        ),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def __init__(self, *args: Any, datasets: Any, tables: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]
        self.fields["distribution"].queryset = tables  # type: ignore[attr-defined]
        self.fields["distribution"].label_from_instance = lambda one: f"{one.dataset.title}: {one.title}"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a version of a table of another dataset."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        table = found.get("distribution")
        if table is not None and found.get("dataset") is not None and table.dataset_id != found["dataset"].pk:
            self.add_error("distribution", gettext("This table does not belong to the dataset."))
        return found


class ReadingForm(forms.Form):
    """How a file of text is written."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding of the texts"))
    delimiter = forms.ChoiceField(label=gettext_lazy("Cells are parted by"))
    has_header = forms.BooleanField(label=gettext_lazy("The first line names the columns"), required=False)

    def __init__(self, *args: Any, encodings: Mapping[str, str], delimiters: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["encoding"].choices = list(encodings.items())  # type: ignore[attr-defined]
        self.fields["delimiter"].choices = list(delimiters.items())  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """Which sheet of a workbook is read, and how."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    heading = forms.IntegerField(
        label=gettext_lazy("Row that names the columns"),
        help_text=gettext_lazy("As the sheet counts them. 0: no row does. Empty: the row that looks like it."),
        min_value=0,
        max_value=SAMPLE_ROWS,
        required=False,
    )
    forgives = forms.BooleanField(label=gettext_lazy("Errors of formulas count as empty cells"), required=False)

    def __init__(self, *args: Any, sheets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = list(sheets)  # type: ignore[attr-defined]


class ColumnForm(forms.Form):
    """What one column is."""

    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=[(str(kind), TYPE_NAMES[kind]) for kind in TYPES])
    name = forms.CharField(
        label=gettext_lazy("Name for programs"), max_length=63, help_text=gettext_lazy("Small letters, digits and _.")
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE, required=False)
    format = forms.ChoiceField(label=gettext_lazy("Dates are written as"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("Numbers are written as"), choices=DECIMALS, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=40, required=False)
    minimum = forms.FloatField(label=gettext_lazy("At least"), required=False)
    maximum = forms.FloatField(label=gettext_lazy("At most"), required=False)
    is_required = forms.BooleanField(label=gettext_lazy("Never empty"), required=False)
    is_unique = forms.BooleanField(label=gettext_lazy("Never twice the same"), required=False)

    def __init__(self, data: Any, *, column: Field, is_short: bool, prefix: str) -> None:
        super().__init__(data, prefix=prefix, initial={name: getattr(column, name) for name in self.base_fields})
        self.column, self.is_short = column, is_short
        self.fields["type"].choices = [(str(kind), gettext(TYPE_NAMES[kind])) for kind in TYPES]  # type: ignore[attr-defined]
        formats = [(form, EXAMPLES[form]) for form in (*DATE_FORMATS, *DATETIME_FORMATS) if form in EXAMPLES]
        self.fields["format"].choices = [("", "2026-03-15T08:30:00 (ISO 8601)"), *formats]  # type: ignore[attr-defined]
        if is_short:
            for name in [name for name in self.fields if name != "type"]:
                del self.fields[name]

    @property
    def details(self) -> list[Any]:
        """Return everything but the type, the name and the title."""
        return [
            self[name]
            for name in ("format", "decimal", "unit", "minimum", "maximum", "is_required", "is_unique")
            if name in self.fields
        ]

    def field(self) -> Field:
        """Return what was said."""
        said = {name: value for name, value in self.cleaned_data.items() if value is not None}
        kind = ColumnType(said.pop("type"))
        form = said.pop("format", self.column.format)
        known = DATE_FORMATS if kind is ColumnType.DATE else DATETIME_FORMATS if kind is ColumnType.DATETIME else ("",)
        if form not in known:
            form = self.column.format if self.column.format in known else ""
        said["decimal"] = said.get("decimal") or self.column.decimal
        defaults = {name: getattr(self.column, name) for name in ("name", "title", "unit")} if self.is_short else {}
        return without_limits(Field(heading=self.column.heading, type=kind, format=form, **{**defaults, **said}))


def column_forms(fields: Sequence[Field], data: Any = None) -> list[ColumnForm]:
    """Return a form for each column."""
    is_short = len(fields) > MOST_DETAILED
    return [ColumnForm(data, column=column, is_short=is_short, prefix=f"c{at}") for at, column in enumerate(fields)]


class AnswerForm(forms.Form):
    """What becomes of a column that looks personal."""

    choice = forms.ChoiceField(
        label=gettext_lazy("What becomes of the column"),
        widget=forms.RadioSelect,
        choices=[
            (str(Choice.REMOVE), gettext_lazy("It is left out of what is published")),
            (str(Choice.KEEP), gettext_lazy("It is published, because it is not personal or a law says so")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it may be published"),
        help_text=gettext_lazy("Stands in the journal with your name. Needed when the column is published."),
        required=False,
        max_length=500,
    )


def answer_forms(
    columns: Sequence[str], answers: Mapping[str, Mapping[str, str]], data: Any = None
) -> list[AnswerForm]:
    """Return a form for each column that looks personal, in their order."""
    return [
        AnswerForm(data, prefix=f"a{at}", initial=dict(answers.get(column, {}))) for at, column in enumerate(columns)
    ]
