"""What people say of a file: the file or address itself, then what is in it and what is to become of it."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.forms.layers import choices
from rivulus.atlas.models import LayerImport
from rivulus.atlas.rules.imports.choices import MODE_WORDS, Choices, Form, Mode, choices_from
from rivulus.atlas.rules.imports.encodings import UTF8
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.specs import SYSTEM_NAMES

ENCODINGS = {
    UTF8: "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "cp1250": "Windows-1250",
    "cp852": "DOS 852",
    "iso8859-2": "ISO 8859-2",
    "iso8859-16": "ISO 8859-16",
    "cp1252": "Windows-1252",
    "iso8859-1": "ISO 8859-1",
    "utf-16": "UTF-16",
}
SIGNS = ((",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("bar")))
COLUMN = "c_"


class UploadForm(forms.Form):
    """A file, or an address."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("GeoPackage, Shapefile packed as ZIP, GeoJSON, GML, DXF or CSV; at most 64 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".gpkg,.zip,.geojson,.json,.gml,.xml,.dxf,.csv,.txt"}),
        error_messages={"empty": _("The file is empty.")},
    )
    url = forms.URLField(
        label=_("Or an address"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        help_text=_("Of a collection of OGC API Features, a layer of a WFS (…&typeNames=NAME), or a file."),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("url")):
            raise forms.ValidationError(gettext("Choose a file, or write an address: one of the two."))
        return cleaned


class ChoicesForm(forms.Form):
    """What a file holds and what is to become of it; a field for each column."""

    sublayer = forms.ChoiceField(label=_("Layer of the file"), required=False)
    epsg = forms.IntegerField(
        label=_("Coordinate system (EPSG)"),
        min_value=1024,
        max_value=32767,
        help_text=_("3844 is Stereo 70, 4326 is longitude and latitude."),
    )
    is_swapped = forms.BooleanField(label=_("The two coordinates stand in the opposite order"), required=False)
    encoding = forms.ChoiceField(label=_("Encoding of the texts"), required=False)
    delimiter = forms.ChoiceField(label=_("Cells are parted by"), required=False, choices=SIGNS)
    x_column = forms.ChoiceField(label=_("Column with the longitude or east"), required=False)
    y_column = forms.ChoiceField(label=_("Column with the latitude or north"), required=False)
    wkt_column = forms.ChoiceField(label=_("Or the column with the geometry (WKT)"), required=False)
    key = forms.ChoiceField(
        label=_("Column with the key"),
        required=False,
        help_text=_("What names a feature for ever; needed to update what is known."),
    )
    mode = forms.ChoiceField(label=_("What the file does"), widget=forms.RadioSelect)
    since = forms.DateField(label=_("Holds from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    repairs = forms.BooleanField(
        label=_("Repair what is not valid, such as outlines that cross themselves"), required=False
    )
    skips_faulty = forms.BooleanField(label=_("Leave out the features that do not fit"), required=False)
    takes_schema = forms.BooleanField(label=_("Make the columns the attributes of the layer"), required=False)
    reason = forms.CharField(label=_("What this is, for the history"), required=False, max_length=500)

    def __init__(self, *args: Any, row: LayerImport, **options: Any) -> None:
        self.row, self.guess = row, choices_from(row.choices)
        self.form_of_file = Form(row.found["form"])
        self.part = self._part_of(args[0] if args else None)
        options["initial"] = _initial(self.guess)
        super().__init__(*args, **options)
        self.columns: list[str] = self.part["columns"]
        self._fill()

    def _part_of(self, data: Any) -> dict[str, Any]:
        layers: list[dict[str, Any]] = self.row.found["layers"]
        wanted = data.get("sublayer") if data else self.guess.sublayer
        return next((one for one in layers if one["name"] == wanted), layers[0])

    def _fill(self) -> None:
        named = [(name, name) for name in self.columns]
        parts = [(one["name"], f"{one['name']} ({one['count']})") for one in self.row.found["layers"]]
        self.fields["sublayer"].choices = parts  # type: ignore[attr-defined]
        self.fields["encoding"].choices = list(ENCODINGS.items())  # type: ignore[attr-defined]
        self.fields["mode"].choices = choices(MODE_WORDS)  # type: ignore[attr-defined]
        for name in ("x_column", "y_column", "wkt_column", "key"):
            self.fields[name].choices = [("", "–"), *named]  # type: ignore[attr-defined]
        self.fields["epsg"].widget.attrs["list"] = "systems"
        schema = read_schema(self.row.layer.schema)
        if schema.attributes:
            del self.fields["takes_schema"]
        language = (get_language() or "ro")[:2]
        known = [(a.name, f"{a.title_in(language)} ({a.name})") for a in schema.attributes]
        for at, column in enumerate(self.columns):
            initial = self.guess.columns.get(column, "")
            field: forms.Field = (
                forms.ChoiceField(
                    label=column, required=False, choices=[("", gettext("passed over")), *known], initial=initial
                )
                if known
                else forms.CharField(label=column, required=False, max_length=60, initial=initial)
            )
            self.fields[f"{COLUMN}{at}"] = field
        for name in self._not_asked():
            del self.fields[name]

    def _not_asked(self) -> list[str]:
        names = []
        if self.form_of_file is not Form.CSV:
            names += ["delimiter", "x_column", "y_column", "wkt_column"]
        if self.form_of_file not in (Form.CSV, Form.SHAPEFILE):
            names.append("encoding")
        if len(self.row.found["layers"]) < 2:
            names.append("sublayer")
        return names

    @property
    def systems(self) -> list[tuple[int, str]]:
        """Systems that are offered while somebody types."""
        return [(code, gettext(name)) for code, name in SYSTEM_NAMES.items()]

    @property
    def column_rows(self) -> list[tuple[forms.BoundField, str]]:
        """The field of each column with some of its values."""
        samples = self.part["samples"]
        return [(self[f"{COLUMN}{at}"], _some(samples.get(column, []))) for at, column in enumerate(self.columns)]

    def is_read_otherwise(self) -> bool:
        """Say whether the file has to be read again: in another encoding, or parted otherwise."""
        return any(
            name in self.fields and (self.data.get(name) or getattr(self.guess, name)) != getattr(self.guess, name)
            for name in ("encoding", "delimiter")
        )

    def wanted(self) -> Choices:
        """Return what was said."""
        given = self.cleaned_data
        columns = {column: given.get(f"{COLUMN}{at}", "") for at, column in enumerate(self.columns)}
        return Choices(
            sublayer=self.part["name"],
            encoding=given.get("encoding") or self.guess.encoding,
            epsg=given["epsg"],
            is_swapped=given["is_swapped"],
            delimiter=given.get("delimiter") or self.guess.delimiter,
            x_column=given.get("x_column", ""),
            y_column=given.get("y_column", ""),
            wkt_column=given.get("wkt_column", ""),
            key=given["key"],
            columns={column: attribute for column, attribute in columns.items() if attribute},
            takes_schema=given.get("takes_schema", False),
            mode=Mode(given["mode"]),
            since=given["since"],
            repairs=given["repairs"],
            skips_faulty=given["skips_faulty"],
            reason=given["reason"],
        )


def _initial(guess: Choices) -> dict[str, Any]:
    made = {name: getattr(guess, name) for name in Choices.__dataclass_fields__ if name != "columns"}
    return made | {"mode": str(guess.mode), "epsg": guess.epsg or None}


def _some(samples: list[Any]) -> str:
    shown = [str(value) for value in samples if value not in (None, "")][:4]
    return ", ".join(text[:40] for text in shown)
