"""Campaigns as they are prepared, and what mappers fill in."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.forms.features import DRAWN
from rivulus.atlas.forms.land import LARGEST_OUTLINE, choices, read_place
from rivulus.atlas.forms.plans import attribute_field
from rivulus.atlas.models import Layer
from rivulus.atlas.rules.campaigns.cutting import LARGEST_M, SMALLEST_M
from rivulus.atlas.rules.campaigns.moves import LEVEL_NAMES
from rivulus.atlas.rules.schemas import Schema
from rivulus.identity.queries import list_organisations
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say

LONGEST_TEXT = 4000


class CampaignForm(forms.Form):
    """What is to be mapped, where, by which instructions."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and hyphens."))
    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=200, required=False)
    owner = forms.ModelChoiceField(label=_("Run by"), queryset=list_organisations().none())
    layer = forms.ModelChoiceField(label=_("Layer to be mapped"), queryset=Layer.objects.none())
    area = forms.CharField(
        label=_("Area"), max_length=LARGEST_OUTLINE,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "data-draw": "polygon"}),
        help_text=_("Draw its outline on the map below, or write it as GeoJSON."),
    )  # fmt: skip
    side_m = forms.FloatField(
        label=_("Side of a task (m)"), min_value=SMALLEST_M, max_value=LARGEST_M, initial=250,
        help_text=_("The area is cut into squares; one is an evening's work for one person."),
    )  # fmt: skip
    instructions_ro = forms.CharField(
        label=_("Instructions in Romanian"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    instructions_en = forms.CharField(
        label=_("Instructions in English"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    instructions_hu = forms.CharField(
        label=_("Instructions in Hungarian"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    tags = forms.CharField(
        label=_("Tags for OpenStreetMap"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: amenity=bench for every feature, or attribute → tag, such as seats → seats."),
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Iterable[int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields([*(name for name in self.fields if name != "area"), "area"])  # above the map
        self.fields["owner"].queryset = list_organisations().filter(pk__in=organisations)  # type: ignore[attr-defined]
        self.fields["layer"].queryset = Layer.objects.filter(  # type: ignore[attr-defined]
            owner__in=organisations, withdrawn_at__isnull=True, is_kept_by_machine=False
        ).order_by("title_ro")

    def clean_area(self) -> BaseGeometry:
        """Return the area."""
        try:
            found = read_place(str(self.cleaned_data["area"]))
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused
        if found.geom_type not in ("Polygon", "MultiPolygon") or not found.is_valid:
            raise forms.ValidationError(gettext("Draw an area whose outline does not cross itself."))
        return found

    def clean_tags(self) -> dict[str, dict[str, str]]:
        """Return the tags of every feature, and which attribute becomes which tag."""
        fixed: dict[str, str] = {}
        attributes: dict[str, str] = {}
        for number, line in enumerate(str(self.cleaned_data["tags"]).splitlines(), 1):
            if not line.strip():
                continue
            arrow = line.replace("->", "→")
            left, sign, right = arrow.partition("→") if "→" in arrow else line.partition("=")
            if not sign or not left.strip() or not right.strip() or len(left) > 255 or len(right) > 255:
                raise forms.ValidationError(gettext("Line %(number)s: write key=value.") % {"number": number})
            (attributes if sign == "→" else fixed)[left.strip()] = right.strip()
        return {"fixed": fixed, "attributes": attributes}

    def said(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        return {
            "code": given["code"],
            "titles": (given["title_ro"], given["title_en"], given["title_hu"]),
            "instructions": (given["instructions_ro"], given["instructions_en"], given["instructions_hu"]),
            "owner": given["owner"],
            "layer": given["layer"],
            "area": given["area"],
            "side_m": given["side_m"],
            "tags": given["tags"],
        }


class JoinForm(forms.Form):
    """How somebody wants to be called."""

    shown_name = forms.CharField(
        label=_("Name on the leaderboard"), required=False, max_length=60,
        help_text=_("Everybody sees it. Left empty, you are “Mapper” and a number."),
    )  # fmt: skip


class LevelForm(forms.Form):
    """The level of somebody who takes part."""

    member = forms.IntegerField(widget=forms.HiddenInput)
    level = forms.ChoiceField(label=_("Level"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["level"].choices = choices(LEVEL_NAMES)  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    """Something said of a task."""

    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DrawForm(forms.Form):
    """One feature of a task: its attributes by the schema of the layer, and where it is."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, schema: Schema, language: str, geometry_type: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.schema = schema
        for attribute in schema.open.attributes:
            self.fields[f"a_{attribute.name}"] = attribute_field(attribute, language)
        self.fields["outline"] = forms.CharField(
            label=_("Where it is"),
            max_length=LARGEST_OUTLINE,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "data-draw": DRAWN[geometry_type]}),
            help_text=_("Draw it on the map below, or write latitude, longitude (47.6567, 23.5850), or GeoJSON."),
        )

    def clean_outline(self) -> BaseGeometry:
        """Return the geometry."""
        try:
            return read_place(str(self.cleaned_data["outline"]))
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused

    def properties(self) -> dict[str, object]:
        """Return what was said of the attributes."""
        given = {a.name: self.cleaned_data.get(f"a_{a.name}") for a in self.schema.open.attributes}
        return {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in given.items()
            if value not in (None, "")
        }


def outline_of(geometry: BaseGeometry) -> str:
    """Return a geometry as the form shows it."""
    if geometry.geom_type == "Point":
        return f"{geometry.y:.7f}, {geometry.x:.7f}"
    return json.dumps(geometry.__geo_interface__)
