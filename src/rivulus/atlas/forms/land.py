"""The register of land as it is searched, and as it is filled in."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import LandAsset
from rivulus.atlas.queries.land import LandFilter
from rivulus.atlas.rules.land import (
    ASSET_KIND_NAMES,
    ASSET_STATE_NAMES,
    CONDITION_NAMES,
    HEAVIEST,
    OWNER_KIND_NAMES,
    PART_NAMES,
    POLLUTION_NAMES,
    STAGE_MOVES,
    STAGE_NAMES,
    USE_NAMES,
    UTILITY_NAMES,
    Part,
    Stage,
)
from rivulus.identity.queries import list_organisations
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import from_wkb, read_geojson
from rivulus.kernel.photos import CAPTION_LENGTH, NewPhoto
from rivulus.kernel.words import say

LONGEST_TEXT = 8000
LARGEST_OUTLINE = 400_000  # signs of GeoJSON


def choices(names: Mapping[Any, str], empty: str = "") -> list[tuple[str, str]]:
    """Return the choices of a field in the language of the reader."""
    first = [("", empty)] if empty else []
    return [*first, *((str(code), gettext(name)) for code, name in names.items())]


class LandFilterForm(forms.Form):
    """What somebody looks for, and how much each part of the score weighs."""

    kind = forms.ChoiceField(label=_("What it is"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    use = forms.ChoiceField(label=_("Suitable for"), required=False)
    pollution = forms.ChoiceField(label=_("Pollution of the ground"), required=False)
    smallest_m2 = forms.FloatField(label=_("At least (m²)"), required=False, min_value=0)
    most_eur = forms.FloatField(label=_("At most (EUR)"), required=False, min_value=0)
    utilities = forms.MultipleChoiceField(label=_("With"), required=False, widget=forms.CheckboxSelectMultiple)
    search = forms.CharField(label=_("Words"), required=False, max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        everything = gettext("everything")
        for name, names in (
            ("kind", ASSET_KIND_NAMES),
            ("state", ASSET_STATE_NAMES),
            ("use", USE_NAMES),
            ("pollution", POLLUTION_NAMES),
        ):
            self.fields[name].choices = choices(names, everything)  # type: ignore[attr-defined]
        self.fields["utilities"].choices = choices(UTILITY_NAMES)  # type: ignore[attr-defined]
        for part in Part:
            self.fields[f"w_{part}"] = forms.IntegerField(
                label=gettext(PART_NAMES[part]),
                required=False,
                min_value=0,
                max_value=HEAVIEST,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def wanted(self) -> LandFilter:
        """Return what was asked; what cannot be read asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return LandFilter(
            kind=given.get("kind", ""),
            state=given.get("state", ""),
            use=given.get("use", ""),
            pollution=given.get("pollution", ""),
            smallest_m2=given.get("smallest_m2"),
            most_eur=given.get("most_eur"),
            utilities=tuple(given.get("utilities", ())),
            search=given.get("search", "").strip(),
        )

    @property
    def weights(self) -> list[forms.BoundField]:
        """The fields of the weights."""
        return [self[f"w_{part}"] for part in Part]


class LandForm(forms.ModelForm):  # type: ignore[type-arg]
    """An entry of the register."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    utilities = forms.MultipleChoiceField(
        label=_("What is at hand"), required=False, widget=forms.CheckboxSelectMultiple
    )
    uses = forms.MultipleChoiceField(
        label=_("What it could become"), required=False, widget=forms.CheckboxSelectMultiple
    )
    pollutants = forms.CharField(
        label=_("Pollutants"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line: name; amount; unit; year; source. For example: lead; 1250; mg/kg; 2021; study of the city"
        ),
    )
    outline = forms.CharField(
        label=_("Where it is"),
        max_length=LARGEST_OUTLINE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "data-draw": "polygon"}),
        help_text=_(
            "Draw it on the map below, or write latitude and longitude (47.6567, 23.5850) or an outline as GeoJSON."
        ),
    )

    class Meta:
        model = LandAsset
        fields = (
            "code", "keeper", "kind", "state", "title_ro", "title_en", "title_hu", "description_ro", "description_en",
            "description_hu", "address", "cadastral_number", "area_m2", "floor_area_m2", "condition",
            "owner_kind", "owner_name", "price_eur", "rent_eur_month", "utilities", "uses", "pollution", "pollutants",
            "contact_email", "source", "is_public", "outline",
        )  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 4}) for name in ("description_ro", "description_en", "description_hu")
        }

    def __init__(self, *args: Any, keepers: frozenset[int], **options: Any) -> None:
        asset: LandAsset | None = options.get("instance")
        if asset is not None and asset.pk:
            started = {
                "number": asset.number,
                "outline": _outline_of(asset),
                "pollutants": "\n".join(_line_of(entry) for entry in asset.pollutants),
            }
            options["initial"] = started | (options.get("initial") or {})
        super().__init__(*args, **options)
        for name, names in (
            ("kind", ASSET_KIND_NAMES),
            ("state", ASSET_STATE_NAMES),
            ("owner_kind", OWNER_KIND_NAMES),
            ("pollution", POLLUTION_NAMES),
            ("utilities", UTILITY_NAMES),
            ("uses", USE_NAMES),
        ):
            self.fields[name].choices = choices(names)  # type: ignore[attr-defined]
        self.fields["condition"].choices = choices(CONDITION_NAMES, gettext("not known"))  # type: ignore[attr-defined]
        self.fields["keeper"].queryset = list_organisations().filter(pk__in=keepers)  # type: ignore[attr-defined]
        self.fields["keeper"].label = _("Kept by")
        if asset is not None and asset.pk:
            del self.fields["code"], self.fields["keeper"]

    def clean_outline(self) -> BaseGeometry:
        """Return the place; two numbers are latitude and longitude, as people write them."""
        try:
            return read_place(str(self.cleaned_data["outline"]))
        except Refused as refused:
            raise forms.ValidationError(say(refused)) from refused

    def clean_pollutants(self) -> list[dict[str, object]]:
        """Return the pollutants; a line that cannot be read is named."""
        lines = str(self.cleaned_data["pollutants"]).splitlines()
        return [_pollutant(number, line) for number, line in enumerate(lines, 1) if line.strip()]

    def values(self) -> dict[str, object]:
        """Return what the action takes."""
        apart = {"outline", "number", "code", "keeper"}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    def _post_clean(self) -> None:
        """The action fills and checks the entry itself, under a lock: the form leaves it alone."""


def read_place(text: str) -> BaseGeometry:
    """Return a point of "latitude, longitude" or the geometry of GeoJSON; raises Refused."""
    parts = text.replace(";", ",").split(",")
    if len(parts) == 2 and "{" not in text:
        try:
            latitude, longitude = (float(part.strip()) for part in parts)
        except ValueError:
            pass
        else:
            return read_geojson({"type": "Point", "coordinates": [longitude, latitude]})
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return read_geojson(value)


def _outline_of(asset: LandAsset) -> str:
    geometry = from_wkb(asset.geometry)
    if geometry.geom_type == "Point":
        return f"{geometry.y:.6f}, {geometry.x:.6f}"
    return json.dumps(geometry.__geo_interface__)


def _line_of(entry: Mapping[str, object]) -> str:
    return "; ".join(str(entry.get(name, "")) for name in ("name", "amount", "unit", "year", "source"))


def _pollutant(number: int, line: str) -> dict[str, object]:
    parts = [part.strip() for part in line.split(";")]
    try:
        name, amount, unit, year, source = parts
        read = {"name": name, "amount": float(amount.replace(",", ".")), "unit": unit, "year": int(year)}
    except ValueError:
        raise forms.ValidationError(
            gettext("Line %(number)s: write name; amount; unit; year; source.") % {"number": number}
        ) from None
    if not (name and unit and 1900 <= int(year) <= 2100 and float(amount.replace(",", ".")) >= 0):
        raise forms.ValidationError(
            gettext("Line %(number)s: write name; amount; unit; year; source.") % {"number": number}
        )
    return read | {"source": source}


class StageForm(forms.Form):
    """A step of the recovery of the ground."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    stage = forms.ChoiceField(label=_("Step of the recovery"))
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(
        label=_("What was done, with which plants"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    document_url = forms.URLField(
        label=_("Address of the report"), required=False, max_length=500, assume_scheme="https"
    )

    def __init__(self, *args: Any, asset: LandAsset, **options: Any) -> None:
        options["initial"] = {"number": asset.number}
        super().__init__(*args, **options)
        following = [stage for stage in Stage if stage in STAGE_MOVES[Stage(asset.stage)]]
        self.fields["stage"].choices = choices({stage: STAGE_NAMES[stage] for stage in following})  # type: ignore[attr-defined]


class PhotoForm(forms.Form):
    """One photo, with the words for those who do not see it."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 8 MB. Place and camera are removed from it."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    caption = forms.CharField(label=_("What it shows"), max_length=CAPTION_LENGTH)

    def photo_said(self) -> NewPhoto:
        """Return the photo as the action takes it."""
        sent: UploadedFile[bytes] = self.cleaned_data["photo"]
        return NewPhoto(sent.read(), self.cleaned_data["caption"])


class WithdrawForm(forms.Form):
    """Why an entry goes."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=500)
