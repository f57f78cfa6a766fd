"""Where everything is: Romanian without a prefix, English and Hungarian under /en/ and /hu/."""

from allauth.socialaccount.providers.openid_connect.views import callback as openid_callback
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from rivulus.config.api import api
from rivulus.config.describe import show_api
from rivulus.config.staff import with_own_policy
from rivulus.portal.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/docs", RedirectView.as_view(pattern_name="api_docs")),
    path("api/v1/", api.urls),
    path("", include("rivulus.observations.urls.machines")),
    path("", include("rivulus.atlas.urls.machines")),
    path("", include("rivulus.catalog.urls.machines")),
    *i18n_patterns(
        path("", include("rivulus.portal.urls")),
        path("", include("rivulus.strategy.urls")),
        path("", include("rivulus.observations.urls")),
        path("atlas/", include("rivulus.atlas.urls")),
        path("catalog/", include("rivulus.catalog.urls")),
        path("", include("rivulus.identity.urls")),
        path("ui/", include("rivulus.ui.urls")),
        path("data/", show_api, name="api_docs"),
        path("account/", include("allauth.urls")),
        # The admin's own form would pass by the limits and the letter of the sign-in library.
        path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
        path("admin/", with_own_policy(admin.site.urls)),
        prefix_default_language=False,
    ),
    # One callback address to register at the sign-in service, whatever the language.
    path("account/oidc/<str:provider_id>/login/callback/", openid_callback, name="openid_connect_callback"),
]

handler400 = "rivulus.portal.views.bad_request"
handler403 = "rivulus.portal.views.forbidden"
handler404 = "rivulus.portal.views.not_found"
handler500 = "rivulus.config.outages.server_error"
