"""How a layer looks: its style read and checked, as layers of MapLibre and as a legend, in light and in dark. Pure."""

from rivulus.atlas.rules.styles.drawing import GROUPS, map_layers
from rivulus.atlas.rules.styles.legends import LegendClass, legend
from rivulus.atlas.rules.styles.reading import Style, StyleClass, check_style, read_style

__all__ = ["GROUPS", "LegendClass", "Style", "StyleClass", "check_style", "legend", "map_layers", "read_style"]
