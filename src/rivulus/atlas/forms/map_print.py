"""What of the map is printed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.forms.map_page import MapForm
from rivulus.kernel.geometry import Box

LEAST_DEGREES, MOST_DEGREES = 1e-5, 5.0


class MapPrintForm(MapForm):
    """Layers, a day, bounds as west, south, east and north, the paper."""

    paper = forms.ChoiceField(choices=[("a4", "A4"), ("a3", "A3")], required=False, label=_("Paper"))

    def clean(self) -> dict[str, object]:
        """Read the bounds of the address."""
        cleaned = super().clean() or self.cleaned_data
        text = self.data.get("bounds", "")
        self._bounds = _read(text) if text else None
        if text and self._bounds is None:
            self.add_error(None, _("The bounds are four numbers: west, south, east, north, in degrees."))
        return cleaned

    def bounds(self) -> Box | None:
        """Return the bounds; None where none were given."""
        return self._bounds

    def codes(self) -> frozenset[str]:
        """Return the codes of the layers."""
        return frozenset(code for code in str(self.cleaned_data["layers"]).split(",") if code)

    def words(self) -> list[str]:
        """Return what is wrong, in sentences."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]


def _read(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text[:200].split(","))
    except ValueError:
        return None
    wide, high = east - west, north - south
    fits = LEAST_DEGREES <= wide <= MOST_DEGREES and LEAST_DEGREES <= high <= MOST_DEGREES
    return (
        (west, south, east, north) if fits and west >= -180 and east <= 180 and south >= -85 and north <= 85 else None
    )
