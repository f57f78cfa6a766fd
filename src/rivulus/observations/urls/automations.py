"""Addresses of the pages of rules and their editor, and of alarms."""

from django.urls import URLPattern, path

from rivulus.observations.views import alarms, automation_runs, automations

urlpatterns: list[URLPattern] = [
    path("rules/", automations.list_all, name="automations"),
    path("rules/new/", automations.edit, name="automation_new"),
    path("rules/runs/<int:pk>/", automation_runs.run, name="automation_run"),
    path("rules/replays/<int:pk>/", automation_runs.replay, name="automation_replay"),
    path("rules/<slug:code>/", automations.one, name="automation"),
    path("rules/<slug:code>/edit/", automations.edit, name="automation_edit"),
    path("rules/<slug:code>/<int:number>/", automations.version, name="automation_version"),
    path("rules/<slug:code>/<int:number>/move/", automations.move, name="automation_move"),
    path("rules/<slug:code>/<int:number>/replay/", automations.replay_version, name="automation_replay_version"),
    path("alarms/", alarms.list_all, name="alarms"),
    path("alarms/<int:pk>/", alarms.one, name="alarm"),
    path("alarms/<int:pk>/handle/", alarms.handle, name="alarm_handle"),
    path("alarms/silences/<int:pk>/end/", alarms.end_silence, name="silence_end"),
    path("alarms/maintenance/<int:pk>/end/", alarms.end_maintenance, name="maintenance_end"),
    path("notices/", alarms.list_notices, name="notices"),
    path("notices/<int:pk>/end/", alarms.end_notice, name="notice_end"),
]
