"""Addresses of layers, their features, imports and downloads."""

from django.urls import path

from rivulus.atlas.views import exports, features, imports, layers

urlpatterns = [
    path("layers/", layers.list_all, name="layers"),
    path("layers/new/", layers.new, name="layer_new"),
    path("layers/<slug:code>/", layers.one, name="layer"),
    path("layers/<slug:code>/describe/", layers.describe, name="layer_describe"),
    path("layers/<slug:code>/withdraw/", layers.withdraw, name="layer_withdraw"),
    path("layers/<slug:code>/changes/", layers.changes, name="changes"),
    path("layers/<slug:code>/changes/<int:pk>/", layers.change, name="change"),
    path("layers/<slug:code>/new/", features.new, name="feature_new"),
    path("layers/<slug:code>/features/<str:key>/", features.one, name="feature"),
    path("layers/<slug:code>/features/<str:key>/edit/", features.edit, name="feature_edit"),
    path("layers/<slug:code>/features/<str:key>/settle/", features.settle, name="feature_settle"),
    path("layers/<slug:code>/features/<str:key>/remove/", features.remove, name="feature_remove"),
    path("layers/<slug:code>/imports/", imports.list_all, name="layer_imports"),
    path("layers/<slug:code>/imports/<int:pk>/", imports.one, name="layer_import"),
    path("layers/<slug:code>/imports/<int:pk>/do/", imports.do, name="layer_import_do"),
    path("layers/<slug:code>/imports/<int:pk>/problems.csv", imports.problems, name="layer_import_problems"),
    path("layers/<slug:code>/download/", exports.download, name="layer_download"),
]
