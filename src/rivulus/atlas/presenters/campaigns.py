"""Campaigns in words and shapes: tasks by how far they are, the leaderboard, what was drawn, the certificate."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import CampaignMember, CampaignTask, Contribution, Feature
from rivulus.atlas.presenters.layers import words_of
from rivulus.atlas.queries.campaigns import Merit, Standing, is_free
from rivulus.atlas.rules.campaigns.checks import Finding
from rivulus.atlas.rules.campaigns.moves import TASK_STATE_NAMES, TaskState
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.terms import Origin
from rivulus.kernel.clock import CITY_ZONE
from rivulus.kernel.geometry import from_wkb
from rivulus.ui.presenters import date_text
from rivulus.ui.printing import fonts
from rivulus.ui.printing.typesetting import typeset

TONES = {
    TaskState.READY: "stibnite",
    TaskState.LOCKED: "gold",
    TaskState.MAPPED: "stream",
    TaskState.VALIDATED: "amethyst",
    TaskState.APPROVED: "malachite",
}
CERTIFICATE = Path(__file__).resolve().parents[1] / "templates" / "atlas" / "print" / "certificate.typ"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list and on the map."""

    task: CampaignTask
    url: str
    state: str
    tone: str
    drawn: int


def task_rows(tasks: Iterable[CampaignTask]) -> list[TaskRow]:
    """Return tasks in words."""
    return [_task(task) for task in tasks]


def _task(task: CampaignTask) -> TaskRow:
    state = TaskState.READY if is_free(task) else TaskState(task.state)
    return TaskRow(
        task=task,
        url=reverse("atlas:task", args=[task.campaign.code, task.number]),
        state=gettext(TASK_STATE_NAMES[state]),
        tone=TONES[state],
        drawn=getattr(task, "drawn", 0),
    )


def task_features(rows: Iterable[TaskRow]) -> dict[str, object]:
    """Return tasks as GeoJSON for the map."""
    return {
        "type": "FeatureCollection",
        "features": [
            _shape(
                from_wkb(row.task.area),
                label=gettext("Task %(number)s") % {"number": row.task.number},
                note=row.state,
                href=row.url,
                tone=row.tone,
            )
            for row in rows
        ],
    }


def drawn_features(
    task: CampaignTask, there: Iterable[Feature], drawn: Iterable[Contribution], schema: Schema
) -> dict[str, object]:
    """Return a task, what is in it and what was drawn, as GeoJSON for the map."""
    changed = {row.key for row in drawn}
    shapes = [_shape(from_wkb(task.area).boundary, label=gettext("The task"), tone="stibnite")]
    shapes += [
        _shape(from_wkb(row.geometry), label=schema.name_of(row.properties, row.key), tone="stream")
        for row in there
        if row.key not in changed
    ]
    tones = {ItemAction.ADD: "malachite", ItemAction.CHANGE: "gold"}
    shapes += [
        _shape(from_wkb(row.geometry), label=row.key, note=action_words(row.action), tone=tones[ItemAction(row.action)])
        for row in drawn
        if row.geometry is not None
    ]
    return {"type": "FeatureCollection", "features": shapes}


def _shape(geometry: Any, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry.__geo_interface__}


def action_words(action: str) -> str:
    """Return what a contribution does."""
    words = {
        ItemAction.ADD: gettext("new"),
        ItemAction.CHANGE: gettext("changed"),
        ItemAction.REMOVE: gettext("is no longer there"),
    }
    return words[ItemAction(action)]


def facts(properties: dict[str, object], schema: Schema) -> list[tuple[str, str]]:
    """Return the attributes of a feature in words."""
    language = (get_language() or "ro")[:2]
    return [
        (attribute.title_in(language), words_of(attribute, properties))
        for attribute in schema.open.attributes
        if attribute.name in properties
    ]


def finding_words(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Return what the checks say, by feature."""
    return [(finding.key, gettext(finding.sentence) % finding.values) for finding in findings]


def called(member: CampaignMember) -> str:
    """Return what the leaderboard calls somebody: as they chose, or a number."""
    return member.shown_name or gettext("Mapper %(number)s") % {"number": member.pk}


def standing_rows(standings: Iterable[Standing]) -> list[tuple[str, int, int]]:
    """Return the leaderboard: name, tasks mapped, tasks validated."""
    return [(called(row.member), row.tasks, row.validated) for row in standings]


def _is_made_up(member: CampaignMember) -> bool:
    return member.campaign.layer.origin == Origin.ILLUSTRATIVE


def build_certificate(member: CampaignMember, merit: Merit, *, address: str, language: str, at: dt.datetime) -> bytes:
    """Return the certificate of somebody as a PDF; raise TypesettingError or FontsMissingError."""
    day = at.astimezone(CITY_ZONE).date()
    with translation.override(language):
        words = {
            "title": gettext("Certificate"),
            "name": str(member.person),
            "took_part": gettext("has taken part in the community digitising campaign"),
            "campaign": member.campaign.title,
            "merit": gettext("Tasks mapped and approved: %(tasks)s. Features drawn in them: %(features)s.")
            % {"tasks": merit.tasks, "features": merit.features},
            "made_up": gettext("Demonstration: this campaign is made up.") if _is_made_up(member) else "",
            "owner": member.campaign.owner.name,
            "on": date_text(day),
            "check": gettext("Whether this certificate is genuine is told at: %(address)s") % {"address": address},
        }
    data = {"lang": language, "day": [day.year, day.month, day.day], "fonts": [fonts.FAMILY, fonts.FALLBACK], **words}
    text = fonts.printable(json.dumps(data, ensure_ascii=False, sort_keys=True))
    files = {"main.typ": CERTIFICATE.read_bytes(), "data.json": text.encode()}
    return typeset(files, fonts=fonts.fonts_folder(), timestamp=int(at.timestamp()), limit_s=20)
