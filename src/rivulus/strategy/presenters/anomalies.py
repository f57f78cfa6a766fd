"""The faults of the source, with a way to the thing each is about."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from rivulus.strategy import models
from rivulus.strategy.rules.anomalies import ABOUT_LABELS

PAGES = {
    "indicator": "strategy:indicator",
    "project": "strategy:project",
    "criterion": "strategy:criterion",
    "pillar": "strategy:pillar",
}


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """A fault as a page shows it."""

    anomaly: models.Anomaly
    about: str
    url: str


def present_anomaly(anomaly: models.Anomaly) -> AnomalyRow:
    """Return a fault with the word for its kind, and the page of what it is about where there is one."""
    return AnomalyRow(anomaly, gettext(ABOUT_LABELS.get(anomaly.about, anomaly.about)), _url(anomaly))


def _url(anomaly: models.Anomaly) -> str:
    page = PAGES.get(anomaly.about)
    if page is None or not anomaly.subject:
        return ""
    try:
        return reverse(page, args=[anomaly.subject])
    except NoReverseMatch:
        return ""
