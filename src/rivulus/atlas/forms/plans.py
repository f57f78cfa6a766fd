"""What is asked of plans and parcels, and how an amendment is written."""

import datetime as dt
import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.forms.land import LARGEST_OUTLINE, choices, read_place
from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.terms import AttributeType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say

LONGEST_TEXT = 8000


def date_input() -> forms.DateInput:
    """Return a field for a day, as browsers show it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ParcelForm(forms.Form):
    """A cadastral number, an address or a position, and the day as of which to answer."""

    q = forms.CharField(
        label=_("Cadastral number, address or position"),
        required=False,
        max_length=120,
        help_text=_("For example 101234, Bulevardul Independenței 12, or 47.6567, 23.5850."),
    )
    on = forms.DateField(label=_("As of"), required=False, widget=date_input())
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)

    def day(self, today: dt.date) -> dt.date:
        """Return the day asked for, or else today."""
        self.is_valid()
        return self.cleaned_data.get("on") or today

    def point(self) -> tuple[float, float] | None:
        """Return the longitude and latitude asked for: by numbers of their own, or typed as two numbers."""
        self.is_valid()
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        if lon is not None and lat is not None:
            return lon, lat
        text = self.cleaned_data.get("q", "")
        if text.count(",") != 1 or any(sign.isalpha() for sign in text):
            return None
        try:
            place = read_place(text)
        except Refused:
            return None
        return (place.x, place.y) if place.geom_type == "Point" else None


class ProposeForm(forms.Form):
    """The beginning of an amendment."""

    title = forms.CharField(label=_("What should change, in a few words"), max_length=200)


class AmendmentForm(forms.Form):
    """What an amendment is about, why, and from when."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = forms.CharField(label=_("Title"), max_length=200)
    reason = forms.CharField(
        label=_("Why the plan should change"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    effective_on = forms.DateField(
        label=_("Holds from"), required=False, widget=date_input(), help_text=_("Today at the earliest.")
    )
    document_url = forms.URLField(
        label=_("Address of the decision or study"), required=False, max_length=500, assume_scheme="https"
    )


class ZoneForm(forms.Form):
    """One zone of an amendment: its attributes by the schema of the layer, and its outline."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    key = forms.CharField(label=_("Name of the zone"), max_length=80)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outline = forms.CharField(
        label=_("Outline"), max_length=LARGEST_OUTLINE, required=False,
        help_text=_("Draw it on the map below, or write it as GeoJSON."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "data-draw": "polygon"}),
    )  # fmt: skip

    def __init__(self, *args: Any, schema: Schema, language: str, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.schema, self.is_new = schema, is_new
        if not is_new:
            self.fields["key"].widget = forms.HiddenInput()
        for attribute in schema.attributes:
            self.fields[f"a_{attribute.name}"] = attribute_field(attribute, language)
        self.order_fields(["revision", "key", "seen", *(f"a_{a.name}" for a in schema.attributes), "outline"])

    def clean_outline(self) -> object:
        """Return the outline as a geometry, or nothing where none was given."""
        text = str(self.cleaned_data["outline"]).strip()
        if not text:
            return None
        try:
            return read_place(text)
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused

    def properties(self) -> dict[str, object]:
        """Return what was said of the attributes."""
        given = {a.name: self.cleaned_data.get(f"a_{a.name}") for a in self.schema.attributes}
        return {name: value for name, value in given.items() if value not in (None, "")}


def attribute_field(attribute: Any, language: str) -> forms.Field:
    """Return the field of an attribute of a layer, called as its schema calls it."""
    title = attribute.title_in(language) + (f" ({attribute.unit})" if attribute.unit else "")
    asked: dict[str, Any] = {"label": title, "required": attribute.is_required}
    if attribute.description_in(language):
        asked["help_text"] = attribute.description_in(language)
    if attribute.codes:
        named = {code.code: code.title.get(language) or code.title.get("ro") or code.code for code in attribute.codes}
        return forms.ChoiceField(choices=choices(named, gettext("not said")), **asked)
    if attribute.type == AttributeType.NUMBER:
        return forms.FloatField(**asked)
    if attribute.type == AttributeType.INTEGER:
        return forms.IntegerField(**asked)
    if attribute.type == AttributeType.BOOLEAN:
        return forms.NullBooleanField(**asked)
    if attribute.type == AttributeType.DATE:
        return forms.DateField(widget=date_input(), **asked)
    return forms.CharField(max_length=2000, **asked)


class DecisionForm(forms.Form):
    """A second person's word."""

    reason = forms.CharField(
        label=_("Reason for the decision"), min_length=5, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def outline_text(geometry: Any) -> str:
    """Return a geometry as the form shows it."""
    return json.dumps(geometry.__geo_interface__)
