"""Recipes and rasters as they are filled in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.forms.land import choices
from rivulus.atlas.forms.plans import date_input
from rivulus.atlas.models import Layer, RasterFile
from rivulus.atlas.rules.recipes.kinds import FURTHEST_M, KIND_NAMES, Only, Parameters
from rivulus.identity.queries import list_organisations


class RecipeForm(forms.Form):
    """A question, about what, and the numbers it needs."""

    code = forms.SlugField(label=_("Code"), max_length=50, help_text=_("Small letters, digits and hyphens."))
    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=200, required=False)
    owner = forms.ModelChoiceField(label=_("Kept by"), queryset=list_organisations().none())
    kind = forms.ChoiceField(label=_("What is asked"))
    layer = forms.ModelChoiceField(label=_("First layer"), queryset=Layer.objects.none(), required=False)
    only = forms.CharField(
        label=_("Of the first layer only those with"), max_length=300, required=False,
        help_text=_("An attribute and its values, such as kind = school, kindergarten."),
    )  # fmt: skip
    other = forms.ModelChoiceField(label=_("Second layer"), queryset=Layer.objects.none(), required=False)
    other_only = forms.CharField(label=_("Of the second layer only those with"), max_length=300, required=False)
    raster = forms.ModelChoiceField(label=_("Raster"), queryset=RasterFile.objects.none(), required=False)
    within_m = forms.FloatField(label=_("Distance (m)"), min_value=0, max_value=FURTHEST_M, required=False, initial=300)
    attribute = forms.CharField(
        label=_("Attribute"), max_length=60, required=False,
        help_text=_("With the number of inhabitants, or to be summed: its name in the layer."),
    )  # fmt: skip
    smallest_m2 = forms.FloatField(label=_("At least so large (m²)"), min_value=0, required=False, initial=0)
    deviations = forms.FloatField(
        label=_("Standard deviations from the mean"), min_value=-10, max_value=10, required=False, initial=2,
        help_text=_("Above the mean for hot spots; a negative number finds cold ones."),
    )  # fmt: skip
    is_public = forms.BooleanField(label=_("Everybody sees the answers"), required=False)

    def __init__(self, *args: Any, organisations: Iterable[int], layers: Any, rasters: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = choices(KIND_NAMES)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = list_organisations().filter(pk__in=organisations)  # type: ignore[attr-defined]
        for name in ("layer", "other"):
            self.fields[name].queryset = layers  # type: ignore[attr-defined]
            self.fields[name].empty_label = gettext("none")  # type: ignore[attr-defined]
        self.fields["raster"].queryset = rasters  # type: ignore[attr-defined]
        self.fields["raster"].empty_label = gettext("none")  # type: ignore[attr-defined]
        self.fields["raster"].label_from_instance = lambda row: row.title  # type: ignore[attr-defined]

    def clean_only(self) -> Only:
        """Return which features of the first layer count."""
        return _read_only(self.cleaned_data["only"])

    def clean_other_only(self) -> Only:
        """Return which features of the second layer count."""
        return _read_only(self.cleaned_data["other_only"])

    def titles(self) -> tuple[str, str, str]:
        """Return the title in three languages."""
        given = self.cleaned_data
        return given["title_ro"], given["title_en"], given["title_hu"]

    def parameters(self) -> Parameters:
        """Return the numbers; what was left out has its usual value."""
        given = self.cleaned_data
        return Parameters(
            within_m=given["within_m"] or 0.0,
            attribute=given["attribute"].strip(),
            smallest_m2=given["smallest_m2"] or 0.0,
            deviations=2.0 if given["deviations"] is None else given["deviations"],
            only=given["only"],
            other_only=given["other_only"],
        )

    def subjects(self) -> tuple[Layer | None, Layer | None, RasterFile | None]:
        """Return the layers and the raster."""
        given = self.cleaned_data
        return given["layer"], given["other"], given["raster"]


def _read_only(text: str) -> Only:
    if not text.strip():
        return {}
    name, sign, values = text.partition("=")
    wanted = tuple(value.strip() for value in values.split(",") if value.strip())
    if not sign or not name.strip() or not wanted:
        raise forms.ValidationError(gettext("Write an attribute, an equals sign and values: kind = school, pharmacy."))
    return {name.strip(): wanted}


class RasterForm(forms.Form):
    """A raster that somebody brings."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    title_ro = forms.CharField(label=_("Title in Romanian"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_hu = forms.CharField(label=_("Title in Hungarian"), max_length=200, required=False)
    owner = forms.ModelChoiceField(label=_("Kept by"), queryset=list_organisations().none())
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False, help_text=_("For example °C."))
    taken_on = forms.DateField(label=_("Taken on"), required=False, widget=date_input())
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    file = forms.FileField(
        label=_("GeoTIFF"),
        help_text=_("At most 256 MB and 40 million cells; only the first band is read."),
        widget=forms.ClearableFileInput(attrs={"accept": ".tif,.tiff,image/tiff"}),
    )

    def __init__(self, *args: Any, organisations: Iterable[int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = list_organisations().filter(pk__in=organisations)  # type: ignore[attr-defined]
