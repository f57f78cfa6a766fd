"""What plans say of a place, as a PDF: the same words as the page."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
from django.utils import translation
from django.utils.translation import gettext

from rivulus.atlas.presenters import map_print
from rivulus.atlas.presenters.basemap import build_style
from rivulus.atlas.presenters.plans import LimitRow, ReportWords, ZoneRow, report_words
from rivulus.atlas.queries import printed
from rivulus.atlas.queries.parcels import Report
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.printing import sheets
from rivulus.atlas.rules.printing.reading import read_geometries
from rivulus.kernel.clock import CITY_ZONE
from rivulus.ui.presenters import date_text, number_text
from rivulus.ui.printing import fonts
from rivulus.ui.printing.typesetting import typeset

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "atlas" / "print" / "parcel.typ"
LIMIT_S = 20
ROOM_MM, AROUND_M = (170.0, 80.0), 60.0
OUTLINE: dict[str, object] = {"type": "line", "paint": {"line-color": "#b3261e", "line-width": 3}}
DOT: dict[str, object] = {
    "type": "circle",
    "paint": {
        "circle-color": "#b3261e",
        "circle-radius": 5,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 2,
    },
}


def build_pdf(
    report: Report, *, title: str, language: str, made_at: dt.datetime, address: str = "", viewer: Viewer = PUBLIC
) -> bytes:
    """Return the PDF, with a map of the place among the zones and limits that the viewer sees.

    ``address`` is where the same is asked again. Raises TypesettingError or FontsMissingError when it cannot be made.
    """
    with translation.override(language):
        picture, caption = _map(report, language, viewer)
        data = _data(report_words(report), report.day, title, language, made_at)
        data["map"] = {"width": ROOM_MM[0], "height": ROOM_MM[1], "caption": caption, "alt": gettext("Where it is")}
        data["address"] = address
    text = fonts.printable(json.dumps(data, ensure_ascii=False, sort_keys=True))
    files = {
        "main.typ": TEMPLATE.read_bytes(),
        "data.json": text.encode(),
        "map.svg": fonts.printable(picture).encode(),
    }
    return typeset(files, fonts=fonts.fonts_folder(), timestamp=int(made_at.timestamp()), limit_s=LIMIT_S)


def _map(report: Report, language: str, viewer: Viewer) -> tuple[str, str]:
    """Return the picture of a place, and its scale and sources in words."""
    box = measuring.box_around(report.geometry.bounds, AROUND_M)
    sheet = sheets.fit_in(box, ROOM_MM)
    layers = [zone.plan.layer for zone in report.zones] + [limit.constraint.layer for limit in report.limits]
    shown = [
        printed.list_printed(layer, viewer, sheet.box, report.day)
        for layer in {layer.pk: layer for layer in layers}.values()
    ]
    place = read_geometries(np.array([report.geometry], dtype=object), [{}])
    is_point = report.geometry.geom_type == "Point"
    style = build_style("light", language)
    picture = map_print.draw(sheet, style, shown, (DOT if is_point else OUTLINE, place))
    sources = "; ".join(map_print.sources_of(style, shown))
    return picture, f"1:{number_text(sheet.scale, 0)} · {gettext('Sources')}: {sources}"


def _data(words: ReportWords, day: dt.date, title: str, language: str, made_at: dt.datetime) -> dict[str, object]:
    lead = gettext("As of %(day)s.") % {"day": date_text(day)}
    if words.area:
        lead += " " + gettext("Area by its outline: %(area)s.") % {"area": words.area}
    made = gettext("Made by Rivulus on %(day)s.") % {"day": date_text(made_at.astimezone(CITY_ZONE).date())}
    made = made.replace("..", ".")  # a Hungarian date ends with a point of its own
    uncovered = gettext("No plan kept here covers %(share)s of it.") % {"share": words.uncovered}
    return {
        "title": title,
        "lang": language,
        "day": [day.year, day.month, day.day],
        "fonts": [fonts.FAMILY, fonts.FALLBACK],
        "warning": _warning() if words.is_illustrative else "",
        "zones": [{"title": _zone_title(zone), "facts": _zone_facts(zone)} for zone in words.zones],
        "uncovered": uncovered if words.uncovered and words.zones else "",
        "limits": [_limit(limit) for limit in words.limits],
        "coming": [f"{name}: {date_text(start)}" for name, _, start in words.coming],
        "papers": [name for name, _ in words.documents],
        "words": {
            "lead": lead,
            "made": made,
            "page": gettext("Page"),
            "zones": gettext("What may be built"),
            "no_zone": gettext("No plan kept here covers this place"),
            "limits": gettext("What limits building here"),
            "no_limit": gettext("None of the layers kept here limits building at this place."),
            "limit_heads": [gettext("What"), gettext("Where"), gettext("What it means")],
            "coming": gettext("Approved, and to come:"),
            "papers": gettext("Papers"),
            "binding": gettext(
                "This page informs. Only a certificate of urbanism, given by the town hall, binds (Law 50/1991)."
            ),
        },
    }


def _warning() -> str:
    return gettext("Some of these layers are schematic or made up. Nothing here says what may really be built.")


def _zone_title(zone: ZoneRow) -> str:
    named = f"{zone.code}: {zone.title}" if zone.title else zone.code
    share = gettext("%(share)s of the parcel") % {"share": zone.share}
    return f"{named} ({share})" if zone.share else named


def _zone_facts(zone: ZoneRow) -> list[tuple[str, str]]:
    nothing = gettext("not stated")
    pot = gettext("at most %(pot)s") % {"pot": zone.pot} if zone.pot else nothing
    cut = gettext("at most %(cut)s") % {"cut": zone.cut} if zone.cut else nothing
    if zone.footprint:
        pot += ": " + gettext("%(area)s may be built over") % {"area": zone.footprint}
    if zone.floor_area:
        cut += ": " + gettext("%(area)s of floors") % {"area": zone.floor_area}
    height = gettext("at most %(height)s") % {"height": zone.height} if zone.height else ""
    facts = [
        (gettext("Plan"), f"{zone.plan}, {zone.plan_kind}"),
        (gettext("Site coverage (POT)"), pot),
        (gettext("Floor-area ratio (CUT)"), cut),
        (gettext("Height"), ", ".join(filter(None, (height, zone.storeys))) or nothing),
        (gettext("Permitted"), zone.permitted),
        (gettext("Not permitted"), zone.forbidden),
    ]
    return [(term, words) for term, words in facts if words]


def _limit(limit: LimitRow) -> list[str]:
    effect = limit.effect
    if limit.authority:
        effect += " " + gettext("Consent of: %(authority)s") % {"authority": limit.authority} + "."
    return [f"{limit.kind}: {limit.name}", limit.where, effect]
