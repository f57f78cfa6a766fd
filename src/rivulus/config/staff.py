"""The staff admin: its look, and the content policy that its own scripts need."""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

type Policy = Mapping[str, Collection[str] | str]
type AdminUrls = tuple[list[URLPattern | URLResolver], str, str]


def _favicon(request: HttpRequest) -> str:
    return static("ui/favicon.svg")


# The stream and the stibnite of ui/tokens.css, in the eleven strengths that unfold wants.
UNFOLD = {
    "SITE_TITLE": "Rivulus",
    "SITE_HEADER": "Rivulus",
    "SITE_SUBHEADER": _("The records behind the pages, to look up"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "water",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "SHOW_HISTORY": False,  # nothing changes here; the journal is the history
    "SHOW_LANGUAGES": False,
    "BORDER_RADIUS": "4px",
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": []},
    "COLORS": {
        "primary": {
            "50": "#eef8f8",
            "100": "#dcf0f1",
            "200": "#b9e0e3",
            "300": "#9fdfe3",
            "400": "#74d3d9",
            "500": "#0e8290",
            "600": "#0b6471",
            "700": "#0b6471",
            "800": "#084e58",
            "900": "#063b43",
            "950": "#04282e",
        },
        "base": {
            "50": "#f2f4f4",
            "100": "#e6eaeb",
            "200": "#cfd5d7",
            "300": "#b4bdc1",
            "400": "#9aa5ab",
            "500": "#66747c",
            "600": "#46555f",
            "700": "#38454d",
            "800": "#262f35",
            "900": "#1d2326",
            "950": "#14181a",
        },
    },
}


def with_own_policy(urls: AdminUrls) -> AdminUrls:
    """Give the pages of the admin a content policy of their own; all others keep the strict one.

    Unfold is driven by Alpine, which makes functions of the expressions in attributes (unsafe-eval), and it sets its
    colours in a style element and styles in attributes (unsafe-inline, for styles only). No script stands in its
    pages, so that inline ones stay refused. Only staff ever see these pages, and nothing can be changed there.
    """
    policy: Policy = {
        **cast("Policy", settings.SECURE_CSP),
        "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
        "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    }
    _override(urls[0], policy)
    return urls


def _override(patterns: Iterable[URLPattern | URLResolver], policy: Policy) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _override(pattern.url_patterns, policy)
        else:
            pattern.callback = csp_override(policy)(pattern.callback)
