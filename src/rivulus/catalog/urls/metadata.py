"""Addresses of pages: metadata."""

from django.urls import URLPattern, path

from rivulus.catalog.views import datasets, feeds, harvesting, managing, participation

urlpatterns: list[URLPattern] = [
    path("", datasets.index, name="index"),
    path("new.atom", feeds.NewDatasets(), name="feed"),
    path("datasets/<slug:code>/", datasets.dataset, name="dataset"),
    path("datasets/<slug:code>/history/", datasets.history, name="history"),
    path("organisations/", datasets.organisations, name="organisations"),
    path("organisations/<slug:code>/", datasets.organisation, name="organisation"),
    path("themes/<slug:code>/", datasets.theme, name="theme"),
    path("quality/", feeds.quality, name="quality"),
    path("interfaces/", feeds.interfaces, name="interfaces"),
    path("manage/", managing.desk, name="desk"),
    path("manage/new/", managing.new, name="new"),
    path("manage/datasets/<slug:code>/", managing.manage, name="manage"),
    path("manage/datasets/<slug:code>/links/", managing.add_link, name="add_link"),
    path("manage/datasets/<slug:code>/links/<int:pk>/remove/", managing.remove_link, name="remove_link"),
    path("manage/datasets/<slug:code>/propose/", managing.propose, name="propose"),
    path("manage/datasets/<slug:code>/send-back/", managing.send_back, name="send_back"),
    path("manage/datasets/<slug:code>/publish/", managing.publish, name="publish"),
    path("manage/datasets/<slug:code>/archive/", managing.archive, name="archive"),
    path("manage/reuse/<int:pk>/", participation.decide_reuse, name="reuse_decide"),
    path("manage/harvest/", harvesting.sources, name="harvest"),
    path("manage/harvest/new/", harvesting.new, name="harvest_new"),
    path("manage/harvest/<slug:code>/", harvesting.source, name="harvest_source"),
    path("manage/harvest/<slug:code>/preview/", harvesting.preview, name="harvest_preview"),
    path("manage/harvest/<slug:code>/visit/", harvesting.visit, name="harvest_visit"),
    path("requests/", participation.requests, name="requests"),
    path("requests/new/", participation.new_request, name="request_new"),
    path("requests/<int:number>/", participation.one_request, name="request"),
    path("requests/<int:number>/open/", participation.open_request, name="request_open"),
    path("requests/<int:number>/answer/", participation.answer_request, name="request_answer"),
    path("requests/<int:number>/refuse/", participation.refuse_request, name="request_refuse"),
    path("reuse/", participation.reuses, name="reuses"),
    path("reuse/new/", participation.new_reuse, name="reuse_new"),
]
