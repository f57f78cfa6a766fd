"""Where the pages of the strategy are; fixed words come before codes."""

from importlib import import_module
from importlib.util import find_spec

app_name = "strategy"
NOUNS = (
    "umbrella",
    "pillars",
    "matrix",
    "assessments",
    "probes",
    "links",
    "projects",
    "reports",
    "forecast",
    "choice",
    "indicators",
    "anomalies",
    "evaluations",
)
urlpatterns = [
    pattern
    for noun in NOUNS
    if find_spec(f"rivulus.strategy.urls.{noun}")
    for pattern in import_module(f"rivulus.strategy.urls.{noun}").urlpatterns
]
