"""A feature as it is filled in: a field for each attribute, the geometry in words, the day from which it holds."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import SeenFeature
from rivulus.atlas.rules.placing import LONGEST, read_place, write_place
from rivulus.atlas.rules.schemas import Attribute, read_schema
from rivulus.atlas.rules.specs import SYSTEM_NAMES
from rivulus.atlas.rules.values import LONGEST_TEXT, show
from rivulus.atlas.rules.versions import LONGEST_KEY, Span, check_key
from rivulus.atlas.terms import STEREO70, WGS84, AttributeType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say

PREFIX = "p_"
LONG_TEXT = 120
DRAWN = {"point": "point", "line": "line", "polygon": "polygon", "any": "point"}  # what a click on the map draws


class FeatureForm(forms.Form):
    """A feature of a layer. ``number`` is the version that was seen when the form was opened."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    key = forms.CharField(
        label=_("Key"), required=False, max_length=LONGEST_KEY,
        help_text=_("Names the feature for ever, such as a number of the register; made by itself where it is empty."),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where it is"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Draw it on the map below, or write latitude and longitude (47.6567, 23.5850), WKT, or GeoJSON."),
    )  # fmt: skip
    crs = forms.ChoiceField(label=_("Written in"), required=False)
    since = forms.DateField(
        label=_("Holds from"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The day from which it is so; until then what was known holds. Empty: it was wrong and is corrected."),
    )  # fmt: skip
    reason = forms.CharField(label=_("What was changed, and why"), required=False, max_length=500)

    def __init__(self, *args: Any, layer: Layer, feature: SeenFeature | None = None, **options: Any) -> None:
        if feature is not None:
            options["initial"] = {
                "number": feature.number,
                "place": write_place(feature.geometry),
                **{PREFIX + name: _initial(value) for name, value in feature.properties.items()},
            }
        super().__init__(*args, **options)
        self.layer, self.feature = layer, feature
        self.schema = read_schema(layer.schema)
        language = (get_language() or "ro")[:2]
        known = {WGS84: SYSTEM_NAMES[WGS84], STEREO70: SYSTEM_NAMES[STEREO70]}
        self.fields["place"].widget.attrs["data-draw"] = DRAWN[layer.geometry_type]
        self.fields["crs"].choices = [(str(code), gettext(name)) for code, name in known.items()]  # type: ignore[attr-defined]
        own = {PREFIX + a.name: _field(a, language) for a in self.schema.attributes}
        last = {name: self.fields.pop(name) for name in ("since", "reason", "crs", "place")}
        self.fields |= own | last
        if feature is not None:
            del self.fields["key"]
        else:
            self.fields["since"].help_text = gettext(
                "The day from which it is there. Empty: it always was, as far as is known."
            )

    def clean_key(self) -> str:
        """Return a key that an address can have."""
        try:
            return check_key(self.cleaned_data["key"].strip())
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused

    def clean(self) -> dict[str, Any]:
        """Read the geometry and the attributes as the layer wants them."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("place"):
            try:
                cleaned["geometry"] = read_place(
                    cleaned["place"], self.layer.geometry_type, int(cleaned.get("crs") or WGS84)
                )
            except Refused as refused:
                self.add_error("place", say(refused))
        given = {a.name: cleaned.get(PREFIX + a.name) for a in self.schema.attributes}
        checked = self.schema.check(given)
        for problem in checked.problems:
            self.add_error(PREFIX + problem.attribute, say(problem.raised()))
        cleaned["properties"] = checked.properties
        return cleaned

    @property
    def geometry(self) -> BaseGeometry:
        """The geometry, once the form is valid."""
        return self.cleaned_data["geometry"]

    @property
    def properties(self) -> dict[str, Any]:
        """The properties, once the form is valid."""
        found: dict[str, Any] = self.cleaned_data["properties"]
        return found

    @property
    def valid(self) -> Span:
        """For a new feature: the days for which it holds."""
        return Span(self.cleaned_data.get("since"), None)


def _initial(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else show(value)


def _field(attribute: Attribute, language: str) -> forms.Field:
    """What is required, and what fits, is asked of the schema, so that the sentence is the same everywhere."""
    label = attribute.title_in(language)
    shown = f"{label} ({attribute.unit})" if attribute.unit else label
    help_text = attribute.description_in(language)
    if attribute.is_private:
        help_text = f"{help_text} {gettext('Only the owner sees this.')}".strip()
    if attribute.is_required:
        shown = f"{shown} *"
    if attribute.codes:
        known = [(code.code, attribute.words_for(code.code, language)) for code in attribute.codes]
        return forms.ChoiceField(label=shown, required=False, choices=[("", "–"), *known], help_text=help_text)
    if attribute.type is AttributeType.BOOLEAN:
        either = [("", gettext("not known")), ("true", gettext("yes")), ("false", gettext("no"))]
        return forms.ChoiceField(label=shown, required=False, choices=either, help_text=help_text)
    widget: forms.Widget = forms.TextInput()
    if attribute.type is AttributeType.DATE:
        widget = forms.DateInput(attrs={"type": "date"})
    elif attribute.type in (AttributeType.INTEGER, AttributeType.NUMBER):
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.CharField(label=shown, required=False, max_length=LONGEST_TEXT, help_text=help_text, widget=widget)


class RemoveForm(forms.Form):
    """A feature that is no more, or never was."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    since = forms.DateField(
        label=_("Gone since"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day on which it is not there. Empty: it was a mistake and never was there."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=500)


class ConflictForm(forms.Form):
    """What somebody wanted, kept while they look at what another did: nothing they wrote is lost."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)  # the version in force; 0 where it was removed
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1)  # the version they started from
    mine = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    place = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    since = forms.DateField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    shape = forms.ChoiceField(required=False, choices=[("mine", "mine"), ("theirs", "theirs")])
    keep = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, layer: Layer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.layer = layer
        schema = read_schema(layer.schema)
        self.fields["keep"].choices = [(name, name) for name in schema.by_name]  # type: ignore[attr-defined]

    def clean_mine(self) -> Mapping[str, Any]:
        """Return the properties that they wanted."""
        try:
            read = json.loads(self.cleaned_data["mine"])
            return read_schema(self.layer.schema).take(read)
        except (ValueError, TypeError, AttributeError, Refused):
            raise forms.ValidationError(
                gettext("What you wrote cannot be read any more. Open the form again.")
            ) from None

    def clean_place(self) -> Any:
        """Return the geometry that they wanted."""
        try:
            return read_place(self.cleaned_data["place"], self.layer.geometry_type)
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused
