"""What a fault of the source can be about, in the order in which faults are shown."""

from collections.abc import Mapping

from rivulus.kernel.words import N_

ABOUT_LABELS: Mapping[str, str] = {
    "matrix": N_("The maturity matrix"),
    "criterion": N_("Criteria"),
    "indicator": N_("Indicators"),
    "project": N_("Projects"),
    "direction": N_("Directions of action"),
    "pillar": N_("Pillars"),
    "document": N_("The document itself"),
}
